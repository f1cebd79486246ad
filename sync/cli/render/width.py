"""How many columns of a terminal a text takes, and where it breaks into lines. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_UNIT = re.compile(r" (?=[%→/]( |$|[.,;:)]))")
"""A space before a unit or between the two sides of a value: no line ends there."""


def width_of(text: str) -> int:
    """The columns that the text takes: two for what East Asian fonts draw wide, none for what is drawn onto another."""
    return len(text) if text.isascii() else sum(map(_width_of_char, text))


@lru_cache(maxsize=4096)
def _width_of_char(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with spaces to that many columns, after it or before it."""
    space = " " * max(0, width - width_of(text))
    return f"{space}{text}" if right else f"{text}{space}"


def wrap(text: str, width: int, *, breaks_words: bool = False) -> list[str]:
    """The text in lines of at most `width` columns, broken at spaces; never empty.

    A word that is wider, such as an address, keeps its line whole and goes beyond; `breaks_words`: it is broken, as in
    a column that has another beside it. Nothing is ever left out.
    """
    if width_of(text) <= width:
        return [text]
    lines: list[str] = []
    line, taken = "", 0
    for word in _words(text):
        wide = width_of(word)
        if taken and taken + 1 + wide <= width:
            line, taken = f"{line} {word}", taken + 1 + wide
            continue
        if line:
            lines.append(line)
        *whole, line = _broken(word, width) if breaks_words else [word]
        lines += whole
        taken = width_of(line)
    return [*lines, line]


def _words(text: str) -> Iterator[str]:
    kept = _UNIT.sub("\0", text)
    for word in kept.split(" "):
        if word:
            yield word.replace("\0", " ")


def _broken(word: str, width: int) -> list[str]:
    if width_of(word) <= width:
        return [word]
    parts, part, taken = [], "", 0
    for char in word:
        wide = width_of(char)
        if part and taken + wide > width:
            parts.append(part)
            part, taken = "", 0
        part, taken = part + char, taken + wide
    return [*parts, part]
