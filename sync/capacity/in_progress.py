"""Who had which work in progress on which days. Pure, and of use only within this package: it tells persons apart.

An item is in progress on a day where it was at any moment of it, as whole inclusive days count (Vacanti, "Actionable Agile
Metrics for Predictability", 2015): in a stage of the category "doing", waiting or not. Without a known history it is from its
start to its end, as its tracker tells these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo

from config.names import folded
from connectors.model import AssigneeSpan, WorkItem
from sync.align.alignment import Alignment
from sync.flow.building import CONTAINERS
from sync.flow.journeys import Journeys
from sync.observation import Assigned

_Times = list[tuple[datetime, datetime]]
_INSTANT = timedelta(microseconds=1)


Stretch = tuple[str, int, int]
"""A person, and the first and the last of days in a row, by their number after the first one that is looked at."""


def held(
    alignment: Alignment,
    journeys: Journeys,
    assigned: Assigned,
    zone: tzinfo,
    begin: date,
    end: datetime,
) -> Iterator[tuple[WorkItem, list[Stretch]]]:
    """The items that somebody had in progress from the day `begin` to the moment `end`, in order of ref, with who had them when.

    No day of an item and a person is in two stretches.
    Leaves in scope count, containers do not; mirrored work counts on one side. What nobody was assigned to is left out.
    """
    first, today = begin.toordinal(), end.astimezone(zone).toordinal()
    names = known_names(alignment, assigned)
    for ref, item in alignment.items.items():
        if not item.in_scope or item.level in CONTAINERS or not alignment.is_leaf(ref):
            continue
        times = in_progress(item, journeys, end)
        if not times or times[-1][1].astimezone(zone).toordinal() < first:
            continue
        stretches = [
            (person, max(low, first) - first, min(high, today) - first)
            for person, some in _by_person(item, times, assigned.get(ref, ()), names).items()
            for low, high in _days(some, zone)
            if high >= first and low <= today
        ]
        if stretches:
            yield item, stretches


def in_progress(item: WorkItem, journeys: Journeys, end: datetime) -> _Times:
    """When an item was in progress up to a moment, oldest first."""
    journey = journeys.get(item.ref)
    if journey is None:
        begin, until = item.started, item.completed or item.dropped
        if begin is None or not (until or item.category == "doing"):
            return []
        spans = [(begin, until or end)]
    else:
        spans = [
            (one.begin, one.end or end)
            for one in journey.visits
            if one.stage is not None and one.stage.category == "doing"
        ]
    return [(low, min(high, end)) for low, high in spans if low < min(high, end)]


def known_names(alignment: Alignment, assigned: Assigned) -> Mapping[tuple[str, str], str]:
    """By tracker and person of a span the name that items show for them, folded: who has two accounts is one person."""
    found: dict[tuple[str, str], str] = {}
    for ref, spans in assigned.items():
        item = alignment.items.get(ref)
        if item is not None and item.assignee and spans and spans[-1].end is None and spans[-1].person:
            found.setdefault((ref.tracker, spans[-1].person), folded(item.assignee))
    return found


def _by_person(
    item: WorkItem,
    times: _Times,
    spans: Sequence[AssigneeSpan],
    names: Mapping[tuple[str, str], str],
) -> Mapping[str, _Times]:
    """The times by who had the item then: by today's assignee where the tracker tells no other."""
    if not spans:
        return {folded(item.assignee): times} if item.assignee else {}
    found: dict[str, _Times] = {}
    for span in spans:
        if span.person is None:
            continue
        person = names.get((item.ref.tracker, span.person), f"{item.ref.tracker}\0{span.person}")
        for low, high in times:
            begin, until = max(low, span.begin), high if span.end is None else min(high, span.end)
            if begin < until:
                found.setdefault(person, []).append((begin, until))
    return found


def _days(times: _Times, zone: tzinfo) -> list[tuple[int, int]]:
    """The days of these times, those that touch or overlap joined."""
    found: list[tuple[int, int]] = []
    for begin, until in sorted(times):
        low = begin.astimezone(zone).toordinal()
        # What ends at midnight was not there on the day that begins then.
        high = max(low, (until - _INSTANT).astimezone(zone).toordinal())
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found
