"""What stands above an item: a project of its own, a parent that cannot be seen, and work that nobody has accepted yet."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from connectors.model import WorkItem
from sync.align.alignment import Alignment, align
from tests.support.builders import epic, item, ref, work, workspace

ONE = Fraction(1)
EXEMPT: dict[str, Any] = {"exempt": [{"name": "ktlo", "labels": ["ktlo"], "keys": ["TOP-9"]}]}


def project(key: str, **changes: Any) -> WorkItem:
    return item(key, level="project", kind="Project", **changes)


def sub_issue(key: str, parent: str, own: str, **changes: Any) -> WorkItem:
    return item(key, parent, level="subtask", own_project=ref(own), **changes)


def served(alignment: Alignment, key: str) -> dict[str, Fraction]:
    return {link.key_result: link.share for link in alignment.placements[ref(key)].links}


LINEAR = [
    item("eng-90", level="initiative", title="Growth", in_scope=False),
    item("eng-91", level="initiative", title="Trust", in_scope=False),
    project("eng-50", parent="eng-90"),
    project("eng-51", parent="eng-91"),
    item("eng-1", "eng-51", own_project=ref("eng-51")),
    sub_issue("eng-2", "eng-1", "eng-50"),
]
"""A sub-issue in a project of its own (50, of Growth), below an issue of another one (51, of Trust)."""

OWN_PROJECT = [
    ("a rule that names it", [{"key": "eng-50"}], [], {"A": ONE}),
    ("before the parent at equal rank", [{"key": "eng-50"}], [{"key": "eng-1"}], {"A": ONE}),
    ("before the project of the parent", [{"key": "eng-50"}], [{"key": "eng-51"}], {"A": ONE}),
    ("a parent's project alone", [{"key": "eng-99"}], [{"key": "eng-51"}], {"B": ONE}),
    ("a rule that names the parent beats a match of it", [{"label": "p"}], [{"key": "eng-1"}], {"B": ONE}),
    ("its initiative", [{"initiative": "Growth"}], [], {"A": ONE}),
    ("its initiative and not that of the parent", [{"initiative": "Growth"}], [{"initiative": "Trust"}], {"A": ONE}),
    ("a rule that names its initiative, before that above the parent", [{"key": "eng-90"}], [{"key": "eng-51"}],
     {"A": ONE}),
    ("under it", [{"under": "eng-50"}], [], {"A": ONE}),
    ("parent", [{"parent": "eng-50"}], [], {"A": ONE}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mine", "other", "right"), [one[1:] for one in OWN_PROJECT], ids=[one[0] for one in OWN_PROJECT]
)
def test_a_project_of_its_own_is_the_nearest_place(
    mine: list[dict[str, Any]], other: list[dict[str, Any]], right: dict[str, Fraction]
) -> None:
    items = [one if one.key != "eng-50" else item_with(one, labels=("p",)) for one in LINEAR]
    assert served(align(items, workspace(work("A", *mine), work("B", *other))), "eng-2") == right


def item_with(one: WorkItem, **changes: Any) -> WorkItem:
    return project(one.key, **{"parent": "eng-90", **changes})


@pytest.mark.parametrize(
    ("on_project", "on_parent", "right"),
    [
        ({"claims": ("A",)}, {}, {"A": ONE}),
        ({"claims": ("A",)}, {"claims": ("B",)}, {"A": ONE}),
        ({}, {"claims": ("B",)}, {"B": ONE}),
    ],
)
def test_a_claim_on_the_own_project(
    on_project: dict[str, Any], on_parent: dict[str, Any], right: dict[str, Fraction]
) -> None:
    items = [
        project("eng-50", **on_project),
        item("eng-1", **on_parent),
        sub_issue("eng-2", "eng-1", "eng-50"),
    ]
    assert served(align(items, workspace(work("A"), work("B"))), "eng-2") == right


def test_a_stronger_word_on_the_parent_beats_a_weaker_one_on_the_own_project() -> None:
    items = [project("eng-50"), item("eng-1", claims=("B",)), sub_issue("eng-2", "eng-1", "eng-50")]
    placed = align(items, workspace(work("A", {"key": "eng-50"}), work("B")))
    assert served(placed, "eng-2") == {"B": ONE}


def test_a_parent_in_the_same_project_stays_the_nearest() -> None:
    items = [
        project("eng-50"),
        item("eng-1", "eng-50", own_project=ref("eng-50")),
        sub_issue("eng-2", "eng-1", "eng-50"),
    ]
    placed = align(items, workspace(work("A", {"key": "eng-50"}), work("B", {"key": "eng-1"})))
    assert served(placed, "eng-2") == {"B": ONE}
    assert placed.children[ref("eng-50")] == (ref("eng-1"),)


def test_a_project_of_nothing_but_sub_issues_counts_them_and_not_itself() -> None:
    items = [project("eng-50"), item("eng-1"), sub_issue("eng-2", "eng-1", "eng-50")]
    placed = align(items, workspace(work("A", {"key": "eng-50"})))
    assert [one.key for one, _ in placed.leaves["A"]] == ["eng-2"]
    assert placed.children[ref("eng-50")] == (ref("eng-2"),)


def below(key: str = "WEB-2", **changes: Any) -> WorkItem:
    return item(key, "TOP-1", parent_key="TOP-1", **changes)


UNSEEN = [
    ({"key": "TOP-1"}, True),
    ({"key": "top-1"}, True),
    ({"key": "jira:TOP-1"}, True),
    ({"key": "linear:TOP-1"}, False),
    ({"key": "TOP-1", "tracker": "jira"}, True),
    ({"key": "TOP-1", "tracker": "linear"}, False),
    ({"any": [{"key": "TOP-1"}, {"key": "TOP-2"}]}, True),
    ({"parent": "TOP-1"}, True),
    ({"under": "jira:TOP-1"}, True),
    ({"initiative": "TOP-1"}, True),
    ({"key": "TOP-1", "label": "x"}, False),
    ({"key": "TOP-1", "not": {"label": "x"}}, False),
    ({"key": "TOP-1", "created": {"until": "2026-12-31"}}, False),
    ({"key": "TOP-1", "inherit": False}, False),
    ({"level": "issue", "key": "TOP-1"}, False),
    ({"key": "TOP-2"}, False),
]


@pytest.mark.parametrize(("rule", "holds"), UNSEEN, ids=[str(one[0])[:60] for one in UNSEEN])
@pytest.mark.parametrize("by_id", [True, False])
def test_a_parent_that_cannot_be_seen_stands_by_its_key(
    rule: dict[str, Any], holds: bool, by_id: bool
) -> None:
    """Jira Cloud gives its id and key, Data Center the key of an epic alone."""
    one = below() if by_id else item("WEB-2", parent_key="TOP-1")
    placed = align([one, item("WEB-3", "WEB-2", level="subtask")], workspace(work("A", rule)))
    for key in ("WEB-2", "WEB-3"):
        if "parent" in rule and key == "WEB-3":
            assert placed.placements[ref(key)].state == "aligned"
        assert served(placed, key) == ({"A": ONE} if holds else {}), key
        assert placed.placements[ref(key)].state == ("aligned" if holds else "unknown"), key
    (reason,) = {one.reason for one in placed.placements.values()}
    assert reason == ("" if holds else "TOP-1, which is above it, could not be read")


def test_an_exemption_by_key_holds_for_what_cannot_be_seen() -> None:
    placed = align([item("WEB-2", parent_key="TOP-9")], workspace(work("A"), **EXEMPT))
    one = placed.placements[ref("WEB-2")]
    assert (one.state, one.category, one.reason) == ("exempt", "ktlo", "key TOP-9 on ancestor TOP-9")


def test_its_own_word_needs_no_parent() -> None:
    placed = align([below(claims=("A",)), below("WEB-4", labels=("ktlo",))], workspace(work("A"), **EXEMPT))
    assert [placed.placements[ref(key)].state for key in ("WEB-2", "WEB-4")] == ["aligned", "exempt"]


def test_a_former_key_names_an_item_as_its_key_does() -> None:
    moved = epic("OPS-7", former_keys=("WEB-12",), former_projects=("web",))
    items = [moved, item("OPS-8", "OPS-7")]
    for rule in (
        {"key": "web-12"},
        {"under": "jira:WEB-12"},
        {"parent": "WEB-12"},
        {"project": "WEB", "level": "epic"},
    ):
        assert served(align(items, workspace(work("A", rule))), "OPS-8") == {"A": ONE}, rule


@pytest.mark.parametrize(
    ("policy", "state", "told", "leaves"),
    [("count", "aligned", (1, 0), 2), ("ignore", "out_of_scope", (0, 1), 1)],
)
@pytest.mark.parametrize("where", ["policy", "tracker"])
def test_what_triage_counts_as(
    policy: str, state: str, told: tuple[int, int], leaves: int, where: str
) -> None:
    changes: dict[str, Any] = {"policy": {"triage": policy}}
    if where == "tracker":
        changes = {
            "trackers": {
                "jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["WEB"]}},
                "linear": {"kind": "linear", "scope": {"teams": ["ENG"]}, "policy": {"triage": policy}},
            }
        }
    items = [item("eng-1", labels=("x",)), item("eng-2", labels=("x",), triage=True)]
    placed = align(items, workspace(work("A", {"label": "x"}), **changes))
    assert placed.placements[ref("eng-2")].state == state
    assert placed.triage == {"A": told}
    assert len(placed.leaves["A"]) == leaves


# --- Parents of which not even a key is told ------------------------------------------------------


def unknown(**changes: Any) -> list[WorkItem]:
    """An epic that hangs on something unknown, work below it, and an epic on its own."""
    top = epic("WEB-1", parent_unknown=True, **changes)
    return [top, item("WEB-2", "WEB-1"), item("WEB-3", "WEB-2"), epic("WEB-9")]


def test_nobody_below_an_unknown_parent_is_accused() -> None:
    placed = align(unknown(), workspace(work("A"))).placements
    assert [placed[ref(key)].state for key in ("WEB-1", "WEB-2", "WEB-3", "WEB-9")] == ["unknown"] * 3 + [
        "unaligned"
    ]
    assert placed[ref("WEB-3")].reason == "the parent of WEB-1, which is above it, could not be read"


def test_a_nearer_word_counts_below_an_unknown_parent() -> None:
    placed = align(unknown(claims=("A",)), workspace(work("A"))).placements
    assert {placed[ref(key)].state for key in ("WEB-1", "WEB-2", "WEB-3")} == {"aligned"}


def test_unknown_parents_are_as_many_as_there_are() -> None:
    items = [epic("WEB-1", parent_unknown=True), epic("WEB-2", parent_unknown=True)]
    found = align(items, workspace(work("A", {"under": "WEB-1"})))
    assert found.unseen == {}
    reasons = {one.item.id: one.reason for one in found.placements.values()}
    assert len(set(reasons.values())) == 2
