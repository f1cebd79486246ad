"""Orphans on the screen: the most effort first, narrowed by team, project and age, and who works on them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.model import WorkItem
from sync.cli.render.markdown import to_markdown
from sync.cli.render.screen import Screen
from sync.cli.render.terminal import to_text
from sync.decide import Decision, decide
from sync.memory import Memory
from sync.plan.guards import samples
from sync.plan.undo import SelectionError
from sync.report import data
from sync.report.table import Section
from sync.report.unaligned.narrowing import WorkFilter
from sync.report.unaligned.not_warned import not_warned
from sync.report.unaligned.orphans import orphans
from tests.support.builders import NOW, epic, item, observed, workspace


def begun(key: str, parent: str | None = None, days: int = 60, **changes: Any) -> WorkItem:
    at = NOW - timedelta(days=days)
    return item(key, parent, category="doing", created=at, started=at, **changes)


ITEMS = [
    begun("WEB-1", estimate=2, assignee="Mei Tanaka"),
    begun("WEB-2", title="Move the payroll", private=True, days=30),
    begun("OPS-1", "WEB-1", estimate=8, days=20),
    begun("OPS-2", estimate=3, days=90),
    begun("eng-1", team="ENG", project="Faster API", estimate=20, days=100, assignee="Jörg Weiß"),
    epic("OPS-9"),
]


@pytest.fixture(scope="module")
def run() -> Decision:
    return decide(observed(*ITEMS), Memory(), workspace(), NOW)


def keys(section: Section) -> list[str]:
    return [row[0].text for row in section.rows]


def test_the_most_effort_comes_first(run: Decision) -> None:
    section = orphans(run)
    effort = section.columns.index("effort")
    assert [(row[0].text, row[effort].text) for row in section.rows] == [
        ("eng-1", "20"), ("WEB-1", "8"), ("OPS-2", "3"), ("WEB-2", "1"),
    ]  # fmt: skip
    assert [one["key"] for one in data.of_orphans(run)] == ["eng-1", "WEB-1", "OPS-1", "OPS-2", "WEB-2"]


def test_a_row_says_who_where_and_the_address(run: Decision) -> None:
    text = "\n".join(to_text(orphans(run), Screen(width=140)))
    for word in ("Mei Tanaka", "Jörg Weiß", "ENG", "WEB", "https://tracker.example/WEB-1"):
        assert word in text
    told = {one["key"]: one for one in data.of_orphans(run)}
    assert (told["eng-1"]["assignee"], told["eng-1"]["team"]) == ("Jörg Weiß", "ENG")
    assert (told["WEB-1"]["effort"], told["WEB-1"]["effort_items"]) == (8, 2)


def test_people_are_not_named_in_markdown(run: Decision) -> None:
    for section in (orphans(run), not_warned(run.alignment.items, run.signals, NOW)):
        text = to_markdown(section)
        assert "Mei" not in text
        assert "assignee" not in text


def test_restricted_titles_are_marked_wherever_they_are_printed(run: Decision) -> None:
    for text in (
        "\n".join(to_text(orphans(run), Screen(width=80))),
        to_markdown(orphans(run)).replace("\\", ""),
    ):
        assert "(restricted) Move the payroll" in text
    assert {one["key"] for one in data.of_orphans(run) if one["restricted"]} == {"WEB-2"}
    hidden = [edit for edit in run.plan.edits if edit.item.key == "WEB-2"]
    assert samples(hidden) == ("WEB-2",), "a guard is told in logs and chats"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (WorkFilter(teams=frozenset({"eng"})), ["eng-1"]),
        (WorkFilter(teams=frozenset({"OPS"})), ["OPS-1", "OPS-2"]),
        (WorkFilter(projects=frozenset({"faster api"})), ["eng-1"]),
        (WorkFilter(older_than=59), ["eng-1", "WEB-1", "OPS-2"]),
        (WorkFilter(older_than=60), ["eng-1", "OPS-2"]),
        (WorkFilter(frozenset({"OPS"}), frozenset(), 30), ["OPS-2"]),
        (WorkFilter(frozenset({"WEB", "ENG"}), frozenset({"WEB"})), ["WEB-1", "WEB-2"]),
    ],
)
def test_orphans_are_narrowed(run: Decision, asked: WorkFilter, expected: list[str]) -> None:
    part = asked.part_of(run)
    section = orphans(part, narrowed_by=asked.words, whole=len(run.signals.orphans))
    assert keys(section) == expected, "what hangs below something that is left out is topmost"
    assert f"Only {asked.words}, of 5 warned items." in section.lead
    assert {one["key"] for one in data.of_orphans(part)} >= set(expected)
    assert part.plan is run.plan


def test_nothing_asked_is_everything(run: Decision) -> None:
    assert WorkFilter().part_of(run) is run


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (WorkFilter(teams=frozenset({"ENGG"})), "no item that was read is in team ENGG; did you mean ENG?"),
        (WorkFilter(projects=frozenset({"zzz"})), "no item that was read is in project zzz"),
    ],
)
def test_an_unknown_name_is_refused(run: Decision, asked: WorkFilter, message: str) -> None:
    with pytest.raises(SelectionError) as refused:
        asked.part_of(run)
    assert str(refused.value) == message


def test_a_list_of_none_says_so() -> None:
    alone = decide(observed(item("WEB-1")), Memory(), workspace(), NOW)
    assert orphans(alone).lead[0] == "0 open items are warned for serving no key result."
    assert orphans(alone).rows == ()
