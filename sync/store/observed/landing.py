"""Pages of a whole read in the store, until the read is complete: `connectors.changes.Landing`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from sync.store import tables
from sync.store.database import Database, again

_landings, _pages = tables.landings, tables.landed_pages


class StoredLanding:
    """The landing of one tracker. Threads may share it; each page is a transaction of its own. Methods raise StoreError."""

    def __init__(self, database: Database, tracker: str) -> None:
        self._database = database
        self._tracker = tracker
        self._begun: datetime | None = None
        self._resumed = False

    @property
    def begun(self) -> datetime | None:
        """See `Landing.begun`."""
        return self._begun

    @property
    def resumed(self) -> bool:
        """Whether an earlier attempt had begun what `begin` was told of: its pages may be older than this run."""
        return self._resumed

    @again
    def begin(self, at: datetime, about: str) -> None:
        """See `Landing.begin`: pages of another read are dropped."""
        here = _landings.c.tracker == self._tracker
        with self._database.ordered() as connection:
            row = connection.execute(sa.select(_landings).where(here)).first()
            if row is not None and row.about == about:
                self._begun, self._resumed = datetime.fromisoformat(row.begun), True
                return
            self._drop(connection)
            named = {"tracker": self._tracker, "begun": at.isoformat(), "about": about}
            connection.execute(_landings.insert().values(named))
        self._begun, self._resumed = at, False

    @again
    def page(self, name: str) -> bytes | None:
        """See `Landing.page`."""
        here = (_pages.c.tracker == self._tracker) & (_pages.c.name == name)
        with self._database.transaction() as connection:
            found: bytes | None = connection.execute(sa.select(_pages.c.body).where(here)).scalar()
        return found

    @again
    def keep(self, name: str, page: bytes) -> None:
        """See `Landing.keep`."""
        here = (_pages.c.tracker == self._tracker) & (_pages.c.name == name)
        with self._database.ordered() as connection:
            connection.execute(_pages.delete().where(here))
            connection.execute(_pages.insert().values(tracker=self._tracker, name=name, body=page))

    @again
    def drop(self) -> None:
        """Forget all of it: the read is complete."""
        with self._database.ordered() as connection:
            self._drop(connection)

    def _drop(self, connection: sa.Connection) -> None:
        connection.execute(_pages.delete().where(_pages.c.tracker == self._tracker))
        connection.execute(_landings.delete().where(_landings.c.tracker == self._tracker))
