"""A tracker in memory that holds state like a real one, for tests of the pipeline's own behaviour."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from config.trackers import NativeQuery
from connectors.base import Progress, StopRequested, WriteRequest, never
from connectors.errors import TrackerError
from connectors.model import Marks, Pull, Receipt, Ref, Stamp, StatusSpan, WorkItem
from connectors.preflight import Check
from connectors.text.keywords import Keywords
from tests.support.builders import NOW


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
    told: list[str] = field(default_factory=list)
    described: dict[Ref, Keywords] = field(default_factory=dict)
    keywords_fault: TrackerError | None = None

    @classmethod
    def of(cls, name: str, items: Iterable[WorkItem]) -> FakeTracker:
        return cls(name, {item.ref: item for item in items if item.ref.tracker == name})

    def pull(
        self,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,  # noqa: ARG002
    ) -> Pull:
        if self.read_fault is not None:
            raise self.read_fault
        if progress is not None:
            progress(self.name, len(self.items), len(self.items))
        return Pull(self.name, tuple(self.items.values()), NOW, requests=1)

    def preflight(self, labels: Sequence[str], updates: Collection[str] = ()) -> Iterator[Check]:  # noqa: ARG002
        yield Check("labels", "ok", ", ".join(labels))

    def owned_items(self, written: Collection[str], progress: Progress | None = None) -> tuple[WorkItem, ...]:
        items = self.pull(progress).items
        return tuple(item for item in items if item.shown.stamp is not None or item.ref.id in written)

    def count(self, query: NativeQuery) -> int:
        return self.answers[query.text]

    def find(self, query: NativeQuery) -> frozenset[str]:
        return self.found[query]

    def fetch(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        return tuple(self.beyond[id_] for id_ in sorted(ids) if id_ in self.beyond)

    def histories(self, items: Collection[WorkItem]) -> Mapping[Ref, tuple[StatusSpan, ...]]:
        self.told += [item.key for item in items]
        return {item.ref: self.past[item.ref] for item in items if item.ref in self.past}

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
        self.writes.append(item.key)
        self.items[item.ref] = replace(item, shown=replace(wanted, stamp=Stamp("acme")))
        return Receipt(item.ref, item.key, "written", 1)

    batch = 1

    def write_batch(self, requests: Sequence[WriteRequest], stop: StopRequested = never) -> Iterator[Receipt]:
        for item, wanted in requests:
            if stop():
                return
            yield self.write(item, wanted)

    def close(self) -> None:
        pass
