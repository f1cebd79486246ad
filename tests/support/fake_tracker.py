"""A tracker in memory that holds state like a real one, for tests of what a run itself does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

from config.trackers import NativeQuery
from connectors.base import Progress, StopRequested, WriteRequest, never
from connectors.errors import QueryError, TrackerError
from connectors.model import (
    MARKS,
    NOTHING,
    AssigneeSpan,
    FlagSpan,
    History,
    Mark,
    Marks,
    Owned,
    Pull,
    Receipt,
    Ref,
    Stamp,
    StatusSpan,
    WorkItem,
)
from connectors.preflight import Check
from connectors.text.keywords import Keywords
from tests.support.builders import NOW

K = TypeVar("K")
V = TypeVar("V")


@dataclass
class FakeTracker:
    """Serves items, and shows on them what was written. Faults are set by item id."""

    name: str
    items: dict[Ref, WorkItem]
    answers: dict[str, int] = field(default_factory=dict)
    found: dict[NativeQuery, frozenset[str]] = field(default_factory=dict)
    read_fault: TrackerError | None = None
    write_faults: dict[str, TrackerError | str] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    beyond: dict[str, WorkItem] = field(default_factory=dict)
    past: dict[Ref, tuple[StatusSpan, ...]] = field(default_factory=dict)
    assigned: dict[Ref, tuple[AssigneeSpan, ...]] = field(default_factory=dict)
    flagged: dict[Ref, tuple[FlagSpan, ...]] = field(default_factory=dict)
    asked_histories: list[tuple[str, ...]] = field(default_factory=list)
    described: dict[Ref, Keywords] = field(default_factory=dict)
    keywords_fault: TrackerError | None = None
    owner: str = "acme"

    @classmethod
    def of(cls, name: str, items: Iterable[WorkItem]) -> Self:
        return cls(name, {item.ref: item for item in items if item.ref.tracker == name})

    def opened(self, owner: str, fault: TrackerError | None = None) -> FakeTracker:
        """Another connector to the same tracker; `fault` is what every read of it comes to."""
        return replace(self, owner=owner, read_fault=fault)

    def pull(
        self,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,  # noqa: ARG002
        commented_ids: Collection[str] = (),  # noqa: ARG002
    ) -> Pull:
        if self.read_fault is not None:
            raise self.read_fault
        if progress is not None:
            progress(self.name, len(self.items), len(self.items))
        return Pull(self.name, tuple(map(self._seen, self.items.values())), NOW, requests=1)

    def _seen(self, item: WorkItem) -> WorkItem:
        """The item as this owner sees it: of another's marks, the stamp alone."""
        stamp = item.shown.stamp
        return item if stamp is None or stamp.owner == self.owner else replace(item, shown=Marks(stamp=stamp))

    def preflight(
        self,
        labels: Sequence[str],
        updates: Collection[str] = (),  # noqa: ARG002
        marks: Collection[Mark] = MARKS,  # noqa: ARG002
    ) -> Iterator[Check]:
        if self.read_fault is not None:
            yield Check.unread("site", self.read_fault)
            return
        yield Check("labels", "ok", ", ".join(labels))

    def owned_items(self, written: Collection[str], progress: Progress | None = None) -> Owned:  # noqa: ARG002
        items = self.pull(progress).items
        return Owned(
            tuple(one for one in items if one.shown.stamp is not None and one.shown.stamp.owner == self.owner)
        )

    def count(self, query: NativeQuery) -> int:
        return self._answer(self.answers, query.text)

    def find(self, query: NativeQuery) -> frozenset[str]:
        return self._answer(self.found, query)

    def probe(self, query: NativeQuery) -> None:
        if query not in self.found and query.text not in self.answers:
            raise QueryError(self.name, f"nobody planted an answer to {query}.")

    def _answer(self, answers: Mapping[K, V], query: K) -> V:
        if query not in answers:
            raise QueryError(self.name, f"nobody planted an answer to {query}.")
        return answers[query]

    def fetch(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        there = {ref.id: replace(one, shown=NOTHING) for ref, one in self.items.items()} | self.beyond
        return tuple(there[id_] for id_ in sorted(ids) if id_ in there)

    def histories(self, items: Collection[WorkItem], *, everything: bool = False) -> Mapping[Ref, History]:
        self.asked_histories.append(tuple(item.key for item in items))
        return {
            item.ref: History(
                self.past[item.ref],
                self.assigned.get(item.ref) if everything else None,
                self.flagged.get(item.ref, ()) if everything else (),
            )
            for item in items
            if item.ref in self.past
        }

    def keywords(self, items: Collection[WorkItem]) -> Mapping[Ref, Keywords]:
        if self.keywords_fault is not None:
            raise self.keywords_fault
        return {item.ref: self.described[item.ref] for item in items if item.ref in self.described}

    def write(self, item: WorkItem, wanted: Marks) -> Receipt:
        fault = self.write_faults.get(item.ref.id)
        if isinstance(fault, TrackerError):
            raise fault
        if fault is not None:
            return Receipt(item.ref, item.key, "failed", 1, fault)
        now = self.items.get(item.ref)
        stamp = now.shown.stamp if now is not None else None
        if now is None:
            return Receipt(item.ref, item.key, "skipped", 1, "it is gone")
        if stamp is not None and stamp.owner != self.owner:
            return Receipt(item.ref, item.key, "skipped", 1, f"it has marks of {stamp.owner}")
        if now.shown != item.shown:
            return Receipt(item.ref, item.key, "skipped", 1, "it changed since it was read")
        if wanted == now.shown and (wanted != NOTHING or stamp is None):
            return Receipt(item.ref, item.key, "written")
        self.writes.append(item.key)
        shown = (
            NOTHING if wanted == NOTHING else replace(wanted, stamp=Stamp(self.owner, labels=wanted.labels))
        )
        self.items[item.ref] = replace(now, shown=shown)
        return Receipt(item.ref, item.key, "written", 1)

    batch = 1

    def write_batch(self, requests: Sequence[WriteRequest], stop: StopRequested = never) -> Iterator[Receipt]:
        for item, wanted in requests:
            if stop():
                return
            yield self.write(item, wanted)

    def close(self) -> None:
        pass
