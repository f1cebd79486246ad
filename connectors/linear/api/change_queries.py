"""What we ask Linear for to learn what changed: lean lists, many of them in one request, and those of a sweep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.json import Decoder

from connectors.linear.api import wire
from connectors.linear.api.operation import MORE, Operation, Sifted
from connectors.linear.api.wire import Connection, Identified, Moment, Wire


class Row(Wire):
    """A row of any of the lists, as far as it tells something."""

    id: str
    updated_at: Moment | None = None
    archived_at: Moment | None = None
    trashed: bool | None = None
    name: str = ""
    type: str = ""
    key: str = ""
    visibility: str = ""
    slug_id: str = ""
    issue: Identified | None = None
    project: Identified | None = None
    initiative: Identified | None = None

    @property
    def state(self) -> str:
        """Changes with whatever of the row changes by itself."""
        told = (self.updated_at, self.archived_at)
        return "|".join([*(at.isoformat() if at else "" for at in told), "1" if self.trashed else ""])


@dataclass(frozen=True, slots=True)
class Stream:
    """A list by its root field: the type of its filter, what is asked of a row, and how many rows of it at first."""

    field: str
    filter: str
    row: str
    first: int = 10
    more: str = ", includeArchived: true"


STREAMS: dict[str, Stream] = {
    "issues": Stream("issues", "IssueFilter", "id updatedAt archivedAt trashed", 100),
    "attachments": Stream("attachments", "AttachmentFilter", "id updatedAt issue { id }", 50),
    "projects": Stream("projects", "ProjectFilter", "id updatedAt archivedAt trashed name", 20),
    "projectUpdates": Stream("projectUpdates", "ProjectUpdateFilter", "id updatedAt project { id }"),
    "initiatives": Stream("initiatives", "InitiativeFilter", "id updatedAt archivedAt"),
    "initiativeUpdates": Stream("initiativeUpdates", "InitiativeUpdateFilter", "id updatedAt"),
    "labels": Stream("issueLabels", "IssueLabelFilter", "id updatedAt"),
    "projectLabels": Stream("projectLabels", "ProjectLabelFilter", "id updatedAt"),
    "states": Stream("workflowStates", "WorkflowStateFilter", "id updatedAt name type"),
    "users": Stream("users", "UserFilter", "id updatedAt name", more=", includeDisabled: true"),
    "teams": Stream("teams", "TeamFilter", "id updatedAt key visibility", 20),
    "committed": Stream("issues", "IssueFilter", "id", 50),
    "views": Stream("customViews", "CustomViewFilter", "id slugId", more=""),
}

_ROWS = Decoder(dict[str, Connection[Row]])


def changes(names: Iterable[str]) -> Operation[dict[str, Connection[Row]]]:
    """The first rows of these streams in one request, each by a filter of its name."""
    chosen = {name: STREAMS[name] for name in names}
    given = ", ".join(f"${name}: {one.filter}!" for name, one in chosen.items())
    lists = " ".join(
        f"{name}: {one.field}(first: {one.first}, filter: ${name}{one.more}) {{ nodes {{ {one.row} }} {MORE} }}"
        for name, one in chosen.items()
    )
    return Operation(f"query Changes({given}) {{ {lists} }}", _ROWS)


def stream(name: str) -> Operation[dict[str, Connection[Row]]]:
    """All rows of a stream."""
    one = STREAMS[name]
    return Operation(
        f"query Stream($first: Int!, $after: String, $filter: {one.filter}!) {{ {name}: {one.field}("
        f"first: $first, after: $after, filter: $filter{one.more}) {{ nodes {{ {one.row} }} {MORE} }} }}",
        _ROWS,
    )


class AttachedIssue(Wire):
    id: str
    attachments: Connection[wire.AttachmentNode]


class AttachedIssues(Wire):
    issues: Connection[AttachedIssue]


ATTACHED = Operation(
    # The list of attachments knows no filter by issue.
    f"query Attached($first: Int!, $after: String, $ids: [ID!]!, $wanted: AttachmentFilter!) {{"
    f" issues(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{ nodes {{ id"
    f" attachments(first: 20, filter: $wanted) {{ nodes {{ id url metadata updatedAt }} {MORE} }} }} {MORE} }} }}",
    Decoder(AttachedIssues),
    page=100,
)


class _OneAttached(Wire):
    issue: AttachedIssue


ATTACHED_TO = Operation(
    f"query AttachedTo($first: Int!, $after: String, $id: String!, $wanted: AttachmentFilter!) {{"
    f" issue(id: $id) {{ id attachments(first: $first, after: $after, filter: $wanted) {{"
    f" nodes {{ id url metadata updatedAt }} {MORE} }} }} }}",
    Decoder(_OneAttached),
)


class LeanIssue(Wire):
    """What a sweep compares."""

    id: str
    created_at: Moment
    updated_at: Moment
    identifier: str
    state: wire.StatusNode
    archived_at: Moment | None = None
    trashed: bool | None = None
    estimate: float | None = None
    parent: Identified | None = None
    project: Identified | None = None


class LeanIssues(Wire):
    issues: Connection[LeanIssue]


LEAN = Operation(
    f"query Lean($first: Int!, $after: String, $filter: IssueFilter!) {{"
    f" issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{ nodes {{"
    f" id identifier createdAt updatedAt archivedAt trashed estimate state {{ name type }} parent {{ id }}"
    f" project {{ id }} }} {MORE} }} }}",
    Sifted(Decoder(LeanIssues), Decoder(LeanIssue), LeanIssues),
)


class LeanRelation(Wire):
    id: str
    type: str
    created_at: Moment
    issue: Identified
    related_issue: Identified


class LeanRelations(Wire):
    issue_relations: Connection[LeanRelation]


RELATIONS = Operation(
    f"query AllRelations($first: Int!, $after: String) {{ issueRelations(first: $first, after: $after) {{"
    f" nodes {{ id type createdAt issue {{ id }} relatedIssue {{ id }} }} {MORE} }} }}",
    Decoder(LeanRelations),
)
