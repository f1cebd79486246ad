"""Which days are worked: declared ones first, else what finishings tell."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import WEEKDAYS
from connectors.model import WorkItem
from sync.forecast.working_days import (
    LEAST_FINISHINGS,
    WorkCalendar,
    WorkingDays,
    WorkPlace,
    days_off,
)
from tests.support.builders import NOW, item, workspace

MONDAY_TO_FRIDAY = {0: 20, 1: 20, 2: 20, 3: 20, 4: 20}


@pytest.mark.parametrize(
    ("finishings", "expected"),
    [
        (MONDAY_TO_FRIDAY, {5, 6}),
        (MONDAY_TO_FRIDAY | {5: 1}, {5, 6}),  # 1 of 101
        (MONDAY_TO_FRIDAY | {5: 2}, {5, 6}),  # 2 of 102 are less than 2 %
        (MONDAY_TO_FRIDAY | {5: 3}, {6}),
        ({0: 98, 1: 2}, {2, 3, 4, 5, 6}),  # 2 % is not under 2 %
        (dict.fromkeys(range(7), 10), set()),
        ({0: LEAST_FINISHINGS - 1}, None),
        ({0: LEAST_FINISHINGS}, {1, 2, 3, 4, 5, 6}),
        ({}, None),
    ],
)
def test_a_weekday_with_under_two_percent_is_a_day_off(
    finishings: dict[int, int], expected: set[int] | None
) -> None:
    assert days_off(finishings) == expected


@given(st.dictionaries(st.integers(0, 6), st.integers(0, 500)))
def test_a_week_always_has_a_working_day(finishings: dict[int, int]) -> None:
    off = days_off(finishings)
    assert off is None or len(off) < 7


def finished(team: str, weekday: int, count: int, weeks_ago: int = 1, tracker: str = "w") -> list[WorkItem]:
    # NOW is a Monday.
    at = NOW - timedelta(weeks=weeks_ago) + timedelta(days=weekday)
    return [
        item(
            f"{tracker}{team}-{weekday}{n}{weeks_ago}", category="done", completed=at, team=team, project=None
        )
        for n in range(count)
    ]


WORKED = [one for day in range(5) for one in finished("ENG", day, 12)]


def test_what_finishings_tell_is_of_the_team_then_the_tracker_then_all() -> None:
    sunday_workers = [one for day in (0, 1, 2, 3, 6) for one in finished("TLV", day, 12)]
    few = finished("NEW", 5, 3)
    calendar = WorkCalendar([*WORKED, *sunday_workers, *few], workspace(), NOW)
    eng = calendar.of(WorkPlace("linear", "ENG"))
    assert (set(eng.weekend), eng.basis, eng.place) == ({5, 6}, "finishings", "ENG")
    assert Counter(eng.finishings) == Counter({0: 12, 1: 12, 2: 12, 3: 12, 4: 12})
    assert calendar.of(WorkPlace("linear", "TLV")).weekend == {4, 5}
    new = calendar.of(WorkPlace("linear", "NEW"))
    assert (new.place, sum(new.finishings.values())) == ("linear", 123)
    elsewhere = calendar.of(WorkPlace("jira", "WEB"))
    assert (elsewhere.place, elsewhere.basis, elsewhere.weekend) == ("", "finishings", new.weekend)


def test_too_few_finishings_tell_nothing() -> None:
    calendar = WorkCalendar(WORKED[: LEAST_FINISHINGS - 1], workspace(), NOW)
    found = calendar.of(WorkPlace("linear", "ENG"))
    assert (found.weekend, found.basis, found.per_week) == (frozenset(), "unknown", 7)


@pytest.mark.parametrize("weeks", [27, -1])
def test_what_is_long_ago_or_yet_to_come_tells_nothing(weeks: int) -> None:
    far = [one for day in range(5) for one in finished("ENG", day, 12, weeks_ago=weeks)]
    assert WorkCalendar(far, workspace(), NOW).of(WorkPlace("linear", "ENG")).basis == "unknown"


def test_days_are_those_of_the_workspace() -> None:
    """Half past midnight on Saturday in Tokyo is Friday afternoon in UTC."""
    late = NOW.replace(hour=15, minute=30) - timedelta(days=3)
    items = [item(f"WEB-{n}", category="done", completed=late) for n in range(60)]
    for zone, weekday in (("UTC", 4), ("Asia/Tokyo", 5)):
        calendar = WorkCalendar(items, workspace(time_zone=zone), NOW)
        assert dict(calendar.of(WorkPlace("jira", "WEB")).finishings) == {weekday: 60}


DECLARED = {
    "closed": ["2026-12-24/2027-01-01"],
    "weekend": ["sat", "sun"],
    "trackers": {"linear": {"weekend": []}},
    "teams": {"eng": {"closed": ["2026-11-27"]}, "OPS": {"weekend": ["fri", "sat"], "closed": []}},
}


@pytest.mark.parametrize(
    ("place", "weekend", "closed"),
    [
        (WorkPlace(), "sat sun", "2026-12-24"),
        (WorkPlace("jira", "WEB"), "sat sun", "2026-12-24"),
        (WorkPlace("jira", "OPS"), "fri sat", ""),
        (WorkPlace("linear", "MOB"), "", "2026-12-24"),
        (WorkPlace("linear", "ENG"), "", "2026-11-27"),
    ],
)
def test_what_is_declared_nearest_wins_part_by_part(place: WorkPlace, weekend: str, closed: str) -> None:
    """Finishings on weekdays alone do not matter where a weekend is declared."""
    found = WorkCalendar(WORKED, workspace(calendar=DECLARED), NOW).of(place)
    assert " ".join(WEEKDAYS[day] for day in sorted(found.weekend)) == weekend
    assert " ".join(str(first) for first, _ in found.closed) == closed
    assert found.basis == "declared"


def test_a_declared_closure_stands_beside_a_weekend_that_finishings_tell() -> None:
    declared = workspace(calendar={"closed": ["2026-12-24/2027-01-01"]})
    found = WorkCalendar(WORKED, declared, NOW).of(WorkPlace("linear", "ENG"))
    assert (found.basis, set(found.weekend)) == ("finishings", {5, 6})
    assert found.between(date(2026, 12, 18), date(2026, 12, 31)) == 3
    assert not found.holds(date(2027, 1, 1))


@given(st.sets(st.integers(0, 6), max_size=6), st.integers(0, 400), st.integers(0, 400))
def test_working_days_add_up(off: set[int], first: int, second: int) -> None:
    days = WorkingDays(frozenset(off), ((date(2026, 3, 1), date(2026, 3, 20)),))
    begin = date(2026, 1, 1)
    middle, end = begin + timedelta(days=first), begin + timedelta(days=first + second)
    assert days.between(begin, middle) + days.between(middle, end) == days.between(begin, end)
