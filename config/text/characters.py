"""Which characters of a text from outside are shown. Pure.

What cannot be seen can lie: it moves the terminal's cursor, turns the direction of what follows, hides a word in a
word, or carries another text along. So it goes by its category in Unicode (controls, formats, surrogates, private
use), except where a script or an emoji is misspelt without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import category

_SEQUENCES = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)"
)
"""Terminal sequences as ECMA-48 spells them: control sequences, and strings such as a link or a title, with their text."""

_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")

_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]"
)
"""What cannot be seen though its category does not say so: fillers, variation selectors, places kept for more of them.

Source: Default_Ignorable_Code_Point in DerivedCoreProperties.txt of Unicode 15, and noncharacters.
"""

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))

_VISIBLE_FORMATS = frozenset(
    map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD))
)
"""Formats that are drawn: signs before and around numbers in Arabic, Syriac and Kaithi (Prepended_Concatenation_Mark)."""

_JOINING_SCRIPTS = (
    (0x0600, 0x0DFF),
    (0x1000, 0x109F),
    (0x1780, 0x18AF),
    (0x1A20, 0x1C4F),
    (0xA800, 0xABFF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
    (0x10A00, 0x11FFF),
    (0x1E900, 0x1E95F),
)
"""Arabic, Persian, Indic, Khmer, Mongolian and their kin: letters there join, or are kept from it, by U+200C and U+200D."""

_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_MONGOLIAN = ((0x1820, 0x18AA),)

_FLAG = re.compile(
    "(\U0001f3f4(?:\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074"
    "|\U000e0077\U000e006c\U000e0073))\U000e007f)"
)
"""The flags of England, Scotland and Wales: the only emoji that are spelt with tag characters (emoji-sequences.txt)."""


def clean(text: str, instead: str = "") -> str:
    """The text on one line, without what cannot be seen; `instead` stands where something was taken out.

    Line breaks become a space. Doing it again changes nothing.
    """
    if _is_plain(text):
        return text
    text = _BREAKS.sub(instead or " ", _SEQUENCES.sub(instead, text))
    parts = _FLAG.split(text)
    return "".join(part if at % 2 else _seen(part, lambda _: instead) for at, part in enumerate(parts))


def escape_unseen(text: str, escape: Callable[[str], str]) -> str:
    """The text, of any number of lines, with every character escaped that cannot be seen: exact, and inert."""
    return "\n".join(line if _is_plain(line) else _seen(line, escape) for line in text.split("\n"))


def _is_plain(text: str) -> bool:
    return text.isprintable() and (text.isascii() or not _BLANK.search(text))


def _seen(text: str, instead: Callable[[str], str]) -> str:
    return "".join(char if _is_seen(text, at) else instead(char) for at, char in enumerate(text))


def _is_seen(text: str, at: int) -> bool:
    char, before = text[at], text[at - 1] if at else ""
    if _BLANK.match(char):
        return bool(before) and _selects(char, before)
    if char in "\u200c\u200d":
        return bool(before) and _joins(char, before, text[at + 1 : at + 2])
    return category(char) not in _INVISIBLE or char in _VISIBLE_FORMATS


def _selects(char: str, before: str) -> bool:
    """Whether a variation selector chooses the form of what stands before it; a second one would only carry data."""
    code = ord(char)
    if code in (0xFE0E, 0xFE0F):
        return before in "#*0123456789" or _is_symbol(before)
    if 0xFE00 <= code <= 0xFE02 or 0xE0100 <= code <= 0xE01EF:
        return _is_in(before, _IDEOGRAPHS)
    return char in "\u180b\u180c\u180d\u180f" and _is_in(before, _MONGOLIAN)


def _joins(char: str, before: str, after: str) -> bool:
    if category(before)[0] in "LM" and _is_in(before, _JOINING_SCRIPTS) and not _BLANK.match(before):
        return True
    emoji = _is_symbol(before) or before == "\ufe0f"
    return char == "\u200d" and emoji and bool(after) and _is_symbol(after)


def _is_symbol(char: str) -> bool:
    """Whether it can be an emoji: a symbol, or one that Unicode got after this Python did."""
    return (
        ord(char) > 0xA8
        and (category(char)[0] == "S" or category(char) in ("Cn", "Po") or char == "\u2139")
        and (not _BLANK.match(char))
    )


def _is_in(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)
