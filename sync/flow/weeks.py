"""The whole weeks of a window, and counts by week. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Weeks:
    """Whole weeks from Monday to Sunday in a zone.

    - `days`: the Monday of each, and the one after the last; `bounds`: midnight of these days, in UTC.
    """

    days: tuple[date, ...]
    bounds: tuple[datetime, ...]
    zone: tzinfo

    @staticmethod
    def before(now: datetime, count: int, zone: tzinfo) -> Weeks:
        """The last `count` weeks that have ended by now."""
        today = now.astimezone(zone).date()
        monday = today - timedelta(days=today.weekday())
        days = tuple(monday - timedelta(weeks=back) for back in range(count, -1, -1))
        # Midnights of the zone: a week in which clocks change has an hour more or less.
        return Weeks(days, tuple(datetime.combine(day, time.min, zone).astimezone(UTC) for day in days), zone)

    @property
    def begin(self) -> datetime:
        return self.bounds[0]

    @property
    def end(self) -> datetime:
        """Where the last of them ends; this moment is no part of it."""
        return self.bounds[-1]

    @property
    def count(self) -> int:
        return len(self.days) - 1

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in one of them."""
        return moment is not None and self.begin <= moment < self.end

    def counted(self, moments: Iterable[datetime | None]) -> tuple[int, ...]:
        """How many of the moments lie in each week."""
        found = [0] * self.count
        for moment in moments:
            if moment is not None and self.begin <= moment < self.end:
                found[bisect_right(self.bounds, moment) - 1] += 1
        return tuple(found)

    def inclusive_days(self, begin: datetime, end: datetime) -> int:
        """Days of the calendar that both moments touch, the first and the last included: never less than 1."""
        return max(1, (end.astimezone(self.zone).date() - begin.astimezone(self.zone).date()).days + 1)


class Marks:
    """How many of some times hold at each bound of the weeks, as a sum of what begins and ends."""

    def __init__(self, weeks: Weeks) -> None:
        self._bounds = weeks.bounds
        self._steps = [0] * (len(weeks.bounds) + 1)

    def add(self, begin: datetime, end: datetime | None = None) -> None:
        """A time that holds from its beginning on, and no longer at its end."""
        first = bisect_left(self._bounds, begin)
        last = len(self._bounds) if end is None else bisect_left(self._bounds, end)
        if first < last:
            self._steps[first] += 1
            self._steps[last] -= 1

    @property
    def counts(self) -> tuple[int, ...]:
        """At each bound."""
        return tuple(accumulate(self._steps[:-1]))
