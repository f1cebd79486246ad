"""The same site as a Data Center serves it: REST v2, wiki markup, offset paging, tokens and user names.

Wire facts: contracts/jira.md, section 6. What the Cloud alone has is not there. It signs in
`Bearer sandbox-dc-pat`, or basic with a user name ("ann.lee") and the Cloud's tokens as passwords.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from aiohttp import web

from connectors.sandbox.company import DIRECTORY
from connectors.sandbox.jira.http import (
    JiraError,
    names,
    reader,
    reply,
    strict_body,
    whole_number,
    writer,
)
from connectors.sandbox.jira.issues import Issues
from connectors.sandbox.jira.jql import parse
from connectors.sandbox.jira.jql_context import JqlContext
from connectors.sandbox.jira.jql_match import prepare
from connectors.sandbox.jira.jql_tokens import JqlError
from connectors.sandbox.jira.layout import listed
from connectors.sandbox.jira.rights import with_permission
from connectors.sandbox.jira.server_admin import ServerFieldList, ServerFilters, ServerScreens
from connectors.sandbox.jira.server_login import with_login
from connectors.sandbox.jira.server_show import EPIC_NAME_FIELD, PARENT_LINK_FIELD, ServerShow, name_of
from connectors.sandbox.jira.show import NAVIGABLE_FIELDS, Resource, chosen
from connectors.sandbox.jira.state import EPIC_LINK, EPIC_NAME, SITE_ZONE, Issue, JiraSite

_CLOUD_ONLY = (
    "/search", "/changelog", "/issue/bulkfetch", "/issue/archive", "/issue/unarchive", "/issue/limit",
    "/issue/properties", "/issue/{issue}/changelog", "/issue/{issue}/assignee", "/jql", "/bulk", "/task",
    "/comment/list", "/field/", "/project/search", "/project/{project}/", "/filter/search", "/filter/my",
    "/dashboard/", "/user", "/label",
)  # fmt: skip
"""Beginnings of paths that the Cloud serves and Data Center does not, or quite otherwise."""


def server_routes(
    site: JiraSite, shared: Sequence[Resource], trace_ids: Iterator[int], base: str
) -> list[web.RouteDef]:
    """Everything below `base`: what is its own, and of the `shared` parts of the API what it has too."""
    own = [
        *ServerSite(site, base, ServerShow).routes(),
        *ServerSearch(site, base, ServerShow).routes(),
        *ServerIssues(site, base, ServerShow).routes(),
        *ServerFieldList(site, base, ServerShow).routes(),
        *ServerScreens(site, base, ServerShow).routes(),
        *ServerFilters(site, base, ServerShow).routes(),
    ]
    taken = {(r.method, r.path) for r in own}
    also = [
        r
        for part in shared
        for r in part.routes()
        if (r.method, r.path) not in taken
        and not _route(r).startswith(_CLOUD_ONLY)
        and (r.method, _route(r)) != ("POST", "/dashboard")
    ]
    served = [
        web.RouteDef(r.method, r.path.replace("/rest/api/3/", "/rest/api/2/"), r.handler, r.kwargs)
        for r in (*own, *also)
    ]
    served.append(web.route("*", f"{base}/rest/{{rest:.*}}", _unknown))
    return [
        web.RouteDef(
            r.method,
            r.path,
            with_login(site, with_permission(site, r.handler, r.method, r.path), trace_ids),
            r.kwargs,
        )
        for r in served
    ]


def _route(route: web.RouteDef) -> str:
    return "/" + route.path.partition("/rest/api/")[2].partition("/")[2]


async def _unknown(request: web.Request) -> web.Response:
    return reply({"message": f"null for uri: {request.url}", "status-code": 404}, 404)


# --- What is its own -----------------------------------------------------------------------------


class ServerSite(Resource):
    """The site itself: who one is, what there is."""

    async def server_info(self, request: web.Request) -> web.Response:
        if self.site.peculiar.is_closed and reader(request) is None:
            message = "Client must be authenticated to access this resource."
            return reply({"message": message, "status-code": 401}, 401)
        return reply(
            {
                "baseUrl": f"{request.scheme}://{request.host}{self.base}",
                "version": "9.12.5",
                "versionNumbers": [9, 12, 5],
                "deploymentType": "Server",
                "buildNumber": 9_120_005,
                "buildDate": "2024-02-28T00:00:00.000+0000",
                "databaseBuildNumber": 9_120_005,
                "serverTime": self.show(request).moment(self.site.clock.now()),
                "scmInfo": "",
                "serverTitle": "Acme",
                "defaultLocale": {"locale": "en_US"},
                "serverTimeZone": SITE_ZONE,
            }
        )

    async def myself(self, request: web.Request) -> web.Response:
        person = reader(request)
        if person is None:
            message = "Client must be authenticated to access this resource."
            return reply({"message": message, "status-code": 401}, 401)
        return reply(
            (self.show(request).user(person) or {}) | {"locale": self.site.peculiar.locale, "deleted": False}
        )

    async def user(self, request: web.Request) -> web.Response:
        writer(request)
        wanted = request.query.get("username") or request.query.get("key")
        show = self.show(request)
        for person in DIRECTORY.values():
            account = show.user(person) or {}
            if wanted in (account.get("name"), account.get("key")):
                return reply(account)
        raise JiraError(404, f"The user named '{wanted}' does not exist")

    async def fields(self, request: web.Request) -> web.Response:
        return reply(
            [
                self.show(request).described(entry)
                for entry in (*listed(self.site), EPIC_NAME_FIELD, PARENT_LINK_FIELD)
            ]
        )

    def routes(self) -> list[web.RouteDef]:
        """What is served of the site itself."""
        rest = f"{self.base}/rest/api/3"
        return [
            web.get(f"{rest}/serverInfo", self.server_info),
            web.get(f"{rest}/myself", self.myself),
            web.get(f"{rest}/user", self.user),
            web.get(f"{rest}/field", self.fields),
        ]


class ServerSearch(Resource):
    """Search by offset, which reads the store. It gives no entity properties (JRASERVER-62898)."""

    async def get_search(self, request: web.Request) -> web.Response:
        query = request.query
        asked = {
            "jql": query.get("jql", ""),
            "startAt": whole_number(request, "startAt", 0),
            "maxResults": whole_number(request, "maxResults", 50),
            "fields": names(",".join(query.getall("fields", []))),
            "expand": names(",".join(query.getall("expand", []))),
        }
        return self._page(request, asked)

    async def post_search(self, request: web.Request) -> web.Response:
        asked = await strict_body(
            request,
            jql=str,
            startAt=int,
            maxResults=int,
            fields=list,
            expand=list,
            validateQuery=(bool, str),
        )
        return self._page(request, asked)

    def _page(self, request: web.Request, asked: dict[str, Any]) -> web.Response:
        show, limits = self.show(request), self.site.limits
        start = max(0, asked.get("startAt") or 0)
        size = asked["maxResults"] if asked.get("maxResults") is not None else 50
        size = limits.server_page if size < 0 else min(size, limits.server_page)
        if start + size > limits.server_window:
            return _beyond_window(start + size, limits.server_window)
        lenient = asked.get("validateQuery", True) in (False, "false", "none")
        found = self._found(request, asked.get("jql") or "", lenient)
        fields = chosen([str(name) for name in asked.get("fields") or ()], NAVIGABLE_FIELDS, self.site)
        expand = [str(name) for name in asked.get("expand") or ()]
        return reply(
            {
                "expand": "schema,names",
                "startAt": start,
                "maxResults": size,
                "total": len(found),
                "issues": [show.issue(issue, fields, (), expand) for issue in found[start : start + size]],
            }
        )

    def _found(self, request: web.Request, jql: str, lenient: bool) -> list[Issue]:
        person = reader(request)
        try:
            context = JqlContext(self.site, person, self.site.clock.now(), by_user_name=True, lenient=lenient)
            found = prepare(parse(jql), context)
        except JqlError as error:
            raise JiraError(400, str(error)) from None
        hits = [issue for issue in self.site.visible(person) if found.test(issue)]
        return sorted(hits, key=lambda issue: found.rank(found.position(issue)))

    def routes(self) -> list[web.RouteDef]:
        """What is served of search."""
        rest = f"{self.base}/rest/api/3"
        return [web.get(f"{rest}/search", self.get_search), web.post(f"{rest}/search", self.post_search)]


def _beyond_window(wanted: int, window: int) -> web.Response:
    """A 500: support.atlassian.com, "Handling JQL REST API searching exceeding max_result_window in Jira"."""
    message = (
        f"Search limit exceeded. We couldn't complete your search because it requests {wanted:,} results "
        f"which exceeded the search platform limit of {window:,}. Try refining your query or contact your "
        "Jira administrator. Repeating the same search may not work."
    )
    trace = "Please contact your admin passing attached Log's referral number: 00000000-0000-4000-8000-000000000000"
    return reply({"message": message, "stack-trace": trace}, 500)


_EPIC_NAME = web.RequestKey("epic_name", object)


class ServerIssues(Issues):
    """Issues whose epic is a field with its key, and whose people are named."""

    async def edit_body(self, request: web.Request) -> dict[str, Any]:
        body = dict(await super().edit_body(request))
        fields = dict(body.get("fields") or {})
        issue = self.site.find(request.match_info.get("issue", ""), reader(request))
        kind = fields.get("issuetype") or {}
        is_epic = issue is None and kind.get("name") == "Epic"
        if is_epic and not fields.get(EPIC_NAME):
            raise JiraError(400, errors={EPIC_NAME: "Epic Name is required."})
        is_subtask = issue.type.is_subtask if issue is not None else "parent" in fields
        if "parent" in fields and not is_subtask:
            said = "Field 'parent' cannot be set. It is not on the appropriate screen, or unknown."
            raise JiraError(400, errors={"parent": said})
        if EPIC_LINK in fields:
            fields |= _as_parent(self.site, fields[EPIC_LINK])
        if isinstance(fields.get("assignee"), dict):
            fields["assignee"] = _account(fields["assignee"])
        if EPIC_NAME in fields:
            request[_EPIC_NAME] = fields.pop(EPIC_NAME)
        body["fields"] = fields
        return body

    async def put_issue(self, request: web.Request) -> web.Response:
        response = await super().put_issue(request)
        self._name_epic(request, request.match_info["issue"])
        return response

    async def post_issue(self, request: web.Request) -> web.Response:
        response = await super().post_issue(request)
        assert isinstance(response.body, bytes)  # noqa: S101  every reply with a body has bytes
        self._name_epic(request, msgspec.json.decode(response.body)["key"])
        return response

    def _name_epic(self, request: web.Request, key: str) -> None:
        issue = self.site.find(key, reader(request))
        if issue is not None and issue.type.level == 1 and _EPIC_NAME in request:
            issue.custom[EPIC_NAME] = str(request[_EPIC_NAME])


def _as_parent(site: JiraSite, key: Any) -> dict[str, Any]:
    """The edit that hangs an issue below the epic of this key, by the relation that the Cloud knows."""
    if key is None:
        return {"parent": None, EPIC_LINK: None}
    epic = site.issues.get(site.keys.get(str(key).upper(), -1))
    if epic is None or epic.type.level != 1:
        raise JiraError(400, errors={EPIC_LINK: f"Issue '{key}' is not an epic."})
    return {"parent": {"key": epic.key}, EPIC_LINK: None}


def _account(given: dict[str, Any]) -> dict[str, Any]:
    """A person by name as the Cloud names them. Raises JiraError 400."""
    name = given.get("name")
    found = next((person for person in DIRECTORY.values() if name_of(person) == name), None)
    if name is not None and found is None:
        raise JiraError(400, errors={"assignee": f"User '{name}' does not exist."})
    return {"accountId": found.account_id if found is not None else None}
