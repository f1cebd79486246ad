"""A command under attack, and what must hold of it whatever the other side does."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.cli import Ran
from tests.support.processes import Process, command, measured

GRACE = 10.0
"""Seconds that a command may take beyond its deadline."""

MOST_MEMORY = 300 * 1024
"""Kilobytes that a process may ever hold."""

_RAW = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
"""Control characters, direction marks and invisible ones, which a terminal acts on or hides."""


@dataclass(frozen=True, slots=True)
class Attacked:
    """How a command under attack ended: what it printed, the seconds it took, and its peak of memory in kilobytes."""

    ran: Ran
    seconds: float
    peak: int
    folder: Path

    def faults(self, codes: Collection[int], deadline_minutes: float, secrets: Collection[str]) -> list[str]:
        """What is wrong with it; `codes` are those with which it may end."""
        shown = self.ran.out + self.ran.err
        holds = {
            f"ended with {self.ran.code}, not {sorted(codes)}": self.ran.code in codes,
            f"took {self.seconds:.1f} s": self.seconds <= deadline_minutes * 60 + GRACE,
            f"took {self.peak} KB": self.peak <= MOST_MEMORY,
            "a traceback": "Traceback" not in shown,
            "the lease is still held": self._is_released(),
            "the credential is shown": not any(form in shown for form in secrets),
            "the credential is stored": not any(
                form.encode() in kept for kept in self._kept() for form in secrets
            ),
            "raw characters are shown": _RAW.search(shown) is None,
            "nothing says what happened": not self.ran.code
            or bool(self.ran.err.strip())
            or re.search(r"  failed  +\S", self.ran.out) is not None,
        }
        return [wrong for wrong, is_well in holds.items() if not is_well]

    def _kept(self) -> Iterator[bytes]:
        return (file.read_bytes() for file in self.folder.rglob("*") if file.is_file())

    def _is_released(self) -> bool:
        store = self.folder / ".truenorth" / "truenorth.db"
        if not store.exists():
            return True
        connection = sqlite3.connect(store)
        try:
            return [row for row in connection.execute("SELECT holder FROM leases") if row[0]] == []
        finally:
            connection.close()


def attack(folder: Path, environment: Mapping[str, str], *arguments: str) -> Attacked:
    """Run a command in a folder, in a process of its own."""
    peak = folder.with_suffix(".peak")
    begun = time.monotonic()
    ran = Process(measured, str(peak), *arguments, folder=folder, environment=environment).wait()
    seconds = time.monotonic() - begun
    return Attacked(ran, seconds, int(peak.read_text(encoding="utf-8")), folder)


def warm_up() -> None:
    """Let one process pay for the server that all others are forked off."""
    with tempfile.TemporaryDirectory() as folder:
        assert Process(command, "schema", folder=Path(folder), environment={}).wait().code == 0
