"""The last observation in the store: the items, when each tracker was read, and a table for every section beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec.json import Decoder

from config.text.redaction import redactor
from config.trackers import NativeQuery
from connectors.model import NOTHING, Marks, Pull, Ref, StatusSpan, WorkItem
from sync.observation import FieldValues, KeyName, KeyTarget, LostItem, Observation, RuleQuery, Sample, Unread
from sync.signals.grace import LinkDays
from sync.store import tables
from sync.store.database import REBUILD, Database, StoreError, again
from sync.store.links import save_links

T = TypeVar("T")
StoredRow = Mapping[str, Any] | sa.RowMapping
_NO_LINKS: LinkDays = {}


@dataclass(frozen=True, slots=True)
class Columns(Generic[T]):
    """How a value becomes columns, and columns the value."""

    write: Callable[[T], dict[str, Any]]
    read: Callable[[StoredRow], T]


@dataclass(frozen=True, slots=True)
class StoredSection:
    """A mapping in the observation, by the name of its field, and the table that holds it."""

    field: str
    table: sa.Table
    key: Columns[Any]
    value: Columns[Any]


def _body(decoder: Decoder[T]) -> Columns[T]:
    return Columns(
        lambda value: {"body": msgspec.json.encode(value)}, lambda row: decoder.decode(row["body"])
    )


_KEY_RESULT: Columns[str] = Columns(lambda name: {"key_result": name}, lambda row: row["key_result"])
_REF: Columns[Ref] = Columns(
    lambda ref: {"tracker": ref.tracker, "id": ref.id}, lambda row: Ref(row["tracker"], row["id"])
)
_QUERY: Columns[RuleQuery] = Columns(
    lambda one: {"tracker": one.tracker, "language": one.query.language, "text": one.query.text},
    lambda row: RuleQuery(row["tracker"], NativeQuery(row["language"], row["text"])),
)
_NUMBER: Columns[int] = Columns(lambda number: {"value": number}, lambda row: row["value"])
_IDS: Columns[frozenset[str]] = Columns(
    lambda ids: {"items": sorted(ids)}, lambda row: frozenset(row["items"])
)
_SAMPLE: Columns[Sample] = Columns(
    lambda one: {"day": one.on.isoformat(), "value": one.value, "source": one.source},
    lambda row: Sample(row["value"], date.fromisoformat(row["day"]), row["source"]),
)
_KEY_NAME: Columns[KeyName] = Columns(
    lambda one: {"tracker": one.tracker, "kind": one.kind, "name": one.name},
    lambda row: KeyName(row["tracker"], row["kind"], row["name"]),
)
_ITEM = _body(Decoder(WorkItem))
_UNREAD = _body(Decoder(Unread))

SECTIONS = (
    StoredSection("counts", tables.counts, _KEY_RESULT, _NUMBER),
    StoredSection("answers", tables.answers, _QUERY, _IDS),
    StoredSection("samples", tables.samples, _KEY_RESULT, _SAMPLE),
    StoredSection("field_values", tables.drawn, _KEY_RESULT, _body(Decoder(FieldValues))),
    StoredSection("histories", tables.histories, _REF, _body(Decoder(tuple[StatusSpan, ...]))),
    StoredSection("keywords", tables.gists, _REF, _body(Decoder(tuple[str, ...]))),
    StoredSection("resolved", tables.resolved_keys, _KEY_NAME, _body(Decoder(KeyTarget))),
    StoredSection("lost", tables.lost, _REF, _body(Decoder(LostItem))),
)
"""What is observed beside the items. One more is one more line here, and its table."""


class Snapshots:
    """The last observation. Methods raise StoreError when the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @again
    def save(
        self, observation: Observation, links: LinkDays = _NO_LINKS, forgotten: frozenset[Ref] = frozenset()
    ) -> None:
        """Replace the last observation, all or nothing; with it what changed of the work that lost its links."""
        items = [_REF.write(one.ref) | _ITEM.write(one) for one in observation.items]
        pulls = [
            {
                "tracker": one.tracker,
                "as_of": one.as_of.isoformat(),
                "in_scope": sum(item.in_scope for item in one.items),
            }
            for one in observation.pulls
        ]
        with self._database.ordered() as connection:
            _replace(connection, tables.items, items)
            _replace(connection, tables.pulls, pulls)
            for one in SECTIONS:
                found: Mapping[Any, Any] = getattr(observation, one.field)
                rows = [one.key.write(key) | one.value.write(value) for key, value in found.items()]
                _replace(connection, one.table, rows)
            unread = [
                {"place": at} | _UNREAD.write(_redacted(one)) for at, one in enumerate(observation.unread)
            ]
            _replace(connection, tables.unread, unread)
            connection.execute(tables.about.delete().where(tables.about.c.name == "judged"))
            connection.execute(tables.about.insert().values(name="judged", value=observation.at.isoformat()))
            save_links(connection, links, forgotten)

    def unmark(self, refs: Collection[Ref]) -> None:
        """Know of these items that they show nothing of ours any more."""
        self.mark(dict.fromkeys(refs, NOTHING))

    @again
    def mark(self, shown: Mapping[Ref, Marks]) -> None:
        """Know of these items what they show by now."""
        with self._database.ordered() as connection:
            rows = connection.execute(sa.select(tables.items)).mappings()
            found = ((row, shown[ref]) for row in rows if (ref := _REF.read(row)) in shown)
            for item in [replace(_ITEM.read(row), shown=marks) for row, marks in found]:
                here = (tables.items.c.tracker == item.ref.tracker) & (tables.items.c.id == item.ref.id)
                connection.execute(tables.items.update().where(here).values(_ITEM.write(item)))

    @again
    def last(self) -> Observation | None:
        """The last observation, or None when nothing was ever read. Raises StoreError also for one that is damaged."""
        try:
            with self._database.view() as connection:
                return _last(connection)
        except (msgspec.MsgspecError, ValueError, sa.exc.NoResultFound) as error:
            where = self._database.where
            raise StoreError(f"the snapshot in the store {where} is damaged: {error}. {REBUILD}") from error


def _redacted(one: Unread) -> Unread:
    return replace(one, what=redactor.text(one.what), remedy=redactor.text(one.remedy))


def _replace(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(table.delete())
    if rows:
        connection.execute(table.insert(), rows)


def _last(connection: sa.Connection) -> Observation | None:
    pulls = connection.execute(sa.select(tables.pulls).order_by(tables.pulls.c.tracker)).all()
    if not pulls:
        return None
    at = connection.execute(
        sa.select(tables.about.c.value).where(tables.about.c.name == "judged")
    ).scalar_one()
    sections: dict[str, Any] = {one.field: _section(connection, one) for one in SECTIONS}
    unread = connection.execute(sa.select(tables.unread).order_by(tables.unread.c.place)).mappings().all()
    rows = connection.execute(sa.select(tables.items.c.body)).mappings()
    items: dict[str, list[WorkItem]] = {row.tracker: [] for row in pulls}
    # Sorted here, since databases sort text as their locale says.
    for item in sorted(map(_ITEM.read, rows), key=lambda item: item.ref):
        items[item.ref.tracker].append(item)
    return Observation(
        tuple(
            Pull(row.tracker, tuple(items[row.tracker]), datetime.fromisoformat(row.as_of)) for row in pulls
        ),
        datetime.fromisoformat(at),
        **sections,
        unread=tuple(map(_UNREAD.read, unread)),
    )


def _section(connection: sa.Connection, section: StoredSection) -> dict[Any, Any]:
    rows = connection.execute(sa.select(section.table)).mappings()
    return {section.key.read(row): section.value.read(row) for row in rows}
