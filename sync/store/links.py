"""Work that lost its links, in the store: read with the rest of the memory, and written where it changed and nowhere else."""

from __future__ import annotations

import contextlib
from datetime import date

import sqlalchemy as sa

from connectors.model import Ref
from sync.signals.grace import LinkDays
from sync.store import tables
from sync.store.database import Database, again

MOST_AT_ONCE = 500
"""Rows that one statement removes: SQLite takes 999 parameters, in older builds."""


class LostLinks:
    """What is remembered of work that lost its links. Methods raise StoreError when the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @again
    def add(self, days: LinkDays) -> None:
        """Remember this of items of which nothing is remembered yet."""
        with self._database.ordered() as connection:
            known = read_links(connection)
            save_links(connection, {ref: day for ref, day in days.items() if ref not in known})


def read_links(connection: sa.Connection) -> dict[Ref, date | None]:
    """All that is remembered. A day that means nothing counts as none: the work was linked, which is all that is known."""
    return {
        Ref(row.tracker, row.item): _day(row.day) for row in connection.execute(sa.select(tables.lost_links))
    }


def _day(text: str | None) -> date | None:
    with contextlib.suppress(ValueError):
        return date.fromisoformat(text) if text else None
    return None


def save_links(connection: sa.Connection, days: LinkDays, forgotten: frozenset[Ref] = frozenset()) -> None:
    """Remember what is new or other than before, and forget the rest of what changed; nothing is written for nothing."""
    if not days and not forgotten:
        return
    table = tables.lost_links
    there: dict[str, list[str]] = {}
    for ref in sorted(read_links(connection).keys() & {*days, *forgotten}):
        there.setdefault(ref.tracker, []).append(ref.id)
    for tracker, ids in there.items():
        for start in range(0, len(ids), MOST_AT_ONCE):
            here = table.c.item.in_(ids[start : start + MOST_AT_ONCE])
            connection.execute(table.delete().where(table.c.tracker == tracker).where(here))
    rows = [
        {"tracker": ref.tracker, "item": ref.id, "day": day.isoformat() if day else None}
        for ref, day in sorted(days.items(), key=lambda one: one[0])
    ]
    if rows:
        connection.execute(table.insert(), rows)
