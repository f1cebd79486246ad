"""How far long work has come, on stderr: bars on a terminal, a line every some seconds elsewhere, nothing if quiet."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from config.text.figures import ENGLISH
from config.text.redaction import shown
from connectors.base import Progress as Report
from sync.cli.verbosity import is_quiet

log = structlog.get_logger(__name__)

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""

_HIDES = "dumb"
"""The terminal that cannot move its cursor, so a bar would be printed again and again."""


@contextmanager
def shown_progress() -> Iterator[Report]:
    """What is called, from any thread, with how far something has come."""
    if is_quiet():
        yield _tell_nobody
    elif sys.stderr.isatty() and os.environ.get("TERM", "") != _HIDES:
        with _Bars() as bars:
            yield bars.report
    else:
        with _Lines(EVERY) as lines:
            yield lines.report


def leave_terminal() -> None:
    """Take the bars away and show the cursor again, for whoever ends the process without unwinding."""
    for bars in list(_Bars.running):
        with suppress(OSError, ValueError):
            bars.stop()


def _tell_nobody(_what: str, _done: int, _total: int | None) -> None:
    pass


class _Lines:
    """Says every so many seconds what moved, or what goes on where nothing did."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, int | None]] = {}
        self._told: dict[str, tuple[int, int | None]] = {}
        self._latest = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> _Lines:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def report(self, what: str, done: int, total: int | None) -> None:
        with self._lock:
            self._known[what], self._latest = (done, total), what

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            with self._lock:
                moved = [what for what, known in self._known.items() if self._told.get(what) != known]
                news = {what: self._known[what] for what in moved or [self._latest] if what}
                self._told |= news
            for what, (done, total) in news.items():
                log.info("progress", what=what, done=done, **({} if total is None else {"total": total}))


class _Count(ProgressColumn):
    """How many of how many, as far as that is known: "84/184", "117", and nothing before the first."""

    def render(self, task: Task) -> Text:
        done = ENGLISH.count(int(task.completed)) if task.completed else ""
        total = "" if task.total is None else f"/{ENGLISH.count(int(task.total))}"
        return Text(f"{done or '0'}{total}" if total else done, style="progress.download")


class _Bars:
    """A bar for each thing that is reported. What is logged meanwhile is printed above them."""

    running: set[_Bars] = set()  # noqa: RUF012  those of this process

    def __init__(self) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(20),
            _Count(),
            TimeElapsedColumn(),
        )
        # stdout may be a file, to which nothing but the result belongs.
        self._bars = Progress(
            *columns,
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> _Bars:
        self._bars.start()
        _Bars.running.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        _Bars.running.discard(self)
        self._bars.stop()

    def report(self, what: str, done: int, total: int | None) -> None:
        with self._lock:
            if what not in self._tasks:
                self._tasks[what] = self._bars.add_task(shown(what), total=total)
            self._bars.update(self._tasks[what], completed=done, total=total)
            if done == total:
                self._bars.stop_task(self._tasks[what])
