"""Why an item is linked, or is not: words with the way to where they hold, in keys. Pure."""

from __future__ import annotations

from connectors.model import Ref, WorkItem
from sync.align.ancestry import Ancestry, Way
from sync.align.link import LinkReason
from sync.align.words import Word


class Reasons:
    """The reasons of items, each made once for all that hang below the same parent."""

    def __init__(self, ancestry: Ancestry) -> None:
        self._ancestry = ancestry
        # By the identity of the word, which is kept with its reason and so is never that of another one.
        self._known: dict[tuple[int, Ref | None, Ref | None, str], tuple[Word, LinkReason]] = {}
        self._lines: dict[tuple[Ref, str], str] = {}
        self._unread: dict[Ref, bool] = {}

    def of(self, item: WorkItem, word: Word, way: Way) -> LinkReason:
        """The word as the reason of a link, with the way to it in keys."""
        if way and not self._ancestry.is_plain(item.ref):
            return self._made(item, word, way)
        first = self._ancestry.next_above(item.ref) if way else None
        key = (id(word), first, way[-1] if way else None, item.ref.tracker if way else "")
        if (known := self._known.get(key)) is None:
            self._known[key] = known = (word, self._made(item, word, way))
        return known[1]

    def _made(self, item: WorkItem, word: Word, way: Way) -> LinkReason:
        shared = word.share is not None
        if not way:
            return LinkReason(
                word.rank,
                word.text,
                shared=shared,
                identity=word.identity,
                condition=word.condition,
                claim=word.claim,
            )
        ancestry, path = self._ancestry, self.path(item, way)
        over = 1 if way[0] in ancestry.sides(item.ref) else 0
        before = way[-2] if len(way) > 1 else item.ref
        return LinkReason(
            word.rank,
            word.text,
            path[over:],
            shared,
            way[-1] if way[-1] in ancestry.items else None,
            identity=word.identity,
            place=way[-1].id,
            mirror=path[0] if over else "",
            linked=bool(path[over:]) and way[-1] in ancestry.linked.get(before, ()),
            condition=word.condition,
            claim=word.claim,
        )

    def path(self, item: WorkItem, way: Way) -> tuple[str, ...]:
        """A way in keys, as they stand on tickets of the item's tracker."""
        return tuple(self._ancestry.name_on(at, item.ref.tracker) for at in way)

    def unlinked(self, item: WorkItem) -> str:
        """That no rule links the item, nor anything above it."""
        first = self._ancestry.next_above(item.ref)
        if first is None or not self._ancestry.is_plain(item.ref):
            return self._unlinked(item)
        key = (first, item.ref.tracker)
        if (known := self._lines.get(key)) is None:
            self._lines[key] = known = self._unlinked(item)
        return known

    def _unlinked(self, item: WorkItem) -> str:
        if line := self.path(item, tuple(self._ancestry.above(item.ref))):
            return f"and no rule links it or its parents ({' → '.join(line)})"
        return "no rule links it, and it has no parent"

    def ends_unread(self, item: WorkItem) -> bool:
        """Whether the line of parents above the item ends in one that was not read."""
        line: list[Ref] = []
        at: Ref | None = item.ref
        while at is not None and at not in self._unread:
            line.append(at)
            at = self._ancestry.next_above(at)
        is_unread = self._unread[at] if at is not None else line[-1] not in self._ancestry.items
        self._unread |= dict.fromkeys(line, is_unread)
        return is_unread
