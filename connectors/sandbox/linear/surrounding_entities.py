"""The rows around the work: custom views, webhooks, histories."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.sandbox.linear.entities import Initiative, Issue, Project, Team, User, WorkflowState
from connectors.sandbox.linear.entity_base import SITE, Entity, slug


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class CustomView(Entity):
    """A saved filter. `model` is Issue, Project or Initiative; `given` the filter as it was sent.

    The API gives back `stored`, which has another shape.
    """

    name: str
    slug_id: str
    model: str
    given: dict[str, Any]
    stored: dict[str, Any]
    creator: User
    owner: User
    updated_by: User | None = None
    shared: bool = False
    description: str | None = None
    color: str | None = None
    icon: str | None = None
    team: Team | None = None
    project: Project | None = None
    initiative: Initiative | None = None

    @property
    def url(self) -> str:
        return f"{SITE}/view/{slug(self.name)}-{self.slug_id}"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class WebhookFailure(Entity):
    """One attempt at a delivery that did not go well."""

    webhook: Webhook
    url: str
    execution_id: str
    http_status: int | None = None
    response_or_error: str | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Webhook(Entity):
    """A subscription to changes: of one team, or of all public teams."""

    url: str
    resource_types: list[str]
    secret: str
    label: str | None = None
    enabled: bool = True
    team: Team | None = None
    all_public_teams: bool = False
    creator: User | None = None
    failures: list[WebhookFailure] = field(default_factory=list)
    given_up: int = 0
    """Deliveries in a row that failed with all their retries."""


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class HistoryEntry(Entity):
    """What one change did to an issue: the fields of `IssueHistory` that it fills, in snake case."""

    issue: Issue
    actor: User | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StateSpan:
    """A time that an issue spent in a state; without an end, it is there still."""

    id: str
    state: WorkflowState
    started_at: datetime
    ended_at: datetime | None = None

    @property
    def created_at(self) -> datetime:
        return self.started_at

    @property
    def archived_at(self) -> None:
        return None
