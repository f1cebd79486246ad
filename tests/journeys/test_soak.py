"""A few runs of the soak in `benchmarks/soak.py`: the logic is tried here, its 500 runs are made by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.needs_server
def test_runs_over_a_changing_world_leave_no_drift() -> None:
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, str(ROOT / "benchmarks" / "soak.py"), "--runs", "12", "--hours", "240"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "drift against a new store: none" in done.stdout
    assert done.stdout.count("0 writes") == 6


def test_undo_and_sync_cost_the_same_in_every_round(pointed: Sandbox, run: Cli) -> None:
    """Linear refuses ids that were ever used, so each round needs others: with as many requests, and without end."""
    counts = set()
    for _ in range(5):
        pointed.forget_requests()
        assert run("sync", *AS_OF, "--first-run", "--accept-plan", "531b0b94e8f4").code == 0
        synced = sum("linear" in one.path for one in pointed.requests)
        assert run("undo", "--all", "--apply").code == 0
        counts.add((synced, len(pointed.requests)))
    assert len({synced for synced, _ in counts}) == 1
