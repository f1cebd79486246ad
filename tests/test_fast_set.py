"""The fast set: what a test needs is found by what it names, and a socket fails the test that asks for one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.sandbox import server
from connectors.sandbox.server import Sandbox
from tests.support import loopback, postgres, world_dump
from tests.support.needs import DATABASE, SERVER, needs_of

ROOT = Path(__file__).parents[1]


def opens() -> None:
    with Sandbox():
        pass


def opens_within() -> None:
    [one for one in range(1) if Sandbox()]


def opens_by_module() -> None:
    server.Sandbox()


def opens_by_a_helper() -> None:
    opens()


def opens_by_a_helper_elsewhere() -> None:
    world_dump.known()


def opens_by_a_class() -> None:
    class Holder:
        @property
        def box(self) -> Sandbox:
            return Sandbox()

    Holder()


def asks() -> None:
    loopback.get("http://127.0.0.1")


def starts_a_database() -> None:
    postgres.Cluster()


def only_says(box: Sandbox) -> str:
    """Takes a Sandbox, and makes none."""
    return f"Sandbox at {box}"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (opens, {SERVER}),
        (opens_within, {SERVER}),
        (opens_by_module, {SERVER}),
        (opens_by_a_helper, {SERVER}),
        (opens_by_a_helper_elsewhere, {SERVER}),
        (opens_by_a_class, {SERVER}),
        (asks, {SERVER}),
        (starts_a_database, {DATABASE}),
        (only_says, set()),
    ],
)
def test_what_a_test_needs(test: Callable[..., object], expected: set[str]) -> None:
    assert needs_of(test) == expected


PLANTED = """
import contextlib, socket
import pytest

def test_caught():
    with contextlib.suppress(Exception), socket.socket() as one:
        one.connect(("127.0.0.1", 9))

def test_resolved():
    with contextlib.suppress(Exception):
        socket.getaddrinfo("localhost", 80)

def test_within_the_machine():
    here, there = socket.socketpair()
    here.close(), there.close()

@pytest.mark.needs_server
def test_asks(): pass

def test_served(httpserver): pass
"""


def test_a_socket_fails_the_test_even_where_its_error_is_caught(tmp_path: Path) -> None:
    file = tmp_path / "test_planted.py"
    file.write_text(PLANTED)
    command = [sys.executable, "-m", "pytest", str(file), f"--rootdir={tmp_path}", "-p", "tests.conftest"]
    done = subprocess.run(  # noqa: S603  our own interpreter
        [*command, "-p", "no:cacheprovider", "--fast"],
        cwd=ROOT,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = {
        line.split("::")[1].split()[0] for line in done.stdout.splitlines() if line.startswith("ERROR ")
    }
    assert failed == {"test_caught", "test_resolved"}, done.stdout
    assert "asked for socket.connect ('127.0.0.1', 9)" in done.stdout
    assert "3 passed, 2 deselected, 2 errors" in done.stdout
