"""Done work that can no longer be seen: which of it is said, until when, and with how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import Pull, Ref, SetAside, WorkItem
from sync.collect.lost_items import lost_items
from sync.observation import LostItem, Observation
from sync.signals.findings.lost_work import find_lost
from tests.support.builders import NOW, epic, item, observed, ref, work, workspace

TODAY = date(2026, 11, 16)
GOALS = workspace(
    cycles={
        "2026-Q3": {"start": "2026-07-01", "end": "2026-09-30"},
        "2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"},
    },
    objectives=[
        {"id": "O", "title": "O", "cycle": "2026-Q4", "key_results": [work("A", {"label": "a"}), work("B", {"label": "b"})]},
        {"id": "P", "title": "P", "cycle": "2026-Q3", "key_results": [work("OLD", {"label": "old"})]},
    ],
)  # fmt: skip


def done(key: str, *labels: str, on: datetime = NOW, **changes: Any) -> WorkItem:
    return item(key, **{"labels": labels, "category": "done", "status": "Done", "completed": on, **changes})


STAYS = done("WEB-1", "a")


def lost(before: list[WorkItem], now: list[WorkItem], today: date = TODAY) -> list[str]:
    """Keys of what is lost between two reads."""
    return sorted(one.key for one in lost_items(observed(*before), observed(*now), GOALS, today).values())


@pytest.mark.parametrize(
    ("before", "keys"),
    [
        (done("WEB-2", "a"), ["WEB-2"]),
        (item("WEB-2", labels=("a",)), []),
        (done("WEB-2"), []),
        (done("WEB-2", "old"), []),
        (done("WEB-2", "a", on=datetime(2026, 9, 1, tzinfo=UTC)), []),
        (done("WEB-2", "a", in_scope=False), []),
        # Nothing of its project is in scope any more.
        (done("OPS-2", "a", project="OPS"), []),
    ],
    ids=["done", "open", "serves nothing", "of a cycle that ended", "done before the cycle", "above the scope", "elsewhere"],
)  # fmt: skip
def test_what_is_lost(before: WorkItem, keys: list[str]) -> None:
    assert lost([STAYS, before], [STAYS]) == keys


def test_what_is_seen_or_only_set_aside_is_not_lost() -> None:
    two = done("WEB-2", "a")
    assert lost([STAYS, two], [STAYS, two]) == []
    now = Observation((Pull("jira", (STAYS,), NOW, set_aside=(SetAside(two.ref.id, "WEB-2", "no"),)),), NOW)
    assert lost_items(observed(STAYS, two), now, GOALS, TODAY) == {}
    assert lost_items(None, now, GOALS, TODAY) == {}


def test_it_is_said_until_it_is_seen_again_or_the_cycle_ends() -> None:
    two = done("WEB-2", "a", estimate=3)
    first = replace(observed(STAYS), lost=lost_items(observed(STAYS, two), observed(STAYS), GOALS, TODAY))
    assert first.lost == {two.ref: LostItem("WEB-2", ("A",), 3)}
    assert lost_items(first, observed(STAYS), GOALS, TODAY) == first.lost
    assert lost_items(first, observed(STAYS, two), GOALS, TODAY) == {}
    # What is lost later stands beside it.
    three = done("WEB-3", "b")
    then = replace(observed(STAYS, three), lost=first.lost)
    assert lost_items(then, observed(STAYS), GOALS, TODAY).keys() == {two.ref, three.ref}
    assert lost_items(first, observed(STAYS), GOALS, date(2027, 1, 1)) == {}


def test_a_leaf_below_an_epic_serves_what_the_epic_serves() -> None:
    above = epic("WEB-5", labels=("b",))
    below = done("WEB-6", parent="WEB-5")
    found = lost_items(observed(above, STAYS, below), observed(above, STAYS), GOALS, TODAY)
    assert found == {below.ref: LostItem("WEB-6", ("B",), None)}


def say(*items: LostItem, goals: Workspace = GOALS) -> list[str]:
    found: dict[Ref, LostItem] = {ref(one.key): one for one in items}
    return [one.message for one in find_lost(replace(observed(), lost=found), goals)]


@pytest.mark.parametrize(
    ("items", "messages"),
    [
        ([], []),
        ([LostItem("WEB-2", ("A",), 1)], ["A: 1 done item can no longer be seen and no longer counts: WEB-2 (1 point)"]),
        (
            [LostItem("WEB-2", ("A", "B"), 2.5), LostItem("WEB-3", ("A",))],
            [
                "A: 2 done items can no longer be seen and no longer count: WEB-2, WEB-3 (2.5 points; 1 not estimated)",
                "B: 1 done item can no longer be seen and no longer counts: WEB-2 (2.5 points)",
            ],
        ),
        (
            [LostItem(f"WEB-{n}", ("A",)) for n in range(1, 8)],
            ["A: 7 done items can no longer be seen and no longer count: WEB-1, WEB-2, WEB-3, WEB-4, WEB-5 and 2 more (not estimated)"],
        ),
    ],
)  # fmt: skip
def test_the_loss_is_said_with_items_and_points(items: list[LostItem], messages: list[str]) -> None:
    assert say(*items) == messages


def test_what_was_done_before_the_cycle_is_lost_where_it_counts() -> None:
    old = done("WEB-9", "kr:A", on=datetime(2026, 8, 3, tzinfo=UTC), claims=("A",))
    for since, keys in (("cycle", []), ("2026-08-03", ["WEB-9"]), ("2026-08-04", []), ("ever", ["WEB-9"])):
        goals = workspace(work("A", measure={"since": since}))
        found = lost_items(observed(STAYS, old), observed(STAYS), goals, TODAY)
        assert [one.key for one in found.values()] == keys, since
