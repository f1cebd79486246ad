"""stalled_key_result: a key result that did not move while time ran. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from config.measures import BinaryMeasure, KeepMeasure, MetricMeasure, WorkMeasure
from config.okrs import KeyResult
from config.text.phrases import phrase
from connectors.model import Ref
from sync.measure import Reading
from sync.measure.expected import expected
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Severity, Signal

ID = "stalled_key_result"
_STEPS = 1e-9


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each key result whose value is the same as so many weeks ago, while more was expected of it.

    Work moves when a piece of it is done; all else when its value was another on a day that was read or checked in. Where
    nobody read it before the weeks began, or checked in within them, nothing is said: that is for overdue check-ins.
    """
    weeks = context.workspace.signals.stalled_weeks
    begin = context.today - timedelta(weeks=weeks)
    for objective, key_result in context.workspace.key_results():
        cycle = context.workspace.cycles[objective.cycle]
        reading = context.scorecard.readings[key_result.id]
        if not cycle.start <= begin or context.today > cycle.end or not _can_stall(reading, context.today):
            continue
        if not _time_ran(key_result, context, weeks):
            continue
        since = _unmoved_since(key_result, reading, context, begin)
        if since is None:
            continue
        yield Signal(
            ID,
            _severity(reading, context),
            "key_result",
            key_result.id,
            _open_work(reading),
            phrase(
                "signals.stalled_key_result.message",
                key_result=key_result.id,
                title=reading.title,
                weeks=(context.today - since).days // 7,
                count="weeks",
            ),
            phrase("signals.stalled_key_result.formula"),
            f"stalled_weeks: {weeks}",
            phrase("signals.stalled_key_result.remedy"),
            (context.today - since).days,
        )


def _can_stall(reading: Reading, today: date) -> bool:
    """Not what is closed, set by hand, a guard-rail, or at its target."""
    is_over = reading.closed is not None and reading.closed <= today
    return not (is_over or reading.by_hand or not reading.counts or reading.at_target)


def _time_ran(key_result: KeyResult, context: SignalContext, weeks: int) -> bool:
    """Whether more was expected at the end of these weeks than at their beginning: of steps nothing is, between phases."""
    cycle = context.workspace.cycles[context.alignment.terms[key_result.id].cycle]
    zone, then = context.workspace.zone, context.now - timedelta(weeks=weeks)
    return expected(key_result, cycle, context.now, zone) > expected(key_result, cycle, then, zone) + _STEPS


def _unmoved_since(
    key_result: KeyResult, reading: Reading, context: SignalContext, begin: date
) -> date | None:
    """The day since which it stands where it stands, if that is not after `begin`; None: it moved, or nobody knows."""
    if isinstance(key_result.measure, WorkMeasure):
        return _work_since(reading, context, begin)
    if isinstance(key_result.measure, KeepMeasure | BinaryMeasure):
        return None
    rows = [(day, value) for day, value in _values(key_result, reading, context) if day <= context.today]
    if not rows or _is_complete(reading, context):
        return None
    if isinstance(key_result.measure, MetricMeasure) and rows[-1][0] <= begin:
        return None  # nobody checked in
    since, last = rows[-1]
    for day, value in reversed(rows):
        if value != last:
            break
        since = day
    return since if since <= begin else None


def _is_complete(reading: Reading, context: SignalContext) -> bool:
    return context.week == 0 and reading.progress is not None and reading.progress >= 1


def _values(key_result: KeyResult, reading: Reading, context: SignalContext) -> list[tuple[date, float]]:
    """Its values by day, oldest first: those that people checked in, or else those that were kept, and today's."""
    how = key_result.measure
    if isinstance(how, MetricMeasure) and how.checkins:
        return sorted((one.on, one.value) for one in how.checkins)
    kept = {
        one.on: value
        for one in context.readings.get(key_result.id, ())
        if (value := one.progress if one.value is None else one.value) is not None
    }
    if (
        context.week == 0
        and (now := reading.progress if reading.value is None else reading.value) is not None
    ):
        kept[context.today] = now
    return sorted(kept.items())


def _work_since(reading: Reading, context: SignalContext, begin: date) -> date | None:
    """The day on which a piece of its work was last done, or its cycle began; None where there is no open work, or where
    that is later than `begin`.
    """
    cycle = context.workspace.cycles[context.alignment.terms[reading.key_result].cycle]
    since, is_open = cycle.start, False
    for piece in reading.pieces:
        if piece.left_out in ("dropped", "before"):
            continue
        if piece.done_on is not None and piece.done_on <= context.today:
            since = max(since, piece.done_on)
        elif piece.category != "done" or piece.done_on is not None:
            is_open = is_open or piece.item.created.date() <= context.today
    return since if is_open and since <= begin else None


def _severity(reading: Reading, context: SignalContext) -> Severity:
    if context.week:
        return "low"
    by_health: Mapping[str, Severity] = {"off_track": "high", "at_risk": "medium"}
    return by_health.get(reading.health, "low")


def _open_work(reading: Reading) -> tuple[Ref, ...]:
    """The open work that serves it, what is in progress first."""
    some = [
        piece for piece in reading.pieces if piece.left_out is None and piece.category in ("doing", "todo")
    ]
    return tuple(
        piece.item.ref for piece in sorted(some, key=lambda one: (one.category != "doing", one.item.ref))
    )


def known_from(context: SignalContext, key_result: str) -> date:
    """The first day of which its value is known; of work and check-ins that of its cycle."""
    rows = context.readings.get(key_result, ())
    start = context.workspace.cycles[context.alignment.terms[key_result].cycle].start
    declared = {one.id: one.measure for _, one in context.workspace.key_results()}[key_result]
    is_dated = isinstance(declared, WorkMeasure) or (
        isinstance(declared, MetricMeasure) and declared.checkins
    )
    return start if is_dated else max(start, rows[0].on if rows else context.today)


STALLED_KEY_RESULT = SignalRule(ID, fire, replays=True, known_from=known_from)
