"""Writing files that others read, such as OKR files and those of a report: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

NEW_FILE = 0o666
"""What others may do with a new file, as far as the process's umask lets them."""


class FileExists(Exception):
    """There is a file already, and it was not to be replaced."""


def create(path: Path, content: bytes) -> None:
    """Make a new file, whole or not at all. Raises FileExists, also for one that came meanwhile, and OSError."""
    beside = _beside(path, content, NEW_FILE & ~_umask())
    try:
        # A link is made only where there is nothing of that name; a replacement would not ask.
        os.link(beside, path)
    except FileExistsError:
        raise FileExists(str(path)) from None
    except OSError:
        # Some file systems have no links.
        _create_by_name(path, content)
    finally:
        beside.unlink(missing_ok=True)


def _create_by_name(path: Path, content: bytes) -> None:
    try:
        file = path.open("xb")
    except FileExistsError:
        raise FileExists(str(path)) from None
    try:
        with file:
            file.write(content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace(path: Path, content: bytes) -> None:
    """Put the content into a file, whole or not at all; its mode stays, and so does a link that leads to it. Raises OSError."""
    target = path.resolve()
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        mode = NEW_FILE & ~_umask()
    beside = _beside(target, content, mode)
    try:
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _beside(path: Path, content: bytes, mode: int) -> Path:
    """A file of another name in the same folder, on the disk with all of its content."""
    # Begins with a dot, so that nobody who reads the folder takes it for OKRs.
    handle, name = tempfile.mkstemp(prefix=".truenorth-", suffix=".part", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    return beside


def _umask() -> int:
    """What the process takes from new files. There is no way to read it but to set it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
