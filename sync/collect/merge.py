"""What changed, laid over what is known of a tracker. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from connectors.changes import Changes
from connectors.model import Pull, SetAside, WorkItem


class ItemsAtHand:
    """Items that are in memory: `connectors.changes.KnownItems`."""

    def __init__(self, items: Iterable[WorkItem]) -> None:
        self._items = {item.ref.id: item for item in items}

    @cached_property
    def _below(self) -> Mapping[str, list[WorkItem]]:
        found: defaultdict[str, list[WorkItem]] = defaultdict(list)
        for _, item in sorted(self._items.items()):
            if item.parent is not None and item.parent.tracker == item.ref.tracker:
                found[item.parent.id].append(item)
        return found

    def items(self, ids: Collection[str]) -> dict[str, WorkItem]:
        """See `KnownItems.items`."""
        return {id_: self._items[id_] for id_ in ids if id_ in self._items}

    def children(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        """See `KnownItems.children`."""
        return tuple(child for id_ in sorted(ids) for child in self._below.get(id_, ()))

    def ids(self, *, in_scope: bool = False) -> frozenset[str]:
        """See `KnownItems.ids`."""
        return frozenset(id_ for id_, item in self._items.items() if item.in_scope or not in_scope)


def merged(known: Pull, changes: Changes) -> Pull:
    """What is known of a tracker with what became of it: the pull that a whole read would have given.

    What is set aside now stays as it was, if it was ever read; what could not be read before is still set aside, unless it
    was read now or is gone.
    """
    items = {item.ref.id: item for item in known.items}
    for id_ in changes.gone:
        items.pop(id_, None)
    items |= {item.ref.id: item for item in changes.items}
    return replace(
        known,
        items=tuple(items.values()),
        as_of=changes.as_of,
        requests=known.requests + changes.requests,
        notes=notes_of(known, changes),
        set_aside=aside_of(known, changes),
        pages=changes.pages,
        bookmark=changes.bookmark,
    )


def notes_of(known: Pull, changes: Changes) -> tuple[str, ...]:
    """What was said of the whole read, and what is new."""
    return tuple(dict.fromkeys((*known.notes, *changes.notes)))


def aside_of(known: Pull, changes: Changes) -> tuple[SetAside, ...]:
    """What cannot be read now, or could not be read when it was read last."""
    read = {item.ref.id for item in changes.items} | changes.gone
    aside = {one.id: one for one in known.set_aside if one.id not in read}
    return tuple((aside | {one.id: one for one in changes.set_aside}).values())
