"""The file of a SQLite store: titles of private work are in it, so it belongs to its user alone."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import sqlalchemy as sa
import structlog

from sync.files.private import make_private

log = structlog.get_logger(__name__)

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite adds to the name for the files that it keeps beside; it gives them the mode of the store itself."""


class UnsafeStore(Exception):
    """Using the file would write where somebody else decides; the text says why and what to do."""


def path_of(url: sa.URL) -> Path | None:
    """The store's file; None for a database in memory, or on a server."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    if url.query.get("mode") == "memory":
        return None
    return Path(url.database.removeprefix("file:") if "uri" in url.query else url.database)


def prepare(path: Path) -> None:
    """Make the file, or take from others what they may do with it, before SQLite opens it.

    Raises OSError or UnsafeStore.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _create(path)
    if path.is_symlink():
        _require_own_link(path)
    _protect(path)
    for side in side_files(path):
        # Whoever else works on the store may have removed it since.
        with contextlib.suppress(FileNotFoundError):
            _protect(side)


def _protect(file: Path) -> None:
    _require_own_file(file)
    if not make_private(file):
        log.warning("others can read the store: its file system keeps no permissions", file=str(file))


def side_files(path: Path) -> list[Path]:
    """The files beside the store that are there now. Raises UnsafeStore for a link among them."""
    # SQLite puts them beside what a link leads to.
    real = path.resolve()
    found = [real.with_name(real.name + suffix) for suffix in SIDE_FILES]
    for side in found:
        if side.is_symlink():
            raise UnsafeStore(f"{side} is a link; SQLite would write through it. Remove it.")
    return [side for side in found if side.exists()]


def _create(path: Path) -> None:
    try:
        # Never through a link, and never an existing file: closing that would drop the locks of whoever has it open.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        if path.is_symlink() and not path.exists():
            raise UnsafeStore(
                f"{path} is a link to a file that does not exist. Remove the link, or create the file."
            ) from None


def _require_own_link(path: Path) -> None:
    if path.lstat().st_uid not in (os.geteuid(), 0):
        raise UnsafeStore(
            f"{path} is a link that another user made. Remove it, or set TRUENORTH_STORE to the file itself."
        )


def _require_own_file(path: Path) -> None:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise UnsafeStore(f"{path} is not a regular file. Set TRUENORTH_STORE to another location.")
    # The superuser may open anything, and on some network file systems owns nothing.
    if os.geteuid() not in (found.st_uid, 0):
        raise UnsafeStore(
            f"{path} belongs to another user (uid {found.st_uid}), who can read it. Run Truenorth as that user, "
            "change the owner, or set TRUENORTH_STORE to another location."
        )
