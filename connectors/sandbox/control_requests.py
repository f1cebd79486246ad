"""How requests to the controls are read and answered."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler


class ControlError(Exception):
    """A request to the controls that cannot be done; the text says why."""


def with_errors(handler: Handler) -> Handler:
    """The handler, with 400 and the reason for what cannot be done."""

    async def call(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ControlError as error:
            return json_reply({"error": str(error)}, 400)

    return call


def json_reply(value: Any, status: int = 200) -> web.Response:
    """A reply in JSON."""
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object in the body. Raises ControlError for anything else."""
    try:
        given = msgspec.json.decode(await request.read())
    except msgspec.DecodeError as error:
        raise ControlError(f"the body is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise ControlError("the body must be a JSON object")
    return given
