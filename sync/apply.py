"""A plan becomes receipts, through the connectors and the journal.

Trackers are written in parallel, the items of one tracker in order, in batches where the tracker takes
them. Each write is journaled before it is sent and closed after; a journal that cannot be written
stops everything before the tracker is touched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from connectors.base import STOPPED, Connector, StopRequested
from connectors.errors import TrackerError
from connectors.model import Receipt
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
    """Write every edit of the plan. When `stop` is set the running write finishes and no other begins.

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
        return _apply_tracker(connectors[name], by_tracker[name], store, run, lease, ending, on_receipt)

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


def _apply_tracker(
    connector: Connector,
    edits: Sequence[Edit],
    store: Store,
    run: int,
    lease: Lease | None,
    ending: StopRequested,
    on_receipt: OnReceipt | None,
) -> tuple[list[Receipt], _Stop | None]:
    receipts: list[Receipt] = []
    for start in range(0, len(edits), max(1, connector.batch)):
        if ending():
            return receipts, _ON_REQUEST
        batch = {edit.item.ref: edit for edit in edits[start : start + max(1, connector.batch)]}
        entries = store.journal.begin(run, batch.values(), lease)
        try:
            requests = [(edit.item, edit.wanted) for edit in batch.values()]
            for receipt in connector.write_batch(requests, ending):
                store.journal.complete(entries.pop(receipt.item), receipt.outcome, receipt.error)
                receipts.append(receipt)
                if on_receipt is not None:
                    on_receipt(batch[receipt.item], receipt)
        except TrackerError as error:
            for ref, entry in entries.items():
                store.journal.complete(entry, "failed", str(error))
                receipts.append(Receipt(ref, batch[ref].item.key, "failed", error=str(error)))
            log.error("tracker stopped", tracker=connector.name, cause=error.what)
            return receipts, _Stop(str(error), error.permanent)
        for entry in entries.values():
            store.journal.complete(entry, "skipped", STOPPED)
        if entries or any(receipt.error == STOPPED for receipt in receipts):
            return receipts, _ON_REQUEST
    return receipts, None
