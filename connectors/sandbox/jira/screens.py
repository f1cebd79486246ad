"""Screens, and which fields are on them. Wire facts: contracts/jira.md, section 5.3.

Team-managed projects have no screen that this API knows.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.sandbox.jira.admin import administrator
from connectors.sandbox.jira.fields import Context, Field, Screen, Tab
from connectors.sandbox.jira.http import JiraError, nothing, reply, strict_body
from connectors.sandbox.jira.layout import (
    DEFAULT_SCREEN,
    ON_SCREENS,
    add_context,
    listed,
    put_on,
    screen_of,
    shown_fields,
    take_off,
)
from connectors.sandbox.jira.paging import page_of, several
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import Project

SCREEN_PAGE = 100
MOST_FIELDS, MOST_PROJECTS = 50, 100
"""Fields and projects of one association."""
NO_FIELD = "The field with id '{}' was not found."


class Screens(Resource):
    """Screens."""

    async def list_screens(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        ids, words = several(request, "id"), request.query.get("queryString", "").lower()
        rows = [
            screen
            for screen in self.site.screens.values()
            if words in screen.name.lower() and (not ids or str(screen.id) in ids)
        ]
        return page_of(request, sorted(rows, key=lambda row: row.id), _shown, most=SCREEN_PAGE)

    async def list_tabs(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        return reply([{"id": tab.id, "name": tab.name} for tab in self._screen(request).tabs])

    async def list_fields(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        _, tab = self._tab(request)
        present = {entry.id: entry for entry in listed(self.site)}
        return reply([_field(present[name]) for name in tab.fields if name in present])

    async def list_available(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        screen = self._screen(request)
        return reply([_field(entry) for entry in self._placeable() if not screen.has(entry.id)])

    async def post_field(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        screen, tab = self._tab(request)
        name = (await strict_body(request, fieldId=str)).get("fieldId")
        entry = self._found(name)
        if screen.has(entry.id):
            raise JiraError(400, errors={"fieldId": f"Field with id '{name}' already exists on the screen."})
        put_on(self.site, screen, tab, entry.id)
        return reply(_field(entry))

    async def delete_field(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        screen, tab = self._tab(request)
        name = request.match_info["field"]
        if name not in tab.fields:
            raise JiraError(404, NO_FIELD.format(name))
        take_off(self.site, screen, name)
        return nothing()

    async def add_to_default(self, request: web.Request) -> web.Response:
        """404 also for a field that is there already."""
        administrator(request, self.site)
        screen, entry = self.site.screens[DEFAULT_SCREEN], self._found(request.match_info["field"])
        if screen.has(entry.id):
            raise JiraError(404, f"The field with id '{entry.id}' is already present on the default screen.")
        put_on(self.site, screen, screen.tabs[0], entry.id)
        return reply({})

    async def list_screens_of(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        name = request.match_info["field"]
        rows = [screen for screen in self.site.screens.values() if screen.has(name)]
        return page_of(request, rows, _shown, most=SCREEN_PAGE)

    def _screen(self, request: web.Request) -> Screen:
        text = request.match_info["screen"]
        found = self.site.screens.get(int(text)) if text.isdecimal() else None
        if found is None:
            raise JiraError(404, f"Screen with id '{text}' does not exist.")
        return found

    def _tab(self, request: web.Request) -> tuple[Screen, Tab]:
        screen, text = self._screen(request), request.match_info["tab"]
        found = next((tab for tab in screen.tabs if str(tab.id) == text), None)
        if found is None:
            raise JiraError(404, f"Screen tab with id '{text}' does not exist.")
        return screen, found

    def _placeable(self) -> list[Field]:
        return [entry for entry in listed(self.site) if entry.is_custom or entry.id in ON_SCREENS]

    def _found(self, name: Any) -> Field:
        """A field that can be on a screen. Raises JiraError 404."""
        found = next((entry for entry in self._placeable() if entry.id == name), None)
        if found is None:
            raise JiraError(404, NO_FIELD.format(name))
        return found

    def routes(self) -> list[web.RouteDef]:
        """What is served of screens."""
        rest = f"{self.base}/rest/api/3"
        one = f"{rest}/screens/{{screen}}"
        fields = f"{one}/tabs/{{tab}}/fields"
        return [
            web.get(f"{rest}/screens", self.list_screens),
            web.post(f"{rest}/screens/addToDefault/{{field}}", self.add_to_default),
            web.get(f"{one}/tabs", self.list_tabs),
            web.get(f"{one}/availableFields", self.list_available),
            web.get(fields, self.list_fields),
            web.post(fields, self.post_field),
            web.delete(f"{fields}/{{field}}", self.delete_field),
            web.get(f"{rest}/field/{{field}}/screens", self.list_screens_of),
        ]


class Associations(Screens):
    """Fields put into projects at once: into a context that covers them, and on their screens."""

    async def put(self, request: web.Request) -> web.Response:
        fields, projects = await self._asked(request)
        for project in projects:
            for entry in fields:
                self._reach(entry, project)
                screen = screen_of(self.site, project)
                if screen is not None and not screen.has(entry.id):
                    put_on(self.site, screen, screen.tabs[0], entry.id)
        return nothing()

    async def delete(self, request: web.Request) -> web.Response:
        fields, projects = await self._asked(request)
        for project in projects:
            screen = screen_of(self.site, project)
            for entry in fields:
                if screen is not None:
                    take_off(self.site, screen, entry.id)
        return nothing()

    def _reach(self, entry: Field, project: Project) -> None:
        """Let the field be there in the project, for all types."""
        if not entry.is_custom or all(
            entry.id in shown_fields(self.site, project, kind) for kind in project.types
        ):
            return
        mine = (one for one in self.site.contexts.values() if one.field_id == entry.id)
        context = next((one for one in mine if not one.is_global and not one.types), None)
        if context is None:
            context = Context(self.site.next_id(), entry.id, f"Context for {project.name}")
        context.projects.add(project.id)
        add_context(self.site, context)

    async def _asked(self, request: web.Request) -> tuple[list[Field], list[Project]]:
        administrator(request, self.site)
        body = await strict_body(request, associationContexts=list, fields=list)
        ids = _identifiers(body.get("fields"), "FIELD_ID", MOST_FIELDS)
        places = _identifiers(body.get("associationContexts"), "PROJECT_ID", MOST_PROJECTS)
        projects = {str(project.id): project for project in self.site.projects.values()}
        for place in places:
            if place not in projects or projects[place].simplified:
                raise JiraError(404, f"The project with id '{place}' was not found.")
        return [self._found(name) for name in ids], [projects[place] for place in places]

    def routes(self) -> list[web.RouteDef]:
        """What is served of associations."""
        path = f"{self.base}/rest/api/3/field/association"
        return [web.put(path, self.put), web.delete(path, self.delete)]


def _identifiers(given: Any, kind: str, most: int) -> list[str]:
    if not given or len(given) > most:
        raise JiraError(400, f"Between 1 and {most} entries of type {kind} are needed.")
    for entry in given:
        if not isinstance(entry, dict) or entry.get("type") != kind or "identifier" not in entry:
            raise JiraError(400, f"An entry of type {kind} with its identifier is needed.")
    return [str(entry["identifier"]) for entry in given]


def _shown(screen: Screen) -> dict[str, Any]:
    return {"id": screen.id, "name": screen.name, "description": screen.description}


def _field(entry: Field) -> dict[str, str]:
    return {"id": entry.id, "name": entry.name}
