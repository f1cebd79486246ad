"""Runs the scripts of `npm/` on Node, with their packages installed once into a folder outside the checkout.

The packages come from `npm ci`: exact versions and hashes of the lock file, and no install scripts.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

HOME = Path(__file__).with_name("npm")
_DESCRIBED_BY = ("package.json", "package-lock.json", ".npmrc")
LONGEST = 100
"""Seconds that a script may take: less than a test may, so that its output is seen."""


def run(script: str, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """The script's standard output. Skips the test without Node; fails it when the script fails."""
    node = _tool("node")
    # Node finds packages beside the script, so it runs from a copy next to them.
    copy = shutil.copy2(HOME / script, packages() / script)
    done = subprocess.run(  # noqa: S603  our own script
        [node, copy, *arguments],
        env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, f"{script} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _tool(name: str) -> str:
    found: str | None = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def packages() -> Path:
    """The folder of the installed packages; a new lock file means a new folder."""
    described = hashlib.sha256(b"".join((HOME / name).read_bytes() for name in _DESCRIBED_BY)).hexdigest()
    shelf = Path(sys.prefix) if sys.prefix != sys.base_prefix else Path(tempfile.gettempdir())
    folder = shelf / f"truenorth-npm-{described[:12]}"
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        # Test workers are several processes; the first one installs.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".installed").exists():
            _install(folder)
            (folder / ".installed").touch()
    return folder


def _install(folder: Path) -> None:
    npm = _tool("npm")
    for name in _DESCRIBED_BY:
        shutil.copy2(HOME / name, folder / name)
    done = subprocess.run(  # noqa: S603  npm, with the versions and hashes of our lock file
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, f"npm ci failed:\n{done.stdout}\n{done.stderr}"
