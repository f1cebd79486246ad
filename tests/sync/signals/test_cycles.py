"""Findings and figures where several cycles are declared: each is judged by itself, and only of what takes a part of the work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import Marks, Stamp, WorkItem
from sync.align.suggestions import suggest
from sync.decide import Decision, decide
from sync.explain.unaligned import summary_of_unaligned
from sync.memory import Memory
from sync.observation import Observation
from sync.report.scorecard import scorecard
from sync.signals.budgets import slices
from tests.support.builders import epic, item, metric, observed, work, workspace

CYCLES = {
    "2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"},
    "2027-Q1": {"start": "2027-01-01", "end": "2027-03-31"},
    "FY27": {"start": "2026-07-01", "end": "2027-06-30"},
}
Q4, Q1, YEAR = CYCLES


def declared(*goals: tuple[str, str, list[dict[str, Any]]], **changes: Any) -> Workspace:
    """Objectives: id, cycle, key results."""
    objectives = [
        {"id": id_, "title": id_, "cycle": cycle, "key_results": some} for id_, cycle, some in goals
    ]
    cycles = {name: CYCLES[name] for name in CYCLES if any(name == cycle for _, cycle, _ in goals)}
    return workspace(objectives=objectives, cycles=cycles, **changes)


def run(items: list[WorkItem], goals: Workspace, day: str = "2026-11-16") -> Decision:
    moment = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=UTC)
    found: Observation = observed(*items, at=moment)
    return decide(found, Memory(writing_runs=1), goals, moment)


def kinds(decision: Decision) -> list[str]:
    return [one.kind for one in decision.signals.findings if one.kind != "unserved_key_result"]


X = {"label": "x"}
TICKET = item("WEB-1", labels=("x",))
WATCHED = [metric("M", 0, 10, links=[X])]


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        (declared(("O", Q4, [work("A", X)]), ("P", Q4, [work("B", X)])), ["two_objectives"]),
        (declared(("O", Q4, [work("A", X)]), ("P", YEAR, [work("B", X)])), []),
        (declared(("O", Q4, [work("A", X)]), ("P", Q1, [work("B", X)])), []),
        (declared(("O", Q4, [work("A", X)]), ("P", Q4, WATCHED)), []),
        (declared(("O", Q4, WATCHED), ("P", Q4, [metric("N", 0, 10, links=[X])])), []),
    ],
    ids=[
        "within a cycle",
        "of two that overlap",
        "of two that follow",
        "work and what watches",
        "only what watches",
    ],
)
def test_torn_is_judged_within_a_cycle_and_of_what_weighs(goals: Workspace, said: list[str]) -> None:
    assert kinds(run([TICKET], goals)) == said


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        (declared(("O", Q4, [work("A", {"key": "WEB-9"})]), ("P", Q4, [work("B", X)])), ["against_parent"]),
        (declared(("O", Q4, [work("A", {"key": "WEB-9"})]), ("P", YEAR, [work("B", X)])), []),
        (declared(("O", Q4, [work("A", {"key": "WEB-9"})]), ("P", Q4, WATCHED)), []),
    ],
    ids=["within a cycle", "of two cycles", "what watches"],
)
def test_against_the_parent_likewise(goals: Workspace, said: list[str]) -> None:
    child = item("WEB-1", "WEB-9", labels=("x",))
    assert kinds(run([epic("WEB-9"), child], goals)) == said


@pytest.mark.parametrize(
    ("cycle", "watching", "said"),
    [(Q4, False, ["too_many_key_results"]), (YEAR, False, []), (Q4, True, [])],
    ids=["within a cycle", "of two cycles", "what watches"],
)
def test_too_many_likewise(cycle: str, watching: bool, said: list[str]) -> None:
    last = metric("M", 0, 10, links=[X]) if watching else work("D", X)
    goals = declared(("O", Q4, [work(name, X) for name in "ABC"]), ("P", cycle, [last]))
    assert [one for one in kinds(run([TICKET], goals)) if one != "two_objectives"] == said


CLAIMED = item("WEB-1", claims=("A",))


@pytest.mark.parametrize(
    ("goals", "day", "said"),
    [
        (declared(("O", Q4, [work("A")])), "2027-01-05", ["missing_cycle"]),
        (declared(("O", Q4, [work("A")])), "2027-02-05", ["closed_key_result"]),
        (declared(("O", Q4, [work("A")]), ("P", Q1, [work("B")])), "2027-01-05", ["closed_key_result"]),
        (declared(("O", Q4, [work("A")]), ("P", Q1, [work("B", continues="A")])), "2027-01-05", []),
    ],
    ids=["it rests", "it is over", "another one runs", "it goes on"],
)
def test_nobody_is_accused_of_a_claim_that_rests_or_goes_on(
    goals: Workspace, day: str, said: list[str]
) -> None:
    assert kinds(run([CLAIMED], goals, day)) == said


def test_the_finding_names_a_successor_without_objectives() -> None:
    goals = declared(("O", Q4, [work("A")]))
    both = workspace(cycles={name: CYCLES[name] for name in (Q4, Q1)}).cycles
    goals = goals.model_copy(update={"cycles": both})
    (found,) = (
        one for one in run([CLAIMED], goals, "2027-01-05").signals.findings if one.kind == "missing_cycle"
    )
    assert (
        "has begun (2027-Q1 is declared, but has no objectives); the marks of 1 open item rest"
        in found.message
    )
    assert "roll-over 2026-Q4 2027-Q1" in found.remedy


def test_what_nothing_serves_is_said_of_running_cycles_alone() -> None:
    goals = declared(("O", Q4, [work("A")]), ("P", Q1, [work("B")]), ("Y", YEAR, [work("C")]))
    for day, said in (("2026-11-16", ["A", "C"]), ("2027-01-05", ["B", "C"])):
        found = run([], goals, day).signals.findings
        assert [one.message.split(" (")[0][-1] for one in found if one.kind == "unserved_key_result"] == said


def test_only_what_can_be_linked_now_is_suggested() -> None:
    words = "Deploy pipeline invoice"
    goals = declared(
        ("O", Q4, [work("A", X, title=words)]),
        ("P", Q1, [work("B", X, title=words)]),
        ("Y", YEAR, [work("Z", {"label": "z"})]),
    )
    # Some of it was closed in the old cycle: that it served A speaks for A.
    done: dict[str, Any] = {"category": "done", "completed": datetime(2026, 12, 1, tzinfo=UTC)}
    served = [item(f"WEB-1{nr}", labels=("x",), title=words, **(done if nr % 2 else {})) for nr in range(8)]
    others = [item(f"OPS-{nr}", labels=("z",), title="Something else") for nr in range(8)]
    alone = item("WEB-2", title=words)
    for day, offered in (("2026-11-16", "A"), ("2027-01-05", "B")):
        decision = run([*served, *others, alone], goals, day)
        near = suggest(decision.alignment, goals)[alone.ref]
        assert {one.key_result for one in near} == {offered}
    assert decision.alignment.offered == ("B", "Z")


def test_work_that_rests_or_is_planned_is_not_where_unaligned_work_goes() -> None:
    goals = declared(
        ("O", Q4, [work("A", X)]), ("P", Q1, [work("B", {"label": "y"})]), ("Y", YEAR, [work("Z")])
    )
    doing = [replace(TICKET, category="doing"), item("WEB-2", labels=("y",), category="doing"), item("WEB-3", category="doing")]  # fmt: skip
    before = {one.name: int(one.pieces) for one in slices(run(doing, goals).alignment, goals, datetime(2026, 11, 16, tzinfo=UTC))}  # fmt: skip
    assert before == {"O": 1, "P": 1, "Y": 0, "": 1}
    gap = declared(("O", Q4, [work("A", X)]), ("Y", YEAR, [work("Z")]))
    now = datetime(2027, 1, 5, tzinfo=UTC)
    found = {one.name: int(one.pieces) for one in slices(run(doing, gap, "2027-01-05").alignment, gap, now)}
    assert found == {"O": 1, "Y": 0, "": 2}


def test_the_scorecard_tells_running_ended_and_coming_cycles_apart() -> None:
    goals = declared(("O", Q4, [work("A")]), ("P", Q1, [work("B")]), ("Y", YEAR, [work("Z")]))
    for day, said in (
        ("2026-11-16", ["O", "A", "Y", "Z", "2027-Q1, begins on 2027-01-01", "P", "B"]),
        ("2027-01-05", ["P", "B", "Y", "Z", "2026-Q4, ended on 2026-12-31", "O", "A"]),
    ):
        rows = scorecard(run([], goals, day).scorecard).rows
        assert [row[0].text or row[1].text for row in rows] == said


def test_the_scorecard_says_that_a_value_is_at_its_target() -> None:
    goals = declared(("O", Q4, [metric("M", 0, 10, ("2026-11-10", 10))]))
    card = run([], goals).scorecard
    assert [row[5].text for row in scorecard(card).rows] == ["at target", "at target"]


def test_nobody_is_newly_accused_while_the_next_cycle_is_missing() -> None:
    goals = declared(("O", Q4, [work("A", X)]), ("Y", YEAR, [work("Z", {"label": "z"})]))
    alone, standing = item("OPS-1", category="doing"), item("OPS-2", category="doing")
    stamp = Stamp("acme", alignment="orphaned", labels=("okr-orphaned",))
    standing = replace(standing, shown=Marks(alignment="orphaned", labels=("okr-orphaned",), stamp=stamp))
    for day, accused in (
        ("2026-12-31", [alone.ref, standing.ref]),
        ("2027-01-01", [standing.ref]),
        ("2027-01-21", [standing.ref]),
        ("2027-01-22", [alone.ref, standing.ref]),
    ):
        signals = run([alone, standing], goals, day).signals
        assert list(signals.orphans) == accused, day
        assert signals.is_unaligned(alone.ref)
    resting = run([alone, standing], goals, "2027-01-01")
    assert resting.signals.in_grace[alone.ref].until == date(2027, 1, 22)
    assert alone.ref not in {edit.item.ref for edit in resting.plan.edits if edit.wanted.alignment}
    text = summary_of_unaligned(alone, alone, "nothing matches", resting, goals)
    assert "no new warning before 2027-01-22" in text
    ended = declared(("O", Q4, [work("A", X)]), ("P", Q1, [work("B", X)]))
    assert list(run([alone], ended, "2027-01-01").signals.orphans) == [alone.ref]
