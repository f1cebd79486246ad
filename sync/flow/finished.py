"""Work that was finished: how long it took, and how much of that was active. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.flow.aging import Bands
from sync.flow.building import place_name
from sync.flow.travels import NO_TIME, Travel
from sync.flow.weeks import Weeks
from sync.measure.flow import SECONDS_A_DAY


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Of work that was finished in the weeks: its time from its start, active and waiting.

    - `active`: in stages in progress that nobody declared as waiting; `whole`: all time from the first start to the finish.
    - `items`: how many these are. `unknown`: how many more were finished and are left out, since it is not known when they
      started or where they were in between; `never`: those that never were in progress; `undeclared`: those of a team
      without a stage that is declared as waiting. Nothing tells what of their time was active, so none of it is in here.
    """

    active: timedelta = NO_TIME
    whole: timedelta = NO_TIME
    items: int = 0
    unknown: int = 0
    never: int = 0
    undeclared: int = 0

    @property
    def share(self) -> float | None:
        """Active time over all time, 0..1: of the sums, and no mean of ratios. None where nothing tells it."""
        return self.active / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Times:
    """Days from a beginning to the finish, of work that was finished in the weeks: with fractions, and whole ones.

    Whole days are those of the calendar that were touched, the first and the last included.
    """

    days: Bands
    whole_days: Bands


def efficiency(finished: Sequence[Travel], waits: Collection[str]) -> Efficiency:
    active = whole = NO_TIME
    items = unknown = never = undeclared = 0
    for one in finished:
        if place_name(one.journey.item) not in waits:
            undeclared += 1
            continue
        if one.started is None or one.finished is None:
            lost = any(visit.stage is None for visit in one.journey.visits)
            unknown, never = unknown + lost, never + (not lost)
            continue
        times = list(one.times(one.started, one.finished))
        if any(stage is None for stage, _ in times):
            unknown += 1
            continue
        items += 1
        for stage, some in times:
            whole += some
            if stage is not None and stage.category == "doing" and not stage.waiting:
                active += some
    return Efficiency(active, whole, items, unknown, never, undeclared)


def times(spans: Iterable[tuple[datetime | None, datetime | None]], weeks: Weeks) -> Times | None:
    days, whole = [], []
    for begin, end in spans:
        if begin is not None and end is not None:
            days.append(in_days(max(NO_TIME, end - begin)))
            whole.append(float(weeks.inclusive_days(begin, end)))
    return Times(Bands.among(sorted(days)), Bands.among(sorted(whole))) if days else None


def days_per_item(finished: Iterable[Travel], count: int) -> list[list[float]]:
    """Of each stage the days that each of the items spent in it before it was finished."""
    found: list[list[float]] = [[] for _ in range(count)]
    for one in finished:
        times: defaultdict[int, timedelta] = defaultdict(timedelta)
        for stage, some in one.times(
            one.journey.visits[0].begin, one.finished or one.journey.visits[0].begin
        ):
            if stage is not None:
                times[stage.place] += some
        for place, some in times.items():
            found[place].append(in_days(some))
    return found


def bands_of(values: Iterable[float]) -> Bands | None:
    ordered = sorted(values)
    return Bands.among(ordered) if ordered else None


def in_days(some: timedelta) -> float:
    return some.total_seconds() / SECONDS_A_DAY
