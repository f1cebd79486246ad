"""What measuring gives: readings of key results and objectives. Pure values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from config.policy import HealthPolicy
from connectors.model import Health
from sync.measure.pieces import Piece
from sync.measure.tally import Tally


@dataclass(frozen=True, slots=True)
class Creep:
    """What came after the baseline: items, their weight, and that as a share of the frozen scope.

    `share` is None where the frozen scope weighs nothing.
    """

    items: int
    weight: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Output without outcome, or the reverse: how both stand, and what people should ask themselves."""

    found: str
    question: str

    def __str__(self) -> str:
        return f"{self.found}: {self.question}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One key result at one moment.

    - `value`: in the measure's unit; for `work` the done weight. None without data.
    - `progress`, `expected`, `forecast`: 0..1; progress and forecast None without data. `forecast` is the
      progress at the end of the cycle if the pace so far holds; None in the first 5 % of the cycle.
    - `evidence`: where the value comes from, in words; `tally` is of the linked work, whatever the measure.
    - `counts`: False for guard-rails, which are no part of an objective's progress but can spoil its health.
    - `output`: done share of the linked work, 0..1, beside a value that is not made of work; None without work.
    - `mismatch`: how output and outcome do not fit together; None where they do.
    - `closed`: the day on which it was closed; its marks rest.
    - `by_hand`: whether the progress was set by hand, in place of what was computed.
    - `coverage`: share of the items whose estimate, weight or field is known, 0..1; None where none is asked for.
    - `creep`: what came after the baseline; None without one.
    - `smaller_is_better`: whether the value is to come down to the target, or to stay below it.
    - `teams`: the linked work by team or project, those with most of it first.
    - `pieces`: the linked work piece by piece, by which all of that is counted.
    """

    key_result: str
    objective: str
    title: str
    value: float | None
    progress: float | None
    expected: float
    health: Health
    forecast: float | None
    evidence: str
    tally: Tally
    unit: str
    target: float | None
    counts: bool
    output: float | None
    mismatch: Mismatch | None
    closed: date | None
    by_hand: bool
    teams: tuple[tuple[str, Tally], ...]
    coverage: float | None
    creep: Creep | None
    smaller_is_better: bool
    pieces: tuple[Piece, ...] = field(default=(), compare=False, repr=False)

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; 100 only when complete."""
        return to_percent(self.progress)


@dataclass(frozen=True, slots=True)
class ObjectiveReading:
    """An objective: its key results and the objectives below it, by weight or by the weakest of them.

    Parts without data are left out and counted. `grade`: 0.0..1.0 in tenths where the objective is graded.
    """

    objective: str
    title: str
    cycle: str
    owner: str | None
    progress: float | None
    expected: float
    health: Health
    readings: tuple[Reading, ...]
    without_data: int
    grade: float | None
    grading: str
    parent: str | None
    closed: date | None

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; 100 only when complete."""
        return to_percent(self.progress)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Readings of every objective and key result, in declared order, as of one moment."""

    as_of: datetime
    objectives: tuple[ObjectiveReading, ...]

    @property
    def readings(self) -> Mapping[str, Reading]:
        """Readings by key result id."""
        return {reading.key_result: reading for row in self.objectives for reading in row.readings}


def to_percent(progress: float | None) -> int | None:
    """Whole percent, rounded down; 100 only when complete. None stays None."""
    if progress is None:
        return None
    # 0.29 * 100 is 28.999…: what is a whole percent up to rounding noise is that percent.
    return min(99 if progress < 1 else 100, math.floor(progress * 100 + 1e-9))


def health(progress: float | None, expected: float, policy: HealthPolicy) -> Health:
    """Health by how many points of percent the progress lags behind what is expected by now."""
    if progress is None:
        return "no_data"
    if progress >= 1:
        return "done"
    behind = round((expected - progress) * 100, 9)
    if behind > policy.off_track:
        return "off_track"
    return "at_risk" if behind > policy.at_risk else "on_track"
