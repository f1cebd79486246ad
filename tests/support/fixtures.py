"""A sandbox of both trackers, and the command line pointed at it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from connectors.http.throttle import Throttle
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.cli import app
from sync.jobs.sandbox import environment, examples
from tests.support import postgres
from tests.support.cli import Cli, Ran


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(items=120, seed=3)) as running:
        yield running


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Cli]:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["truenorth", *arguments])
        code: object = 0
        try:
            app.main()
        except SystemExit as stopped:
            code = stopped.code
        captured = capsys.readouterr()
        return Ran(int(code) if isinstance(code, int) else 1 if code else 0, captured.out, captured.err)

    yield call
    structlog.reset_defaults()


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trackers may ask for any wait, and nobody has to sit through it."""
    monkeypatch.setattr(Throttle, "_sleep", lambda _self, _seconds: None)


@pytest.fixture
def pointed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    for name, value in environment(sandbox).items():
        monkeypatch.setenv(name, value)
    return sandbox


@pytest.fixture
def server(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sandbox:
    """The example company with its Jira on Data Center."""
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    file = folder / "truenorth.yaml"
    declared = file.read_text(encoding="utf-8")
    assert "kind: jira," in declared
    file.write_text(declared.replace("kind: jira,", "kind: jira, deployment: data_center,"), encoding="utf-8")
    for name, value in environment(sandbox).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("TRUENORTH_JIRA_EMAIL")
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    monkeypatch.setenv("TRUENORTH_JIRA_URL", f"{sandbox.url}/jira-dc")
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", SERVER_TOKEN)
    return sandbox


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A PostgreSQL server; where none is installed the test is skipped, but in CI, which installs it, fails."""
    if why := postgres.why_not():
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    running = postgres.Cluster()
    try:
        yield running
    finally:
        running.remove()


@pytest.fixture
def database(cluster: postgres.Cluster, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new database, to which the command line is pointed."""
    name = cluster.make()
    monkeypatch.setenv("TRUENORTH_STORE", cluster.url(name))
    return name
