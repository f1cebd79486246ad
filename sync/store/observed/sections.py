"""What is observed beside the items: a mapping each, and the table that holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec.json import Decoder

from config.trackers import NativeQuery
from connectors.model import AssigneeSpan, FlagSpan, Ref, StatusSpan
from sync.observation import Drift, FieldValues, KeyName, KeyTarget, LostItem, Observation, RuleQuery, Sample
from sync.store import tables

T = TypeVar("T")
StoredRow = Mapping[str, Any] | sa.RowMapping


@dataclass(frozen=True, slots=True)
class Columns(Generic[T]):
    """How a value becomes columns, and columns the value."""

    write: Callable[[T], dict[str, Any]]
    read: Callable[[StoredRow], T]


@dataclass(frozen=True, slots=True)
class StoredSection:
    """A mapping in the observation, by the name of its field, and the table that holds it.

    `dated`: the field that says of which version of its item each value is; then an item may also have no value.
    """

    field: str
    table: sa.Table
    key: Columns[Any]
    value: Columns[Any]
    dated: str = ""


def body(decoder: Decoder[T]) -> Columns[T]:
    """A value in one column, as JSON."""
    return Columns(lambda value: {"body": _encode(value)}, lambda row: decoder.decode(row["body"]))


_encode = msgspec.json.Encoder(order="deterministic").encode

REF: Columns[Ref] = Columns(
    lambda ref: {"tracker": ref.tracker, "id": ref.id}, lambda row: Ref(row["tracker"], row["id"])
)
_KEY_RESULT: Columns[str] = Columns(lambda name: {"key_result": name}, lambda row: row["key_result"])
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
_SPANS = body(Decoder(tuple[StatusSpan, ...] | None))
_PEOPLE = body(Decoder(tuple[AssigneeSpan, ...] | None))
_FLAGS = body(Decoder(tuple[FlagSpan, ...]))
_WORDS = body(Decoder(tuple[str, ...] | None))

SECTIONS = (
    StoredSection("counts", tables.counts, _KEY_RESULT, _NUMBER),
    StoredSection("answers", tables.answers, _QUERY, _IDS),
    StoredSection("samples", tables.samples, _KEY_RESULT, _SAMPLE),
    StoredSection("field_values", tables.drawn, _KEY_RESULT, body(Decoder(FieldValues))),
    StoredSection("histories", tables.histories, REF, _SPANS, dated="histories_of"),
    StoredSection("assigned", tables.assigned, REF, _PEOPLE, dated="assigned_of"),
    StoredSection("flagged", tables.flagged, REF, _FLAGS),
    StoredSection("keywords", tables.gists, REF, _WORDS, dated="keywords_of"),
    StoredSection("resolved", tables.resolved_keys, _KEY_NAME, body(Decoder(KeyTarget))),
    StoredSection("lost", tables.lost, REF, body(Decoder(LostItem))),
    StoredSection("drift", tables.drift, REF, body(Decoder(Drift))),
)
"""What is observed beside the items. One more is one more line here, and its table."""

NO_NEWS = frozenset({"histories", "assigned", "flagged", "keywords", "drift"})
"""What follows from the items, or is only told: that it changed moves no generation by itself."""


def read_section(connection: sa.Connection, section: StoredSection) -> dict[str, Any]:
    """A section as the fields of an observation; two where its values are dated."""
    values, dates = {}, {}
    for row in connection.execute(sa.select(section.table)).mappings():
        key, value = section.key.read(row), section.value.read(row)
        if value is not None:
            values[key] = value
        if section.dated and row["updated"]:
            dates[key] = datetime.fromisoformat(row["updated"])
    return {section.field: values} | ({section.dated: dates} if section.dated else {})


def save_section(
    connection: sa.Connection, section: StoredSection, new: Observation, before: Observation | None
) -> bool:
    """Write what differs of a section, and nothing else; whether anything did. `before`: what is stored, where it is known."""
    known = _stored(connection, section) if before is None else _values(section, before)
    values = _values(section, new)
    gone = [key for key in known if key not in values]
    changed = {key: one for key, one in values.items() if key not in known or known[key] != one}
    _delete(connection, section, [*gone, *(key for key in changed if key in known)])
    rows = [_row(section, key, *value) for key, value in changed.items()]
    if rows:
        connection.execute(section.table.insert(), rows)
    return bool(gone or changed)


_Dated = tuple[Any, datetime | None]
"""A value, and of which version of its item it is."""


def _values(section: StoredSection, observation: Observation) -> dict[Any, _Dated]:
    values: Mapping[Any, Any] = getattr(observation, section.field)
    dates: Mapping[Any, datetime] = getattr(observation, section.dated) if section.dated else {}
    keys: Iterator[Any] = iter(dict.fromkeys((*values, *dates)))
    return {key: (values.get(key), dates.get(key)) for key in keys}


def _stored(connection: sa.Connection, section: StoredSection) -> dict[Any, _Dated]:
    found = read_section(connection, section)
    values, dates = found[section.field], found.get(section.dated, {})
    return {key: (values.get(key), dates.get(key)) for key in dict.fromkeys((*values, *dates))}


def _row(section: StoredSection, key: Any, value: Any, of: datetime | None) -> dict[str, Any]:
    dated = {"updated": of.isoformat() if of else None} if section.dated else {}
    return section.key.write(key) | section.value.write(value) | dated


def _delete(connection: sa.Connection, section: StoredSection, keys: list[Any]) -> None:
    if not keys:
        return
    columns = list(section.key.write(keys[0]))
    here = sa.and_(*(section.table.c[name] == sa.bindparam(f"of_{name}") for name in columns))
    given = [{f"of_{name}": value for name, value in section.key.write(key).items()} for key in keys]
    connection.execute(section.table.delete().where(here), given)
