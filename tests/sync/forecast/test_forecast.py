"""Outlooks: seeded, within reason, and silent where nothing can be said. Calibration is what the benchmark prints."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import WorkItem
from sync.align.alignment import align
from sync.forecast.key_results import forecasts
from sync.forecast.simulation import Forecast, forecast
from sync.measure import measure
from tests.support.builders import NOW, item, metric, observed, work, workspace

TODAY = date(2026, 11, 16)
END = date(2026, 12, 31)


def steady(a_week: float, weeks: int = 8) -> list[tuple[date, float]]:
    return [(TODAY - timedelta(days=7 * n), a_week * (weeks - n)) for n in range(weeks, -1, -1)]


def told(past: list[tuple[date, float]], goal: float) -> Forecast:
    found = forecast(past, END, goal)
    assert found is not None
    return found


def test_a_steady_pace_goes_on_with_a_range_around_it() -> None:
    found = told(steady(2.0), 40)
    straight = 16 + 2.0 * 45 / 7
    assert found.low < straight < found.high
    assert abs(found.middle - straight) < 2
    assert found.weeks == 8


def test_the_chance_falls_with_the_goal() -> None:
    chances = [told(steady(2.0), goal).chance for goal in (17, 22, 29, 40, 80)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.95
    assert 0.3 < chances[2] < 0.7
    assert chances[-1] < 0.05


def test_what_is_reached_is_certain_and_what_is_over_too() -> None:
    assert told(steady(2.0), 16).chance == 1
    assert forecast(steady(2.0), TODAY, 20) == Forecast(16, 16, 16, 0, 8)


@pytest.mark.parametrize("past", [[], [(TODAY, 1.0)], steady(1.0, weeks=1), steady(0.0)])
def test_nothing_is_said_without_a_past(past: list[tuple[date, float]]) -> None:
    assert forecast(past, END, 10) is None


@given(st.lists(st.floats(0, 5), min_size=3, max_size=10), st.floats(0.1, 60))
def test_laws(steps: list[float], goal: float) -> None:
    past = [(TODAY - timedelta(days=7 * len(steps)), 0.0)]
    for nr, step in enumerate(steps):
        past.append((TODAY - timedelta(days=7 * (len(steps) - nr - 1)), past[-1][1] + step))
    found = forecast(past, END, goal)
    assert found == forecast(past, END, goal)
    if found is not None:
        assert past[-1][1] <= found.low <= found.middle <= found.high
        assert 0 <= found.chance <= 1


def done(number: int, days_ago: int) -> WorkItem:
    at = NOW - timedelta(days=days_ago)
    return item(f"WEB-{number}", claims=("A",), category="done", completed=at)


def foretold(
    items: list[WorkItem], result: dict[str, Any], kept: Any = None, now: datetime = NOW
) -> Forecast | None:
    declared = workspace(result)
    card = measure(align(items, declared), observed(), declared, now)
    return forecasts(card, declared, kept or {}).get("A")


def test_work_is_foretold_by_the_days_on_which_it_was_done() -> None:
    items = [done(n, 4 * n) for n in range(1, 11)]
    items += [item(f"WEB-{n}", claims=("A",)) for n in range(11, 31)]
    found = foretold(items, work("A"))
    assert found is not None
    assert 1 / 3 <= found.low < found.high <= 1
    more = foretold(
        [*items, *(replace(one, ref=replace(one.ref, id=f"X{one.key}")) for one in items[10:])], work("A")
    )
    assert more is not None
    assert more.middle < found.middle


def test_metrics_are_foretold_by_their_check_ins() -> None:
    rising = [
        (f"2026-{month}-{day:02}", value)
        for month, day, value in ((10, 1, 0.0), (10, 20, 20.0), (11, 9, 40.0))
    ]
    found = foretold([], metric("A", 0, 100, *rising))
    assert found is not None
    assert 0.4 <= found.low < found.high <= 1


def test_other_measures_by_the_readings_that_were_kept() -> None:
    binary = {"id": "A", "title": "A", "measure": {"kind": "binary"}}
    kept = {"A": [(TODAY - timedelta(days=n), 0.0) for n in range(40, 0, -1)]}
    assert foretold([], binary, kept) is None, "what never moved has no pace"


@pytest.mark.parametrize(
    "changes",
    [{"closed": "2026-11-01"}, {"override": {"percent": 5, "until": "2026-12-01"}}],
)
def test_nothing_is_foretold_of_what_is_closed_or_by_hand(changes: dict[str, Any]) -> None:
    items = [done(n, 4 * n) for n in range(1, 11)] + [item("WEB-99", claims=("A",))]
    assert foretold(items, work("A", **changes)) is None
    assert foretold(items, work("A"), now=datetime(2027, 2, 1, tzinfo=UTC)) is None
