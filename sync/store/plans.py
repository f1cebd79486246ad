"""The plans that this store saved to files: which they are, and which of them was applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from sync.store import tables
from sync.store.database import Database, again


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A saved plan, by the hash of its file's content. `applied`: when it was, None as long as it was not."""

    content: str
    applied: datetime | None = None


class Plans:
    """What is remembered of plans."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @again
    def find(self, content: str) -> SavedPlan | None:
        """The plan with this content, if it is one that this store saved or applied."""
        query = sa.select(tables.plans).where(tables.plans.c.content == content)
        with self._database.transaction() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return SavedPlan(row.content, datetime.fromisoformat(row.applied_at) if row.applied_at else None)

    def save(self, content: str, made: datetime, configuration: str) -> None:
        """Remember a plan that is being saved."""
        self._put(content, made, configuration, None)

    def applied(self, content: str, made: datetime, configuration: str, at: datetime) -> None:
        """Remember that a plan was applied, known before or not."""
        self._put(content, made, configuration, at)

    @again
    def _put(self, content: str, made: datetime, configuration: str, at: datetime | None) -> None:
        row = {
            "content": content,
            "made": made.isoformat(),
            "configuration": configuration,
            "applied_at": at.isoformat() if at else None,
        }
        with self._database.ordered() as connection:
            connection.execute(tables.plans.delete().where(tables.plans.c.content == content))
            connection.execute(tables.plans.insert().values(row))
