"""Everything a command needs, opened together and closed together; and the two ways to use it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from config.load import fingerprint, load
from config.measures import QueryMeasure
from config.settings import Credentials, Settings, credentials, secret
from config.workspace import JiraTracker, Workspace
from connectors.base import Connector
from connectors.http.throttle import Governors
from connectors.model import ALL_MARKS, Pull
from connectors.registry import connect
from sync.align.native_queries import questions
from sync.apply import Applied, apply
from sync.cli.options import moment_of
from sync.cli.output import Output
from sync.collect.external_values import Sources
from sync.collect.queries import queries
from sync.forecast.key_results import outlooks
from sync.forecast.simulation import Outlook
from sync.history.days import History, until_now
from sync.logs import redactor
from sync.plan.guards import Stop
from sync.plan.plan import Plan, plain_change
from sync.report import data
from sync.report import run as sheets
from sync.run import Observed, Run, decide, moved_today, remember, run
from sync.store import lease
from sync.store.journal import fate
from sync.store.lease import Lease
from sync.store.store import Snapshot, Store

log = structlog.get_logger(__name__)


class Halt(threading.Event):
    """Set to finish the running write and begin no other; `by` is the signal that asked for it."""

    by: int | None = None
    right: Lease | None = None
    """The lease while this process holds it, for whoever ends the process."""


@dataclass(frozen=True, slots=True)
class Session:
    """A declared workspace, its trackers and its store, ready for use."""

    workspace: Workspace
    connectors: Mapping[str, Connector]
    store: Store
    halt: Halt = field(default_factory=Halt)
    sources: Sources = field(default_factory=Sources)
    writing: threading.Event = field(default_factory=threading.Event)
    """Set from the first write until what came of the writes is saved."""


@contextmanager
def open_session(settings: Settings, config: Path | None = None) -> Iterator[Session]:
    """A session from the configuration and the environment.

    Raises ConfigError, MissingCredential or StoreError before any request is made.
    """
    place = config or settings.config
    workspace, keys = declared(settings, place)
    sources = Sources(place if place.is_dir() else place.parent, lambda name: _learnt(name, settings))
    with session_for(workspace, keys, settings.store, sources) as session:
        yield session


def declared(settings: Settings, place: Path) -> tuple[Workspace, dict[str, Credentials]]:
    """The configuration at a place and the credentials that it needs. Raises ConfigError or MissingCredential."""
    workspace = load(place)
    return workspace, {
        name: credentials(
            name,
            one.kind,
            settings,
            by_token=isinstance(one, JiraTracker) and one.deployment == "data_center",
        )
        for name, one in workspace.active.items()
    }


def _learnt(name: str, settings: Settings) -> str | None:
    """A secret by the name of its variable, which no log will show."""
    value = secret(name, settings)
    redactor.add(value)
    return value


@contextmanager
def session_for(
    workspace: Workspace, keys: Mapping[str, Credentials], store_url: str, sources: Sources | None = None
) -> Iterator[Session]:
    """A session from values at hand."""
    redactor.add(*(form for key in keys.values() for form in key.forms()))
    with ExitStack() as stack:
        store = Store(store_url)
        stack.callback(store.close)
        halt = Halt()
        governors = Governors(halt)
        connectors: dict[str, Connector] = {}
        for name, tracker in workspace.active.items():
            fields = workspace.matched_fields(name)
            policy, key = workspace.policy_of(name), keys[name]
            governor = governors.of(
                key.url or tracker.url,
                key.token.get_secret_value(),
                people=policy.quota_for_people / 100,
                deadline=policy.deadline_minutes * 60,
            )
            connectors[name] = connect(name, tracker, key, workspace.workspace, fields, governor)
            stack.callback(connectors[name].close)
        yield Session(workspace, connectors, store, halt, sources=sources or Sources())


_MOST_ORPHANS = 12

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
    with holding(session) as right:
        return _synchronise(session, now, output, accepted, most, right)


@contextmanager
def holding(session: Session) -> Iterator[Lease]:
    """The lease, known to whoever ends the process before its time. Raises LeaseHeld."""
    with lease.held(session.store.transaction) as right:
        session.halt.right = right
        try:
            yield right
        finally:
            session.halt.right = None


def _synchronise(
    session: Session, now: datetime, output: Output, accepted: Collection[str], most: int | None, right: Lease
) -> Synced:
    store, workspace = session.store, session.workspace
    record = store.open_run("sync", now, fingerprint(workspace))
    result = read(session, now, output)
    settle_open(store, result.observed, workspace)
    show_run(output, result, most)
    blocked = show_stops(result.stops, accepted, output)
    if blocked:
        store.close_run(record, "stopped", {"guards": [stop.guard for stop in blocked]})
        output.data(applied=None)
        return Synced(result, True, None)
    applied = write(session, result.plan, record, right)
    remember(result, workspace, store, applied.receipts)
    finish(session, applied, record, result.plan, now, output)
    return Synced(result, False, applied)


def show_stops(stops: Sequence[Stop], accepted: Collection[str], output: Output) -> list[Stop]:
    """Show the guards that trip; those that nobody let through."""
    if stops:
        output.show(sheets.stops(stops, accepted))
    return [stop for stop in stops if stop.flag not in accepted]


def write(session: Session, plan: Plan, record: int, right: Lease) -> Applied:
    """Carry out a plan, journaled under the lease.

    `Session.writing` stays set: what was written has to be saved before a signal may end the process.
    """
    session.writing.set()
    return apply(plan, session.connectors, session.store, record, lease=right, stop=session.halt)


def finish(
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


def settle_open(store: Store, observed: Observed, workspace: Workspace) -> None:
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


def show_run(output: Output, result: Run, most: int | None = None) -> None:
    """Print everything about a run but the guards; at most `most` rows of the plan."""
    output.show(sheets.pulled(result.observed.pulls), sheets.scorecard(result.scorecard))
    output.show(sheets.orphans(result.alignment.items, result.signals, _MOST_ORPHANS))
    if result.signals.findings:
        output.show(sheets.findings(result.signals))
    output.show(sheets.plan(result.plan, most))
    output.data(**data.of_run(result))


def current(session: Session, output: Output, fresh: bool, as_of: str | None) -> Run:
    """What is known: the last snapshot where there is one, else a fresh read."""
    snapshot = None if fresh or as_of else session.store.snapshot()
    result = recall(session, snapshot) if snapshot else None
    if result is None:
        result = read(session, moment_of(as_of), output)
        remember_if_sane(session, result)
    return result


def forecasts(session: Session, result: Run) -> dict[str, Outlook]:
    """Where the key results will end, as far as that can be told."""
    kept = {
        id_: [(row.day, row.progress) for row in rows if row.progress is not None]
        for id_, rows in session.store.readings.all().items()
    }
    return outlooks(result.alignment, result.scorecard, session.workspace, kept)


def course(session: Session, result: Run) -> dict[str, History]:
    """How each key result went until now, as far as it was read."""
    today = result.scorecard.as_of.astimezone(session.workspace.zone).date()
    moved = moved_today(result, session.workspace, session.store)
    return until_now(session.store.readings.all(), result.scorecard, moved, today)


def remember_if_sane(session: Session, result: Run) -> None:
    """Keep what was read, unless it shrank: the next run must measure itself against the last good one."""
    if not any(stop.guard == "shrunken-pull" for stop in result.stops):
        remember(result, session.workspace, session.store)


def recall(session: Session, snapshot: Snapshot) -> Run | None:
    """The decisions that today's configuration draws from the last snapshot, as of then.

    None when the snapshot cannot answer: a tracker or a native query was declared since.
    """
    workspace = session.workspace
    asked = {
        name
        for _, kr in workspace.key_results()
        if isinstance(kr.measure, QueryMeasure)
        for name in queries(kr.id, kr.measure)
    }
    fields = {
        name
        for _, kr in workspace.key_results()
        if isinstance(kr.measure, QueryMeasure) and kr.measure.field
        for name in queries(kr.id, kr.measure)
    }
    known = asked <= set(snapshot.counts) and fields <= set(snapshot.drawn)
    known = known and set(questions(workspace)) <= set(snapshot.answers)
    if not known or set(snapshot.as_of) != set(workspace.active):
        return None
    pulls = tuple(
        Pull(name, tuple(item for item in snapshot.items if item.ref.tracker == name), at)
        for name, at in snapshot.as_of.items()
    )
    observed = Observed(
        pulls,
        snapshot.counts,
        answers=snapshot.answers,
        samples=snapshot.samples,
        drawn=snapshot.drawn,
        histories=snapshot.histories,
        gists=snapshot.gists,
    )
    return decide(observed, workspace, session.store, snapshot.judged)
