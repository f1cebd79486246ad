"""What is suggested, held against a table; the weeks whose forecasts are asked; and what the next cycle is called."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from config.okrs import Cycle
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.decide import look
from sync.forecast.outlook import KeptForecast
from sync.memory import Memory
from sync.review.decisions import suggest
from sync.review.forecasts import checks
from sync.review.promise import promise_of
from sync.review.successor import successor_of
from tests.support.builders import NOW, item, metric, observed, work, workspace

CYCLE = Cycle(start=date(2026, 10, 1), end=date(2026, 12, 31))
OVER = NOW + timedelta(days=50)
KEEP = {
    "id": "K",
    "title": "Guard",
    "measure": {"kind": "keep", "below": 5, "checkins": [{"on": "2026-12-20", "value": 9}]},
}


def pieces(done: int, left: int, added: int = 0) -> list[WorkItem]:
    """Work that was there, done or not, and open work that was added in the cycle."""
    finished = [item(f"WEB-{n}", labels=("a",), category="done") for n in range(done)]
    rest = [item(f"WEB-{100 + n}", labels=("a",)) for n in range(left)]
    late = [item(f"WEB-{200 + n}", labels=("a",), created=NOW - timedelta(days=3)) for n in range(added)]
    return [*finished, *rest, *late]


def value(reached: float) -> dict[str, Any]:
    return metric("A", 0, 100, ("2026-12-20", reached), links=[{"label": "a"}])


@pytest.mark.parametrize(
    ("declared", "items", "fired", "choice", "because"),
    [
        (value(100), [], (), "done", "done"),
        ({**work("A", {"label": "a"})}, pieces(0, 4), (), "drop", "nobody"),
        (KEEP | {"id": "A"}, [], (), "change_work", "broken"),
        (metric("A", 0, 100), [], (), "drop", "no_data"),
        ({"id": "A", "title": "Guard", "measure": {"kind": "keep", "below": 5}}, [], (), "drop", "no_data"),
        (value(10), pieces(9, 1), (), "change_work", "output"),
        (work("A", {"label": "a"}), pieces(7, 3, added=4), (), "revise_target", "scope"),
        (work("A", {"label": "a"}), pieces(6, 4, added=4), (), "persevere", "on_its_way"),
        (value(70), pieces(1, 9), (), "persevere", "near"),
        (value(69), pieces(1, 9), ("stalled_key_result",), "change_work", "stalled"),
        (value(70), pieces(1, 9), ("stalled_key_result",), "persevere", "near"),
        (value(40), pieces(1, 9), (), "persevere", "on_its_way"),
        (value(39), pieces(1, 9), (), "revise_target", "far"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_decision_is_suggested_by_the_first_rule_that_holds(
    declared: dict[str, Any], items: list[WorkItem], fired: tuple[str, ...], choice: str, because: str
) -> None:
    known = workspace(declared)
    run = look(observed(*items, at=OVER), Memory(), known, OVER)
    reading = run.scorecard.readings["A"]
    (objective,) = known.objectives
    promise = promise_of(objective.key_results[0], reading, CYCLE)
    progress = reading.progress
    reached = None if progress is None else progress >= 1
    found = suggest(reading, promise, fired, is_reached=reached, most_growth=0.2)
    assert (found.choice, found.because.key) == (choice, f"review.because.{because}")


def test_while_the_cycle_runs_progress_is_held_against_what_is_expected() -> None:
    known = workspace(
        metric("A", 0, 100, ("2026-11-15", 45)), metric("B", 0, 100, ("2026-11-15", 10)), metric("C", 0, 9)
    )
    readings = look(observed(), Memory(), known, NOW).scorecard.readings
    told = {name: suggest(one, None, (), is_reached=False, most_growth=0.2) for name, one in readings.items()}
    assert {
        name: (one.choice, one.because.key.removeprefix("review.because.")) for name, one in told.items()
    } == {
        "A": ("persevere", "near.so_far"),
        "B": ("revise_target", "far.so_far"),
        "C": ("persevere", "no_data.yet"),
    }


def kept(day: date, low: float, high: float, goal: float = 1.0) -> KeptForecast:
    return KeptForecast(day, low, (low + high) / 2, high, 0.4, goal, 6.0)


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([date(2026, 10, 21)], []),
        ([date(2026, 10, 22)], [(4, date(2026, 10, 22))]),
        ([date(2026, 10, 26), date(2026, 10, 28), date(2026, 10, 29)], [(4, date(2026, 10, 28))]),
        ([date(2026, 11, 19), date(2026, 11, 25)], [(8, date(2026, 11, 25))]),
        ([date(2026, 11, 26)], []),
    ],
    ids=["week-3", "first-day", "last-of-week", "week-8", "week-9"],
)
def test_the_last_forecast_of_weeks_4_and_8_is_asked(days: list[date], found: list[tuple[int, date]]) -> None:
    told = checks([kept(day, 0.2, 0.6) for day in days], CYCLE, 0.5, is_over=True)
    assert [(one.week, one.made.day) for one in told] == found


@pytest.mark.parametrize(
    ("came", "held", "succeeded"),
    [
        (0.5, True, False),
        (0.6, True, False),
        (0.605, True, False),
        (0.61, False, False),
        (0.7, False, True),
        (None, None, None),
    ],
)
def test_a_forecast_holds_where_people_see_what_came_within_it(
    came: float | None, held: bool | None, succeeded: bool | None
) -> None:
    made = [kept(date(2026, 10, 28), 0.2, 0.6, goal=0.7)]
    (told,) = checks(made, CYCLE, came, is_over=True)
    assert (told.held, told.succeeded) == (held, succeeded)
    (running,) = checks(made, CYCLE, came, is_over=False)
    assert (running.held, running.succeeded) == (None, None)


def named(name: str, *others: str) -> Workspace:
    cycles = {name: {"start": "2026-10-01", "end": "2026-12-31"}}
    cycles |= {one: {"start": "2027-01-01", "end": "2027-03-31"} for one in others}
    (objective,) = workspace().model_dump(mode="json", exclude_defaults=True, by_alias=True)["objectives"]
    return workspace(cycles=cycles, objectives=[{**objective, "cycle": name}])


@pytest.mark.parametrize(
    ("name", "others", "after"),
    [
        ("2026-Q4", (), "2027-Q1"),
        ("2026-Q3", (), "2026-Q4"),
        ("FY26H2", (), None),
        ("FY2026 H1", (), "FY2026 H2"),
        ("2026", (), "2027"),
        ("Autumn", (), None),
        ("Autumn", ("Winter",), "Winter"),
        ("2026-Q4", ("Winter",), "Winter"),
    ],
)
def test_the_next_cycle_is_the_declared_one_or_what_the_name_leads_to(
    name: str, others: tuple[str, ...], after: str | None
) -> None:
    assert successor_of(name, named(name, *others), NOW.date()) == after
