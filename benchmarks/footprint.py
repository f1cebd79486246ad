"""What a scheduled sync needs of its machine: memory at its peak, CPU and disk, of the command as a schedule starts it.

    python benchmarks/footprint.py [--items 10000] [--smoke] [--json FILE]

The sandbox of both trackers runs in a process of its own on loopback. Each row is one process, `python -m sync sync`, as the kernel
accounts for it when it ends (`wait4`). The requests and limits under `deploy/` come from these rows.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

AS_OF = "2026-11-16T18:00Z"
"""A moment in the sandbox's day."""
STEPS = {"first sync": ("--first-run",), "nothing changed": (), "whole read": ("--full",)}


@contextlib.contextmanager
def sandbox(items: int) -> Iterator[dict[str, str]]:
    """A sandbox in its own process; gives the variables that it says to use."""
    command = [sys.executable, "-m", "sync", "sandbox", "--items", str(items), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own command
        try:
            said = {}
            assert process.stdout is not None  # noqa: S101  it was asked for
            for line in process.stdout:
                name, _, value = line.strip().removeprefix("export ").partition("=")
                if line.strip().startswith("export "):
                    said[name] = value
                elif said:
                    break
            yield said
        finally:
            process.terminate()


def measure(step: str, options: tuple[str, ...], env: dict[str, str], store: Path) -> dict[str, Any]:
    """One run. Raises RuntimeError where it does not end well."""
    command = [sys.executable, "-m", "sync", "sync", "--quiet", "--as-of", AS_OF, *options]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)  # noqa: S603  our own command
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{step} ended with {process.returncode}")
    return {
        "step": step,
        "peak_mb": round(used.ru_maxrss * 1024 / 1e6),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "wall_s": round(time.perf_counter() - begun, 1),
        "store_mb": round(store.stat().st_size / 1e6),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--smoke", action="store_true", help="300 items")
    parser.add_argument("--json", type=Path, metavar="FILE", help="leave the rows there")
    given = parser.parse_args()
    items = 300 if given.smoke else given.items
    with tempfile.TemporaryDirectory() as folder, sandbox(items) as said:
        store = Path(folder) / "truenorth.db"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TRUENORTH_")}
        env = inherited | said | {"TRUENORTH_STORE": f"sqlite:///{store}"}
        rows = [{"items": items} | measure(step, options, env, store) for step, options in STEPS.items()]
    print(f"{'run':<16} {'items':>8} {'peak MB':>8} {'CPU s':>7} {'wall s':>7} {'store MB':>9}")  # noqa: T201
    for row in rows:
        print(  # noqa: T201
            f"{row['step']:<16} {row['items']:>8,} {row['peak_mb']:>8} {row['cpu_s']:>7} {row['wall_s']:>7} {row['store_mb']:>9}"
        )
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
