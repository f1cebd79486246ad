"""Connections: order, pages, cursors. Wire facts: contracts/linear.md, section 5."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any

from connectors.sandbox.linear.errors import BadArgument
from connectors.sandbox.linear.sorting import Order, foreign_cursor

DEFAULT_SIZE = 50
LARGEST = 250


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


def page(rows: Iterable[Any], args: Mapping[str, Any], order: Order | None = None) -> Page:
    """The page of `rows` that `args` ask for: first, after, last, before, orderBy, sort, includeArchived."""
    size = size_of(args)
    archived_too = args.get("includeArchived") or False
    found = [row for row in rows if archived_too or row.archived_at is None]
    order = order or Order(args)
    keyed = sorted(((order.row_key(row), row) for row in found), key=itemgetter(0))
    keys, found = [key for key, _ in keyed], [row for _, row in keyed]
    after, before = args.get("after"), args.get("before")
    try:
        start = bisect_right(keys, order.key_at(after, found)) if after else 0
        stop = bisect_left(keys, order.key_at(before, found)) if before else len(found)
    except TypeError:
        raise foreign_cursor() from None
    if args.get("last") is not None and args.get("first") is None:
        start = max(start, stop - size)
    else:
        stop = min(stop, start + size)
    return Page(found[start:stop], order, start < len(found) and stop < len(found), start > 0)


def page_of_sorted(rows: Sequence[Any], passing: Callable[[Any], bool], args: Mapping[str, Any]) -> Page:
    """A forward page of rows that stand in the order of `args` already: looks only at those it needs."""
    size, order = size_of(args), Order(args)
    archived_too = args.get("includeArchived") or False
    after = args.get("after")
    try:
        start = bisect_right(rows, order.key_at(after, rows), key=order.row_key) if after else 0
    except TypeError:
        raise foreign_cursor() from None
    found: list[Any] = []
    for row in islice(rows, start, None):
        if (archived_too or row.archived_at is None) and passing(row):
            if len(found) == size:
                return Page(found, order, has_next_page=True, has_previous_page=start > 0)
            found.append(row)
    return Page(found, order, has_next_page=False, has_previous_page=start > 0)
