"""The formulas of two other tools for flow, said once more from their published sources, to be held against ours.

- jirametrics (Ruby, github.com/mikebowler/jirametrics, commit 22b164c of 2026-08-22): `cycle_time_config.rb`, `issue.rb`,
  `flow_efficiency_calculator.rb`, `blocked_stalled_change_stream_builder.rb`, `board_movement_calculator.rb`,
  `examples/standard_project.rb`.
- Lighthouse (C#, github.com/LetPeopleWork/Lighthouse, commit 8666a17 of 2026-08-22): `WorkItemBase.cs`, `IssueFactory.cs`,
  `WorkItemCategoryCrossing.cs`, `BaseMetricsService.cs`, `PercentileCalculator.cs`.

A history is the stops of an item, oldest first: status, category ("todo", "doing", "done") and from when on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple

DAY = timedelta(days=1)


class Stop(NamedTuple):
    """From when on an item was in a status."""

    status: str
    category: str | None
    begin: datetime


History = Sequence[Stop]


def _days(begin: datetime, end: datetime, zone: tzinfo) -> int:
    return (end.astimezone(zone).date() - begin.astimezone(zone).date()).days + 1


class Jirametrics:
    """With the cycle time of its standard project: from the first time in progress to the last stay in done."""

    def __init__(self, zone: tzinfo, stalled: Collection[str] = (), stalled_days: float = math.inf) -> None:
        self._zone = zone
        self._stalled = stalled
        self._stalled_days = stalled_days

    def started_stopped(self, history: History) -> tuple[datetime | None, datetime | None]:
        """`first_time_in_status_category(:indeterminate)`, `still_in_status_category(:done)`; no start where both are one moment."""
        started = next((one.begin for one in history if one.category == "doing"), None)
        stopped = None
        for one in history:
            if one.category != "done":
                stopped = None
            elif stopped is None:
                stopped = one.begin
        return (None if started == stopped else started), stopped

    def cycle_time(self, history: History) -> int | None:
        """Days of the calendar, both ends included."""
        started, stopped = self.started_stopped(history)
        return None if started is None or stopped is None else _days(started, stopped, self._zone)

    def age(self, history: History, now: datetime) -> int | None:
        """Likewise until today, of what was started and not stopped, wherever it stands."""
        started, stopped = self.started_stopped(history)
        return None if started is None or stopped is not None else _days(started, now, self._zone)

    def flow_efficiency(self, history: History) -> tuple[timedelta, timedelta] | None:
        """Time that was neither in a stalled status nor without a change for so many days, and all time, of finished work.

        Where nothing changed for so long it counts as stalled from an hour after the last change on.
        """
        started, stopped = self.started_stopped(history)
        if started is None or stopped is None:
            return None
        active = timedelta()
        for one, other in pairwise([*history, Stop("", None, stopped)]):
            end = min(other.begin, stopped)
            if one.status in self._stalled or end <= one.begin:
                continue
            if end - one.begin >= self._stalled_days * DAY if math.isfinite(self._stalled_days) else False:
                end = one.begin + timedelta(hours=1)
            active += max(timedelta(), end - max(one.begin, started))
        return active, stopped - started

    def age_on_leaving(self, history: History, columns: Sequence[str], at: int) -> int | None:
        """The age at which finished work came to the next column or beyond it; None where it is left out."""
        started, stopped = self.started_stopped(history)
        places = [
            columns.index(one.status)
            for one in history
            if one.status in columns and one.begin >= (started or one.begin)
        ]
        if started is None or stopped is None or any(other < one for one, other in pairwise(places)):
            return None
        here = self._came(history, columns, at)
        beyond = self._came(history, columns, at + 1)
        if here is None or stopped <= here or beyond is None:
            return None
        return 0 if beyond <= started else _days(started, min(beyond, stopped), self._zone)

    @staticmethod
    def _came(history: History, columns: Sequence[str], at: int) -> datetime | None:
        right = columns[at:]
        return next((one.begin for one in history if one.status in right), None)

    @staticmethod
    def percentile(values: Sequence[float], percent: int) -> float:
        """The value at the index (n - 1) * percent / 100, rounded down."""
        return sorted(values)[int((len(values) - 1) * percent / 100)]


class Lighthouse:
    """With all statuses in progress as its Doing states; `waits` are its wait states."""

    def __init__(self, zone: tzinfo, waits: Collection[str] = ()) -> None:
        self._zone = zone
        self._waits = waits

    def started_closed(self, history: History) -> tuple[datetime | None, datetime | None]:
        """The last entry into Doing that did not come from Done, and the last one into Done."""
        closed = self._entry(history, "done", ()) if history[-1].category == "done" else None
        started = self._entry(history, "doing", ("done",))
        if closed is not None:
            again = self._entry(history, "todo", ("done",))
            if again is not None and started is not None and again > started:
                started = None
            started = started or closed
        elif history[-1].category != "doing":
            started = None
        return started, closed

    @staticmethod
    def _entry(history: History, into: str, ignoring: Collection[str]) -> datetime | None:
        found = [
            after.begin
            for before, after in pairwise(history)
            if after.category == into and before.category not in (into, *ignoring)
        ]
        return max(found, default=None)

    def cycle_time(self, history: History) -> int | None:
        """Days of the calendar, both ends included, 1 at least; from its creation where no start was seen."""
        if history[-1].category != "done":
            return None
        started, closed = self.started_closed(history)
        return 1 if closed is None else max(1, _days(started or history[0].begin, closed, self._zone))

    def age(self, history: History, now: datetime) -> int | None:
        """Likewise until today, of what is in progress."""
        if history[-1].category != "doing":
            return None
        started, _ = self.started_closed(history)
        return max(1, _days(started or history[0].begin, now, self._zone))

    def flow_efficiency(self, histories: Sequence[History], now: datetime) -> float | None:
        """Percent of the days in Doing that were in no wait state, of all of them together, in flight or done."""
        doing = waiting = timedelta()
        for history in histories:
            if history[-1].category == "todo":
                continue
            for one, end in zip(history, [*(two.begin for two in history[1:]), now], strict=True):
                if one.category == "doing":
                    doing += end - one.begin
                    waiting += end - one.begin if one.status in self._waits else timedelta()
        return 100 * ((doing - waiting) / doing) if self._waits and doing else None

    def age_on_leaving(self, history: History, status: str) -> int | None:
        """The age of finished work at its last exit from a status."""
        started, closed = self.started_closed(history)
        left = [after.begin for before, after in pairwise(history) if before.status == status]
        return _days(started, max(left), self._zone) if started and closed and left else None

    @staticmethod
    def percentile(values: Sequence[float], percent: int) -> float:
        """The value at the index floor(percent / 100 * n) - 1, at least the first."""
        return sorted(values)[min(max(math.floor(percent / 100 * len(values)) - 1, 0), len(values) - 1)]
