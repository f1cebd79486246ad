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

    - `begun`: since when work is in progress, or something below it in scope is: the earliest start of all of these. What its
      tracker tells no start of counts from its creation.
    - `stirred`: what has something below it in scope that was begun, whatever became of it.
    - `committed`: what is in an active sprint or cycle, or has something below it that is.

    Open work that several trackers mirror is in progress, or committed, where any of its sides is.
    """

    begun: Mapping[Ref, datetime] = field(default_factory=dict)
    stirred: frozenset[Ref] = frozenset()
    committed: frozenset[Ref] = frozenset()

    def accused_since(self, item: WorkItem, warn: Warn, *, is_warned: bool = False) -> datetime | None:
        """From when on the policy counts open work as work that needs a key result; None: it does not count yet.

        Where being started is not asked for, from its creation: a later start is no reason to wait once more. What
        `is_warned` stays so between one piece of work below it and the next, so that its warning does not come and go.
        """
        if warn == "all" or (warn == "committed" and item.ref in self.committed):
            return item.created
        since = self.begun.get(item.ref)
        return item.created if since is None and is_warned and item.ref in self.stirred else since


def under_way(alignment: Alignment, now: datetime) -> UnderWay:
    """What is under way at `now`; what began later is not."""
    above: dict[Ref, list[Ref]] = defaultdict(list)
    for ref, children in alignment.children.items():
        for child in children:
            above[child].append(ref)
    begun: dict[Ref, datetime] = {}
    committed: set[Ref] = set()
    stirred: set[Ref] = set()
    for ref, item in alignment.items.items():
        counted = alignment.counted(ref)
        if item.in_scope and _was_begun(item, now):
            _add_above(counted, above, stirred)
        if not item.is_open or not alignment.items[counted].is_open:
            continue
        start = item.started or item.created
        if item.category == "doing" and start <= now:
            # Nobody here answers for work that is out of scope.
            for one in _line(counted, above) if item.in_scope else [counted]:
                begun[one] = min(start, begun.get(one, start))
        if item.committed:
            committed.update(_line(counted, above))
    return UnderWay(begun, frozenset(stirred), frozenset(committed))


def _was_begun(item: WorkItem, now: datetime) -> bool:
    if item.started is not None:
        return item.started <= now
    return item.category in ("doing", "done")


def _add_above(ref: Ref, above: Mapping[Ref, Iterable[Ref]], found: set[Ref]) -> None:
    """Add all that is above the item; what is above something that is there already is there too."""
    front = [ref]
    while front:
        front = [one for at in front for one in above.get(at, ()) if one not in found]
        found.update(front)


def _line(ref: Ref, above: Mapping[Ref, Iterable[Ref]]) -> Iterable[Ref]:
    """The item and all that is above it, each once."""
    seen, front = {ref}, [ref]
    while front:
        front = [one for at in front for one in above.get(at, ()) if one not in seen]
        seen.update(front)
    return seen
