"""Connections: order, pages, cursors. Wire facts: contracts/linear.md, section 5."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from connectors.sandbox.linear import moments
from connectors.sandbox.linear.entities import Comment
from connectors.sandbox.linear.errors import BadArgument, InvalidInput
from connectors.sandbox.linear.filters import snake

DEFAULT_SIZE = 50
LARGEST = 250


@dataclass(frozen=True, slots=True)
class _Criterion:
    attribute: str
    descending: bool = True
    nulls_first: bool = False


class _Backwards(str):
    """Text that sorts from Z to A."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)

    def __gt__(self, other: str) -> bool:
        return str.__lt__(self, other)


Raw = int | float | str | None
Key = tuple[Any, ...]


class Order:
    """How a list is sorted. A cursor holds the sort values of its row, so that it outlives the row."""

    def __init__(self, args: Mapping[str, Any]) -> None:
        criteria = [
            _Criterion(
                snake(name), (how.get("order") or "Ascending") == "Descending", how.get("nulls") == "first"
            )
            for entry in args.get("sort") or ()
            for name, how in entry.items()
            if how is not None
        ]
        self.criteria = criteria or [_Criterion(snake(args.get("orderBy") or "createdAt"))]

    def values(self, row: Any) -> list[Raw]:
        """The row's sort values, its id last, as JSON can hold them."""
        return [*(_raw(getattr(row, criterion.attribute)) for criterion in self.criteria), row.id]

    def key(self, values: Sequence[Raw]) -> Key:
        """What `values` sort by."""
        parts = [_part(value, how) for value, how in zip(values, self.criteria, strict=False)]
        newest_first = self.criteria[0].descending
        last = str(values[-1])
        return (*parts, _Backwards(last) if newest_first else last)

    def row_key(self, row: Any) -> Key:
        """What the row sorts by."""
        return self.key(self.values(row))

    def cursor(self, row: Any) -> str:
        """The row's cursor: opaque, and of another form for comments."""
        if isinstance(row, Comment):
            return row.id
        return base64.b64encode(json.dumps(self.values(row)).encode()).decode()

    def key_at(self, cursor: str, rows: Iterable[Any]) -> Key:
        """What the row of a cursor sorts by. Raises InvalidInput for a cursor that is not ours."""
        for row in rows:
            if isinstance(row, Comment) and row.id == cursor:
                return self.row_key(row)
        try:
            values = json.loads(base64.b64decode(cursor, validate=True))
            if len(values) == len(self.criteria) + 1:
                return self.key(values)
        except (binascii.Error, ValueError, TypeError):
            pass
        raise InvalidInput("Invalid cursor", "The cursor does not belong to this list.")


def _raw(value: Any) -> Raw:
    if isinstance(value, (datetime, date)):
        return round(moments.midnight(value).timestamp() * 1000)
    if value is None or isinstance(value, (int, float)):
        return value
    return str(value)


def _part(value: Raw, how: _Criterion) -> tuple[int, Any]:
    if value is None:
        return (-1 if how.nulls_first else 1), 0
    if isinstance(value, str):
        return 0, _Backwards(value) if how.descending else value
    return 0, -value if how.descending else value


class Edge:
    """A row and its cursor."""

    __slots__ = ("cursor", "node")

    def __init__(self, cursor: str, node: Any) -> None:
        self.cursor = cursor
        self.node = node


@dataclass(slots=True)
class Page:
    """One page of a connection; it answers for its `pageInfo` too. Cursors are made when asked for."""

    nodes: Sequence[Any]
    order: Order
    has_next_page: bool = False
    has_previous_page: bool = False

    @property
    def page_info(self) -> Page:
        return self

    @property
    def edges(self) -> list[Edge]:
        return [Edge(self.order.cursor(row), row) for row in self.nodes]

    @property
    def start_cursor(self) -> str | None:
        return self.order.cursor(self.nodes[0]) if self.nodes else None

    @property
    def end_cursor(self) -> str | None:
        return self.order.cursor(self.nodes[-1]) if self.nodes else None


def size_of(args: Mapping[str, Any]) -> int:
    """How many rows a page holds. Raises BadArgument outside 1..250."""
    for name in ("first", "last"):
        value = args.get(name)
        if value is None:
            continue
        if value > LARGEST:
            raise BadArgument(name, {"max": f"{name} must not be greater than {LARGEST}"})
        if value < 1:
            raise BadArgument(name, {"min": f"{name} must not be less than 1"})
        return int(value)
    return DEFAULT_SIZE


def page(rows: Iterable[Any], args: Mapping[str, Any]) -> Page:
    """The page of `rows` that `args` ask for: first, after, last, before, orderBy, sort, includeArchived."""
    size = size_of(args)
    archived_too = args.get("includeArchived") or False
    found = [row for row in rows if archived_too or row.archived_at is None]
    order = Order(args)
    keys: list[Key] = []
    if len(found) > 1:
        keyed = sorted(((order.row_key(row), row) for row in found), key=itemgetter(0))
        keys = [key for key, _ in keyed]
        found = [row for _, row in keyed]
    elif found:
        keys = [order.row_key(found[0])]
    after, before = args.get("after"), args.get("before")
    start = bisect_right(keys, order.key_at(after, found)) if after else 0
    stop = bisect_left(keys, order.key_at(before, found)) if before else len(found)
    if args.get("last") is not None and args.get("first") is None:
        start = max(start, stop - size)
    else:
        stop = min(stop, start + size)
    return Page(found[start:stop], order, stop < len(found), start > 0)
