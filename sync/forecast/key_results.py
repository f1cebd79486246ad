"""The forecast of every key result: from the days on which its work was done, its check-ins, or the readings kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction

from config.measures import KeepMeasure, MetricMeasure, WorkMeasure
from config.okrs import KeyResult
from config.workspace import Workspace
from sync.forecast.simulation import BEHIND_DAYS, Forecast, forecast
from sync.measure import Reading, Scorecard, progress_between

Kept = Mapping[str, Iterable[tuple[date, float]]]
"""Progress by day, as remembered, by key result id."""


def forecasts(card: Scorecard, workspace: Workspace, kept: Kept) -> dict[str, Forecast]:
    """Progress at the end of the cycle, 0..1, for open key results that can be forecast.

    None is given after the end, for guard-rails, or while a percent by hand stands.
    """
    today = card.as_of.astimezone(workspace.zone).date()
    found: dict[str, Forecast] = {}
    for objective, key_result in workspace.key_results():
        reading = card.readings[key_result.id]
        end = workspace.cycles[objective.cycle].end
        if reading.progress is None or reading.closed or reading.by_hand or end < today:
            continue
        if isinstance(key_result.measure, KeepMeasure):
            continue
        past = _past(key_result, reading, workspace, card.as_of, kept)
        one = forecast(past, end, 1.0, key_result.id)
        if one is not None:
            low, middle, high = (min(1.0, max(0.0, one)) for one in (one.low, one.middle, one.high))
            found[key_result.id] = Forecast(low, middle, high, one.chance, one.weeks)
    return found


def _past(
    key_result: KeyResult,
    reading: Reading,
    workspace: Workspace,
    now: datetime,
    kept: Kept,
) -> list[tuple[date, float]]:
    """Progress by day until now, against the scope of today."""
    assert reading.progress is not None  # noqa: S101  the caller's condition
    today = now.astimezone(workspace.zone).date()
    how = key_result.measure
    if isinstance(how, WorkMeasure):
        past = _work(how, reading, today)
    elif isinstance(how, MetricMeasure):
        past = sorted(
            (one.on, progress_between(how.start, how.target, one.value))
            for one in how.checkins
            if one.on <= today
        )
    else:
        past = sorted((day, progress) for day, progress in kept.get(key_result.id, ()) if day <= today)
    return [*(row for row in past if row[0] < today), (today, reading.progress)]


def _work(
    how: WorkMeasure,
    reading: Reading,
    today: date,
) -> list[tuple[date, float]]:
    scope = Fraction(how.target).limit_denominator(1_000_000) if how.target else reading.tally.weight
    if not scope:
        return []
    brought: dict[date, Fraction] = {}
    for piece in reading.pieces:
        if piece.done_on is not None and piece.left_out is None:
            brought[piece.done_on] = brought.get(piece.done_on, Fraction(0)) + piece.part
    begin = today - timedelta(days=BEHIND_DAYS)
    total = sum((weight for day, weight in brought.items() if day < begin), Fraction(0))
    past = [(begin, float(total / scope))]
    for day in sorted(day for day in brought if begin <= day <= today):
        total += brought[day]
        past.append((day, float(total / scope)))
    return past
