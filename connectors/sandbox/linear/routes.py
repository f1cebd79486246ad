"""The Linear workspace's routes: the GraphQL endpoint, and pages for issues, projects, initiatives, views and teams."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

from connectors.sandbox import pages
from connectors.sandbox.linear import show
from connectors.sandbox.linear.delivery import Deliverer
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.linear.wire import Endpoint

if TYPE_CHECKING:
    from connectors.sandbox.world import World

T = TypeVar("T")


def routes(world: World) -> list[web.RouteDef]:
    """POST /linear/graphql, and GET /linear/issue/, project/, initiative/, view/ and team/ with an id or a key."""
    space = world.linear
    endpoint = Endpoint(space)
    deliverer = Deliverer(space)
    space.deliver = deliverer.collect

    async def graphql(request: web.Request) -> web.Response:
        reply = endpoint.answer(request.headers.get("Authorization"), await request.read())
        if space.outbox:
            deliverer.collect()
        return web.Response(
            body=reply.body,
            status=reply.status,
            headers=reply.headers,
            content_type="application/json",
            charset="utf-8",
        )

    async def issue_page(request: web.Request) -> web.Response:
        issue = space.issue(request.match_info["identifier"])
        if issue is None:
            return pages.missing(f"There is no Linear issue {request.match_info['identifier']}.")
        if request.match_info["identifier"].upper() in issue.previous_identifiers:
            raise web.HTTPMovedPermanently(f"/linear/issue/{issue.identifier}")
        return pages.page("linear/issue.html", **show.issue_values(issue))

    async def view_page(request: web.Request) -> web.Response:
        view = show.view(space, request.match_info["id"])
        if view is None:
            return pages.missing(f"There is no Linear view {request.match_info['id']}.")
        return pages.page("linear/view.html", **show.view_values(view, space))

    async def team_page(request: web.Request) -> web.Response:
        key = request.match_info["key"]
        team = next((one for one in space.teams.values() if one.key == key.upper()), None)
        if team is None:
            return pages.missing(f"There is no Linear team {key}.")
        return pages.page("linear/team.html", **show.team_values(team, space))

    return [
        web.post("/linear/graphql", graphql),
        web.get("/linear/issue/{identifier}", issue_page),
        web.get("/linear/project/{id}", _page(space, "project", show.project, show.project_values)),
        web.get(
            "/linear/initiative/{id}", _page(space, "initiative", show.initiative, show.initiative_values)
        ),
        web.get("/linear/view/{id}", view_page),
        web.get("/linear/team/{key}", team_page),
    ]


def _page(
    space: LinearSpace,
    what: str,
    find: Callable[[LinearSpace, str], T | None],
    values: Callable[[T], Mapping[str, Any]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The page of one kind of thing, by id."""

    async def page(request: web.Request) -> web.Response:
        found = find(space, request.match_info["id"])
        if found is None:
            return pages.missing(f"There is no Linear {what} {request.match_info['id']}.")
        return pages.page(f"linear/{what}.html", **values(found))

    return page
