"""All comments on items, whoever wrote them."""

from __future__ import annotations

from collections.abc import Sequence

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
    for kind, ids in (("issue", issues), ("project", projects)):
        for start in range(0, len(ids), _PLACES):
            only = {kind: {"id": {"in": sorted(ids[start : start + _PLACES])}}}
            for comment in client.walk(queries.COMMENTS_ON, lambda reply: reply.comments, filter=only):
                place = comment.issue or comment.project
                if place is not None and place.id in found:
                    found[place.id].append(comment)
    return found
