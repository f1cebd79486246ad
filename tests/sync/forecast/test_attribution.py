"""Which of time, scope and work moved a chance: each step against the whole pipeline, and the three against the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from connectors.model import WorkItem
from sync.collect.rewind import rewound
from sync.decide import Decision, look
from sync.forecast.attribution import Attribution, Untold, attribute
from sync.forecast.simulation import RUNS
from sync.measure import as_it_was
from sync.memory import Memory
from sync.observation import Past
from tests.support.builders import NOW, epic, item, metric, observed, query, work, workspace
from tests.support.twenty_key_results import KEPT, TODAY, WEEKDAYS, declared, world

SINCE = NOW - timedelta(weeks=1)


def chance(run: Decision, name: str) -> Fraction | None:
    found = run.outlooks[name].forecast
    return None if found is None else Fraction(round(found.chance * RUNS), RUNS)


def unworked(one: WorkItem) -> WorkItem:
    """The item as today's scope has it, with nothing done since."""
    if one.category == "dropped":
        return one
    then = as_it_was(one, SINCE)
    if then is None:
        return replace(one, category="todo", started=None, completed=None)
    return replace(one, category=then.category, started=then.started, completed=then.completed)


def test_each_step_is_what_the_whole_pipeline_makes_of_it() -> None:
    items = [
        replace(one, created=NOW - timedelta(days=3)) if number > 8 and number % 11 == 5 else one
        for number, one in enumerate(world(3))
    ]
    items = [
        replace(one, category="done", completed=NOW - timedelta(days=2))
        if one.key in ("WEB-2", "WEB-5")
        else one
        for one in items
    ]
    items[20] = replace(items[20], category="dropped", completed=None, dropped=NOW - timedelta(days=1))
    known, memory = declared(), Memory(recent=KEPT)
    kept = {name: [one for one in rows if one.on <= SINCE.date()] for name, rows in KEPT.items()}
    today = look(observed(*items), memory, known, NOW)
    then = look(rewound(observed(*items), SINCE), Memory(recent=kept), known, SINCE)
    was = [one for one in (as_it_was(one, SINCE) for one in items) if one is not None]
    held = look(observed(*was), Memory(recent=kept), known, NOW)
    scoped = look(observed(*map(unworked, items)), Memory(recent=kept), known, NOW)
    found = attribute(today.alignment, today.scorecard, known, today.outlooks, KEPT, SINCE)
    told = {name: one for name, one in found.items() if isinstance(one, Attribution)}
    assert len(told) >= 15
    # What was in progress on an earlier day the pipeline itself counts as not begun, so it says less than is known here.
    plain = {name: one for name, one in told.items() if not _credits_started(name)}
    assert {name: (one.before, one.held, one.scoped, one.after) for name, one in plain.items()} == {
        name: tuple(chance(run, name) for run in (then, held, scoped, today)) for name in plain
    }
    assert all(one.time + one.scope + one.work == one.change for one in told.values())
    causes = {cause for one in told.values() for cause in ("time", "scope", "work") if getattr(one, cause)}
    assert causes == {"time", "scope", "work"}


def _credits_started(name: str) -> bool:
    measures = {one.id: one.measure for _, one in declared().key_results()}
    return bool(getattr(measures[name], "started", 0))


def done(number: int, days_ago: int, **changes: Any) -> WorkItem:
    return item(
        f"WEB-{number}",
        **{"claims": ("A",), "category": "done", "completed": NOW - timedelta(days=days_ago), **changes},
    )


STEADY = [done(n, 7 + 3 * n) for n in range(1, 12)]
OPEN = [item(f"WEB-{n}", claims=("A",)) for n in range(20, 31)]
NEW = [item(f"WEB-{n}", claims=("A",), created=NOW - timedelta(days=3)) for n in range(40, 50)]
DONE = [done(n, 2) for n in range(60, 68)]


def moved(items: list[WorkItem], result: dict[str, Any], kept: Any = ()) -> Attribution | Untold | None:
    known = workspace(result, calendar=WEEKDAYS)
    run = look(observed(*items, counts={"A": 30}), Memory(recent={"A": kept}), known, NOW)
    return attribute(run.alignment, run.scorecard, known, run.outlooks, {"A": kept}, SINCE).get("A")


@pytest.mark.parametrize(
    ("items", "main", "nothing"),
    [
        ([*STEADY, *OPEN], "time", ("scope", "work")),
        ([*STEADY, *OPEN, *NEW], "scope", ("work",)),
        ([*STEADY, *OPEN, *DONE], "work", ("scope",)),
    ],
    ids=["time", "scope", "work"],
)
def test_the_cause_that_moved_it_most_is_named(
    items: list[WorkItem], main: str, nothing: tuple[str, ...]
) -> None:
    found = moved(items, work("A"))
    assert isinstance(found, Attribution)
    assert found.main == main
    assert [getattr(found, one) for one in nothing] == [0] * len(nothing)
    assert found.time < 0
    points = [found.points(cause) for cause in ("work", "scope", "time")]
    assert points[("work", "scope", "time").index(main)] != 0


def test_dropped_scope_raises_the_chance() -> None:
    dropped = [
        replace(one, category="dropped", dropped=NOW - timedelta(days=1), completed=None) for one in OPEN[:8]
    ]
    found = moved([*STEADY, *OPEN[8:], *dropped], work("A"))
    assert isinstance(found, Attribution)
    assert found.scope > 0
    assert found.work == 0


def test_a_parent_that_was_closed_since_is_work_and_no_scope() -> None:
    above = epic("WEB-100", claims=("A",), estimate=8.0, category="done", completed=NOW - timedelta(days=1))
    below = [
        item(f"WEB-{n}", "WEB-100", category="done", completed=NOW - timedelta(days=20)) for n in (101, 102)
    ]
    rest = [item(f"WEB-{n}", "WEB-100") for n in (103, 104)]
    weighed = [replace(one, estimate=1.0) for one in (*STEADY, *OPEN)]
    found = moved([above, *below, *rest, *weighed], work("A", measure={"weigh": "points"}))
    assert isinstance(found, Attribution)
    assert found.scope == 0
    assert found.work > 0


RISING = (("2026-10-05", 10.0), ("2026-10-19", 20.0), ("2026-11-05", 30.0))


def test_a_value_has_no_scope_and_check_ins_since_are_its_work() -> None:
    still = moved([], metric("A", 0, 60, *RISING))
    assert isinstance(still, Attribution)
    assert still.is_value
    assert not still.scope
    assert not still.work
    risen = moved([], metric("A", 0, 60, *RISING, ("2026-11-14", 50.0)))
    assert isinstance(risen, Attribution)
    assert (risen.before, risen.held) == (still.before, still.held)
    assert risen.work > 0


def test_what_a_query_counts_is_told_by_what_was_kept() -> None:
    days = [TODAY - timedelta(days=n) for n in range(40, 0, -1)]
    kept = [Past(day, 80.0 - at, at / 80) for at, day in enumerate(days)]
    found = moved([], query("A", 80, 0), kept)
    assert isinstance(found, Attribution)
    assert found.since == date(2026, 11, 9)
    assert found.is_value
    assert moved([], query("A", 80, 0), kept[-5:]) == "forecast_now"


@pytest.mark.parametrize(
    ("result", "items", "why"),
    [
        (work("A"), OPEN, "forecast_now"),
        (work("A"), [done(1, 2), done(2, 3), *OPEN], "forecast_then"),
    ],
    ids=["now", "then"],
)
def test_what_cannot_be_said_has_a_reason(result: dict[str, Any], items: list[WorkItem], why: str) -> None:
    assert moved(items, result) == why


def test_a_cycle_that_began_since_has_no_before() -> None:
    known = workspace(
        work("A"), cycles={"2026-Q4": {"start": "2026-11-12", "end": "2026-12-31"}}, calendar=WEEKDAYS
    )
    run = look(observed(*STEADY, *OPEN, *DONE), Memory(), known, NOW)
    assert attribute(run.alignment, run.scorecard, known, run.outlooks, {}, SINCE) == {"A": "cycle"}
