"""The rows of the Linear workspace, as values that point at each other.

Attributes are named as the schema's fields, in snake case, so that the API needs no second table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from connectors.sandbox.linear.entity_base import SITE, Entity, slug

CLOSED = frozenset({"completed", "canceled", "duplicate"})
"""Types of workflow states in which nothing more will happen."""


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class User(Entity):
    name: str
    email: str
    active: bool = True
    admin: bool = False
    app: bool = False

    @property
    def display_name(self) -> str:
        return self.email.partition("@")[0]

    @property
    def url(self) -> str:
        return f"{SITE}/profiles/{self.display_name}"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Team(Entity):
    key: str
    name: str
    color: str
    issue_estimation_type: str
    default_issue_estimate: float = 1.0
    triage_enabled: bool = False
    visibility: str = "public"
    description: str | None = None
    retired_at: datetime | None = None
    states: list[WorkflowState] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    members: list[User] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    last_number: int = 0

    def state(self, *types: str) -> WorkflowState:
        """The first state of the first of the types that the team has."""
        return next(state for wanted in types for state in self.states if state.type == wanted)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class WorkflowState(Entity):
    name: str
    type: str
    color: str
    position: float
    team: Team
    description: str | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Label(Entity):
    """A label for issues or, with `for_projects`, for projects; `team` None means the whole workspace."""

    name: str
    color: str = "#95a2b3"
    description: str | None = None
    is_group: bool = False
    for_projects: bool = False
    parent: Label | None = None
    team: Team | None = None
    creator: User | None = None
    retired_at: datetime | None = None
    retired_by: User | None = None
    last_applied_at: datetime | None = None
    children: list[Label] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BotActor:
    """Who an app says that it acts for."""

    id: str
    name: str
    user_display_name: str | None
    avatar_url: str | None = None
    type: str = "oauthClient"
    sub_type: str | None = None


@dataclass(frozen=True, slots=True)
class SyncedWith:
    """An issue of another service that Linear keeps equal with one of its own: `ExternalEntityInfo`."""

    service: str
    id: str
    issue_key: str
    issue_type_id: str
    project_id: str

    @property
    def metadata(self) -> dict[str, str]:
        """The part that each kind of service has for itself."""
        return {
            "__typename": "ExternalEntityInfoJiraMetadata",
            "issueKey": self.issue_key,
            "issueTypeId": self.issue_type_id,
            "projectId": self.project_id,
        }


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Issue(Entity):
    number: int
    title: str
    team: Team
    state: WorkflowState
    sort_order: float
    creator: User | None = None
    assignee: User | None = None
    description: str | None = None
    priority: int = 0
    estimate: int | None = None
    due_date: date | None = None
    project: Project | None = None
    parent: Issue | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    triaged_at: datetime | None = None
    added_to_project_at: datetime | None = None
    trashed: bool | None = None
    sub_issue_sort_order: float | None = None
    delegate: User | None = None
    bot_actor: BotActor | None = None
    previous_identifiers: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    children: list[Issue] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    inverse_relations: list[Relation] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    subscribers: list[User] = field(default_factory=list)
    synced_with: list[SyncedWith] | None = None

    @property
    def identifier(self) -> str:
        return f"{self.team.key}-{self.number}"

    @property
    def url(self) -> str:
        return f"{SITE}/issue/{self.identifier}/{slug(self.title)}"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Relation(Entity):
    """Stored once, on its source: `issue` blocks `related_issue`."""

    type: str
    issue: Issue
    related_issue: Issue


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class ProjectStatus(Entity):
    name: str
    type: str
    color: str
    position: float
    indefinite: bool = False
    description: str | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Project(Entity):
    name: str
    slug_id: str
    status: ProjectStatus
    color: str
    sort_order: float = 0.0
    description: str = ""
    content: str | None = None
    icon: str | None = None
    priority: int = 0
    lead: User | None = None
    creator: User | None = None
    health: str | None = None
    health_updated_at: datetime | None = None
    start_date: date | None = None
    start_date_resolution: str | None = None
    target_date: date | None = None
    target_date_resolution: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    trashed: bool | None = None
    teams: list[Team] = field(default_factory=list)
    members: list[User] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    external_links: list[ExternalLink] = field(default_factory=list)
    project_updates: list[StatusUpdate] = field(default_factory=list)
    initiative_to_projects: list[InitiativeToProject] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{SITE}/project/{slug(self.name)}-{self.slug_id}"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Initiative(Entity):
    name: str
    slug_id: str
    status: str
    sort_order: float = 0.0
    description: str | None = None
    content: str | None = None
    color: str | None = None
    icon: str | None = None
    priority: int = 0
    owner: User | None = None
    creator: User | None = None
    health: str | None = None
    health_updated_at: datetime | None = None
    target_date: date | None = None
    target_date_resolution: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    trashed: bool | None = None
    parent_initiative: Initiative | None = None
    sub_initiatives: list[Initiative] = field(default_factory=list)
    links: list[ExternalLink] = field(default_factory=list)
    initiative_updates: list[StatusUpdate] = field(default_factory=list)
    initiative_to_projects: list[InitiativeToProject] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{SITE}/initiative/{slug(self.name)}-{self.slug_id}"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class InitiativeToProject(Entity):
    initiative: Initiative
    project: Project
    sort_order: str


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class ExternalLink(Entity):
    label: str
    url: str
    sort_order: float = 0.0
    creator: User | None = None
    project: Project | None = None
    initiative: Initiative | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class StatusUpdate(Entity):
    """A project update or an initiative update: what somebody wrote about its health."""

    body: str
    health: str
    user: User
    slug_id: str
    project: Project | None = None
    initiative: Initiative | None = None
    is_diff_hidden: bool = False
    diff_markdown: str | None = None
    edited_at: datetime | None = None
    comments: list[Comment] = field(default_factory=list)

    @property
    def url(self) -> str:
        place = self.project or self.initiative
        return f"{place.url if place else SITE}/updates#update-{self.slug_id}"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Comment(Entity):
    """On exactly one of an issue, a project, an initiative, a status update; `parent` makes it a reply."""

    body: str
    user: User | None
    issue: Issue | None = None
    project: Project | None = None
    initiative: Initiative | None = None
    status_update: StatusUpdate | None = None
    parent: Comment | None = None
    bot_actor: BotActor | None = None
    quoted_text: str | None = None
    edited_at: datetime | None = None
    children: list[Comment] = field(default_factory=list)

    @property
    def place(self) -> Issue | Project | Initiative | StatusUpdate | None:
        """What the comment stands on."""
        return self.issue or self.project or self.initiative or self.status_update

    @property
    def project_update(self) -> StatusUpdate | None:
        return self.status_update if self.status_update and self.status_update.project else None

    @property
    def initiative_update(self) -> StatusUpdate | None:
        return self.status_update if self.status_update and self.status_update.initiative else None

    @property
    def url(self) -> str:
        place = self.place
        return f"{place.url if place else SITE}#comment-{self.id[:8]}"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Attachment(Entity):
    """A card on an issue; its url is its key there."""

    issue: Issue
    title: str
    url: str
    subtitle: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    icon_url: str | None = None
    source_type: str | None = "api"
    group_by_source: bool = False
    creator: User | None = None
    original_issue: Issue | None = None
