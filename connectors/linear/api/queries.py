"""Everything we say to Linear. Each document is valid against its schema and far below its complexity cap.

Linear refuses a query above 10,000 points: a scalar is 0.1, an object 1, and a connection multiplies what
is in it by `first`. Lists are therefore lean, nested connections bounded, and each nested one tells
whether it has more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Raw
from msgspec.json import Decoder

from connectors.linear.api import wire
from connectors.set_aside import Reply, sift, whole_or_sifted

T = TypeVar("T")
N = TypeVar("N")


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """A document and the decoder of its reply. `page` is the size of the pages it was made for.

    All our writes are safe to repeat: a label that is there already is found again by its name.
    """

    document: str
    reply: Reply[T]
    page: int = 250


_NODES = Decoder(dict[str, wire.Connection[Raw]])


@dataclass(frozen=True, slots=True)
class _Sifted(Generic[T, N]):
    """Decodes a reply of one list, `whole`, or node by node, setting those aside that do not decode; `of` puts the list in."""

    whole: Decoder[T]
    node: Decoder[N]
    of: Callable[[wire.Connection[N]], T]

    def decode(self, body: Any, /) -> T:
        """The reply."""
        return whole_or_sifted(lambda: self.whole.decode(body), lambda: self._sifted(body))

    def _sifted(self, body: Any) -> T:
        (raw,) = _NODES.decode(body).values()
        nodes, aside = sift(raw.nodes, self.node)
        return self.of(wire.Connection(nodes, raw.page_info, aside))


_LABEL = "id name description isGroup parent { id } team { id } archivedAt retiredAt"
_RELATIONS = "nodes { id type createdAt issue { id } } pageInfo { hasNextPage endCursor }"
_ATTACHMENT = "id url metadata updatedAt"
_LINK = "id url label updatedAt"
_SYNCED = "id service metadata { ... on ExternalEntityInfoJiraMetadata { issueKey } }"
_COMMENT = "id body issue { id } project { id }"
_UPDATE = "id body health createdAt editedAt archivedAt"
_MORE = "pageInfo { hasNextPage endCursor }"

VIEWER = Operation("query Viewer { viewer { id name app } }", Decoder(wire.Viewer))

VIEWER_AND_VIEWS = Operation(
    "query ViewerAndViews($views: [ID!]!, $first: Int!, $after: String) { viewer { id name app }"
    " customViews(first: $first, after: $after, filter: { id: { in: $views } })"
    f" {{ nodes {{ id slugId }} {_MORE} }} }}",
    Decoder(wire.ViewerAndViews),
    page=50,
)
"""Likewise, with which of these views stand: what is asked for anyway costs no request of its own."""

TEAMS = Operation(
    f"query Teams($first: Int!, $after: String) {{"
    f" teams(first: $first, after: $after) {{ nodes {{ id key name visibility }} {_MORE} }} }}",
    Decoder(wire.Teams),
)

LABELS = Operation(
    # Archived and retired labels still stand on old issues.
    f"query Labels($first: Int!, $after: String) {{"
    f" issueLabels(first: $first, after: $after, includeArchived: true) {{"
    f" nodes {{ {_LABEL} }} {_MORE} }} }}",
    Decoder(wire.LabelsReply),
)

_ISSUES = f"""
query Issues($first: Int!, $after: String, $filter: IssueFilter!) {{
  issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{
    nodes {{
      id identifier title url priorityLabel labelIds createdAt updatedAt
      estimate startedAt completedAt canceledAt dueDate archivedAt trashed
      state {{ name type }}
      team {{ id key name }}
      previousIdentifiers
      parent {{ id identifier }}
      project {{ id name }}
      assignee {{ name }}
      syncedWith {{ {_SYNCED} }}
      inverseRelations(first: 5) {{ {_RELATIONS} }}
    }}
    {_MORE}
  }}
}}"""
_ISSUES_REPLY = _Sifted(Decoder(wire.IssuesReply), Decoder(wire.IssueNode), wire.IssuesReply)

ISSUES = Operation(_ISSUES, _ISSUES_REPLY)

ISSUES_WITH_CYCLES = Operation(
    _ISSUES.replace("assignee { name }", "assignee { name }\n      cycle { isActive }"), _ISSUES_REPLY
)
"""Likewise, where the policy warns about what is committed."""

STATES = Operation(
    f"query States($first: Int!, $after: String, $filter: IssueFilter!) {{"
    f" issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{"
    f" nodes {{ id trashed state {{ name type }} }} {_MORE} }} }}",
    Decoder(wire.StatesReply),
)

ISSUE_BY_KEY = Operation(
    # No filter knows previous identifiers. Only this root field finds an issue by one.
    "query IssueByKey($key: String!) { issue(id: $key) { id identifier } }",
    Decoder(wire.IssueByKey),
)

ISSUE_IDS = Operation(
    # Archived issues keep their labels, and lose them with the label.
    f"query IssueIds($first: Int!, $after: String, $filter: IssueFilter!) {{"
    f" issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{ nodes {{ id }} {_MORE} }} }}",
    Decoder(wire.IssueIds),
)

FOUND = Operation(
    # Linear archives closed work by itself, and what was done still serves.
    f"query Found($first: Int!, $after: String, $filter: IssueFilter!) {{"
    f" issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{"
    f" nodes {{ id trashed }} {_MORE} }} }}",
    Decoder(wire.FoundIssues),
)

VIEW = Operation(
    f"query View($first: Int!, $after: String, $id: String!) {{ customView(id: $id) {{ modelName"
    f" issues(first: $first, after: $after, includeArchived: true) {{ nodes {{ id trashed }} {_MORE} }} }} }}",
    Decoder(wire.ViewIssues),
)

PROJECT_NAMES = Operation(
    f"query ProjectNames($first: Int!, $after: String) {{"
    f" projects(first: $first, after: $after, includeArchived: true) {{ nodes {{ id name }} {_MORE} }} }}",
    Decoder(wire.ProjectNames),
)

PROJECT_LABELS = Operation(
    f"query ProjectLabels($first: Int!, $after: String) {{"
    f" projectLabels(first: $first, after: $after, includeArchived: true) {{ nodes {{ id name parent {{ id name }} }} {_MORE} }} }}",
    Decoder(wire.ProjectLabels),
)

RELATIONS = Operation(
    f"query Relations($first: Int!, $after: String, $id: String!) {{"
    f" issue(id: $id) {{ inverseRelations(first: $first, after: $after) {{ {_RELATIONS} }} }} }}",
    Decoder(wire.Relations),
)

_SPANS = "nodes { id startedAt endedAt state { name type } } pageInfo { hasNextPage endCursor }"

DESCRIBED_ISSUES = Operation(
    f"query DescribedIssues($first: Int!, $after: String, $ids: [ID!]!) {{"
    f" issues(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{"
    f" nodes {{ id description }} {_MORE} }} }}",
    Decoder(wire.DescribedIssues),
    page=100,
)

DESCRIBED_PROJECTS = Operation(
    f"query DescribedProjects($first: Int!, $after: String, $ids: [ID!]!) {{"
    f" projects(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{"
    f" nodes {{ id description content }} {_MORE} }} }}",
    Decoder(wire.DescribedProjects),
    page=100,
)

HISTORIES = Operation(
    f"""
query Histories($first: Int!, $after: String, $ids: [ID!]!) {{
  issues(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{
    nodes {{ id stateHistory(first: 50) {{ {_SPANS} }} }}
    {_MORE}
  }}
}}""",
    Decoder(wire.HistoriesReply),
    page=50,
)

HISTORY = Operation(
    f"query History($first: Int!, $after: String, $id: String!) {{"
    f" issue(id: $id) {{ id stateHistory(first: $first, after: $after) {{ {_SPANS} }} }} }}",
    Decoder(wire.OneHistory),
)

ATTACHMENTS = Operation(
    # Of the whole workspace: ours, and addresses of other trackers' issues. On each issue they would cost 2.4 points for
    # each one that it may have, which takes pages of half the size.
    f"query Attachments($first: Int!, $after: String, $filter: AttachmentFilter!) {{"
    f" attachments(first: $first, after: $after, filter: $filter) {{"
    f" nodes {{ {_ATTACHMENT} issue {{ id }} }} {_MORE} }} }}",
    Decoder(wire.Attachments),
)


def _project_fields(few: int, links: int, *, initiatives: bool = True) -> str:
    above = f"initiatives(first: {few}) {{ nodes {{ id }} {_MORE} }}" if initiatives else ""
    return f"""
      id name url createdAt updatedAt startedAt completedAt canceledAt targetDate archivedAt trashed priorityLabel
      progress
      status {{ name type }}
      lead {{ name }}
      teams(first: {few}) {{ nodes {{ id key name }} {_MORE} }}
      {above}
      labels(first: {few}) {{ nodes {{ id name parent {{ id name }} }} {_MORE} }}
      externalLinks(first: {links}) {{ nodes {{ {_LINK} }} {_MORE} }}
      projectUpdates(first: 5, includeArchived: true) {{ nodes {{ {_UPDATE} }} {_MORE} }}"""


def projects(*, initiatives: bool) -> Operation[wire.Projects]:
    """The projects of some teams, with the ids of their initiatives or without."""
    return _PROJECTS if initiatives else _BARE_PROJECTS


def project(*, initiatives: bool) -> Operation[wire.OneProject]:
    """One project with all of its lists, likewise."""
    return _PROJECT if initiatives else _BARE_PROJECT


_PROJECTS_REPLY = _Sifted(Decoder(wire.Projects), Decoder(wire.ProjectNode), wire.Projects)
_PROJECT_REPLY = Decoder(wire.OneProject)


def _projects(*, initiatives: bool) -> Operation[wire.Projects]:
    return Operation(
        f"""
query Projects($first: Int!, $after: String, $teams: [ID!]!) {{
  projects(
    first: $first, after: $after, includeArchived: true,
    filter: {{ accessibleTeams: {{ some: {{ id: {{ in: $teams }} }} }} }}
  ) {{
    nodes {{ {_project_fields(10, 20, initiatives=initiatives)}
    }}
    {_MORE}
  }}
}}""",
        _PROJECTS_REPLY,
        page=50,
    )


def _project(*, initiatives: bool) -> Operation[wire.OneProject]:
    fields = _project_fields(250, 250, initiatives=initiatives)
    return Operation(f"query Project($id: String!) {{ project(id: $id) {{ {fields} }} }}", _PROJECT_REPLY)


_PROJECTS, _BARE_PROJECTS = _projects(initiatives=True), _projects(initiatives=False)
_PROJECT, _BARE_PROJECT = _project(initiatives=True), _project(initiatives=False)

INITIATIVES = Operation(
    f"""
query Initiatives($first: Int!, $after: String) {{
  initiatives(first: $first, after: $after, includeArchived: true) {{
    nodes {{
      id name url status createdAt updatedAt startedAt completedAt targetDate archivedAt trashed
      owner {{ name }}
      parentInitiative {{ id }}
      initiativeUpdates(first: 5, includeArchived: true) {{ nodes {{ {_UPDATE} }} {_MORE} }}
    }}
    {_MORE}
  }}
}}""",
    _Sifted(Decoder(wire.Initiatives), Decoder(wire.InitiativeNode), wire.Initiatives),
)

COMMENTS = Operation(
    f"query Comments($first: Int!, $after: String, $ids: [ID!]!) {{"
    f" comments(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}) {{"
    f" nodes {{ {_COMMENT} }} {_MORE} }} }}",
    Decoder(wire.CommentsReply),
)

COMMENTS_ON = Operation(
    f"query CommentsOn($first: Int!, $after: String, $filter: CommentFilter!) {{"
    f" comments(first: $first, after: $after, filter: $filter) {{ nodes {{ {_COMMENT} }} {_MORE} }} }}",
    Decoder(wire.CommentsReply),
)

PROJECT_UPDATES = Operation(
    f"query ProjectUpdates($first: Int!, $after: String, $filter: ProjectUpdateFilter!) {{"
    f" projectUpdates(first: $first, after: $after, filter: $filter, includeArchived: true) {{"
    f" nodes {{ {_UPDATE} project {{ id }} }} {_MORE} }} }}",
    Decoder(wire.ProjectUpdates),
    page=100,
)

INITIATIVE_UPDATES = Operation(
    f"query InitiativeUpdates($first: Int!, $after: String, $filter: InitiativeUpdateFilter!) {{"
    f" initiativeUpdates(first: $first, after: $after, filter: $filter, includeArchived: true) {{"
    f" nodes {{ {_UPDATE} initiative {{ id }} }} {_MORE} }} }}",
    Decoder(wire.InitiativeUpdates),
    page=100,
)

# --- Items as they are right now, by their ids ---------------------------------------------------

_OUR_COMMENTS = (
    f"comments(first: $first, filter: {{ id: {{ in: $comments }} }}) {{ nodes {{ {_COMMENT} }} {_MORE} }}"
)

ISSUES_NOW = Operation(
    # Those that are absent are not returned, where `issue(id:)` would void the whole reply.
    f"""
query IssuesNow($first: Int!, $cards: Int!, $ids: [ID!]!, $contains: String!, $comments: [ID!]!) {{
  issues(first: $first, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{
    nodes {{
      id archivedAt trashed labelIds
      team {{ id }}
      attachments(first: $cards, filter: {{ url: {{ contains: $contains }} }}) {{ nodes {{ {_ATTACHMENT} }} {_MORE} }}
    }}
    {_MORE}
  }}
  {_OUR_COMMENTS}
}}""",
    Decoder(wire.IssuesNow),
    page=50,
)

PROJECTS_NOW = Operation(
    f"""
query ProjectsNow($first: Int!, $ids: [ID!]!, $comments: [ID!]!) {{
  projects(first: $first, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{
    nodes {{
      id archivedAt trashed
      externalLinks(first: 250) {{ nodes {{ {_LINK} }} {_MORE} }}
    }}
    {_MORE}
  }}
  {_OUR_COMMENTS}
}}""",
    Decoder(wire.ProjectsNow),
    page=10,
)

# --- Labels of the workspace; marks are written by connectors.linear.api.mutations ---------------

LABEL_DELETE = Operation(
    "mutation LabelDelete($id: String!) { done: issueLabelDelete(id: $id) { success } }",
    Decoder(wire.MutationReply),
)
LABEL_CREATE = Operation(
    f"mutation LabelCreate($input: IssueLabelCreateInput!) {{"
    f" done: issueLabelCreate(input: $input) {{ success issueLabel {{ {_LABEL} }} }} }}",
    Decoder(wire.LabelDone),
)
