"""What a test needs beside its own process, found by what its code, its fixtures and its helpers name.

Nobody has to say it; where this finds too little, `tests/support/fast_set.py` fails the test in the fast set.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from pytest_httpserver import HTTPServer

from connectors.sandbox.server import Sandbox, serve
from tests.support import loopback, postgres
from tests.support.clients import node

SERVER, DATABASE, BROWSER, NODE = "needs_server", "needs_database", "needs_browser", "needs_node"
MARKERS = {
    SERVER: "asks a server over HTTP, mostly the sandbox",
    DATABASE: "needs a PostgreSQL server",
    BROWSER: "needs a browser",
    NODE: "needs Node and packages of npm",
}

_SIGNS: dict[Any, str] = {
    Sandbox: SERVER,
    serve: SERVER,
    HTTPServer: SERVER,
    loopback: SERVER,
    postgres.Cluster: DATABASE,
    sync_playwright: BROWSER,
    node.run: NODE,
    node.packages: NODE,
}
"""What a test that names one of these needs."""

_FIXTURES = {"httpserver": SERVER}
"""Likewise by the names of fixtures that are not ours."""


def needs(item: pytest.Function) -> set[str]:
    """The markers that the test should have."""
    fixtures = item._fixtureinfo.name2fixturedefs
    found = {_FIXTURES[name] for name in item.fixturenames if name in _FIXTURES}
    for begin in (item.function, *(one.func for known in fixtures.values() for one in known)):
        found |= needs_of(begin)
    return found


@cache
def needs_of(begin: Any) -> frozenset[str]:
    seen: set[int] = set()
    found: set[str] = set()
    waiting = [inspect.unwrap(begin)]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        sign = _SIGNS.get(one) if isinstance(one, type | FunctionType | ModuleType) else None
        if sign is not None:
            found.add(sign)
        elif str(getattr(one, "__module__", "")).startswith("tests."):
            waiting += _named_by(one)
    return frozenset(found)


def _named_by(one: Any) -> Iterator[Any]:
    """What the code of a function or of a class of the tests names in its module."""
    if isinstance(one, type):
        members = [base for base in one.__mro__ if base.__module__.startswith("tests.")]
        for value in (value for base in members for value in vars(base).values()):
            yield from (_bare(part) for part in _parts(value))
        return
    code, space = getattr(one, "__code__", None), getattr(one, "__globals__", {})
    if code is None:
        return
    for names in _names(code):
        for name in names:
            value = space.get(name)
            if isinstance(value, ModuleType):
                # `postgres.Cluster`: which of the names belong to the module is not told apart.
                yield from (_bare(vars(value)[other]) for other in names if other in vars(value))
            yield _bare(value)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, property):
        return (value.fget, value.fset)
    return (getattr(value, "__func__", value),)


def _bare(value: Any) -> Any:
    return inspect.unwrap(getattr(value, "__func__", value)) if callable(value) else value


def _names(code: CodeType) -> Iterator[tuple[str, ...]]:
    yield code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
