"""The metrics of a sync: made of what it came to, and of what the store remembers; written however it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from connectors.http.rate_limits import Allowance
from connectors.http.user_agent import version
from connectors.model import ALL_MARKS
from connectors.model import Outcome as Written
from sync.jobs.last_read import known_run
from sync.jobs.observing.ended import Ended
from sync.jobs.session import Session
from sync.jobs.sync import Synced
from sync.memory import RunRecord
from sync.metrics.errors import MetricsNotWritten
from sync.metrics.exposition import check_textfile, write_textfile
from sync.metrics.figures import (
    OUTCOMES,
    Figures,
    GoalFigures,
    Outcome,
    Quota,
    TrackerFigures,
    goals_of,
    usual_interval,
)
from sync.observation import CannotRead, Unread
from sync.plan.plan import Plan
from sync.report import data
from sync.store.lease import LeaseHeld
from sync.store.store import StoreError
from sync.unchanged import Unchanged

log = structlog.get_logger(__name__)

_GAPS = 10
"""Between how many of the last syncs the usual interval is looked for."""

_BURST = 60.0
"""Seconds within which a quota that refills is whole again: what is left of such a one says nothing between two runs."""

_WRITES: tuple[Written, ...] = ("written", "skipped", "failed")


@contextmanager
def told_in_metrics(
    session: Session, file: Path, ended: Ended, interval: float | None = None
) -> Iterator[None]:
    """Write the metrics of the sync in the block to `file`, also where it raises; what it came to is in `ended` then.

    `interval`: seconds between two syncs, where they are declared. A sync that another one stands in for leaves the file
    to that. Raises MetricsRefused before the sync where it cannot be written, and MetricsNotWritten after it; an error of the sync itself goes first.
    """
    check_textfile(file)
    try:
        yield
    except LeaseHeld:
        raise
    except BaseException as error:
        if isinstance(error, CannotRead):
            ended.unread = error.unread
        try:
            write_textfile(file, figures_of(session, ended, interval))
        except (MetricsNotWritten, StoreError) as fault:
            log.warning("cannot write the metrics", cause=str(fault))
        raise
    write_textfile(file, figures_of(session, ended, interval))


def figures_of(session: Session, ended: Ended, interval: float | None = None) -> Figures:
    """The figures of the sync that has ended just now. Raises StoreError."""
    store, done = session.store, ended.done
    record, good = store.last_run("sync"), store.last_run("sync", outcome="done")
    run = done.run if isinstance(done, Synced) else None
    unread = run.observation.unread if run is not None else ended.unread
    return Figures(
        version=version(),
        outcome=_outcome(record),
        began=record.at if record is not None else None,
        last_good=good.at if good is not None else None,
        interval=interval or usual_interval(store.begun("sync", _GAPS + 1)),
        stages=session.stages.seconds,
        trackers=_trackers(session, done, unread),
        changes=_changes(run.plan if run is not None else None, done),
        guards=tuple(sorted(set(record.summary.get("guards", ())))) if record is not None else (),
        unread=tuple(sorted({(one.kind, one.subject) for one in unread})),
        goals=_goals(session, done),
    )


def known_figures(session: Session, interval: float | None = None) -> Figures:
    """The figures as far as the store knows them, asking no tracker: of whoever has not run a sync yet. Raises StoreError."""
    return figures_of(session, Ended(), interval)


def _outcome(record: RunRecord | None) -> Outcome | None:
    if record is None:
        return None
    # Of a run by several machines that was cancelled another word may stand there.
    return next((one for one in OUTCOMES if one == record.outcome), "failed")


def _changes(plan: Plan | None, done: Synced | Unchanged | None) -> Mapping[str, int]:
    if done is None:
        return {}
    return dict.fromkeys(ALL_MARKS, 0) | (plan.totals if plan is not None else {})


def _goals(session: Session, done: Synced | Unchanged | None) -> GoalFigures:
    """Where the goals stand: as decided or known, else by the last snapshot, which costs what `truenorth status` does."""
    if isinstance(done, Unchanged):
        return goals_of(done.standing)
    run = done.run if isinstance(done, Synced) else known_run(session)
    return goals_of(data.standing(run)) if run is not None else GoalFigures()


def _trackers(
    session: Session, done: Synced | Unchanged | None, unread: Sequence[Unread]
) -> tuple[TrackerFigures, ...]:
    run = done.run if isinstance(done, Synced) else None
    applied = done.applied if isinstance(done, Synced) else None
    receipts = applied.receipts if applied is not None else ()
    writes = Counter((one.item.tracker, one.outcome) for one in receipts)
    sent = Counter[str]()
    for receipt in receipts:
        sent[receipt.item.tracker] += receipt.requests
    refusals = Counter(one.item.tracker for one in run.plan.refusals) if run is not None else Counter[str]()
    stuck = Counter(one.tracker for one in session.store.stuck())
    failed = {one.subject for one in unread if one.kind == "tracker"}
    items, read = _items(session, done)
    found = []
    for name in session.workspace.active:
        throttle = session.throttles.get(name)
        asked = throttle.traffic.of(name) if throttle is not None else None
        requests: dict[str, int] = {"read": read.get(name, 0), "write": sent[name]}
        if asked is not None and asked.requests:
            requests = {"read": asked.requests["read"], "write": asked.requests["write"]}
        found.append(
            TrackerFigures(
                name,
                items.get(name),
                name not in failed,
                requests,
                asked.retries if asked is not None else 0,
                {why: asked.waited[why] for why in ("pace", "retry")} if asked is not None else {},
                _quotas(throttle.readings if throttle is not None else ()),
                {outcome: writes[name, outcome] for outcome in _WRITES},
                refusals[name],
                stuck[name],
            )
        )
    return tuple(found)


def _quotas(readings: Iterable[Allowance]) -> tuple[Quota, ...]:
    return tuple(
        Quota(one.name, one.limit, max(0.0, one.remaining))
        for one in readings
        if one.refill <= 0 or one.limit / one.refill > _BURST
    )


def _items(session: Session, done: Synced | Unchanged | None) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """By tracker: how many items are in scope, and how many requests their read took."""
    if isinstance(done, Synced):
        pulls = done.run.observation.pulls
        counted = {one.tracker: sum(item.in_scope for item in one.items) for one in pulls}
        return counted, {one.tracker: one.requests for one in pulls}
    if isinstance(done, Unchanged):
        return (
            {one.tracker: in_scope for one, in_scope in done.pulls},
            {one.tracker: one.requests for one, _ in done.pulls},
        )
    return {name: one.in_scope for name, one in session.store.snapshots.pulls().items()}, {}
