"""The application: probes, metrics, the report, and what `hooks` adds. It has no client of a tracker and no store: nothing that is
asked of it reads or writes either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from sync.serving.hosts import KnownHosts
from sync.serving.limits import Limits
from sync.serving.pages import NOT_YET, Pages
from sync.serving.served import Condition, Ran, Served

_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
"""The media type of Prometheus's text format."""


def make_app(state: Served, hooks: Sequence[BaseRoute] = ()) -> Starlette:
    """The application. `hooks`: routes to which trackers deliver."""
    pages = Pages(state.report)

    async def healthz(_request: Request) -> Response:
        alive = state.condition.alive or state.condition.stopping
        return JSONResponse({"status": "ok" if alive else "failed"}, 200 if alive else 503)

    async def readyz(_request: Request) -> Response:
        condition = state.condition
        why = _not_ready(condition, await run_in_threadpool(pages.names))
        told = {"status": "not ready" if why else "ready", "reason": why, **_told(condition)}
        return JSONResponse(told, 503 if why else 200)

    async def metrics(_request: Request) -> Response:
        try:
            text = await run_in_threadpool(state.metrics.read_bytes)
        except FileNotFoundError:
            text = b""
        return Response(text, media_type=_EXPOSITION)

    known = [Middleware(KnownHosts, state.hosts)]
    own: list[BaseRoute] = [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"], middleware=known),
    ]
    return Starlette(
        routes=[*own, *hooks, *pages.routes(known)],
        middleware=[Middleware(Limits)],
        exception_handlers={HTTPException: _refusal},
    )


async def _refusal(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=dict(error.headers or {}))


def _not_ready(condition: Condition, names: frozenset[str]) -> str | None:
    if condition.stopping:
        return "The service is stopping."
    return None if names else NOT_YET


def _told(condition: Condition) -> dict[str, Any]:
    now = datetime.now(UTC)
    good = condition.last_good
    return {
        "running_since": _moment(condition.running_since),
        "next_run": _moment(condition.next_tick),
        "last_run": _run(condition.last),
        "last_good_run": _run(good),
        "seconds_since_last_good_run": None if good is None else int((now - good.ended).total_seconds()),
    }


def _run(ran: Ran | None) -> dict[str, Any] | None:
    if ran is None:
        return None
    return {
        "why": ran.why,
        "begun": _moment(ran.begun),
        "ended": _moment(ran.ended),
        "exit_code": ran.code,
        "written": ran.written,
        "not_run": ran.not_run,
    }


def _moment(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat(timespec="seconds")
