"""Kinds of faults that answer in place of the tracker, or change the circumstances in which it answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from connectors.sandbox import request_effects
from connectors.sandbox.fault_kind import (
    AnySeconds,
    ConnectionCut,
    FaultContext,
    FaultKind,
    HttpStatus,
    Seconds,
)
from connectors.sandbox.jira.peculiarities import Act
from connectors.sandbox.linear.errors import RateLimited
from connectors.sandbox.world import World

PROXY_PAGE = (
    "<!doctype html><html><head><title>Service temporarily unavailable</title></head>"
    "<body><h1>We will be right back</h1></body></html>"
)
TOMCAT_PAGE = (
    "<!doctype html><html lang='en'><head><title>HTTP Status 429 – Too Many Requests</title></head>"
    "<body><h1>HTTP Status 429 – Too Many Requests</h1></body></html>"
)
WRONG_JSON = {"issues": "none", "data": 7, "values": {"unexpected": True}}
_JSON = "application/json;charset=UTF-8"


def json_reply(value: Any, status: int, headers: dict[str, str]) -> web.Response:
    """`value` as JSON; a header of the same name wins over the content type."""
    return web.Response(
        body=msgspec.json.encode(value), status=status, headers={"Content-Type": _JSON} | headers
    )


class Latency(FaultKind, tag="latency"):
    """Wait `seconds`, and up to `jitter` more, then go on as usual."""

    passes: ClassVar[bool] = True
    seconds: Seconds = 0.2
    jitter: Seconds = 0.0

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        await asyncio.sleep(self.seconds + context.random.uniform(0, self.jitter))
        return await context.proceed()


class ClockSkew(FaultKind, tag="clock_skew"):
    """The tracker's clock is `seconds` ahead (negative: behind): in `Date` and in all times it gives."""

    passes: ClassVar[bool] = True
    seconds: AnySeconds = 300.0

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        with request_effects.during(request_effects.skew, timedelta(seconds=self.seconds)):
            response = await context.proceed()
            if not response.prepared:
                response.headers["Date"] = format_datetime(context.world.clock.now(), usegmt=True)
        return response


class SearchLag(FaultKind, tag="search_lag"):
    """Jira's search runs `seconds` of the world's clock behind writes, for as long as the rule stands."""

    passes: ClassVar[bool] = True
    needs_selector: ClassVar[bool] = False
    seconds: Seconds = 60.0

    def start(self, world: World) -> None:
        world.jira.lag = self.seconds

    def stop(self, world: World) -> None:
        world.jira.lag = 0.0


class Updated(FaultKind, tag="updated"):
    """What `updated` of Jira's issues `tells` besides, and `hides`, for as long as the rule stands; see `jira/untold.py`."""

    passes: ClassVar[bool] = True
    needs_selector: ClassVar[bool] = False
    tells: tuple[Act, ...] = ()
    hides: tuple[Act, ...] = ()

    def start(self, world: World) -> None:
        world.jira.peculiar.switched.append((self.tells, self.hides))

    def stop(self, world: World) -> None:
        world.jira.peculiar.switched.remove((self.tells, self.hides))


class LostAccess(FaultKind, kw_only=True, tag="lost_access"):
    """Jira projects and Linear teams with these `keys` are gone for whoever asks; the reply is a 200."""

    passes: ClassVar[bool] = True
    keys: tuple[str, ...]

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        with request_effects.during(
            request_effects.hidden, request_effects.hidden.get() | frozenset(self.keys)
        ):
            return await context.proceed()


class RevokedCredential(FaultKind, tag="revoked"):
    """The credential is no good any more.

    Linear says 401. Jira serves an anonymous 200 with X-Seraph-LoginReason, as it really does for most
    reads (contracts/jira.md, section 8), or with `form` "401" what its gateway says.
    """

    form: Literal["anonymous", "401"] = "anonymous"

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        if self.form == "401" and not context.request_info.is_linear:
            return json_reply({"code": 401, "message": "Unauthorized; scope does not match"}, 401, {})
        with request_effects.during(request_effects.revoked, True):
            return await context.proceed()


class AnonymousCredential(RevokedCredential, tag="anonymous"):
    """The same as `revoked` in its usual form."""


class DropBefore(FaultKind, tag="drop_before"):
    """Close the connection before anything happens; with `reset`, by a TCP reset."""

    reset: bool = False

    async def answer(self, _: FaultContext, /) -> web.StreamResponse:
        raise ConnectionCut(self.reset)


class FixedReply(FaultKind, tag="status"):
    """Answer `status` with `headers` and `body` (an object as JSON, text as it is, None as nothing)."""

    status: HttpStatus = 503
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: Any = None

    async def answer(self, _: FaultContext, /) -> web.StreamResponse:
        if self.body is None:
            return web.Response(status=self.status, headers=self.headers)
        if isinstance(self.body, str):
            return web.Response(text=self.body, status=self.status, headers=self.headers)
        return json_reply(self.body, self.status, self.headers)


class EmptyReply(FaultKind, tag="empty"):
    """No body at all."""

    status: HttpStatus = 200
    headers: dict[str, str] = msgspec.field(default_factory=dict)

    async def answer(self, _: FaultContext, /) -> web.StreamResponse:
        return web.Response(status=self.status, headers=self.headers)


class HtmlReply(FaultKind, tag="html"):
    """A proxy's page in place of JSON."""

    status: HttpStatus = 200
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: str = PROXY_PAGE

    async def answer(self, _: FaultContext, /) -> web.StreamResponse:
        return web.Response(
            text=self.body, status=self.status, content_type="text/html", headers=self.headers
        )


class WrongJson(FaultKind, tag="wrong_json"):
    """Well-formed JSON of another shape, or `body`."""

    status: HttpStatus = 200
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: Any = msgspec.field(default_factory=lambda: dict(WRONG_JSON))

    async def answer(self, _: FaultContext, /) -> web.StreamResponse:
        return json_reply(self.body, self.status, self.headers)


class Redirect(FaultKind, tag="redirect"):
    """Send the client elsewhere.

    `to` is "host" (this sandbox by another name of the machine), "scheme" (https), "port" (the next one),
    "self" (round and round), or an address to which the path is added.
    """

    status: Literal[301, 302, 303, 307, 308] = 302
    to: str = "host"

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        status = HTTPStatus(self.status)
        return web.Response(
            status=status, reason=status.phrase, headers={"Location": self.location(context.request)}
        )

    def location(self, request: web.Request) -> str:
        """Where to: the same path and query at another place."""
        name, port = request.url.host or "127.0.0.1", request.url.port or 80
        places = {
            "host": f"http://{'127.0.0.1' if name == 'localhost' else 'localhost'}:{port}",
            "scheme": f"https://{name}:{port}",
            "port": f"http://{name}:{port % 65_535 + 1}",
            "self": f"http://{name}:{port}",
        }
        return places.get(self.to, self.to.rstrip("/")) + request.path_qs

    def __post_init__(self) -> None:
        if self.to not in ("host", "scheme", "port", "self") and not urlsplit(self.to).netloc:
            raise ValueError("to is host, scheme, port, self, or an address such as https://example.com")


class RateLimit(FaultKind, tag="rate_limit"):
    """A limit is spent: 429 as Jira says it, 400 RATELIMITED as Linear does (`status` changes either).

    `reason` is Jira's RateLimit-Reason, or "gateway" (no reason, no Retry-After unless given) or "tomcat"
    (Data Center's HTML). `retry_after` is a number of seconds of any size, "date" for an HTTP date
    `seconds` ahead by the sandbox's clock, other text to send as it is, or null for none; when it is not
    given, Jira says `seconds`, and Linear nothing.
    """

    reason: Literal[
        "jira-quota-global-based",
        "jira-quota-tenant-based",
        "jira-burst-based",
        "jira-per-issue-on-write",
        "jira-cost-based",
        "gateway",
        "tomcat",
    ] = "jira-burst-based"
    retry_after: int | float | str | msgspec.UnsetType | None = msgspec.UNSET
    seconds: AnySeconds = 5.0
    status: HttpStatus | None = None

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        now = context.world.clock.now()
        retry_after: object = self.retry_after
        if retry_after is msgspec.UNSET:
            retry_after = (
                None if context.request_info.is_linear or self.reason == "gateway" else round(self.seconds)
            )
        if retry_after == "date":
            retry_after = format_datetime(now + timedelta(seconds=self.seconds), usegmt=True)
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        if context.request_info.is_linear:
            reset = str(round((now.timestamp() + 3600) * 1000))
            headers |= {
                "X-RateLimit-Requests-Limit": "2500",
                "X-RateLimit-Requests-Remaining": "0",
                "X-RateLimit-Requests-Reset": reset,
            }
            error = RateLimited("Rate limit exceeded. Only 2500 requests are allowed per 1 hour.")
            body = {"errors": [{"message": error.message, "extensions": error.extensions}]}
            return json_reply(body, self.status or 400, headers)
        return self._of_jira(headers, (now + timedelta(seconds=self.seconds)).strftime("%Y-%m-%dT%H:%MZ"))

    def _of_jira(self, headers: dict[str, str], reset: str) -> web.Response:
        status = self.status or 429
        if self.reason == "tomcat":
            counts = {"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "0", "X-RateLimit-FillRate": "0"}
            return web.Response(
                text=TOMCAT_PAGE, status=status, content_type="text/html", headers=counts | headers
            )
        if self.reason == "gateway":
            headers |= {"X-Failure-Category": "FAILURE CLIENT RATE LIMITED"}
            return json_reply({"code": 429, "message": "Too many requests"}, status, headers)
        headers |= {
            "RateLimit-Reason": self.reason,
            "X-RateLimit-Limit": "100",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": reset,
            "X-RateLimit-NearLimit": "true",
        }
        return json_reply({"errorMessages": ["Rate limit exceeded."], "errors": {}}, status, headers)
