"""Atlassian's gateway before the Cloud site: scoped tokens, and what each may do. Wire facts: contracts/jira.md, section 8.

Scoped tokens are good here alone. Which scopes one has stands in its own text, behind a colon:
`sandbox-jira-scoped-token:read:jira-work,read:jira-user`. Classic scopes only; granular ones are not known here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.sandbox import request_effects
from connectors.sandbox.company import SERVICE
from connectors.sandbox.jira.http import BY_GATEWAY, GATEWAY_PATH, reply, with_trace

CLOUD_ID = "5a7d0c1e-2f64-4c0b-9b7e-7d1f0e6a4c21"
BASE = f"{GATEWAY_PATH}{CLOUD_ID}"
SCOPED_TOKEN = "sandbox-jira-scoped-token"
"""An API token of the service account, with the scopes behind its colon; as bearer, or basic with the account's address."""
OAUTH_TOKEN = "sandbox-jira-oauth-token"
"""An OAuth access token, likewise, as bearer only; its scopes can be asked for."""

READ, USER, WRITE = "read:jira-work", "read:jira-user", "write:jira-work"
CONFIGURE, PROJECTS = "manage:jira-configuration", "manage:jira-project"
SCOPES = frozenset({READ, USER, WRITE, CONFIGURE, PROJECTS, "manage:jira-webhook", "offline_access"})

_READING_POSTS = frozenset(
    {
        "/search",
        "/search/jql",
        "/search/approximate-count",
        "/jql/parse",
        "/issue/bulkfetch",
        "/changelog/bulkfetch",
        "/comment/list",
    }
)
_PROJECT_SETTINGS = frozenset({("PUT", "/project/{project}"), ("POST", "/project/{project}/archive")})
_PROJECT_REMOVAL = frozenset({("DELETE", "/project/{project}"), ("POST", "/project/{project}/restore")})


@dataclass(frozen=True, slots=True)
class ScopedToken:
    """What a token stands for: its scopes, and whether it is one of OAuth."""

    scopes: frozenset[str]
    oauth: bool


def needed(method: str, route: str) -> frozenset[str]:
    """The classic scopes that a route below `/rest/api/VERSION` needs; compared with the OpenAPI document by a test."""
    if route == "/serverInfo":
        return frozenset()
    if route == "/myself" or route.startswith("/user"):
        return frozenset({USER})
    if route.startswith("/screens") or route.endswith("/screens") or (method, route) in _PROJECT_SETTINGS:
        return frozenset({PROJECTS})
    if (method, route) in _PROJECT_REMOVAL:
        return frozenset({CONFIGURE})
    if route.startswith("/field") and (method != "GET" or "/context" in route):
        return frozenset({CONFIGURE})
    if method == "GET" or (method == "POST" and route in _READING_POSTS):
        return frozenset({READ})
    return frozenset({WRITE, READ}) if route.endswith("/gadget") and method == "POST" else frozenset({WRITE})


def token_of(request: web.Request) -> ScopedToken | None:
    """The token that a request carries; None without a good one."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if request_effects.revoked.get():
        return None
    if scheme.lower() == "basic":
        try:
            email, _, given = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        found = _parsed(given) if email.lower() == SERVICE.email else None
        return found if found is not None and not found.oauth else None
    return _parsed(given) if scheme.lower() == "bearer" else None


def _parsed(token: str) -> ScopedToken | None:
    kind, _, listed = token.partition(":")
    scopes = frozenset(filter(None, listed.split(",")))
    if kind not in (SCOPED_TOKEN, OAUTH_TOKEN) or not scopes <= SCOPES:
        return None
    return ScopedToken(scopes, kind == OAUTH_TOKEN)


def refused(words: str) -> web.Response:
    """The gateway's own 401."""
    return reply({"code": 401, "message": words}, 401)


def through_gateway(handler: Handler, method: str, route: str, trace_ids: Iterator[int]) -> Handler:
    """The handler of a route of the site, for tokens that have the scopes it needs."""
    wanted = needed(method, route)
    behind = with_trace(handler, trace_ids)

    async def call(request: web.Request) -> web.StreamResponse:
        token = token_of(request)
        if token is None:
            return refused("Unauthorized")
        if not wanted <= token.scopes:
            return refused("Unauthorized; scope does not match")
        request[BY_GATEWAY] = SERVICE
        return await behind(request)

    return call


async def unknown(request: web.Request) -> web.Response:
    """What the gateway says of paths that it does not know: the same as of a scope that is missing."""
    return refused("Unauthorized" if token_of(request) is None else "Unauthorized; scope does not match")


async def accessible_resources(request: web.Request) -> web.Response:
    """The sites of an OAuth token and its scopes there; API tokens are none."""
    token = token_of(request)
    if token is None or not token.oauth:
        return refused("Unauthorized")
    site: dict[str, Any] = {
        "id": CLOUD_ID,
        "url": f"{request.scheme}://{request.host}/jira",
        "name": "acme",
        "scopes": sorted(token.scopes),
        "avatarUrl": f"{request.scheme}://{request.host}/favicon.ico",
    }
    return reply([site])


async def tenant_info(_: web.Request) -> web.Response:
    """The id of the site, for anybody."""
    return reply({"cloudId": CLOUD_ID})
