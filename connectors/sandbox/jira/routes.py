"""All routes of the Jira site below /jira, and those that tell about the site itself."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.comments import CommentProperties, Comments
from connectors.sandbox.jira.http import JiraError, guarded, names, reader, reply, whole_number
from connectors.sandbox.jira.issues import IssueProperties, Issues
from connectors.sandbox.jira.page import page_routes
from connectors.sandbox.jira.search import Search
from connectors.sandbox.jira.show import Part, Show, moment
from connectors.sandbox.jira.state import FIELDS, PRIORITIES, SITE_ZONE, TYPES, JiraSite, Project

if TYPE_CHECKING:
    from connectors.sandbox.world import World

BASE = "/jira"
LARGEST_PROJECT_PAGE = 100

_PERMISSIONS = {
    "ADMINISTER": ("GLOBAL", "Administer Jira"),
    "ADMINISTER_PROJECTS": ("PROJECT", "Administer Projects"),
    "BROWSE_PROJECTS": ("PROJECT", "Browse Projects"),
    "EDIT_ISSUES": ("PROJECT", "Edit Issues"),
    "LINK_ISSUES": ("PROJECT", "Link Issues"),
    "ADD_COMMENTS": ("PROJECT", "Add Comments"),
    "EDIT_OWN_COMMENTS": ("PROJECT", "Edit Own Comments"),
    "EDIT_ALL_COMMENTS": ("PROJECT", "Edit All Comments"),
    "DELETE_OWN_COMMENTS": ("PROJECT", "Delete Own Comments"),
    "DELETE_ALL_COMMENTS": ("PROJECT", "Delete All Comments"),
    "TRANSITION_ISSUES": ("PROJECT", "Transition Issues"),
    "CREATE_ISSUES": ("PROJECT", "Create Issues"),
}


def routes(world: World) -> list[web.RouteDef]:
    """Everything that the Jira site answers to."""
    site, traces = world.jira, count(1)
    served = [
        *Site(site, BASE).routes(),
        *Search(site, BASE).routes(),
        *Issues(site, BASE).routes(),
        *IssueProperties(site, BASE).routes(),
        *Comments(site, BASE).routes(),
        *CommentProperties(site, BASE).routes(),
        web.route("*", f"{BASE}/rest/{{rest:.*}}", _unknown),
    ]
    return [
        *[web.RouteDef(r.method, r.path, guarded(r.handler, traces), r.kwargs) for r in served],
        *page_routes(site, BASE),
    ]


async def _unknown(request: web.Request) -> web.Response:
    return reply({"message": f"null for uri: {request.path}", "status-code": 404}, 404)


class Site(Part):
    """The site itself: who one is, what there is."""

    async def myself(self, request: web.Request) -> web.Response:
        person = reader(request)
        if person is None:
            message = "Client must be authenticated to access this resource."
            return reply({"message": message, "status-code": 401}, 401)
        return reply((self.show(request).user(person) or {}) | {"locale": "en_GB", "expand": "groups"})

    async def server_info(self, request: web.Request) -> web.Response:
        return reply(
            {
                "baseUrl": f"{request.scheme}://{request.host}{self.base}",
                "version": "1001.0.0-SNAPSHOT",
                "versionNumbers": [1001, 0, 0],
                "deploymentType": "Cloud",
                "buildNumber": 100_300,
                "serverTime": moment(self.site.clock.now()),
                "serverTimeZone": SITE_ZONE,
                "serverTitle": "Acme",
            }
        )

    async def fields(self, request: web.Request) -> web.Response:
        return reply([self.show(request).described(entry) for entry in FIELDS])

    async def issue_types(self, request: web.Request) -> web.Response:
        return reply([self.show(request).type(kind) for kind in TYPES.values()] if reader(request) else [])

    async def priorities(self, request: web.Request) -> web.Response:
        return reply([self.show(request).named("priority", entry) for entry in PRIORITIES])

    async def project(self, request: web.Request) -> web.Response:
        return reply(
            self.show(request).whole_project(
                _project(self.site, reader(request), request.match_info["project"])
            )
        )

    async def search_projects(self, request: web.Request) -> web.Response:
        return reply(_project_page(request, self.site, self.show(request)))

    async def permissions(self, request: web.Request) -> web.Response:
        return reply({"permissions": _permissions(request, self.site)})

    def routes(self) -> list[web.RouteDef]:
        """What is served of the site itself."""
        rest = f"{self.base}/rest/api/3"
        return [
            web.get(f"{rest}/myself", self.myself),
            web.get(f"{rest}/serverInfo", self.server_info),
            web.get(f"{rest}/field", self.fields),
            web.get(f"{rest}/issuetype", self.issue_types),
            web.get(f"{rest}/priority", self.priorities),
            web.get(f"{rest}/project/search", self.search_projects),
            web.get(f"{rest}/project/{{project}}", self.project),
            web.get(f"{rest}/mypermissions", self.permissions),
        ]


def _project(site: JiraSite, person: Person | None, name: str) -> Project:
    for project in site.projects.values():
        if name.upper() == project.key or name == str(project.id):
            if site.may_browse(person, project):
                return project
            break
    raise JiraError(404, f"No project could be found with key '{name}'.")


def _project_page(request: web.Request, site: JiraSite, show: Show) -> dict[str, Any]:
    start = max(0, whole_number(request, "startAt", 0))
    size = min(LARGEST_PROJECT_PAGE, max(1, whole_number(request, "maxResults", 50)))
    keys = {key.upper() for key in request.query.getall("keys", [])}
    words = request.query.get("query", "").lower()
    found = [
        project
        for project in sorted(site.projects.values(), key=lambda entry: entry.key)
        if site.may_browse(reader(request), project)
        and (not keys or project.key in keys)
        and (words in project.key.lower() or words in project.name.lower())
    ]
    page = [
        show.project(project) | {"style": "next-gen" if project.simplified else "classic"}
        for project in found[start : start + size]
    ]
    return {
        "self": f"{show.rest}/project/search",
        "maxResults": size,
        "startAt": start,
        "total": len(found),
        "isLast": start + size >= len(found),
        "values": page,
    }


def _permissions(request: web.Request, site: JiraSite) -> dict[str, Any]:
    asked = names(request.query.get("permissions"))
    if not asked:
        raise JiraError(400, "The 'permissions' query parameter is required.")
    unknown = [name for name in asked if name not in _PERMISSIONS]
    if unknown:
        raise JiraError(400, f"Unrecognized permission: {unknown[0]}")
    person = reader(request)
    if key := request.query.get("projectKey"):
        _project(site, person, key)
    email = person.email if person else ""
    held = {
        name: person is not None
        and (name not in ("ADMINISTER", "ADMINISTER_PROJECTS") or email in site.admins)
        and (name not in ("EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS") or email in site.editors)
        for name in asked
    }
    return {
        name: {
            "id": str(list(_PERMISSIONS).index(name)),
            "key": name,
            "name": _PERMISSIONS[name][1],
            "type": _PERMISSIONS[name][0],
            "description": "",
            "havePermission": held[name],
        }
        for name in asked
    }
