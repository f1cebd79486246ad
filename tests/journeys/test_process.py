"""The service as a process: real signals, real exit codes, and what a next run makes of it."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from sync.remember import remember
from tests.support.cli import AS_OF, Cli

COMMAND = [sys.executable, "-W", "error", "-m", "sync.cli.app"]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(items=80, seed=5)) as running:
        yield running


def start(sandbox: Sandbox, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  our own command
        [*COMMAND, *arguments],
        cwd=folder,
        env={**os.environ, **environment(sandbox)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def edits(sandbox: Sandbox) -> int:
    return sum(1 for one in sandbox.requests if one.method == "PUT" and "/issue/" in one.path)


def wait_until_writing(sandbox: Sandbox) -> None:
    end = time.monotonic() + 60
    while edits(sandbox) < 2:
        assert time.monotonic() < end, "the service never wrote"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("number", "code"),
    [pytest.param(signal.SIGTERM, 143), pytest.param(signal.SIGINT, 130, marks=pytest.mark.long)],
)
def test_a_signal_lets_the_running_write_finish_and_the_next_run_the_rest(
    pointed: Sandbox, run: Cli, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    sandbox = pointed
    sandbox.fault("PUT /jira/", "latency", seconds=0.15, times=10_000)
    process = start(sandbox, tmp_path, "sync", *AS_OF, "--first-run", "--format", "json")
    wait_until_writing(sandbox)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    applied = json.loads(out)["applied"]
    assert applied["failed"] == 0
    assert "stopped on request" in applied["stopped"]["jira"]
    sandbox.clear_faults()
    again = run("sync", *AS_OF, "--format", "json")
    assert again.code == 0, again.err
    assert json.loads(again.out)["applied"]["written"] > 0
    assert run("plan", *AS_OF, "--exit-code").code == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_sigterm_while_reading_ends_at_once_and_gives_the_lease_back(
    sandbox: Sandbox, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    database = request.getfixturevalue("database") if kind == "postgresql" else None
    sandbox.fault("bulkfetch", "latency", seconds=90, times=10_000)
    process = start(sandbox, tmp_path, "sync", *AS_OF, "--first-run")
    end = time.monotonic() + 60
    while not any(one.path.endswith("/search/jql") for one in sandbox.requests):
        assert time.monotonic() < end, "the service never read"
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "nothing was written" in err
    assert "Traceback" not in err
    told = "SELECT holder, epoch FROM leases"
    if database is not None:
        assert request.getfixturevalue("cluster").ask(database, told) == ["|1"]
    else:
        with contextlib.closing(sqlite3.connect(tmp_path / ".truenorth" / "truenorth.db")) as store:
            assert store.execute(told).fetchall() == [("", 1)]


def test_results_go_to_stdout_and_logs_to_stderr(sandbox: Sandbox, tmp_path: Path) -> None:
    process = start(sandbox, tmp_path, "plan", "--format", "json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    json.loads(out)
    assert all(json.loads(line)["body"] for line in err.splitlines())


def test_a_closed_pipe_is_no_fault(sandbox: Sandbox, tmp_path: Path) -> None:
    process = start(sandbox, tmp_path, "plan")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("pass", "Segmentation fault"),
        # What stands in for stderr may be no file.
        ("import io; sys.stderr = io.StringIO()", ""),
    ],
)
def test_a_crash_of_the_interpreter_says_where(before: str, says: str, tmp_path: Path) -> None:
    code = f"import faulthandler, sys\nfrom sync.cli import app as cli\n{before}\ncli.app = lambda **_: faulthandler._sigsegv()\ncli.main()"
    ended = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == -signal.SIGSEGV
    assert says in ended.stderr
    assert ("in main" in ended.stderr) == bool(says)


@pytest.mark.usefixtures("pointed")
def test_a_signal_after_the_last_write_waits_until_it_is_saved(
    run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def saving(*given: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.2)  # the handler runs, and would end the process in a thread of its own
        remember(*given)

    monkeypatch.setattr("sync.jobs.sync.remember", saving)
    ended = run("sync", *AS_OF, "--first-run")
    assert (ended.code, "nothing was written" in ended.out + ended.err) == (143, False)
    assert "Written" in ended.out


@pytest.mark.long
@pytest.mark.needs_server
def test_what_a_kept_demo_prints_can_be_pasted(tmp_path: Path) -> None:
    unset = {name: value for name, value in os.environ.items() if not name.startswith("TRUENORTH_")}
    typed = tmp_path / "bin" / "truenorth"
    typed.parent.mkdir()
    typed.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n', encoding="utf-8")
    typed.chmod(0o755)
    with subprocess.Popen(  # noqa: S603  our own command
        [*COMMAND, "demo", "--items", "60", "--keep"],
        cwd=tmp_path,
        env=unset,
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        try:
            shell, pasted = _paste(
                demo, tmp_path, {**unset, "PATH": f"{typed.parent}{os.pathsep}{unset['PATH']}"}
            )
        finally:
            demo.terminate()
    assert all(one.startswith(("  export TRUENORTH_", "  truenorth ")) for one in pasted)
    assert shell.returncode == 0, shell.stderr
    assert "Nothing to write" in shell.stdout
    assert not (tmp_path / ".truenorth").exists(), "the store of real work is left alone"


def _paste(
    demo: subprocess.Popen[str], folder: Path, environment: dict[str, str]
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """What a shell makes of the lines that a demo prints to be pasted, and those lines."""
    assert demo.stdout is not None
    lines: list[str] = []
    while not (line := demo.stdout.readline()).startswith("Its clock stands at"):
        assert line, "the demo ended"
        lines.append(line)
    hint = next(at for at, one in enumerate(lines) if "paste into another terminal" in one)
    pasted = [one for one in lines[hint + 1 :] if one.strip()]
    typed = ["bash", "--norc", "-e", "-c", "".join(pasted)]
    return subprocess.run(typed, cwd=folder, env=environment, capture_output=True, text=True), pasted  # noqa: S603  what was printed
