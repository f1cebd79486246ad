"""What people can do on a page of a tracker and no API offers: clone an issue on Jira, copy one on Linear.

Both are controls that take JSON, and forms on the issue's page, which lead on to the page of the new issue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from connectors.sandbox import pages
from connectors.sandbox.company import DIRECTORY, PEOPLE, Person
from connectors.sandbox.control_requests import ControlError, json_reply, read_object
from connectors.sandbox.controls import Control
from connectors.sandbox.jira.clones import clone_issue
from connectors.sandbox.jira.http import JiraError
from connectors.sandbox.linear.copies import copy_issue
from connectors.sandbox.linear.errors import LinearError

Duplicate = Callable[[str, Person, bool], str]
"""The key of the new issue, from that of the old one, who acts, and whether what hangs on it comes along."""

_FORM = "application/x-www-form-urlencoded"


def duplicate_routes(control: Control) -> list[web.RouteDef]:
    """`POST /__clone` and `POST /__copy`."""

    def clone(key: str, person: Person, properties: bool) -> str:
        site = control.world.jira
        issue = site.find(key, person)
        if issue is None:
            raise ControlError(f"{person.email} sees no issue {key!r} on Jira")
        try:
            return clone_issue(site, person, issue, properties=properties).key
        except JiraError as error:
            raise ControlError(" ".join(error.body["errorMessages"])) from None

    def copy(key: str, person: Person, attachments: bool) -> str:
        space = control.world.linear
        issue, user = space.issue(key), space.users.get(person.linear_id)
        if issue is None or user is None:
            raise ControlError(f"there is no issue {key!r} on Linear")
        try:
            return copy_issue(space, user, issue, attachments=attachments).identifier
        except LinearError as error:
            raise ControlError(error.message) from None

    return [
        web.post("/__clone", _handler(clone, "properties", "/jira/browse/")),
        web.post("/__copy", _handler(copy, "attachments", "/linear/issue/")),
    ]


def _handler(duplicate: Duplicate, choice: str, page: str) -> Callable[[web.Request], Any]:
    """Takes `key`, `by` and the boolean `choice`; answers JSON with JSON, and a form with the new issue's page."""

    async def handle(request: web.Request) -> web.StreamResponse:
        # What sends JSON by hand often says that it is a form.
        is_form = request.content_type == _FORM and not (await request.read()).startswith(b"{")
        try:
            given: Mapping[str, Any] = await request.post() if is_form else await read_object(request)
            along = given.get(choice, False)
            key = duplicate(
                _key(given, choice), _person(given), along == "on" if is_form else _flag(choice, along)
            )
        except ControlError as error:
            if is_form:
                return pages.page("message.html", status=400, heading="That did not work", text=str(error))
            return json_reply({"error": str(error)}, 400)
        if is_form:
            return web.Response(status=303, headers={"Location": f"{page}{key}"})
        return json_reply({"key": key}, 201)

    return handle


def _key(given: Mapping[str, Any], choice: str) -> str:
    if unknown := sorted(set(given) - {"key", "by", choice}):
        raise ControlError(f"unknown: {', '.join(unknown)}; expected key, by, {choice}")
    key = given.get("key")
    if not isinstance(key, str) or not key:
        raise ControlError("key must be the key of an issue")
    return key


def _person(given: Mapping[str, Any]) -> Person:
    """Who acts: the first of the company's people unless somebody is named."""
    email = given.get("by", PEOPLE[0].email)
    if not isinstance(email, str) or email not in DIRECTORY:
        raise ControlError(f"by must be the e-mail address of an account, not {email!r}")
    return DIRECTORY[email]


def _flag(choice: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ControlError(f"{choice} must be true or false")
    return value
