"""All routes of the Jira site below /jira, and those that tell about the site itself."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira import gateway
from connectors.sandbox.jira.admin import CustomFields
from connectors.sandbox.jira.bulk import BulkEdits
from connectors.sandbox.jira.catalog import Catalog
from connectors.sandbox.jira.comments import CommentProperties, Comments
from connectors.sandbox.jira.contexts import Contexts, Options
from connectors.sandbox.jira.dashboards import Dashboards, Gadgets
from connectors.sandbox.jira.datacenter import server_routes
from connectors.sandbox.jira.deliveries import Deliveries
from connectors.sandbox.jira.editmeta import EditMeta
from connectors.sandbox.jira.filters import Filters
from connectors.sandbox.jira.history import Changelogs
from connectors.sandbox.jira.http import (
    GATEWAY_PATH,
    SERVER_BASE,
    UNSEEN,
    JiraError,
    names,
    reader,
    reply,
    whole_number,
    with_envelope,
)
from connectors.sandbox.jira.issues import IssueProperties, Issues
from connectors.sandbox.jira.layout import listed
from connectors.sandbox.jira.links import IssueLinks, SingleRemoteLinks
from connectors.sandbox.jira.moves import Moves
from connectors.sandbox.jira.page import page_routes
from connectors.sandbox.jira.people import People
from connectors.sandbox.jira.permissions import PERMISSIONS
from connectors.sandbox.jira.property_jobs import PropertyJobs
from connectors.sandbox.jira.rate_limit_middleware import rate_limited
from connectors.sandbox.jira.rights import with_permission
from connectors.sandbox.jira.screens import Associations, Screens
from connectors.sandbox.jira.search import Search
from connectors.sandbox.jira.server_show import ServerShow
from connectors.sandbox.jira.show import Resource, Show, moment
from connectors.sandbox.jira.state import PRIORITIES, SITE_ZONE, TYPES, JiraSite, Project
from connectors.sandbox.jira.views import view_routes
from connectors.sandbox.jira.webhooks import Webhooks

if TYPE_CHECKING:
    from connectors.sandbox.world import World

BASE = "/jira"
LARGEST_PROJECT_PAGE = 100


def routes(world: World) -> list[web.RouteDef]:
    """Everything that the Jira site answers to."""
    site, trace_ids = world.jira, count(1)
    site.listener = Deliveries(site).hear
    # The gateway has none: tokens of OAuth make dynamic webhooks, which are not served here.
    resources = (*RESOURCES, Webhooks)
    served = [route for resource in resources for route in resource(site, BASE).routes()]
    on_server = [resource(site, SERVER_BASE, ServerShow) for resource in resources]
    return [
        *[
            web.RouteDef(
                r.method,
                r.path,
                with_envelope(
                    rate_limited(site, with_permission(site, r.handler, r.method, r.path), r.method, r.path),
                    trace_ids,
                ),
                r.kwargs,
            )
            for r in both_versions(served)
        ],
        web.route("*", f"{BASE}/rest/{{rest:.*}}", with_envelope(_unknown, trace_ids)),
        *server_routes(site, on_server, trace_ids, SERVER_BASE),
        *(route for base in (BASE, SERVER_BASE) for route in page_routes(site, base)),
        *(route for base in (BASE, SERVER_BASE) for route in view_routes(site, base)),
    ]


def gateway_routes(world: World) -> list[web.RouteDef]:
    """The same behind the gateway, and what it serves itself."""
    site, trace_ids = world.jira, count(1)
    served = [route for resource in RESOURCES for route in resource(site, gateway.BASE).routes()]
    return [
        *[
            web.RouteDef(
                r.method,
                r.path,
                gateway.through_gateway(
                    rate_limited(site, with_permission(site, r.handler, r.method, r.path), r.method, r.path),
                    r.method,
                    "/" + r.path.partition("/rest/api/")[2].partition("/")[2],
                    trace_ids,
                ),
                r.kwargs,
            )
            for r in both_versions(served)
        ],
        web.route("*", f"{GATEWAY_PATH}{{rest:.*}}", gateway.unknown),
        web.get("/oauth/token/accessible-resources", gateway.accessible_resources),
        web.get(f"{BASE}/_edge/tenant_info", gateway.tenant_info),
    ]


def both_versions(served: list[web.RouteDef]) -> list[web.RouteDef]:
    """The routes of version 3, and the same under version 2, where rich text is wiki markup."""
    older = [
        web.RouteDef(r.method, r.path.replace("/rest/api/3/", "/rest/api/2/"), r.handler, r.kwargs)
        for r in served
        if "/rest/api/3/" in r.path
    ]
    known = {(r.method, r.path) for r in served}
    return [*served, *(r for r in older if (r.method, r.path) not in known)]


async def _unknown(request: web.Request) -> web.Response:
    return reply({"message": f"null for uri: {request.path}", "status-code": 404}, 404)


class Site(Resource):
    """The site itself: who one is, what there is."""

    async def myself(self, request: web.Request) -> web.Response:
        person = reader(request)
        if person is None:
            message = "Client must be authenticated to access this resource."
            return reply({"message": message, "status-code": 401}, 401)
        return reply(
            (self.show(request).user(person) or {})
            | {"locale": self.site.peculiar.locale, "expand": "groups"}
        )

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
        return reply([self.show(request).described(entry) for entry in listed(self.site)])

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
    project = site.project_named(name, person)
    if project is not None:
        return project
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
    unknown = [name for name in asked if name not in PERMISSIONS]
    if unknown:
        raise JiraError(400, f"Unrecognized permission: {unknown[0]}")
    person = reader(request)
    place = None
    if key := request.query.get("projectKey") or request.query.get("projectId"):
        place = _project(site, person, key)
    if name := request.query.get("issueKey") or request.query.get("issueId"):
        issue = site.find(name, person)
        if issue is None:
            raise JiraError(404, UNSEEN)
        place = issue.project
    return {
        name: {
            "id": str(list(PERMISSIONS).index(name)),
            "key": name,
            "name": PERMISSIONS[name][1],
            "type": PERMISSIONS[name][0],
            "description": "",
            "havePermission": site.holds(person, name, place),
        }
        for name in asked
    }


RESOURCES: tuple[type[Resource], ...] = (
    Site,
    Associations,
    Screens,
    Options,
    Contexts,
    CustomFields,
    EditMeta,
    PropertyJobs,
    BulkEdits,
    Filters,
    Gadgets,
    Dashboards,
    Catalog,
    People,
    IssueLinks,
    SingleRemoteLinks,
    Search,
    Moves,
    Issues,
    IssueProperties,
    Changelogs,
    Comments,
    CommentProperties,
)
"""The parts of the API; where two would serve a path, the first does."""
