"""`pytest --fast`: the tests that need no server, database or browser, and the proof that they open no socket. `pytest --long`:
those with the mark `long` too, which repeat for many seconds what shorter ones try once, and are left out otherwise.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.needs import MARKERS, needs

_OPENED: list[str] = []
_FORBIDDEN = frozenset({"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"})


class SocketOpened(RuntimeError):
    """A test of the fast set asked for the network."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--fast`."""
    parser.addoption(
        "--fast", action="store_true", help="only what needs no server, database, browser or Node"
    )
    parser.addoption("--long", action="store_true", help="also the tests with the mark long")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers; forbid sockets where only the fast set is run."""
    for name, why in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {why} (found by tests/support/needs.py)")
    config.addinivalue_line("markers", "long: repeats for many seconds what shorter tests try; run by --long")
    if config.getoption("--fast"):
        sys.addaudithook(_forbid)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with what it needs; leave out what is not fast."""
    for item in items:
        if isinstance(item, pytest.Function):
            for name in needs(item):
                item.add_marker(name)
    if not config.getoption("--long"):
        left_out = {item for item in items if item.get_closest_marker("long")}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    if config.getoption("--fast"):
        slow = [item for item in items if any(item.get_closest_marker(name) for name in MARKERS)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]


@pytest.fixture(autouse=True)
def _no_socket_is_opened(request: pytest.FixtureRequest) -> Iterator[None]:
    """In the fast set, what opens a socket fails, even where its error was caught."""
    yield
    if _OPENED:
        opened = ", ".join(_OPENED)
        _OPENED.clear()
        pytest.fail(f"{request.node.nodeid} is in the fast set and asked for {opened}", pytrace=False)


def _forbid(event: str, given: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN and not (
        isinstance(given[0], socket.socket) and given[0].family == socket.AF_UNIX
    ):
        _OPENED.append(f"{event} {given[-1]!r}")
        raise SocketOpened(_OPENED[-1])
