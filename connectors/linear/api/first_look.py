"""What a first look asks of Linear, and what comes of it. Each document is valid against its schema and far below its cap."""

from __future__ import annotations

from msgspec.json import Decoder

from connectors.linear.api.operation import Operation
from connectors.linear.api.wire import Connection, Identified, StatusNode, Wire

_MORE = "pageInfo { hasNextPage endCursor }"


class Me(Wire):
    id: str
    name: str
    timezone: str | None = None


class Company(Wire):
    id: str
    name: str
    url_key: str


class WhoAmI(Wire):
    viewer: Me
    organization: Company


class SeenTeam(Wire):
    id: str
    key: str
    name: str
    issue_count: int
    issue_estimation_type: str


class SeenTeams(Wire):
    teams: Connection[SeenTeam]


class OpenIssue(Wire):
    id: str
    label_ids: list[str]
    estimate: float | None = None
    project: Identified | None = None


class OpenIssues(Wire):
    issues: Connection[OpenIssue]


class _Key(Wire):
    key: str


class _Keys(Wire):
    nodes: list[_Key]


class OpenProject(Wire):
    id: str
    name: str
    status: StatusNode
    teams: _Keys


class OpenProjects(Wire):
    projects: Connection[OpenProject]


WHO_AM_I = Operation(
    "query WhoAmI { viewer { id name timezone } organization { id name urlKey } }", Decoder(WhoAmI)
)

SEEN_TEAMS = Operation(
    f"query SeenTeams($first: Int!, $after: String) {{"
    f" teams(first: $first, after: $after) {{ nodes {{ id key name issueCount issueEstimationType }} {_MORE} }} }}",
    Decoder(SeenTeams),
)

OPEN_ISSUES = Operation(
    f"query OpenIssues($first: Int!, $filter: IssueFilter!) {{"
    f" issues(first: $first, filter: $filter, orderBy: updatedAt) {{"
    f" nodes {{ id labelIds estimate project {{ id }} }} {_MORE} }} }}",
    Decoder(OpenIssues),
)

OPEN_PROJECTS = Operation(
    f"query OpenProjects($first: Int!, $filter: ProjectFilter!) {{"
    f" projects(first: $first, filter: $filter, orderBy: updatedAt) {{"
    f" nodes {{ id name status {{ name type }} teams(first: 10) {{ nodes {{ key }} }} }} {_MORE} }} }}",
    Decoder(OpenProjects),
)
