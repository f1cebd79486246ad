"""`truenorth serve` as it is typed: what it refuses, and how it ends."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from sync.serving.server import host_and_port, is_loopback
from tests.support.cli import Cli

CONFIG = """
trackers:
  jira: {kind: jira, url: "https://acme.atlassian.net", scope: {projects: [GROW]}}
cycles: {2026-Q4: {start: 2026-10-01, end: 2026-12-31}}
objectives:
  - id: GROW
    title: New teams reach value in their first week
    cycle: 2026-Q4
    key_results:
      - {id: GROW-2, title: The new onboarding is live, measure: {kind: work}, links: [{key: GROW-12}]}
"""


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "truenorth.yaml"
    file.write_text(CONFIG)
    for name, value in {
        "TRUENORTH_CONFIG": str(file),
        "TRUENORTH_STORE": f"sqlite:///{tmp_path / 'store.db'}",
        "TRUENORTH_JIRA_EMAIL": "ann@acme.example",
        "TRUENORTH_JIRA_TOKEN": "a-planted-token",
        # Which a CI job has to say.
        "TRUENORTH_JIRA_ORIGIN": "https://acme.atlassian.net",
    }.items():
        monkeypatch.setenv(name, value)
    return file


@pytest.mark.parametrize("text", ["", "10", "m", "9s", "25h", "10 minutes", "-5m", "1.5h", "0m", "2d"])
def test_an_interval_that_is_none_is_refused(run: Cli, text: str) -> None:
    ran = run("serve", "--every", text)
    assert (ran.code, ran.out) == (2, "")
    assert "Invalid value for --every" in " ".join(ran.err.split())


@pytest.mark.parametrize(
    "text",
    ["8480", "localhost", "localhost:", ":8480", "localhost:65536", "::1:8480", "http://localhost:8480"],
)
def test_an_address_that_is_none_is_refused(run: Cli, text: str) -> None:
    ran = run("serve", "--listen", text)
    assert (ran.code, ran.out) == (2, "")
    assert "is no address with a port" in " ".join(ran.err.split())


def test_a_configuration_with_a_problem_is_refused_before_it_listens(run: Cli, declared: Path) -> None:
    declared.write_text(CONFIG.replace("objectives", "objektives"))
    ran = run("serve")
    assert (ran.code, ran.out) == (2, "")
    assert "truenorth.yaml:5:1" in ran.err


def test_a_folder_with_other_files_is_refused(run: Cli, declared: Path) -> None:
    ran = run("serve", "--report", str(declared.parent))
    assert (ran.code, ran.out) == (2, "")
    assert "nothing was written" in ran.err


@pytest.mark.parametrize("name", ["starlette", "uvicorn"])
def test_without_the_libraries_the_command_says_what_to_install(
    run: Cli, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    ran = run("serve")
    assert (ran.code, ran.out) == (2, "")
    assert "pip install 'truenorth[serve]'" in ran.err


@pytest.mark.needs_server
def test_an_address_that_is_taken_is_told_in_a_line(run: Cli, declared: Path) -> None:
    assert declared.exists()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ran = run("serve", "--listen", address)
    assert (ran.code, ran.out) == (1, "")
    (line,) = ran.err.splitlines()
    assert (
        line
        == f"truenorth: cannot listen on {address}: Address already in use. Choose another address with --listen HOST:PORT."
    )


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *((one, True) for one in ("127.0.0.1", "127.1.2.3", "::1", "localhost", "LOCALHOST")),
        *((one, False) for one in ("0.0.0.0", "::", "192.0.2.1", "okrs.example", "localhost.example")),  # noqa: S104  it is told
    ],
)
def test_what_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_addresses_are_told_as_they_are_typed() -> None:
    assert [host_and_port(host, 8480) for host in ("127.0.0.1", "::1")] == ["127.0.0.1:8480", "[::1]:8480"]
