"""An older version of Truenorth, out of the repository's own history, run as its users ran it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

from tests.support.cli import Ran
from tests.support.product import ROOT

LONGEST = 300
"""Seconds that a run of it may take."""


class NoHistory(Exception):
    """The repository's history is not there; the text says what is missing."""


class OlderVersion:
    """The product of one commit, in a folder of its own, with today's interpreter and dependencies."""

    def __init__(self, commit: str, folder: Path) -> None:
        self.folder = folder
        with tarfile.open(fileobj=io.BytesIO(_archive(commit))) as archive:
            archive.extractall(folder, filter="data")

    @property
    def examples(self) -> Path:
        """Its example company: what it declared, in words that it knows."""
        return self.folder / "config" / "examples"

    def run(self, *arguments: str, inside: Path, environment: Mapping[str, str]) -> Ran:
        """A command of it, as a process of its own in the folder `inside`."""
        # The folder of the script, and so the product that is installed, is left out of the path by -P.
        place = "sync.cli.app" if (self.folder / "sync" / "cli" / "app.py").exists() else "sync.cli"
        start = f"import sys; sys.path.insert(0, {str(self.folder)!r}); from {place} import main; main()"
        ended = subprocess.run(  # noqa: S603  our own code
            [sys.executable, "-P", "-c", start, *arguments],
            cwd=inside,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)


def _archive(commit: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise NoHistory("git is not installed")
    ended = subprocess.run(  # noqa: S603  a program found by its name
        [git, "-C", str(ROOT), "archive", "--format=tar", commit, "sync", "connectors", "config"],
        capture_output=True,
        check=False,
    )
    if ended.returncode != 0:
        raise NoHistory(f"commit {commit} is not in the history here (a source archive, or a shallow clone)")
    return ended.stdout
