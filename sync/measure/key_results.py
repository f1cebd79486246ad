"""The reading of one key result: what was measured of it, as it stands by its declaration. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from config.measures import (
    BinaryMeasure,
    FlowMeasure,
    KeepMeasure,
    MetricMeasure,
    MilestonesMeasure,
    QueryMeasure,
    WorkMeasure,
)
from config.okrs import KeyResult, Objective
from config.wording import part_of, percent
from sync.align.terms import phase_of
from sync.measure.bounds import bounds_of, end_of
from sync.measure.context import MeasureContext, MeasuredValue
from sync.measure.ended import closed_on, ended_reading, last_day
from sync.measure.expected import expected
from sync.measure.key_result_health import can_fall, health_of
from sync.measure.pieces import Piece, Tally, fold, pieces_of, weighting_of
from sync.measure.reading import Mismatch, Reading, to_percent
from sync.measure.values import value_of

MUCH, LITTLE = 0.8, 0.2
"""Output and outcome that do not fit together: one of them at least this much, the other less than that little."""


def measure_key_result(key_result: KeyResult, objective: Objective, context: MeasureContext) -> Reading:
    """The reading by the declared measure, closing and override. Raises KeyError as `value_of` does."""
    workspace, how = context.workspace, key_result.measure
    cycle, today = workspace.cycles[objective.cycle], context.today
    closed, last = (
        closed_on(key_result, objective, today),
        last_day(key_result, objective, cycle, today),
    )
    at = context.now if last is None else min(context.now, end_of(last, workspace.zone))
    by_now = expected(key_result, cycle, at, workspace.zone)
    weighting = weighting_of(key_result)
    # On the day of closing itself it is read as it is now.
    until = None if last is None or last == today else end_of(last, workspace.zone)
    if until is not None:
        # Without a reading that was kept, the nearest to it is what today's items say of that day.
        context = replace(context, now=until - timedelta(seconds=1))
    bounds = bounds_of(key_result, cycle, workspace.zone, until, is_past=context.observation.rewound)
    context = replace(context, bounds=bounds)
    leaves = context.estimates.leaves(key_result.id, bounds.until)
    estimates = context.estimates.of(weighting, bounds.until)
    pieces = pieces_of(leaves, weighting, bounds, key_result.id, estimates)
    tally = fold(pieces, weighting)
    value = value_of(key_result, leaves, tally, context)
    progress, evidence = value.progress, value.evidence
    shown = value.value
    override = key_result.override
    by_hand = closed is None and override is not None and (last or today) <= override.until
    read_on = None
    if by_hand:
        progress, evidence = _overridden(key_result, value)
        evidence = evidence if last is None else f"ended on {last}; {evidence}"
    elif last is not None:
        stood = ended_reading(key_result, value, last, "ended" if closed is None else "closed", context)
        shown, progress, evidence, read_on = stood.value, stood.progress, stood.evidence, stood.read_on
    phase = phase_of(cycle, today)
    goes_on = last is None and phase == "running"
    output = None if isinstance(how, WorkMeasure) else _output(tally)
    elapsed = cycle.elapsed(at, workspace.zone)
    falls = closed is None and not by_hand and elapsed < 1 and can_fall(how, context.others)
    return Reading(
        key_result=key_result.id,
        objective=objective.id,
        title=key_result.title,
        value=shown,
        progress=progress,
        expected=by_now,
        health=health_of(value, progress, by_now, workspace.policy.health, can_fall=falls),
        evidence=evidence,
        tally=tally,
        unit=value.unit,
        target=_target_of(value, shown, progress, how) if read_on else value.target,
        counts=value.counts,
        output=output,
        mismatch=_mismatch(progress, output, tally) if value.counts and goes_on else None,
        closed=closed,
        by_hand=by_hand,
        teams=_teams(pieces, weighting),
        pieces=pieces,
        bounds=bounds,
        estimates=estimates,
        coverage=value.coverage,
        creep=value.creep,
        smaller_is_better=_is_smaller_better(how),
        is_computed=not isinstance(how, MetricMeasure | KeepMeasure | BinaryMeasure),
        phase=phase,
        stands_on=last,
        read_on=read_on,
        low=value.low,
        high=value.high,
        can_fall=falls,
        value_on=value.value_on if read_on is None else None,
    )


def _target_of(
    value: MeasuredValue, shown: float | None, progress: float | None, how: object
) -> float | None:
    """What a reading that stands was held against: of work its scope of then, which its value and progress tell."""
    is_scope = isinstance(how, MilestonesMeasure) or (isinstance(how, WorkMeasure) and how.target is None)
    return round(shown / progress, 2) if is_scope and shown and progress else value.target


def _overridden(key_result: KeyResult, value: MeasuredValue) -> tuple[float, str]:
    override = key_result.override
    assert override is not None  # noqa: S101  the caller's condition
    computed = to_percent(value.progress)
    note = f" ({override.note})" if override.note else ""
    evidence = f"set manually until {override.until}{note}; computed: {percent(computed, 'no data')}, {value.evidence}"
    return override.percent / 100, evidence


def _is_smaller_better(how: object) -> bool:
    if isinstance(how, KeepMeasure):
        return how.below is not None
    return isinstance(how, MetricMeasure | QueryMeasure | FlowMeasure) and how.target < how.start


def _output(tally: Tally) -> float | None:
    # Work that does not measure is counted, so that each item has a weight.
    return float(tally.done_weight / tally.weight) if tally.leaves else None


def _mismatch(progress: float | None, output: float | None, tally: Tally) -> Mismatch | None:
    if progress is None or output is None:
        return None
    work = f"{part_of(tally.done, tally.leaves, 'item')} done"
    if output >= MUCH and progress < LITTLE:
        return Mismatch(f"{work}, but the value has hardly moved", "check that this work contributes to it")
    if progress >= MUCH and output < LITTLE:
        found = f"the value is near its target with only {work}"
        return Mismatch(found, "check whether the rest of the work is still needed")
    return None


def _teams(pieces: Iterable[Piece], how: WorkMeasure) -> tuple[tuple[str, Tally], ...]:
    parts: defaultdict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        item = piece.item
        if piece.left_out in ("before", "later"):
            continue
        parts[item.team or item.project or item.ref.tracker].append(piece)
    tallies = {team: fold(some, how) for team, some in parts.items()}
    return tuple(sorted(tallies.items(), key=lambda one: (-one[1].weight, one[0])))
