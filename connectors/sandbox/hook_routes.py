"""`/__hooks`: what happens to the webhooks of both trackers, and bursts of them."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

from aiohttp import web

from connectors.sandbox.control_requests import ControlError, json_reply, read_object, with_errors
from connectors.sandbox.controls import Control
from connectors.sandbox.hook_tricks import HookTricks
from connectors.sandbox.jira.state import JiraSite
from connectors.sandbox.linear import payloads
from connectors.sandbox.linear.state import LinearSpace

MOST_AT_ONCE = 100_000


def hook_routes(control: Control) -> list[web.RouteDef]:
    """`GET /__hooks` and `POST /__hooks`.

    Posted are any of `copies`, `aged_seconds` and `lost`, which hold for both trackers until they are changed, and `burst`: that
    many deliveries now, half of them of each tracker that has a webhook, as if so many items had changed.
    """

    async def told(_: web.Request) -> web.Response:
        world = control.world
        return json_reply(
            {"jira": _shown(world.jira.hook_tricks), "linear": _shown(world.linear.hook_tricks)}
        )

    async def change(request: web.Request) -> web.Response:
        given = await read_object(request)
        if unknown := sorted(set(given) - {"copies", "aged_seconds", "lost", "burst"}):
            raise ControlError(f"unknown: {', '.join(unknown)}; expected copies, aged_seconds, lost, burst")
        world = control.world
        copies, burst = _number(given, "copies", 1), _number(given, "burst", 0)
        aged, lost = given.get("aged_seconds"), given.get("lost")
        if aged is not None and (isinstance(aged, bool) or not isinstance(aged, int | float)):
            raise ControlError("aged_seconds must be a number")
        if lost is not None and not isinstance(lost, bool):
            raise ControlError("lost must be true or false")
        for tricks in (world.jira.hook_tricks, world.linear.hook_tricks):
            tricks.copies = copies if "copies" in given else tricks.copies
            tricks.aged = timedelta(seconds=aged) if aged is not None else tricks.aged
            tricks.lost = lost if lost is not None else tricks.lost
        if burst:
            _burst(world.jira, world.linear, burst)
        return await told(request)

    return [web.get("/__hooks", with_errors(told)), web.post("/__hooks", with_errors(change))]


def _number(given: dict[str, Any], name: str, least: int) -> int:
    found = given.get(name, least)
    if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= MOST_AT_ONCE:
        raise ControlError(f"{name} must be a whole number from {least} to {MOST_AT_ONCE}")
    return found


def _shown(tricks: HookTricks) -> dict[str, Any]:
    return {
        "copies": tricks.copies,
        "aged_seconds": tricks.aged.total_seconds(),
        "lost": tricks.lost,
        "sent": {str(status): number for status, number in sorted(tricks.sent.items())},
    }


def _burst(site: JiraSite, space: LinearSpace, number: int) -> None:
    """Tell of so many changes, of one item after the other, that did not happen."""
    on_linear = number // 2 if site.webhooks else number
    on_jira = number - on_linear if space.webhooks else number
    if site.webhooks:
        issues = list(site.issues.values())
        for at in range(on_jira):
            issue = issues[at % len(issues)]
            site.announce("jira:issue_updated", issue, issue.reporter)
    if space.webhooks and space.deliver is not None:
        viewer = next(iter(space.users.values()))
        rows = list(islice(space.issues.values(), on_linear))
        for at in range(on_linear):
            row = rows[at % len(rows)]
            data, teams = payloads.data_of(row), payloads.teams_of(row)
            event = payloads.WebhookEvent("update", "Issue", viewer, space.now(), data, {}, row.url, teams)
            space.outbox.append(event)
        space.deliver()
