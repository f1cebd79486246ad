"""How far long work has come: bars that nothing breaks on a terminal, lines elsewhere, and nothing if quiet."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import structlog

from sync.cli import progress
from tests.support.product import ROOT

SHOWN = """
import logging, os, sys, time
import structlog
from sync import logs
from sync.cli.progress import leave_terminal, shown_progress

logs.configure("info", "console")
with shown_progress() as report:
    report("Reading issues from jira", 0, 40)
    time.sleep(0.3)
    structlog.get_logger().warning("waiting before the next attempt", seconds=3)
    sys.stderr.write("truenorth: a plain line\\n")
    logging.getLogger("urllib3").warning("the word of a library")
    report("Reading issues from jira", 40, 40)
    report("Deciding what to write", 0, None)
    time.sleep(0.3)
    if sys.argv[1:]:
        leave_terminal()
        os._exit(7)
print("the result")
"""


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, what the terminal of stderr was sent, and what stdout, which is none, was."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "PYTHONPATH": str(ROOT), **environment}
    with subprocess.Popen(  # noqa: S603  our own code
        [sys.executable, "-c", SHOWN, *arguments],
        cwd=folder, env=env, stdout=subprocess.PIPE, stderr=theirs, text=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        seen = b""
        # At its end the terminal is an error for who reads it.
        while chunk := _read(ours):
            seen += chunk
        assert process.stdout is not None
        out = process.stdout.read()
    os.close(ours)
    return process.returncode, seen.decode(), out


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_what_is_logged_stands_on_lines_of_its_own_above_the_bars(tmp_path: Path) -> None:
    code, seen, out = on_a_terminal(tmp_path, NO_COLOR="1")
    assert (code, out) == (0, "the result\n")
    assert "Reading issues from jira" in seen
    for line in ("waiting before the next attempt", "truenorth: a plain line", "the word of a library"):
        ((before, after),) = [pair for pair in [seen.split(line)] if len(pair) == 2]
        # The bar's line is erased before the words, and they end a line before it is drawn again.
        assert before.rpartition("Reading issues from jira")[2].find("\x1b[2K") >= 0
        assert after.partition("Reading issues from jira")[0].find("\n") >= 0
    assert seen.rstrip().endswith("\x1b[2K"), "no bar is left"
    assert seen.rfind("\x1b[?25h") > seen.rfind("\x1b[?25l"), "the cursor is shown again"


def test_whoever_ends_the_process_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    code, seen, _ = on_a_terminal(tmp_path, "leave")
    assert code == 7
    assert seen.rfind("\x1b[?25h") > seen.rfind("\x1b[?25l") >= 0


def test_a_terminal_that_cannot_move_its_cursor_gets_no_bars(tmp_path: Path) -> None:
    code, seen, _ = on_a_terminal(tmp_path, TERM="dumb")
    assert code == 0
    assert "Reading issues" not in seen
    assert "\x1b[2K" not in seen


def test_elsewhere_lines_say_what_moved_and_what_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.005)
    monkeypatch.setattr(progress, "log", structlog.get_logger())
    said = threading.Semaphore(0)
    logged: list[tuple[str, int, int | None]] = []

    def hear(_logger: object, _name: str, event: structlog.types.EventDict) -> str:
        logged.append((event["what"], event["done"], event.get("total")))
        said.release()
        raise structlog.DropEvent

    structlog.configure(processors=[hear])
    try:
        with progress.shown_progress() as report:
            report("Reading issues from jira", 250, 900)
            report("Reading issues from linear", 50, None)
            assert all(said.acquire(timeout=60) for _ in range(3))
            report("Deciding what to write", 0, None)
            assert all(said.acquire(timeout=60) for _ in range(2))
    finally:
        structlog.reset_defaults()
    assert logged[:2] == [("Reading issues from jira", 250, 900), ("Reading issues from linear", 50, None)]
    assert logged[2] == ("Reading issues from linear", 50, None), "what goes on is said again"
    assert logged[-1] == ("Deciding what to write", 0, None)


def test_what_is_over_at_once_is_not_worth_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown_progress() as report:
        report("Reading issues from jira", 900, 900)
    assert capsys.readouterr() == ("", "")


def test_quiet_says_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "is_quiet", lambda: True)
    with progress.shown_progress() as report:
        report("Reading issues from jira", 0, 900)
    assert capsys.readouterr() == ("", "")
