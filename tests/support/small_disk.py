"""A file system of a few hundred kilobytes, which tests fill, empty and make read-only. Only root can mount one."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

BLOCK = 4096


class Disk:
    """A mounted tmpfs. Raises OSError where this process may not mount."""

    def __init__(self, place: Path, kilobytes: int) -> None:
        self.place = place
        self._filler = place / "filler"
        place.mkdir()
        self._do("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs")

    def fill(self, left: int = 0) -> None:
        """Take all room but `left` blocks."""
        with self._filler.open("ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"\0" * BLOCK)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
        size = self._filler.stat().st_size
        os.truncate(self._filler, max(0, size - left * BLOCK))

    def make_room(self) -> None:
        """Give back what `fill` took."""
        self._filler.unlink()

    def read_only(self, *, on: bool) -> None:
        """Refuse all writes, or take them again."""
        self._do("mount", "-o", f"remount,{'ro' if on else 'rw'}")

    def remove(self) -> None:
        """Leave no trace."""
        self._do("umount", "--lazy")

    def _do(self, *command: str) -> None:
        done = subprocess.run([*command, self.place], capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise OSError(errno.EPERM, done.stderr.strip() or "mount failed")


def why_not() -> str | None:
    """Why no file system can be mounted here, or None."""
    return None if os.geteuid() == 0 else "only root can mount a small file system"
