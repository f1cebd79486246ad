"""The reading of one key result: what was measured of it, as it stands by its declaration. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction

from config.measures import FlowMeasure, KeepMeasure, MetricMeasure, QueryMeasure, WorkMeasure
from config.okrs import KeyResult, Objective
from config.wording import counted, percent
from config.workspace import Workspace
from connectors.model import Health, WorkItem
from sync.align.alignment import Leaves
from sync.measure.context import MeasureContext, MeasuredValue
from sync.measure.expected import expected
from sync.measure.pieces import Piece, pieces_of, weighting_of
from sync.measure.reading import Mismatch, Reading, health, to_percent
from sync.measure.tally import Tally, fold
from sync.measure.values import value_of
from sync.observation import Past

_MUCH, _LITTLE = 0.8, 0.2


def closed_on(key_result: KeyResult, objective: Objective, today: date) -> date | None:
    """The day on which a key result was closed, by itself or with its objective; None while it is open."""
    days = [day for day in (key_result.closed, objective.closed) if day is not None and day <= today]
    return min(days, default=None)


def measure_key_result(
    key_result: KeyResult, objective: Objective, leaves: Leaves, context: MeasureContext
) -> Reading:
    """The reading by the declared measure, closing and override. Raises KeyError as `value_of` does."""
    workspace, how = context.workspace, key_result.measure
    closed = closed_on(key_result, objective, context.today)
    at = context.now if closed is None else min(context.now, end_of(closed, workspace.zone))
    cycle = workspace.cycles[objective.cycle]
    by_now = expected(key_result, cycle, at, workspace.zone)
    if closed is not None:
        # Without a reading that was kept, the nearest to it is what today's items say of that day.
        leaves = _as_of(at, leaves)
        context = replace(context, now=at - timedelta(seconds=1))
    weighting = weighting_of(key_result)
    pieces = pieces_of(leaves, weighting, workspace.zone)
    tally = fold(pieces, weighting)
    value = value_of(key_result, leaves, tally, context)
    progress, evidence = value.progress, value.evidence
    shown = value.value
    override = key_result.override
    by_hand = closed is None and override is not None and context.today <= override.until
    if closed is not None:
        shown, progress, evidence = _frozen(value, context.past.get(key_result.id), closed)
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
        mismatch=_mismatch(progress, output, tally) if value.counts else None,
        closed=closed,
        by_hand=by_hand,
        teams=_teams(pieces, weighting),
        pieces=pieces,
        coverage=value.coverage,
        creep=value.creep,
        smaller_is_better=_is_smaller_better(how),
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


def end_of(day: date, zone: tzinfo) -> datetime:
    """The moment at which the day is over, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def _frozen(value: MeasuredValue, past: Past | None, closed: date) -> tuple[float | None, float | None, str]:
    if past is None:
        return value.value, value.progress, f"closed on {closed}; {value.evidence}"
    kept = "" if past.on == closed else f", as read on {past.on}"
    return past.value, past.progress, f"closed on {closed}{kept}"


def _overridden(key_result: KeyResult, value: MeasuredValue) -> tuple[float, str]:
    override = key_result.override
    assert override is not None  # noqa: S101  the caller's condition
    computed = to_percent(value.progress)
    note = f" ({override.note})" if override.note else ""
    evidence = f"set manually until {override.until}{note}; computed: {percent(computed, 'no data')}, {value.evidence}"
    return override.percent / 100, evidence


def _health(how: object, progress: float | None, by_now: float, workspace: Workspace) -> Health:
    if isinstance(how, KeepMeasure) and progress is not None:
        # What must only stay so is never done, and nothing about it is gradual.
        return "on_track" if progress >= 1 else "off_track"
    return health(progress, by_now, workspace.policy.health)


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
    work = f"{tally.done} of {counted(tally.leaves, 'item')} done"
    if output >= _MUCH and progress < _LITTLE:
        return Mismatch(f"{work}, but the value has hardly moved", "check that this work contributes to it")
    if progress >= _MUCH and output < _LITTLE:
        found = f"the value is near its target with only {work}"
        return Mismatch(found, "check whether the rest of the work is still needed")
    return None


def _teams(pieces: Iterable[Piece], how: WorkMeasure) -> tuple[tuple[str, Tally], ...]:
    parts: defaultdict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        item = piece.item
        parts[item.team or item.project or item.ref.tracker].append(piece)
    tallies = {team: fold(some, how) for team, some in parts.items()}
    return tuple(sorted(tallies.items(), key=lambda one: (-one[1].weight, one[0])))


def _forecast(progress: float | None, elapsed: float) -> float | None:
    if progress is None or elapsed < 0.05:
        return None
    return min(1.0, progress / elapsed)
