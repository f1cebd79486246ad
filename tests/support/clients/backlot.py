"""Runs PyPI `backlot`, others' emulator of Jira's and Linear's reads, in an environment of its own.

The packages are those of `backlot.txt`, with hashes; they are installed once, into a folder outside the checkout.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

LOCK = Path(__file__).with_suffix(".txt")
LONGEST = 90
"""Seconds that the installation may take: less than a test may, so that its output is seen."""
_SERVE = "import sys, backlot\nwith backlot.serve() as one:\n print(one.base_url, one.token, flush=True)\n sys.stdin.read()"
_QUIET = {"BACKLOT_TELEMETRY": "0", "DO_NOT_TRACK": "1"}
"""Else it tells its makers which calls it was asked."""


@dataclass(frozen=True, slots=True)
class Backlot:
    """A running emulator with its small world of example documents. `token` may read all of it."""

    url: str
    token: str


@contextmanager
def running() -> Iterator[Backlot]:
    """The emulator, until the context ends. Skips the test where its packages cannot be had."""
    with subprocess.Popen(  # noqa: S603  our own command
        [str(_python()), "-c", _SERVE],
        env={**os.environ, **_QUIET},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            url, token = process.stdout.readline().split()
            yield Backlot(url, token)
        finally:
            process.stdin.close()  # that ends it


def _python() -> Path:
    """The environment's Python; a new lock file means a new environment."""
    name = f"truenorth-backlot-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    folder = (Path(sys.prefix) if sys.prefix != sys.base_prefix else Path(tempfile.gettempdir())) / name
    folder.mkdir(exist_ok=True)
    python = folder / "bin" / "python"
    with (folder / ".lock").open("w") as lock:
        # Test workers are several processes; the first one installs.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".installed").exists():
            venv.create(folder, with_pip=True)
            _install(python)
            (folder / ".installed").touch()
    return python


def _install(python: Path) -> None:
    done = subprocess.run(  # noqa: S603  pip, with the versions and hashes of our lock file
        [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            LOCK,
        ],
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"pip could not get backlot: {done.stderr.strip().rpartition(chr(10))[2]}")
