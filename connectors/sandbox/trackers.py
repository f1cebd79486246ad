"""Both trackers as one resource of the server, which can be swapped for those of a fresh world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
        self._sites = _router([*jira_routes(world), *linear_routes(world)])
        self._gateway: web.UrlDispatcher | None = None
        self._world = world

    @property
    def canonical(self) -> str:
        return "/"

    async def resolve(self, request: web.Request) -> tuple[web.UrlMappingMatchInfo | None, set[str]]:
        """The handler of the present world, or None with the methods that would have one."""
        allowed: set[str] = set()
        for router in self._routers():
            found = await router.resolve(request)
            if found.http_exception is None:
                return found, set()
            if isinstance(found.http_exception, web.HTTPMethodNotAllowed):
                allowed |= found.http_exception.allowed_methods
        return None, allowed

    def _routers(self) -> Iterator[web.UrlDispatcher]:
        """Few ask the gateway, and its many routes take longer to make than a small world: so they are made when needed."""
        yield self._sites
        if self._gateway is None:
            self._gateway = _router(gateway_routes(self._world))
        yield self._gateway

    def _routes(self) -> list[web.AbstractRoute]:
        return [route for router in self._routers() for route in router.routes()]

    def url_for(self, **_: str) -> URL:
        raise NotImplementedError

    def add_prefix(self, prefix: str) -> None:
        raise NotImplementedError

    def get_info(self) -> web.ResourceRoute:  # type: ignore[override]
        raise NotImplementedError

    def raw_match(self, _path: str) -> bool:
        return False

    def __len__(self) -> int:
        return len(self._routes())

    def __iter__(self) -> Iterator[web.AbstractRoute]:
        return iter(self._routes())


def _router(routes: Iterable[web.RouteDef]) -> web.UrlDispatcher:
    made = web.UrlDispatcher()
    made.add_routes(routes)
    made.freeze()
    return made
