"""The site's lists of projects, statuses, resolutions, priorities and types, whole and entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from aiohttp import web

from connectors.sandbox.jira.http import JiraError, reader, reply
from connectors.sandbox.jira.paging import page_of
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import PRIORITIES, RESOLUTIONS, TYPES, IssueType, NamedValue, Status

CatalogEntry = TypeVar("CatalogEntry", NamedValue, Status, IssueType)


class Catalog(Resource):
    """What there is on the site."""

    async def projects(self, request: web.Request) -> web.Response:
        """All projects at once: deprecated, and what older clients still ask."""
        person, show = reader(request), self.show(request)
        seen = [one for one in self.site.projects.values() if self.site.may_browse(person, one)]
        return reply(
            [
                show.project(project) | {"style": "next-gen" if project.simplified else "classic"}
                for project in sorted(seen, key=lambda project: project.key)
            ]
        )

    async def statuses(self, request: web.Request) -> web.Response:
        return reply([self.show(request).status(status) for status in self._statuses(request)])

    async def status(self, request: web.Request) -> web.Response:
        wanted = request.match_info["entry"].lower()
        named = [status for status in self._statuses(request) if status.name.lower() == wanted]
        return reply(
            self.show(request).status(
                named[0] if named else _entry(request, self._statuses(request), "status")
            )
        )

    async def resolutions(self, request: web.Request) -> web.Response:
        return reply([self.show(request).named("resolution", entry) for entry in RESOLUTIONS])

    async def resolution(self, request: web.Request) -> web.Response:
        return reply(self.show(request).named("resolution", _entry(request, RESOLUTIONS, "resolution")))

    async def priority(self, request: web.Request) -> web.Response:
        return reply(self.show(request).named("priority", _entry(request, PRIORITIES, "priority")))

    async def issue_type(self, request: web.Request) -> web.Response:
        return reply(self.show(request).type(_entry(request, TYPES.values(), "issue type")))

    async def labels(self, request: web.Request) -> web.Response:
        """The labels that some issue bears, whoever may see it: the site has no other list of them."""
        names = sorted({label for issue in self.site.issues.values() for label in issue.labels})
        return page_of(request, names, str, most=1000)

    def _statuses(self, request: web.Request) -> list[Status]:
        """The statuses of the projects that can be seen, each once."""
        person = reader(request)
        seen = [one for one in self.site.projects.values() if self.site.may_browse(person, one)]
        listed = dict.fromkeys(status for project in seen for status in project.statuses)
        return [status for status in listed if status.id not in self.site.peculiar.retired_statuses]

    def routes(self) -> list[web.RouteDef]:
        """What is served of the lists."""
        rest = f"{self.base}/rest/api/3"
        return [
            web.get(f"{rest}/project", self.projects),
            web.get(f"{rest}/status", self.statuses),
            web.get(f"{rest}/status/{{entry}}", self.status),
            web.get(f"{rest}/resolution", self.resolutions),
            web.get(f"{rest}/resolution/{{entry}}", self.resolution),
            web.get(f"{rest}/priority/{{entry}}", self.priority),
            web.get(f"{rest}/issuetype/{{entry}}", self.issue_type),
            web.get(f"{rest}/label", self.labels),
        ]


def _entry(request: web.Request, entries: Iterable[CatalogEntry], kind: str) -> CatalogEntry:
    """The entry by id. Raises JiraError 404."""
    wanted = request.match_info["entry"]
    found = next((entry for entry in entries if str(entry.id) == wanted), None)
    if found is None:
        raise JiraError(404, f"The {kind} with id '{wanted}' does not exist.")
    return found
