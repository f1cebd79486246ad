"""Where the rate limits of a Cloud site stand: before its handlers."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.sandbox.jira.http import JiraError, ProblemError, credential, reply
from connectors.sandbox.jira.limits import RateLimitRefusal
from connectors.sandbox.jira.state import JiraSite

_SEARCHES = frozenset({"/search/jql", "/issue/bulkfetch"})
_IDENTITIES = ("/myself", "/user", "/mypermissions", "/group", "/role")
_SINGLE = ("/issue/{issue}", "/project/{project}", "/dashboard/{dashboard}")


def rate_limited(site: JiraSite, handler: Handler, method: str, path: str) -> Handler:
    """The handler of the route `path`, behind the site's limits; the API's versions share them."""
    route = "/" + path.partition("/rest/api/")[2].partition("/")[2]

    async def call(request: web.Request) -> web.StreamResponse:
        now, limits = site.clock.now(), site.limits
        site.tasks.settle(now)
        person, _ = credential(request)
        account = person.email if person is not None else "anonymous"
        refusal = limits.admit_points(account, now)
        if refusal is not None:
            return _refused(refusal)
        refusal, headers = limits.admit_burst(method, route, now)
        written = _written(site, request) if method != "GET" else None
        if refusal is None and written is not None:
            refusal = limits.admit_write(written, now)
        if refusal is not None:
            return _refused(refusal)
        try:
            response = await handler(request)
        except (JiraError, ProblemError):
            if written is not None:
                limits.forget_write(written)
            raise
        if limits.points_per_hour is not None:
            headers |= limits.spend(account, _cost(method, route, response), now)
        response.headers.update(headers)
        return response

    return call


def _written(site: JiraSite, request: web.Request) -> int | None:
    """The id of the issue that the path names."""
    name = request.match_info.get("issue")
    if name is None:
        return None
    return int(name) if name.isdecimal() else site.keys.get(name.upper())


def _refused(refusal: RateLimitRefusal) -> web.Response:
    response = reply({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429)
    response.headers.update(refusal.headers)
    return response


def _cost(method: str, route: str, response: web.StreamResponse) -> int:
    """Points: 1 for the request, 1 for each core object read, 2 for each identity; writes cost 1 flat."""
    if route in _SEARCHES:
        return 1 + len(_body(response).get("issues", ()))
    if method != "GET":
        return 1
    if route.startswith(_IDENTITIES):
        return 3
    if route.endswith("/search"):
        return 1 + len(_body(response).get("values", ()))
    return 2 if route in _SINGLE else 1


def _body(response: web.StreamResponse) -> dict[str, Any]:
    raw = getattr(response, "body", None)
    try:
        found = msgspec.json.decode(raw) if isinstance(raw, bytes) else None
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
