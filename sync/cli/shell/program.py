"""How Truenorth was started, for hints that are to be pasted: a venv's own command need not be on the path."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "truenorth"


def program(*, anywhere: bool = False) -> str:
    """What to type before the name of a command, in this folder or `anywhere`."""
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m sync"
    found = shutil.which(NAME)
    if started.name != NAME or (found is not None and _same(found, started)):
        return NAME
    return shlex.quote(str(started.absolute() if anywhere else started))


def _same(one: str, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)  # noqa: PTH121  Path.samefile does no more
    except OSError:
        return False
