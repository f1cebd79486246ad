"""Status updates of projects and initiatives; they alone set the health of what they are about.

Wire facts: contracts/linear.md, sections 14 and 15.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connectors.sandbox.linear import markdown
from connectors.sandbox.linear.entities import Initiative, Project, StatusUpdate
from connectors.sandbox.linear.errors import Forbidden
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.rows import Input, fresh_id, required

STALE = timedelta(weeks=2)


def create(context: RequestContext, given: Input) -> StatusUpdate:
    """`projectUpdateCreate`, `initiativeUpdateCreate`; without a health, that of the update before."""
    space = context.space
    kind = "ProjectUpdate" if "projectId" in given else "InitiativeUpdate"
    new_id = fresh_id(context, given.get("id"), kind, space.status_updates)
    place: Project | Initiative
    if "projectId" in given:
        place = required(space.projects, given["projectId"], "Project")
    else:
        place = required(space.initiatives, given["initiativeId"], "Initiative")
    before = place.health or "onTrack"
    update = StatusUpdate(
        id=new_id,
        created_at=context.now,
        updated_at=context.now,
        body=markdown.stored(given.get("body") or ""),
        health=given.get("health") or before,
        user=context.viewer,
        slug_id=new_id[:8],
        project=place if isinstance(place, Project) else None,
        initiative=place if isinstance(place, Initiative) else None,
        is_diff_hidden=bool(given.get("isDiffHidden")),
    )
    if place.health is not None and update.health != before:
        update.diff_markdown = f"Health changed from **{before}** to **{update.health}**"
    space.status_updates[update.id] = update
    updates_of(place).append(update)
    _refresh_health(place)
    return update


def update(context: RequestContext, given_id: str, given: Input) -> StatusUpdate:
    """`projectUpdateUpdate`, `initiativeUpdateUpdate`, by the author only."""
    row = _own(context, given_id)
    if given.get("body") is not None:
        row.body = markdown.stored(given["body"])
    row.health = given.get("health") or row.health
    row.updated_at = row.edited_at = context.now
    _refresh_health(_place(row))
    return row


def archive(context: RequestContext, given_id: str) -> StatusUpdate:
    """`projectUpdateArchive`, `initiativeUpdateArchive`; the health falls back to the update before."""
    row = _own(context, given_id)
    row.archived_at = row.archived_at or context.now
    _refresh_health(_place(row))
    return row


def unarchive(context: RequestContext, given_id: str) -> StatusUpdate:
    """`projectUpdateUnarchive`, `initiativeUpdateUnarchive`."""
    row = _own(context, given_id)
    row.archived_at = None
    _refresh_health(_place(row))
    return row


def delete(context: RequestContext, given_id: str) -> str:
    """`projectUpdateDelete`, deprecated: archives."""
    return archive(context, given_id).id


def latest(place: Project | Initiative) -> StatusUpdate | None:
    """The latest update that is not archived."""
    there = [one for one in updates_of(place) if one.archived_at is None]
    return max(there, key=lambda one: one.created_at, default=None)


def updates_of(place: Project | Initiative) -> list[StatusUpdate]:
    """All updates about a project or an initiative."""
    return place.project_updates if isinstance(place, Project) else place.initiative_updates


def finder(kind: str) -> Any:
    """The lookup of one kind of update by its id."""

    def find(context: RequestContext, given: str) -> StatusUpdate | None:
        row = context.space.status_updates.get(given)
        return row if row is not None and (row.project is not None) == (kind == "ProjectUpdate") else None

    return find


def _place(row: StatusUpdate) -> Project | Initiative:
    place = row.project or row.initiative
    assert place is not None  # noqa: S101  it has one of the two
    return place


def _own(context: RequestContext, given_id: str) -> StatusUpdate:
    row: StatusUpdate = required(context.space.status_updates, given_id, "ProjectUpdate")
    if row.user is not context.viewer and not context.viewer.admin:
        raise Forbidden("Forbidden", "You can only change your own updates.")
    return row


def _refresh_health(place: Project | Initiative) -> None:
    """Let the latest update say how the place is."""
    row = latest(place)
    place.health = row.health if row else None
    place.health_updated_at = row.created_at if row else None
