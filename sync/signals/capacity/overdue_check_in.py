"""overdue_check_in: nobody said for too long how a key result stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from config.measures import KeepMeasure, MetricMeasure
from config.okrs import KeyResult
from config.text.phrases import phrase
from sync.align.terms import phase_of
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Signal

ID = "overdue_check_in"


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each open metric or guard-rail of a running cycle whose latest value, by the day that it belongs to, is older
    than is expected of it; of one without a value in the cycle, whose cycle has run for longer.
    """
    today = context.today
    for objective, key_result in context.workspace.key_results():
        cycle, how = context.workspace.cycles[objective.cycle], key_result.measure
        closed = [day for day in (key_result.closed, objective.closed) if day is not None and day <= today]
        if not isinstance(how, MetricMeasure | KeepMeasure) or closed or phase_of(cycle, today) != "running":
            continue
        last = max((day for day in _days(key_result, how, context) if day <= today), default=None)
        limit, threshold = _expected(key_result, how, context)
        # A value from before the cycle began is no word on it.
        age = (today - max(last or cycle.start, cycle.start)).days
        if age <= limit:
            continue
        yield Signal(
            ID,
            "high" if age > 2 * limit else "medium",
            "key_result",
            key_result.id,
            (),
            phrase(
                f"signals.{ID}.message" if last is not None else f"signals.{ID}.message.never",
                key_result=key_result.id,
                title=key_result.title,
                days=age if last is None else (today - last).days,
                count="days",
            ),
            phrase(f"signals.{ID}.formula"),
            threshold,
            phrase(f"signals.{ID}.remedy", key_result=key_result.id),
            age if last is None else (today - last).days,
        )


def _days(key_result: KeyResult, how: MetricMeasure | KeepMeasure, context: SignalContext) -> Iterator[date]:
    """The days of its values."""
    yield from (one.on for one in how.checkins)
    if not context.week:
        sample = context.observation.samples.get(key_result.id)
        if sample is not None:
            yield sample.on
    elif _is_read(how):
        # A source that tells no day is as new as the day on which it was read.
        yield from (one.on for one in context.readings.get(key_result.id, ()) if one.value is not None)


def _is_read(how: MetricMeasure | KeepMeasure) -> bool:
    return how.file is not None or how.http is not None


def _expected(
    key_result: KeyResult, how: MetricMeasure | KeepMeasure, context: SignalContext
) -> tuple[int, str]:
    """Within how many days a value is expected, and who says so."""
    if key_result.checkins_every is not None:
        return key_result.checkins_every, f"checkins_every: {key_result.checkins_every}"
    days = how.stale_days or context.workspace.signals.stale_days
    return days, f"stale_days: {days}"


def known_from(context: SignalContext, key_result: str) -> date:
    """Since when the days of its values are known: of a source since it was first read, and not at all where it tells days of its
    own, of which only the last is kept.
    """
    how = {one.id: one.measure for _, one in context.workspace.key_results()}[key_result]
    start = context.workspace.cycles[context.alignment.terms[key_result].cycle].start
    if not isinstance(how, MetricMeasure | KeepMeasure) or not _is_read(how):
        return start
    rows = context.readings.get(key_result, ())
    is_dated = how.file is not None and how.file.day
    return max(start, rows[0].on) if rows and not is_dated else context.today


OVERDUE_CHECK_IN = SignalRule(ID, fire, replays=True, known_from=known_from)
