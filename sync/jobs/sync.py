"""The sync: read, decide, check the guards, write, remember."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from config.load import fingerprint
from config.workspace import Workspace
from connectors.base import Progress
from connectors.model import ALL_MARKS, Receipt
from sync.apply import OnReceipt, apply
from sync.collect.collect import Begun
from sync.collect.read_trackers import read_trackers
from sync.decide import Decision
from sync.jobs.project_views import renew_views
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.log_events import SYNC_STARTED
from sync.observation import Observation, Unread
from sync.plan.guards import GuardViolation
from sync.plan.outcome import Applied
from sync.plan.overrides import NO_OVERRIDES, Overrides
from sync.plan.plan import RULES, Edit, Plan, plain_change
from sync.plan.upgrade import SUMMARY
from sync.remember import remember
from sync.report import data
from sync.run import run
from sync.store.journal import resolve
from sync.store.lease import Lease, LeaseBusy, LeaseHeld, LeaseOverdue, leased
from sync.store.store import Store
from sync.unchanged import Unchanged, World, nothing_changed, settle

log = structlog.get_logger(__name__)

JOURNAL_DETAIL = timedelta(days=90)
"""How long the journal keeps what a write changed from and to."""


@dataclass(frozen=True, slots=True)
class Synced:
    """How a sync went: stopped by guards (nothing applied), or applied."""

    run: Decision
    blocked: bool
    applied: Applied | None

    @property
    def complete(self) -> bool:
        """Whether everything was read and everything in the plan was written."""
        return self.applied is not None and self.applied.complete and not self.run.observation.unread


def read(
    session: Session, now: datetime, reporter: Reporter, *, rewind: bool = False, full: bool = False
) -> Decision:
    """Read both worlds and decide, telling how far the reading has come. Raises CannotRead.

    `rewind`: with the items as they were at `now`, where that lies before the read; for looking only. `full`: with every
    tracker read whole.
    """
    found = _read(session, now, reporter, None, rewind=rewind, full=full)
    if isinstance(found, Unchanged):
        raise TypeError("nobody asked whether anything changed")
    return found


def read_if_changed(
    session: Session, now: datetime, reporter: Reporter, record: int, *, full: bool = False
) -> Decision | Unchanged:
    """Read both worlds and decide, unless nothing changed by which this run, `record`, would decide anything."""
    return _read(session, now, reporter, None if full else record, full=full)


def _read(
    session: Session,
    now: datetime,
    reporter: Reporter,
    record: int | None,
    *,
    rewind: bool = False,
    full: bool = False,
) -> Decision | Unchanged:
    session.writing.clear()
    workspace, connectors, store = session.workspace, session.connectors, session.store
    with reporter.progress() as progress:
        with session.stages.during("read"):
            begun = Begun(read_trackers(workspace, connectors, store, progress, full=full))
            if record is not None:
                unchanged, begun = nothing_changed(_world(session), begun.reads, record, now)
                if unchanged is not None:
                    session.keep_origins(set(connectors))
                    return unchanged
        result = run(
            workspace,
            connectors,
            store,
            now,
            progress,
            session.sources,
            rewind=rewind,
            begun=begun,
            stages=session.stages,
        )
    session.keep_origins(set(session.connectors) - set(result.observation.stale))
    reporter.unread(result.observation.unread)
    return result


def synchronise(
    session: Session,
    now: datetime,
    reporter: Reporter,
    overrides: Overrides = NO_OVERRIDES,
    *,
    full: bool = False,
) -> Synced:
    """Read, tell the plan, check the guards, then stop or apply. Raises LeaseHeld while another run is at work. `full`: read
    every tracker whole.
    """
    with hold_lease(session, same_work=True) as lease:
        record = _open(session)
        return _carry_out(
            session, read(session, now, reporter, full=full), record, reporter, overrides, lease
        )


def synchronise_if_changed(
    session: Session,
    now: datetime,
    reporter: Reporter,
    overrides: Overrides = NO_OVERRIDES,
    *,
    full: bool = False,
) -> Synced | Unchanged:
    """`synchronise`, unless nothing changed since a sync that left nothing to write. For the moment that it is now alone.
    `full`: read every tracker whole, and decide.
    """
    with hold_lease(session, same_work=True) as lease:
        record = _open(session)
        found = read_if_changed(session, now, reporter, record, full=full)
        if not isinstance(found, Unchanged):
            done = _carry_out(session, found, record, reporter, overrides, lease)
            if done.complete:
                settle(_world(session), found, record, now, data.standing(found))
            return done
        summary = data.of_applied(Applied((), {})) | {"unread": [], SUMMARY: RULES}
        session.store.close_run(record, "done", summary | {"unchanged_since": found.since.isoformat()})
        session.store.snapshots.settled.holds_for(record)
        reporter.unchanged(found)
        return found


@contextmanager
def hold_lease(session: Session, *, same_work: bool = False) -> Iterator[Lease]:
    """The lease, known to whoever ends the process before its time.

    Raises LeaseOverdue while another run has it beyond the deadline, and before that LeaseHeld where that run does the
    `same_work`, as every sync does, else LeaseBusy.
    """
    workspace = session.workspace
    longest = max(workspace.policy_of(name).deadline_minutes for name in workspace.trackers)
    with ExitStack() as stack:
        try:
            lease = stack.enter_context(leased(session.store.transaction, timedelta(minutes=longest)))
        except LeaseOverdue:
            raise
        except LeaseHeld as error:
            if same_work:
                raise LeaseHeld(f"{error} It also does the work of this run.") from None
            raise LeaseBusy(f"{error} Nothing was written; run this again when that one has ended.") from None
        session.halt.lease = lease
        try:
            yield lease
        finally:
            session.halt.lease = None


def _world(session: Session) -> World:
    return World(session.workspace, session.connectors, session.store, session.sources)


def _open(session: Session) -> int:
    workspace = session.workspace
    record = session.store.open_run("sync", fingerprint(workspace), workspace.workspace)
    log.info(SYNC_STARTED, trackers=sorted(workspace.active), told=True)
    return record


def _carry_out(
    session: Session, result: Decision, record: int, reporter: Reporter, overrides: Overrides, lease: Lease
) -> Synced:
    """Tell what was decided, check the guards, then stop, or write and remember."""
    store, workspace = session.store, session.workspace
    store.snapshots.settled.forget()
    reconcile_journal(store, result.observation, workspace)
    reporter.decided(result)
    blocking = check_guards(result.stops, overrides, reporter)
    if blocking:
        store.close_run(record, "stopped", {"guards": [stop.guard for stop in blocking]})
        return Synced(result, True, None)
    with session.stages.during("write"):
        applied = write(session, result.plan, record, lease, reporter)
    with session.stages.during("remember"):
        remember(result, workspace, store, applied.receipts)
        record_outcome(session, applied, record, result.observation.unread)
    reporter.applied(result.plan, applied)
    return Synced(result, False, applied)


def check_guards(
    stops: Sequence[GuardViolation], overrides: Overrides, reporter: Reporter
) -> list[GuardViolation]:
    """Tell the guards that trip; those that nobody overrides."""
    if stops:
        reporter.stopped(stops, overrides)
    return [stop for stop in stops if not overrides.covers(stop)]


def write(session: Session, plan: Plan, record: int, lease: Lease, reporter: Reporter) -> Applied:
    """Carry out a plan, journaled under the lease, and then give its views the projects that it says.

    `Session.writing` stays set: what was written has to be saved before a signal may end the process.
    """
    session.writing.set()
    with reporter.progress() as progress:
        applied = apply(
            plan,
            session.connectors,
            session.store,
            record,
            lease=lease,
            stop=session.halt,
            on_receipt=_counting(plan, progress),
        )
    return renew_views(session, plan, applied, lambda: session.halt.is_set() or lease.is_stale())


def _counting(plan: Plan, progress: Progress) -> OnReceipt:
    """What tells how many items of each tracker are done; the receipts of each tracker come one after the other."""
    totals = Counter(edit.item.ref.tracker for edit in plan.edits)
    done: Counter[str] = Counter()
    for name, total in totals.items():
        progress(f"Writing to {name}", 0, total)

    def count(edit: Edit, _receipt: Receipt) -> None:
        name = edit.item.ref.tracker
        done[name] += 1
        progress(f"Writing to {name}", done[name], totals[name])

    return count


def record_outcome(
    session: Session, applied: Applied, record: int, unread: Sequence[Unread] = (), **more: str
) -> None:
    """Keep how the run went, with what `more` says of it, and let the journal forget what is too old."""
    store = session.store
    store.save_outcomes(applied.receipts)
    store.journal.compact(store.clock() - JOURNAL_DETAIL)
    whole = applied.complete and not unread
    summary = data.of_applied(applied) | {"unread": [one.subject for one in unread], SUMMARY: RULES} | more
    store.close_run(record, "done" if whole else "partial", summary)


def reconcile_journal(store: Store, observation: Observation, workspace: Workspace) -> None:
    """Close what earlier runs left open in the journal, by what the items themselves show now."""
    shown = {item.ref: item.shown for item in observation.items}
    for entry in store.journal.open():
        if entry.item.tracker in observation.stale or entry.item.tracker not in workspace.active:
            continue
        if entry.item in observation.set_aside:
            continue
        marks = shown.get(entry.item)
        sides: dict[str, object] | None = None
        if marks is not None:
            sides = {mark: plain_change(getattr(marks, mark)) for mark in ALL_MARKS}
        outcome, why = resolve(entry, sides)
        store.journal.complete(entry.id, outcome, why)
