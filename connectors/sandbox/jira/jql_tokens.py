"""The words and signs of JQL.

Only four characters part words: space, tab, and the two of a new line. A no-break space, which a copied query may bring
along, is a letter like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


class JqlError(Exception):
    """What Jira says about a query that it does not accept."""


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is quoted, operator, logic, mark or word; `at` is its place in the text."""

    kind: str
    text: str
    at: int


_TOKENS = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<quoted>"(?:[^"\\\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]|\\.)*"|'(?:[^'\\\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]|\\.)*')
    |(?P<operator>!=|<=|>=|!~|[=<>~])
    |(?P<logic>&&?|\|\|?|!)
    |(?P<mark>[(),\[\]])
    |(?P<word>cf[ \t\r\n]*\[[ \t\r\n]*\d+[ \t\r\n]*\]
             |(?:[^\x00-\x20\x7f-\x9f"'()=<>!~,&|\[\]{}*/%+^$#@?;\\]|\\.)+)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CUSTOM_FIELD = re.compile(r"cf\s*\[\s*(\d+)\s*\]", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_MEANINGS = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\", " ": " "}


def tokens(text: str) -> list[Token]:
    """The words and signs of the query. Raises JqlError."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        if match.lastgroup in ("quoted", "word"):
            _check_escapes(text, match)
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    return found


def unescape(token: Token) -> str:
    """What a word or quoted text stands for."""
    custom = _CUSTOM_FIELD.fullmatch(token.text)
    if custom is not None:
        return f"cf[{custom[1]}]"
    inside = token.text[1:-1] if token.kind == "quoted" else token.text
    return _ESCAPE.sub(lambda found: _MEANINGS.get(found[1]) or chr(int(found[1][1:], 16)), inside)


def place(text: str, at: int) -> str:
    """Where in the text, as Jira says it."""
    before = text[:at]
    return f"(line {before.count(chr(10)) + 1}, character {at - before.rfind(chr(10))})"


def _unreadable(text: str, at: int) -> JqlError:
    character, where = text[at], place(text, at)
    if character in "\"'":
        return JqlError(
            f"Error in the JQL Query: The quoted string '{text[at + 1 :]}' has not been completed. {where}"
        )
    return JqlError(
        f"Error in the JQL Query: The character '{character}' is a reserved JQL character. You must enclose it "
        f"in a string or use the escape '\\u{ord(character):04x}' to use it. {where}"
    )


def _check_escapes(text: str, match: re.Match[str]) -> None:
    for escape in _ESCAPE.finditer(match.group()):
        if escape[1] in _MEANINGS or len(escape[1]) > 1:
            continue
        raise JqlError(
            f"Error in the JQL Query: '{escape[0]}' is an illegal JQL escape sequence. The valid escape "
            "sequences are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX. "
            f"{place(text, match.start() + escape.start())}"
        )
