"""A few runs of the soak in `benchmarks/soak.py`: the logic is tried here, its 500 runs are made by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
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
