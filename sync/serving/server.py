"""The server on its socket, and how it ends. Its signals are ours: the run under way ends first."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Iterator

import structlog
import uvicorn
from starlette.applications import Starlette

from sync.serving.child import Child
from sync.serving.errors import CannotListen
from sync.serving.loop import Loop

log = structlog.get_logger(__name__)

_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_CONNECTIONS = 900
"""At once. Systems give a process 1024 files."""

_LINE_BYTES = 16 * 1024
"""Of the headers of a request."""

_LAST = 5
"""Seconds that answers under way may take at the end."""


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that is bound to the address. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        # The words of the system alone: Python adds where it tried.
        why = os.strerror(error.errno) if isinstance(error.errno, int) and error.errno > 0 else str(error)
        raise CannotListen(
            f"cannot listen on {host_and_port(host, port)}: {why}. Choose another address with --listen HOST:PORT."
        ) from None


def host_and_port(host: str, port: int) -> str:
    """An address as it is typed."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host.casefold() == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def serve_until_signal(app: Starlette, listening: socket.socket, loop: Loop, child: Child) -> int | None:
    """Serve until SIGTERM or Ctrl-C, whose number is returned; None where the timetable broke off, which is a fault and was logged.

    At a signal no further run begins, the one under way finishes its write, and answers are given until then.
    """
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # Whoever says for whom it asks is believed by nobody: limits count by the address that connected.
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        h11_max_incomplete_event_size=_LINE_BYTES,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=_LAST,
    )
    return asyncio.run(_serve(_Server(config), listening, loop, child))


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the service."""
        yield


async def _serve(server: _Server, listening: socket.socket, loop: Loop, child: Child) -> int | None:
    events = asyncio.get_running_loop()
    heard: list[int] = []

    def stop(number: int) -> None:
        # A second one changes nothing: the running write is a matter of seconds.
        if not heard:
            heard.append(number)
            log.warning("stopping after the current write")
            loop.stop()
            child.end()

    def run() -> None:
        try:
            loop.serve()
        except Exception:
            log.exception("the timetable broke off")
        finally:
            events.call_soon_threadsafe(setattr, server, "should_exit", True)

    for number in _SIGNALS:
        events.add_signal_handler(number, stop, number)
    running = threading.Thread(target=run, name="timetable")
    running.start()
    try:
        await server.serve([listening])
    finally:
        loop.stop()
        child.end()
        await asyncio.to_thread(running.join)
    return heard[0] if heard else None
