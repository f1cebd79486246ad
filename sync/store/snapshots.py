"""The last observation in the store: the items, how each tracker was read, and a table for every section beside them.

Only what differs is written. A generation grows with every change by which something can be decided otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.json import Decoder

from config.text.redaction import redactor
from connectors.model import NOTHING, Marks, Ref, WorkItem
from sync.observation import KnownPull, Observation, Unread
from sync.signals.grace import LinkDays
from sync.store import tables
from sync.store.database import REBUILD, Database, StoreError, again
from sync.store.links import save_links
from sync.store.observed.items import StoredItems, read_items, read_some, read_unmarked, save_all, save_some
from sync.store.observed.landing import StoredLanding
from sync.store.observed.pulls import read_pulls, save_known, save_pulls, with_items
from sync.store.observed.sections import NO_NEWS, SECTIONS, body, read_section, save_section
from sync.store.observed.settled import SettledDecision

_NO_LINKS: LinkDays = {}
_UNREAD = body(Decoder(Unread))
_SMALL = tuple(one for one in SECTIONS if one.field not in NO_NEWS or one.field == "drift")


@dataclass(frozen=True, slots=True)
class _Base:
    """What this process knows to be stored, as the very values that it read or wrote, and at which revision."""

    revision: int
    observation: Observation
    items: Mapping[Ref, WorkItem]


class Snapshots:
    """The last observation. Methods raise StoreError when the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._base: _Base | None = None
        self.settled = SettledDecision(database)

    # --- writing ---------------------------------------------------------------------------------

    @again
    def save(
        self, observation: Observation, links: LinkDays = _NO_LINKS, forgotten: frozenset[Ref] = frozenset()
    ) -> None:
        """Let this be the last observation, all or nothing; with it what changed of the work that lost its links.

        What it shares with what was read here last is not looked at; what another process wrote meanwhile is compared.
        """
        with self._database.ordered() as connection:
            revision = _number(connection, "revision")
            base = self._base if self._base is not None and self._base.revision == revision else None
            moved = save_all(connection, observation.items, base.items if base else None)
            save_pulls(connection, observation, moved)
            known = base.observation if base else None
            differ = [one.field for one in SECTIONS if save_section(connection, one, observation, known)]
            if not NO_NEWS.issuperset(differ):
                _grow(connection, "generation")
            _save_unread(connection, observation.unread)
            _say(connection, "judged", observation.at.isoformat())
            save_links(connection, links, forgotten)
            revision = _grow(connection, "revision")
        self._base = _Base(revision, observation, {item.ref: item for item in observation.items})

    @again
    def keep_unchanged(self, pulls: Iterable[KnownPull], items: Iterable[WorkItem], at: datetime) -> None:
        """Keep of a read for `at` in which nothing changed that is decided upon where the next one goes on, and the items that
        came back no other than they were.
        """
        with self._database.ordered() as connection:
            save_some(connection, items)
            save_known(connection, pulls, read_pulls(connection))
            _say(connection, "judged", at.isoformat())
            _grow(connection, "revision")
        self._base = None

    def unmark(self, refs: Collection[Ref]) -> None:
        """Know of these items that they show nothing of ours any more."""
        self.mark(dict.fromkeys(refs, NOTHING))

    @again
    def mark(self, shown: Mapping[Ref, Marks]) -> None:
        """Know of these items what they show by now."""
        with self._database.ordered() as connection:
            found = read_some(connection, shown)
            moved = save_some(connection, [replace(one, shown=shown[ref]) for ref, one in found.items()])
            known = read_pulls(connection)
            grown = [replace(one, generation=one.generation + (name in moved)) for name, one in known.items()]
            save_known(connection, grown, known)
            _grow(connection, "revision")
        self._base = None

    # --- reading ---------------------------------------------------------------------------------

    def last(self) -> Observation | None:
        """The last observation, or None when nothing was ever read. Raises StoreError also for one that is damaged."""
        found = self._read(_last)
        self._base = None if found is None else found
        return None if found is None else found.observation

    def last_without_items(self) -> Observation | None:
        """The last observation as far as it is small: its items are not there, nor what follows from them, such as keywords."""
        found: Observation | None = self._read(_small)
        return found

    @again
    def pulls(self) -> dict[str, KnownPull]:
        """What is known of each tracker without its items, by name in order."""
        with self._database.transaction() as connection:
            return read_pulls(connection)

    @again
    def generation(self) -> str:
        """Always the same while nothing changed by which something can be decided otherwise."""
        with self._database.view() as connection:
            pulls = read_pulls(connection)
            parts = [
                _number(connection, "generation"),
                *(f"{name}={one.generation}" for name, one in pulls.items()),
            ]
        return " ".join(map(str, parts))

    @again
    def revision(self) -> int:
        """Another number after whatever is written of what was read."""
        with self._database.view() as connection:
            return _number(connection, "revision")

    def known(self, tracker: str) -> StoredItems:
        """The items of a tracker, to be asked for some of them."""
        return StoredItems(self._database, tracker)

    @again
    def unmarked(self, refs: Collection[Ref]) -> dict[Ref, WorkItem]:
        """Those of the items that are known, as if nothing of ours were shown on them."""
        with self._database.transaction() as connection:
            return read_unmarked(connection, refs)

    def landing(self, tracker: str) -> StoredLanding:
        """Where the pages of a whole read of a tracker are kept until it is complete."""
        return StoredLanding(self._database, tracker)

    def _read(self, how: Any) -> Any:
        @again
        def read() -> Any:
            try:
                with self._database.view() as connection:
                    return how(connection)
            except (msgspec.MsgspecError, ValueError, KeyError, sa.exc.NoResultFound) as error:
                where = self._database.where
                raise StoreError(
                    f"the snapshot in the store {where} is damaged: {error}. {REBUILD}"
                ) from error

        return read()


def _last(connection: sa.Connection) -> _Base | None:
    pulls = read_pulls(connection)
    if not pulls:
        return None
    items = read_items(connection)
    sections: dict[str, Any] = {}
    for one in SECTIONS:
        sections |= read_section(connection, one)
    whole = replace(_around(connection, pulls, sections), pulls=with_items(pulls, items))
    return _Base(_number(connection, "revision"), whole, {item.ref: item for item in items})


def _small(connection: sa.Connection) -> Observation | None:
    pulls = read_pulls(connection)
    if not pulls:
        return None
    sections: dict[str, Any] = {}
    for one in _SMALL:
        sections |= read_section(connection, one)
    return _around(connection, pulls, sections)


def _around(
    connection: sa.Connection, pulls: Mapping[str, KnownPull], sections: Mapping[str, Any]
) -> Observation:
    about = tables.about.c
    at = connection.execute(sa.select(about.value).where(about.name == "judged")).scalar_one()
    unread = connection.execute(sa.select(tables.unread).order_by(tables.unread.c.place)).mappings().all()
    return Observation(
        tuple(one.pull for one in pulls.values()),
        datetime.fromisoformat(at),
        **sections,
        unread=tuple(map(_UNREAD.read, unread)),
        reads={name: one.state for name, one in pulls.items()},
    )


def _save_unread(connection: sa.Connection, unread: Iterable[Unread]) -> None:
    rows = [{"place": at} | _UNREAD.write(_redacted(one)) for at, one in enumerate(unread)]
    table = tables.unread
    known = [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.place)).mappings()]
    if rows != known:
        connection.execute(table.delete())
        if rows:
            connection.execute(table.insert(), rows)


def _redacted(one: Unread) -> Unread:
    return replace(one, what=redactor.text(one.what), remedy=redactor.text(one.remedy))


def _number(connection: sa.Connection, name: str) -> int:
    about = tables.about.c
    return int(connection.execute(sa.select(about.value).where(about.name == name)).scalar() or 0)


def _grow(connection: sa.Connection, name: str) -> int:
    number = _number(connection, name) + 1
    _say(connection, name, str(number))
    return number


def _say(connection: sa.Connection, name: str, value: str) -> None:
    table = tables.about
    if not connection.execute(table.update().where(table.c.name == name).values(value=value)).rowcount:
        connection.execute(table.insert().values(name=name, value=value))
