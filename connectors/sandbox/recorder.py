"""The record of what was asked of the sandbox: one row a request, and totals by route."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from aiohttp import web

MOST_KEPT = 200_000
"""Rows that are kept; older ones are forgotten, while the totals go on counting."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request that came in, in the order of arrival by `number`.

    `status` is 0 where the connection was cut without a reply. `response_bytes` are those of the body,
    `wire_bytes` the same as compressed; both 0 for what was sent piece by piece. `operation` is "query" or
    "mutation" for GraphQL, else empty. `in_flight` counts the requests being served on arrival, this one
    included. `route` is the pattern that answered. `faults` are the ids of the rules that broke it.
    """

    at: datetime
    method: str
    path: str
    query: str
    status: int
    request_bytes: int
    response_bytes: int
    operation: str = ""
    operation_name: str = ""
    wire_bytes: int = 0
    duration_ms: float = 0.0
    in_flight: int = 1
    route: str = ""
    credential: str = "anonymous"
    faults: tuple[int, ...] = ()
    number: int = 0

    def as_json(self) -> dict[str, Any]:
        """The row as JSON."""
        return asdict(self) | {"at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its reply in full, as a watcher gets them: the body before compression.

    `path` is as it was sent, with its percent signs. `broken`: a fault rule had a hand in the reply, so it may be anything.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    status: int
    reply_headers: Mapping[str, str]
    reply: bytes
    broken: bool


@dataclass
class RouteTotals:
    """What a route was asked for in all."""

    count: int = 0
    request_bytes: int = 0
    response_bytes: int = 0
    wire_bytes: int = 0
    duration_ms: float = 0.0
    slowest_ms: float = 0.0
    faulted: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def add(self, row: RecordedRequest) -> None:
        """Count the row."""
        self.count += 1
        self.request_bytes += row.request_bytes
        self.response_bytes += row.response_bytes
        self.wire_bytes += row.wire_bytes
        self.duration_ms += row.duration_ms
        self.slowest_ms = max(self.slowest_ms, row.duration_ms)
        self.faulted += bool(row.faults)
        self.statuses[row.status] += 1

    def as_json(self) -> dict[str, Any]:
        """The total as JSON."""
        rounded = {"duration_ms": round(self.duration_ms, 3), "slowest_ms": round(self.slowest_ms, 3)}
        return asdict(self) | rounded | {"statuses": {str(k): n for k, n in sorted(self.statuses.items())}}


class Recorder:
    """The latest rows, and totals since the last `clear`."""

    def __init__(self) -> None:
        self.rows: deque[RecordedRequest] = deque(maxlen=MOST_KEPT)
        self.in_flight = 0
        self.clear()

    def clear(self) -> None:
        """Forget all rows and totals; requests being served are still counted as in flight."""
        self.rows.clear()
        self.all = RouteTotals()
        self.by_route: dict[str, RouteTotals] = {}
        self.most_in_flight = self.in_flight
        self.last_number = 0

    def started(self) -> tuple[int, int]:
        """A request has come in: its number, and how many are in flight with it."""
        self.last_number += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return self.last_number, self.in_flight

    def finished(self, row: RecordedRequest) -> None:
        """A request has been served."""
        self.in_flight -= 1
        self.rows.append(row)
        self.all.add(row)
        self.by_route.setdefault(_route_name(row), RouteTotals()).add(row)

    def summary(self) -> dict[str, Any]:
        """Totals in all and by route; a GraphQL operation is a route of its own."""
        return {
            **self.all.as_json(),
            "max_in_flight": self.most_in_flight,
            "kept": len(self.rows),
            "routes": {name: self.by_route[name].as_json() for name in sorted(self.by_route)},
        }

    def select(self, query: Mapping[str, str]) -> Iterator[RecordedRequest]:
        """Rows by `since` (a number or a moment: only later ones), `path` (a regular expression),
        `method`, `status`, `operation` (found in its name) and `limit` (only the latest).

        Raises ValueError for a filter that cannot work.
        """
        unknown = set(query) - {"since", "path", "method", "status", "operation", "limit"}
        if unknown:
            raise ValueError(f"unknown filter {min(unknown)!r}")
        try:
            path, operation = re.compile(query.get("path", "")), re.compile(query.get("operation", ""))
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        number, moment = _since(query.get("since", "0"))
        method = query.get("method", "").upper()
        status = int(query["status"]) if "status" in query else None
        found = [
            row
            for row in self.rows
            if row.number > number
            and (moment is None or row.at > moment)
            and (not method or row.method == method)
            and (status is None or row.status == status)
            and path.search(row.path)
            and operation.search(row.operation_name)
        ]
        return iter(found[-int(query["limit"]) :] if "limit" in query else found)


def _since(text: str) -> tuple[int, datetime | None]:
    if text.isdecimal():
        return int(text), None
    # A plus sign in a query string is a space.
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    if moment.tzinfo is None:
        raise ValueError("since is a number or a moment with its time zone")
    return 0, moment


def _route_name(row: RecordedRequest) -> str:
    name = f" {row.operation} {row.operation_name}" if row.operation else ""
    return f"{row.method} {row.route or 'unknown'}{name}"


def route_of(request: web.Request) -> str:
    """The pattern of the route that answers the request, or nothing where there is none."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""


async def operation_of(request: web.Request) -> tuple[str, str]:
    """Kind and name of a GraphQL request; the body stays readable for its handler."""
    if request.method != "POST" or not request.path.endswith("/graphql"):
        return "", ""
    try:
        given = json.loads(await request.read())
        kind, name = _named(str(given["query"]))
        return kind, str(given.get("operationName") or name)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "", ""


_OPERATION = re.compile(r"(?:^|})\s*(?:#[^\n]*\n\s*)*(query|mutation)\b\s*(\w+)?")
_FIRST_FIELD = re.compile(r"\{\s*(?:\w+\s*:\s*)?(\w+)")


@lru_cache(maxsize=1024)
def _named(document: str) -> tuple[str, str]:
    """Kind of a document and its own name, or else that of its first field."""
    found = _OPERATION.search(document)
    kind, name = (found[1], found[2]) if found else ("query", None)
    if name is None:
        first = _FIRST_FIELD.search(document, found.end() if found else 0)
        name = first[1] if first else ""
    return kind, name
