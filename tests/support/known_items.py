"""What earlier reads of a tracker left, kept in memory: a `KnownItems` that takes up changes as the pipeline does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from connectors.changes import Changes
from connectors.model import WorkItem


class Known:
    """Items by id. `asked` counts how often all ids were asked for."""

    def __init__(self, items: Iterable[WorkItem]) -> None:
        self.by_id = {item.ref.id: item for item in items}
        self.asked = 0

    def items(self, ids: Collection[str]) -> Mapping[str, WorkItem]:
        return {id_: self.by_id[id_] for id_ in ids if id_ in self.by_id}

    def children(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        wanted = set(ids)
        return tuple(one for one in self.by_id.values() if one.parent and one.parent.id in wanted)

    def ids(self, *, in_scope: bool = False) -> frozenset[str]:
        self.asked += 1
        return frozenset(id_ for id_, item in self.by_id.items() if item.in_scope or not in_scope)

    def take(self, changes: Changes) -> None:
        """What is known once the changes are taken up."""
        assert changes.gone <= self.by_id.keys()
        assert changes.gone.isdisjoint(item.ref.id for item in changes.items)
        for id_ in changes.gone:
            del self.by_id[id_]
        self.by_id |= {item.ref.id: item for item in changes.items}


def differences(known: Known, fresh: Iterable[WorkItem]) -> list[str]:
    """What is otherwise in a fresh read, in words; none where all is as known.

    A link from what was deleted goes without a word and means nothing any more, so only those to what is there count.
    """
    there = {item.ref.id: item for item in fresh}

    def facts(item: WorkItem) -> WorkItem:
        return replace(item, blocked_by=tuple(ref for ref in item.blocked_by if ref.id in there))

    lost = [f"{known.by_id[id_].key} is known and not there" for id_ in known.by_id.keys() - there.keys()]
    new = [f"{there[id_].key} is there and not known" for id_ in there.keys() - known.by_id.keys()]
    changed = [
        f"{item.key}: {name} is known as {getattr(before, name)!r}, not {getattr(now, name)!r}"
        for id_, item in there.items()
        if id_ in known.by_id
        for before, now in ((facts(known.by_id[id_]), facts(item)),)
        for name in WorkItem.__slots__
        if getattr(before, name) != getattr(now, name)
    ]
    return sorted((*lost, *new, *changed))
