"""The epic or project that a piece of work belongs to. Pure."""

from __future__ import annotations

from collections import defaultdict

from connectors.model import Ref
from sync.align.alignment import Alignment

_DELIVERABLES = ("epic", "project")
_CONTAINERS = (*_DELIVERABLES, "initiative")


class Deliverables:
    """The deliverable of every item of an alignment."""

    def __init__(self, alignment: Alignment) -> None:
        self._items = alignment.items
        self._counted = alignment.counted
        self._above: defaultdict[Ref, list[Ref]] = defaultdict(list)
        for parent, children in alignment.children.items():
            for child in children:
                self._above[child].append(parent)

    def of(self, ref: Ref) -> Ref | None:
        """The item itself where it is an epic or project, or else the nearest one above it; None where there is none.

        An initiative without anything below it is its own. Of two at the same distance the first in order of ref counts;
        mirrored work counts on one side.
        """
        if self._items[ref].level in _CONTAINERS:
            return self._counted(ref)
        seen, front = {ref}, [ref]
        while front:
            front = sorted({one for at in front for one in self._above.get(at, ())} - seen)
            seen.update(front)
            for one in front:
                if self._items[one].level in _DELIVERABLES:
                    return self._counted(one)
        return None
