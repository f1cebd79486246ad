"""Velocity: what a team finishes a week, in pieces of work and in points, with its range. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from config.measures import WorkMeasure
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import Alignment
from sync.capacity.teams import team_name
from sync.capacity.weeks import WEEK, finished, is_worked, week_of
from sync.forecast.working_days import WorkCalendar
from sync.measure import EstimateBook, Estimates

WEEKS = 13
"""A quarter."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A figure a week: the lowest, the median and the highest."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Velocity:
    """What a team finished in so many whole `weeks`, of those in which it works at least half of the days.

    `points`: None where nothing of it is estimated; `estimated` of `items` are.
    """

    team: str
    weeks: int
    a_week: Pace
    points: Pace | None
    items: int
    estimated: int


def velocities(alignment: Alignment, workspace: Workspace, now: datetime) -> tuple[Velocity, ...]:
    """Of every team of enough people that finished anything in the last `WEEKS` whole weeks, whatever it serves; by name."""
    monday = week_of(now.astimezone(workspace.zone).date())
    first = monday - WEEKS * WEEK
    done = finished(alignment, workspace, first)
    calendar = WorkCalendar(alignment.items.values(), workspace, now)
    estimates = EstimateBook(alignment, workspace).of(WorkMeasure(kind="work", weigh="points"))
    found = []
    for team, weeks in done.weeks.items():
        days = calendar.of(team)
        mondays = [first + n * WEEK for n in range(WEEKS) if is_worked(first + n * WEEK, days)]
        each = [weeks.get(one, ()) for one in mondays]
        items = [item for some in each for item in some]
        if not items:
            continue
        points = [[_points(item, estimates) for item in some] for some in each]
        known = sum(one is not None for some in points for one in some)
        sums = [sum(one or 0.0 for one in some) for some in points]
        counts = [float(len(some)) for some in each]
        found.append(
            Velocity(
                team_name(team),
                len(mondays),
                _pace(counts),
                _pace(sums) if known else None,
                len(items),
                known,
            )
        )
    return tuple(sorted(found, key=lambda one: one.team))


def _points(item: WorkItem, estimates: Estimates) -> float | None:
    """Its own points, or its part of those of the item above that carries them for it (ADR 44)."""
    carried = estimates.carried.get(item.ref)
    own = estimates.own.get(item.ref)
    if own is not None:
        return float(own)
    return None if carried is None else float(carried.each)


def _pace(values: Sequence[float]) -> Pace:
    return Pace(min(values), float(median(values)), max(values))
