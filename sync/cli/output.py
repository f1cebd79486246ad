"""What a command prints: sections for people, or one JSON document for programs. stdout only."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from config.text.redaction import shown
from connectors.base import Progress as Report
from connectors.text.document import markdown_escape
from sync.cli.exit_codes import Cause, causes_of, complain
from sync.cli.render.json_document import to_json
from sync.cli.render.markdown import to_markdown
from sync.cli.render.screen import screen_of, sentence_to_text
from sync.cli.render.terminal import to_text
from sync.observation import Unread
from sync.report.table import Section
from sync.report.unread import data_of, sentence_of

log = structlog.get_logger(__name__)

_AT_ONCE = 500
"""Lines of a long table that are written together: its first ones are read while the others are laid out."""


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class Output:
    """Collects what a command says and prints it in one format.

    Text and Markdown appear as they come; JSON appears once, when `finish` is called.
    """

    def __init__(self, style: Format) -> None:
        self.style = style
        self._screen = screen_of(sys.stdout)
        self._data: dict[str, Any] = {}
        self.causes: set[Cause] = set()
        """Why the command will not end with 0; see `exit_code`."""
        self.notice = ""
        """Stands before what could not be read, where the output is to be read by a program, as "# " in YAML."""

    def show(self, *sections: Section) -> None:
        """Print sections; nothing in JSON."""
        for section in sections:
            if self.style is Format.TEXT:
                lines = to_text(section, self._screen)
                while some := list(islice(lines, _AT_ONCE)):
                    self._write("\n".join(some) + "\n")
            elif self.style is Format.MARKDOWN:
                self._write(to_markdown(section) + "\n")

    def say(self, sentence: str = "", *, strong: bool = False, verbatim: bool = False) -> None:
        """Print a sentence; nothing in JSON. `verbatim`: on one line however long, as a command that is to be pasted."""
        if self.style is Format.TEXT:
            text = shown(sentence) if verbatim else sentence_to_text(sentence, self._screen, strong=strong)
            self._write(f"{text}\n")
        elif self.style is Format.MARKDOWN:
            self._write(f"{markdown_escape(sentence)}\n\n")

    def unread(self, found: Sequence[Unread]) -> None:
        """Say what could not be read just now: in the first line, on stderr with its remedy, in JSON and the exit code."""
        self.data(unread=data_of(found))
        self.causes |= causes_of(found)
        if found:
            self.say(self.notice + sentence_of(found), strong=True)
        for one in found:
            complain(str(one))

    def remembered(self, found: Sequence[Unread], at: datetime) -> None:
        """Say of a snapshot what it does without; nothing was asked now, so that is no cause of any exit code."""
        self.data(unread=data_of(found))
        self.say(f"{self.notice}As of {at:%Y-%m-%d %H:%M} UTC. {sentence_of(found, ' then')}", strong=True)

    @property
    def wants_data(self) -> bool:
        """Whether a document is asked for: that of a large plan is costly to make."""
        return self.style is Format.JSON

    def data(self, **values: Any) -> None:
        """Add to the JSON document; nothing in the other formats."""
        self._data.update(values)

    def finish(self) -> None:
        """Print the JSON document, if that is the format."""
        if self.style is Format.JSON:
            self._write(to_json(self._data) + "\n")

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    @contextmanager
    def progress(self) -> Iterator[Report]:
        """A progress report: bars on a terminal, log lines elsewhere; always on stderr."""
        if sys.stderr.isatty() and self.style is Format.TEXT:
            with _Bars() as bars:
                yield bars.report
        else:
            yield _log_progress


def _log_progress(what: str, done: int, total: int | None) -> None:
    if done == total:
        log.info("progress", what=what, done=done)


class _Bars:
    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        self._bars = Progress(*columns, console=console, transient=True)
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> _Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def report(self, what: str, done: int, total: int | None) -> None:
        with self._lock:
            if what not in self._tasks:
                self._tasks[what] = self._bars.add_task(shown(what), total=total)
            self._bars.update(self._tasks[what], completed=done, total=total)
