"""The quarters of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months; both days are inside."""

    name: str
    start: date
    end: date

    @property
    def next(self) -> Quarter:
        """The one that follows."""
        return quarter_of(self.end + timedelta(days=1))


def quarter_of(day: date) -> Quarter:
    """The quarter in which the day lies, named as in 2026-Q4."""
    number = (day.month - 1) // 3 + 1
    start = date(day.year, 3 * number - 2, 1)
    end = date(day.year + number // 4, 3 * number % 12 + 1, 1) - timedelta(days=1)
    return Quarter(f"{day.year}-Q{number}", start, end)
