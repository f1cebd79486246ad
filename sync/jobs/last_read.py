"""What is known without reading anew: decisions from the last snapshot, movement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from config.measures import QueryMeasure
from sync.align.native_queries import rule_queries
from sync.collect.queries import queries
from sync.decide import Decision, look
from sync.history.days import History, until_now
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import read
from sync.kept import lacks_commitments
from sync.memory import RemovedMarks
from sync.observation import CannotRead, Observation, Unread
from sync.remember import moved_today, remember
from sync.unchanged import recalled_run

Part = Literal["whole", "status", "orphans"]
"""What a command shows of a decision: as `status` does, or with the orphans by name."""


def latest_run(
    session: Session,
    reporter: Reporter,
    as_of: datetime | None = None,
    *,
    fresh: bool = False,
    full: bool = False,
    part: Part = "whole",
) -> Decision:
    """What is known: the last snapshot where there is one, else a fresh read, as of now or of another time. `part`: what of it
    will do.

    `fresh`: a fresh read in any case; `full`: with every tracker read whole. As of a time before the read the items are as they were then, as far as they tell.

    Where a fresh read comes to nothing, the last snapshot stands in. Raises CannotRead where that cannot either.
    """
    if not (fresh or full) and as_of is None and (known := known_run(session, part)) is not None:
        if known.observation.unread:
            reporter.remembered(known.observation.unread, known.observation.at)
        return known
    try:
        result = read(session, as_of or datetime.now(UTC), reporter, rewind=as_of is not None, full=full)
    except CannotRead as error:
        known = known_run(session)
        if known is None:
            raise
        reporter.unread(_dated(error.unread, known.observation))
        return known
    if as_of is None:
        # What is asked of another time must not stand as what was read last.
        remember_if_sane(session, result)
    return result


def known_run(session: Session, part: Part = "whole") -> Decision | None:
    """What is known by the last snapshot, without asking any tracker; None where there is none, or it cannot answer."""
    if part != "whole":
        kept = recalled_run(session.workspace, session.store, orphans=part == "orphans")
        if kept is not None:
            return kept
    snapshot = session.store.snapshots.last()
    return replay(session, snapshot) if snapshot else None


def _dated(unread: Iterable[Unread], snapshot: Observation) -> tuple[Unread, ...]:
    """With the time of what stands instead, and what the snapshot itself does without."""
    now = tuple(replace(one, as_of=snapshot.as_of.get(one.subject, one.as_of)) for one in unread)
    met = {(one.kind, one.subject) for one in now}
    return (*now, *(one for one in snapshot.unread if (one.kind, one.subject) not in met))


def progress_history(session: Session, result: Decision) -> dict[str, History]:
    """How each key result went until now, as far as it was read."""
    today = result.scorecard.as_of.astimezone(session.workspace.zone).date()
    moved = moved_today(result, session.workspace)
    return until_now(session.store.readings.all(), result.scorecard, moved, today)


def removed_marks(session: Session, result: Decision) -> tuple[RemovedMarks, ...]:
    """The undo runs since marks were last put on, oldest first."""
    store, found = session.store, []
    for record in store.runs_after(result.memory.last_write, "undo"):
        gone = {one.item for one in store.journal.entries(run=record.id) if one.outcome == "written"}
        again = sum(edit.item.ref in gone for edit in result.plan.edits)
        if gone:
            scope = str(record.summary.get("scope", ""))
            found.append(RemovedMarks(record.id, record.at, scope, len(gone), again))
    return tuple(found)


def remember_if_sane(session: Session, result: Decision) -> None:
    """Keep what was read, unless it shrank: the next run must measure itself against the last good one."""
    if not any(stop.guard == "shrunken-pull" for stop in result.stops):
        remember(result, session.workspace, session.store, is_sync=False)


def replay(session: Session, snapshot: Observation) -> Decision | None:
    """The decisions that today's configuration draws from the last snapshot, as of then.

    None when the snapshot cannot answer: a tracker or a native query was declared since, or the policy asks now for what
    is committed.
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
    if not known or set(snapshot.as_of) != set(workspace.active) or lacks_commitments(snapshot, workspace):
        return None
    memory = session.store.memory(workspace, snapshot.at)
    return look(snapshot, memory, workspace, snapshot.at)
