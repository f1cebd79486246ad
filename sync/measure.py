"""How far each key result and each objective has come. Pure.

Work is folded into tallies that add up: a partition of the items gives the same sum as one pass, so the
reading is the same for a whole pull, for a delta, and for many workers. Sums are exact fractions; floats
would make the order of addition visible.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import assert_never

from config.okrs import CheckIn, KeyResult, MetricMeasure, Objective, QueryMeasure, WorkMeasure
from config.workspace import HealthPolicy, Workspace
from connectors.model import Health, WorkItem
from sync.align import Alignment

ZERO = Fraction(0)

MOST_POINTS = 1_000_000
"""A greater estimate of one item is a slip of the keyboard, and counts as missing."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Linked leaves, folded. Weights are counts or points, each times the leaf's share.

    `leaves`, `done`, `doing`, `dropped`, `unestimated` count items; dropped ones are in no other figure.
    """

    leaves: int = 0
    done: int = 0
    doing: int = 0
    dropped: int = 0
    unestimated: int = 0
    weight: Fraction = ZERO
    done_weight: Fraction = ZERO

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.leaves + other.leaves,
            self.done + other.done,
            self.doing + other.doing,
            self.dropped + other.dropped,
            self.unestimated + other.unestimated,
            self.weight + other.weight,
            self.done_weight + other.done_weight,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """One key result at one moment.

    - `value`: in the measure's unit; for `work` the done weight. None without data.
    - `progress`, `expected`, `forecast`: 0..1; progress and forecast None without data. `forecast` is the
      progress at the end of the cycle if the pace so far holds; None in the first 5 % of the cycle.
    - `evidence`: where the value comes from, in words; `tally` is of the linked work, whatever the measure.
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
    unit: str = ""
    target: float | None = None

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; 100 only when complete."""
        return to_percent(self.progress)


@dataclass(frozen=True, slots=True)
class ObjectiveReading:
    """An objective: the mean of its key results by weight; those without data are left out and counted."""

    objective: str
    title: str
    cycle: str
    owner: str | None
    progress: float | None
    expected: float
    health: Health
    readings: tuple[Reading, ...]
    without_data: int

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


def measure(
    alignment: Alignment, counts: Mapping[str, int], workspace: Workspace, now: datetime
) -> Scorecard:
    """Read every key result. `counts` holds the trackers' answers to `query` measures by key result id.

    Raises KeyError when the answer to a query measure is missing: a failed read must not look like zero.
    """
    leaves = alignment.leaves()
    rows = []
    for objective in workspace.objectives:
        elapsed = workspace.cycles[objective.cycle].elapsed(now, workspace.zone)
        readings = tuple(
            _read(key_result, objective, leaves.get(key_result.id, []), counts, workspace, elapsed, now)
            for key_result in objective.key_results
        )
        rows.append(_roll_up(objective, readings, elapsed, workspace.policy.health))
    return Scorecard(now, tuple(rows))


def _read(
    key_result: KeyResult,
    objective: Objective,
    leaves: Iterable[tuple[WorkItem, Fraction]],
    counts: Mapping[str, int],
    workspace: Workspace,
    elapsed: float,
    now: datetime,
) -> Reading:
    how = key_result.measure
    work = how if isinstance(how, WorkMeasure) else WorkMeasure(kind="work")
    tally = fold(leaves, work)
    value: float | None
    progress: float | None
    match how:
        case WorkMeasure():
            value, progress, evidence = _from_tally(tally, how)
            unit, target = "points" if how.weigh == "points" else "items", float(tally.weight)
        case MetricMeasure():
            last = latest(how.checkins, now, workspace)
            value = last.value if last else None
            evidence = f"check-in of {last.on}" if last else "no check-in yet"
            progress = None if value is None else way(how.start, how.target, value)
            unit, target = how.unit, how.target
        case QueryMeasure():
            value = float(counts[key_result.id])
            evidence = f"{value:g} found by {'JQL' if how.jql else 'the Linear filter'}"
            progress = way(how.start, how.target, value)
            unit, target = how.unit, how.target
        case _:
            assert_never(how)
    return Reading(
        key_result=key_result.id,
        objective=objective.id,
        title=key_result.title,
        value=value,
        progress=progress,
        expected=elapsed,
        health=health(progress, elapsed, workspace.policy.health),
        forecast=_forecast(progress, elapsed),
        evidence=evidence,
        tally=tally,
        unit=unit,
        target=target,
    )


def fold(leaves: Iterable[tuple[WorkItem, Fraction]], how: WorkMeasure) -> Tally:
    """The tally of leaves with their shares. Dropped leaves leave the scope."""
    total = Tally()
    for item, share in leaves:
        total += tally_of(item, share, how)
    return total


def tally_of(item: WorkItem, share: Fraction, how: WorkMeasure) -> Tally:
    """One leaf. An estimate that is missing, negative, absurd or no number is the declared default."""
    if item.category == "dropped":
        return Tally(dropped=1)
    points, estimated = _points(item, how)
    weight = share * points
    done = item.category == "done"
    return Tally(
        leaves=1,
        done=int(done),
        doing=int(item.category == "doing"),
        unestimated=int(not estimated),
        weight=weight,
        done_weight=weight if done else ZERO,
    )


def _points(item: WorkItem, how: WorkMeasure) -> tuple[Fraction, bool]:
    estimate = item.estimate
    usable = estimate is not None and 0 <= estimate <= MOST_POINTS  # false for NaN too
    if how.weigh == "count":
        return Fraction(1), usable
    points = estimate if usable and estimate is not None else how.default_estimate
    return Fraction(points).limit_denominator(1_000_000), usable


def _from_tally(tally: Tally, how: WorkMeasure) -> tuple[float | None, float | None, str]:
    if tally.leaves == 0:
        dropped = f", {tally.dropped} dropped" if tally.dropped else ""
        return None, None, f"no work is linked{dropped}"
    # Where every estimate is zero, points say nothing: count instead.
    progress = tally.done_weight / tally.weight if tally.weight else Fraction(tally.done, tally.leaves)
    if tally.done < tally.leaves:
        # Open work of zero points is still open: only what is complete may read 100 %.
        progress = min(progress, Fraction(9999, 10000))
    evidence = f"{tally.done} of {tally.leaves} items done"
    if how.weigh == "points":
        covered = (tally.leaves - tally.unestimated) * 100 // tally.leaves
        evidence += f", {float(tally.done_weight):g} of {float(tally.weight):g} points"
        evidence += f", {covered} % estimated" if covered < 100 else ""
    return float(tally.done_weight), float(progress), evidence


def way(start: float, target: float, value: float) -> float:
    """Share of the way from start to target, up or down alike: (value - start) / (target - start), 0..1.

    `start` and `target` differ; the configuration refuses equal ones.
    """
    return min(1.0, max(0.0, (value - start) / (target - start)))


def latest(checkins: Iterable[CheckIn], now: datetime, workspace: Workspace) -> CheckIn | None:
    """The latest check-in that is not in the future, or None."""
    today = now.astimezone(workspace.zone).date()
    past = [checkin for checkin in checkins if checkin.on <= today]
    return max(past, key=lambda checkin: checkin.on, default=None)


def health(progress: float | None, elapsed: float, policy: HealthPolicy) -> Health:
    """Health by how many points of percent the progress lags behind the elapsed share of the cycle."""
    if progress is None:
        return "no_data"
    if progress >= 1:
        return "done"
    behind = round((elapsed - progress) * 100, 9)
    if behind > policy.off_track:
        return "off_track"
    return "at_risk" if behind > policy.at_risk else "on_track"


def _forecast(progress: float | None, elapsed: float) -> float | None:
    if progress is None or elapsed < 0.05:
        return None
    return min(1.0, progress / elapsed)


def _roll_up(
    objective: Objective, readings: tuple[Reading, ...], elapsed: float, policy: HealthPolicy
) -> ObjectiveReading:
    weights = {key_result.id: key_result.weight for key_result in objective.key_results}
    known = [(reading.progress, weights[reading.key_result]) for reading in readings]
    with_data = [(progress, weight) for progress, weight in known if progress is not None]
    progress = None
    if with_data:
        total = math.fsum(weight for _, weight in with_data)
        progress = min(1.0, math.fsum(part * weight for part, weight in with_data) / total)
        if all(part >= 1 for part, _ in with_data):
            progress = 1.0
    return ObjectiveReading(
        objective=objective.id,
        title=objective.title,
        cycle=objective.cycle,
        owner=objective.owner,
        progress=progress,
        expected=elapsed,
        health=health(progress, elapsed, policy),
        readings=readings,
        without_data=len(readings) - len(with_data),
    )
