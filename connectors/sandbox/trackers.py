"""Both trackers as one resource of the server, which can be swapped for those of a fresh world."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web
from yarl import URL

from connectors.sandbox.jira.routes import gateway_routes
from connectors.sandbox.jira.routes import routes as jira_routes
from connectors.sandbox.linear.routes import routes as linear_routes
from connectors.sandbox.world import World


class Trackers(web.AbstractResource):
    """All routes of the Jira site and the Linear workspace of one world.

    Handlers hold on to the world they were made for, so a new world means new handlers; aiohttp's own
    routes cannot be exchanged once it serves.
    """

    def __init__(self, world: World) -> None:
        super().__init__()
        self.serve(world)

    def serve(self, world: World) -> None:
        """From now on answer with this world."""
        self._router = web.UrlDispatcher()
        self._router.add_routes(jira_routes(world))
        self._router.add_routes(gateway_routes(world))
        self._router.add_routes(linear_routes(world))
        self._router.freeze()

    @property
    def canonical(self) -> str:
        return "/"

    async def resolve(self, request: web.Request) -> tuple[web.UrlMappingMatchInfo | None, set[str]]:
        """The handler of the present world, or None with the methods that would have one."""
        found = await self._router.resolve(request)
        if found.http_exception is None:
            return found, set()
        refused = found.http_exception
        return None, refused.allowed_methods if isinstance(refused, web.HTTPMethodNotAllowed) else set()

    def url_for(self, **_: str) -> URL:
        raise NotImplementedError

    def add_prefix(self, prefix: str) -> None:
        raise NotImplementedError

    def get_info(self) -> web.ResourceRoute:  # type: ignore[override]
        raise NotImplementedError

    def raw_match(self, _path: str) -> bool:
        return False

    def __len__(self) -> int:
        return len(self._router.routes())

    def __iter__(self) -> Iterator[web.AbstractRoute]:
        return iter(self._router.routes())
