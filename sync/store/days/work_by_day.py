"""Where the running work went, in the store, by the day that was read: a small row for each objective and category."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from sync.signals.work_by_day import KeptSlice
from sync.store import tables
from sync.store.database import Database, again


class WorkByDay:
    """Where the work went by day. Methods raise StoreError when the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @again
    def all(self) -> tuple[KeptSlice, ...]:
        """All that is kept, oldest first."""
        with self._database.transaction() as connection:
            return tuple(one for some in read_work_by_day(connection).values() for one in some)

    @again
    def add(self, kept: Iterable[KeptSlice]) -> None:
        """Keep these beside what is there, of days of which there is nothing."""
        table = tables.work_by_day
        with self._database.ordered() as connection:
            known = set(connection.execute(sa.select(table.c.day).distinct()).scalars())
            rows = [row for row in map(_columns, kept) if row["day"] not in known]
            if rows:
                connection.execute(table.insert(), rows)


def read_work_by_day(connection: sa.Connection) -> dict[date, list[KeptSlice]]:
    """All that is kept, by day, oldest first; rows whose day is none are left out."""
    table, found = tables.work_by_day, dict[date, list[KeptSlice]]()
    for row in connection.execute(sa.select(table).order_by(table.c.day, table.c.kind, table.c.name)):
        with contextlib.suppress(ValueError):
            one = KeptSlice(date.fromisoformat(row.day), row.kind, row.name, row.pieces, row.share)
            found.setdefault(one.day, []).append(one)
    return found


def replace_work_of(connection: sa.Connection, day: date, kept: Sequence[KeptSlice]) -> None:
    """Keep this of a day, in place of what was kept of it."""
    table = tables.work_by_day
    connection.execute(table.delete().where(table.c.day == day.isoformat()))
    if kept:
        connection.execute(table.insert(), [_columns(one) for one in kept])


def _columns(one: KeptSlice) -> dict[str, object]:
    return {
        "day": one.day.isoformat(),
        "kind": one.kind,
        "name": one.name,
        "pieces": one.pieces,
        "share": one.share,
    }
