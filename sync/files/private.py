"""Files that only their user may read: private from the first byte, whole or not at all, written through no link."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

OTHERS = 0o077
"""Everything that the group and all others may do."""


def write_private(path: Path, content: Iterable[bytes]) -> None:
    """Put the content into a file with mode 0600, whatever was there before.

    A link of that name is replaced, and what it leads to stays as it is. Raises OSError; the old file is there then.
    """
    _require_replaceable(path)
    # The name is random and the file new (O_EXCL, O_NOFOLLOW, 0600): nobody can put a link or an open file there first.
    handle, name = tempfile.mkstemp(prefix=".truenorth-", suffix=".part", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def make_private(path: Path) -> bool:
    """Take from an existing file what others may do with it; False where the file system keeps no such thing.

    Raises OSError, as for a file of another user.
    """
    if path.stat().st_mode & OTHERS:
        path.chmod(0o600)
    return not path.stat().st_mode & OTHERS


def _require_replaceable(path: Path) -> None:
    """A device or a pipe is no place for a file, and replacing one would take it away from everybody."""
    with contextlib.suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode)):
            raise OSError(0, "it is a device, a pipe or a socket, not a file", str(path))


def _sync_folder(folder: Path) -> None:
    """Make the new name last; where a folder cannot be synced, the file itself still was."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
