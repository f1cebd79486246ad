"""Quarters by the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sync.starter.quarters import Quarter, quarter_of


@pytest.mark.parametrize(
    ("day", "name", "start", "end"),
    [
        (date(2026, 1, 1), "2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2028, 2, 29), "2028-Q1", date(2028, 1, 1), date(2028, 3, 31)),
        (date(2026, 6, 30), "2026-Q2", date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), "2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 12, 31), "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_a_day_is_in_its_quarter(day: date, name: str, start: date, end: date) -> None:
    assert quarter_of(day) == Quarter(name, start, end)


def test_quarters_follow_each_other_without_a_gap() -> None:
    one = quarter_of(date(2026, 1, 1))
    for _ in range(12):
        assert one.next.start == one.end + timedelta(days=1)
        assert quarter_of(one.end) == one == quarter_of(one.start)
        one = one.next
    assert one.name == "2029-Q1"
