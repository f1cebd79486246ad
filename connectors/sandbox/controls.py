"""The sandbox's controls: a record of every request, faults on demand, the clock, and a front page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from connectors.sandbox import faults, pages
from connectors.sandbox.company import SERVICE
from connectors.sandbox.jira.http import SERVICE_TOKEN
from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that came in. `status` is 0 where the connection was cut without a reply.

    `operation` is "query" or "mutation" for GraphQL, else empty.
    """

    at: datetime
    method: str
    path: str
    query: str
    status: int
    request_bytes: int
    response_bytes: int
    operation: str = ""


class Control:
    """Records requests and breaks those that a fault rule chooses."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = faults.Faults()
        self.requests: list[Recorded] = []

    @property
    def middleware(self) -> Any:
        """The middleware that does both; requests to the controls themselves are left alone."""

        @web.middleware
        async def control(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith("/__"):
                return await handler(request)
            at, status, sent = self.world.clock.now(), 500, 0
            operation = await _operation(request)
            try:
                response = await self._answer(request, handler)
                if response is None:
                    status = 0
                    # The answer goes nowhere: the transport is closed already.
                    return web.Response(status=500)
                status = response.status
                body = getattr(response, "body", None)
                sent = len(body) if isinstance(body, bytes) else 0
                return response
            except web.HTTPException as error:
                status = error.status
                raise
            finally:
                size = request.content_length or 0
                path, query = request.path, request.query_string
                self.requests.append(Recorded(at, request.method, path, query, status, size, sent, operation))

        return control

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse | None:
        """The reply as a fault leaves it, or None when the connection was cut."""
        fault = self.faults.find(request.method, request.path)
        if fault is None:
            return await handler(request)
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.seconds)
                return await handler(request)
            case "anonymous":
                revoked = request.headers.copy()
                if "Authorization" in revoked:
                    revoked["Authorization"] = "Basic cmV2b2tlZDpyZXZva2Vk"
                return await handler(request.clone(headers=revoked))
            case "drop_before":
                _cut(request)
                return None
            case "drop_after":
                await handler(request)
                _cut(request)
                return None
            case "truncate":
                response = await handler(request)
                body = getattr(response, "body", None)
                if isinstance(response, web.Response) and isinstance(body, bytes):
                    response.body = body[: len(body) // 2]
                return response
            case "status" | "html" | "wrong_json" | "empty":
                return _instead(fault)

    def routes(self) -> list[web.RouteDef]:
        """`GET|DELETE /__requests`, `POST|DELETE /__faults`, `GET|POST /__clock`, and `GET /` for people."""
        return [
            web.get("/__requests", self.list_requests),
            web.delete("/__requests", self.clear_requests),
            web.post("/__faults", self.add_fault),
            web.delete("/__faults", self.clear_faults),
            web.get("/__clock", self.read_clock),
            web.post("/__clock", self.move_clock),
            web.get("/", self.index),
        ]

    async def list_requests(self, _: web.Request) -> web.Response:
        rows = [asdict(entry) | {"at": entry.at.isoformat()} for entry in self.requests]
        return web.json_response(rows)

    async def clear_requests(self, _: web.Request) -> web.Response:
        self.requests.clear()
        return web.Response(status=204)

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            given = await request.json()
            fault = self.faults.add(given if isinstance(given, dict) else {})
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(asdict(fault), status=201)

    async def clear_faults(self, _: web.Request) -> web.Response:
        self.faults.clear()
        return web.Response(status=204)

    async def read_clock(self, _: web.Request) -> web.Response:
        return web.json_response({"now": self.world.clock.now().isoformat()})

    async def move_clock(self, request: web.Request) -> web.Response:
        try:
            seconds = float((await request.json())["advance_seconds"])
            self.world.clock.advance(timedelta(seconds=seconds))
        except (ValueError, TypeError, KeyError, OverflowError):
            return web.json_response({"error": 'expected {"advance_seconds": <number>}'}, status=400)
        return await self.read_clock(request)

    async def index(self, request: web.Request) -> web.Response:
        return pages.page(
            "index.html",
            seed=self.world.seed,
            now=self.world.clock.now(),
            projects=self.world.jira.overview(),
            linear=[
                {"key": team.key, "name": team.name, "samples": [issue.identifier for issue in issues[:8]]}
                for team, issues in self.world.linear.overview()
            ],
            url=f"http://{request.host}",
            email=SERVICE.email,
            jira_token=SERVICE_TOKEN,
            linear_token=TOKEN,
        )


async def _operation(request: web.Request) -> str:
    """What a GraphQL request asks for; the body stays readable for its handler."""
    if request.method != "POST" or not request.path.endswith("/graphql"):
        return ""
    try:
        document = json.loads(await request.read())["query"]
    except (ValueError, TypeError, KeyError):
        return ""
    return "mutation" if str(document).lstrip().startswith("mutation") else "query"


def _instead(fault: faults.Fault) -> web.Response:
    """The reply that stands in for the real one."""
    status = fault.status or (503 if fault.kind == "status" else 200)
    headers = dict(fault.headers)
    if fault.kind == "html":
        return web.Response(
            text=fault.body or faults.PROXY_PAGE, status=status, content_type="text/html", headers=headers
        )
    body = faults.WRONG_JSON if fault.kind == "wrong_json" and fault.body is None else fault.body
    if body is None or fault.kind == "empty":
        return web.Response(status=status, headers=headers)
    if isinstance(body, str):
        return web.Response(text=body, status=status, headers=headers)
    headers.setdefault("Content-Type", "application/json;charset=UTF-8")
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()
