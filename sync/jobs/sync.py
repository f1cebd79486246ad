"""Read, decide, check the guards, write, remember."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.load import fingerprint
from config.workspace import Workspace
from connectors.model import ALL_MARKS
from sync.apply import Applied, apply
from sync.cli.output import Output
from sync.jobs.session import Session, log, show_run, show_stops
from sync.observation import Observed
from sync.plan.plan import Plan, plain_change
from sync.remember import remember
from sync.report import data
from sync.report import run as sheets
from sync.run import Run, run
from sync.store import lease
from sync.store.journal import fate
from sync.store.lease import Lease
from sync.store.store import Store

JOURNAL_DETAIL = timedelta(days=90)
"""How long the journal keeps what a write changed from and to."""


@dataclass(frozen=True, slots=True)
class Synced:
    """How a sync went: stopped by guards (nothing applied), or applied."""

    run: Run
    blocked: bool
    applied: Applied | None


def read(session: Session, now: datetime, output: Output) -> Run:
    """Read both worlds and decide, showing how far the reading has come."""
    session.writing.clear()
    with output.progress() as report:
        result = run(session.workspace, session.connectors, session.store, now, report, session.sources)
    for note in result.observed.notes:
        log.warning(note)
    return result


def synchronise(
    session: Session, now: datetime, output: Output, accepted: Collection[str] = (), most: int | None = None
) -> Synced:
    """Read, show the plan, check the guards, then stop or apply.

    `accepted` holds guard flags let through; `most` bounds the rows of the plan that are printed, which only
    the demonstration does: nothing is written that was not shown.
    """
    with hold_lease(session) as right:
        return _synchronise(session, now, output, accepted, most, right)


@contextmanager
def hold_lease(session: Session) -> Iterator[Lease]:
    """The lease, known to whoever ends the process before its time. Raises LeaseHeld."""
    with lease.leased(session.store.transaction) as right:
        session.halt.lease = right
        try:
            yield right
        finally:
            session.halt.lease = None


def _synchronise(
    session: Session, now: datetime, output: Output, accepted: Collection[str], most: int | None, right: Lease
) -> Synced:
    store, workspace = session.store, session.workspace
    record = store.open_run("sync", now, fingerprint(workspace))
    result = read(session, now, output)
    reconcile_journal(store, result.observed, workspace)
    show_run(output, result, most)
    blocked = show_stops(result.stops, accepted, output)
    if blocked:
        store.close_run(record, "stopped", {"guards": [stop.guard for stop in blocked]})
        output.data(applied=None)
        return Synced(result, True, None)
    applied = write(session, result.plan, record, right)
    remember(result, workspace, store, applied.receipts)
    record_outcome(session, applied, record, result.plan, now, output)
    return Synced(result, False, applied)


def write(session: Session, plan: Plan, record: int, right: Lease) -> Applied:
    """Carry out a plan, journaled under the lease.

    `Session.writing` stays set: what was written has to be saved before a signal may end the process.
    """
    session.writing.set()
    return apply(plan, session.connectors, session.store, record, lease=right, stop=session.halt)


def record_outcome(
    session: Session, applied: Applied, record: int, plan: Plan, now: datetime, output: Output
) -> None:
    """Record and show how the writing went."""
    store = session.store
    store.save_outcomes(applied.receipts, now)
    store.journal.compact(now - JOURNAL_DETAIL)
    summary = data.of_applied(applied)
    store.close_run(record, "done" if applied.complete else "partial", summary)
    if not plan.empty:
        output.show(sheets.written(applied))
    output.data(applied=summary)


def reconcile_journal(store: Store, observed: Observed, workspace: Workspace) -> None:
    """Close what earlier runs left open in the journal, by what the items themselves show now."""
    shown = {item.ref: item.shown for item in observed.items}
    for entry in store.journal.open():
        if entry.item.tracker in observed.stale or entry.item.tracker not in workspace.active:
            continue
        marks = shown.get(entry.item)
        sides: dict[str, object] | None = None
        if marks is not None:
            sides = {mark: plain_change(getattr(marks, mark)) for mark in ALL_MARKS}
        outcome, why = fate(entry, sides)
        store.journal.conclude(entry.id, outcome, why)
