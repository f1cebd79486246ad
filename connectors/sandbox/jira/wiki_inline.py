r"""What stands within a line of wiki markup, read as narrowly as Jira reads it.

Jira has two readers, the server's renderer and the editor's; both have public source. A text is literal here only where
it is in both. A backslash covers `- # * _ + ? ^ ~ | % { } [ ] ( ) ! @` and nothing else, and is taken off once: what
stands in a phrase mark is read a second time without it. Two backslashes break the line, and addresses, emoticons and
entities of HTML are seen wherever they stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html import unescape
from typing import Any

from connectors.sandbox.jira.wiki_links import ENTITY, LINK, link_in

AdfNode = dict[str, Any]
Marks = tuple[AdfNode, ...]

ESCAPABLE = frozenset("-#*_+?^~|%{}[]()!@")
DEEPEST = 4
"""Marks within marks that are still understood."""
_LONGEST_PHRASE = 500
"""Characters, so that no text takes long."""

MACRO = re.compile(
    r"\{(adf|anchor|code|quote|noformat|panel|color|loremipsum)(?::([^{\n}]*))?\}", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"(?:(?:https?|ftps?|irc|nntp|news)://|mailto:|file:)[\w?!~^/\\#$%&'()*+,\-.:;<=@]+", re.ASCII
)
_BREAK = re.compile(r"\\{2}(?!\S*\\)")
_DASHES = {"---": "—", "--": "–"}
_PHRASES: dict[str, AdfNode] = {
    "{{": {"type": "code"},
    "??": {"type": "em"},
    "*": {"type": "strong"},
    "_": {"type": "em"},
    "-": {"type": "strike"},
    "+": {"type": "underline"},
    "^": {"type": "subsup", "attrs": {"type": "sup"}},
    "~": {"type": "subsup", "attrs": {"type": "sub"}},
}
_CLOSING = {"{{": "}}"}
_EMOTICONS = {
    ":)": "🙂", ":-)": "🙂", ":(": "😞", ":-(": "😞", ":P": "😛", ":-P": "😛", ":p": "😛", ":-p": "😛", ":D": "😃",
    ":-D": "😃", ";)": "😉", ";-)": "😉", "(y)": "👍", "(n)": "👎", "(i)": "ℹ", "(/)": "✔", "(x)": "❌", "(!)": "⚠",
    "(+)": "➕", "(-)": "➖", "(?)": "❓", "(on)": "💡", "(off)": "🔌", "(*)": "⭐", "(*y)": "⭐", "(*r)": "⭐",
    "(*g)": "⭐", "(*b)": "⭐", "(flag)": "🚩", "(flagoff)": "🏳",
}  # fmt: skip
_EMOTICON = re.compile(
    "(?:" + "|".join(re.escape(one) for one in sorted(_EMOTICONS, key=len, reverse=True)) + ")(?![A-Za-z])"
)
_ESCAPED_CODE = re.compile(r"\\\{\\\{(?!\s)((?:(?!\\\}\\\}).){1,500}?)(?<!\s)\\\}\\\}")
"""The server takes the backslashes off braces first, and looks for monospaced text then."""


def inline(text: str, marks: Marks = ()) -> list[AdfNode]:
    """One paragraph's text, with its marks."""
    return _Reader(text, marks).read()


def _letter(character: str) -> bool:
    """Whether a phrase mark beside the character is none. Every sign beyond ASCII counts as a letter."""
    return character != "\u00a0" and (character.isalnum() or character > "\x7f")


def _is_phrase(text: str) -> bool:
    """Whether the server takes the text as what stands in a mark: nothing invisible, no number but digits."""
    return all((kind := unicodedata.category(one))[0] in "LZSMP" or kind == "Nd" for one in text)


class _Reader:
    """Reads a text from left to right; each rule takes what it knows at a place, and says how much that was."""

    def __init__(self, text: str, marks: Marks) -> None:
        self.text = text
        self.marks = marks
        self.at = 0
        self.found: list[AdfNode] = []

    def read(self) -> list[AdfNode]:
        rules: tuple[Callable[[], int], ...] = (
            self._macro,
            self._link,
            self._address,
            self._forced_break,
            self._newline,
            self._dash,
            self._phrase,
            self._emoticon,
            self._entity,
            self._escaped_code,
            self._escape,
        )
        while self.at < len(self.text):
            taken = next((length for rule in rules if (length := rule())), 0)
            if not taken:
                self._say(self.text[self.at])
            self.at += taken or 1
        return self.found

    def _before(self) -> str:
        return self.text[self.at - 1] if self.at else ""

    def _say(self, text: str, marks: Marks | None = None) -> None:
        add_text(self.found, text, self.marks if marks is None else marks)

    def _within(self, text: str, mark: AdfNode) -> None:
        """The text below one more mark, read anew."""
        if mark["type"] == "code":
            kept = tuple(one for one in self.marks if one["type"] == "link")
            self._say(_unescaped(text), (*kept, mark))
        elif len(self.marks) >= DEEPEST or any(one["type"] == mark["type"] for one in self.marks):
            self._say(text)
        else:
            for node in inline(text, (*self.marks, mark)):
                self._append(node)

    def _append(self, node: AdfNode) -> None:
        if node["type"] == "text":
            self._say(node["text"], tuple(node.get("marks", ())))
        else:
            self.found.append(node)

    def _macro(self) -> int:
        opening = MACRO.match(self.text, self.at)
        if opening is None or self._before() == "{":
            return 0
        closing = self.text.find(f"{{{opening[1]}}}", opening.end())
        if closing < 0:
            return opening.end() - self.at
        inner = self.text[opening.end() : closing]
        if opening[1] == "color" and opening[2]:
            self._within(inner, {"type": "textColor", "attrs": {"color": opening[2]}})
        else:
            self._say(inner)
        return closing + len(opening[1]) + 2 - self.at

    def _link(self) -> int:
        link = LINK.match(self.text, self.at)
        if link is None:
            return 0
        found = link_in(link[1])
        if found is not None and found.user is not None:
            self.found.append({"type": "mention", "attrs": {"id": found.user}})
        elif found is not None and not any(one["type"] == "link" for one in self.marks):
            mark = {"type": "link", "attrs": {"href": found.href}}
            if found.marked:
                self._within(found.text, mark)
            else:
                self._say(found.text, (*self.marks, mark))
        else:
            self._say("[")
            return 1
        return link.end() - self.at

    def _address(self) -> int:
        address = _ADDRESS.match(self.text, self.at)
        if address is None or any(one["type"] == "link" for one in self.marks):
            return 0
        shown = address[0].rstrip(".,>)];}\"'!")
        # The address loses its backslashes, what is shown of it keeps them.
        link = {"type": "link", "attrs": {"href": shown.replace("\\", "")}}
        self._say(shown.removeprefix("mailto:"), (*self.marks, link))
        return len(shown)

    def _forced_break(self) -> int:
        if not self.text.startswith("\\\\", self.at):
            return 0
        if self._before() != "\\" and _BREAK.match(self.text, self.at):
            self.found.append({"type": "hardBreak"})
        else:
            self._say("\\\\")
        return 2

    def _newline(self) -> int:
        if self.text[self.at] != "\n":
            return 0
        self.found.append({"type": "hardBreak"})
        return 1

    def _dash(self) -> int:
        for sign, shown in _DASHES.items():
            if self.text.startswith(sign, self.at):
                after = self.text[self.at + len(sign) : self.at + len(sign) + 1]
                alone = not self._before().strip() and not after.strip()
                self._say(shown if alone else sign)
                return len(sign)
        return 0

    def _phrase(self) -> int:
        for sign, mark in _PHRASES.items():
            wrapped = f"{{{sign}}}"
            opening = wrapped if self.text.startswith(wrapped, self.at) else sign
            if not self.text.startswith(opening, self.at):
                continue
            end = self._phrase_end(opening, sign)
            if end is None:
                self._say(opening)
                return len(opening)
            raw, length = end
            self._within(raw, mark)
            return length
        return 0

    def _phrase_end(self, opening: str, sign: str) -> tuple[str, int] | None:
        """What stands between two signs, without its first backslashes, and how long all of it is; None for no mark."""
        begin = self.at + len(opening)
        before, after = self._before(), self.text[begin : begin + 1]
        if after in ("", " ") or (opening == sign and before and _letter(before)):
            return None
        closing, raw, at = _CLOSING.get(sign, sign), "", begin
        while at < min(len(self.text), begin + _LONGEST_PHRASE) and self.text[at] != "\n":
            for ending, is_wrapped in ((f"{{{closing}}}", True), (closing, False)):
                if self.text.startswith(ending, at):
                    next_one = self.text[at + len(ending) : at + len(ending) + 1]
                    if is_wrapped or not (next_one and _letter(next_one)):
                        is_none = not raw or raw.endswith(" ") or not _is_phrase(raw)
                        return None if is_none else (raw, at + len(ending) - self.at)
            piece, length = self._piece(at)
            raw, at = raw + piece, at + length
        return None

    def _piece(self, at: int) -> tuple[str, int]:
        """One step within a phrase: over a link or colours, an escape, or a character."""
        flown = LINK.match(self.text, at) or re.compile(r"\{color(?::[^{\n}]*)?\}").match(self.text, at)
        if flown is not None:
            return flown[0], flown.end() - at
        if self.text[at] == "\\" and at + 1 < len(self.text):
            return _one_escape(self.text, at), 2
        return self.text[at], 1

    def _emoticon(self) -> int:
        emoticon = _EMOTICON.match(self.text, self.at)
        if emoticon is None:
            return 0
        shown = _EMOTICONS[emoticon[0]]
        self.found.append({"type": "emoji", "attrs": {"shortName": shown, "text": shown}})
        return len(emoticon[0])

    def _entity(self) -> int:
        entity = ENTITY.match(self.text, self.at)
        if entity is None or unescape(entity[0]) == entity[0]:
            return 0
        self._say(unescape(entity[0]))
        return len(entity[0])

    def _escaped_code(self) -> int:
        code = _ESCAPED_CODE.match(self.text, self.at)
        if code is None or not _is_phrase(code[1]) or (self._before() and _letter(self._before())):
            return 0
        self._within(code[1], {"type": "code"})
        return len(code[0])

    def _escape(self) -> int:
        if self.text[self.at] != "\\" or self.at + 1 == len(self.text) or self.text[self.at + 1] == "\n":
            return 0
        self._say(_one_escape(self.text, self.at))
        return 2


def _one_escape(text: str, at: int) -> str:
    covered = text[at + 1] in ESCAPABLE and text[at - 1 : at] != "\\"
    return text[at + 1] if covered else text[at : at + 2]


def _unescaped(text: str) -> str:
    found, at = "", 0
    while at < len(text):
        two = text[at] == "\\" and at + 1 < len(text)
        found += _one_escape(text, at) if two else text[at]
        at += 2 if two else 1
    return found


def add_text(found: list[AdfNode], text: str, marks: Marks) -> None:
    """Add the text, to the last node where that has the same marks."""
    if not text:
        return
    last = found[-1] if found else None
    if last is not None and last["type"] == "text" and last.get("marks", []) == list(marks):
        last["text"] += text
        return
    found.append({"type": "text", "text": text} | ({"marks": list(marks)} if marks else {}))
