"""A tracker in memory that tells what changed since a bookmark, and keeps quiet about what real ones keep quiet about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from msgspec.json import Decoder, Encoder

from connectors.base import Progress
from connectors.changes import Changes, KnownItems, Landing, NeedsWholeRead
from connectors.errors import Unreachable
from connectors.model import Marks, Pull, Receipt, Ref, SetAside, WorkItem
from tests.support.builders import NOW
from tests.support.fake_tracker import FakeTracker

_STEP = timedelta(seconds=1)
_ITEM = Decoder(WorkItem)
_encode = Encoder(order="deterministic").encode


@dataclass
class TellingTracker(FakeTracker):
    """Every change has a number; a bookmark is the last one that was told.

    - `asked`: what it was asked for, in order: "pull", "changes" or "sweep".
    - `needs_whole`: why only a whole read will do, the next time that changes are asked for.
    - `counts`: whether it compares how many items there are with what is known.
    - `aside`: ids of items that cannot be read. `notes`: what a whole read has to say. `doubtful`: what was asked for so, last.
    """

    told: list[Ref] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    needs_whole: str = ""
    counts: bool = False
    aside: set[str] = field(default_factory=set)
    notes: tuple[str, ...] = ()
    doubtful: frozenset[str] = frozenset()

    def change(self, ref: Ref, *, is_told: bool = True, **facts: Any) -> None:
        """Change an item; it is not told where nothing moves its `updated`."""
        item = self.items[ref]
        if is_told:
            facts.setdefault("updated", item.updated + _STEP)
            self.told.append(ref)
        self.items[ref] = replace(item, **facts)

    def add(self, item: WorkItem, *, is_told: bool = True) -> None:
        """Put an item there."""
        self.items[item.ref] = item
        if is_told:
            self.told.append(item.ref)

    def remove(self, ref: Ref) -> None:
        """Delete an item, of which nothing tells but that it is not there."""
        del self.items[ref]

    def pull(
        self,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,
        commented_ids: Collection[str] = (),
    ) -> Pull:
        self.asked.append("pull")
        pulled = super().pull(progress, owned_ids, commented_ids)
        items = tuple(item for item in pulled.items if item.ref.id not in self.aside)
        return replace(
            pulled, items=items, notes=self.notes, set_aside=self._aside(), bookmark=str(len(self.told))
        )

    def changes(
        self,
        bookmark: str,
        known: KnownItems,
        *,
        sweep: bool = False,
        doubtful: Collection[str] = (),
        progress: Progress | None = None,  # noqa: ARG002
    ) -> Changes:
        self.asked.append("sweep" if sweep else "changes")
        self.doubtful = frozenset(doubtful)
        if self.read_fault is not None:
            raise self.read_fault
        if self.needs_whole:
            why, self.needs_whole = self.needs_whole, ""
            raise NeedsWholeRead(why)
        refs = dict.fromkeys(self.told[int(bookmark) :])
        refs |= dict.fromkeys(ref for ref in self.items if ref.id in doubtful)
        here = {ref.id for ref in self.items}
        if sweep:
            refs |= dict.fromkeys(ref for ref in self.items if ref.id not in known.ids())
        gone = known.ids() - here if sweep else frozenset()
        items = [self._seen(self.items[ref]) for ref in refs if ref in self.items]
        return Changes(
            self.name,
            tuple(item for item in items if item.ref.id not in self.aside),
            gone,
            str(len(self.told)),
            NOW,
            requests=1,
            set_aside=tuple(one for one in self._aside() if one.id in {ref.id for ref in refs}),
            swept=sweep,
            amiss=self.counts and (known.ids() | {item.ref.id for item in items}) - gone != here,
        )

    def _aside(self) -> tuple[SetAside, ...]:
        return tuple(SetAside(id_, id_, "it is broken") for id_ in sorted(self.aside))

    def write(self, item: WorkItem, wanted: Marks) -> Receipt:
        receipt = super().write(item, wanted)
        shown = self.items[item.ref].shown if item.ref in self.items else Marks()
        if receipt.outcome == "written" and receipt.requests and shown.stamp is not None:
            # Beside what is kept of the marks a real stamp names the comment.
            stamp = replace(
                shown.stamp,
                key_results=wanted.key_results,
                alignment=wanted.alignment,
                comment_id="1" if wanted.comment else None,
                rules=wanted.rules,
            )
            self.change(item.ref, shown=replace(shown, stamp=stamp))
        return receipt


@dataclass
class LandingTracker(TellingTracker):
    """Its whole read lands page by page; `cut`: after how many pages it fails."""

    cut: int | None = None
    pages_read: int = 0

    def pull_into(
        self,
        landing: Landing,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,
        commented_ids: Collection[str] = (),
    ) -> Pull:
        begun = NOW + len(self.told) * _STEP
        landing.begin(begun, "all")
        assert landing.begun is not None
        whole = self.pull(progress, owned_ids, commented_ids)
        found = []
        for number, item in enumerate(whole.items):
            name = item.ref.id
            if landing.page(name) is None:
                if self.cut is not None and number >= self.cut:
                    raise Unreachable(self.name, "it is cut off.")
                self.pages_read += 1
                landing.keep(name, _encode(item))
            page = landing.page(name)
            assert page is not None
            found.append(_ITEM.decode(page))
        since = (landing.begun - NOW) // _STEP
        return replace(whole, items=tuple(found), bookmark=str(since))
