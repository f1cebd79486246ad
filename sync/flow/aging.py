"""How old work is, and how old work ever was at each stage when it left it. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sync.flow.journeys import Journey, Journeys
from sync.measure.flow import SECONDS_A_DAY, ranked

PERCENTILES = (50, 70, 85, 95)


@dataclass(frozen=True, slots=True)
class Bands:
    """Percentiles of days, by nearest rank, and of how many values they are: of one, all are that one."""

    p50: float
    p70: float
    p85: float
    p95: float
    of: int

    @staticmethod
    def among(ordered: Sequence[float]) -> Bands:
        """Of sorted values; there is at least one."""
        p50, p70, p85, p95 = (ranked(ordered, one) for one in PERCENTILES)
        return Bands(p50, p70, p85, p95, len(ordered))


def started_at(journey: Journey) -> datetime | None:
    """When work first was in progress; None where it never was, or where what came before is not known."""
    for visit in journey.visits:
        if visit.stage is None:
            return None
        if visit.stage.category == "doing":
            return visit.begin
    return None


def finished_at(journey: Journey) -> datetime | None:
    """When work that is done was finished last: when it came into the done stages that it has not left since."""
    found: datetime | None = None
    for visit in reversed(journey.visits):
        if visit.stage is None or visit.stage.category != "done":
            break
        found = visit.begin
    return found


def age_at(journey: Journey, at: datetime) -> float | None:
    """Days since work was first in progress, of what was in progress at a moment; None of all else.

    Work that went back to what is not begun, or that was done, has no age then; opened again, it is as old as ever.
    """
    visit, begin = journey.at(at), started_at(journey)
    if visit is None or visit.stage is None or visit.stage.category != "doing":
        return None
    return None if begin is None or begin > at else (at - begin).total_seconds() / SECONDS_A_DAY


class Aging:
    """The ages at which work left the stages in progress for good, to be asked for any moment.

    A stage counts for what was in it, by its last time there; what is still in it has not left it, and is no part. This is
    the aging of Vacanti ("Actionable Agile Metrics for Predictability", 2015): a percentile of the age of work at the end of
    a stage, and not of the time in that stage.
    """

    def __init__(self, journeys: Journeys) -> None:
        left: defaultdict[tuple[str, str], list[tuple[datetime, float]]] = defaultdict(list)
        for journey in journeys.values():
            begin = started_at(journey)
            if begin is None:
                continue
            last = {
                visit.stage.name: visit.end
                for visit in journey.visits
                if visit.stage is not None and visit.stage.category == "doing"
            }
            for stage, end in last.items():
                if end is not None:
                    age = (end - begin).total_seconds() / SECONDS_A_DAY
                    left[journey.stream.name, stage].append((end, age))
        self._left = {place: sorted(some) for place, some in left.items()}

    def bands(self, stream: str, at: datetime) -> Mapping[str, Bands]:
        """The bands of a stream, by its name, of what had left each stage by then; by the name of the stage."""
        return {
            stage: Bands.among(sorted(ages))
            for (name, stage), some in self._left.items()
            if name == stream and (ages := _until(some, at))
        }

    def all_bands(self, at: datetime) -> Mapping[str, Bands]:
        """The same over all streams: where stages of one name mean the same in each."""
        found: defaultdict[str, list[float]] = defaultdict(list)
        for (_, stage), some in self._left.items():
            found[stage] += _until(some, at)
        return {stage: Bands.among(sorted(ages)) for stage, ages in found.items() if ages}


def aging_bands(journeys: Journeys, at: datetime) -> Mapping[str, Bands]:
    """The bands of all these journeys, by the name of the stage. For several streams, or several moments, see `Aging`."""
    return Aging(journeys).all_bands(at)


def _until(some: Sequence[tuple[datetime, float]], at: datetime) -> list[float]:
    return [age for _, age in some[: bisect_right(some, at, key=lambda one: one[0])]]
