"""What metrics tell of customers: those that say by `indicator` what they are. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from config.measures import KeepMeasure, MetricMeasure
from config.workspace import Workspace
from sync.measure import Reading, Scorecard


@dataclass(frozen=True, slots=True)
class CustomerMetric:
    """A metric or guard-rail by what it tells, as it was fed; `on`: the day of its value. `start`: None of a guard-rail."""

    indicator: str
    key_result: str
    title: str
    value: float | None
    unit: str
    start: float | None
    target: float | None
    low: float | None
    high: float | None
    progress: float | None
    on: date | None


def customer_metrics(card: Scorecard, workspace: Workspace) -> tuple[CustomerMetric, ...]:
    """Those of running and ended cycles, by indicator, then in declared order."""
    readings, found = card.readings, []
    for _, key_result in workspace.key_results():
        how, reading = key_result.measure, readings[key_result.id]
        if isinstance(how, MetricMeasure | KeepMeasure) and how.indicator and reading.phase != "planned":
            found.append(_metric(how, reading))
    return tuple(sorted(found, key=lambda one: one.indicator.casefold()))


def _metric(how: MetricMeasure | KeepMeasure, reading: Reading) -> CustomerMetric:
    is_metric = isinstance(how, MetricMeasure)
    return CustomerMetric(
        how.indicator or "",
        reading.key_result,
        reading.title,
        reading.value,
        reading.unit,
        how.start if isinstance(how, MetricMeasure) else None,
        reading.target if is_metric else None,
        reading.low,
        reading.high,
        reading.progress,
        reading.value_on,
    )
