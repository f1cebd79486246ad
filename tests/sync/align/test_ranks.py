"""Whose word counts: every word against every weaker one; rules with dates ask the item that is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any

import pytest

from connectors.model import WorkItem
from sync.align.alignment import align
from tests.support.builders import epic, item, ref, work, workspace


@dataclass(frozen=True)
class Saying:
    """A word about WEB-2, below WEB-1, for the key result of its name: by a rule, or by what the two items bear."""

    name: str
    rule: dict[str, Any] = field(default_factory=dict)
    on_item: dict[str, Any] = field(default_factory=dict)
    on_parent: dict[str, Any] = field(default_factory=dict)


ORDER = (
    Saying("its-own-claim", on_item={"claims": ("its-own-claim",)}),
    Saying("a-rule-that-names-it", {"key": "WEB-2"}),
    Saying("a-rule-for-what-it-carries", {"label": "s"}, on_item={"labels": ("s",)}),
    Saying("exempt", on_item={"labels": ("off",)}),
    Saying("a-claim-on-the-parent", on_parent={"claims": ("a-claim-on-the-parent",)}),
    Saying("a-rule-that-names-the-parent", {"key": "WEB-1"}),
    Saying("a-rule-for-where-it-lives", {"project": "WEB", "level": "issue", "tracker": "jira"}),
    Saying("a-rule-that-the-parent-meets", {"label": "e"}, on_parent={"labels": ("e",)}),
    Saying("exempt-by-the-parent", on_parent={"labels": ("off",)}),
)
"""The order of what is asked, as the documentation of links has it."""


def merged(*changes: dict[str, Any]) -> dict[str, Any]:
    keys = {key for one in changes for key in one}
    return {key: tuple(value for one in changes for value in one.get(key, ())) for key in keys}


def answer(*sayings: Saying) -> str:
    """The key result that WEB-2 serves, or "exempt"."""
    rules = [work(one.name, *([one.rule] if one.rule else [])) for one in sayings if "exempt" not in one.name]
    declared = workspace(*rules, work("nobody"), exempt=[{"name": "off", "labels": ["off"]}])
    items = [
        epic("WEB-1", **merged(*(one.on_parent for one in sayings))),
        item("WEB-2", "WEB-1", **merged(*(one.on_item for one in sayings))),
    ]
    placement = align(items, declared).placements[ref("WEB-2")]
    if placement.state == "exempt":
        return "exempt"
    return ", ".join(link.key_result for link in placement.links)


@pytest.mark.parametrize(("stronger", "weaker"), list(combinations(ORDER, 2)), ids=lambda one: one.name)
def test_each_word_beats_every_weaker_one(stronger: Saying, weaker: Saying) -> None:
    expected = "exempt" if "exempt" in stronger.name else stronger.name
    assert answer(stronger, weaker) == expected
    assert answer(weaker, stronger) == expected


@pytest.mark.parametrize(
    "rule", [{"parent": "WEB-1"}, {"under": "WEB-1"}, {"any": [{"under": "WEB-1"}, {"parent": "WEB-9"}]}]
)
def test_a_rule_for_what_is_above_names_the_ancestor(rule: dict[str, Any]) -> None:
    above = Saying("above", rule)
    assert answer(above, ORDER[6]) == "above", "before one for where it lives"
    assert answer(above, ORDER[4]) == ORDER[4].name, "after a claim on that ancestor"
    assert answer(above, ORDER[3]) == "exempt"
    narrow = Saying("narrow", rule | {"label": "s"}, on_item={"labels": ("s",)})
    assert answer(narrow, ORDER[4]) == "narrow", "one that asks for a label too goes by what the item carries"


def test_the_nearest_ancestor_that_bears_a_claim_counts() -> None:
    declared = workspace(work("FAR"), work("NEAR", {"under": "WEB-2"}), work("HERE", {"project": "WEB"}))
    items = [
        item("WEB-1", level="project", claims=("FAR",)),
        epic("WEB-2", parent="WEB-1"),
        item("WEB-3", "WEB-2"),
        item("WEB-4", "WEB-3", level="subtask"),
    ]
    placed = align(items, declared).placements
    found = {one.id: [link.key_result for link in placed[one].links] for one in placed}
    assert found == {"WEB-1": ["FAR"], "WEB-2": ["FAR"], "WEB-3": ["NEAR"], "WEB-4": ["NEAR"]}


def test_a_claim_on_a_linear_parent_counts_for_sub_issues_that_their_project_links() -> None:
    declared = workspace(work("A", {"tracker": "linear", "project": "Onboarding"}), work("B"))
    project = item("p-1", level="project", title="Onboarding", project="Onboarding")
    parent = item("eng-1", "p-1", project="Onboarding", claims=("B",))
    below = item("eng-2", "eng-1", project="Onboarding", own_project=ref("p-1"))
    beside = item("eng-3", "p-1", project="Onboarding", own_project=ref("p-1"))
    alignment = align([project, parent, below, beside], declared)
    assert {name: [one.key for one, _ in leaves] for name, leaves in alignment.leaves.items()} == {
        "A": ["eng-3"],
        "B": ["eng-2"],
    }
    (link,) = alignment.placements[ref("eng-2")].links
    assert (link.because.rank, link.because.path) == ("claim", ("eng-1",))


# --- Rules with dates ----------------------------------------------------------------------------

TODAY = date(2026, 11, 16)
SPLIT = workspace(
    work("OLD", {"key": "WEB-1", "effective": {"until": "2026-10-31"}}),
    work("NEW", {"key": "WEB-1", "effective": {"since": "2026-11-01"}}),
)


def closed(key: str, day: int, month: int = 10, parent: str | None = "WEB-1") -> WorkItem:
    return item(key, parent, category="done", completed=datetime(2026, month, day, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("below", "serves"),
    [(closed("WEB-2", 5, 5), "OLD"), (closed("WEB-2", 31), "OLD"), (closed("WEB-2", 1, 11), "NEW"), (item("WEB-2", "WEB-1"), "NEW")],
    ids=["closed in May", "closed on its last day", "closed on the first day", "open"],
)  # fmt: skip
def test_a_rule_with_dates_asks_the_day_of_the_item_that_inherits_it(below: WorkItem, serves: str) -> None:
    alignment = align([epic("WEB-1"), below], SPLIT, today=TODAY)
    assert [link.key_result for link in alignment.placements[below.ref].links] == [serves]


def test_where_no_rule_above_was_in_effect_the_next_ancestor_is_asked() -> None:
    declared = workspace(
        work("LATE", {"key": "WEB-2", "effective": {"since": "2026-11-01"}}), work("ALWAYS", {"key": "WEB-1"})
    )
    items = [
        item("WEB-1", level="project"),
        epic("WEB-2", parent="WEB-1"),
        closed("WEB-3", 5, parent="WEB-2"),
        item("WEB-4", "WEB-2"),
    ]
    leaves = align(items, declared, today=TODAY).leaves
    assert {name: [one.key for one, _ in some] for name, some in leaves.items()} == {
        "ALWAYS": ["WEB-3"],
        "LATE": ["WEB-4"],
    }
