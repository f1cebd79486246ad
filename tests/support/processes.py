"""The command line in processes of their own.

They are forked off a server that has imported the product: a start costs 20 ms of CPU in place of a second, and the process is
as real, with its own memory, threads, locks, signals and death. Where the interpreter itself is the point, or its
arguments, a test starts one.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sync.cli import app
from tests.support.cli import Ran

LONGEST = 120
"""Seconds that a process may take."""

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    [
        *("sync.cli.app", *(f"sync.cli.commands.{name}" for name in ("inspect", "maintain", "run", "setup"))),
        *("connectors.jira", "connectors.linear", "sqlalchemy.dialects.sqlite", "psycopg"),
    ]
)

_ASKING = threading.Lock()
"""Held while the library asks a process how it ended. A start in another thread asks that of every process, too, and the
answer can be read only once: whoever comes second would be told 255."""

Entry = Callable[..., None]


class Process:
    """A function of a module, given texts and numbers, in a process with that folder and that environment."""

    def __init__(self, entry: Entry, *given: object, folder: Path, environment: Mapping[str, str]) -> None:
        self._outputs = Path(tempfile.mkdtemp(prefix="truenorth-process-"))
        arguments = (entry, given, str(folder), {**os.environ, **environment}, str(self._outputs))
        self._process = _SERVER.Process(target=_begin, args=arguments)
        with _ASKING:
            self._process.start()

    def wait(self) -> Ran:
        """What came of it; a code below zero is the signal that killed it."""
        wait([self._process.sentinel], LONGEST)
        with _ASKING:
            code = self._process.exitcode
            if code is None:
                self._process.kill()
                self._process.join()
            self._process.close()
        out, err = ((self._outputs / name).read_text() for name in ("out", "err"))
        shutil.rmtree(self._outputs)
        assert code is not None, f"it took more than {LONGEST} s: {out}{err}"
        return Ran(code, out, err)


def together(starts: Sequence[tuple[Path, Mapping[str, str], tuple[str, ...]]]) -> list[Ran]:
    """Commands that begin at one moment, once all have ended; each with its folder and its environment."""
    gate = _SERVER.Barrier(len(starts))
    begun = [
        Process(_at_the_gate, gate, *arguments, folder=folder, environment=environment)
        for folder, environment, arguments in starts
    ]
    return [one.wait() for one in begun]


def command(*arguments: str) -> None:
    """The command line, as the entry of a process."""
    sys.argv = ["truenorth", *arguments]
    app.main()


def measured(peak: str, *arguments: str) -> None:
    """The command line, as the entry of a process that leaves its peak of memory, in kilobytes, in a file."""
    try:
        command(*arguments)
    finally:
        (found,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
        Path(peak).write_text(found, encoding="utf-8")


def _at_the_gate(gate: Barrier, *arguments: str) -> None:
    gate.wait(LONGEST)
    command(*arguments)


def _begin(
    entry: Entry, given: Sequence[object], folder: str, environment: Mapping[str, str], outputs: str
) -> None:
    for number, name in ((1, "out"), (2, "err")):
        with (Path(outputs) / name).open("wb", buffering=0) as file:
            os.dup2(file.fileno(), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    warnings.simplefilter("error")
    entry(*given)
