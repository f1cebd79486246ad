"""What measuring gives: readings of key results and objectives. Pure values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from config.policy import HealthPolicy
from connectors.model import Health
from sync.align.terms import Phase
from sync.measure.bounds import Bounds
from sync.measure.estimates import NO_ESTIMATES, Estimates
from sync.measure.pieces import Piece, Tally


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
    - `progress`, `expected`: 0..1; progress None without data.
    - `is_unlikely`: whether its health is at risk by the forecast's chance of success, and by nothing else.
    - `evidence`: where the value comes from, in words; `tally` is of the linked work, whatever the measure.
    - `counts`: False for guard-rails, which are no part of an objective's progress but can spoil its health.
    - `output`: done share of the linked work, 0..1, beside a value that is not made of work; None without work.
    - `mismatch`: how output and outcome do not fit together; None where they do.
    - `closed`: the day on which it was closed; its marks rest.
    - `by_hand`: whether the progress was set by hand, in place of what was computed.
    - `coverage`: share of the items whose estimate, weight or field is known, 0..1; None where none is asked for.
    - `creep`: what came after the baseline; None without one.
    - `is_computed`: whether the value is made of many, so that its last digits mean nothing; one that people or a source
      state has all of them.
    - `smaller_is_better`: whether the value is to come down to the target, or to stay below it.
    - `value_on`: the day of a value that somebody measured; None for one that trackers give, and where it is not known.
    - `low`, `high`: the limits of a guard-rail or band, both inside it; None where there is none.
    - `can_fall`: whether what was reached can be lost again: the value goes both ways, and the cycle still runs.
    - `teams`: the linked work by team or project, those with most of it first.
    - `phase`: where its cycle is. `stands_on`: the day as of which it stands: that of its closing, or the last one of a
      cycle that has ended; None while it goes on. `read_on`: the day of the reading that stands; None where it is told anew.
    - `pieces`: the linked work piece by piece, by which all of that is counted. `estimates`: those of its unit, of all
      work, as of the moment that is judged. `bounds`: the days whose work counts.
    """

    key_result: str
    objective: str
    title: str
    value: float | None
    progress: float | None
    expected: float
    health: Health
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
    bounds: Bounds
    phase: Phase = "running"
    stands_on: date | None = None
    read_on: date | None = None
    is_computed: bool = False
    is_unlikely: bool = False
    low: float | None = None
    high: float | None = None
    can_fall: bool = False
    value_on: date | None = None
    pieces: tuple[Piece, ...] = field(default=(), compare=False, repr=False)
    estimates: Estimates = field(default=NO_ESTIMATES, compare=False, repr=False)

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; 100 only when complete."""
        return to_percent(self.progress)

    @property
    def at_target(self) -> bool:
        """Whether its value is where it should be, and must only stay there until the cycle ends."""
        return self.can_fall and self.progress is not None and self.progress >= 1


@dataclass(frozen=True, slots=True)
class ObjectiveReading:
    """An objective: its key results and the objectives below it, by weight or by the weakest of them.

    - `without_data`: how many parts have none, and are left out; so are objectives below it whose cycle has not begun,
      `not_begun` of them.
    - `grade`: 0.0..1.0 in tenths where the objective is graded, never rounded up into a success; `succeeds`: whether
      the progress itself is one, by its `grading`; None where it is not graded or there are no data.
    - `can_fall`: whether a part of it can; `at_target`: whether it would be done if none could.
    - `phase`, `begins`, `ends`: of its cycle.
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
    begins: date
    ends: date
    phase: Phase = "running"
    not_begun: int = 0
    succeeds: bool | None = None
    can_fall: bool = False
    at_target: bool = False

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; 100 only when complete."""
        return to_percent(self.progress)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Readings of every objective and key result, in declared order, as of one moment. `zone`: that of the workspace."""

    as_of: datetime
    objectives: tuple[ObjectiveReading, ...]
    zone: tzinfo = UTC

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


def exact_percent(progress: float) -> float:
    """Percent with at most two decimals, rounded down as `to_percent` does, so that neither contradicts the other; what is
    beyond the target, or behind the start, is more than 100 or less than 0.
    """
    percent = math.floor(progress * 10_000 + 1e-7) / 100
    return percent if progress >= 1 else min(99.99, percent)


def health(
    progress: float | None, expected: float, policy: HealthPolicy, *, can_fall: bool = False
) -> Health:
    """Health by how many points of percent the progress lags behind what is expected by now.

    What `can_fall` is never done: at its target it is on track, however much is expected.
    """
    if progress is None:
        return "no_data"
    if progress >= 1:
        return "on_track" if can_fall else "done"
    behind = round((expected - progress) * 100, 9)
    if behind > policy.off_track:
        return "off_track"
    return "at_risk" if behind > policy.at_risk else "on_track"
