"""Which work is under way, and which is committed: what unaligned work may be warned about. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.policy import Warn
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What people have begun or planned for now.

    - `begun`: since when work is in progress, or something below it is: the earliest start of all of these. What its
      tracker tells no start of counts from its creation.
    - `committed`: what is in an active sprint or cycle, or has something below it that is.

    Open work that several trackers mirror is in progress, or committed, where any of its sides is.
    """

    begun: Mapping[Ref, datetime] = field(default_factory=dict)
    committed: frozenset[Ref] = frozenset()

    def accused_since(self, item: WorkItem, warn: Warn) -> datetime | None:
        """From when on the policy counts open work as work that needs a key result; None: it does not count yet.

        Where being started is not asked for, from its creation: a later start is no reason to wait once more.
        """
        if warn == "all" or (warn == "committed" and item.ref in self.committed):
            return item.created
        return self.begun.get(item.ref)


def under_way(alignment: Alignment, now: datetime) -> UnderWay:
    """What is under way at `now`; what began later is not."""
    above: dict[Ref, list[Ref]] = defaultdict(list)
    for ref, children in alignment.children.items():
        for child in children:
            above[child].append(ref)
    begun: dict[Ref, datetime] = {}
    committed: set[Ref] = set()
    for ref, item in alignment.items.items():
        counted = alignment.counted(ref)
        if not item.is_open or not alignment.items[counted].is_open:
            continue
        start = item.started or item.created
        if item.category == "doing" and start <= now:
            for one in _line(counted, above):
                begun[one] = min(start, begun.get(one, start))
        if item.committed:
            committed.update(_line(counted, above))
    return UnderWay(begun, frozenset(committed))


def _line(ref: Ref, above: Mapping[Ref, Iterable[Ref]]) -> Iterable[Ref]:
    """The item and all that is above it, each once."""
    seen, front = {ref}, [ref]
    while front:
        front = [one for at in front for one in above.get(at, ()) if one not in seen]
        seen.update(front)
    return seen
