"""The keywords of a description: which words it has, and nothing else of it. Pure.

Descriptions hold whatever people paste, secrets too. What is kept of one is a list of plain words, in lower case,
each once: no numbers, no addresses, no code, nothing that is longer than a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from config.text.redaction import REDACTED, redactor

Keywords = tuple[str, ...]
"""Distinct words in lower case, in the order in which they first stand."""

LONGEST_TEXT = 2_000
"""Characters of a description that are looked at: what it is about stands at its beginning."""

MOST_WORDS = 60
LONGEST_WORD = 24

_MOST_NODES = 2_000
_CODE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\{(code|noformat)[^}]*\}.*?(?:\{\1\}|\Z)|\{[^}\n]*\}", re.DOTALL
)
"""Code in Markdown and in wiki markup, and macros."""
_NO_PROSE = re.compile(r"[\d_@/\\=]|.{41}")
"""In what stands between two spaces: a key, a token, a path, an address."""
_WORD = re.compile(r"[^\W\d_]+")


def extract_keywords(text: str) -> Keywords:
    """The words of a description in plain text, Markdown or wiki markup; empty where there are none."""
    # Before it is cut and taken apart: half a secret would be a word like any other.
    text = redactor.text(text).replace(REDACTED, " ")
    pieces = _CODE.sub(" ", text[:LONGEST_TEXT]).split()
    prose = " ".join(piece for piece in pieces if not _NO_PROSE.search(piece))
    words = (word.casefold() for word in _WORD.findall(prose) if 1 < len(word) <= LONGEST_WORD)
    return tuple(dict.fromkeys(words))[:MOST_WORDS]


def adf_text(document: Any) -> str:
    """The text of an ADF document without its code, cut to about `LONGEST_TEXT` characters; "" for what is none."""
    parts: list[str] = []
    length = 0
    for text in _texts(document):
        parts.append(text)
        length += len(text)
        if length > LONGEST_TEXT:
            break
    return "".join(parts)


def _texts(document: Any) -> Iterator[str]:
    """The texts in order, a space after each block. A stack and a count: depth and size are another's choice."""
    stack = [document]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict) and node.get("type") != "codeBlock" and not _is_code(node):
            if isinstance(node.get("text"), str):
                yield node["text"]
            content = node.get("content")
            if isinstance(content, list):
                stack.append(" ")
                stack.extend(reversed(content))


def _is_code(node: dict[str, Any]) -> bool:
    marks = node.get("marks")
    return isinstance(marks, list) and any(
        isinstance(one, dict) and one.get("type") == "code" for one in marks
    )
