"""Who may write to an issue: a table of routes, the permission each needs, and how Jira refuses without it.

Wire facts: contracts/jira.md, section 3, and the OpenAPI file's replies of each operation. Not 403 throughout:
a missing Add Comments is a 400, and without Edit Issues no field is on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.sandbox.company import Person
from connectors.sandbox.jira.edit import NOT_SETTABLE
from connectors.sandbox.jira.http import JiraError, json_body, reader
from connectors.sandbox.jira.state import Issue, JiraSite

NO_EDIT = "You do not have permission to edit issues in this project."
NO_COMMENT = "{name}, you do not have the permission to comment on this issue."


@dataclass(frozen=True, slots=True)
class RequiredPermission:
    """The permission that a route needs, and the refusal without it."""

    permission: str
    status: int
    message: str


_LINKING = RequiredPermission("LINK_ISSUES", 403, "No Link Issue Permission for issue '{key}'")
_EDITING = RequiredPermission("EDIT_ISSUES", 403, NO_EDIT)
_FIELDS = ("PUT", "/issue/{issue}")
RULES: dict[tuple[str, str], RequiredPermission] = {
    _FIELDS: RequiredPermission("EDIT_ISSUES", 400, NO_EDIT),
    ("DELETE", "/issue/{issue}"): RequiredPermission(
        "DELETE_ISSUES", 403, "You do not have permission to delete issues in this project."
    ),
    ("PUT", "/issue/{issue}/assignee"): RequiredPermission(
        "ASSIGN_ISSUES", 403, "You do not have permission to assign issues."
    ),
    ("PUT", "/issue/{issue}/properties/{key}"): _EDITING,
    ("DELETE", "/issue/{issue}/properties/{key}"): _EDITING,
    ("POST", "/issue/{issue}/comment"): RequiredPermission("ADD_COMMENTS", 400, NO_COMMENT),
    ("POST", "/issue/{issue}/transitions"): RequiredPermission(
        "TRANSITION_ISSUES",
        400,
        "It seems that you have tried to perform an operation which you are not permitted to perform.",
    ),
    ("POST", "/issue/{issue}/remotelink"): _LINKING,
    ("DELETE", "/issue/{issue}/remotelink"): _LINKING,
    ("PUT", "/issue/{issue}/remotelink/{link}"): _LINKING,
    ("DELETE", "/issue/{issue}/remotelink/{link}"): _LINKING,
}


def with_permission(site: JiraSite, handler: Handler, method: str, path: str) -> Handler:
    """The handler of the route `path`, for those who have the permission that it needs."""
    route = (method, "/" + path.partition("/rest/api/")[2].partition("/")[2])
    rule = RULES.get(route)
    if rule is None:
        return handler

    async def call(request: web.Request) -> web.StreamResponse:
        person = reader(request)
        issue = site.find(request.match_info["issue"], person)
        # Who is nobody, or sees nothing there, hears so from the handler.
        if person is not None and issue is not None:
            if not site.holds(person, rule.permission, issue.project):
                await _refuse(request, rule, person, issue)
            if (
                route == _FIELDS
                and not site.holds(person, "ADD_COMMENTS", issue.project)
                and "comment" in await _edited(request)
            ):
                raise JiraError(400, errors={"comment": NO_COMMENT.format(name=person.name)})
        return await handler(request)

    return call


async def _refuse(request: web.Request, rule: RequiredPermission, person: Person, issue: Issue) -> None:
    fields = await _edited(request) if rule is RULES[_FIELDS] else []
    if fields:
        raise JiraError(rule.status, errors={name: NOT_SETTABLE.format(name) for name in fields})
    raise JiraError(rule.status, rule.message.format(name=person.name, key=issue.key))


async def _edited(request: web.Request) -> list[str]:
    """The fields that an edit names."""
    body: Any = await json_body(request)
    parts = [body.get("fields"), body.get("update")] if isinstance(body, dict) else []
    return [name for part in parts if isinstance(part, dict) for name in part]
