"""What Truenorth remembers between runs: the last snapshot, readings by day, runs, and the journal.

Nothing here proves ownership: that lives on the items. A lost store costs history, nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from config.wording import counted
from connectors.model import NativeQuery, Receipt, Ref, Span, WorkItem
from sync.history.movement import Footing
from sync.logs import redactor
from sync.marks.status_updates import Told
from sync.measure import Drawn, Sample
from sync.observation import Question, Snapshot
from sync.plan.backoff import Rest, rest_after
from sync.store import tables
from sync.store.database import REBUILD, Database, StoreError, again
from sync.store.journal import Journal
from sync.store.lease import make_lease
from sync.store.readings import Readings

__all__ = ["RunRecord", "Snapshot", "Store", "StoreError", "Stuck"]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as remembered. `outcome`: "planned", "stopped", "done", "partial", "failed"."""

    id: int
    kind: str
    at: datetime
    outcome: str
    configuration: str
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stuck:
    """A write that did not come to its end: on which item, how it stands, why."""

    key: str
    state: str
    why: str


class Store:
    """A store at a SQLAlchemy URL; SQLite files are made private to their user. Threads may share it.

    Raises StoreError for anything that makes it unusable.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.transaction = self._database.transaction
        """A connection whose work is committed whole, or not at all. Raises StoreError."""
        self.journal = Journal(self.transaction)
        self.readings = Readings(self._database)
        try:
            self._database.prepare(self._make)
        except BaseException:
            self.close()
            raise

    def _make(self, connection: sa.Connection) -> None:
        tables.metadata.create_all(connection)
        found = connection.execute(
            sa.select(tables.about.c.value).where(tables.about.c.name == "schema")
        ).scalar()
        if found is None:
            connection.execute(tables.about.insert().values(name="schema", value=str(tables.VERSION)))
            make_lease(connection)
        elif not found.isdecimal():
            raise StoreError(
                f"the store {self._database.where} is damaged: invalid version {found!r}. {REBUILD}"
            )
        elif int(found) < tables.VERSION:
            tables.migrate(connection, int(found))
            make_lease(connection)
        elif int(found) > tables.VERSION:
            raise StoreError(
                f"the store {self._database.where} is from a newer Truenorth (schema {found}, this version supports "
                f"{tables.VERSION}). Run that version, or set TRUENORTH_STORE to another location."
            )

    def close(self) -> None:
        """Give connections back."""
        self._database.close()

    # --- what was read -----------------------------------------------------------------------

    @again
    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Replace the last snapshot, all or nothing."""
        rows = [
            {"tracker": item.ref.tracker, "id": item.ref.id, "body": msgspec.json.encode(item)}
            for item in snapshot.items
        ]
        scope = dict.fromkeys(snapshot.as_of, 0)
        for item in snapshot.items:
            scope[item.ref.tracker] += int(item.in_scope)
        with self._database.ordered() as connection:
            for table in tables.SNAPSHOT:
                connection.execute(table.delete())
            if rows:
                connection.execute(tables.items.insert(), rows)
            pulls = [
                {"tracker": name, "as_of": at.isoformat(), "in_scope": scope[name]}
                for name, at in snapshot.as_of.items()
            ]
            connection.execute(tables.pulls.insert(), pulls)
            connection.execute(tables.about.delete().where(tables.about.c.name == "judged"))
            connection.execute(tables.about.insert().values(name="judged", value=snapshot.judged.isoformat()))
            if snapshot.counts:
                counts = [{"key_result": name, "value": value} for name, value in snapshot.counts.items()]
                connection.execute(tables.counts.insert(), counts)
            if snapshot.answers:
                connection.execute(tables.answers.insert(), [*map(_answer_row, snapshot.answers.items())])
            samples = [
                {
                    "key_result": name,
                    "day": one.on.isoformat(),
                    "value": one.value,
                    "source": one.source,
                }
                for name, one in snapshot.samples.items()
            ]
            if samples:
                connection.execute(tables.samples.insert(), samples)
            drawn = [
                {"key_result": name, "body": msgspec.json.encode(one)} for name, one in snapshot.drawn.items()
            ]
            if drawn:
                connection.execute(tables.drawn.insert(), drawn)
            histories = [
                {"tracker": ref.tracker, "id": ref.id, "body": msgspec.json.encode(spans)}
                for ref, spans in snapshot.histories.items()
            ]
            if histories:
                connection.execute(tables.histories.insert(), histories)
            gists = [
                {"tracker": ref.tracker, "id": ref.id, "body": msgspec.json.encode(gist)}
                for ref, gist in snapshot.gists.items()
            ]
            if gists:
                connection.execute(tables.gists.insert(), gists)

    @again
    def snapshot(self) -> Snapshot | None:
        """The last snapshot, or None when nothing was ever read. Raises StoreError also for one that is damaged."""
        try:
            with self._database.view() as connection:
                return _snapshot(connection)
        except (msgspec.MsgspecError, ValueError, sa.exc.NoResultFound) as error:
            where = self._database.where
            raise StoreError(f"the snapshot in the store {where} is damaged: {error}. {REBUILD}") from error

    @again
    def found_before(self) -> dict[str, int]:
        """How many items in scope the last run saw, by tracker."""
        with self.transaction() as connection:
            return {row.tracker: row.in_scope for row in connection.execute(sa.select(tables.pulls))}

    # --- what was told -----------------------------------------------------------------------

    @again
    def footings(self) -> dict[str, Footing]:
        """Where the work of each key result stood when its progress was last told."""
        with self.transaction() as connection:
            rows = connection.execute(sa.select(tables.footings)).all()
        decoder = msgspec.json.Decoder(Footing)
        return {row.key_result: decoder.decode(row.body) for row in rows}

    @again
    def save_footings(self, told: Mapping[str, Footing]) -> None:
        """Remember where work stands whose progress was told just now."""
        table = tables.footings
        rows = [{"key_result": id_, "body": msgspec.json.encode(one)} for id_, one in told.items()]
        if not rows:
            return
        with self._database.ordered() as connection:
            connection.execute(table.delete().where(table.c.key_result.in_(list(told))))
            connection.execute(table.insert(), rows)

    @again
    def told_updates(self) -> dict[Ref, Told]:
        """What the latest status update of ours on each item said, whatever became of it since."""
        with self.transaction() as connection:
            rows = connection.execute(sa.select(tables.updates)).all()
        decoder = msgspec.json.Decoder(Told)
        return {Ref(row.tracker, row.item): decoder.decode(row.body) for row in rows}

    @again
    def save_told_updates(self, told: Mapping[Ref, Told]) -> None:
        """Remember what was told just now."""
        table = tables.updates
        with self._database.ordered() as connection:
            for ref, one in told.items():
                here = (table.c.tracker == ref.tracker) & (table.c.item == ref.id)
                connection.execute(table.delete().where(here))
                row = {"tracker": ref.tracker, "item": ref.id, "body": msgspec.json.encode(one)}
                connection.execute(table.insert().values(row))

    # --- what failed -------------------------------------------------------------------------

    @again
    def quarantine(self) -> dict[Ref, Rest]:
        """Items whose writes failed."""
        with self.transaction() as connection:
            rows = connection.execute(sa.select(tables.quarantine)).all()
        return {
            Ref(row.tracker, row.item): Rest(row.reason, row.failures, datetime.fromisoformat(row.until))
            for row in rows
        }

    @again
    def stuck(self) -> list[Stuck]:
        """What rests, and what was begun and never closed, for people to read."""
        rests = self.quarantine()
        with self.transaction() as connection:
            keys = {
                Ref(row.tracker, row.item): row.key
                for row in connection.execute(sa.select(tables.quarantine))
            }
        found = [
            Stuck(
                keys[ref],
                f"{counted(why.failures, 'failed write')}, next attempt after {why.until:%Y-%m-%d %H:%M} UTC",
                why.reason,
            )
            for ref, why in sorted(rests.items())
        ]
        found += [
            Stuck(
                entry.key, "started, result unknown", "the next sync checks the item and completes the entry"
            )
            for entry in self.journal.open()
        ]
        return found

    @again
    def save_outcomes(self, receipts: Collection[Receipt], now: datetime) -> None:
        """Let items whose write failed rest, each time longer; what was written rests no more."""
        table, resting = tables.quarantine, self.quarantine()
        with self._database.ordered() as connection:
            for receipt in receipts:
                ref = receipt.item
                if receipt.outcome != "failed" and ref not in resting:
                    continue
                here = (table.c.tracker == ref.tracker) & (table.c.item == ref.id)
                connection.execute(table.delete().where(here))
                if receipt.outcome == "failed":
                    failures = resting[ref].failures + 1 if ref in resting else 1
                    row = {
                        "tracker": ref.tracker,
                        "item": ref.id,
                        "key": receipt.key,
                        "reason": redactor.text(receipt.error or ""),
                        "failures": failures,
                        "until": rest_after(failures, now).isoformat(),
                    }
                    connection.execute(table.insert().values(row))

    # --- runs --------------------------------------------------------------------------------

    @again
    def open_run(self, kind: str, at: datetime, configuration: str) -> int:
        """Begin a run; its outcome is "failed" until `close_run` says otherwise."""
        row = {
            "kind": kind,
            "at": at.isoformat(),
            "outcome": "failed",
            "configuration": configuration,
            "summary": {},
        }
        with self.transaction() as connection:
            key = connection.execute(tables.runs.insert().values(row)).inserted_primary_key
        return int(key[0]) if key else 0

    @again
    def close_run(self, run: int, outcome: str, summary: Mapping[str, Any]) -> None:
        """Say how a run ended; the summary is kept without secrets."""
        told = json.loads(redactor.text(json.dumps(dict(summary))))
        change = tables.runs.update().where(tables.runs.c.id == run).values(outcome=outcome, summary=told)
        with self.transaction() as connection:
            connection.execute(change)

    @again
    def last_run(self, *kinds: str) -> RunRecord | None:
        """The latest run, of one of the kinds if any are given."""
        query = sa.select(tables.runs).order_by(tables.runs.c.id.desc()).limit(1)
        if kinds:
            query = query.where(tables.runs.c.kind.in_(kinds))
        with self.transaction() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        at = datetime.fromisoformat(row.at)
        return RunRecord(row.id, row.kind, at, row.outcome, row.configuration, row.summary)

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


def _snapshot(connection: sa.Connection) -> Snapshot | None:
    pulls = connection.execute(sa.select(tables.pulls).order_by(tables.pulls.c.tracker)).all()
    if not pulls:
        return None
    judged = connection.execute(
        sa.select(tables.about.c.value).where(tables.about.c.name == "judged")
    ).scalar_one()
    decoder = msgspec.json.Decoder(WorkItem)
    items = [decoder.decode(body) for body in connection.execute(sa.select(tables.items.c.body)).scalars()]
    asked = connection.execute(sa.select(tables.answers).order_by(tables.answers.c.id)).mappings()
    return Snapshot(
        # Sorted here, since databases sort text as their locale says.
        items=tuple(sorted(items, key=lambda item: item.ref)),
        counts={row.key_result: row.value for row in connection.execute(sa.select(tables.counts))},
        as_of={row.tracker: datetime.fromisoformat(row.as_of) for row in pulls},
        judged=datetime.fromisoformat(judged),
        answers={
            Question(row["tracker"], NativeQuery(row["language"], row["text"])): frozenset(row["items"])
            for row in asked
        },
        samples={
            row.key_result: Sample(row.value, date.fromisoformat(row.day), row.source)
            for row in connection.execute(sa.select(tables.samples))
        },
        drawn={
            row.key_result: msgspec.json.decode(row.body, type=Drawn)
            for row in connection.execute(sa.select(tables.drawn))
        },
        histories={
            Ref(row.tracker, row.id): msgspec.json.decode(row.body, type=tuple[Span, ...])
            for row in connection.execute(sa.select(tables.histories))
        },
        gists={
            Ref(row.tracker, row.id): msgspec.json.decode(row.body, type=tuple[str, ...])
            for row in connection.execute(sa.select(tables.gists))
        },
    )


def _answer_row(answer: tuple[Question, frozenset[str]]) -> dict[str, Any]:
    question, found = answer
    return {
        "tracker": question.tracker,
        "language": question.query.language,
        "text": question.query.text,
        "items": sorted(found),
    }
