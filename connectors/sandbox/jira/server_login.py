"""How one gets into a Data Center, or does not: tokens, names, the CAPTCHA, and the limit per user.

Wire facts: contracts/jira.md, sections 4 and 6.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.sandbox import request_effects
from connectors.sandbox.jira.http import credential, reader, reply, run_handler
from connectors.sandbox.jira.server_show import name_of
from connectors.sandbox.jira.state import JiraSite

MOST_FAILED_LOGINS = 3
_TOMCAT = (
    '<!doctype html><html lang="en"><head><title>HTTP Status {0} – {1}</title></head>'
    "<body><h1>HTTP Status {0} – {1}</h1></body></html>"
)


def with_login(site: JiraSite, handler: Handler, trace_ids: Iterator[int]) -> Handler:
    """The handler behind the login and the limit per user, with the headers of Data Center."""

    async def call(request: web.Request) -> web.StreamResponse:
        response = _locked_out(site, request) or await _limited(site, handler, request)
        person, failed = credential(request)
        response.headers["X-AREQUESTID"] = f"612x{next(trace_ids)}x1"
        response.headers["X-ANODEID"] = "node1"
        response.headers["X-AUSERNAME"] = name_of(person) if person is not None else "anonymous"
        if person is not None:
            response.headers.setdefault("X-Seraph-LoginReason", "OK")
        elif failed:
            response.headers.setdefault("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
        return response

    return call


def _locked_out(site: JiraSite, request: web.Request) -> web.Response | None:
    """What a bad login gets. After some, only a person in front of a CAPTCHA gets in; a token always does."""
    person, failed = credential(request)
    name = _basic_name(request)
    if name is None:
        if not failed:
            return None
        message = "Client must be authenticated to access this resource."
        return reply({"message": message, "status-code": 401}, 401)
    if site.failed_logins.get(name, 0) >= MOST_FAILED_LOGINS:
        refused = _page(403, "Forbidden")
        login = f"{request.scheme}://{request.host}/jira-dc/login.jsp"
        refused.headers["X-Authentication-Denied-Reason"] = f"CAPTCHA_CHALLENGE; login-url={login}"
        refused.headers["X-Seraph-LoginReason"] = "AUTHENTICATION_DENIED"
        return refused
    if person is not None:
        site.failed_logins.pop(name, None)
        return None
    if not request_effects.revoked.get():
        site.failed_logins[name] = site.failed_logins.get(name, 0) + 1
    refused = _page(401, "Unauthorized")
    refused.headers["WWW-Authenticate"] = f'OAuth realm="{request.scheme}%3A%2F%2F{request.host}%2Fjira-dc"'
    return refused


def _basic_name(request: web.Request) -> str | None:
    """The user name that a basic login gives; None without such a login."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[0].lower()
    except (binascii.Error, UnicodeDecodeError):
        return ""


async def _limited(site: JiraSite, handler: Handler, request: web.Request) -> web.StreamResponse:
    person = reader(request)
    account = name_of(person) if person is not None else "anonymous"
    refusal, headers = site.limits.admit_user(account, site.clock.now())
    if refusal is not None:
        refused = _page(429, "Too Many Requests")
        refused.headers.update(refusal.headers)
        return refused
    response = await run_handler(handler, request)
    response.headers.update(headers)
    return response


def _page(status: int, reason: str) -> web.Response:
    return web.Response(text=_TOMCAT.format(status, reason), status=status, content_type="text/html")
