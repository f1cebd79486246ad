"""What is gone for good: at once when an admin says so, else after 30 days in the trash.

Wire facts: contracts/linear.md, section 9.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.linear.entities import Initiative, Issue, Project
from connectors.sandbox.linear.entity_base import Entity
from connectors.sandbox.linear.state import LinearSpace

KEPT = timedelta(days=30)
_LOOKED_AFTER = timedelta(days=1)


def empty(space: LinearSpace, now: datetime) -> None:
    """Remove what has been in the trash for 30 days; looks once a day of the world's clock."""
    if space.trash_looked_at is not None and abs(now - space.trash_looked_at) < _LOOKED_AFTER:
        return
    space.trash_looked_at = now
    for table in (space.issues, space.projects, space.initiatives):
        old = [
            row
            for row in table.values()
            if row.trashed and row.archived_at is not None and now - row.archived_at >= KEPT
        ]
        for row in old:
            remove_for_good(space, row)


def remove_for_good(space: LinearSpace, row: Issue | Project | Initiative) -> None:
    """Remove a row with all that hangs on it; its id is never free again."""
    space.deleted_ids.add(row.id)
    match row:
        case Issue():
            _remove_issue(space, row)
        case Project():
            _remove_project(space, row)
        case Initiative():
            _remove_initiative(space, row)


def _remove_issue(space: LinearSpace, issue: Issue) -> None:
    for child in issue.children:
        child.parent = None
    for relation in [*issue.relations, *issue.inverse_relations]:
        del space.relations[relation.id]
        relation.issue.relations.remove(relation)
        relation.related_issue.inverse_relations.remove(relation)
    _forget(space.comments, space, issue.comments)
    _forget(space.attachments, space, issue.attachments)
    issue.team.issues.remove(issue)
    if issue.project is not None:
        issue.project.issues.remove(issue)
    if issue.parent is not None:
        issue.parent.children.remove(issue)
    for name in [issue.identifier, *issue.previous_identifiers]:
        space.identifiers.pop(name, None)
    space.histories.pop(issue.id, None)
    space.spans.pop(issue.id, None)
    del space.issues[issue.id]


def _remove_project(space: LinearSpace, project: Project) -> None:
    for issue in project.issues:
        issue.project = issue.added_to_project_at = None
    for team in project.teams:
        team.projects.remove(project)
    for join in project.initiative_to_projects:
        join.initiative.initiative_to_projects.remove(join)
        del space.initiative_to_projects[join.id]
    for update in project.project_updates:
        _forget(space.comments, space, update.comments)
    _forget(space.status_updates, space, project.project_updates)
    _forget(space.comments, space, project.comments)
    _forget(space.external_links, space, project.external_links)
    del space.projects[project.id]


def _remove_initiative(space: LinearSpace, initiative: Initiative) -> None:
    for below in initiative.sub_initiatives:
        below.parent_initiative = None
    if initiative.parent_initiative is not None:
        initiative.parent_initiative.sub_initiatives.remove(initiative)
    for join in initiative.initiative_to_projects:
        join.project.initiative_to_projects.remove(join)
        del space.initiative_to_projects[join.id]
    for update in initiative.initiative_updates:
        _forget(space.comments, space, update.comments)
    _forget(space.status_updates, space, initiative.initiative_updates)
    # Comments on the initiative itself hang on nothing but the table.
    _forget(space.comments, space, [one for one in space.comments.values() if one.initiative is initiative])
    _forget(space.external_links, space, initiative.links)
    del space.initiatives[initiative.id]


def _forget(table: dict[str, Any], space: LinearSpace, rows: Iterable[Entity]) -> None:
    for row in rows:
        space.deleted_ids.add(row.id)
        del table[row.id]
