"""What holds for every test: all traffic with a sandbox is judged by the vendors' own contract files."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from connectors.sandbox.server import Sandbox
from tests.support.contract import layer as contract

pytest_plugins = [
    "tests.support.speed",
    "tests.support.fixtures",
    "tests.support.fast_set",
    "tests.support.published",
    "tests.support.screens",
]

LAYER = contract.Layer()
_TOTALS: Counter[str] = Counter()
_LATE: list[str] = []
"""Breaches after the last test: in the teardown of a module or of the session."""
_KEY = "contract"
MEMORY = Path("/dev/shm")  # noqa: S108  each run makes a folder of its own there
ENOUGH = 2**30
"""Bytes; the whole suite leaves a tenth of that."""


def pytest_configure(config: pytest.Config) -> None:
    """Put the layer around every sandbox; waste no time on garbage and disks."""
    config.addinivalue_line(
        "markers", "wrong_on_purpose(why): what the connectors send here may break a contract"
    )
    # Speed is measured in benchmarks, never by a timed test. Each run of CI tries other examples; more at once are tried
    # with `--hypothesis-profile=thorough`, as after a change to what a law is about.
    settings.register_profile("usual", deadline=None, max_examples=20)
    settings.register_profile("thorough", deadline=None, max_examples=500)
    settings.load_profile("usual")
    # The workers of xdist have one, and who runs the tests may: what is printed would be folded to that width.
    os.environ.pop("COLUMNS", None)
    # A store waits for the disk at each commit; what lies in memory is there at once.
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if not contract.available():
        return
    Sandbox.watchers.append(LAYER.watch)


@pytest.fixture(autouse=True)
def judged_by_the_contracts(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test fails when an exchange that happened in it breaks a contract."""
    yield
    excused = request.node.get_closest_marker("wrong_on_purpose") is not None
    if problems := LAYER.verdict(excused=excused):
        pytest.fail(_told(problems), pytrace=False)


def _told(problems: list[str]) -> str:
    return "against the vendors' contracts:\n" + "\n".join(problems[:20])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Judge what came after the last test, and give all to whoever prints it: this process, or the one above."""
    told = {"counts": dict(LAYER.counts), "late": LAYER.verdict()}
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_KEY] = told
        return
    _note(told)
    if _LATE and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """A worker of xdist is done."""
    _note(getattr(node, "workeroutput", {}).get(_KEY))


def _note(told: dict[str, Any] | None) -> None:
    if told:
        _TOTALS.update(told["counts"])
        _LATE.extend(told["late"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much was judged."""
    counts = ", ".join(f"{number:,} {what}" for what, number in sorted(_TOTALS.items()))
    nothing = "no traffic" if contract.available() else contract.WHY_OFF
    terminalreporter.write_line(f"contracts: {counts or nothing}")
    if _LATE:
        terminalreporter.write_line(_told(_LATE))
