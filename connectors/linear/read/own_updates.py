"""Our status updates that stand on projects and initiatives, wherever they are."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.linear.api import project_queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import PlacedUpdate
from connectors.linear.marks.status_updates import ours
from connectors.linear.read.initiatives import InitiativeReader
from connectors.model import Update


def standing_updates(
    client: LinearClient, initiatives: InitiativeReader, owner: str
) -> tuple[dict[str, Update], dict[str, Update]]:
    """Those that are not in the archive: one for each project, one for each initiative."""
    projects = client.walk(project_queries.PROJECT_UPDATES, lambda reply: reply.project_updates, filter={})
    return _ours_among(projects, owner), _ours_among(initiatives.updates(), owner)


def _ours_among(nodes: Iterable[PlacedUpdate], owner: str) -> dict[str, Update]:
    there = ((one.place, ours(one, one.place, owner)) for one in nodes if one.archived_at is None)
    return {place: update for place, update in there if update is not None}
