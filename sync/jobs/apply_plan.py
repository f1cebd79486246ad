"""Writing a saved plan: what somebody read and agreed to, as far as its items are still as they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.load import fingerprint
from sync.collect.pull import commented_item_ids, owned_item_ids, pull
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import check_guards, hold_lease, reconcile_journal, record_outcome, write
from sync.plan.outcome import Applied, Moved, still_true
from sync.plan.overrides import Overrides
from sync.store.plan_file import Saved


@dataclass(frozen=True, slots=True)
class PlanApplied:
    """How it went: stopped by guards (nothing applied), or applied but for the items that changed since."""

    applied: Applied | None
    moved: tuple[Moved, ...] = ()

    @property
    def blocked(self) -> bool:
        return self.applied is None

    @property
    def complete(self) -> bool:
        """Whether everything in the saved plan was written."""
        return self.applied is not None and self.applied.complete and not self.moved


def apply_plan(
    session: Session, saved: Saved, now: datetime, reporter: Reporter, overrides: Overrides
) -> PlanApplied:
    """Check the guards that the plan tripped, read the items again, and write those that are as they were.

    Raises LeaseHeld while another run is at work.
    """
    if check_guards(saved.stops, overrides, reporter):
        return PlanApplied(None)
    store, workspace = session.store, session.workspace
    with hold_lease(session) as lease:
        record = store.open_run("sync", fingerprint(workspace), workspace.workspace)
        last = store.snapshots.last()
        owned, commented = owned_item_ids(store, last), commented_item_ids(last)
        with reporter.progress() as progress:
            observation = pull(workspace, session.connectors, now, None, progress, owned, commented)
        reconcile_journal(store, observation, workspace)
        plan, moved = still_true(saved.plan, observation.items)
        reporter.narrowed(plan, moved)
        applied = write(session, plan, record, lease)
        record_outcome(session, applied, record)
        reporter.applied(plan, applied)
    return PlanApplied(applied, moved)
