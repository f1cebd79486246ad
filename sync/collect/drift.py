"""What a whole read has to put right of what reading changes had left. Pure.

There must be none beyond what docs/performance.md lists as told late.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime, timedelta

from connectors.model import Pull, Ref, WorkItem
from sync.observation import Drift, ReadState

LAG = timedelta(hours=1)
"""What changed so shortly before the last read of changes, that read need not have been told."""

_FACTS = tuple(one.name for one in fields(WorkItem) if one.compare and one.name not in ("ref", "updated"))


def drift(known: Pull, state: ReadState, found: Pull, told_late: Collection[str]) -> dict[Ref, Drift]:
    """The items that the whole read `found` otherwise than reading changes had left them, though these should have told.

    A fact that changed while the tracker says that the item did not is one of `told_late`, or drift. A change that the tracker
    dates between the last look at all ids and the last read of changes was missed. What is gone is for sweeps to tell.
    """
    before = {item.ref: item.as_told() for item in known.items}
    since, until = state.swept_at or state.whole_at, known.as_of - LAG
    aside = {one.id for one in (*known.set_aside, *found.set_aside)}
    told: dict[Ref, Drift] = {}
    for item in found.items:
        if item.ref.id in aside or before.get(item.ref) is item:
            continue
        facts = _differing(before.get(item.ref), item, since, until, told_late)
        if facts:
            told[item.ref] = Drift(item.key, facts)
    return dict(sorted(told.items()))


def _differing(
    before: WorkItem | None,
    now: WorkItem,
    since: datetime | None,
    until: datetime,
    told_late: Collection[str],
) -> tuple[str, ...]:
    was_told = since is not None and since < now.updated <= until
    if before is None:
        return ("missing",) if was_told and now.in_scope else ()
    facts = [name for name in _FACTS if getattr(before, name) != getattr(now, name)]
    if now.updated != before.updated and not was_told:
        return ()
    return tuple(name for name in facts if was_told or name not in told_late)
