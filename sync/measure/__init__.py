"""How far each key result and each objective has come. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction

from config.measures import CompositeMeasure, KeepMeasure, WorkMeasure
from config.okrs import KeyResult, Objective
from config.workspace import Workspace
from connectors.model import Health, WorkItem
from sync.align import Alignment
from sync.measure.pace import expected
from sync.measure.reading import (
    ObjectiveReading,
    Past,
    Reading,
    Sample,
    Scorecard,
    health,
    to_percent,
)
from sync.measure.tally import ZERO, Tally, fold, tally_of, weight_of
from sync.measure.values import OVER, Scene, Told, Value, latest, value_of, way

__all__ = [
    "OVER",
    "ZERO",
    "ObjectiveReading",
    "Past",
    "Reading",
    "Sample",
    "Scorecard",
    "Tally",
    "Told",
    "closed_on",
    "fold",
    "health",
    "latest",
    "measure",
    "tally_of",
    "to_percent",
    "way",
    "weigher",
    "weight_of",
]

ASPIRATION = 0.7
"""The grade at which an aspiration succeeds, as OKR literature has it (Doerr, "Measure What Matters", 2018)."""
_MUCH, _LITTLE = 0.8, 0.2
Leaves = Sequence[tuple[WorkItem, Fraction]]


def measure(
    alignment: Alignment,
    counts: Mapping[str, int],
    workspace: Workspace,
    now: datetime,
    *,
    samples: Mapping[str, Sample] | None = None,
    past: Mapping[str, Past] | None = None,
) -> Scorecard:
    """Read every key result. `counts`, `samples` and `past` are what `Told` says.

    Raises KeyError when the answer to a query measure is missing: a failed read must not look like zero.
    """
    leaves = alignment.leaves()
    told = Told(counts, samples or {}, past or {})
    readings: dict[str, Reading] = {}
    for objective, key_result in _composites_last(workspace):
        scene = Scene(alignment, told, workspace, now, readings)
        readings[key_result.id] = _read(key_result, objective, leaves.get(key_result.id, []), scene)
    rolled: dict[str, ObjectiveReading] = {}
    for objective in _children_first(workspace):
        below = [
            rolled[one.id] for one in workspace.objectives if one.parent == objective.id and one.id in rolled
        ]
        rolled[objective.id] = _roll_up(objective, readings, below, workspace, now)
    return Scorecard(now, tuple(rolled[objective.id] for objective in workspace.objectives))


def weigher(key_result: KeyResult) -> WorkMeasure:
    """How a key result's linked work is weighed: as declared, or by count where work does not measure it."""
    how = key_result.measure
    return how if isinstance(how, WorkMeasure) else WorkMeasure(kind="work")


def closed_on(key_result: KeyResult, objective: Objective, today: date) -> date | None:
    """The day on which a key result was closed, by itself or with its objective; None while it is open."""
    days = [day for day in (key_result.closed, objective.closed) if day is not None and day <= today]
    return min(days, default=None)


def _composites_last(workspace: Workspace) -> Iterator[tuple[Objective, KeyResult]]:
    """Every key result after those that it is made of; the configuration refuses circles."""
    waiting = list(workspace.key_results())
    read: set[str] = set()
    names = {key_result.id for _, key_result in waiting}
    while waiting:
        ready = [one for one in waiting if _parts(one[1]) & names <= read] or waiting
        yield from ready
        read |= {key_result.id for _, key_result in ready}
        waiting = [one for one in waiting if one[1].id not in read]


def _parts(key_result: KeyResult) -> set[str]:
    how = key_result.measure
    return set(how.of) if isinstance(how, CompositeMeasure) else set()


def _children_first(workspace: Workspace) -> Iterator[Objective]:
    waiting = list(workspace.objectives)
    while waiting:
        above = {one.parent for one in waiting}
        ready = [one for one in waiting if one.id not in above] or waiting
        yield from ready
        waiting = [one for one in waiting if one not in ready]


# --- One key result ------------------------------------------------------------------------------


def _read(key_result: KeyResult, objective: Objective, leaves: Leaves, scene: Scene) -> Reading:
    workspace, how = scene.workspace, key_result.measure
    closed = closed_on(key_result, objective, scene.today)
    at = scene.now if closed is None else min(scene.now, _end_of(closed, workspace.zone))
    cycle = workspace.cycles[objective.cycle]
    by_now = expected(key_result, cycle, at, workspace.zone)
    if closed is not None:
        # Without a reading that was kept, the nearest to it is what can be told of that day by today's items.
        leaves = _as_of(at, leaves)
        scene = replace(scene, now=at - timedelta(seconds=1))
    tally = fold(leaves, weigher(key_result), workspace.zone)
    value = value_of(key_result, leaves, tally, scene)
    progress, evidence = value.progress, value.evidence
    shown = value.value
    override = key_result.override
    by_hand = closed is None and override is not None and scene.today <= override.until
    if closed is not None:
        shown, progress, evidence = _frozen(value, scene.told.past.get(key_result.id), closed)
    elif by_hand:
        progress, evidence = _overridden(key_result, value)
    output = None if isinstance(how, WorkMeasure) else _output(tally)
    return Reading(
        key_result=key_result.id,
        objective=objective.id,
        title=key_result.title,
        value=shown,
        progress=progress,
        expected=by_now,
        health=_health(how, progress, by_now, workspace),
        forecast=_forecast(progress, cycle.elapsed(at, workspace.zone)) if value.counts else None,
        evidence=evidence,
        tally=tally,
        unit=value.unit,
        target=value.target,
        counts=value.counts,
        output=output,
        note=_mismatch(progress, output, tally) if value.counts else "",
        closed=closed,
        by_hand=by_hand,
        teams=_teams(key_result, leaves, workspace.zone),
    )


def _as_of(moment: datetime, leaves: Leaves) -> list[tuple[WorkItem, Fraction]]:
    """The leaves that were there by then; what was done later was not done yet."""
    return [
        (replace(item, category="doing") if _is_later(item, moment) else item, share)
        for item, share in leaves
        if item.created < moment
    ]


def _is_later(item: WorkItem, moment: datetime) -> bool:
    return item.category == "done" and item.completed is not None and item.completed >= moment


def _end_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def _frozen(value: Value, past: Past | None, closed: date) -> tuple[float | None, float | None, str]:
    if past is None:
        return value.value, value.progress, f"closed on {closed}; {value.evidence}"
    kept = "" if past.on == closed else f", as read on {past.on}"
    return past.value, past.progress, f"closed on {closed}{kept}"


def _overridden(key_result: KeyResult, value: Value) -> tuple[float, str]:
    override = key_result.override
    assert override is not None  # noqa: S101  the caller's condition
    computed = to_percent(value.progress)
    told = "no data" if computed is None else f"{computed} %"
    note = f" ({override.note})" if override.note else ""
    evidence = f"set by hand until {override.until}{note}; computed: {told}, {value.evidence}"
    return override.percent / 100, evidence


def _health(how: object, progress: float | None, by_now: float, workspace: Workspace) -> Health:
    if isinstance(how, KeepMeasure) and progress is not None:
        # What must only stay so is never done, and nothing about it is gradual.
        return "on_track" if progress >= 1 else "off_track"
    return health(progress, by_now, workspace.policy.health)


def _output(tally: Tally) -> float | None:
    if not tally.leaves:
        return None
    return float(tally.done_weight / tally.weight) if tally.weight else tally.done / tally.leaves


def _mismatch(progress: float | None, output: float | None, tally: Tally) -> str:
    """Output without outcome, or the reverse."""
    if progress is None or output is None:
        return ""
    work = f"{tally.done} of {tally.leaves} items are done"
    if output >= _MUCH and progress < _LITTLE:
        return f"{work}, and the value has hardly moved: is this the work that moves it?"
    if progress >= _MUCH and output < _LITTLE:
        return f"the value is nearly there, and only {work}: is the rest of the work still needed?"
    return ""


def _teams(key_result: KeyResult, leaves: Leaves, zone: tzinfo) -> tuple[tuple[str, Tally], ...]:
    parts: defaultdict[str, list[tuple[WorkItem, Fraction]]] = defaultdict(list)
    for item, share in leaves:
        parts[item.team or item.project or item.ref.tracker].append((item, share))
    tallies = {team: fold(some, weigher(key_result), zone) for team, some in parts.items()}
    return tuple(sorted(tallies.items(), key=lambda one: (-one[1].weight, one[0])))


def _forecast(progress: float | None, elapsed: float) -> float | None:
    if progress is None or elapsed < 0.05:
        return None
    return min(1.0, progress / elapsed)


# --- Objectives ----------------------------------------------------------------------------------


def _roll_up(
    objective: Objective,
    readings: Mapping[str, Reading],
    below: Sequence[ObjectiveReading],
    workspace: Workspace,
    now: datetime,
) -> ObjectiveReading:
    own = tuple(readings[key_result.id] for key_result in objective.key_results)
    weights = {key_result.id: key_result.weight for key_result in objective.key_results}
    others = {one.id: one.weight for one in workspace.objectives}
    parts = [
        (reading.progress, weights[reading.key_result], reading.expected) for reading in own if reading.counts
    ]
    parts += [(one.progress, others[one.objective], one.expected) for one in below]
    known = [(part, weight) for part, weight, _ in parts if part is not None]
    today = now.astimezone(workspace.zone).date()
    elapsed = workspace.cycles[objective.cycle].elapsed(now, workspace.zone)
    total = math.fsum(weight for _, weight, _ in parts)
    by_now = math.fsum(share * weight for _, weight, share in parts) / total if parts else elapsed
    progress = _combined(known, objective)
    grade = round(progress, 1) if objective.grading and progress is not None else None
    if grade == 1.0 and progress is not None and progress < 1:
        grade = 0.9
    return ObjectiveReading(
        objective=objective.id,
        title=objective.title,
        cycle=objective.cycle,
        owner=objective.owner,
        progress=progress,
        expected=by_now,
        health=_objective_health(objective, progress, by_now, own, workspace),
        readings=own,
        without_data=len(parts) - len(known),
        grade=grade,
        grading=objective.grading or "",
        parent=objective.parent,
        closed=objective.closed if objective.closed and objective.closed <= today else None,
    )


def _combined(known: Sequence[tuple[float, float]], objective: Objective) -> float | None:
    if not known:
        return None
    if all(part >= 1 for part, _ in known):
        return 1.0
    if objective.roll_up == "minimum":
        return min(part for part, _ in known)
    total = math.fsum(weight for _, weight in known)
    return min(1.0, math.fsum(part * weight for part, weight in known) / total)


def _objective_health(
    objective: Objective, progress: float | None, by_now: float, own: Sequence[Reading], workspace: Workspace
) -> Health:
    judged = progress
    if objective.grading == "aspirational" and progress is not None:
        # An aspiration that reaches 0.7 has succeeded, so it is held to that.
        judged = min(1.0, progress / ASPIRATION)
    found = health(judged, by_now, workspace.policy.health)
    broken = any(not one.counts and one.health == "off_track" for one in own)
    return "at_risk" if broken and found in ("on_track", "done", "no_data") else found
