"""Times, throughput and efficiency of work that was done, from its stamps and its history. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from config.measures import FlowMeasure
from config.names import folded
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


@dataclass(frozen=True, slots=True)
class Untold:
    """Why an item that was done has no value.

    - `why`: "history": its history is missing or has a gap, "never": it was never in progress, "instant": no time passed.
    - `statuses`: names of those whose category is not known any more.
    """

    why: Literal["history", "never", "instant"]
    statuses: tuple[str, ...] = ()


def flow_of(item: WorkItem, how: FlowMeasure, spans: Sequence[StatusSpan]) -> float | Untold:
    """Days, or percent of efficiency, of one item that was done, at a time that is known."""
    match how.of:
        case "lead_time":
            begin: datetime | Untold = item.created
        case "cycle_time":
            begin = started(item, spans)
        case _:
            return efficiency(item, how, spans)
    if isinstance(begin, Untold):
        return begin
    days = days_between(begin, item.completed)
    return Untold("history") if days is None else days


def days_between(begin: datetime | None, end: datetime | None) -> float | None:
    """Days, none below zero: a tracker that was corrected by hand can tell an end before the beginning."""
    if begin is None or end is None:
        return None
    return max(0.0, (end - begin).total_seconds() / SECONDS_A_DAY)


def started(item: WorkItem, spans: Sequence[StatusSpan]) -> datetime | Untold:
    """When work began: as the tracker says, else when the item was first in progress.

    A status before that whose category is not known may have been work already, so that nothing is told then.
    """
    if item.started is not None:
        return item.started
    if not spans:
        return Untold("history")
    for span in spans:
        if span.category == "doing":
            return span.begin
        if span.category is None and (item.completed is None or span.begin < item.completed):
            return Untold("history", _names([span]))
    return Untold("never")


def efficiency(item: WorkItem, how: FlowMeasure, spans: Sequence[StatusSpan]) -> float | Untold:
    """Active time in percent of all time until done, 0..100 (Anderson, "Kanban", 2010: touch time / lead time).

    Active are the statuses in progress but those that are declared as waiting; all else waits: what is not
    begun, and what was done and opened again. A status whose category is not known waits if it is declared as waiting.
    """
    if not spans or item.completed is None:
        return Untold("history")
    until = item.completed
    counted = [span for span in spans if span.begin < until] or list(spans[:1])
    if how.since == "start":
        begin = started(replace(item, started=None), spans)
        if isinstance(begin, Untold):
            return begin
        counted = [span for span in counted if span.begin >= begin]
    waiting = {folded(name) for name in how.waiting}
    open_ = [span for span in counted if span.category is None and not _waits(span, waiting)]
    if open_:
        return Untold("history", _names(open_))
    whole = (until - counted[0].begin).total_seconds() if counted else 0
    if whole <= 0:
        return Untold("instant")
    active = math.fsum(
        max(0.0, (min(span.end or until, until) - span.begin).total_seconds())
        for span in counted
        if span.category == "doing" and not _waits(span, waiting)
    )
    return 100 * active / whole


def _waits(span: StatusSpan, waiting: Collection[str]) -> bool:
    return any(folded(name) in waiting for name in (span.status, *span.also))


def _names(spans: Iterable[StatusSpan]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.status for span in spans if span.status))


def nearest_rank(values: Iterable[float], percentile: int) -> float:
    """The ceil(p/100 * n)-th of the sorted values; there is at least one, and p is 1..100."""
    return ranked(sorted(values), percentile)


def ranked(ordered: Sequence[float], percentile: int) -> float:
    """The same of values that are sorted already."""
    # In whole numbers: 7 / 100 * 100 is a little more than 7 in floats.
    return ordered[-(-percentile * len(ordered) // 100) - 1]


def dating_words(leaves: Iterable[WorkItem], done: Iterable[WorkItem]) -> str:
    """How well it is known when work was done: what has no date, and what only has that of its resolution."""
    undated = sum(item.category == "done" and item.completed is None for item in leaves)
    resolved = sum(item.dated_by_resolution for item in done)
    words = f"; {resolved} dated by their resolution" if resolved else ""
    return words + (f"; {undated} done at an unknown time left out" if undated else "")


def untold_words(untold: Sequence[Untold]) -> str:
    """How many items have no value, by why, with the statuses that hide it."""
    words = ""
    for why, said in _LEFT_OUT.items():
        found = [one for one in untold if one.why == why]
        names = sorted({name for one in found for name in one.statuses})
        words += f"; {len(found)} {said} left out" if found else ""
        words += f" (no longer in use: {', '.join(names)})" if names else ""
    return words


_LEFT_OUT = {
    "history": "without a usable history",
    "never": "never in progress",
    "instant": "done in the moment of their creation",
}
