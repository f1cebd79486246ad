"""The journal: every write is recorded before it is sent, and closed after. It is also the audit trail."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from config.text.redaction import shown
from connectors.model import Outcome, Ref
from sync.memory import Entry, Stuck
from sync.plan.plan import Edit, plain_change
from sync.store import tables
from sync.store.database import Transaction, again, repeated
from sync.store.lease import Lease, assert_held

NEW_COMMENT = "new comment"
"""Stands in a journal entry beside the marks when the write puts a comment where none was."""

LANDED = "found complete by a later run"
LOST = "the run ended before the reply; not written, and planned again"


def operation_id(edit: Edit) -> str:
    """Names a write by its target, its kind and what is desired: equal for equal intents."""
    wanted = [[change.mark, plain_change(change.after)] for change in edit.changes]
    text = msgspec.json.encode([edit.item.ref.tracker, edit.item.ref.id, wanted])
    return hashlib.sha256(text).hexdigest()[:16]


class Journal:
    """The journal in the store behind `transaction`. Methods raise StoreError when it cannot be used."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    # --- writing ---------------------------------------------------------------------------------

    def begin(self, run: int, edits: Iterable[Edit], lease: Lease | None = None) -> dict[Ref, int]:
        """Record writes before they are sent, all or none; ids of the entries by item.

        When this fails, nothing may be written. Raises LeaseLost when another replica has taken over: the
        check and the record are one transaction, so a sleeper that wakes can record nothing.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [
            {
                "run": run,
                "tracker": edit.item.ref.tracker,
                "item": edit.item.ref.id,
                "key": edit.item.key,
                "what": _what(edit),
                "operation": operation_id(edit),
                "epoch": lease.epoch if lease else None,
                "at": at,
                "changes": msgspec.json.encode(_changes(edit)),
            }
            for edit in edits
        ]

        def record(connection: sa.Connection) -> dict[Ref, int]:
            if lease is not None:
                assert_held(connection, lease)
            table = tables.journal
            insert = table.insert().returning(table.c.tracker, table.c.item, table.c.id)
            return {Ref(row.tracker, row.item): row.id for row in connection.execute(insert, rows)}

        # Where a record was kept and the answer lost, the second one stands beside it: the next run closes the first.
        return repeated(self._transaction, record) if rows else {}

    def complete(self, entry: int, outcome: Outcome, error: str | None) -> None:
        """Record what became of a write; an error's words are kept without secrets."""
        reason = shown(error) if error is not None else None
        change = tables.journal.update().where(tables.journal.c.id == entry)
        change = change.values(outcome=outcome, error=reason)
        repeated(self._transaction, lambda connection: connection.execute(change))

    @again
    def compact(self, before: datetime) -> int:
        """Forget the details of closed entries older than `before`; how many.

        The rows stay: they prove which items were ever written to.
        """
        journal = tables.journal
        old = (
            journal.update()
            .where(journal.c.at < before.isoformat())
            .where(journal.c.outcome.is_not(None))
            .where(journal.c.changes.is_not(None))
            .values(changes=None)
        )
        with self._transaction() as connection:
            return int(connection.execute(old).rowcount)

    # --- reading ---------------------------------------------------------------------------------

    @again
    def written(self, tracker: str) -> frozenset[str]:
        """Ids of the tracker's items that a write was ever begun for."""
        query = sa.select(tables.journal.c.item).distinct().where(tables.journal.c.tracker == tracker)
        with self._transaction() as connection:
            return frozenset(connection.execute(query).scalars())

    @again
    def in_doubt(self, tracker: str, since: datetime) -> frozenset[str]:
        """Ids of the tracker's items to which a write did not end well, or whose run did not, in the run that was under way at
        `since` or later: what they show may not be what is known of them.
        """
        journal, runs = tables.journal.c, tables.runs.c
        under_way = sa.select(sa.func.max(runs.id)).where(runs.at <= since.isoformat()).scalar_subquery()
        query = (
            sa.select(journal.item)
            .distinct()
            .join(tables.runs, runs.id == journal.run)
            .where(journal.tracker == tracker, journal.run >= sa.func.coalesce(under_way, 0))
            .where(journal.outcome.is_(None) | (journal.outcome != "written") | (runs.outcome == "failed"))
        )
        with self._transaction() as connection:
            return frozenset(connection.execute(query).scalars())

    def failed_writes(self, run: int) -> list[Stuck]:
        """Writes of a run that did not land, by the last try at each item; their state is the outcome, or "unknown"."""
        last = {one.item: one for one in self.entries(run=run)}
        return [
            Stuck(
                one.key,
                one.outcome or "unknown",
                one.error or "the run ended before the reply",
                one.item.tracker,
            )
            for one in last.values()
            if one.outcome != "written"
        ]

    def open(self) -> list[Entry]:
        """Writes of runs before whose fate is unknown, oldest first."""
        return self._select(tables.journal.c.outcome.is_(None))

    def entries(self, *, run: int | None = None, items: Collection[Ref] | None = None) -> list[Entry]:
        """Recorded writes, oldest first: of one run, to some items, or all."""
        conditions: list[sa.ColumnElement[bool]] = []
        if run is not None:
            conditions.append(tables.journal.c.run == run)
        if items is not None:
            place = sa.tuple_(tables.journal.c.tracker, tables.journal.c.item)
            conditions.append(place.in_([(ref.tracker, ref.id) for ref in sorted(items)]))
        return self._select(*conditions)

    @again
    def keys(self) -> dict[Ref, frozenset[str]]:
        """Every key that each item ever written to had; one that moved has several."""
        journal = tables.journal.c
        found: defaultdict[Ref, set[str]] = defaultdict(set)
        with self._transaction() as connection:
            for row in connection.execute(sa.select(journal.tracker, journal.item, journal.key).distinct()):
                found[Ref(row.tracker, row.item)].add(row.key)
        return {ref: frozenset(keys) for ref, keys in found.items()}

    @again
    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[Entry]:
        journal, runs = tables.journal, tables.runs
        query = (
            sa.select(journal, runs.c.kind, runs.c.configuration)
            .join_from(journal, runs, journal.c.run == runs.c.id, isouter=True)
            .where(*conditions)
            .order_by(journal.c.id)
        )
        with self._transaction() as connection:
            return [_entry(row) for row in connection.execute(query)]


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        run=row.run,
        kind=row.kind or "",
        configuration=row.configuration or "",
        at=datetime.fromisoformat(row.at) if row.at else None,
        item=Ref(row.tracker, row.item),
        key=row.key,
        operation=row.operation or "",
        outcome=row.outcome,
        error=row.error,
        changes=msgspec.json.decode(row.changes) if row.changes else (),
    )


def _what(edit: Edit) -> list[str]:
    what: list[str] = [change.mark for change in edit.changes]
    what += [NEW_COMMENT for change in edit.changes if change.mark == "comment" and change.before is None]
    return sorted(what)


def _changes(edit: Edit) -> list[dict[str, object]]:
    return [
        {"mark": change.mark, "before": plain_change(change.before), "after": plain_change(change.after)}
        for change in edit.changes
    ]


def resolve(entry: Entry, shown: Mapping[str, object] | None) -> tuple[Outcome, str]:
    """What became of an open write, from the marks that its item shows now; None: the item is gone."""
    if shown is None:
        return "skipped", "the item no longer exists or was not read"
    landed = all(_told(shown.get(change["mark"])) == _told(change["after"]) for change in entry.changes)
    return ("written", LANDED) if landed and entry.changes else ("failed", LOST)


def _told(value: object) -> object:
    """A side of a change without what it leaves open, since versions differ in what marks can tell."""
    if isinstance(value, Mapping):
        return {name: _told(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    return value
