"""How the Jira site speaks HTTP: who asks, how errors look, what a JSON reply looks like.

Wire facts: contracts/jira.md, sections 3 and 8.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.sandbox import request_effects
from connectors.sandbox.company import DIRECTORY, SERVICE, Person
from connectors.sandbox.jira.state import Issue, JiraSite

SERVICE_TOKEN = "sandbox-jira-token"
PERSON_TOKEN = "sandbox-person-token"
SERVER_TOKEN = "sandbox-dc-pat"
"""Personal access token of the service account on Data Center."""
SERVER_BASE = "/jira-dc"
"""Where the same site stands as a Data Center would serve it."""
GATEWAY_PATH = "/ex/jira/"
"""Where it stands behind Atlassian's gateway, below the id of the site; see `gateway.py`."""
BY_GATEWAY = web.RequestKey("by_gateway", Person)
"""Whom the gateway lets through."""

INVALID_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."
UNSEEN = "Issue does not exist or you do not have permission to see it."

BY_NAME: dict[str, Person] = {email.partition("@")[0]: person for email, person in DIRECTORY.items()}
"""Everybody by the user name that Data Center knows them under."""


class JiraError(Exception):
    """A refusal as Jira words it: messages about the whole, and texts per field."""

    def __init__(
        self, status: int, *messages: str, errors: Mapping[str, str] | None = None, bare: bool = False
    ) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.body: dict[str, Any] = {"errorMessages": list(messages)}
        if not bare:
            # A malformed payload alone comes without the `errors` key.
            self.body["errors"] = dict(errors or {})


class ProblemError(Exception):
    """A refusal in the RFC 7807 form that some checks of Jira use."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(status, title, detail)
        self.status = status
        self.body = {"type": "about:blank", "title": title, "status": status, "detail": detail}


def reply(value: Any, status: int = 200) -> web.Response:
    """A JSON reply with Jira's own content type."""
    return web.Response(
        body=msgspec.json.encode(value),
        status=status,
        headers={"Content-Type": "application/json;charset=UTF-8"},
    )


def nothing(status: int = 204) -> web.Response:
    """A reply without a body."""
    return web.Response(status=status)


def with_envelope(handler: Handler, trace_ids: Iterator[int]) -> Handler:
    """The handler with Jira's error envelope, trace headers, and word on the credential."""

    async def call(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization", "").startswith("Bearer "):
            response: web.StreamResponse = reply({"error": "Failed to parse Connect Session Auth Token"}, 403)
        else:
            response = await run_handler(handler, request)
        return _traced(request, response, next(trace_ids))

    return call


def with_trace(handler: Handler, trace_ids: Iterator[int]) -> Handler:
    """The same behind the gateway, which has looked at the credential."""

    async def call(request: web.Request) -> web.StreamResponse:
        return _traced(request, await run_handler(handler, request), next(trace_ids))

    return call


def _traced(request: web.Request, response: web.StreamResponse, number: int) -> web.StreamResponse:
    response.headers["Atl-Traceid"] = f"{number:032x}"
    response.headers["X-Arequestid"] = f"{number:016x}"
    person, failed = credential(request)
    if failed:
        response.headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
    elif person is not None:
        response.headers["X-Seraph-LoginReason"] = "OK"
        response.headers["X-Aaccountid"] = person.account_id
    return response


async def run_handler(handler: Handler, request: web.Request) -> web.StreamResponse:
    """What the handler answers, a refusal in Jira's envelope."""
    try:
        return await handler(request)
    except JiraError as error:
        return reply(error.body, error.status)
    except ProblemError as error:
        return web.Response(
            body=msgspec.json.encode(error.body | {"instance": request.path}),
            status=error.status,
            headers={"Content-Type": "application/problem+json"},
        )


def is_server(request: web.Request) -> bool:
    """Whether the request goes to Data Center, not to the Cloud."""
    return request.path.startswith(f"{SERVER_BASE}/")


def version_of(request: web.Request) -> str:
    """The version of the REST API that is spoken: with "2", rich text is wiki markup."""
    return "2" if is_server(request) or "/rest/api/2/" in request.path else "3"


def credential(request: web.Request) -> tuple[Person | None, bool]:
    """Who asks, and whether a credential was given that is no good."""
    if request.path.startswith(GATEWAY_PATH):
        return request.get(BY_GATEWAY), False
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and is_server(request):
        good = given == SERVER_TOKEN and not request_effects.revoked.get()
        return (SERVICE, False) if good else (None, True)
    if scheme.lower() != "basic":
        return None, False
    if request_effects.revoked.get():
        return None, True
    try:
        email, _, token = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, True
    # Data Center has names for accounts, the Cloud e-mail addresses.
    person = BY_NAME.get(email.lower()) if is_server(request) else DIRECTORY.get(email.lower())
    expected = SERVICE_TOKEN if person is SERVICE else PERSON_TOKEN
    return (person, False) if person is not None and token == expected else (None, True)


def reader(request: web.Request) -> Person | None:
    """Who reads; None is the anonymous public, which sees no project."""
    return credential(request)[0]


def writer(request: web.Request) -> Person:
    """Who writes. Raises JiraError 401 for the anonymous public."""
    person = reader(request)
    if person is None:
        raise JiraError(401, "You are not authenticated. Authentication required to perform this operation.")
    return person


def issue_of(request: web.Request, site: JiraSite, person: Person | None) -> Issue:
    """The issue that the path names. Raises JiraError 404 where it is absent or hidden."""
    issue = site.find(request.match_info["issue"], person)
    if issue is None:
        raise JiraError(404, UNSEEN)
    return issue


async def json_body(request: web.Request) -> Any:
    """The body as JSON. Raises ProblemError 415 without a JSON content type, JiraError 400 for bad JSON."""
    if request.content_type != "application/json":
        raise ProblemError(
            415, "Unsupported Media Type", f"Content-Type '{request.content_type}' is not supported."
        )
    raw = await request.read()
    if not raw.strip():
        raise JiraError(400, "No content to map to Object due to end of input", bare=True)
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise JiraError(
            400, "There was an error parsing JSON. Check that your request body is valid.", bare=True
        ) from None


async def strict_body(request: web.Request, **allowed: type | tuple[type, ...]) -> dict[str, Any]:
    """The body as an object that has no other members than `allowed`, each of its type or null."""
    body = await json_body(request)
    if not isinstance(body, dict):
        raise JiraError(400, "The request body must be a JSON object.", bare=True)
    for name, value in body.items():
        if name not in allowed or not (value is None or _is_a(value, allowed[name])):
            raise JiraError(400, INVALID_PAYLOAD, bare=True)
    return body


def _is_a(value: object, kind: type | tuple[type, ...]) -> bool:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds)


def whole_number(request: web.Request, name: str, default: int) -> int:
    """A whole number from the query string. Raises ProblemError 400 for anything else."""
    text = request.query.get(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise ProblemError(400, "Bad Request", f"Failed to convert '{name}' with value: '{text}'") from None


def flag(request: web.Request, name: str, default: bool) -> bool:
    """A flag from the query string; only the word "true" in any case means yes, so "1" is misread."""
    text = request.query.get(name)
    return default if text is None else text.lower() == "true"


def names(text: str | None) -> list[str]:
    """The parts of a comma-separated list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]
