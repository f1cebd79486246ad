"""What of each piece of work the flow figures are made of, as of a moment. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce

from sync.flow.aging import finished_at, started_at
from sync.flow.journeys import Journey, Journeys, Stage

NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class Travel:
    """A journey as far as it had come.

    - `begun`: when it first passed beyond what is not begun, into work in progress or right into done.
    - `started`: when it was first in progress; None where that is not known. `finished`: when it was done for good.
    - `reached`: when it first came to a stage or beyond it, by the place of each stage that it did; it never loses one.
    - `backwards`: when it moved to a stage before the one that it came from.
    - `is_behind`: whether it stands before the furthest stage that it ever was in.
    """

    journey: Journey
    begun: datetime | None
    started: datetime | None
    finished: datetime | None
    reached: Mapping[int, datetime]
    backwards: tuple[datetime, ...]
    is_behind: bool

    @property
    def stage(self) -> Stage | None:
        """Where it stands."""
        return self.journey.visits[-1].stage

    def times(self, begin: datetime, end: datetime) -> Iterator[tuple[Stage | None, timedelta]]:
        """How long it was in each stage between two moments, visit by visit."""
        for visit in self.journey.visits:
            last = end if visit.end is None or visit.end > end else visit.end
            first = max(visit.begin, begin)
            if first < last:
                yield visit.stage, last - first


def travels(journeys: Journeys, now: datetime) -> list[Travel]:
    """The travels of all journeys that had begun by now, in their order."""
    return [_travel(_until(one, now)) for one in journeys.values() if one.visits[0].begin <= now]


def _until(journey: Journey, now: datetime) -> Journey:
    """The journey without what came after now, as where the moment that is judged lies before the read."""
    if journey.visits[-1].begin <= now:
        return journey
    known = [one for one in journey.visits if one.begin <= now]
    return replace(journey, visits=(*known[:-1], replace(known[-1], end=None)))


def _travel(journey: Journey) -> Travel:
    reached: dict[int, datetime] = {}
    backwards: list[datetime] = []
    furthest, before, begun = -1, -1, None
    for visit in journey.visits:
        stage = visit.stage
        if stage is None:
            continue
        if begun is None and stage.category != "todo":
            begun = visit.begin
        for place in range(furthest + 1, stage.place + 1):
            reached[place] = visit.begin
        furthest = max(furthest, stage.place)
        if stage.place < before:
            backwards.append(visit.begin)
        before = stage.place
    last = journey.visits[-1].stage
    return Travel(
        journey,
        begun,
        started_at(journey),
        finished_at(journey),
        reached,
        tuple(backwards),
        last is not None and last.place < furthest,
    )


def total(times: Iterator[timedelta]) -> timedelta:
    """Their sum, exact to the microsecond, so that no order of adding matters."""
    return reduce(lambda one, other: one + other, times, NO_TIME)
