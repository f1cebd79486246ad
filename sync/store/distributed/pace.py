"""The pacing budget of a site and a credential, shared by all processes through the database."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Sequence
from uuid import uuid4

import msgspec
import sqlalchemy as sa
import structlog
from msgspec.json import Decoder

from connectors.http.pacing import EVERY, Shared
from connectors.http.rate_limits import Allowance
from sync.store.database import Database, StoreError
from sync.store.distributed import tables

log = structlog.get_logger(__name__)

FORGOTTEN = 10.0
"""Seconds after which a process that says nothing counts as gone."""

_KEPT = 3600.0
"""Seconds for which a reading is of use."""


class _Reading(msgspec.Struct):
    allowance: Allowance
    at: float
    """By the database's clock."""


_READINGS = Decoder(list[_Reading])


class SharedPace:
    """A `Pacer` of one process. Never raises: without the database each goes by what replies tell it."""

    def __init__(self, database: Database, site: str, secret: str) -> None:
        self._database = database
        self._site = site[:300]
        # Long secrets cannot be guessed from it, and short ones are refused (config.settings.token).
        self._credential = hashlib.sha256(f"{site}\n{secret}".encode()).hexdigest()
        self._process = uuid4().hex
        self._lock = threading.Lock()
        self._next = 0.0
        self._is_silent = False

    def exchange(
        self, outstanding: int, pause: float, readings: Sequence[tuple[Allowance, float]]
    ) -> Shared | None:
        """See `Pacer.exchange`."""
        with self._lock:
            if time.monotonic() < self._next:
                return None
            self._next = time.monotonic() + EVERY
        try:
            found = self._exchanged(outstanding, pause, readings)
        except StoreError as error:
            if not self._is_silent:
                log.warning("cannot share the pace with other processes", cause=str(error))
            self._is_silent = True
            return None
        self._is_silent = False
        return found

    def _exchanged(
        self, outstanding: int, pause: float, readings: Sequence[tuple[Allowance, float]]
    ) -> Shared:
        table = tables.paces
        here = (table.c.site == self._site) & (table.c.credential == self._credential)
        with self._database.transaction() as connection:
            now = float(connection.execute(sa.select(tables.NOW)).scalar_one())
            told = [_Reading(one, now - age) for one, age in readings]
            row = {
                "site": self._site,
                "credential": self._credential,
                "process": self._process,
                "outstanding": outstanding,
                "paused_until": now + pause if pause > 0 else 0.0,
                "readings": msgspec.json.encode(told),
                "seen": now,
            }
            mine = here & (table.c.process == self._process)
            if connection.execute(table.update().where(mine).values(row)).rowcount == 0:
                connection.execute(table.insert().values(row))
            rows = connection.execute(sa.select(table).where(here & (table.c.process != self._process))).all()
            if gone := [row.process for row in rows if now - row.seen > _KEPT]:
                connection.execute(table.delete().where(here & table.c.process.in_(gone)))
        latest: dict[str, _Reading] = {}
        for row_ in rows:
            for one in _READINGS.decode(row_.readings):
                known = latest.get(one.allowance.name)
                if known is None or one.at > known.at:
                    latest[one.allowance.name] = one
        alive = [row_ for row_ in rows if now - row_.seen <= FORGOTTEN]
        return Shared(
            sum(row_.outstanding for row_ in alive),
            1 + len(alive),
            max([0.0, *(row_.paused_until - now for row_ in rows)]),
            tuple((one.allowance, now - one.at) for one in latest.values()),
        )

    def close(self) -> None:
        """Tell the others that this process asks no more."""
        table = tables.paces
        mine = (table.c.site == self._site) & (table.c.process == self._process)
        try:
            with self._database.transaction() as connection:
                connection.execute(table.update().where(mine).values(outstanding=0, seen=sa.literal(0.0)))
        except StoreError:
            return  # it is forgotten by itself
