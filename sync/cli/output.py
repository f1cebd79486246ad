"""What a command prints: sections for people, or one JSON document for programs. stdout only."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from config.text.redaction import shown
from sync.cli.exit_codes import Cause, causes_of, complain

if TYPE_CHECKING:  # what is only printed in tables, or asked of trackers, is not loaded to print a sentence
    from rich.console import Console

    from connectors.base import Progress
    from sync.observation import Unread
    from sync.report.table import Section

_PIPE_WIDTH = 160


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
        self._made: Console | None = None
        self._data: dict[str, Any] = {}
        self.causes: set[Cause] = set()
        """Why the command will not end with 0; see `exit_code`."""
        self.notice = ""
        """Stands before what could not be read, where the output is to be read by a program, as "# " in YAML."""

    @property
    def _console(self) -> Console:
        if self._made is None:
            from rich.console import Console

            width = None if sys.stdout.isatty() else _PIPE_WIDTH
            self._made = Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)
        return self._made

    def show(self, *sections: Section) -> None:
        """Print sections; nothing in JSON."""
        from sync.cli.render import to_console, to_markdown

        for section in sections:
            if self.style is Format.TEXT:
                to_console(section, self._console)
            elif self.style is Format.MARKDOWN:
                self._write(to_markdown(section) + "\n")

    def say(self, sentence: str = "", *, strong: bool = False, verbatim: bool = False) -> None:  # noqa: ARG002  no sentence is wrapped
        """Print a sentence; nothing in JSON. `verbatim`: on one line however long, as a command that is to be pasted."""
        if self.style is Format.TEXT and strong:
            from rich.text import Text

            self._console.print(Text(shown(sentence), style="bold"), soft_wrap=True)
        elif self.style is Format.TEXT:
            self._write(f"{shown(sentence)}\n")
        elif self.style is Format.MARKDOWN:
            from connectors.text.markdown import as_markdown

            self._write(f"{as_markdown(sentence)}\n\n")

    def unread(self, found: Sequence[Unread]) -> None:
        """Say what could not be read just now: in the first line, on stderr with its remedy, in JSON and the exit code."""
        from sync.report.unread import data_of, sentence_of

        self.data(unread=data_of(found))
        self.causes |= causes_of(found)
        if found:
            self.say(self.notice + sentence_of(found), strong=True)
        for one in found:
            complain(str(one))

    def remembered(self, found: Sequence[Unread], at: datetime) -> None:
        """Say of a snapshot what it does without; nothing was asked now, so that is no cause of any exit code."""
        from sync.report.unread import data_of, sentence_of

        self.data(unread=data_of(found))
        self.say(f"{self.notice}As of {at:%Y-%m-%d %H:%M} UTC. {sentence_of(found, ' then')}", strong=True)

    def data(self, **values: Any) -> None:
        """Add to the JSON document; nothing in the other formats."""
        self._data.update(values)

    def finish(self) -> None:
        """Print the JSON document, if that is the format."""
        if self.style is Format.JSON:
            from sync.cli.render import to_json

            self._write(to_json(self._data) + "\n")

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    def progress(self) -> AbstractContextManager[Progress]:
        """A progress report, always on stderr: see `sync.cli.progress`."""
        from sync.cli.progress import shown_progress

        return shown_progress()
