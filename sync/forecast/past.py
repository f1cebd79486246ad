"""How a key result went until now, as progress by day: what its forecast is drawn from. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from config.measures import FlowMeasure, MetricMeasure, QueryMeasure, WorkMeasure
from config.okrs import Cycle, KeyResult
from sync.forecast.simulation import FARTHEST_DAYS
from sync.measure import Piece, Reading
from sync.observation import Past

LEAST_VALUES = 3
"""A metric with fewer values has no pace to speak of."""


@dataclass(frozen=True, slots=True)
class ProgressByDay:
    """Progress by day, in order of days, the last one of today; it leaves 0..1 where a value passed start or target.

    `can_fall`: whether what is reached may be lost again. `enough`: False where too few values tell.
    """

    rows: tuple[tuple[date, float], ...]
    can_fall: bool
    enough: bool = True


def past_of(
    key_result: KeyResult,
    cycle: Cycle,
    reading: Reading,
    recent: Sequence[Past],
    today: date,
) -> ProgressByDay:
    """The past of a reading with progress. `recent`: its readings of earlier days, oldest first."""
    assert reading.progress is not None  # noqa: S101  the caller's condition
    how = key_result.measure
    kept = [one for one in recent if one.on < today]
    if isinstance(how, WorkMeasure):
        return ProgressByDay(_of_work(how, cycle, reading, today), can_fall=False)
    if isinstance(how, MetricMeasure):
        return _of_metric(how, cycle, reading, kept, today)
    if isinstance(how, QueryMeasure | FlowMeasure):
        rows = [(one.on, _way(how, one.value)) for one in kept if one.value is not None]
        return ProgressByDay((*rows, (today, _way(how, reading.value))), can_fall=True)
    # What these are made of belongs to the cycle, so their progress began anew with it.
    shares = [(one.on, one.progress) for one in kept if one.progress is not None and one.on >= cycle.start]
    return ProgressByDay((*shares, (today, reading.progress)), can_fall=how.kind != "milestones")


def _of_work(how: WorkMeasure, cycle: Cycle, reading: Reading, today: date) -> tuple[tuple[date, float], ...]:
    """By the days on which the work was finished, against the scope of today.

    The past begins with the cycle, or with the first piece that was finished, where that was before: no weeks are
    counted in which nobody had begun, and none are lost in which the work was under way.
    """
    assert reading.progress is not None  # noqa: S101  the caller's condition
    tally = reading.tally
    target = Fraction(how.target).limit_denominator(1_000_000) if how.target is not None else tally.weight
    brought: defaultdict[date, Fraction] = defaultdict(Fraction)
    for piece in reading.pieces:
        if piece.done_on is not None and _tells_pace(piece):
            # Where every weight is zero, items are counted.
            brought[piece.done_on] += piece.part if target else 1
    return _backwards(brought, target or Fraction(tally.leaves), reading.progress, cycle, today)


def _tells_pace(piece: Piece) -> bool:
    """Whether a piece counts, or would but that it was finished too early: its pace is that of the same work."""
    return piece.left_out in (None, "before")


def _backwards(
    brought: dict[date, Fraction], scope: Fraction, now: float, cycle: Cycle, today: date
) -> tuple[tuple[date, float], ...]:
    """From today's progress back: what it was before the work of each day was finished."""
    if not scope:
        return ((today, now),)
    first = min(brought, default=today)
    begin = max(today - timedelta(days=FARTHEST_DAYS), min(cycle.start - timedelta(days=1), first))
    rows, left = {today: now}, Fraction(0)
    for day in sorted((day for day in brought if begin < day <= today), reverse=True):
        rows[day] = now - float(left / scope)
        left += brought[day]
    rows[begin] = now - float(left / scope)
    return tuple(sorted(rows.items()))


def _of_metric(
    how: MetricMeasure, cycle: Cycle, reading: Reading, kept: Sequence[Past], today: date
) -> ProgressByDay:
    """By its check-ins and, of a file or an endpoint, by what each run read; from the start value on."""
    reported = {one.on: one.value for one in how.checkins if one.on <= today}
    values, known = dict(reported), len(reported)
    if how.file is not None or how.http is not None:
        read = [(one.on, one.value) for one in kept if one.value is not None]
        read.append((today, reading.value if reading.value is not None else how.start))
        values.update(read)
        known += _changes(value for _, value in read)
    before = cycle.start - timedelta(days=1)
    if not any(day <= before for day in values):
        values[before] = how.start
    rows = sorted((day, _way(how, value)) for day, value in values.items() if day < today)
    now = (today, _way(how, reading.value))
    return ProgressByDay((*rows, now), can_fall=True, enough=known >= LEAST_VALUES)


def _changes(values: Iterable[float]) -> int:
    """How many values were read: the same one again may be the same reading, which nobody renewed."""
    known = list(values)
    return sum(place == 0 or value != known[place - 1] for place, value in enumerate(known))


def _way(how: MetricMeasure | QueryMeasure | FlowMeasure, value: float | None) -> float:
    """The share of the way from start to target, beyond both too."""
    return 0.0 if value is None else (value - how.start) / (how.target - how.start)
