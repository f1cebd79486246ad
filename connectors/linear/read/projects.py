"""Reading projects: those of the teams in scope with all of their lists, or one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

from connectors.errors import BadReply
from connectors.linear.api import project_queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.errors import NotFound
from connectors.linear.api.wire import Connection, IssueNode, ProjectNode
from connectors.linear.read.initiatives import InitiativeReader
from connectors.linear.read.issues import in_parts
from connectors.linear.read.mapping import is_counted, project_category
from connectors.model import SetAside


class ProjectReader:
    """Projects of one workspace, with their initiatives where the token may read those. What cannot be read goes to `aside`."""

    def __init__(self, client: LinearClient, initiatives: InitiativeReader, aside: list[SetAside]) -> None:
        self._client = client
        self._initiatives = initiatives
        self._aside = aside

    def of_teams(self, teams: Collection[str]) -> list[ProjectNode]:
        """Every project of the teams with these ids; and the initiatives, where those are certain to be needed."""

        def read(initiatives: bool) -> list[ProjectNode]:
            query = project_queries.projects(initiatives=initiatives)
            walk = self._client.walk(query, lambda reply: reply.projects, self._aside, teams=list(teams))
            return list(walk)

        found = self._initiatives.beside(read)
        whole = self._client.together([partial(self._whole, node) for node in found])
        if any(one.initiatives.nodes for one in whole if is_counted(one, project_category(one))):
            self._initiatives.every()
        return whole

    def with_ids(self, ids: Collection[str], teams: Collection[str]) -> list[ProjectNode]:
        """Those of them that have these ids."""
        if not ids:
            return []

        def read(initiatives: bool) -> list[ProjectNode]:
            query = project_queries.projects_with_ids(initiatives=initiatives)

            def some(part: list[str]) -> list[ProjectNode]:
                walk = self._client.walk(
                    query, lambda reply: reply.projects, self._aside, teams=list(teams), ids=part
                )
                return list(walk)

            parts = self._client.together([partial(some, one) for one in in_parts(sorted(ids), query.page)])
            return [one for part in parts for one in part]

        found = self._initiatives.beside(read)
        return self._client.together([partial(self._whole, node) for node in found])

    def now(self, identity: str) -> ProjectNode | None:
        """The project with this id, if it is there."""
        try:
            return self._one(identity)
        except NotFound:
            return None

    def _one(self, identity: str) -> ProjectNode:
        def read(initiatives: bool) -> ProjectNode:
            return self._client.execute(project_queries.project(initiatives=initiatives), id=identity).project

        return self._initiatives.beside(read)

    def _whole(self, node: ProjectNode) -> ProjectNode:
        """The project with all of its nested lists, read again on its own where a page cut them off."""
        if not _is_cut(node):
            return node
        whole = self._one(node.id)
        if _is_cut(whole):
            raise BadReply(
                self._client.tracker, f"project {node.name!r} has more than 250 teams, labels or links."
            )
        return whole


def _is_cut(one: ProjectNode) -> bool:
    lists: tuple[Connection[object], ...] = (
        one.teams,  # type: ignore[assignment]
        one.initiatives,
        one.labels,
        one.external_links,
    )
    return any(part.page_info.has_next_page for part in lists)


def counted_projects(projects: Iterable[ProjectNode], issues: Iterable[IssueNode]) -> list[ProjectNode]:
    """The projects that take part: by themselves, or because one of these issues is in them."""
    used = {one.project.id for one in issues if one.project is not None}
    return [
        one
        for one in projects
        if is_counted(one, project_category(one)) or (one.id in used and not one.trashed)
    ]
