"""Filters: saved queries with their owners, shares and stars. Wire facts: contracts/jira.md, section 5.8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.http import JiraError, flag, names, nothing, reader, reply, strict_body, writer
from connectors.sandbox.jira.jql import parse
from connectors.sandbox.jira.jql_context import JqlContext
from connectors.sandbox.jira.jql_match import prepare
from connectors.sandbox.jira.jql_tokens import JqlError
from connectors.sandbox.jira.paging import page_of, several
from connectors.sandbox.jira.shared import Filter, SharePermission
from connectors.sandbox.jira.sharing import may_edit, may_view, shares_of, shown
from connectors.sandbox.jira.show import Resource, Show
from connectors.sandbox.jira.values import LONGEST_LINE

FILTER_PAGE = 100
MOST_IDS = 200
UNAVAILABLE = (
    "The selected filter is not available to you, perhaps it has been deleted or had its permissions changed."
)
_BODY: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "description": str,
    "jql": str,
    "favourite": bool,
    "sharePermissions": list,
    "editPermissions": list,
    # Told in replies, and allowed back.
    **dict.fromkeys(("id", "self", "viewUrl", "searchUrl", "approximateLastUsed"), str),
    **dict.fromkeys(("owner", "subscriptions", "sharedUsers"), dict),
    "favouritedCount": int,
}
_EXPANDS = (
    "description", "favourite", "favouritedCount", "jql", "owner", "searchUrl", "sharePermissions",
    "editPermissions", "isWritable", "subscriptions", "viewUrl",
)  # fmt: skip
_ORDERS: dict[str, Callable[[Filter], Any]] = {
    "name": lambda one: one.name.lower(),
    "id": lambda one: one.id,
    "description": lambda one: one.description.lower(),
    "owner": lambda one: one.owner.name,
    "favourite_count": lambda one: len(one.favourites),
    "is_favourite": lambda one: len(one.favourites),
}
_SCOPES = ("PRIVATE", "AUTHENTICATED", "GLOBAL")


class Filters(Resource):
    """Filters."""

    async def post_filter(self, request: web.Request) -> web.Response:
        person, site = writer(request), self.site
        body = await strict_body(request, **_BODY)
        name, jql = self._name(person, body, None), self._jql(person, body)
        given = body.get("sharePermissions")
        shares = self._default_shares(person) if given is None else shares_of(site, person, given)
        # Who may edit can be said of a filter that is there, not of a new one.
        made = Filter(site.next_id(), person, name, jql, body.get("description") or "", shares)
        if body.get("favourite"):
            made.favourites.add(person.email)
        site.filters[made.id] = made
        return reply(self.whole(request, made))

    async def put_filter(self, request: web.Request) -> web.Response:
        person = writer(request)
        found = self._writable(request, person)
        body = await strict_body(request, **_BODY)
        name, jql = self._name(person, body, found), self._jql(person, body)
        shares, editors = found.shares, found.editors
        if body.get("sharePermissions") is not None:
            shares = shares_of(self.site, person, body["sharePermissions"])
        if body.get("editPermissions") is not None:
            editors = shares_of(self.site, person, body["editPermissions"], "editPermissions")
        # What is left out is emptied, but for the shares.
        found.name, found.jql, found.description = name, jql, body.get("description") or ""
        found.shares, found.editors = shares, editors
        if body.get("favourite") is not None:
            (found.favourites.add if body["favourite"] else found.favourites.discard)(person.email)
        return reply(self.whole(request, found))

    async def get_filter(self, request: web.Request) -> web.Response:
        return reply(self.whole(request, self._visible(request)))

    async def delete_filter(self, request: web.Request) -> web.Response:
        person = writer(request)
        found = self._visible(request)
        if found.owner != person and not self.site.holds(person, "ADMINISTER"):
            raise JiraError(401, "You do not have permission to delete this filter.")
        del self.site.filters[found.id]
        return nothing()

    async def list_mine(self, request: web.Request) -> web.Response:
        person = writer(request)
        stars = flag(request, "includeFavourites", False)
        return reply(
            [
                self.whole(request, one)
                for one in self.site.filters.values()
                if one.owner == person
                or (stars and person.email in one.favourites and may_view(self.site, person, one))
            ]
        )

    async def list_stars(self, request: web.Request) -> web.Response:
        person = reader(request)
        stars = [one for one in self.site.filters.values() if person and person.email in one.favourites]
        return reply([self.whole(request, one) for one in stars if may_view(self.site, person, one)])

    async def put_star(self, request: web.Request) -> web.Response:
        person, found = writer(request), self._visible(request)
        found.favourites.add(person.email)
        return reply(self.whole(request, found))

    async def delete_star(self, request: web.Request) -> web.Response:
        person, found = writer(request), self._visible(request)
        found.favourites.discard(person.email)
        return reply(self.whole(request, found))

    async def search(self, request: web.Request) -> web.Response:
        person, query = reader(request), request.query
        expand, ids = names(query.get("expand")), several(request, "id")
        order = query.get("orderBy", "name")
        if query.get("owner") and query.get("accountId"):
            raise JiraError(400, "The owner and accountId parameters cannot be used together.")
        if order.lstrip("+-") not in _ORDERS or set(expand) - set(_EXPANDS) or len(ids) > MOST_IDS:
            raise JiraError(400, "The orderBy or expand value is not supported, or there are too many ids.")
        words, whose = query.get("filterName", "").lower(), query.get("accountId") or query.get("owner")
        project = query.get("projectId")
        rows = [
            one
            for one in self.site.filters.values()
            if may_view(self.site, person, one)
            and words in one.name.lower()
            and (not ids or str(one.id) in ids)
            and (not whose or one.owner.account_id == whose)
            and (not project or any(s.type == "project" and s.target == project for s in one.shares))
        ]
        rows.sort(key=_ORDERS[order.lstrip("+-")], reverse=order.startswith("-"))
        return page_of(
            request, rows, lambda one: self._details(request, one, expand), most=FILTER_PAGE, default=50
        )

    async def list_shares(self, request: web.Request) -> web.Response:
        return reply(shown(self.show(request), self._visible(request).shares))

    async def get_scope(self, request: web.Request) -> web.Response:
        return reply({"scope": self.site.share_scopes.get(writer(request).email, "PRIVATE")})

    async def put_scope(self, request: web.Request) -> web.Response:
        person = writer(request)
        scope = (await strict_body(request, scope=str)).get("scope")
        if scope not in _SCOPES:
            raise JiraError(400, "The scope must be one of GLOBAL, AUTHENTICATED, PRIVATE.")
        self.site.share_scopes[person.email] = scope
        return reply({"scope": scope})

    def whole(self, request: web.Request, one: Filter) -> dict[str, Any]:
        """A single filter."""
        nobody = {"size": 0, "items": [], "max-results": 0, "start-index": 0, "end-index": 0}
        result = self._parts(self.show(request), one)
        result.pop("isWritable")
        return result | {"sharedUsers": nobody, "subscriptions": nobody}

    def _details(self, request: web.Request, one: Filter, expand: list[str]) -> dict[str, Any]:
        """A filter as the search tells it: its name, and what is asked for by `expand`."""
        result = self._parts(self.show(request), one) | {"subscriptions": []}
        kept = {name: result[name] for name in ("self", "id", "name", *expand)}
        return {"expand": ",".join(_EXPANDS)} | kept

    def _parts(self, show: Show, one: Filter) -> dict[str, Any]:
        base, person = show.rest.rpartition("/rest/")[0], show.person
        return {
            "self": f"{show.rest}/filter/{one.id}",
            "id": str(one.id),
            "name": one.name,
            "description": one.description,
            "owner": show.user(one.owner),
            "jql": one.jql,
            "viewUrl": f"{base}/issues/?filter={one.id}",
            "searchUrl": f"{show.rest}/search?jql={quote(one.jql)}",
            "favourite": person is not None and person.email in one.favourites,
            "favouritedCount": len(one.favourites),
            "sharePermissions": shown(show, one.shares),
            "editPermissions": shown(show, one.editors),
            "isWritable": may_edit(self.site, person, one),
        }

    def _visible(self, request: web.Request) -> Filter:
        """The filter that the path names. Raises JiraError 400, not 404, where it is absent or hidden."""
        text = request.match_info["filter"]
        found = self.site.filters.get(int(text)) if text.isdecimal() else None
        if found is None or not may_view(self.site, reader(request), found):
            raise JiraError(400, UNAVAILABLE)
        return found

    def _writable(self, request: web.Request, person: Person) -> Filter:
        found = self._visible(request)
        if not may_edit(self.site, person, found):
            raise JiraError(400, "You do not have permission to edit this filter.")
        return found

    def _name(self, person: Person, body: dict[str, Any], old: Filter | None) -> str:
        """The name, which the owner has not given to another filter. Raises JiraError 400."""
        name = (body.get("name") or "").strip()
        if not name or len(name) > LONGEST_LINE:
            raise JiraError(400, errors={"filterName": "You must specify a name of at most 255 characters."})
        owner = old.owner if old is not None else person
        if any(
            one is not old and one.owner == owner and one.name == name for one in self.site.filters.values()
        ):
            raise JiraError(400, errors={"filterName": "Filter with same name already exists."})
        return name

    def _jql(self, person: Person, body: dict[str, Any]) -> str:
        jql: str = body.get("jql") or ""
        try:
            prepare(parse(jql), JqlContext(self.site, person, self.site.clock.now()))
        except JqlError as error:
            raise JiraError(400, errors={"jql": str(error)}) from None
        return jql

    def _default_shares(self, person: Person) -> list[SharePermission]:
        scope = self.site.share_scopes.get(person.email, "PRIVATE")
        if scope == "PRIVATE" or not self.site.holds(person, "CREATE_SHARED_OBJECTS"):
            return []
        return [SharePermission(self.site.next_id(), "global" if scope == "GLOBAL" else "authenticated")]

    def routes(self) -> list[web.RouteDef]:
        """What is served of filters."""
        rest = f"{self.base}/rest/api/3/filter"
        one = f"{rest}/{{filter}}"
        return [
            web.post(rest, self.post_filter),
            web.get(f"{rest}/my", self.list_mine),
            web.get(f"{rest}/favourite", self.list_stars),
            web.get(f"{rest}/search", self.search),
            web.get(f"{rest}/defaultShareScope", self.get_scope),
            web.put(f"{rest}/defaultShareScope", self.put_scope),
            web.get(one, self.get_filter),
            web.put(one, self.put_filter),
            web.delete(one, self.delete_filter),
            web.put(f"{one}/favourite", self.put_star),
            web.delete(f"{one}/favourite", self.delete_star),
            web.get(f"{one}/permission", self.list_shares),
        ]
