"""What a webhook sends of a change: the row as a plain entity, and what it was before.

Wire facts: contracts/linear.md, section 17. `data` holds ids and small objects; it is not the shape of the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connectors.sandbox.linear import dates
from connectors.sandbox.linear.entities import (
    Attachment,
    Comment,
    Issue,
    Label,
    Project,
    ProjectStatus,
    StatusUpdate,
    Team,
    User,
    WorkflowState,
)
from connectors.sandbox.linear.entity_base import Entity, snake

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One change, as it was when it happened. `teams` are those it belongs to; none for the workspace's."""

    action: str
    type: str
    actor: User
    created_at: datetime
    data: Payload
    updated_from: Payload | None
    url: str | None
    teams: tuple[Team, ...]

    def body(self, organization_id: str, webhook_id: str, sent: datetime) -> Payload:
        """The JSON that is sent, without signature."""
        data: Payload = {
            "action": self.action,
            "actor": {
                "id": self.actor.id,
                "type": "oauthClient" if self.actor.app else "user",
                "name": self.actor.name,
                **({} if self.actor.app else {"email": self.actor.email, "url": self.actor.url}),
            },
            "createdAt": dates.format_iso(self.created_at),
            "data": self.data,
            "type": self.type,
            "organizationId": organization_id,
            "webhookTimestamp": round(sent.timestamp() * 1000),
            "webhookId": webhook_id,
        }
        if self.url is not None and self.action != "remove":
            data["url"] = self.url
        if self.updated_from is not None:
            data["updatedFrom"] = self.updated_from
        return data


def type_of(row: Entity) -> str | None:
    """The resource type of the row; None for rows that no webhook hears of."""
    match row:
        case Label():
            return "ProjectLabel" if row.for_projects else "IssueLabel"
        case StatusUpdate():
            return "ProjectUpdate" if row.project is not None else "InitiativeUpdate"
    return type(row).__name__ if type(row).__name__ in _FIELDS else None


def teams_of(row: Entity) -> tuple[Team, ...]:
    """The teams that the row belongs to."""
    match row:
        case Issue():
            return (row.team,)
        case Project():
            return tuple(row.teams)
        case Label():
            return (row.team,) if row.team else ()
        case Comment() | Attachment() | StatusUpdate():
            place = row.place if isinstance(row, Comment) else _place(row)
            return teams_of(place) if place is not None else ()
    return ()


def _place(row: Attachment | StatusUpdate) -> Entity | None:
    return row.issue if isinstance(row, Attachment) else row.project


def data_of(row: Entity) -> Payload:
    """The row as it is now. What is unset is left out."""
    data: Payload = {"id": row.id, "createdAt": row.created_at, "updatedAt": row.updated_at}
    data["archivedAt"] = row.archived_at
    name = type_of(row) or ""
    data |= {field: getattr(row, snake(field)) for field in _FIELDS[name]}
    for reference in _REFERENCES.get(name, ()):
        other = getattr(row, snake(reference))
        data[f"{reference}Id"] = other.id if other is not None else None
        if other is not None and (small := _SMALL.get(type(other))) is not None:
            data[reference] = {"id": other.id, **{key: getattr(other, snake(key)) for key in small}}
    for lists in _LISTS.get(name, ()):
        data[f"{lists.removesuffix('s')}Ids"] = [one.id for one in getattr(row, lists)]
    return {key: _plain(value) for key, value in data.items() if value is not None}


def updated_from(before: Payload, after: Payload) -> Payload:
    """The previous values of the keys that changed; null for what was unset."""
    keys = {*before, *after}
    return {
        key: before.get(key)
        for key in sorted(keys)
        if before.get(key) != after.get(key) and not isinstance(after.get(key, before.get(key)), Mapping)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return dates.format_iso(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


_FIELDS: dict[str, tuple[str, ...]] = {
    "Issue": (
        "number", "title", "description", "priority", "estimate", "sortOrder", "dueDate", "startedAt",
        "completedAt", "canceledAt", "triagedAt", "addedToProjectAt", "trashed", "identifier", "url",
        "previousIdentifiers",
    ),
    "Comment": ("body", "editedAt", "quotedText"),
    "Attachment": ("title", "subtitle", "url", "metadata", "sourceType", "groupBySource"),
    "IssueLabel": ("name", "color", "description", "isGroup", "retiredAt"),
    "ProjectLabel": ("name", "color", "description", "isGroup", "retiredAt"),
    "Project": (
        "name", "description", "content", "color", "icon", "slugId", "priority", "sortOrder", "health",
        "startDate", "targetDate", "startedAt", "completedAt", "canceledAt", "trashed", "url",
    ),
    "ProjectUpdate": ("body", "health", "editedAt", "slugId", "url"),
    "InitiativeUpdate": ("body", "health", "editedAt", "slugId", "url"),
    "Initiative": (
        "name", "description", "content", "color", "icon", "slugId", "priority", "sortOrder", "status",
        "health", "targetDate", "trashed", "url",
    ),
}  # fmt: skip
_REFERENCES: dict[str, tuple[str, ...]] = {
    "Issue": ("team", "state", "assignee", "creator", "project", "parent"),
    "Comment": ("issue", "project", "initiative", "projectUpdate", "initiativeUpdate", "user", "parent"),
    "Attachment": ("issue", "creator"),
    "IssueLabel": ("team", "parent", "creator"),
    "ProjectLabel": ("parent", "creator"),
    "Project": ("status", "lead", "creator"),
    "ProjectUpdate": ("project", "user"),
    "InitiativeUpdate": ("initiative", "user"),
    "Initiative": ("owner", "creator"),
}
_LISTS = {"Issue": ("labels", "subscribers"), "Project": ("labels", "teams", "members")}
_SMALL: dict[type, tuple[str, ...]] = {
    Team: ("key", "name"),
    WorkflowState: ("name", "type", "color"),
    ProjectStatus: ("name", "type", "color"),
    User: ("name", "email", "url"),
    Project: ("name", "url"),
    Issue: ("identifier", "title", "url"),
}
"""What stands beside the id of another row."""
