"""Who waits for whom: open work of a key result that another team's open work blocks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.forecast.one_thing import open_blockers
from sync.signals.subjects import team_of


@dataclass(frozen=True, slots=True)
class Wait:
    """An item waits for a blocker of another team, whatever that serves.

    - `serves`: the key results of running cycles that the item serves.
    - `since`: when the link was made; where the tracker does not tell, when both were there and the item was begun, so that it
      waits that long at most, and `is_exact` is False.
    """

    item: WorkItem
    blocker: WorkItem
    serves: tuple[str, ...]
    since: datetime
    is_exact: bool

    def days(self, now: datetime) -> int:
        """For how many whole days."""
        return (now - self.since).days


def waits(alignment: Alignment, now: datetime) -> tuple[Wait, ...]:
    """All of them, the oldest first. Work that not everybody may see is in none."""
    found = []
    for ref, item in alignment.items.items():
        if not item.is_open or not item.in_scope or item.private or alignment.counts_elsewhere(ref):
            continue
        serves = _served(ref, alignment)
        for other in sorted(open_blockers(ref, alignment)) if serves else ():
            blocker = alignment.items[other]
            if blocker.private or team_of(blocker) == team_of(item):
                continue
            made = {
                alignment.counted(at): day for side in alignment.sides(ref) for at, day in side.blocked_since
            }
            since = made.get(other) or max(item.created, blocker.created, item.started or item.created)
            if since <= now:
                found.append(Wait(item, blocker, serves, since, other in made))
    return tuple(sorted(found, key=lambda one: (one.since, one.item.ref, one.blocker.ref)))


def _served(ref: Ref, alignment: Alignment) -> tuple[str, ...]:
    links = alignment.placements[ref].links
    running = {one.key_result for one in links if alignment.terms[one.key_result].phase == "running"}
    return tuple(sorted(running))
