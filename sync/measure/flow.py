"""Times, throughput and efficiency of work that was done, from its stamps and its history. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import dropwhile

from config.measures import FlowMeasure
from connectors.model import StatusSpan, WorkItem

SECONDS_A_DAY = 86_400


def done_within(leaves: Iterable[WorkItem], how: FlowMeasure, now: datetime) -> list[WorkItem]:
    """What was done in the window that ends now; the moment at which it begins is no part of it."""
    since = now - timedelta(days=how.window_days)
    return [
        item
        for item in leaves
        if item.category == "done" and item.completed is not None and since < item.completed <= now
    ]


def needs_history(item: WorkItem, what: str) -> bool:
    """Whether `what` (a kind of flow, or a field) of an item needs its history."""
    if item.category != "done" or item.level == "project":
        return False
    return what == "efficiency" or (what == "cycle_time" and item.started is None)


def flow_of(item: WorkItem, how: FlowMeasure, spans: Sequence[StatusSpan]) -> float | None:
    """Days, or percent of efficiency, of one item that was done; None where its history does not say."""
    match how.of:
        case "lead_time":
            return days_between(item.created, item.completed)
        case "cycle_time":
            return days_between(started(item, spans), item.completed)
        case _:
            return efficiency(item, how, spans)


def days_between(begin: datetime | None, end: datetime | None) -> float | None:
    """Days, none below zero: a tracker that was corrected by hand can tell an end before the beginning."""
    if begin is None or end is None:
        return None
    return max(0.0, (end - begin).total_seconds() / SECONDS_A_DAY)


def started(item: WorkItem, spans: Sequence[StatusSpan]) -> datetime | None:
    """When work began: as the tracker says, else when the item was first in progress."""
    if item.started is not None:
        return item.started
    return next((span.begin for span in spans if span.category == "doing"), None)


def efficiency(item: WorkItem, how: FlowMeasure, spans: Sequence[StatusSpan]) -> float | None:
    """Active time in percent of all time until done, 0..100 (Anderson, "Kanban", 2010: touch time / lead time).

    Active are the statuses in progress but those that are declared as waiting; all else waits: what is not
    begun, and what was done and opened again. None without a history, or where no time passed.
    """
    counted = list(spans)
    if how.since == "start":
        counted = list(dropwhile(lambda span: span.category != "doing", counted))
    if not counted or item.completed is None:
        return None
    whole = (item.completed - counted[0].begin).total_seconds()
    if whole <= 0:
        return None
    waiting = {name.casefold() for name in how.waiting}
    active = math.fsum(
        max(0.0, (min(span.end or item.completed, item.completed) - span.begin).total_seconds())
        for span in counted
        if span.category == "doing" and span.status.casefold() not in waiting
    )
    return 100 * active / whole


def nearest_rank(values: Iterable[float], percentile: int) -> float:
    """The ceil(p/100 * n)-th of the sorted values; there is at least one, and p is 1..100."""
    ordered = sorted(values)
    # In whole numbers: 7 / 100 * 100 is a little more than 7 in floats.
    return ordered[-(-percentile * len(ordered) // 100) - 1]
