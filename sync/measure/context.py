"""What a value can come from, and what it is once it is found. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from config.measures import CheckIn
from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.measure.bounds import Bounds
from sync.measure.estimates import EstimateBook
from sync.measure.reading import Creep, Reading
from sync.observation import Observation, Past

NOW_NOT_THEN = "; read now, not then"
"""What is said of a number that a tracker counts itself, where the moment that is judged lies before the read."""
DENOMINATOR = "/over"
"""Behind a key result's id: the name of the answer to the second query of a ratio."""


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """What a measure gives; see Reading.

    - `broken`: ids of the guard-rails of a composite that do not hold.
    """

    value: float | None
    progress: float | None
    evidence: str
    unit: str = ""
    target: float | None = None
    counts: bool = True
    coverage: float | None = None
    creep: Creep | None = None
    low: float | None = None
    high: float | None = None
    broken: tuple[str, ...] = ()
    value_on: date | None = None


@dataclass(frozen=True, slots=True)
class MeasureContext:
    """Everything that a value can come from.

    - `past`: for key results that are closed or whose cycle has ended, the last reading that was kept.
    - `others`: readings that were taken before this one.
    - `bounds`: the days whose work counts.
    - `estimates`: what becomes of the estimates of parents.
    """

    alignment: Alignment
    observation: Observation
    past: Mapping[str, Past]
    workspace: Workspace
    now: datetime
    others: Mapping[str, Reading]
    bounds: Bounds
    estimates: EstimateBook

    @property
    def today(self) -> date:
        return self.now.astimezone(self.workspace.zone).date()


def progress_between(start: float, target: float, value: float) -> float:
    """Share of the way from start to target, up or down alike: (value - start) / (target - start), 0..1.

    `start` and `target` differ; the configuration refuses equal ones.
    """
    return min(1.0, max(0.0, (value - start) / (target - start)))


def as_value(progress: float) -> float:
    """A progress as a value in percent, rounded to tenths; 100 only when complete."""
    value = round(100 * progress, 1)
    return value if progress >= 1 else min(99.9, value)


def latest(checkins: Iterable[CheckIn], now: datetime, workspace: Workspace) -> CheckIn | None:
    """The latest check-in that is not in the future, or None."""
    today = now.astimezone(workspace.zone).date()
    past = [checkin for checkin in checkins if checkin.on <= today]
    return max(past, key=lambda checkin: checkin.on, default=None)
