"""Parts of a Linear workspace: one team's issues and projects as Linear gave them. See `connectors.parts`.

What belongs to the workspace and not to a team (labels, initiatives, attachments of ours) is read once, by whoever has all
the parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec.json import Decoder

from config.trackers import LinearTracker
from connectors.base import InitiativeUse, Progress
from connectors.linear.api import project_queries, queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.operation import Operation
from connectors.linear.api.scope import check_credential, scoped_teams, visible_teams
from connectors.linear.api.wire import Connection, IssueNode, IssuesReply, LabelNode, PageInfo, ProjectNode
from connectors.linear.marks.own_labels import OwnLabels
from connectors.linear.marks.renamed_labels import Renamed
from connectors.linear.read.initiatives import InitiativeReader
from connectors.linear.read.mapping import category_by_name, dropped_names
from connectors.model import Pull, SetAside
from connectors.parts import Part

T = TypeVar("T")
_EVERY = 250
"""Issues between two words on how far it has come."""


class TeamPart(msgspec.Struct):
    """What was read of one team. `initiatives`: whether the projects tell theirs; `cycles`: whether the issues do."""

    as_of: datetime
    requests: int
    team: str
    cycles: bool
    initiatives: bool
    issues: list[IssueNode]
    projects: list[ProjectNode]
    aside_issues: list[SetAside]
    aside_projects: list[SetAside]


class Learned(msgspec.Struct):
    """The workspace's issue labels, and which of ours people renamed."""

    labels: list[LabelNode]
    renamed: Renamed


_PART = Decoder(TeamPart)
_LEARNED = Decoder(Learned)


def read_part(
    client: LinearClient,
    tracker: LinearTracker,
    progress: Progress | None,
    use: InitiativeUse,
    *,
    cycles: bool,
) -> Part:
    """See `ReadsParts.read_part`."""
    before, tell = client.requests, progress or (lambda _what, _done, _total: None)
    check_credential(client)
    as_of = client.server_time or datetime.now(UTC)
    (team,) = scoped_teams(client.tracker, visible_teams(client), tracker.scope.teams)
    aside_issues: list[SetAside] = []
    issues: list[IssueNode] = []
    for node in client.walk(
        _issues(cycles), lambda reply: reply.issues, aside_issues, filter={"team": {"id": {"in": [team.id]}}}
    ):
        issues.append(_whole(client, node))
        if len(issues) % _EVERY == 0:
            tell("issues", len(issues), None)
    tell("issues", len(issues), len(issues))
    aside_projects: list[SetAside] = []
    initiatives = InitiativeReader(client, use, [], [])

    def read(with_initiatives: bool) -> list[ProjectNode]:
        query = project_queries.projects(initiatives=with_initiatives)
        return list(client.walk(query, lambda reply: reply.projects, aside_projects, teams=[team.id]))

    part = TeamPart(
        as_of,
        client.requests - before,
        team.id,
        cycles,
        not initiatives.left_out,
        issues,
        initiatives.beside(read),
        aside_issues,
        aside_projects,
    )
    part.requests, part.initiatives = client.requests - before, not initiatives.left_out
    dropped = dropped_names(tracker)
    tally: Counter[str] = Counter(category_by_name(one.state.name, one.state.type, dropped) for one in issues)
    return Part(msgspec.json.encode(part), len(issues) + len(part.projects), part.requests, dict(tally))


def _issues(cycles: bool) -> Operation[Any]:
    return queries.ISSUES_WITH_CYCLES if cycles else queries.ISSUES


def _whole(client: LinearClient, node: IssueNode) -> IssueNode:
    """The issue with all of its relations."""
    if node.inverse_relations.page_info.has_next_page:
        walk = client.walk(queries.RELATIONS, lambda reply: reply.issue.inverse_relations, id=node.id)
        node.inverse_relations = Connection(nodes=list(walk), page_info=PageInfo(has_next_page=False))
    return node


class Parts:
    """A client's stand-in that answers from parts what they hold, issues and projects of their teams, and passes on all others."""

    def __init__(self, client: LinearClient, bodies: Collection[bytes]) -> None:
        self._client = client
        self._parts = {one.team: one for one in map(_decoded, bodies)}
        self.as_of = min((one.as_of for one in self._parts.values()), default=None)
        self.cost = sum(one.requests for one in self._parts.values())

    def walk(
        self,
        operation: Operation[Any],
        pick: Callable[[Any], Connection[Any]],
        aside: list[SetAside] | None = None,
        **variables: Any,
    ) -> Iterator[Any]:
        """See `LinearClient.walk`."""
        asked = variables.get("teams")
        for initiatives in (True, False):
            if asked and operation is project_queries.projects(initiatives=initiatives):
                known = (self._parts.get(one) for one in asked)
                if all(one is not None and one.initiatives == initiatives for one in known):
                    return self._projects(asked, aside)
        return self._client.walk(operation, pick, aside, **variables)

    def issues_of(
        self, teams: Sequence[str], operation: Operation[IssuesReply], aside: list[SetAside]
    ) -> dict[str, IssueNode] | None:
        """See `HoldsIssues`: those of the parts, and what changed since the first of them was read: an issue may have moved from a
        team that was yet to be read into one that was read before.
        """
        cycles = operation is queries.ISSUES_WITH_CYCLES
        parts = [self._parts[one] for one in teams if one in self._parts]
        if len(parts) < len(teams) or any(one.cycles != cycles for one in parts):
            return None
        since = min(one.as_of for one in parts)
        changed = {"team": {"id": {"in": list(teams)}}, "updatedAt": {"gte": since.isoformat()}}
        found = {node.id: node for one in parts for node in one.issues}
        for node in self._client.walk(operation, lambda reply: reply.issues, aside, filter=changed):
            found[node.id] = _whole(self._client, node)
        aside += [one for part in parts for one in part.aside_issues if one.id not in found]
        return dict(sorted(found.items(), key=lambda one: one[1].created_at, reverse=True))

    def _projects(self, teams: Iterable[str], aside: list[SetAside] | None) -> Iterator[ProjectNode]:
        parts = [self._parts[one] for one in teams]
        if aside is not None:
            aside += {one.id: one for part in parts for one in part.aside_projects}.values()
        yield from {node.id: node for one in parts for node in one.projects}.values()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def served(pulled: Pull, parts: Parts) -> Pull:
    """The pull that was answered from parts: as of the earliest of them, from where changes are told, with what they cost."""
    as_of = min(pulled.as_of, parts.as_of) if parts.as_of is not None else pulled.as_of
    return replace(pulled, as_of=as_of, requests=pulled.requests + parts.cost)


def learned_of(own: OwnLabels) -> bytes:
    """See `ReadsParts.learned`."""
    return msgspec.json.encode(Learned(list(own.labels.values()), own.renamed))


def with_learned(own: OwnLabels, body: bytes) -> OwnLabels:
    """The labels as another connector's pull knew them. Raises ValueError."""
    found = _LEARNED.decode(body)
    labels: Mapping[str, LabelNode] = {one.id: one for one in found.labels}
    return OwnLabels(own.owner, own.policy, labels, found.renamed, own.texts)


def _decoded(body: bytes) -> TeamPart:
    return _PART.decode(body)
