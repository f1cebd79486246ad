"""Writing a saved plan: what somebody read and agreed to, as far as its items are still as they were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from config.load import fingerprint
from sync.collect.pull import commented_item_ids, owned_item_ids, pull
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import check_guards, hold_lease, reconcile_journal, record_outcome, write
from sync.plan.guards import GuardViolation
from sync.plan.outcome import Applied, Moved, still_true
from sync.plan.overrides import Overrides
from sync.plan.unaligned import lost_by
from sync.store.plan_file import PlanError, Saved

UNKNOWN = "this store did not save this plan: compare its hash with that of the plan that was shown"


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

    A plan that the store did not save trips one more. Items of a tracker that cannot be read now are left alone, too.
    Raises PlanError when it was applied already, LeaseBusy while another run is at work, and CannotRead.
    """
    if check_guards(_stops(session, saved, overrides), overrides, reporter):
        return PlanApplied(None)
    store, workspace = session.store, session.workspace
    with hold_lease(session) as lease:
        record = store.open_run("sync", fingerprint(workspace), workspace.workspace)
        last = store.snapshots.last()
        owned, commented = owned_item_ids(store, last), commented_item_ids(last)
        with reporter.progress() as progress:
            observation = pull(workspace, session.connectors, now, last, progress, owned, commented)
        session.keep_origins(set(session.connectors) - set(observation.stale))
        reporter.unread(observation.unread)
        reconcile_journal(store, observation, workspace)
        made = {view.tracker: store.provisions(view.tracker) for view in saved.plan.views}
        plan, moved = still_true(
            saved.plan, observation.items, observation.stale, observation.set_aside, made
        )
        reporter.narrowed(plan, moved)
        applied = write(session, plan, record, lease, reporter)
        # The store of the run that made the plan may be another one.
        store.lost_links.add(lost_by(plan, saved.made.astimezone(workspace.zone).date()))
        record_outcome(session, applied, record, observation.unread)
        if (applied.receipts or applied.views) and applied.complete:
            store.plans.applied(saved.content, saved.made, fingerprint(workspace), store.clock())
        reporter.applied(plan, applied)
    return PlanApplied(applied, moved)


def _stops(session: Session, saved: Saved, overrides: Overrides) -> list[GuardViolation]:
    """The guards that the plan trips, and that it is unknown, where it is. The hash of its content overrides what its
    digest does: whoever names that hash has accepted all that the file holds.
    """
    known = session.store.plans.find(saved.content)
    if known is not None and known.applied is not None:
        raise PlanError(
            f"this plan was applied already, at {known.applied.astimezone(UTC):%Y-%m-%d %H:%M} UTC. "
            "Create a new plan with `truenorth plan --out`."
        )
    stops = list(saved.stops)
    if known is None or overrides.plan == saved.content:
        stops = [
            replace(one, subject=saved.content) if one.subject == saved.plan.digest else one for one in stops
        ]
    if known is None:
        stops.insert(0, GuardViolation("unknown-plan", UNKNOWN, saved.content))
    return stops
