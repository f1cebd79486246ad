"""What decisions take of the store, read within one transaction; and what is kept of them for the next one."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.json import Decoder

from config.load import fingerprint
from config.measures import WorkMeasure
from config.workspace import Workspace
from connectors.model import Fact, Ref, UpdateHealth
from sync.forecast.simulation import FARTHEST_DAYS
from sync.history.movement import WorkState
from sync.marks.status_updates import PostedUpdate
from sync.measure import last_day
from sync.memory import Memory, Quarantined, RunRecord
from sync.observation import Past
from sync.store import tables
from sync.store.journal import NEW_COMMENT
from sync.store.links import read_links


class _Update(msgspec.Struct, rename={"work_states": "footings"}):
    """A status update as it is kept."""

    on: date
    health: UpdateHealth
    facts: tuple[Fact, ...]
    work_states: Mapping[str, WorkState] = {}


_WORK_STATE = Decoder(WorkState)
_UPDATES = Decoder(_Update)


def read_memory(connection: sa.Connection, workspace: Workspace, now: datetime, clock: datetime) -> Memory:
    """What earlier runs left for a decision at `now`; how long items rest and comments are counted goes by the `clock`."""
    today = now.astimezone(workspace.zone).date()
    runs = tables.runs.c
    last_undo = _last_writing(connection, runs.kind == "undo")
    setups = sa.select(sa.func.max(runs.id)).where(runs.kind == "setup")
    return Memory(
        past=_past(connection, workspace, today),
        recent=_recent(connection, workspace, today),
        last_progress=_last_progress(connection, workspace, today),
        found={row.tracker: row.in_scope for row in connection.execute(sa.select(tables.pulls))},
        work_states=_work_states(connection, sa.select(tables.footings)),
        work_states_before=_work_states(connection, _before(today)),
        last_updates=_last_updates(connection),
        commented=_commented(connection, workspace, clock.astimezone(workspace.zone).date()),
        quarantine={ref: one for ref, one in read_quarantine(connection).items() if one.until > clock},
        writing_runs=_writing_runs(connection, runs.workspace == workspace.workspace),
        unnamed_runs=_writing_runs(connection, runs.workspace.is_(None)),
        last_write=_last_writing(connection, runs.kind.not_in(("undo", "setup"))),
        last_undo=last_undo,
        last_setup=connection.execute(setups).scalar_one() or 0,
        undone=_undone(connection) if last_undo else frozenset(),
        provisions=read_provisions(connection),
        last_sync=_last_sync(connection),
        configuration=fingerprint(workspace),
        links=read_links(connection),
        last_read=_last_read(connection, workspace),
    )


def read_provisions(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """By tracker, ids of what setup made, and what it made it for."""
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(sa.select(tables.provisions)):
        found.setdefault(row.tracker, {})[row.name] = row.id
    return found


def _last_sync(connection: sa.Connection) -> RunRecord | None:
    """The latest run that wrote all it was to write, or found nothing to write."""
    runs = tables.runs.c
    query = sa.select(tables.runs).where(runs.kind == "sync").where(runs.outcome == "done")
    row = connection.execute(query.order_by(runs.id.desc()).limit(1)).first()
    return None if row is None else record_of(row)


def record_of(row: Any) -> RunRecord:
    """A run as remembered."""
    at = datetime.fromisoformat(row.at)
    return RunRecord(row.id, row.kind, at, row.outcome, row.configuration, row.summary)


def _last_read(connection: sa.Connection, workspace: Workspace) -> date | None:
    about = tables.about.c
    judged = connection.execute(sa.select(about.value).where(about.name == "judged")).scalar()
    # What is damaged there is said by whoever reads the snapshot.
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(judged).astimezone(workspace.zone).date() if judged else None
    return None


def _last_writing(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    """The latest of these runs that recorded a write; 0 for none."""
    journal, runs = tables.journal, tables.runs
    query = sa.select(sa.func.max(journal.c.run)).join_from(journal, runs, journal.c.run == runs.c.id)
    return connection.execute(query.where(which)).scalar_one() or 0


def _undone(connection: sa.Connection) -> frozenset[Ref]:
    """The items that an undo was the last to write to."""
    journal, runs = tables.journal.c, tables.runs.c
    last = (
        sa.select(journal.tracker, journal.item, sa.func.max(journal.run).label("run"))
        .where(journal.outcome == "written")
        .group_by(journal.tracker, journal.item)
        .subquery()
    )
    query = sa.select(last.c.tracker, last.c.item).join_from(last, tables.runs, last.c.run == runs.id)
    return frozenset(Ref(*row) for row in connection.execute(query.where(runs.kind == "undo")))


def _writing_runs(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> int:
    """How many runs of which that holds recorded a write."""
    journal, runs = tables.journal, tables.runs
    query = sa.select(sa.func.count(sa.distinct(journal.c.run))).join_from(
        journal, runs, journal.c.run == runs.c.id
    )
    return int(connection.execute(query.where(condition)).scalar_one())


def read_quarantine(connection: sa.Connection) -> dict[Ref, Quarantined]:
    """Items whose writes failed."""
    return {
        Ref(row.tracker, row.item): Quarantined(row.reason, row.failures, datetime.fromisoformat(row.until))
        for row in connection.execute(sa.select(tables.quarantine))
    }


def save_work_states(connection: sa.Connection, states: Mapping[str, WorkState]) -> None:
    """Keep where work stands whose progress was posted just now."""
    table = tables.footings
    rows = [{"key_result": id_, "body": msgspec.json.encode(one)} for id_, one in states.items()]
    if rows:
        connection.execute(table.delete().where(table.c.key_result.in_(list(states))))
        connection.execute(table.insert(), rows)


def save_last_updates(connection: sa.Connection, updates: Mapping[Ref, PostedUpdate]) -> None:
    """Keep what was posted just now."""
    table = tables.updates
    for ref, one in updates.items():
        here = (table.c.tracker == ref.tracker) & (table.c.item == ref.id)
        connection.execute(table.delete().where(here))
        body = msgspec.json.encode(_Update(one.on, one.health, one.facts, one.work_states))
        connection.execute(table.insert().values(tracker=ref.tracker, item=ref.id, body=body))


def _past(connection: sa.Connection, workspace: Workspace, today: date) -> dict[str, Past]:
    spans: dict[tuple[date, date], list[str]] = {}
    for objective, key_result in workspace.key_results():
        cycle = workspace.cycles[objective.cycle]
        if (last := last_day(key_result, objective, cycle, today)) is not None:
            spans.setdefault((cycle.start, last), []).append(key_result.id)
    readings, found = tables.readings.c, {}
    for (first, last), names in spans.items():
        latest = (
            sa.select(readings.key_result, sa.func.max(readings.day).label("day"))
            .where(readings.key_result.in_(names))
            .where(readings.day.between(first.isoformat(), last.isoformat()))
            .group_by(readings.key_result)
            .subquery()
            .c
        )
        query = sa.select(tables.readings).where(
            readings.key_result == latest.key_result, readings.day == latest.day
        )
        for row in connection.execute(query):
            found[row.key_result] = Past(date.fromisoformat(row.day), row.value, row.progress)
    return found


def _recent(connection: sa.Connection, workspace: Workspace, today: date) -> dict[str, list[Past]]:
    """The readings before today that forecasts draw on; work is dated by itself, so its readings are left out."""
    wanted = [kr.id for _, kr in workspace.key_results() if not isinstance(kr.measure, WorkMeasure)]
    readings, found = tables.readings.c, dict[str, list[Past]]()
    begin = today - timedelta(days=FARTHEST_DAYS)
    query = (
        sa.select(readings.key_result, readings.day, readings.value, readings.progress)
        .where(readings.key_result.in_(wanted))
        .where(readings.day >= begin.isoformat())
        .where(readings.day < today.isoformat())
        .order_by(readings.day)
    )
    for row in connection.execute(query) if wanted else ():
        past = Past(date.fromisoformat(row.day), row.value, row.progress)
        found.setdefault(row.key_result, []).append(past)
    return found


def _last_progress(connection: sa.Connection, workspace: Workspace, today: date) -> dict[str, float | None]:
    """The latest progress of each key result; what was read for a day to come is not known yet, and what was read before
    its cycle began is of an earlier one, from which it kept its id.
    """
    begins = {kr.id: workspace.cycles[objective.cycle].start for objective, kr in workspace.key_results()}
    readings = tables.readings.c
    last = sa.select(readings.key_result, sa.func.max(readings.day).label("day")).group_by(
        readings.key_result
    )
    last = last.where(readings.day <= today.isoformat())
    days = last.subquery().c
    query = sa.select(readings.key_result, readings.day, readings.progress).where(
        readings.key_result == days.key_result, readings.day == days.day
    )
    return {
        row.key_result: row.progress
        for row in connection.execute(query)
        if row.key_result not in begins or date.fromisoformat(row.day) >= begins[row.key_result]
    }


def _before(today: date) -> sa.Select[Any]:
    """Where work stood on the last day before today that was read."""
    table = tables.standings
    last = sa.select(sa.func.max(table.c.day)).where(table.c.day < today.isoformat())
    return sa.select(table).where(table.c.day == last.scalar_subquery())


def _work_states(connection: sa.Connection, query: sa.Select[Any]) -> dict[str, WorkState]:
    return {row.key_result: _WORK_STATE.decode(row.body) for row in connection.execute(query)}


def _last_updates(connection: sa.Connection) -> dict[Ref, PostedUpdate]:
    found = {}
    for row in connection.execute(sa.select(tables.updates)):
        kept = _UPDATES.decode(row.body)
        found[Ref(row.tracker, row.item)] = PostedUpdate(kept.on, kept.health, kept.facts, kept.work_states)
    return found


def _commented(connection: sa.Connection, workspace: Workspace, day: date) -> dict[Ref, int]:
    """How many new comments each item got on a day."""
    journal, runs = tables.journal.c, tables.runs.c
    query = (
        sa.select(runs.at, journal.tracker, journal.item, journal.what)
        .join_from(tables.journal, tables.runs, journal.run == runs.id)
        .where(journal.outcome == "written")
        .where(runs.kind == "sync")
        # Times are in UTC: a day of any zone lies within these three.
        .where(runs.at >= (day - timedelta(days=1)).isoformat())
        .where(runs.at < (day + timedelta(days=2)).isoformat())
    )
    counts: Counter[Ref] = Counter()
    for row in connection.execute(query):
        on = datetime.fromisoformat(row.at).astimezone(workspace.zone).date()
        if on == day and NEW_COMMENT in row.what:
            counts[Ref(row.tracker, row.item)] += 1
    return dict(counts)
