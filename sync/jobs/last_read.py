"""What is known without reading anew: decisions from the last snapshot, forecasts, movement."""

from __future__ import annotations

from datetime import UTC, datetime

from config.measures import QueryMeasure
from sync.align.native_queries import rule_queries
from sync.collect.queries import queries
from sync.decide import Decision, decide
from sync.forecast import key_results
from sync.forecast.simulation import Forecast
from sync.history.days import History, until_now
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import read
from sync.observation import Observation
from sync.remember import moved_today, remember


def latest_run(
    session: Session, reporter: Reporter, as_of: datetime | None = None, *, fresh: bool = False
) -> Decision:
    """What is known: the last snapshot where there is one, else a fresh read, as of now or of another time."""
    snapshot = None if fresh or as_of else session.store.snapshots.last()
    result = replay(session, snapshot) if snapshot else None
    if result is None:
        result = read(session, as_of or datetime.now(UTC), reporter)
        if as_of is None:
            # What is asked of another time must not stand as what was read last.
            remember_if_sane(session, result)
    return result


def forecasts(session: Session, result: Decision) -> dict[str, Forecast]:
    """Where the key results will end, as far as that can be forecast."""
    kept = {
        id_: [(row.day, row.progress) for row in rows if row.progress is not None]
        for id_, rows in session.store.readings.all().items()
    }
    return key_results.forecasts(result.alignment, result.scorecard, session.workspace, kept)


def progress_history(session: Session, result: Decision) -> dict[str, History]:
    """How each key result went until now, as far as it was read."""
    today = result.scorecard.as_of.astimezone(session.workspace.zone).date()
    moved = moved_today(result, session.workspace)
    return until_now(session.store.readings.all(), result.scorecard, moved, today)


def remember_if_sane(session: Session, result: Decision) -> None:
    """Keep what was read, unless it shrank: the next run must measure itself against the last good one."""
    if not any(stop.guard == "shrunken-pull" for stop in result.stops):
        remember(result, session.workspace, session.store)


def replay(session: Session, snapshot: Observation) -> Decision | None:
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
    known = asked <= set(snapshot.counts) and fields <= set(snapshot.field_values)
    known = known and set(rule_queries(workspace)) <= set(snapshot.answers)
    if not known or set(snapshot.as_of) != set(workspace.active):
        return None
    memory = session.store.memory(workspace, snapshot.at)
    return decide(snapshot, memory, workspace, snapshot.at)
