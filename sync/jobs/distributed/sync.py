"""A sync on several machines, from where it was begun: it starts the run, tells how far that has come, and what came of it.

Whoever begins it does none of the work. When it dies, the workers go on to the end; when it is asked to stop, the run is
cancelled: that is what a person who ends a sync expects of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog

from config.load import fingerprint
from connectors.base import Progress
from sync.collect.pull import commented_item_ids, owned_item_ids
from sync.decide import Decision
from sync.jobs.distributed.errors import NoWorker, RunCancelled, RunFailed
from sync.jobs.distributed.images import APPLIED
from sync.jobs.distributed.queue import JobQueue, prepare
from sync.jobs.distributed.stages import decision_of
from sync.jobs.distributed.worker import version_of_this
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import Synced, check_guards
from sync.observation import CannotRead
from sync.plan.overrides import NO_OVERRIDES, Overrides
from sync.store.database import StoreError, repeated
from sync.store.distributed.opening import SEEN, require_server, shared_runs
from sync.store.distributed.runs import (
    OPEN,
    Asked,
    PartName,
    SharedRun,
    SharedRuns,
    Stage,
    asked_body,
)
from sync.store.lease import (
    Lease,
    LeaseHeld,
    LeaseLost,
    LeaseOverdue,
    acquire,
    assert_held,
    release,
    shared_holder_name,
)

log = structlog.get_logger(__name__)

LOOK = 0.3
"""Seconds between two looks at how far the run has come."""

PATIENCE = 300.0
"""Seconds for which a run waits for its first worker."""

_RENEWAL = 15.0
_WORD = 15.0
"""Seconds between two words on that no worker is there."""
_ENDING = 7.0
"""Seconds that running writes have to end in once the run is cancelled."""


def synchronise_distributed(
    session: Session, now: datetime, reporter: Reporter, overrides: Overrides = NO_OVERRIDES
) -> Synced:
    """Begin a run for the workers, wait, and tell what `sync.jobs.sync.synchronise` tells.

    Raises NeedsPostgreSQL, WorkersMissing, NoWorker, RunFailed, RunCancelled, Differs, CannotRead; LeaseHeld while another run is at work.
    """
    require_server(session.store.database)
    prepare(session.store.database)
    runs = shared_runs(session.store, JobQueue().announce)
    lease = _take_lease(session)
    # From here on a signal cancels the run in place of ending the process.
    session.writing.set()
    try:
        run = _begin(session, runs, now, overrides, lease)
    except BaseException:
        release(session.store.transaction, lease)
        raise
    waiting = _Waiting(session, runs, run, reporter)
    try:
        return waiting.outcome(overrides)
    finally:
        waiting.end()


def _take_lease(session: Session) -> Lease:
    workspace, store = session.workspace, session.store
    longest = timedelta(
        minutes=max(workspace.policy_of(name).deadline_minutes for name in workspace.trackers)
    )
    holder = shared_holder_name(uuid4().hex[:8])
    try:
        return repeated(
            store.transaction, lambda connection: acquire(connection, holder, datetime.now(UTC), longest)
        )
    except LeaseOverdue:
        raise
    except LeaseHeld as error:
        raise LeaseHeld(f"{error} It also does the work of this run.") from None


def _begin(
    session: Session, runs: SharedRuns, now: datetime, overrides: Overrides, lease: Lease
) -> SharedRun:
    workspace, store = session.workspace, session.store
    record = store.open_run("sync", fingerprint(workspace), workspace.workspace)
    last = store.snapshots.last()
    commented = {name: ids for name, ids in commented_item_ids(last).items() if ids}
    body = asked_body(Asked(overrides, owned_item_ids(store, last), commented))
    run = SharedRun(
        record,
        "reading",
        False,
        fingerprint(workspace),
        version_of_this(),
        now.isoformat(),
        lease,
        None,
        body,
    )
    parts = [
        PartName("read", name, place) for name, one in workspace.active.items() for place in one.scope_keys
    ]
    runs.begin(run, parts)
    log.info("distributed sync begun", run=record, partitions=len(parts))
    return run


class _Waiting:
    """For one run: how far it is, and what to tell of it."""

    def __init__(self, session: Session, runs: SharedRuns, run: SharedRun, reporter: Reporter) -> None:
        self._session = session
        self._runs = runs
        self._run = run
        self._reporter = reporter
        self._renewed = self._met = self._said = time.monotonic()
        self._is_over = False

    def outcome(self, overrides: Overrides) -> Synced:
        """Wait for the end, and tell of it."""
        run = self._until(lambda run: run.state not in ("reading", "deciding"))
        if run.state in ("failed", "cancelled"):
            raise self._trouble(run)
        result = self._decision(run)
        blocking = check_guards(result.stops, overrides, self._reporter)
        if run.state == "stopped" or blocking:
            return Synced(result, True, None)
        run = self._until(lambda run: run.state not in OPEN)
        if run.state != "ended":
            raise self._trouble(run)
        applied = APPLIED.decode(self._runs.body(run.id, PartName("close")) or b"")
        self._reporter.applied(result.plan, applied)
        return Synced(result, False, applied)

    def end(self) -> None:
        """Whatever came of it, nothing waits for this run any more."""
        if not self._is_over:
            try:
                self._runs.cancel(self._run.id)
            except StoreError as error:
                log.warning("cannot cancel the run; the workers go on to its end", cause=str(error))

    def _decision(self, run: SharedRun) -> Decision:
        result = decision_of(run, self._runs, self._session)
        if result is None:
            raise RunFailed(f"what run {run.id} decided is not in the store any more. Run this again.")
        self._reporter.unread(result.observation.unread)
        self._reporter.decided(result)
        return result

    def _trouble(self, run: SharedRun) -> Exception:
        self._is_over = True
        release(self._session.store.transaction, run.lease)
        if run.trouble is not None and run.trouble.unread:
            return CannotRead(*run.trouble.unread)
        if run.state == "cancelled":
            return RunCancelled("the run was cancelled; nothing was written.")
        words = run.trouble.words if run.trouble is not None else "another run took its place."
        return RunFailed(f"the distributed sync failed: {words} The next run continues.")

    def _until(self, is_reached: Callable[[SharedRun], bool]) -> SharedRun:
        with self._reporter.progress() as progress:
            cancelled: float | None = None
            while True:
                run = self._look(progress)
                if run is not None and is_reached(run):
                    self._is_over = run.state not in OPEN
                    return run
                if self._session.halt.is_set() and cancelled is None:
                    cancelled = time.monotonic()
                    self._runs.cancel(self._run.id)
                if cancelled is not None and time.monotonic() - cancelled > _ENDING:
                    raise RunCancelled("the run was cancelled; the workers finish what they are writing.")
                time.sleep(LOOK)

    def _look(self, progress: Progress) -> SharedRun | None:
        """The run as it stands; None while the database is away: the workers may be faster to see it again."""
        try:
            run = self._runs.get(self._run.id)
            if run is None:
                raise RunFailed("the run is not in the store any more. Run this again.")
            self._renew(run)
            self._tell(run, progress)
            self._expect_workers()
        except StoreError as error:
            log.warning("cannot see how far the run is; looking again", cause=str(error))
            time.sleep(1)
            return None
        return run

    def _renew(self, run: SharedRun) -> None:
        if run.state not in OPEN or time.monotonic() - self._renewed < _RENEWAL:
            return
        self._renewed = time.monotonic()
        try:
            with self._session.store.transaction() as connection:
                assert_held(connection, run.lease)
        except LeaseLost as error:
            log.warning("the lease of the run is lost", cause=str(error))

    def _tell(self, run: SharedRun, progress: Progress) -> None:
        stages: dict[Stage, str] = {"read": "Reading partitions", "write": "Writing partitions"}
        for stage, words in stages.items():
            at = self._runs.progress(run.id, stage)
            if at.parts:
                progress(words, at.done, at.parts)
        if run.state == "deciding":
            progress("Deciding what to write", 0, None)

    def _expect_workers(self) -> None:
        now = time.monotonic()
        if self._runs.workers(SEEN, self._run.configuration, self._run.version):
            self._met = now
            return
        others = self._runs.workers(SEEN)
        what = (
            f"{others} at work, of another configuration or version ({self._run.configuration}, {self._run.version} needed)"
            if others
            else "none at work"
        )
        if now - self._said > _WORD:
            self._said = now
            log.warning("waiting for a worker: start `truenorth worker`", workers=what)
        if now - self._met > PATIENCE:
            raise NoWorker(
                f"no worker took up the run within {PATIENCE / 60:.0f} minutes ({what}); nothing more is written. Start `truenorth "
                "worker` with the same OKR files, credentials and TRUENORTH_STORE, then run this again."
            )
