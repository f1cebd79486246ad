"""The controls over HTTP, below `/__`, and the front page for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from connectors.sandbox import pages
from connectors.sandbox.company import SERVICE
from connectors.sandbox.control_requests import ControlError, json_reply, read_object, with_errors
from connectors.sandbox.controls import ICON, Control
from connectors.sandbox.dump import dumped
from connectors.sandbox.duplicate_routes import duplicate_routes
from connectors.sandbox.hook_routes import hook_routes
from connectors.sandbox.jira.http import SERVICE_TOKEN
from connectors.sandbox.jira.untold import act
from connectors.sandbox.linear.state import TOKEN

_PIECE = 1 << 18


def control_routes(control: Control) -> list[web.RouteDef]:
    """The routes of `/__requests`, `/__faults`, `/__clock`, `/__reset`, `/__flow`, `/__world`, `/__jira`, `/__clone`, `/__copy` and `/__hooks`, and `GET /`."""
    routes = ControlHandlers(control)
    return [
        web.get("/__requests", with_errors(routes.list_requests)),
        web.get("/__requests/summary", with_errors(routes.sum_requests)),
        web.delete("/__requests", with_errors(routes.clear_requests)),
        web.get("/__faults", with_errors(routes.list_faults)),
        web.post("/__faults", with_errors(routes.add_fault)),
        web.delete("/__faults", with_errors(routes.clear_faults)),
        web.delete("/__faults/{id}", with_errors(routes.remove_fault)),
        web.get("/__clock", with_errors(routes.read_clock)),
        web.post("/__clock", with_errors(routes.move_clock)),
        web.post("/__reset", with_errors(routes.reset)),
        web.post("/__flow", with_errors(routes.add_flow)),
        web.get("/__world", with_errors(routes.world)),
        web.post("/__jira", with_errors(routes.administer)),
        *duplicate_routes(control),
        *hook_routes(control),
        web.get("/", routes.index),
        web.get(ICON, _no_icon),
    ]


async def _no_icon(_: web.Request) -> web.Response:
    """Pages carry their icon in themselves; a browser that shows a control's JSON asks for one all the same."""
    return web.Response(status=204)


class ControlHandlers:
    """The handlers."""

    def __init__(self, control: Control) -> None:
        self.control = control

    async def list_requests(self, request: web.Request) -> web.Response:
        try:
            rows = [row.as_json() for row in self.control.recorder.select(request.query)]
        except ValueError as error:
            raise ControlError(str(error)) from None
        return json_reply(rows)

    async def sum_requests(self, _: web.Request) -> web.Response:
        return json_reply(self.control.recorder.summary())

    async def clear_requests(self, _: web.Request) -> web.Response:
        self.control.recorder.clear()
        return web.Response(status=204)

    async def list_faults(self, _: web.Request) -> web.Response:
        return json_reply([rule.as_json() for rule in self.control.faults.rules])

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            rule = self.control.faults.add(await read_object(request))
        except ValueError as error:
            raise ControlError(str(error)) from None
        return json_reply(rule.as_json(), 201)

    async def clear_faults(self, _: web.Request) -> web.Response:
        self.control.faults.clear()
        return web.Response(status=204)

    async def remove_fault(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        if not number.isdecimal() or not self.control.faults.remove(int(number)):
            return json_reply({"error": f"there is no fault {number}"}, 404)
        return web.Response(status=204)

    async def read_clock(self, _: web.Request) -> web.Response:
        clock = self.control.world.clock
        return json_reply({"now": clock.now().isoformat(), "speed": clock.speed})

    async def move_clock(self, request: web.Request) -> web.Response:
        given = await read_object(request)
        clock = self.control.world.clock
        moves: dict[str, Callable[[Any], None]] = {
            "advance_seconds": lambda seconds: clock.advance(timedelta(seconds=float(seconds))),
            "set": lambda moment: clock.set(datetime.fromisoformat(moment)),
            "speed": lambda speed: clock.run_at(float(speed)),
        }
        if not given or set(given) - set(moves):
            raise ControlError(f"expected one or more of {', '.join(moves)}")
        for name in (name for name in moves if name in given):
            try:
                moves[name](given[name])
                clock.now()
            except (ValueError, TypeError, OverflowError) as error:
                raise ControlError(f"{name} cannot be {given[name]!r}: {error}") from None
        return await self.read_clock(request)

    async def administer(self, request: web.Request) -> web.Response:
        """Does what an administrator of Jira does on a screen; see `jira/untold.py`."""
        try:
            act(self.control.world.jira, await read_object(request))
        except ValueError as error:
            raise ControlError(str(error)) from None
        return web.Response(status=204)

    async def reset(self, _: web.Request) -> web.Response:
        self.control.reset()
        return web.Response(status=204)

    async def add_flow(self, _: web.Request) -> web.Response:
        """Gives the world its past of assignees, flags, health and dated links; see `flow/believable.py`."""
        self.control.world.add_flow()
        return web.Response(status=204)

    async def world(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        gathered = bytearray()
        # Nothing is awaited between two pieces of one batch, but a write may come in between batches:
        # who compares worlds compares quiet ones.
        for piece in dumped(self.control.world, times=request.query.get("times") == "true"):
            gathered += piece
            if len(gathered) > _PIECE:
                await response.write(gathered)
                gathered = bytearray()
        await response.write_eof(bytes(gathered))
        return response

    async def index(self, request: web.Request) -> web.Response:
        world = self.control.world
        return pages.page(
            "index.html",
            seed=world.seed,
            now=world.clock.now(),
            projects=world.jira.overview(),
            linear=[
                {"key": team.key, "name": team.name, "samples": [issue.identifier for issue in issues[:8]]}
                for team, issues in world.linear.overview()
            ],
            url=f"http://{request.host}",
            email=SERVICE.email,
            jira_token=SERVICE_TOKEN,
            linear_token=TOKEN,
        )
