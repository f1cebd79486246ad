"""Offset pages as the newer lists of the API give them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from connectors.sandbox.jira.http import reply, whole_number

T = TypeVar("T")


def page_of(
    request: web.Request,
    rows: Sequence[T],
    show: Callable[[T], Any],
    *,
    most: int,
    default: int | None = None,
) -> web.Response:
    """The page of `rows` that `startAt` and `maxResults` ask for, at most `most` of them."""
    start = max(0, whole_number(request, "startAt", 0))
    size = min(most, max(1, whole_number(request, "maxResults", default or most)))
    end = start + size
    address = f"{request.scheme}://{request.host}{request.path}"
    body: dict[str, Any] = {
        "self": f"{address}?maxResults={size}&startAt={start}",
        "maxResults": size,
        "startAt": start,
        "total": len(rows),
        "isLast": end >= len(rows),
        "values": [show(row) for row in rows[start:end]],
    }
    if end < len(rows):
        body["nextPage"] = f"{address}?maxResults={size}&startAt={end}"
    return reply(body)


def several(request: web.Request, name: str) -> list[str]:
    """The values of a repeated or comma-separated query parameter."""
    return [part for text in request.query.getall(name, []) for part in text.split(",") if part]
