"""What Linear answers, as far as we ask for it: one struct per selection, decoded by msgspec.

Optional here is what is nullable in Linear's schema; unknown keys are ignored.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from connectors.model import SetAside

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
N = TypeVar("N")


class Wire(msgspec.Struct, rename="camel", gc=False):
    """Base of everything on the wire: camelCase there, snake_case here."""


class PageInfo(Wire):
    has_next_page: bool
    end_cursor: str | None = None


class Connection(Wire, Generic[N]):
    nodes: list[N]
    page_info: PageInfo
    set_aside: list[SetAside] = []
    """Of ours, not of Linear: the nodes that do not decode."""


class Identified(Wire):
    id: str


class NamedNode(Wire):
    id: str
    name: str


class Person(Wire):
    name: str
    id: str = ""


class StatusNode(Wire):
    name: str
    type: str
    id: str = ""


class TeamNode(Wire):
    id: str
    key: str
    name: str
    visibility: str = ""


class LabelNode(Wire):
    id: str
    name: str
    is_group: bool
    description: str | None = None
    parent: Identified | None = None
    team: Identified | None = None
    archived_at: Moment | None = None
    retired_at: Moment | None = None


class KeyedNode(Wire):
    id: str
    identifier: str


class IssueByKey(Wire):
    issue: KeyedNode


class ParentNode(Wire):
    id: str
    identifier: str | None = None


class RelationNode(Wire):
    id: str
    type: str
    issue: Identified
    created_at: Moment | None = None


class _SyncedKey(Wire):
    issue_key: str | None = None
    """Of a Jira issue; other services have other metadata."""


class SyncedNode(Wire):
    id: str
    service: str
    metadata: _SyncedKey | None = None


class CycleNode(Wire):
    is_active: bool


class IssueNode(Wire):
    id: str
    identifier: str
    title: str
    url: str
    priority_label: str
    label_ids: list[str]
    created_at: Moment
    updated_at: Moment
    state: StatusNode
    team: TeamNode
    inverse_relations: Connection[RelationNode]
    estimate: float | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    canceled_at: Moment | None = None
    due_date: date | None = None
    archived_at: Moment | None = None
    trashed: bool | None = None
    previous_identifiers: list[str] = []
    parent: ParentNode | None = None
    project: NamedNode | None = None
    assignee: Person | None = None
    synced_with: list[SyncedNode] | None = None
    cycle: CycleNode | msgspec.UnsetType | None = msgspec.UNSET
    """UNSET where it was not asked for."""


class ProjectLabelNode(Wire):
    id: str
    name: str
    parent: NamedNode | None = None


class LinkNode(Wire):
    id: str
    url: str
    label: str
    updated_at: Moment


class UpdateNode(Wire):
    id: str
    body: str
    health: str
    created_at: Moment
    edited_at: Moment | None = None
    archived_at: Moment | None = None


class PlacedUpdate(UpdateNode):
    project: Identified | None = None
    initiative: Identified | None = None

    @property
    def place(self) -> str:
        """Id of what it is about."""
        place = self.project or self.initiative
        return place.id if place else ""


class ProjectNode(Wire):
    id: str
    name: str
    url: str
    created_at: Moment
    updated_at: Moment
    status: StatusNode
    teams: Connection[TeamNode]
    labels: Connection[ProjectLabelNode]
    external_links: Connection[LinkNode]
    project_updates: Connection[UpdateNode]
    initiatives: Connection[Identified] = msgspec.field(
        default_factory=lambda: Connection(nodes=[], page_info=PageInfo(has_next_page=False))
    )
    """Not asked for where the token may not read initiatives."""
    priority_label: str = "No priority"
    progress: float | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    canceled_at: Moment | None = None
    target_date: date | None = None
    archived_at: Moment | None = None
    trashed: bool | None = None
    lead: Person | None = None


class InitiativeNode(Wire):
    id: str
    name: str
    url: str
    status: str
    created_at: Moment
    updated_at: Moment
    initiative_updates: Connection[UpdateNode]
    started_at: Moment | None = None
    completed_at: Moment | None = None
    target_date: date | None = None
    archived_at: Moment | None = None
    trashed: bool | None = None
    owner: Person | None = None
    parent_initiative: Identified | None = None


class AttachmentNode(Wire):
    id: str
    url: str
    metadata: dict[str, Any]
    updated_at: Moment


class PlacedAttachment(AttachmentNode):
    issue: Identified
    created_at: Moment


class CommentNode(Wire):
    id: str
    body: str = ""
    issue: Identified | None = None
    project: Identified | None = None


# --- Whole replies -------------------------------------------------------------------------------


class Actor(NamedNode):
    app: bool = False


class Viewer(Wire):
    viewer: Actor


class ViewSlug(Wire):
    id: str
    slug_id: str


class ViewerAndViews(Wire):
    viewer: Actor
    custom_views: Connection[ViewSlug]


class Teams(Wire):
    teams: Connection[TeamNode]


class LabelsReply(Wire):
    issue_labels: Connection[LabelNode]


class ProjectNames(Wire):
    projects: Connection[NamedNode]


class ProjectLabels(Wire):
    project_labels: Connection[ProjectLabelNode]


class IssuesReply(Wire):
    issues: Connection[IssueNode]


class _Made(Wire):
    created_at: Moment


class SampledIssue(Wire):
    id: str
    created_at: Moment
    attachments: Connection[_Made]


class Sampled(Wire):
    issues: Connection[SampledIssue]


class StateOfIssue(Wire):
    id: str
    state: StatusNode
    trashed: bool | None = None


class StatesReply(Wire):
    issues: Connection[StateOfIssue]


class IssueIds(Wire):
    issues: Connection[Identified]


class FoundNode(Wire):
    """What a query found; in the trash it is there for 30 days more."""

    id: str
    trashed: bool | None = None


class FoundIssues(Wire):
    issues: Connection[FoundNode]


class _View(Wire):
    model_name: str
    issues: Connection[FoundNode]


class ViewIssues(Wire):
    custom_view: _View


class _Related(Wire):
    inverse_relations: Connection[RelationNode]


class Relations(Wire):
    issue: _Related


class SpanNode(Wire):
    id: str
    started_at: Moment
    ended_at: Moment | None = None
    state: StatusNode | None = None


class IssueHistory(Wire):
    id: str
    state_history: Connection[SpanNode]


class HistoryNode(Wire):
    """An entry of an issue's history, as far as it tells of a change of the assignee."""

    created_at: Moment
    from_assignee_id: str | None = None
    to_assignee_id: str | None = None


class IssuePast(IssueHistory):
    history: Connection[HistoryNode]


class PastsReply(Wire):
    issues: Connection[IssuePast]


class DescribedNode(Wire):
    id: str
    description: str | None = None
    content: str | None = None


class DescribedIssues(Wire):
    issues: Connection[DescribedNode]


class DescribedProjects(Wire):
    projects: Connection[DescribedNode]


class HistoriesReply(Wire):
    issues: Connection[IssueHistory]


class OneHistory(Wire):
    issue: IssueHistory


class Attachments(Wire):
    attachments: Connection[PlacedAttachment]


class Projects(Wire):
    projects: Connection[ProjectNode]


class OneProject(Wire):
    project: ProjectNode


class Initiatives(Wire):
    initiatives: Connection[InitiativeNode]


class ProjectUpdates(Wire):
    project_updates: Connection[PlacedUpdate]


class InitiativeUpdates(Wire):
    initiative_updates: Connection[PlacedUpdate]


class CommentsReply(Wire):
    comments: Connection[CommentNode]


class IssueNow(Wire):
    id: str
    team: Identified
    label_ids: list[str]
    attachments: Connection[AttachmentNode]
    archived_at: Moment | None = None
    trashed: bool | None = None


class ProjectNow(Wire):
    id: str
    external_links: Connection[LinkNode]
    archived_at: Moment | None = None
    trashed: bool | None = None


class IssuesNow(Wire):
    issues: Connection[IssueNow]
    comments: Connection[CommentNode]


class ProjectsNow(Wire):
    projects: Connection[ProjectNow]
    comments: Connection[CommentNode]


class Success(Wire):
    success: bool


class MutationReply(Wire):
    """The reply to a mutation; every one of them is asked under the alias `done`."""

    done: Success


class _CreatedLabel(Wire):
    success: bool
    issue_label: LabelNode


class LabelDone(Wire):
    done: _CreatedLabel
