"""Text as Markdown that shows it as it is, for people who paste it into GitHub, GitLab or Slack. Pure.

A backslash stands only where a character would be markup at its place: Slack shows every backslash, and the others mend
nothing by it. What these products turn into links, mentions, references and emoji they look for in what Markdown has
already made of the text, where no backslash helps: such words stand in code, as our own commands do.

Sources: CommonMark 0.31 (flanking, blocks, entities), the GFM specification (tables, strikethrough, autolinks), and the
filters of GitHub (html-pipeline) and GitLab (banzai), which leave code alone.
"""

from __future__ import annotations

import re
from typing import Literal

from config.text.redaction import shown

Place = Literal["paragraph", "heading", "cell"]
"""Where a text stands: whole in a paragraph or a heading of its own, or in a cell of a table."""

_AUTOMATIC = re.compile(
    r"(?<![^\s(])`truenorth [a-z][^`|\\]*`(?=[\s.,;)!?]|\Z)|(?:"
    r"[A-Za-z][A-Za-z0-9.+-]*://[^\s<>`|\\]*[^\s<>`|\\.,;:!?)'\"\]}*_~]"  # an address with its scheme
    r"|(?<!\w)[wW]{3}\.[^\s<>`|\\]*[^\s<>`|\\.,;:!?)'\"\]}*_~]"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|(?<!\w)@\w[\w./-]*"  # a mention
    r"|(?<![\w/])(?:[\w.-]+/[\w.-]+)?#\d+|\bGH-\d+\b"  # a reference to an issue
    r"|:(?=[\w+-]*[A-Za-z]|100:|1234:|[+-]1:)[\w+-]+:"  # an emoji
    r")"
    # Behind code begins a new text, in which what follows directly would be found.
    r"(?:\w|[@#]\w[\w./+-]*|:[\w+-]+:)*"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
_LINK = re.compile(r"\][(\[:]|\[\[|\[\^|\A\[[ xX~]\]")
"""What can follow a bracket so that it is a link, a reference, a footnote, or a box to tick."""
_BLOCK = re.compile(
    r"(?:#{1,6}|[-+*])(?=\s|\Z)|>|(?:-[ \t]*){3,}\Z|(?:_[ \t]*){3,}\Z|(?:\*[ \t]*){3,}\Z|\d{1,9}(?P<list>[.)])(?=\s|\Z)"
)
"""What begins a heading, a list, a quotation or a rule, at the beginning of a paragraph."""
_CLOSING = re.compile(r"(?:\A|(?<=\s))#+\Z")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def as_markdown(text: str, place: Place = "paragraph") -> str:
    """The text as Markdown that shows every character of it, without secrets, and does nothing else."""
    text = shown(text).strip()
    words = _Words(text, place)
    pieces, at = [], 0
    for start, end in words.code:
        code = text[start:end]
        pieces += [words.escaped(at, start), code if "`" in code else f"`{code}`"]
        at = end
    return "".join((*pieces, words.escaped(at, len(text))))


def _in_code(text: str) -> list[tuple[int, int]]:
    """From where to where code stands; what touches is one piece, as the fences between would be."""
    found: list[tuple[int, int]] = []
    for start, end in (one.span() for one in _AUTOMATIC.finditer(text)):
        first = found.pop()[0] if found and found[-1][1] == start else start
        found.append((first, end))
    return found


class _Words:
    """One text, and what a character means at its place there. `code`: the pieces of it that stand in code."""

    def __init__(self, text: str, place: Place) -> None:
        self._text = text
        self._is_cell = place == "cell"
        self.code = _in_code(text)
        self._in_code = {at for start, end in self.code for at in range(start, end)}
        self._has_links = _LINK.search(text) is not None
        self._has_formulas = text.count("$") > 1
        self._forced = set(_forced(text, place))

    def escaped(self, start: int, end: int) -> str:
        """A piece outside code."""
        return "".join(self._one(at) for at in range(start, end))

    def _one(self, at: int) -> str:
        character = self._text[at]
        if character == "|" and self._is_cell:
            # GitHub takes the backslash of an escaped backslash for that of the bar.
            return "&#124;" if self._at(at - 1) == "\\" else r"\|"
        return f"\\{character}" if at in self._forced or self._means_something(at) else character

    def _means_something(self, at: int) -> bool:
        before, after = self._at(at - 1), self._at(at + 1)
        match self._text[at]:
            case "`":
                return True
            case "\\":
                return not after or after in _PUNCTUATION
            case "*" | "~":
                return bool(before.strip() or after.strip())
            case "_":
                return not self._is_within_word(at)
            case "[":
                return self._has_links
            case "<":
                return after.isascii() and (after.isalpha() or after in ("/", "!", "?"))
            case "&":
                return after != "`" and _ENTITY.match(self._text, at) is not None
            case "$":
                return self._has_formulas
            case _:
                return False

    def _is_within_word(self, at: int) -> bool:
        """Whether a run of underscores stands between two letters or digits, or alone."""
        first = last = at
        while self._at(first - 1) == "_":
            first -= 1
        while self._at(last + 1) == "_":
            last += 1
        before, after = self._at(first - 1), self._at(last + 1)
        return (before.isalnum() and after.isalnum()) or not (before.strip() or after.strip())

    def _at(self, at: int) -> str:
        """The character that will stand there: of code its fence, "" beyond the text."""
        if at in self._in_code:
            return "`"
        return self._text[at] if 0 <= at < len(self._text) else ""


def _forced(text: str, place: Place) -> list[int]:
    """Characters that mean something because of where the text begins or ends."""
    if place == "paragraph" and (block := _BLOCK.match(text)):
        return [block.start("list") if block["list"] else 0]
    if place == "heading" and (closing := _CLOSING.search(text)):
        return [closing.start()]
    return []
