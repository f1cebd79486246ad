"""What stands between a request and the trackers: the record of it, the fault that breaks it, compression."""

from __future__ import annotations

import socket
import struct
import time
import zlib
from collections.abc import Callable, Sequence
from email.utils import format_datetime
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.sandbox.company import SERVICE
from connectors.sandbox.fault_kind import ConnectionCut, FaultContext, RequestInfo
from connectors.sandbox.faults import FaultRule, Faults
from connectors.sandbox.jira.gateway import token_of
from connectors.sandbox.jira.http import GATEWAY_PATH, credential
from connectors.sandbox.recorder import Exchange, RecordedRequest, Recorder, operation_of, route_of
from connectors.sandbox.world import World, generate

Watcher = Callable[[Exchange], None]

ICON = "/favicon.ico"
COMPRESS_FROM = 1024
"""Bytes from which a reply is compressed; below, gzip gains nothing."""
_LEVEL = 1
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Control:
    """Records requests, and breaks those that a fault rule chooses."""

    def __init__(
        self, world: World, serve: Callable[[World], None], watchers: Sequence[Watcher] = ()
    ) -> None:
        self.world = world
        self.faults = Faults(world)
        self.recorder = Recorder()
        self._serve = serve
        self._watchers = tuple(watchers)

    def reset(self) -> None:
        """Serve the world as it was generated, its clock included; faults go, the record stays."""
        self.faults.clear()
        self.world.linear.closed = True
        self.world.jira.listener = None
        self.world = generate(self.world.items, self.world.seed, flow=self.world.flow)
        self.faults.world = self.world
        self._serve(self.world)

    @property
    def middleware(self) -> Any:
        """The middleware that does both; requests to the controls themselves are left alone."""

        @web.middleware
        async def control(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith("/__") or request.path == ICON:
                return _compressed(request, await handler(request))
            return await self._recorded(request, handler)

        return control

    async def _recorded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        at, began = self.world.clock.now(), time.perf_counter()
        number, in_flight = self.recorder.started()
        status, size, sent = 500, 0, 0
        broken_by: list[int] = []
        # Before the body is there, a request can be given up by its client.
        request_info = RequestInfo(request.method, request.path)
        try:
            request_info = await self._request_info(request)
            response = await self._respond(request, handler, request_info, self.faults.rules[:], broken_by)
            size = _size(response)
            await self._notify(request, response, broken=bool(broken_by))
            response = _compressed(request, response)
            status, sent = response.status, _size(response)
            if not response.prepared:
                response.headers.setdefault("Date", format_datetime(self.world.clock.now(), usegmt=True))
            return response
        except ConnectionCut as cut:
            status = 0
            await self._notify(request, _no_reply(), broken=True)
            _close(request, cut)
            return _no_reply()
        except ConnectionError:
            # The client hung up while it was sent something long.
            status = 0
            return _no_reply()
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            self.recorder.finished(
                RecordedRequest(
                    at=at,
                    method=request_info.method,
                    path=request_info.path,
                    query=request.query_string,
                    status=status,
                    request_bytes=request.content_length or 0,
                    response_bytes=size,
                    operation=request_info.operation,
                    operation_name=request_info.operation_name,
                    wire_bytes=sent,
                    duration_ms=round((time.perf_counter() - began) * 1000, 3),
                    in_flight=in_flight,
                    route=route_of(request),
                    credential=request_info.credential,
                    faults=tuple(broken_by),
                    number=number,
                )
            )

    async def _notify(self, request: web.Request, response: web.StreamResponse, *, broken: bool) -> None:
        """Show the exchange to those who watch; a reply that was sent piece by piece has no body here."""
        if not self._watchers:
            return
        try:
            sent = await request.read()
        except ConnectionError:  # the client is gone, and its request with it
            return
        body = getattr(response, "body", None)
        exchange = Exchange(
            request.method,
            request.rel_url.raw_path,
            tuple(request.query.items()),
            dict(request.headers),
            sent,
            response.status,
            dict(response.headers),
            body if isinstance(body, bytes) else b"",
            broken,
        )
        for watcher in self._watchers:
            watcher(exchange)

    async def _request_info(self, request: web.Request) -> RequestInfo:
        operation, name = await operation_of(request)
        return RequestInfo(request.method, request.path, operation, name, self._account(request))

    def _account(self, request: web.Request) -> str:
        """Whose credential the request bears."""
        given = request.headers.get("Authorization")
        if given is None:
            return "anonymous"
        if request.path.startswith("/linear"):
            user = self.world.linear.user_by_token(given.removeprefix("Bearer "))
            return user.email if user else "unknown"
        if request.path.startswith((GATEWAY_PATH, "/oauth/")):
            return SERVICE.email if token_of(request) is not None else "unknown"
        person, _ = credential(request)
        return person.email if person else "unknown"

    async def _respond(
        self,
        request: web.Request,
        handler: Handler,
        request_info: RequestInfo,
        rules: Sequence[FaultRule],
        broken_by: list[int],
    ) -> web.StreamResponse:
        """The reply as the rules leave it. Raises ConnectionCut."""
        rule, further = self.faults.first_firing(request_info, rules)
        if rule is None:
            return await handler(request)
        broken_by.append(rule.id)

        async def proceed() -> web.StreamResponse:
            return await self._respond(request, handler, request_info, further, broken_by)

        return await rule.answer(FaultContext(request, request_info, self.world, proceed))


def _no_reply() -> web.Response:
    """An answer that goes nowhere: the transport is closed already."""
    return web.Response(status=500)


def _size(response: web.StreamResponse) -> int:
    body = getattr(response, "body", None)
    return len(body) if isinstance(body, bytes) else 0


def _compressed(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """The reply compressed, if it is worth it and the client takes it, as both vendors do."""
    if response.prepared or "Content-Encoding" in response.headers or _size(response) < COMPRESS_FROM:
        return response
    if isinstance(response, web.Response) and "gzip" in request.headers.get("Accept-Encoding", ""):
        assert isinstance(response.body, bytes)  # noqa: S101  it has a size
        compressor = zlib.compressobj(level=_LEVEL, wbits=31)
        response.body = compressor.compress(response.body) + compressor.flush()
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    return response


def _close(request: web.Request, cut: ConnectionCut) -> None:
    transport = request.transport
    if transport is None:
        return
    if cut.reset:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    else:
        transport.close()
