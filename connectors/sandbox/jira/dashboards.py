"""Dashboards, their gadgets, and the gadgets' properties. Wire facts: contracts/jira.md, section 5.8."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.http import (
    INVALID_PAYLOAD,
    JiraError,
    nothing,
    reader,
    reply,
    strict_body,
    whole_number,
    writer,
)
from connectors.sandbox.jira.issues import store_property
from connectors.sandbox.jira.paging import page_of
from connectors.sandbox.jira.shared import Dashboard, Gadget
from connectors.sandbox.jira.sharing import bean, may_edit, may_view, shares_of, shown
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.values import LONGEST_LINE

DASHBOARD_PAGE = 100
COLOURS = ("blue", "red", "yellow", "green", "cyan", "purple", "gray", "white")
GADGETS = (
    ("com.atlassian.jira.gadgets:filter-results-gadget", "Filter Results"),
    ("com.atlassian.jira.gadgets:stats-gadget", "Issue Statistics"),
    ("com.atlassian.jira.gadgets:pie-chart-gadget", "Pie Chart"),
    ("com.atlassian.jira.gadgets:text-gadget", "Text"),
)
"""Modules that can be put on a dashboard, and their names."""
_ORDERS = ("name", "id", "description", "owner", "favorite_count", "is_favorite")
_BODY: dict[str, type] = {
    "name": str,
    "description": str,
    "sharePermissions": list,
    "editPermissions": list,
}


class Dashboards(Resource):
    """Dashboards."""

    async def post_dashboard(self, request: web.Request) -> web.Response:
        person = writer(request)
        made = Dashboard(self.site.next_id(), person, "")
        await self._fill(request, person, made)
        self.site.dashboards[made.id] = made
        return reply(self.as_json(request, made))

    async def put_dashboard(self, request: web.Request) -> web.Response:
        person = writer(request)
        found = self.writable(request, person, 400)
        await self._fill(request, person, found)
        return reply(self.as_json(request, found))

    async def get_dashboard(self, request: web.Request) -> web.Response:
        return reply(self.as_json(request, self.visible(request)))

    async def delete_dashboard(self, request: web.Request) -> web.Response:
        person = writer(request)
        found = self.visible(request, 400)
        if found.owner != person:
            raise JiraError(400, "You must own the dashboard to delete it.")
        del self.site.dashboards[found.id]
        return nothing()

    async def list_dashboards(self, request: web.Request) -> web.Response:
        person, kind = reader(request), request.query.get("filter")
        rows = self._seen(person)
        if kind == "my":
            rows = [one for one in rows if one.owner == person]
        elif kind == "favourite":
            rows = [one for one in rows if person is not None and person.email in one.favourites]
        elif kind is not None:
            raise JiraError(400, f"The filter '{kind}' is not supported: use my or favourite.")
        start = max(0, whole_number(request, "startAt", 0))
        size = max(1, whole_number(request, "maxResults", 20))
        page = [self.as_json(request, one) for one in rows[start : start + size]]
        return reply({"startAt": start, "maxResults": size, "total": len(rows), "dashboards": page})

    async def search(self, request: web.Request) -> web.Response:
        query, order = request.query, request.query.get("orderBy", "name")
        if order.lstrip("+-") not in _ORDERS or (query.get("owner") and query.get("accountId")):
            raise JiraError(400, "The orderBy value is not supported, or both owner and accountId are given.")
        words, whose = query.get("dashboardName", "").lower(), query.get("accountId") or query.get("owner")
        rows = [
            one
            for one in self._seen(reader(request))
            if words in one.name.lower() and (not whose or one.owner.account_id == whose)
        ]
        rows.sort(key=lambda one: one.id if order.lstrip("+-") == "id" else 0)
        if "name" in order:
            rows.sort(key=lambda one: one.name.lower())
        rows = rows[::-1] if order.startswith("-") else rows
        return page_of(request, rows, lambda one: self.as_json(request, one), most=DASHBOARD_PAGE, default=50)

    def _seen(self, person: Person | None) -> list[Dashboard]:
        return [one for one in self.site.dashboards.values() if may_view(self.site, person, one)]

    async def _fill(self, request: web.Request, person: Person, one: Dashboard) -> None:
        """Take in name and shares, all three of which must be given. Raises JiraError 400."""
        body = await strict_body(request, **_BODY)
        if any(body.get(name) is None for name in ("name", "sharePermissions", "editPermissions")):
            raise JiraError(400, INVALID_PAYLOAD, bare=True)
        name = body["name"].strip()
        if not name or len(name) > LONGEST_LINE:
            raise JiraError(400, errors={"name": "You must specify a name of at most 255 characters."})
        if any(
            other is not one and other.owner == one.owner and other.name == name
            for other in self.site.dashboards.values()
        ):
            raise JiraError(400, errors={"name": "Dashboard with same name already exists."})
        shares = shares_of(self.site, person, body["sharePermissions"])
        editors = shares_of(self.site, person, body["editPermissions"], "editPermissions")
        one.name, one.description = name, body.get("description") or ""
        one.shares, one.editors = shares, editors

    def as_json(self, request: web.Request, one: Dashboard) -> dict[str, Any]:
        """A dashboard as JSON."""
        show = self.show(request)
        base = show.rest.rpartition("/rest/")[0]
        return {
            "id": str(one.id),
            "self": f"{show.rest}/dashboard/{one.id}",
            "name": one.name,
            "description": one.description,
            "owner": bean(show, one.owner),
            "isFavourite": show.person is not None and show.person.email in one.favourites,
            "popularity": len(one.favourites),
            "sharePermissions": shown(show, one.shares),
            "editPermissions": shown(show, one.editors),
            "isWritable": may_edit(self.site, show.person, one),
            "systemDashboard": False,
            "view": f"{base}/dashboard/{one.id}",
        }

    def visible(self, request: web.Request, status: int = 404) -> Dashboard:
        """The dashboard that the path names. Raises JiraError `status` where it is absent or hidden."""
        text = request.match_info["dashboard"]
        found = self.site.dashboards.get(int(text)) if text.isdecimal() else None
        if found is None or not may_view(self.site, reader(request), found):
            raise JiraError(status, f"The dashboard with id '{text}' does not exist.")
        return found

    def writable(self, request: web.Request, person: Person, status: int = 404) -> Dashboard:
        """The dashboard, if the account may change it. Raises JiraError `status`."""
        found = self.visible(request, status)
        if not may_edit(self.site, person, found):
            raise JiraError(status, "You do not have permission to edit this dashboard.")
        return found

    def routes(self) -> list[web.RouteDef]:
        """What is served of dashboards."""
        rest = f"{self.base}/rest/api/3/dashboard"
        one = f"{rest}/{{dashboard}}"
        return [
            web.get(rest, self.list_dashboards),
            web.post(rest, self.post_dashboard),
            web.get(f"{rest}/search", self.search),
            web.get(one, self.get_dashboard),
            web.put(one, self.put_dashboard),
            web.delete(one, self.delete_dashboard),
        ]


class Gadgets(Dashboards):
    """Gadgets and their properties."""

    async def list_available(self, request: web.Request) -> web.Response:
        writer(request)
        return reply({"gadgets": [{"moduleKey": key, "title": title} for key, title in GADGETS]})

    async def list_gadgets(self, request: web.Request) -> web.Response:
        found, query = self.visible(request), request.query
        keys, ids = set(query.getall("moduleKey", [])), set(query.getall("gadgetId", []))
        rows = sorted(found.gadgets.values(), key=lambda one: (one.column, one.row))
        return reply(
            {
                "gadgets": [
                    _gadget(one)
                    for one in rows
                    if (not keys or one.module_key in keys) and (not ids or str(one.id) in ids)
                ]
            }
        )

    async def post_gadget(self, request: web.Request) -> web.Response:
        board = self.writable(request, writer(request))
        body = await strict_body(
            request,
            moduleKey=str,
            uri=str,
            color=str,
            title=str,
            position=dict,
            ignoreUriAndModuleKeyValidation=bool,
        )
        key, uri = body.get("moduleKey"), body.get("uri")
        if bool(key) is bool(uri):
            raise JiraError(400, "Either a moduleKey or a uri must be given, and not both.")
        if key and not body.get("ignoreUriAndModuleKeyValidation") and key not in dict(GADGETS):
            raise JiraError(400, f"The module with the key '{key}' was not found.")
        colour, (row, column) = _colour(body.get("color") or "blue"), _position(body.get("position") or {})
        title = body.get("title") or dict(GADGETS).get(key or "", "Gadget")
        made = Gadget(self.site.next_id(), title, colour, row, column, key, uri)
        _make_room(board, made)
        board.gadgets[made.id] = made
        return reply(_gadget(made))

    async def put_gadget(self, request: web.Request) -> web.Response:
        board = self.writable(request, writer(request))
        found = _gadget_of(request, board, "gadget")
        body = await strict_body(request, color=str, title=str, position=dict)
        colour = _colour(body.get("color") or found.color)
        if body.get("position"):
            found.row, found.column = _position(body["position"])
            _make_room(board, found)
        found.color, found.title = colour, body.get("title") or found.title
        return nothing()

    async def delete_gadget(self, request: web.Request) -> web.Response:
        board = self.writable(request, writer(request))
        del board.gadgets[_gadget_of(request, board, "gadget").id]
        return nothing()

    async def list_properties(self, request: web.Request) -> web.Response:
        found = _gadget_of(request, self.visible(request), "item")
        address = f"{request.scheme}://{request.host}{request.path}"
        return reply({"keys": [{"self": f"{address}/{key}", "key": key} for key in found.properties]})

    async def get_property(self, request: web.Request) -> web.Response:
        found = _gadget_of(request, self.visible(request), "item")
        key = _key(request, found)
        return reply({"key": key, "value": found.properties[key]})

    async def put_property(self, request: web.Request) -> web.Response:
        found = self._own_item(request)
        status = await store_property(request, found.properties)
        return reply({}, status)

    async def delete_property(self, request: web.Request) -> web.Response:
        found = self._own_item(request)
        del found.properties[_key(request, found)]
        return nothing()

    def _own_item(self, request: web.Request) -> Gadget:
        """The item, if the account may change it. Raises JiraError 403 and 404."""
        person, board = writer(request), self.visible(request)
        if not may_edit(self.site, person, board):
            raise JiraError(403, "You do not have permission to edit this dashboard.")
        return _gadget_of(request, board, "item")

    def routes(self) -> list[web.RouteDef]:
        """What is served of gadgets."""
        rest = f"{self.base}/rest/api/3/dashboard"
        many = f"{rest}/{{dashboard}}/gadget"
        properties = f"{rest}/{{dashboard}}/items/{{item}}/properties"
        return [
            web.get(f"{rest}/gadgets", self.list_available),
            web.get(many, self.list_gadgets),
            web.post(many, self.post_gadget),
            web.put(f"{many}/{{gadget}}", self.put_gadget),
            web.delete(f"{many}/{{gadget}}", self.delete_gadget),
            web.get(properties, self.list_properties),
            web.get(f"{properties}/{{key}}", self.get_property),
            web.put(f"{properties}/{{key}}", self.put_property),
            web.delete(f"{properties}/{{key}}", self.delete_property),
        ]


def _gadget(one: Gadget) -> dict[str, Any]:
    result: dict[str, Any] = {"id": one.id, "color": one.color, "title": one.title}
    result["position"] = {"row": one.row, "column": one.column}
    return result | ({"moduleKey": one.module_key} if one.module_key else {"uri": one.uri})


def _gadget_of(request: web.Request, board: Dashboard, part: str) -> Gadget:
    text = request.match_info[part]
    found = board.gadgets.get(int(text)) if text.isdecimal() else None
    if found is None:
        raise JiraError(404, f"The dashboard item with id '{text}' does not exist.")
    return found


def _key(request: web.Request, gadget: Gadget) -> str:
    key = request.match_info["key"]
    if key not in gadget.properties:
        raise JiraError(404, f"The property with key '{key}' does not exist.")
    return key


def _colour(name: str) -> str:
    if name not in COLOURS:
        raise JiraError(400, f"The color must be one of {', '.join(COLOURS)}.")
    return name


def _position(given: dict[str, Any]) -> tuple[int, int]:
    row, column = given.get("row", 0), given.get("column", 0)
    if not all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in (row, column)):
        raise JiraError(400, "The position needs a row and a column, both 0 or more.")
    return row, column


def _make_room(board: Dashboard, placed: Gadget) -> None:
    """Move down what is at the place, and all below it in that column."""
    others = [one for one in board.gadgets.values() if one is not placed and one.column == placed.column]
    if any(one.row == placed.row for one in others):
        for one in others:
            if one.row >= placed.row:
                one.row += 1
