"""All comments on items, whoever wrote them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import CommentNode

_PLACES = 100
"""Items whose comments are asked for together."""


def comments_on(
    client: LinearClient, issues: Sequence[str], projects: Sequence[str]
) -> dict[str, list[CommentNode]]:
    """All comments on issues and projects, by the id of each."""
    found: dict[str, list[CommentNode]] = {one: [] for one in (*issues, *projects)}

    def read(only: Mapping[str, object]) -> list[CommentNode]:
        return list(client.walk(queries.COMMENTS_ON, lambda reply: reply.comments, filter=only))

    parts = [
        {kind: {"id": {"in": sorted(ids[start : start + _PLACES])}}}
        for kind, ids in (("issue", issues), ("project", projects))
        for start in range(0, len(ids), _PLACES)
    ]
    for comments in client.together([partial(read, only) for only in parts]):
        for comment in comments:
            place = comment.issue or comment.project
            if place is not None and place.id in found:
                found[place.id].append(comment)
    return found


def comments_with_ids(client: LinearClient, ids: Collection[str]) -> list[CommentNode]:
    """Those of the comments with these ids that are there."""

    def read(some: list[str]) -> list[CommentNode]:
        return list(client.walk(queries.COMMENTS, lambda reply: reply.comments, ids=some))

    known, size = sorted(ids), queries.COMMENTS.page
    parts = [known[start : start + size] for start in range(0, len(known), size)]
    return [one for part in client.together([partial(read, part) for part in parts]) for one in part]
