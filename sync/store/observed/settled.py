"""The last decision that left nothing to write, in the store: one row, and what commands show of it in another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from sync.store import tables
from sync.store.database import Database, again

_table = tables.settled
_looks = sa.Table(
    "settled_looks",
    tables.metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("since", sa.String(32), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""One row beside the other, which runs need not read: what commands show of that decision. `since`: of which it is."""
_ONLY = 1


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision after which nothing is left to write.

    - `digest`: of all that it was decided by. `until`: when it may be another one though nothing changed.
    - `run`: the latest sync that it holds for. `since`: when it was decided. `standing`: what people are told of it.
    """

    digest: str
    run: int
    since: datetime
    until: datetime
    standing: dict[str, Any]


class SettledDecision:
    """The row. Methods raise StoreError when the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @again
    def last(self) -> Settled | None:
        """The last such decision, unless it was forgotten."""
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(_table)).first()
        if row is None:
            return None
        since, until = (datetime.fromisoformat(text) for text in (row.since, row.until))
        return Settled(row.digest, row.run, since, until, msgspec.json.decode(row.body))

    @again
    def looks(self, one: Settled) -> bytes | None:
        """What commands show of that decision, where it was kept."""
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(_looks)).first()
        return row.body if row is not None and row.since == one.since.isoformat() else None

    @again
    def keep(self, one: Settled, looks: bytes = b"") -> None:
        """Let this be the last one. `looks`: what commands show of it."""
        row = {
            "id": _ONLY,
            "digest": one.digest,
            "run": one.run,
            "since": one.since.isoformat(),
            "until": one.until.isoformat(),
            "body": msgspec.json.encode(one.standing),
        }
        with self._database.ordered() as connection:
            connection.execute(_table.delete())
            connection.execute(_table.insert().values(row))
            connection.execute(_looks.delete())
            if looks:
                kept = {"id": _ONLY, "since": row["since"], "body": looks}
                connection.execute(_looks.insert().values(kept))

    @again
    def forget(self) -> None:
        """There is none: what is decided next is to be written."""
        with self._database.ordered() as connection:
            connection.execute(_table.delete())
            connection.execute(_looks.delete())

    @again
    def holds_for(self, run: int) -> None:
        """It holds for this sync as well."""
        with self._database.ordered() as connection:
            connection.execute(_table.update().values(run=run))

    @again
    def is_latest(self, one: Settled, run: int) -> bool:
        """Whether since then nothing but plans ran before this `run`, and no write is open."""
        runs, journal = tables.runs.c, tables.journal.c
        later = sa.select(runs.id).where(runs.id > one.run, runs.id != run, runs.kind != "plan").limit(1)
        open_ = sa.select(journal.id).where(journal.outcome.is_(None)).limit(1)
        with self._database.transaction() as connection:
            return connection.execute(later).first() is None and connection.execute(open_).first() is None
