"""The keywords of a description: which words it has, and nothing else of it. Pure.

Descriptions hold whatever people paste, secrets too. What is kept of one is a list of plain words, in lower case,
each once: no numbers, no addresses, no code, nobody's name where it is marked as one, nothing that is longer than a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from config.text.redaction import REDACTED, redactor

Keywords = tuple[str, ...]
"""Distinct words in lower case, in the order in which they first stand."""

LONGEST_TEXT = 2_000
"""Characters of a description that are looked at: what it is about stands at its beginning."""

MOST_WORDS = 60
LONGEST_WORD = 24

_MOST_NODES = 2_000
_CODE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\{(code|noformat)[^}]*\}.*?(?:\{\1\}|\Z)|\{\{[^\n]*?(?:\}\}|$)",
    re.DOTALL | re.MULTILINE,
)
"""Code in Markdown and in wiki markup."""
_MACRO = re.compile(r"\{(?:[^}\n|]*[:|]title=(?P<title>[^}\n|]*))?[^}\n]*\}")
"""A macro of wiki markup; people see the title of a panel or a lozenge."""
_MENTION = re.compile(r"\[~[^\]\n]*(?:\]|\Z)|\[[^\]\n]*\Z")
"""And what the end cut in two, which may be one."""
_LINK = re.compile(r"\[(?P<label>[^\[\]|\n]*)(?:\]\((?P<there>[^)\n]*)(?:\)|\Z)|\|(?P<to>[^\]\n]*)(?:\]|\Z))")
"""`[label](address)` in Markdown, `[label|address]` in wiki markup, also where the text was cut within."""
_CARD = re.compile(r"\|smart-(?:link|card|embed)\Z")
_PERSON = re.compile(r"mailto:|/profiles?/|/people/|/user/|ViewProfile", re.IGNORECASE)
"""In the address of a link that is a person's: its label is a name."""
_WIKI_BREAK = re.compile(r"(?<!\S)([^\\\s]*[^\\\s:])\\{2}(?=[^\\\s]*(?!\S))")
"""Two backslashes after a word; what has more of them, or a drive before them, is a path."""
_LINE_BREAK = re.compile(r"\\(?=\n)|</?[A-Za-z][^<>\n]{0,100}>")
"""Of Markdown, and tags of HTML, `<br>` before all."""
_ESCAPED = re.compile(r"\\([!-/:-@\[^-`{-~])")
_NO_PROSE = re.compile(r"[\d_@/\\=]|.{41}")
"""In what stands between two spaces: a key, a token, a path, an address."""
_WORD = re.compile(r"[^\W\d_]+")
_SLUG = re.compile(r"[^\W\d_]+(?:[-+_ ][^\W\d_]+)+")

_CARDS = frozenset({"inlineCard", "blockCard", "embedCard"})
_TITLED = {"expand": "title", "nestedExpand": "title", "status": "text"}
"""Nodes of ADF that show an attribute."""


def extract_keywords(text: str) -> Keywords:
    """The words of a description in plain text, Markdown or wiki markup; empty where there are none."""
    # Before it is cut and taken apart: half a secret would be a word like any other.
    text = redactor.text(text).replace(REDACTED, " ")
    pieces = prose(text[:LONGEST_TEXT]).split()
    shown = " ".join(piece for piece in pieces if not _NO_PROSE.search(piece))
    words = (word.casefold() for word in _WORD.findall(shown) if 1 < len(word) <= LONGEST_WORD)
    return tuple(dict.fromkeys(words))[:MOST_WORDS]


def prose(text: str) -> str:
    """What people see of a text in Markdown or wiki markup, but for code and names."""
    text = _MENTION.sub(" ", _CODE.sub(" ", text))
    text = _MACRO.sub(lambda macro: f" {macro['title'] or ''} ", text)
    text = _LINK.sub(lambda link: f" {_label(link['label'], link['there'] or link['to'] or '')} ", text)
    text = _LINE_BREAK.sub(" ", _WIKI_BREAK.sub(r"\1 ", text))
    return _ESCAPED.sub(r"\1", text)


def _label(label: str, address: str) -> str:
    if _PERSON.search(address):
        return ""
    return _title_in(label) if _CARD.search(address) else label


def _title_in(address: str) -> str:
    """The title at the end of a page's address, `.../Onboarding+flow`; "" where that is no run of words."""
    path = re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/")
    last = unquote(path.rpartition("/")[2])
    return re.sub(r"[-+_]", " ", last) if _SLUG.fullmatch(last) and not _PERSON.search(address) else ""


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
    """The texts in order; whatever is no text parts words. A stack and a count: depth and size are another's choice."""
    stack = [document]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            text, content = node.get("text"), node.get("content")
            if isinstance(text, str):
                yield " " if _is_hidden(node) else text
                continue
            yield f" {_shown(node)} "
            if isinstance(content, list) and node.get("type") != "codeBlock":
                stack.append(" ")
                stack.extend(reversed(content))


def _shown(node: dict[str, Any]) -> str:
    """What people see of a node besides its content. Of a mention that is a name, so it is nothing here."""
    attrs = node.get("attrs")
    kind = node.get("type")
    if not isinstance(attrs, dict) or not isinstance(kind, str):
        return ""
    if kind in _CARDS:
        data = attrs.get("data")
        name = data.get("name") if isinstance(data, dict) else None
        address = attrs.get("url") or (data.get("url") if isinstance(data, dict) else None)
        shown = address if isinstance(address, str) else ""
        return name if isinstance(name, str) and not _PERSON.search(shown) else _title_in(shown)
    title = attrs.get(_TITLED.get(kind, ""))
    return title if isinstance(title, str) else ""


def _is_hidden(node: dict[str, Any]) -> bool:
    """Whether a text is code, or the label of a link to a person."""
    marks = node.get("marks")
    return isinstance(marks, list) and any(map(_hides, marks))


def _hides(mark: Any) -> bool:
    if not isinstance(mark, dict):
        return False
    attrs = mark.get("attrs")
    address = attrs.get("href") if isinstance(attrs, dict) else None
    return mark.get("type") == "code" or (isinstance(address, str) and bool(_PERSON.search(address)))
