"""How much progress is expected by now. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

from config.measures import MetricMeasure
from config.okrs import Cycle, KeyResult
from sync.measure.context import progress_between


def expected(key_result: KeyResult, cycle: Cycle, now: datetime, zone: tzinfo) -> float:
    """Expected progress, 0..1: evenly in time, with its square, or in steps; through declared phases if any.

    A phase is due at the end of its day. Between phases `linear` and `back_loaded` go on in their own way;
    `step` stays at the last phase that was due, and expects all only when the cycle is over.
    """
    elapsed = cycle.elapsed(now, zone)
    points = _points(key_result, cycle, zone)
    before = max(point for point in points if point[0] <= elapsed)
    if key_result.pace == "step" or before[0] >= 1:
        return before[1]
    after = min(point for point in points if point[0] > elapsed)
    part = (elapsed - before[0]) / (after[0] - before[0])
    if key_result.pace == "back_loaded":
        part = part**2
    return before[1] + (after[1] - before[1]) * part


def _points(key_result: KeyResult, cycle: Cycle, zone: tzinfo) -> list[tuple[float, float]]:
    """What is expected when, both 0..1: nothing at the start, all at the end, phases between."""
    points = {0.0: 0.0, 1.0: 1.0}
    how = key_result.measure
    if not isinstance(how, MetricMeasure):
        return sorted(points.items())
    for phase in how.phases:
        due = datetime.combine(phase.by + timedelta(days=1), time.min, zone)
        at = cycle.elapsed(due, zone)
        if 0 < at < 1:
            points[at] = progress_between(how.start, how.target, phase.target)
    return sorted(points.items())
