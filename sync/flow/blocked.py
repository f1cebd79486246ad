"""For how long work was blocked: by the links that stand today, and by the flag that people raise. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.model import Ref, WorkItem
from sync.flow.travels import NO_TIME, Travel
from sync.flow.weeks import Weeks
from sync.observation import Flagged

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Blocked:
    """How long open work was blocked within the weeks.

    - `by_link`, `by_flag`: each by itself; `time`: by either, where both held at once counted once.
    - `items`: how many it was; `now`: how many are blocked now; `undated`: of these, those of which no tracker tells since
      when, or whether what blocks them is still open. They count in `now` and in no time.
    """

    time: timedelta = NO_TIME
    by_link: timedelta = NO_TIME
    by_flag: timedelta = NO_TIME
    items: int = 0
    now: int = 0
    undated: int = 0


def blocked(
    travels: Iterable[Travel], items: Mapping[Ref, WorkItem], flagged: Flagged, weeks: Weeks, now: datetime
) -> Blocked:
    """The blocked time of all these, each within the time that it was open.

    A link counts from when it was made until what blocks was closed. Links that were taken away left no trace.
    """
    time = by_link = by_flag = NO_TIME
    count = current = undated = 0
    for one in travels:
        item = one.journey.item
        flags = flagged.get(item.ref, ())
        if not flags and not item.blocked_by:
            continue
        end = one.finished or (one.journey.visits[-1].begin if not item.is_open else now)
        links, is_linked, is_undated = _links(item, items, now)
        raised = [(flag.begin, flag.end or now) for flag in flags if flag.begin <= now]
        is_flagged = any(flag.begin <= now and (flag.end is None or flag.end > now) for flag in flags)
        window = (max(weeks.begin, item.created), min(weeks.end, end))
        linked, flagged_for = _length(_within(links, window)), _length(_within(raised, window))
        either = _length(_within([*links, *raised], window))
        time, by_link, by_flag = time + either, by_link + linked, by_flag + flagged_for
        count += either > NO_TIME
        if item.is_open and (is_linked or is_flagged):
            current += 1
            undated += is_undated and not is_flagged and not any(finish >= now for _, finish in links)
    return Blocked(time, by_link, by_flag, count, current, undated)


def _links(item: WorkItem, items: Mapping[Ref, WorkItem], now: datetime) -> tuple[list[Span], bool, bool]:
    """When links blocked it, whether one does now, and whether of one that may it is not told since when."""
    since = dict(item.blocked_since)
    spans: list[Span] = []
    holds = undated = False
    for ref in item.blocked_by:
        blocker, begin = items.get(ref), since.get(ref)
        if blocker is None:
            holds = undated = True
            continue
        closed = blocker.completed or blocker.dropped
        if not blocker.is_open and closed is None:
            continue
        if blocker.is_open:
            holds = True
            undated = undated or begin is None
        if begin is not None and begin <= now:
            spans.append((begin, now if blocker.is_open or closed is None else min(now, closed)))
    return spans, holds, undated


def _within(spans: Iterable[Span], window: Span) -> list[Span]:
    cut = ((max(begin, window[0]), min(end, window[1])) for begin, end in spans)
    return sorted((begin, end) for begin, end in cut if begin < end)


def _length(ordered: Sequence[Span]) -> timedelta:
    """Of all of them together; where they overlap, once."""
    whole, until = NO_TIME, None
    for begin, end in ordered:
        first = begin if until is None or begin > until else until
        if end > first:
            whole += end - first
            until = end
    return whole
