"""How key results went from day to day: the readings that were kept, today's, and weeks made of days. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sync.history.movement import Movement, sum_movements
from sync.measure import Reading, Scorecard

WEEKS = 13
"""A quarter: how far back weeks are shown."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A key result's reading on a day, as in Reading. `moved`: since the day that was read before; None of the first."""

    day: date
    value: float | None
    progress: float | None
    expected: float
    health: str
    moved: Movement | None = None


History = tuple[HistoryRow, ...]
"""Rows of one key result, oldest first."""


def row_of(reading: Reading, day: date, moved: Movement | None) -> HistoryRow:
    """The reading of a day."""
    return HistoryRow(day, reading.value, reading.progress, reading.expected, reading.health, moved)


def until_now(
    kept: Mapping[str, Sequence[HistoryRow]], card: Scorecard, moved: Mapping[str, Movement], today: date
) -> dict[str, History]:
    """What was kept of the days before `today`, and today as the scorecard has it.

    `moved`: since the last such day; where that is not known, what was kept of today stands, as after a rebuild.
    """
    found: dict[str, History] = {}
    for name, one in card.readings.items():
        rows = kept.get(name, ())
        before = next((row.moved for row in rows if row.day == today), None)
        now = row_of(one, today, moved.get(name, before))
        found[name] = (*(row for row in rows if row.day < today), now)
    return found


def weekly(rows: History, weeks: int = WEEKS) -> History:
    """The last row, and of each whole week before it the last one that was known then, with all that moved between.

    What moved is None where it is not known of every day between.
    """
    today = rows[-1].day
    marks = [today - timedelta(weeks=back) for back in range(weeks, -1, -1)]
    picked: dict[date, HistoryRow] = {}
    for mark in marks:
        known = [row for row in rows if row.day <= mark]
        if known:
            picked[known[-1].day] = known[-1]
    days = list(picked)
    return tuple(
        replace(picked[day], moved=moved_between(rows, days[place - 1], day) if place else None)
        for place, day in enumerate(days)
    )


def moved_between(rows: Sequence[HistoryRow], since: date, until: date) -> Movement | None:
    """All that moved after the day `since` up to `until`; None where it is not known of every day."""
    between = [row.moved for row in rows if since < row.day <= until]
    known = [one for one in between if one is not None]
    whole = sum_movements(known) if len(known) == len(between) else None
    return whole if whole is not None and whole.since >= since else None


def week_before(rows: Mapping[str, History]) -> date | None:
    """The last day that was read a week ago or longer, or else the first day; None where only today was read."""
    days = sorted({row.day for some in rows.values() for row in some})
    if len(days) < 2:
        return None
    return max((day for day in days if day <= days[-1] - timedelta(weeks=1)), default=days[0])
