"""The review of a cycle, as values: grades, promises, forecasts against what came, effort, wins, and what to decide. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from config.okrs import Cycle, KeyResult, Objective
from config.workspace import Workspace
from sync.align.terms import Phase
from sync.capacity.teams import crowded_teams
from sync.decide import Decision
from sync.explain.next_cycle import NextCycle
from sync.forecast.key_results import goal_of
from sync.forecast.outlook import KeptForecast
from sync.indicators.attainment import Attainment, attainments
from sync.measure import ObjectiveReading, Reading, grade_of
from sync.review.decisions import Suggestion, suggest
from sync.review.effort import Effort, effort_of
from sync.review.forecasts import Calibration, ForecastCheck, calibrations, checks
from sync.review.promise import Promise, promise_of
from sync.review.reasons import Reason, reasons
from sync.review.unaligned import LATE, Unaligned, cycle_before, kept_share, share_of
from sync.review.wins import DoneWork, done_work
from sync.signals.budgets import Slice
from sync.signals.mechanism import signals
from sync.signals.rules import RULES
from sync.signals.signal import Signal
from sync.signals.work_by_day import KeptSlice


@dataclass(frozen=True)
class ReviewSource:
    """What a review is made from.

    - `run`: what is known now, whose readings `status` shows. `then`: the same as of the last moment of a cycle that is over, as far
      as today's items tell; the run itself while the cycle runs.
    - `forecasts`, `work`: what runs kept. `before`: where the work went at the end of the cycle before, by today's items; () where
      that is kept, or cannot be told. `successor`: what the next cycle takes over; None where nobody can say which that is.
    """

    run: Decision
    then: Decision
    workspace: Workspace
    cycle: str
    forecasts: Mapping[str, Sequence[KeptForecast]]
    work: Sequence[KeptSlice]
    before: Sequence[Slice] = ()
    successor: NextCycle | None = None


@dataclass(frozen=True, slots=True)
class ReviewedKeyResult:
    """A key result of the cycle.

    - `goal`: the progress that is success, 0..1: everything, of an aspiration less. `is_reached`: None without data; a guard-rail is
      reached where it holds. `grade`: in tenths; None without data, and of guard-rails.
    - `why`: what kept it from its goal; () where it is reached.
    """

    reading: Reading
    weight: float
    goal: float
    is_reached: bool | None
    grade: float | None
    promise: Promise | None
    forecasts: tuple[ForecastCheck, ...]
    done: DoneWork
    why: tuple[Reason, ...]
    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class ReviewedObjective:
    """An objective of the cycle. `grade`: in tenths, also where nobody declared how it is graded; None without data."""

    reading: ObjectiveReading
    grade: float | None
    key_results: tuple[ReviewedKeyResult, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """A cycle, at the moment `at`. `attainment`: of all its key results; `effort`: None where histories are not read."""

    at: datetime
    day: date
    name: str
    cycle: Cycle
    phase: Phase
    attainment: Attainment | None
    objectives: tuple[ReviewedObjective, ...]
    calibrations: tuple[Calibration, ...]
    effort: Effort | None
    unaligned: Unaligned
    successor: NextCycle | None
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def key_results(self) -> tuple[ReviewedKeyResult, ...]:
        """All of them, in declared order."""
        return tuple(one for objective in self.objectives for one in objective.key_results)

    @property
    def wins(self) -> tuple[ReviewedKeyResult, ...]:
        """Those that reached their goal, guard-rails apart."""
        return tuple(one for one in self.key_results if one.is_reached and one.reading.counts)

    @property
    def missed(self) -> tuple[ReviewedKeyResult, ...]:
        """Those that did not, with guard-rails that do not hold."""
        return tuple(one for one in self.key_results if not one.is_reached)


def review_of(source: ReviewSource) -> Review:
    """The review of a cycle that has begun."""
    run, then, workspace = source.run, source.then, source.workspace
    now = run.scorecard.as_of
    day = now.astimezone(workspace.zone).date()
    fired = signals(then.signal_context, RULES, with_rates=False)
    rows = [row for row in run.scorecard.objectives if row.cycle == source.cycle]
    declared = {one.id: one for one in workspace.objectives}
    objectives = tuple(_objective(row, declared[row.objective], source, fired) for row in rows)
    cycle = workspace.cycles[source.cycle]
    teams = crowded_teams(then.alignment, now)
    return Review(
        at=now,
        day=day,
        name=source.cycle,
        cycle=cycle,
        phase="ended" if day > cycle.end else "running",
        attainment=next(
            (
                one
                for one in attainments(run.scorecard, teams)
                if (one.kind, one.cycle) == ("cycle", source.cycle)
            ),
            None,
        ),
        objectives=objectives,
        calibrations=calibrations(
            one for objective in objectives for each in objective.key_results for one in each.forecasts
        ),
        effort=effort_of(then, workspace, source.cycle, cycle.start),
        unaligned=_unaligned(source, day),
        successor=source.successor,
        titles={one.id: one.title for one in workspace.objectives},
    )


def _objective(
    row: ObjectiveReading, objective: Objective, source: ReviewSource, fired: Sequence[Signal]
) -> ReviewedObjective:
    grade = None if row.progress is None else grade_of(row.progress, objective.grading or "")
    mine = zip(objective.key_results, row.readings, strict=True)
    return ReviewedObjective(
        row, grade, tuple(_key_result(one, reading, objective, source, fired) for one, reading in mine)
    )


def _key_result(
    key_result: KeyResult,
    reading: Reading,
    objective: Objective,
    source: ReviewSource,
    fired: Sequence[Signal],
) -> ReviewedKeyResult:
    workspace = source.workspace
    cycle, goal = workspace.cycles[objective.cycle], goal_of(objective)
    reached = _is_reached(reading, goal)
    promise = promise_of(key_result, reading, cycle)
    is_over = reading.phase == "ended" or reading.closed is not None
    known = reading.progress is not None and reading.counts
    return ReviewedKeyResult(
        reading,
        key_result.weight,
        goal,
        reached,
        grade_of(reading.progress, objective.grading or "")
        if known and reading.progress is not None
        else None,
        promise,
        checks(source.forecasts.get(reading.key_result, ()), cycle, reading.progress, is_over=is_over),
        done_work(reading),
        () if reached else reasons(reading, promise, fired),
        suggest(
            reading,
            promise,
            {one.id for one in fired if (one.kind, one.subject) == ("key_result", reading.key_result)},
            is_reached=reached,
            most_growth=workspace.signals.creep_percent / 100,
        ),
    )


def _is_reached(reading: Reading, goal: float) -> bool | None:
    if reading.progress is None:
        return None
    return reading.progress >= (goal if reading.counts else 1.0) - 1e-9


def _unaligned(source: ReviewSource, day: date) -> Unaligned:
    workspace, cycle = source.workspace, source.workspace.cycles[source.cycle]
    if day <= cycle.end:
        now = share_of(source.run.slices, day, "now")
    else:
        kept = kept_share(source.work, max(cycle.start, cycle.end - LATE), cycle.end)
        now = kept or share_of(source.then.slices, cycle.end, "items")
    name = cycle_before(source.cycle, workspace)
    if name is None:
        return Unaligned(now, None)
    last = workspace.cycles[name]
    before = kept_share(source.work, last.start, last.end) or share_of(source.before, last.end, "items")
    return Unaligned(now, before, name)
