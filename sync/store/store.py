"""What Truenorth remembers between runs: the last snapshot, readings by day, runs, and the journal.

Nothing here proves ownership: that lives on the items. A lost store costs history, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from config.text.redaction import redactor
from config.wording import counted
from config.workspace import Workspace
from connectors.model import Receipt, Ref
from sync import logs
from sync.history.movement import WorkState
from sync.marks.status_updates import PostedUpdate
from sync.memory import Memory, RunRecord, Stuck
from sync.plan.backoff import rest_after
from sync.store import tables
from sync.store.briefs import Briefs
from sync.store.database import REBUILD, Database, StoreError, again
from sync.store.days.work_by_day import WorkByDay
from sync.store.journal import Journal
from sync.store.lease import make_lease
from sync.store.links import LostLinks
from sync.store.memory import (
    read_memory,
    read_quarantine,
    record_of,
    save_last_updates,
    save_work_states,
)
from sync.store.migrations import migrate
from sync.store.plans import Plans
from sync.store.readings import Readings
from sync.store.snapshots import Snapshots
from sync.store.trends.trends import Trends
from sync.store.trends.views import make_views

__all__ = ["RunRecord", "Store", "StoreError", "Stuck"]

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class Store:
    """A store at a SQLAlchemy URL; SQLite files are made private to their user. Threads may share it.

    `clock` tells the time to all that keeps house: when runs begin, how long items rest, what is too old. The moment that
    a run evaluates is another thing, and may lie in the past or the future (ADR 31).

    `may_change`: make its tables, and bring those of an older version up to this one; without, such a store is refused.

    Raises StoreError for anything that makes it unusable.
    """

    def __init__(self, url: str, clock: Clock | None = None, *, may_change: bool = True) -> None:
        self.clock = clock or wall_clock
        self._database = Database(url)
        self.transaction = self._database.transaction
        """A connection whose work is committed whole, or not at all. Raises StoreError."""
        self.journal = Journal(self.transaction)
        self.snapshots = Snapshots(self._database)
        self.readings = Readings(self._database)
        self.trends = Trends(self._database)
        self.plans = Plans(self._database)
        self.briefs = Briefs(self._database, lambda: self.clock())
        self.lost_links = LostLinks(self._database)
        self.work_by_day = WorkByDay(self._database)
        try:
            self._database.prepare(self._make if may_change else self._require_current)
        except BaseException:
            self.close()
            raise

    def _require_current(self, connection: sa.Connection) -> None:
        has_tables = sa.inspect(connection).has_table(tables.about.name)
        here = tables.about.c.name == "schema"
        found = (
            connection.execute(sa.select(tables.about.c.value).where(here)).scalar() if has_tables else None
        )
        if found != str(tables.VERSION):
            raise StoreError(
                f"the store {self._database.where} is {'not made yet' if found is None else f'of schema {found}'}, and this "
                f"command changes nothing there (it reads schema {tables.VERSION}). Run `truenorth status` or "
                "`truenorth sync` of this version first."
            )

    def _make(self, connection: sa.Connection) -> None:
        tables.metadata.create_all(connection)
        found = connection.execute(
            sa.select(tables.about.c.value).where(tables.about.c.name == "schema")
        ).scalar()
        if found is None:
            connection.execute(tables.about.insert().values(name="schema", value=str(tables.VERSION)))
            make_lease(connection)
            make_views(connection)
        elif not found.isdecimal():
            raise StoreError(
                f"the store {self._database.where} is damaged: invalid version {found!r}. {REBUILD}"
            )
        elif int(found) < tables.VERSION:
            migrate(connection, int(found))
            make_lease(connection)
            make_views(connection)
        elif int(found) > tables.VERSION:
            raise StoreError(
                f"the store {self._database.where} is from a newer Truenorth (schema {found}, this version supports "
                f"{tables.VERSION}). Run that version, or set TRUENORTH_STORE to another location."
            )

    @property
    def database(self) -> Database:
        """The database under it, for what keeps tables of its own there."""
        return self._database

    def close(self) -> None:
        """Give connections back."""
        self._database.close()

    # --- what decisions take and leave -------------------------------------------------------

    @again
    def memory(self, workspace: Workspace, now: datetime) -> Memory:
        """What earlier runs left for a decision at `now`, all as of one moment."""
        with self._database.view() as connection:
            return read_memory(connection, workspace, now, self.clock())

    @again
    def save_posted(self, states: Mapping[str, WorkState], updates: Mapping[Ref, PostedUpdate]) -> None:
        """Remember what was posted just now: where the work stood, and what status updates said."""
        with self._database.ordered() as connection:
            save_work_states(connection, states)
            save_last_updates(connection, updates)

    # --- what failed -------------------------------------------------------------------------

    @again
    def stuck(self) -> list[Stuck]:
        """What rests, and what was begun and never closed, for people to read."""
        with self.transaction() as connection:
            rests = read_quarantine(connection)
            keys = {
                Ref(row.tracker, row.item): row.key
                for row in connection.execute(sa.select(tables.quarantine))
            }
        found = [
            Stuck(
                keys[ref],
                f"{counted(why.failures, 'failed write')}, next attempt after {why.until:%Y-%m-%d %H:%M} UTC",
                why.reason,
                ref.tracker,
            )
            for ref, why in sorted(rests.items())
        ]
        found += [
            Stuck(
                entry.key,
                "started, result unknown",
                "the next sync checks the item and completes the entry",
                entry.item.tracker,
            )
            for entry in self.journal.open()
        ]
        return found

    @again
    def save_outcomes(self, receipts: Collection[Receipt]) -> None:
        """Let items whose write failed rest, each time longer; what was written rests no more."""
        table = tables.quarantine
        with self._database.ordered() as connection:
            quarantine = read_quarantine(connection)
            for receipt in receipts:
                ref = receipt.item
                if receipt.outcome != "failed" and ref not in quarantine:
                    continue
                here = (table.c.tracker == ref.tracker) & (table.c.item == ref.id)
                connection.execute(table.delete().where(here))
                if receipt.outcome == "failed":
                    failures = quarantine[ref].failures + 1 if ref in quarantine else 1
                    row = {
                        "tracker": ref.tracker,
                        "item": ref.id,
                        "key": receipt.key,
                        "reason": receipt.error or "",
                        "failures": failures,
                        "until": rest_after(failures, self.clock()).isoformat(),
                    }
                    connection.execute(table.insert().values(row))

    # --- runs --------------------------------------------------------------------------------

    @again
    def open_run(self, kind: str, configuration: str, workspace: str) -> int:
        """Begin a run of a workspace; its outcome is "failed" until `close_run` says otherwise."""
        row = {
            "kind": kind,
            "at": self.clock().isoformat(),
            "workspace": workspace,
            "outcome": "failed",
            "configuration": configuration,
            "summary": {},
        }
        with self.transaction() as connection:
            key = connection.execute(tables.runs.insert().values(row)).inserted_primary_key
        run = int(key[0]) if key else 0
        logs.of_run(run)
        return run

    @again
    def close_run(self, run: int, outcome: str, summary: Mapping[str, Any]) -> None:
        """Say how a run ended; the summary is kept without secrets."""
        kept = redactor.value(dict(summary))
        change = tables.runs.update().where(tables.runs.c.id == run).values(outcome=outcome, summary=kept)
        with self.transaction() as connection:
            connection.execute(change)

    @again
    def last_run(self, *kinds: str, outcome: str | None = None) -> RunRecord | None:
        """The latest run, of one of the kinds if any are given, and with that outcome if one is."""
        query = sa.select(tables.runs).order_by(tables.runs.c.id.desc()).limit(1)
        if kinds:
            query = query.where(tables.runs.c.kind.in_(kinds))
        if outcome is not None:
            query = query.where(tables.runs.c.outcome == outcome)
        with self.transaction() as connection:
            row = connection.execute(query).first()
        return None if row is None else record_of(row)

    @again
    def begun(self, kind: str, count: int) -> list[datetime]:
        """When the latest runs of a kind began, newest first; at most so many."""
        at, newest = tables.runs.c.at, tables.runs.c.id.desc()
        query = sa.select(at).where(tables.runs.c.kind == kind).order_by(newest).limit(count)
        with self.transaction() as connection:
            return [datetime.fromisoformat(moment) for moment in connection.scalars(query)]

    @again
    def runs_after(self, run: int, kind: str) -> list[RunRecord]:
        """The runs of a kind that came after another, oldest first."""
        runs = tables.runs
        query = sa.select(runs).where(runs.c.id > run).where(runs.c.kind == kind).order_by(runs.c.id)
        with self.transaction() as connection:
            return [record_of(row) for row in connection.execute(query)]

    # --- what setup made ---------------------------------------------------------------------

    @again
    def provisions(self, tracker: str) -> dict[str, str]:
        """Ids of what setup made on a tracker, by name."""
        query = sa.select(tables.provisions).where(tables.provisions.c.tracker == tracker)
        with self.transaction() as connection:
            return {row.name: row.id for row in connection.execute(query)}

    @again
    def save_provision(self, tracker: str, name: str, id_: str | None) -> None:
        """Remember what setup made; None forgets it."""
        table = tables.provisions
        with self._database.ordered() as connection:
            connection.execute(table.delete().where(table.c.tracker == tracker).where(table.c.name == name))
            if id_ is not None:
                connection.execute(table.insert().values(tracker=tracker, name=name, id=id_))

    @again
    def save_provisions(self, tracker: str, kept: Mapping[str, str], instead_of: str | None = None) -> None:
        """Remember several things at once. `instead_of`: those whose names begin so are forgotten first; "": all."""
        table = tables.provisions
        here = table.c.tracker == tracker
        with self._database.ordered() as connection:
            if instead_of is not None:
                old = table.c.name.startswith(instead_of, autoescape=True)
                connection.execute(table.delete().where(here).where(old))
            for name, id_ in sorted(kept.items()):
                connection.execute(table.delete().where(here).where(table.c.name == name))
                connection.execute(table.insert().values(tracker=tracker, name=name, id=id_))

    # --- where credentials went --------------------------------------------------------------

    @again
    def origins(self) -> dict[str, str]:
        """Origins that credentials were last accepted at, by the stem of their variables."""
        with self.transaction() as connection:
            rows = connection.execute(sa.select(tables.origins))
            return {row.credential: row.origin for row in rows}

    @again
    def save_origins(self, origins: Mapping[str, str]) -> None:
        """Remember where credentials were accepted."""
        table = tables.origins
        with self._database.ordered() as connection:
            for credential, origin in sorted(origins.items()):
                connection.execute(table.delete().where(table.c.credential == credential))
                connection.execute(table.insert().values(credential=credential, origin=origin))
