"""What the items that a query found say in one field, and what that comes to. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from datetime import datetime

from config.measures import QueryMeasure
from connectors.model import StatusSpan, WorkItem
from sync.measure.flow import Untold, days_between, nearest_rank, started
from sync.measure.weights import number_in, usable
from sync.observation import FieldValues, Histories


def collect_values(items: Iterable[WorkItem], field: str, now: datetime, histories: Histories) -> FieldValues:
    """The field of every item. An estimate that is negative, absurd or no number is missing."""
    found = [value_in(item, field, now, histories.get(item.ref, ())) for item in items]
    values = sorted(value for value in found if value is not None)
    return FieldValues(tuple(values), len(found) - len(values))


def value_in(item: WorkItem, field: str, now: datetime, spans: Sequence[StatusSpan]) -> float | None:
    """One item's value; times in days.

    `age` runs from the creation until now, or until the item was done; `lead_time` and `cycle_time` are only of
    what is done. A custom field with several values, or with text, has none.
    """
    match field:
        case "points":
            return usable(item.estimate)
        case "hours":
            return usable(item.hours)
        case "age":
            return days_between(item.created, item.completed if item.category == "done" else now)
        case "lead_time":
            return days_between(item.created, item.completed) if item.category == "done" else None
        case "cycle_time":
            begin = started(item, spans)
            if isinstance(begin, Untold) or item.category != "done":
                return None
            return days_between(begin, item.completed)
        case _:
            return number_in(item, field)


def aggregate(collected: FieldValues, how: QueryMeasure) -> float | None:
    """What the values come to, to four decimals; None where none is there, but nothing found sums up to 0."""
    if not collected.values:
        return 0.0 if how.of == "sum" and not collected.missing else None
    match how.of:
        case "sum":
            value = math.fsum(collected.values)
        case "average":
            value = math.fsum(collected.values) / len(collected.values)
        case "median":
            value = statistics.median(collected.values)
        case _:
            value = nearest_rank(collected.values, how.percentile or 100)
    return round(value, 4)
