"""The day on which marks move from one cycle to the next: no mass change, said in one line; all else counts as ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import Ref, Stamp, WorkItem
from sync.decide import Decision, decide
from sync.marks.details import offers_in
from sync.memory import Memory
from sync.observation import Observation
from sync.plan.plan import RULES
from tests.support.builders import epic, item, observed, work, workspace

Q4 = {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}}
Q1 = {"2027-Q1": {"start": "2027-01-01", "end": "2027-03-31"}}
POLICY: dict[str, Any] = {"guards": {"floor": 5, "project_floor": 5, "removed_floor": 5, "unlinked_floor": 5}}
RULE = {"label": "x"}
ITEMS = [epic("WEB-1", labels=("x",)), *(item(f"WEB-{nr}", labels=("x",)) for nr in range(2, 12))]


def declared(cycles: dict[str, Any], *goals: tuple[str, dict[str, Any]]) -> Workspace:
    objectives = [
        {"id": f"O{nr}", "title": cycle, "cycle": cycle, "key_results": [goal]}
        for nr, (cycle, goal) in enumerate(goals)
    ]
    return workspace(cycles=cycles, objectives=objectives, policy=POLICY)


OLD = ("2026-Q4", work("A", RULE))
NEW = ("2027-Q1", work("B", RULE, continues="A"))
BEFORE, BOTH = declared(Q4, OLD), declared({**Q4, **Q1}, OLD, NEW)


def run(items: list[WorkItem], goals: Workspace, day: str, **remembered: Any) -> Decision:
    moment = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=UTC)
    found: Observation = observed(*items, at=moment)
    return decide(found, Memory(writing_runs=1, **remembered), goals, moment)


def written(decision: Decision, items: list[WorkItem]) -> list[WorkItem]:
    """The items after the plan was carried out."""
    marks = {
        edit.item.ref: replace(
            edit.wanted,
            stamp=Stamp(
                "acme", edit.wanted.key_results, edit.wanted.alignment, edit.wanted.labels, rules=RULES
            ),
        )
        for edit in decision.plan.edits
    }
    return [replace(one, shown=marks.get(one.ref, one.shown)) for one in items]


@pytest.fixture(scope="module")
def marked() -> list[WorkItem]:
    return written(run(ITEMS, BEFORE, "2026-12-31"), ITEMS)


def guards(decision: Decision) -> list[str]:
    return [one.guard for one in decision.stops]


def test_the_roll_over_is_no_mass_change_and_is_said(marked: list[WorkItem]) -> None:
    found = run(marked, BOTH, "2027-01-01")
    assert guards(found) == []
    assert found.plan.notes[-1] == (
        "11 items move from 2026-Q4 to 2027-Q1: one edit each, in place. "
        "The guards on mass changes do not count them."
    )
    for edit in found.plan.edits:
        assert {change.mark for change in edit.changes} <= {"key_results", "comment"}
        assert [mark.id for mark in edit.wanted.key_results] == ["B"]
    again = run(written(found, marked), BOTH, "2027-01-02")
    assert (again.plan.edits, again.plan.notes) == ((), ())


def test_other_changes_in_the_same_plan_count(marked: list[WorkItem]) -> None:
    fresh = [item(f"WEB-{nr}", labels=("x",)) for nr in range(20, 40)]
    assert "mass-change" in guards(run([*marked, *fresh], BOTH, "2027-01-01"))


@pytest.mark.parametrize(
    "goals",
    [
        declared({**Q4, **Q1}, ("2026-Q4", work("A", {"label": "y"})), ("2026-Q4", work("B", RULE))),
        declared({"2026-Q4": Q4["2026-Q4"], "H2": {"start": "2026-12-01", "end": "2027-05-31"}}, OLD, ("H2", work("B", RULE))),
        declared({**Q1}, NEW),
    ],
    ids=["within one cycle", "a cycle that began before the other ended", "the old one is not declared"],
)  # fmt: skip
def test_what_is_no_roll_over_is_a_mass_change(goals: Workspace) -> None:
    first = declared({**Q4}, OLD)
    before = written(run(ITEMS, first, "2026-11-20"), ITEMS)
    day = "2026-12-20" if "2026-Q4" in goals.cycles and len(goals.objectives) == 2 and goals.objectives[1].cycle == "2026-Q4" else "2027-01-01"  # fmt: skip
    found = run(before, goals, day)
    assert found.plan.edits
    assert "mass-change" in guards(found)
    assert not any(" move from " in note for note in found.plan.notes)


def test_what_loses_its_link_on_that_day_is_told_apart(marked: list[WorkItem]) -> None:
    narrow = declared({**Q4, **Q1}, OLD, ("2027-Q1", work("B", {"key": "WEB-2"})))
    found = run(marked, narrow, "2027-01-01")
    assert guards(found) == ["lost-links"]
    (stop,) = found.stops
    assert (
        "Cycle 2026-Q4 ended on 2026-12-31, and no running one goes on with this work (10 items)"
        in stop.message
    )
    assert any(note.startswith("1 item moves from 2026-Q4 to 2027-Q1") for note in found.plan.notes)


def test_marks_rest_beside_a_longer_cycle_that_goes_on() -> None:
    year = {"FY27": {"start": "2026-07-01", "end": "2027-06-30"}}
    goals = declared({**Q4, **year}, OLD, ("FY27", work("Y", RULE)))
    before = written(run(ITEMS, goals, "2026-12-31"), ITEMS)
    assert [mark.id for mark in before[0].shown.key_results] == ["A", "Y"]
    for day in ("2027-01-01", "2027-01-21"):
        found = run(before, goals, day)
        assert [edit.item.key for edit in found.plan.edits] == [], day
        assert found.signals.orphans == {}
    # The marks that go on move alone: the others are as they were.
    done = [replace(one, category="done", completed=datetime(2027, 1, 4, tzinfo=UTC)) if one.key in ("WEB-2", "WEB-3") else one for one in before]  # fmt: skip
    found = run(done, goals, "2027-01-05")
    first = next(edit for edit in found.plan.edits if edit.item.key == "WEB-1")
    assert [(mark.id, mark.percent) for mark in first.wanted.key_results] == [("A", 0), ("Y", 18)]
    after = run(before, goals, "2027-01-22")
    assert {tuple(mark.id for mark in edit.wanted.key_results) for edit in after.plan.edits} == {("Y",)}


def test_the_finding_says_what_is_missing_and_until_when(marked: list[WorkItem]) -> None:
    def missing(goals: Workspace, day: str) -> list[str]:
        return [
            one.message for one in run(marked, goals, day).signals.findings if one.kind == "missing_cycle"
        ]

    assert missing(BEFORE, "2026-12-31") == []
    assert missing(BEFORE, "2027-01-01") == [
        "cycle 2026-Q4 ended on 2026-12-31 and no next one of like length has begun; the marks of 11 open items rest until 2027-01-21"
    ]
    assert missing(BEFORE, "2027-01-22") == []
    assert missing(BOTH, "2027-01-01") == []
    soon = declared({**Q4, "2027-Q1": {"start": "2027-01-11", "end": "2027-03-31"}}, OLD, NEW)
    assert missing(soon, "2027-01-01") == [], "nothing is to be done"
    late = declared({**Q4, "2027-Q1": {"start": "2027-02-01", "end": "2027-04-30"}}, OLD, NEW)
    assert "(2027-Q1 begins on 2027-02-01)" in missing(late, "2027-01-01")[0]


def test_nothing_moves_of_closed_work(marked: list[WorkItem]) -> None:
    done = [replace(one, category="done", completed=datetime(2026, 12, 31, 12, tzinfo=UTC)) for one in marked]
    found = run(done, BOTH, "2027-01-02")
    assert found.plan.edits == ()
    assert {one.shown.key_results[0].id for one in done} == {"A"}


def test_a_last_link_lost_in_the_gap_has_its_grace_after_it(marked: list[WorkItem]) -> None:
    marked = [replace(one, category="doing") for one in marked]
    found = run(marked, BEFORE, "2027-01-22")
    assert found.unlinked_since == dict.fromkeys((one.ref for one in marked), date(2027, 1, 22))
    assert {one.until for one in found.signals.in_grace.values()} == {date(2027, 1, 29)}
    assert isinstance(next(iter(found.unlinked_since)), Ref)


ORPHANS = [item(f"OPS-{nr}", category="doing") for nr in range(1, 12)]


@pytest.mark.parametrize(
    ("before", "after", "day"),
    [
        (BEFORE, BOTH, "2027-01-01"),
        (BEFORE, declared(Q4, ("2026-Q4", {**OLD[1], "closed": "2026-11-10"})), "2026-11-20"),
        (BEFORE, BEFORE, "2027-01-22"),
    ],
    ids=["the next cycle runs", "closed", "nothing succeeds it"],
)
def test_warnings_offer_what_goes_on_by_one_quiet_edit(before: Workspace, after: Workspace, day: str) -> None:
    warned = written(run(ORPHANS, before, "2026-11-16"), ORPHANS)
    found = run(warned, after, day)
    assert guards(found) == []
    assert [[one.mark for one in edit.changes] for edit in found.plan.edits] == [["comment"]] * 11
    offered = {"B"} if after is BOTH else set()
    for edit in found.plan.edits:
        assert edit.wanted.comment is not None
        assert {one.id for one in offers_in(edit.wanted.comment.details)} == offered
    assert found.plan.notes == (
        "11 warnings offer A, which is over: one edit each, in place. The guards on mass changes do not count them.",
    )
    again = run(written(found, warned), after, day)
    assert (again.plan.edits, again.plan.notes) == ((), ())


def test_warnings_stay_as_they_are_while_the_next_cycle_is_missing() -> None:
    warned = written(run(ORPHANS, BEFORE, "2026-11-16"), ORPHANS)
    for day in ("2027-01-01", "2027-01-21"):
        assert run(warned, BEFORE, day).plan.edits == ()
