"""Contexts of custom fields, and the options in them. Wire facts: contracts/jira.md, section 5.3."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.sandbox.jira.admin import administrator, custom_of
from connectors.sandbox.jira.fields import Context, Option
from connectors.sandbox.jira.http import INVALID_PAYLOAD, JiraError, nothing, reply, strict_body
from connectors.sandbox.jira.layout import add_context
from connectors.sandbox.jira.paging import page_of, several
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import TYPES
from connectors.sandbox.jira.values import LONGEST_LINE

CONTEXT_PAGE = 50
OPTION_PAGE = 100
MOST_OPTIONS_A_CALL = 1000
MOST_OPTIONS = 10_000
NO_CONTEXT = "The custom field context was not found."


class Contexts(Resource):
    """Contexts: in which projects and for which types a field is there."""

    async def list_contexts(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        rows, query, ids = self._of(request), request.query, several(request, "contextId")
        for name, is_so in (("isAnyIssueType", _is_any), ("isGlobalContext", _is_global)):
            if name in query:
                wanted = query[name].lower() == "true"
                rows = [row for row in rows if is_so(row) is wanted]
        rows = [row for row in rows if not ids or str(row.id) in ids]
        return page_of(request, rows, _shown, most=CONTEXT_PAGE)

    async def post_context(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        field = custom_of(request, self.site)
        body = await strict_body(
            request, id=str, name=str, description=str, projectIds=list, issueTypeIds=list
        )
        name = body.get("name")
        if not name or len(name) > LONGEST_LINE:
            raise JiraError(400, "The context name is required and cannot be longer than 255 characters.")
        projects = self._projects(body.get("projectIds") or [])
        types = _types(body.get("issueTypeIds") or [])
        self._check_free(request, projects)
        context = Context(
            self.site.next_id(), field.id, name, body.get("description") or "", not projects, projects, types
        )
        add_context(self.site, context)
        shown = {"id": str(context.id), "name": name, "description": context.description}
        shown |= {"projectIds": [str(one) for one in sorted(projects)]}
        return reply(shown | {"issueTypeIds": [str(one) for one in sorted(types)]}, 201)

    async def put_context(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        context = self.context(request)
        body = await strict_body(request, name=str, description=str)
        context.name = body.get("name") or context.name
        context.description = body.get("description") or context.description
        return nothing()

    async def delete_context(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        del self.site.contexts[self.context(request).id]
        self.site.shown.clear()
        return nothing()

    async def put_projects(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        context = self.context(request)
        body = await strict_body(request, projectIds=list)
        projects = self._projects(body.get("projectIds") or [])
        if not projects or context.is_global:
            raise JiraError(400, "Projects can only be assigned to a context that is not global.")
        self._check_free(request, projects - context.projects)
        context.projects |= projects
        self.site.shown.clear()
        return nothing()

    async def remove_projects(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        context = self.context(request)
        body = await strict_body(request, projectIds=list)
        projects = self._projects(body.get("projectIds") or [])
        if not projects or not projects < context.projects:
            raise JiraError(400, "A context that is not global needs at least one project.")
        context.projects -= projects
        self.site.shown.clear()
        return nothing()

    async def list_projects(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        rows: list[dict[str, Any]] = []
        for context in self._of(request):
            if context.is_global:
                rows.append({"contextId": str(context.id), "isGlobalContext": True})
            rows += [{"contextId": str(context.id), "projectId": str(n)} for n in sorted(context.projects)]
        return page_of(request, rows, dict, most=CONTEXT_PAGE)

    def context(self, request: web.Request) -> Context:
        """The context that the path names, of the field that it names. Raises JiraError 404."""
        text = request.match_info["context"]
        field = custom_of(request, self.site)
        found = self.site.contexts.get(int(text)) if text.isdecimal() else None
        if found is None or found.field_id != field.id:
            raise JiraError(404, NO_CONTEXT)
        return found

    def _of(self, request: web.Request) -> list[Context]:
        field = custom_of(request, self.site)
        return [one for one in self.site.contexts.values() if one.field_id == field.id]

    def _projects(self, ids: list[Any]) -> set[int]:
        known = {str(one.id): one for one in self.site.projects.values() if not one.simplified}
        for name in ids:
            if str(name) not in known:
                # Team-managed projects are out of reach.
                raise JiraError(404, f"The project with id '{name}' was not found.")
        return {int(name) for name in ids}

    def _check_free(self, request: web.Request, projects: set[int]) -> None:
        """A field has one context in a project, and one global one. Raises JiraError 400."""
        for other in self._of(request):
            if (other.is_global and not projects) or other.projects & projects:
                raise JiraError(400, "These projects were associated with another context.")

    def routes(self) -> list[web.RouteDef]:
        """What is served of contexts."""
        many = f"{self.base}/rest/api/3/field/{{field}}/context"
        return [
            web.get(many, self.list_contexts),
            web.post(many, self.post_context),
            web.get(f"{many}/projectmapping", self.list_projects),
            web.put(f"{many}/{{context}}", self.put_context),
            web.delete(f"{many}/{{context}}", self.delete_context),
            web.put(f"{many}/{{context}}/project", self.put_projects),
            web.post(f"{many}/{{context}}/project/remove", self.remove_projects),
        ]


class Options(Contexts):
    """The choices of select fields."""

    async def list_options(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        wanted = request.query.get("optionId")
        rows = [one for one in self._select(request).options.values() if wanted in (None, str(one.id))]
        return page_of(request, rows, _option, most=MOST_OPTIONS_A_CALL, default=OPTION_PAGE)

    async def post_options(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        context = self._select(request)
        given = await _given(request, {"value": str, "disabled": bool, "optionId": str})
        held = sum(len(one.options) for one in self._of(request))
        if held + len(given) > MOST_OPTIONS:
            raise JiraError(400, f"A custom field can have at most {MOST_OPTIONS} options.")
        taken = {option.value for option in context.options.values()}
        for entry in given:
            _check_value(entry.get("value"), taken)
            taken.add(entry["value"])
        made = [Option(self.site.next_id(), entry["value"], bool(entry.get("disabled"))) for entry in given]
        context.options |= {option.id: option for option in made}
        return reply({"options": [_option(option) for option in made]})

    async def put_options(self, request: web.Request) -> web.Response:
        """All or none are changed; those that were so already are not listed."""
        administrator(request, self.site)
        context = self._select(request)
        given = await _given(request, {"id": str, "value": str, "disabled": bool})
        changes: list[tuple[Option, str, bool]] = []
        for entry in given:
            option = next((one for one in context.options.values() if str(one.id) == entry.get("id")), None)
            if option is None:
                raise JiraError(404, f"The option with id '{entry.get('id')}' was not found.")
            value, disabled = entry.get("value"), entry.get("disabled")
            if value is not None:
                _check_value(value, {one.value for one in context.options.values() if one is not option})
            new = (
                option.value if value is None else value,
                option.disabled if disabled is None else disabled,
            )
            if new != (option.value, option.disabled):
                changes.append((option, *new))
        for option, value, disabled in changes:
            option.value, option.disabled = value, disabled
        return reply({"options": [_option(option) for option, _, _ in changes]})

    async def delete_option(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        context, text = self._select(request), request.match_info["option"]
        option = context.options.pop(int(text), None) if text.isdecimal() else None
        if option is None:
            raise JiraError(404, f"The option with id '{text}' was not found.")
        for issue in self.site.issues.values():
            value = issue.custom.get(context.field_id)
            if value is option:
                issue.custom[context.field_id] = None
            elif isinstance(value, list) and option in value:
                issue.custom[context.field_id] = [one for one in value if one is not option] or None
        return nothing()

    def _select(self, request: web.Request) -> Context:
        """The context, if its field has choices. Raises JiraError 400 and 404."""
        context = self.context(request)
        if self.site.fields[context.field_id].type not in ("option", "options"):
            raise JiraError(400, "The custom field does not support options.")
        return context

    def routes(self) -> list[web.RouteDef]:
        """What is served of options."""
        many = f"{self.base}/rest/api/3/field/{{field}}/context/{{context}}/option"
        return [
            web.get(many, self.list_options),
            web.post(many, self.post_options),
            web.put(many, self.put_options),
            web.delete(f"{many}/{{option}}", self.delete_option),
        ]


def _is_any(context: Context) -> bool:
    return not context.types


def _is_global(context: Context) -> bool:
    return context.is_global


def _shown(context: Context) -> dict[str, Any]:
    return {
        "id": str(context.id),
        "name": context.name,
        "description": context.description,
        "isGlobalContext": context.is_global,
        "isAnyIssueType": not context.types,
    }


def _option(option: Option) -> dict[str, Any]:
    return {"id": str(option.id), "value": option.value, "disabled": option.disabled}


def _types(ids: list[Any]) -> set[int]:
    known = {str(kind.id) for kind in TYPES.values()}
    for name in ids:
        if str(name) not in known:
            raise JiraError(404, f"The issue type with id '{name}' was not found.")
    return {int(name) for name in ids}


async def _given(request: web.Request, allowed: dict[str, type]) -> list[dict[str, Any]]:
    """The options of a request. Raises JiraError 400."""
    given = (await strict_body(request, options=list)).get("options") or []
    if not given or len(given) > MOST_OPTIONS_A_CALL:
        raise JiraError(400, f"Between 1 and {MOST_OPTIONS_A_CALL} options can be given at once.")
    for entry in given:
        if not isinstance(entry, dict) or any(
            name not in allowed or not isinstance(value, allowed[name]) for name, value in entry.items()
        ):
            raise JiraError(400, INVALID_PAYLOAD, bare=True)
    return given


def _check_value(value: Any, taken: set[str]) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_LINE:
        raise JiraError(400, "An option needs a value of at most 255 characters.")
    if value in taken:
        raise JiraError(400, f"An option with the value '{value}' exists already.")
