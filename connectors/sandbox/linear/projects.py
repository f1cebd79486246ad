"""Mutations of projects and initiatives, and of what joins them.

Wire facts: contracts/linear.md, sections 14 and 15. The queries named `projectUpdate` and `initiativeUpdate`
read a status update; the mutations of these names edit the project or the initiative.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.linear import dates, markdown
from connectors.sandbox.linear.entities import Label, Project, Team
from connectors.sandbox.linear.entity_base import snake
from connectors.sandbox.linear.errors import BadArgument
from connectors.sandbox.linear.labels import check_labels
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.rows import Input, check_name, fresh_id, known, required

_PLAIN = (
    "color", "description", "icon", "priority", "sortOrder", "startDateResolution", "targetDateResolution",
)  # fmt: skip
_NEVER_NULL = frozenset(["color", "description", "priority", "sortOrder"])
_STAMPS = {"started": "started_at", "completed": "completed_at", "canceled": "canceled_at"}


def create(context: RequestContext, given: Input, *_: Any) -> Project:
    """`projectCreate`: in a backlog status unless another is given, with one team at least."""
    space = context.space
    new_id = fresh_id(context, given.get("id"), "Project", space.projects)
    if not given["teamIds"]:
        raise BadArgument("teamIds", {"arrayNotEmpty": "teamIds should not be empty"})
    project = Project(
        id=new_id,
        created_at=context.now,
        updated_at=context.now,
        name=check_name(given["name"]),
        slug_id=new_id.replace("-", "")[:12],
        status=next(one for one in space.project_statuses.values() if one.type == "backlog"),
        color="#bec2c8",
        creator=context.viewer,
    )
    values = _resolved(context, project, given)
    space.projects[project.id] = project
    _assign(context, project, values)
    return project


def update(context: RequestContext, given_id: str, given: Input) -> Project:
    """The mutation `projectUpdate`."""
    project: Project = required(context.space.projects, given_id, "Project")
    values = _resolved(context, project, given)
    if _assign(context, project, values):
        project.updated_at = context.now
    if given.get("trashed") is not None:
        project.trashed = given["trashed"] or None
        project.archived_at = (project.archived_at or context.now) if project.trashed else None
    return project


def _resolved(context: RequestContext, project: Project, given: Input) -> dict[str, Any]:
    """The input as attributes, with ids replaced by rows, everything checked."""
    values = {
        snake(name): given[name]
        for name in _PLAIN
        if name in given and not (given[name] is None and name in _NEVER_NULL)
    }
    if not 0 <= values.get("priority", 0) <= 4:
        raise BadArgument("priority", {"max": "priority must not be greater than 4"})
    if given.get("name") is not None:
        values["name"] = check_name(given["name"])
    if "content" in given:
        values["content"] = markdown.stored(given["content"] or "") or None
    for name in ("startDate", "targetDate"):
        if name in given:
            values[snake(name)] = dates.parse_day(given[name], context.now) if given[name] else None
    for name in ("completedAt", "canceledAt"):
        if name in given:
            values[snake(name)] = dates.parse(given[name], context.now) if given[name] else None
    return values | _resolved_rows(context, project, given)


def _resolved_rows(context: RequestContext, project: Project, given: Input) -> dict[str, Any]:
    space, values = context.space, dict[str, Any]()
    if given.get("statusId") is not None:
        values["status"] = required(space.project_statuses, given["statusId"], "ProjectStatus")
    if "leadId" in given:
        values["lead"] = known(space.users, given["leadId"], "User")
    if given.get("memberIds") is not None:
        values["members"] = _all(space.users, given["memberIds"], "User")
    if given.get("teamIds"):
        values["teams"] = _all(space.teams, given["teamIds"], "Team")
    if given.get("labelIds") is not None:
        values["labels"] = _all(space.project_labels, given["labelIds"], "ProjectLabel")
        check_labels("A project", project.labels, values["labels"])
    return values


def _all(table: Mapping[str, Any], ids: list[str], kind: str) -> list[Any]:
    return [required(table, one, kind) for one in dict.fromkeys(ids)]


def _assign(context: RequestContext, project: Project, values: Mapping[str, Any]) -> bool:
    """Put checked values into the project; says whether any was new."""
    changed = {name for name, value in values.items() if getattr(project, name) != value}
    status_changed = "status" in changed
    for name in changed:
        setattr(project, name, values[name])
    if "teams" in changed:
        for team in context.space.teams.values():
            _keep(team, project)
    if "labels" in changed:
        for label in project.labels:
            label.last_applied_at = context.now
    if status_changed:
        stamp = _STAMPS.get(project.status.type)
        for name in ("completed_at", "canceled_at"):
            if name not in values:
                setattr(project, name, context.now if name == stamp else None)
        if stamp == "started_at" and project.started_at is None:
            project.started_at = context.now
    return bool(changed)


def _keep(team: Team, project: Project) -> None:
    """Make the team's own list of projects agree with the project's list of teams."""
    listed, wanted = project in team.projects, team in project.teams
    if wanted and not listed:
        team.projects.append(project)
    elif listed and not wanted:
        team.projects.remove(project)


def archive(context: RequestContext, given_id: str, trash: bool | None = None) -> Project:
    """`projectArchive`, and `projectDelete` with `trash`; still read by id."""
    project: Project = required(context.space.projects, given_id, "Project")
    project.archived_at = project.archived_at or context.now
    project.trashed = True if trash else project.trashed
    return project


def delete(context: RequestContext, given_id: str) -> Project:
    """`projectDelete`: into the trash."""
    return archive(context, given_id, trash=True)


def unarchive(context: RequestContext, given_id: str) -> Project:
    """`projectUnarchive`."""
    project: Project = required(context.space.projects, given_id, "Project")
    project.archived_at = project.trashed = None
    return project


def add_label(context: RequestContext, given_id: str, label_id: str) -> Project:
    """`projectAddLabel`."""
    return _relabelled(context, given_id, label_id, there=True)


def remove_label(context: RequestContext, given_id: str, label_id: str) -> Project:
    """`projectRemoveLabel`."""
    return _relabelled(context, given_id, label_id, there=False)


def _relabelled(context: RequestContext, given_id: str, label_id: str, *, there: bool) -> Project:
    project: Project = required(context.space.projects, given_id, "Project")
    label: Label = required(context.space.project_labels, label_id, "ProjectLabel")
    rest = [one.id for one in project.labels if one is not label]
    return update(context, given_id, {"labelIds": [*rest, label.id] if there else rest})
