"""Forecasts: seeded, within reason, by working days, and silent where nothing can be said. The benchmark prints how good."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.forecast.simulation import Forecast, forecast, weeks_behind
from sync.forecast.working_days import WorkingDays

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
    assert forecast(steady(2.0), TODAY, 20) == Forecast(16, 16, 16, 0, 8, 20)


@pytest.mark.parametrize("past", [[(TODAY, 1.0)], steady(1.0, weeks=1), steady(0.0)])
def test_on_the_last_day_too_little_is_known_as_on_any_other(past: list[tuple[date, float]]) -> None:
    assert forecast(past, TODAY, 10) is None
    assert forecast(past, TODAY, past[-1][1]) is not None, "what is reached and cannot fall is certain"


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


def test_days_off_bring_nothing_and_take_nothing_away() -> None:
    """Who works on five days of seven, and is known to, is foretold as who works on all."""
    week = WorkingDays(frozenset({5, 6}))
    five = [(day, value) for day, value in steady(2.0)]
    assert week.between(TODAY, END) == 33
    found = forecast(five, END, 40, days=week)
    assert found is not None
    straight = 16 + 2.0 * 33 / 5
    assert found.low < straight < found.high
    assert abs(found.middle - straight) < 2


def test_a_closure_ahead_lowers_the_chance_and_one_behind_does_not_slow_the_pace() -> None:
    ahead = WorkingDays(closed=((date(2026, 12, 10), date(2026, 12, 31)),))
    told_ahead, usual = forecast(steady(2.0), END, 26, days=ahead), told(steady(2.0), 26)
    assert told_ahead is not None
    assert told_ahead.chance < usual.chance - 0.2
    behind = WorkingDays(closed=((date(2026, 10, 20), date(2026, 11, 2)),))
    # Nothing was done while all was closed: fourteen days of the past at no pace.
    past = [
        (day, value) for day, value in steady(2.0, 10) if day <= date(2026, 10, 19) or day > date(2026, 11, 2)
    ]
    past = [(day, value - (4.0 if day > date(2026, 11, 2) else 0.0)) for day, value in past]
    known, unknown = forecast(past, END, 40, days=behind), told(past, 40)
    assert known is not None
    assert known.middle > unknown.middle + 1
    assert known.weeks == 8


def test_what_reached_its_goal_and_may_fall_is_not_certain() -> None:
    swinging = [(TODAY - timedelta(days=7 * n), 1.0 + (0.1 if n % 2 else -0.1)) for n in range(8, 0, -1)]
    past = [*swinging, (TODAY, 1.0)]
    sure = forecast(past, END, 1.0)
    unsure = forecast(past, END, 1.0, can_fall=True)
    assert sure is not None
    assert unsure is not None
    assert sure.chance == 1
    assert 0.1 < unsure.chance < 0.9


def test_from_one_day_to_the_next_a_forecast_moves_by_what_happened_alone() -> None:
    """The draws are the same each day, or a chance near the threshold would change healths by noise."""
    chances = []
    for day in range(5):
        today = TODAY + timedelta(days=day)
        # Good and bad weeks by turns, and each day the work of a day.
        past = [
            (today - timedelta(days=7 * n), 2.0 * (8 - n) + (1.5 if n % 2 else 0) + day * 2 / 7)
            for n in range(8, -1, -1)
        ]
        found = forecast(past, END, 29.0)
        assert found is not None
        chances.append(found.chance)
    assert max(chances) - min(chances) < 0.02


def test_steps_are_whole_working_weeks() -> None:
    weekend = WorkingDays(frozenset({5, 6}))
    assert weeks_behind(steady(2.0), weekend) == [2.0] * 8
    # On a Tuesday the week goes from Wednesday to Tuesday; what was done on the Saturday is in it.
    past = [
        (date(2026, 11, 1), 0.0),
        (date(2026, 11, 14), 1.0),
        (date(2026, 11, 16), 2.0),
        (date(2026, 11, 17), 3.0),
    ]
    assert weeks_behind(past, weekend) == [3.0, 0.0]
    closed = WorkingDays(frozenset({5, 6}), ((date(2026, 11, 9), date(2026, 11, 13)),))
    assert weeks_behind(past, closed) == [3.0]


def test_where_all_is_closed_until_the_end_nothing_more_comes() -> None:
    shut = WorkingDays(closed=((date(2026, 11, 17), date(2027, 1, 3)),))
    assert forecast(steady(2.0), END, 20, days=shut) == Forecast(16, 16, 16, 0, 8, 20)
