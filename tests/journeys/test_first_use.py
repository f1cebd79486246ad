"""Nothing breaks when threads meet at the first use of anything; each round is a process that was never used before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate

ROOT = Path(__file__).parents[2]


def first_use(what: str, where: object) -> None:
    """One round; a crash of the process shows as the negative number of its signal."""
    command = [sys.executable, "-m", "tests.support.first_use", what, str(where)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  our own code
    assert ended.returncode == 0, ended.stderr[-4000:]


@pytest.mark.long
def test_trackers_are_read_in_threads_from_the_first_reply_on() -> None:
    # Where decoders were made at their first use, half of the rounds crashed (ADR 23).
    with Sandbox(generate(items=400, seed=3)) as sandbox:
        for _ in range(2):
            first_use("trackers", sandbox.url)


@pytest.mark.parametrize("turn", range(4))
def test_a_store_is_used_in_threads_from_the_first_row_on(turn: int, tmp_path: Path) -> None:
    # Likewise, one in three.
    folder = tmp_path / str(turn)
    folder.mkdir()
    first_use("store", folder)
