"""What a command writes to: how wide it is and whether it shows styles; and sentences on it. Loads next to nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from config.text.redaction import shown
from sync.cli.render.width import wrap

_COLOURS = frozenset(("31", "32", "33"))
"""Of the renditions that are used those that are colours, as ECMA-48 numbers them."""

_PIPE_WIDTH = 160
_NARROWEST = 40


@dataclass(frozen=True, slots=True)
class Screen:
    """What is written to: its columns, whether sentences are wrapped to them, and whether it shows styles and colours.

    Where nobody said how wide a pipe is, tables are wide and a sentence is a line, as programs like it.
    """

    width: int = _PIPE_WIDTH
    wraps: bool = True
    styled: bool = False
    coloured: bool = False

    def paint(self, text: str, codes: str) -> str:
        """The text in a style, as far as this shows any."""
        if not self.styled or not codes or not text or (codes in _COLOURS and not self.coloured):
            return text
        return f"\x1b[{codes}m{text}\x1b[0m"


def screen_of(stream: TextIO, environment: Mapping[str, str] | None = None) -> Screen:
    """The screen behind a stream: `COLUMNS` where it is set, else the terminal's width.

    Only terminals are styled, or what FORCE_COLOR says is one; NO_COLOR takes the colours, TERM=dumb all styles.
    """
    environ = os.environ if environment is None else environment
    is_terminal = stream.isatty()
    given = environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        width: int | None = int(given)
    else:
        width = shutil.get_terminal_size().columns if is_terminal else None
    styled = (is_terminal and environ.get("TERM") != "dumb") or bool(environ.get("FORCE_COLOR"))
    return Screen(
        _PIPE_WIDTH if width is None else max(_NARROWEST, width),
        wraps=width is not None,
        styled=styled,
        coloured=not environ.get("NO_COLOR"),
    )


def sentence_to_text(sentence: str, screen: Screen, *, strong: bool = False) -> str:
    """A sentence in lines."""
    return "\n".join(screen.paint(line, "1" if strong else "") for line in wrapped(sentence, screen))


def wrapped(sentence: str, screen: Screen) -> list[str]:
    """A sentence, made fit to be shown, in lines; those of a list hang below its text."""
    text = shown(sentence)
    if not screen.wraps:
        return [text]
    body = text.lstrip(" ")
    ahead = len(text) - len(body)
    hang = ahead + (2 if body.startswith(("• ", "- ", "→ ")) else 0)
    first, *rest = wrap(body, screen.width - hang)
    return [" " * ahead + first, *(" " * hang + line for line in rest)]
