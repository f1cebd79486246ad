"""The whole world as one canonical JSON text, to compare before and after byte by byte.

It holds what people and clients wrote: every row of both trackers with its fields, labels, comments,
properties, links and attachments, in the order of their ids. Left out is what a tracker keeps for itself:
times of change (unless asked for), histories, counters, search indices, and lists that only repeat the
other end of a reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

import msgspec

from connectors.sandbox.company import Person
from connectors.sandbox.jira.state import IssueType, LinkType, NamedValue, Status
from connectors.sandbox.linear.entity_base import Entity
from connectors.sandbox.world import World

_NO_TABLES = frozenset({"keys", "identifiers", "index", "notifications", "tasks"})
_NEVER = frozenset({"history", "past", "children", "last_number", "last_applied_at"})
_TIMES = frozenset({"updated", "updated_at", "update_author", "category_changed"})
_KEPT_REFERENCES = frozenset({"labels", "teams", "members", "subscribers"})
"""Lists of references that are written on this side; others are seen from the other end."""


def dumped(world: World, *, times: bool = False) -> Iterator[bytes]:
    """The world's canonical JSON, piece by piece; with `times`, times of change too."""
    left_out = _NEVER if times else _NEVER | _TIMES
    yield b'{"jira":{'
    yield from _tables(vars(world.jira), left_out)
    yield b'},\n"linear":{'
    yield from _tables(vars(world.linear), left_out)
    yield b"}}\n"


def _tables(holder: Mapping[str, Any], left_out: frozenset[str]) -> Iterator[bytes]:
    tables = {
        name: table
        for name, table in sorted(holder.items())
        if name not in _NO_TABLES and not name.startswith("_") and _is_table(table)
    }
    for place, (name, table) in enumerate(tables.items()):
        yield (b",\n" if place else b"\n") + msgspec.json.encode(name) + b":["
        for number, key in enumerate(sorted(table)):
            row = _row(table[key], left_out)
            yield (b",\n" if number else b"\n") + msgspec.json.encode(row, order="sorted")
        yield b"]"


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and is_dataclass(next(iter(value.values())))


def _row(row: Any, left_out: frozenset[str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for entry in fields(row):
        # A private field with a public face is text that is made when somebody looks.
        name = entry.name.removeprefix("_")
        if name in left_out or not hasattr(row, name):
            continue
        value = getattr(row, name)
        if name == "custom":
            # An emptied field reads like one that never had a value.
            value = {key: entry for key, entry in value.items() if entry is not None}
        if name in _KEPT_REFERENCES or not (isinstance(row, Entity) and _is_references(value)):
            result[name] = _plain(value, left_out)
    return result


def _is_references(value: object) -> bool:
    """Whether this is a list of rows; an empty list of anything tells no more than its absence."""
    return isinstance(value, list) and (not value or isinstance(value[0], Entity))


def _plain(value: Any, left_out: frozenset[str]) -> Any:
    """A value as JSON; people by their address, rows by their id, settings by their name."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Person():
            return value.email
        case Entity():
            return value.id
        case IssueType() | Status() | NamedValue() | LinkType():
            return value.name
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(entry, left_out) for key, entry in value.items()}
        case set() | frozenset():
            return sorted((_plain(entry, left_out) for entry in value), key=str)
        case list() | tuple():
            return [_plain(entry, left_out) for entry in value]
    if is_dataclass(value):
        return value.key if hasattr(value, "key") and hasattr(value, "lead") else _row(value, left_out)
    return str(value)
