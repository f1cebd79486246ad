"""What changed, by the streams: lean lists of rows by their own `updatedAt`, all in one request where little happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from connectors.errors import MissingScope, PermissionDenied, Refused
from connectors.linear.api import change_queries
from connectors.linear.api.change_queries import Row
from connectors.linear.api.client import LinearClient
from connectors.linear.api.errors import TooComplex
from connectors.linear.changes.bookmark import Bookmark
from connectors.linear.read.windows import wire_time

WATCHED = (
    "issues",
    "attachments",
    "projects",
    "projectUpdates",
    "labels",
    "projectLabels",
    "states",
    "users",
    "teams",
)
"""Streams with a place of their own in every bookmark."""

OF_INITIATIVES = ("initiatives", "initiativeUpdates")


def filters(
    bookmark: Bookmark,
    teams: Sequence[str],
    wanted: Mapping[str, object],
    views: Sequence[str],
    *,
    cycles: bool,
) -> dict[str, Any]:
    """A filter for each stream. `wanted`: for attachments; `views`: ids of the views that marks lead to."""
    names = [*WATCHED, *(() if bookmark.initiatives_left_out else OF_INITIATIVES)]
    since = {name: {"updatedAt": {"gte": wire_time(bookmark.streams[name].at)}} for name in names}
    here: dict[str, Any] = {"team": {"id": {"in": list(teams)}}}
    of_issues: list[Any] = [here, {"id": {"in": bookmark.outside}}] if bookmark.outside else [here]
    # Archiving leaves `updatedAt` as it is (contracts/linear.md, section 9).
    archived = {"archivedAt": {"gte": wire_time(bookmark.streams["issues"].at)}}
    found: dict[str, Any] = dict(since) | {
        "issues": {"and": [{"or": of_issues}, {"or": [since["issues"], archived]}]},
        "attachments": {"and": [dict(wanted), since["attachments"]]},
        "teams": {"or": [since["teams"], {"id": {"in": list(teams)}}]},
    }
    if cycles:
        found["committed"] = here | {"cycle": {"isActive": {"eq": True}}}
    if views:
        found["views"] = {"id": {"in": list(views)}}
    return found


def read_streams(client: LinearClient, given: Mapping[str, Any]) -> dict[str, list[Row]]:
    """All rows of the streams by these filters; one that is longer than its first rows is read on by itself."""
    try:
        first = client.execute(change_queries.changes(given), **given)
    except MissingScope:
        if given.keys().isdisjoint(OF_INITIATIVES):
            raise
        # A whole read that found none to look for has not asked whether the token may read initiatives.
        return read_streams(client, {name: one for name, one in given.items() if name not in OF_INITIATIVES})
    except (TooComplex, PermissionDenied, Refused):
        if "views" not in given:
            raise
        # Who may not see views has none of them; anything else is refused again.
        return read_streams(client, {name: one for name, one in given.items() if name != "views"})
    cut = [name for name, rows in first.items() if rows.page_info.has_next_page]

    def rest(name: str) -> list[Row]:
        return list(client.walk(change_queries.stream(name), lambda reply: reply[name], filter=given[name]))

    whole = dict(zip(cut, client.together([partial(rest, name) for name in cut]), strict=True))
    return {name: whole.get(name, rows.nodes) for name, rows in first.items()}
