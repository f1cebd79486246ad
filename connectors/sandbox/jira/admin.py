"""Custom fields with their contexts and options, as an administrator makes them.

Wire facts: contracts/jira.md, section 5.3, and the OpenAPI file. Where neither has the words of a refusal,
they are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira import layout
from connectors.sandbox.jira.fields import KINDS, PLUGIN, Field, custom_field
from connectors.sandbox.jira.http import JiraError, names, nothing, reply, strict_body, writer
from connectors.sandbox.jira.paging import page_of, several
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import JiraSite
from connectors.sandbox.jira.tasks import Task
from connectors.sandbox.jira.values import LONGEST_LINE

FIELD_PAGE = 50
NOT_ADMIN = "Only Jira administrators can access this resource."
NO_FIELD = "The custom field was not found."
_UNSEARCHED = frozenset({"issuekey", "statusCategory"})
"""Fields that `GET /field` lists and `GET /field/search` does not."""


def administrator(request: web.Request, site: JiraSite) -> Person:
    """Who asks. Raises JiraError 401 for the public, 403 for who may not administer Jira."""
    person = writer(request)
    if not site.holds(person, "ADMINISTER"):
        raise JiraError(403, NOT_ADMIN)
    return person


def custom_of(request: web.Request, site: JiraSite, *, trashed: bool = False) -> Field:
    """The custom field that the path names. Raises JiraError 404."""
    found = site.fields.get(request.match_info["field"])
    if found is None or not found.is_custom or (found.id in site.trashed_fields and not trashed):
        raise JiraError(404, NO_FIELD)
    return found


class CustomFields(Resource):
    """Custom fields."""

    async def post_field(self, request: web.Request) -> web.Response:
        person = writer(request)
        if not self.site.holds(person, "ADMINISTER"):
            # Documented as 400, unlike everything else here.
            raise JiraError(400, "You do not have permission to create custom fields.")
        body = await strict_body(request, name=str, type=str, searcherKey=str, description=str)
        plugin, _, kind = (body.get("type") or "").rpartition(":")
        if plugin != PLUGIN or kind not in KINDS:
            raise JiraError(400, errors={"type": "The custom field type is invalid."})
        name = _name(body.get("name"))
        searcher = _searcher(kind, body.get("searcherKey"))
        number = 1 + max(entry.number for entry in self.site.fields.values() if entry.is_custom)
        entry = custom_field(number, name, kind, searcher, body.get("description") or "")
        layout.add_field(self.site, entry)
        return reply(self.show(request).described(entry), 201)

    async def put_field(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        entry = custom_of(request, self.site)
        body = await strict_body(request, name=str, searcherKey=str, description=str)
        name = _name(body["name"]) if body.get("name") is not None else entry.name
        searcher = entry.searcher
        if body.get("searcherKey") is not None:
            searcher = _searcher(entry.schema["custom"].rpartition(":")[2], body["searcherKey"])
        clauses = (f"cf[{entry.number}]", name) if searcher else ()
        description = entry.description if body.get("description") is None else body["description"]
        self.site.fields[entry.id] = replace(
            entry, name=name, searcher=searcher, clauses=clauses, description=description
        )
        return nothing()

    async def search(self, request: web.Request) -> web.Response:
        writer(request)
        return self._page(request, layout.listed(self.site))

    async def search_trash(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        return self._page(request, [self.site.fields[name] for name in sorted(self.site.trashed_fields)])

    def _page(self, request: web.Request, fields: list[Field]) -> web.Response:
        query = request.query
        kinds, ids, words = several(request, "type"), several(request, "id"), query.get("query", "").lower()
        order = query.get("orderBy", "name")
        if order.lstrip("+-") not in ("name", "contextsCount", "lastUsed", "screensCount", "projectsCount"):
            raise JiraError(400, f"The orderBy value '{order}' is not supported.")
        expand = names(query.get("expand"))
        found = [
            entry
            for entry in fields
            if entry.id not in _UNSEARCHED
            and (not ids or entry.id in ids)
            and (not kinds or ("custom" if entry.is_custom else "system") in kinds)
            and words in f"{entry.name}\n{entry.description}".lower()
        ]
        rank = {"contextsCount": self._contexts, "screensCount": self._screens}.get(order.lstrip("+-"))
        found.sort(key=lambda entry: entry.name.lower())
        found.sort(key=rank or (lambda entry: entry.name.lower()), reverse=order.startswith("-"))
        return page_of(request, found, lambda entry: self._found(entry, expand), most=FIELD_PAGE)

    def _found(self, entry: Field, expand: list[str]) -> dict[str, Any]:
        more: dict[str, Callable[[], Any]] = {
            "key": lambda: entry.id,
            "contextsCount": lambda: self._contexts(entry),
            "screensCount": lambda: self._screens(entry),
            "isLocked": lambda: entry.is_custom and not entry.schema["custom"].startswith(PLUGIN),
            "searcherKey": lambda: entry.searcher,
        }
        shown = {"id": entry.id, "name": entry.name, "schema": entry.schema}
        shown |= {"description": entry.description} if entry.is_custom else {}
        return shown | {
            name: value for name in expand if name in more and (value := more[name]()) is not None
        }

    def _contexts(self, entry: Field) -> int:
        return sum(context.field_id == entry.id for context in self.site.contexts.values())

    def _screens(self, entry: Field) -> int:
        return sum(screen.has(entry.id) for screen in self.site.screens.values())

    async def trash(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        self.site.trashed_fields.add(custom_of(request, self.site).id)
        self.site.shown.clear()
        return reply({})

    async def restore(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        self.site.trashed_fields.discard(custom_of(request, self.site, trashed=True).id)
        self.site.shown.clear()
        return reply({})

    async def delete_field(self, request: web.Request) -> web.Response:
        """Deletion is a job: 303 to where its progress can be read."""
        person = administrator(request, self.site)
        entry, site = custom_of(request, self.site, trashed=True), self.site
        task = Task(
            str(site.next_id()),
            "field",
            person,
            site.clock.now(),
            1,
            lambda _: layout.remove_field(site, entry.id),
        )
        site.tasks.add(task)
        return web.Response(status=303, headers={"Location": f"{self.show(request).rest}/task/{task.id}"})

    def routes(self) -> list[web.RouteDef]:
        """What is served of custom fields."""
        rest = f"{self.base}/rest/api/3/field"
        return [
            web.post(rest, self.post_field),
            web.get(f"{rest}/search", self.search),
            web.get(f"{rest}/search/trashed", self.search_trash),
            web.put(f"{rest}/{{field}}", self.put_field),
            web.delete(f"{rest}/{{field}}", self.delete_field),
            web.post(f"{rest}/{{field}}/trash", self.trash),
            web.post(f"{rest}/{{field}}/restore", self.restore),
        ]


def _name(given: Any) -> str:
    """The name of a field: not unique, but there. Raises JiraError 400."""
    if not isinstance(given, str) or not given.strip():
        raise JiraError(400, errors={"name": "You must specify a name."})
    if len(given) > LONGEST_LINE:
        raise JiraError(400, errors={"name": f"The name is longer than {LONGEST_LINE} characters."})
    return given.strip()


def _searcher(kind: str, given: str | None) -> str | None:
    """The searcher, if it fits the type. Raises JiraError 400."""
    if given is None:
        return None
    plugin, _, name = given.rpartition(":")
    if plugin != PLUGIN or name not in KINDS[kind].searchers:
        raise JiraError(400, errors={"searcherKey": "The searcher is not valid for the custom field type."})
    return given
