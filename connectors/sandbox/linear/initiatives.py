"""Mutations of initiatives, and of what joins projects to them. Wire facts: contracts/linear.md, section 15."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.company import rng, uuid4_from
from connectors.sandbox.linear import dates, markdown
from connectors.sandbox.linear.entities import Initiative, InitiativeToProject, Project
from connectors.sandbox.linear.entity_base import snake
from connectors.sandbox.linear.errors import BadArgument, InvalidInput
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.rows import Input, check_name, fresh_id, known, required

_PLAIN = ("description", "color", "icon", "priority", "sortOrder", "status", "targetDateResolution")
_NEVER_NULL = frozenset(["priority", "sortOrder", "status"])


def create(context: RequestContext, given: Input) -> Initiative:
    """`initiativeCreate`."""
    new_id = fresh_id(context, given.get("id"), "Initiative", context.space.initiatives)
    initiative = Initiative(
        id=new_id,
        created_at=context.now,
        updated_at=context.now,
        name=check_name(given["name"]),
        slug_id=new_id.replace("-", "")[:12],
        status="Planned",
        creator=context.viewer,
        owner=context.viewer,
    )
    values = _resolved(context, given)
    context.space.initiatives[initiative.id] = initiative
    _assign(context, initiative, values)
    return initiative


def update(context: RequestContext, given_id: str, given: Input) -> Initiative:
    """The mutation `initiativeUpdate`."""
    initiative: Initiative = required(context.space.initiatives, given_id, "Initiative")
    if _assign(context, initiative, _resolved(context, given)):
        initiative.updated_at = context.now
    if given.get("trashed") is not None:
        initiative.trashed = given["trashed"] or None
        initiative.archived_at = (initiative.archived_at or context.now) if initiative.trashed else None
    return initiative


def _resolved(context: RequestContext, given: Input) -> dict[str, Any]:
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
    if "targetDate" in given:
        day = given["targetDate"]
        values["target_date"] = dates.parse_day(day, context.now) if day else None
    if "ownerId" in given:
        values["owner"] = known(context.space.users, given["ownerId"], "User")
    return values


def _assign(context: RequestContext, initiative: Initiative, values: dict[str, Any]) -> bool:
    changed = {name for name, value in values.items() if getattr(initiative, name) != value}
    for name in changed:
        setattr(initiative, name, values[name])
    if "status" in changed:
        done, dropped = initiative.status == "Completed", initiative.status == "Canceled"
        initiative.completed_at = context.now if done else None
        initiative.canceled_at = context.now if dropped else None
        if initiative.status == "Active":
            initiative.started_at = initiative.started_at or context.now
    return bool(changed)


def archive(context: RequestContext, given_id: str) -> Initiative:
    """`initiativeArchive`."""
    initiative: Initiative = required(context.space.initiatives, given_id, "Initiative")
    initiative.archived_at = initiative.archived_at or context.now
    return initiative


def delete(context: RequestContext, given_id: str) -> str:
    """`initiativeDelete`: into the trash."""
    initiative = archive(context, given_id)
    initiative.trashed = True
    return initiative.id


def unarchive(context: RequestContext, given_id: str) -> Initiative:
    """`initiativeUnarchive`."""
    initiative: Initiative = required(context.space.initiatives, given_id, "Initiative")
    initiative.archived_at = initiative.trashed = None
    return initiative


# --- Projects in initiatives ---------------------------------------------------------------------


def join(context: RequestContext, given: Input) -> InitiativeToProject:
    """`initiativeToProjectCreate`: a project appears once in a hierarchy."""
    space = context.space
    new_id = fresh_id(context, given.get("id"), "InitiativeToProject", space.initiative_to_projects)
    initiative: Initiative = required(space.initiatives, given["initiativeId"], "Initiative")
    project: Project = required(space.projects, given["projectId"], "Project")
    if any(_top(one.initiative) is _top(initiative) for one in project.initiative_to_projects):
        raise InvalidInput(
            "project already in initiative hierarchy",
            f"{project.name} is already part of this initiative, or of one above or below it.",
        )
    order = given.get("sortOrder")
    row = InitiativeToProject(
        id=new_id,
        created_at=context.now,
        updated_at=context.now,
        initiative=initiative,
        project=project,
        sort_order=str(float(len(initiative.initiative_to_projects)) if order is None else order),
    )
    space.initiative_to_projects[row.id] = row
    initiative.initiative_to_projects.append(row)
    project.initiative_to_projects.append(row)
    return row


def _top(initiative: Initiative) -> Initiative:
    seen = {initiative.id}
    while (above := initiative.parent_initiative) is not None and above.id not in seen:
        seen.add(above.id)
        initiative = above
    return initiative


def reorder(context: RequestContext, given_id: str, given: Input) -> InitiativeToProject:
    """`initiativeToProjectUpdate`."""
    row: InitiativeToProject = required(context.space.initiative_to_projects, given_id, "InitiativeToProject")
    if given.get("sortOrder") is not None:
        row.sort_order, row.updated_at = str(given["sortOrder"]), context.now
    return row


def part(context: RequestContext, given_id: str) -> str:
    """`initiativeToProjectDelete`."""
    row: InitiativeToProject = required(context.space.initiative_to_projects, given_id, "InitiativeToProject")
    row.initiative.initiative_to_projects.remove(row)
    row.project.initiative_to_projects.remove(row)
    context.space.deleted_ids.add(row.id)
    del context.space.initiative_to_projects[row.id]
    return row.id


# --- Initiatives in initiatives ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Nesting:
    """A row of `initiativeRelations`: parent and child."""

    id: str
    created_at: datetime
    updated_at: datetime
    initiative: Initiative
    related_initiative: Initiative
    sort_order: float
    user: None = None
    archived_at: None = None


def nestings(_root: Any, context: RequestContext) -> Iterator[Nesting]:
    """Every parent with each of its children."""
    for child in context.space.initiatives.values():
        if child.parent_initiative is not None:
            row_id = uuid4_from(rng(0, "linear-nesting", child.id))
            made = child.created_at
            yield Nesting(row_id, made, made, child.parent_initiative, child, child.sort_order)
