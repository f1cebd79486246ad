"""The names that a Linear workspace has: labels, teams, projects, custom views. Reads only."""

from __future__ import annotations

from collections.abc import Collection

from config.trackers import NativeQuery
from connectors.errors import PermissionDenied, Refused
from connectors.linear.api import project_queries, queries
from connectors.linear.api.client import LinearClient
from connectors.preflight import Catalog

KINDS = frozenset({"Issue", "Sub-issue", "Project", "Initiative"})
"""The types that `connectors.linear.read.mapping` gives items."""


def catalog(client: LinearClient, saved: Collection[NativeQuery]) -> Catalog:
    """See `HasCatalog.catalog`."""
    on_issues = {one.id: one for one in client.walk(queries.LABELS, lambda reply: reply.issue_labels)}
    labels = {one.name for one in on_issues.values()}
    groups = ((on_issues.get(one.parent.id), one) for one in on_issues.values() if one.parent)
    labels |= {f"{group.name}/{one.name}" for group, one in groups if group is not None}
    on_projects = list(client.walk(project_queries.PROJECT_LABELS, lambda reply: reply.project_labels))
    labels |= {one.name for one in on_projects}
    labels |= {f"{one.parent.name}/{one.name}" for one in on_projects if one.parent}
    projects = client.walk(project_queries.PROJECT_NAMES, lambda reply: reply.projects)
    names = {
        "label": frozenset(labels),
        "team": frozenset(one.key for one in client.walk(queries.TEAMS, lambda reply: reply.teams)),
        "project": frozenset(one.name for one in projects),
        "type": KINDS,
    }
    views = (one for one in saved if one.language == "view")
    return Catalog(names, frozenset(one for one in views if not _is_there(client, one.text)))


def _is_there(client: LinearClient, view: str) -> bool:
    try:
        client.execute(queries.VIEW, id=view, first=1, after=None)
    except (Refused, PermissionDenied):
        return False
    return True
