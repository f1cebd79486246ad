"""A plan becomes receipts, through the connectors and the journal.

Trackers are written in parallel, the items of one tracker in batches, in order, several batches side by side where the
tracker takes them so. Each write is journaled before it is sent and closed after; a journal that cannot be written
stops everything before the tracker is touched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import structlog

from connectors.base import STOPPED, Connector, StopRequested, WritesSideBySide
from connectors.errors import TrackerError
from connectors.model import Receipt, Ref
from sync.plan.outcome import Applied
from sync.plan.plan import Edit, Plan
from sync.store.lease import Lease
from sync.store.store import Store

log = structlog.get_logger(__name__)

OnReceipt = Callable[[Edit, Receipt], None]


def apply(
    plan: Plan,
    connectors: Mapping[str, Connector],
    store: Store,
    run: int,
    *,
    lease: Lease | None = None,
    stop: threading.Event | None = None,
    on_receipt: OnReceipt | None = None,
) -> Applied:
    """Write every edit of the plan. When `stop` is set the running write finishes and no other begins. `on_receipt` hears of the
    receipts of one tracker one after the other, from whichever thread.

    Raises StoreError when the journal cannot be written, LeaseLost when another replica has taken over.
    """
    halt = stop or threading.Event()

    def ending() -> bool:
        return halt.is_set() or (lease is not None and lease.is_stale())

    by_tracker: dict[str, list[Edit]] = {}
    for edit in plan.edits:
        by_tracker.setdefault(edit.item.ref.tracker, []).append(edit)
    if not by_tracker:
        return Applied((), {})

    def work(name: str) -> tuple[list[Receipt], _Stop | None]:
        writing = _TrackerWrites(connectors[name], by_tracker[name], store, run, lease, ending, on_receipt)
        return writing.carry_out()

    with ThreadPoolExecutor(max_workers=len(by_tracker), thread_name_prefix="write") as pool:
        results = dict(zip(by_tracker, pool.map(work, by_tracker), strict=True))
    receipts = tuple(receipt for done, _ in results.values() for receipt in done)
    stops = {name: why for name, (_, why) in results.items() if why}
    lost = frozenset(name for name, why in stops.items() if why.permanent)
    return Applied(receipts, {name: why.words for name, why in stops.items()}, lost)


@dataclass(frozen=True, slots=True)
class _Stop:
    """Why a tracker was written to no further; `permanent`: no later run gets further until somebody acts."""

    words: str
    permanent: bool = False


_ON_REQUEST = _Stop(STOPPED)

_BESIDE = "not written, because the tracker stopped; the next run continues"
"""What the receipt says of an item that was left over because another one met with trouble."""


class _TrackerWrites:
    """The writes to one tracker, in lanes: each takes the next batch, records it, writes it, closes its entries.

    Whatever ends one lane ends the others as a request to stop does.
    """

    def __init__(
        self,
        connector: Connector,
        edits: Sequence[Edit],
        store: Store,
        run: int,
        lease: Lease | None,
        ending: StopRequested,
        on_receipt: OnReceipt | None,
    ) -> None:
        size = max(1, connector.batch)
        self._batches = [edits[start : start + size] for start in range(0, len(edits), size)]
        self._lanes = connector.lanes if isinstance(connector, WritesSideBySide) else 1
        self._connector = connector
        self._store, self._run, self._lease = store, run, lease
        self._told, self._on_receipt = ending, on_receipt
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._next = iter(range(len(self._batches)))
        self._receipts: list[list[Receipt]] = [[] for _ in self._batches]
        self._trouble: list[_Stop] = []

    def carry_out(self) -> tuple[list[Receipt], _Stop | None]:
        """The receipts in the order of the edits, and why these are not all. Raises StoreError, LeaseLost."""
        lanes = min(self._lanes, len(self._batches))
        with ThreadPoolExecutor(lanes, thread_name_prefix=f"{self._connector.name}-lane") as pool:
            for lane in [pool.submit(self._lane) for _ in range(lanes)]:
                lane.result()
        place = {edit.item.ref: at for batch in self._batches for at, edit in enumerate(batch)}
        ordered = [one for done in self._receipts for one in sorted(done, key=lambda one: place[one.item])]
        if self._trouble:
            return ordered, max(self._trouble, key=lambda one: one.permanent)
        return ordered, _ON_REQUEST if self._ended.is_set() else None

    def _ending(self) -> bool:
        return self._ended.is_set() or self._told()

    def _lane(self) -> None:
        try:
            while (at := self._take()) is not None:
                if self._ending() or not self._write(self._batches[at], self._receipts[at]):
                    self._ended.set()
        except BaseException:
            self._ended.set()
            raise

    def _take(self) -> int | None:
        """The next batch; none when all are taken, or no more is to begin."""
        with self._lock:
            return None if self._ended.is_set() else next(self._next, None)

    def _write(self, edits: Sequence[Edit], receipts: list[Receipt]) -> bool:
        """Write a batch; whether all of it came to its end."""
        batch = {edit.item.ref: edit for edit in edits}
        entries = self._store.journal.begin(self._run, batch.values(), self._lease)
        try:
            requests = [(edit.item, edit.wanted) for edit in batch.values()]
            for receipt in self._connector.write_batch(requests, self._ending):
                if receipt.error == STOPPED:
                    receipt = replace(receipt, error=self._why_left())
                self._close(entries.pop(receipt.item), receipt, batch, receipts)
        except TrackerError as error:
            self._trouble.append(_Stop(str(error), error.permanent))
            for ref, entry in entries.items():
                failed = Receipt(ref, batch[ref].item.key, "failed", error=str(error))
                self._store.journal.complete(entry, failed.outcome, failed.error)
                receipts.append(failed)
            log.error("tracker stopped", tracker=self._connector.name, cause=error.what)
            return False
        for entry in entries.values():
            self._store.journal.complete(entry, "skipped", self._why_left())
        return not entries and not any(receipt.error in (STOPPED, _BESIDE) for receipt in receipts)

    def _why_left(self) -> str:
        return STOPPED if self._told() else _BESIDE

    def _close(
        self, entry: int, receipt: Receipt, batch: Mapping[Ref, Edit], receipts: list[Receipt]
    ) -> None:
        self._store.journal.complete(entry, receipt.outcome, receipt.error)
        receipts.append(receipt)
        if self._on_receipt is not None:
            with self._lock:
                self._on_receipt(batch[receipt.item], receipt)
