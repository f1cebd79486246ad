"""Files that are named by others: within a folder, regular, and opened so that nothing can hang or be led astray."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
"""A pipe that nobody writes to would hold `open` up for ever."""


class NotReadable(Exception):
    """The file is missing, is no regular file, or stands outside its folder; the text says which, for people."""


def folder_of(config: Path) -> Path:
    """The folder of a configuration, which holds every file that it may name."""
    return config if config.is_dir() else config.parent


def inside(folder: Path, name: str) -> Path:
    """The file of that name, with every link followed; it need not exist. Raises NotReadable for one outside the folder."""
    try:
        root, path = folder.resolve(), (folder / name).resolve()
    except (OSError, RuntimeError, ValueError):
        # Links that lead in a circle, a NUL, a name of any length.
        raise NotReadable("invalid path") from None
    if not path.is_relative_to(root):
        raise NotReadable("it is outside the folder of the OKR files")
    return path


def fault_of(path: Path) -> str | None:
    """What keeps a path from being a file to read, without opening it; None for a regular file and for none at all."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None
    return None if stat.S_ISREG(mode) else _kind(mode)


def read_regular(path: Path, most: int) -> bytes:
    """At most so many bytes of a regular file. Raises NotReadable, at once, for anything else; `__cause__` is the OSError."""
    try:
        # Before it is opened, too: opening a device can do things.
        if (fault := fault_of(path)) is not None:
            raise NotReadable(fault)
        with os.fdopen(os.open(path, _FLAGS), "rb") as stream:
            if not stat.S_ISREG(mode := os.fstat(stream.fileno()).st_mode):
                raise NotReadable(_kind(mode))
            return stream.read(most)
    except OSError as error:
        raise NotReadable(error.strerror or "unknown cause") from error
    except ValueError:
        raise NotReadable("invalid path") from None


def _kind(mode: int) -> str:
    return (
        "it is a folder, not a file"
        if stat.S_ISDIR(mode)
        else "it is a pipe, a socket or a device, not a file"
    )
