"""By which name a browser may ask for pages: a page of somebody else, whose name leads to this machine, may not read them."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def hosts_of(site: str | None) -> frozenset[str]:
    """The names of a service on loopback: those of this machine, and of the declared site, to which a proxy may lead."""
    named = urlsplit(site).hostname if site else None
    return LOOPBACK | ({named} if named else set())


class KnownHosts:
    """An ASGI application that is asked by these names alone; None: by any."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or 421."""
        if self._hosts is not None and _name(scope) not in self._hosts:
            text = "Ask for this page by localhost or by the host of `site` in the OKR file.\n"
            await PlainTextResponse(text, 421)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _name(scope: Scope) -> str:
    """The host that was asked for, without its port."""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).casefold()
