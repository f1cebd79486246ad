"""What a command prints: sections for people, or one JSON document for programs. stdout only."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

from config.text.redaction import shown
from sync.cli.exit_codes import Cause, causes_of, complain
from sync.cli.render.screen import screen_of, sentence_to_text

if TYPE_CHECKING:  # what is only printed in tables, or asked of trackers, is not loaded to print a sentence
    from connectors.base import Progress
    from sync.observation import Unread
    from sync.report.table import Section

_AT_ONCE = 500
"""Lines of a long table that are written together: its first ones are read while the others are laid out."""


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class Output:
    """Collects what a command says and prints it in one format.

    Text and Markdown appear as they come; JSON when `finish` is called, one document, however long in pieces.
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
        from sync.cli.render.markdown import to_markdown
        from sync.cli.render.terminal import to_text

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
            from connectors.text.markdown import as_markdown

            self._write(f"{as_markdown(sentence)}\n\n")

    def mark(self, comment: str) -> None:
        """Print what programs know this output by: a comment, which Markdown does not show. Nothing in the other formats."""
        if self.style is Format.MARKDOWN:
            self._write(f"{comment}\n\n")

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
            from sync.cli.render.json_document import to_json

            for piece in to_json(self._data):
                sys.stdout.write(piece)
            self._write("\n")

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    def progress(self) -> AbstractContextManager[Progress]:
        """A progress report, always on stderr: see `sync.cli.progress`."""
        from sync.cli.progress import shown_progress

        return shown_progress()
