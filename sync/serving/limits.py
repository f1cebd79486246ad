"""What one caller may take of the service: how often it asks, how much it sends, and how long that takes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 5 * 1024 * 1024
"""Of a body. Jira delivers whole issues, with long descriptions."""

MOST_TOGETHER = 64 * 1024 * 1024
"""Of all bodies that are being received: as many callers as may connect could fill the memory otherwise."""

BODY_SECONDS = 10.0
"""That a body may take to arrive."""

PROBES = frozenset({"/healthz", "/readyz"})
"""Asked by the platform, which must not be told to come back later."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and `per_second` in the long run."""

    burst: int
    per_second: float


READS = Rate(300, 20)
"""For pages. A page is one request; scrapers and people stay far below."""

DELIVERIES = Rate(5000, 100)
"""For whatever is sent: a bulk edit in a tracker sends a delivery for each item."""

_CALLERS = 4096
"""Addresses that are remembered; the one that was silent longest is forgotten."""


class Buckets:
    """How much each caller has left: a token bucket for each. `clock`: seconds that never go back."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, caller: str) -> float:
        """Take one, and 0; or the seconds until there is one."""
        now, rate = self._clock(), self._rate
        left, since = self._left.pop(caller, (float(rate.burst), now))
        left = min(float(rate.burst), left + (now - since) * rate.per_second)
        wait = 0.0 if left >= 1 else (1 - left) / rate.per_second
        self._left[caller] = (left if wait else left - 1, now)
        if len(self._left) > _CALLERS:
            self._left.popitem(last=False)
        return wait


class Limits:
    """An ASGI application within its limits: 429 for too many requests, 413 and 408 for too large and too slow a body."""

    def __init__(
        self,
        app: ASGIApp,
        reads: Rate = READS,
        deliveries: Rate = DELIVERIES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._reads = Buckets(reads, clock)
        self._deliveries = Buckets(deliveries, clock)
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)
        body = b""
        if refused is None:
            try:
                body = await asyncio.wait_for(self._body(receive, _declared(scope)), BODY_SECONDS)
            except _TooLarge:
                refused = _plain(413, f"The body is larger than {MOST_BYTES // 1024**2} MiB.", close=True)
            except _TooMuch:
                refused = _plain(503, "Too much is being received.", {"Retry-After": "5"}, close=True)
            except TimeoutError:
                refused = _plain(408, "The body took too long.", close=True)
            except _Gone:
                return
        if refused is not None:
            await refused(scope, receive, send)
            return
        await self._app(scope, _once(body, receive), send)

    async def _body(self, receive: Receive, declared: int) -> bytes:
        if declared > MOST_BYTES:
            raise _TooLarge
        parts: list[bytes] = []
        size, more = 0, True
        try:
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _Gone
                part = message.get("body", b"")
                size += len(part)
                self._held += len(part)
                if size > MOST_BYTES:
                    raise _TooLarge
                if self._held > MOST_TOGETHER:
                    raise _TooMuch
                parts.append(part)
                more = message.get("more_body", False)
        finally:
            self._held -= size
        return b"".join(parts)

    def _refused(self, scope: Scope) -> Response | None:
        if scope["path"] in PROBES:
            return None
        caller = (scope.get("client") or ("",))[0]
        buckets = self._reads if scope["method"] in ("GET", "HEAD") else self._deliveries
        wait = buckets.wait(caller)
        if not wait:
            return None
        return _plain(429, "Too many requests.", {"Retry-After": str(int(wait) + 1)})


class _TooLarge(Exception):
    pass


class _TooMuch(Exception):
    pass


class _Gone(Exception):
    """The caller went away before the body was whole."""


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _once(body: bytes, receive: Receive) -> Receive:
    """What hands out the body that has been read, and then what comes."""
    handed = False

    async def hand() -> Message:
        nonlocal handed
        if handed:
            return await receive()
        handed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return hand


def _plain(code: int, text: str, headers: dict[str, str] | None = None, *, close: bool = False) -> Response:
    # What is left of a body is not read: the connection is of no further use.
    more = {"Connection": "close"} if close else {}
    return PlainTextResponse(text + "\n", code, headers={**(headers or {}), **more})
