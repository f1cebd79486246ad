"""Markdown as Linear stores it, and as the sandbox's pages show it.

Wire facts: contracts/linear.md, section 12. A body goes through a rich-text model on save, so that what
comes back is not what was sent; the second save changes nothing more.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markupsafe import Markup

_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BULLET = re.compile(r"^(\s*(?:>\s*)*)[-+](\s+)(?=\S)")
_TABLE_RULE = re.compile(r"^\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_CODE = re.compile(r"(`+[^`]*`+)")
_LINK = re.compile(r"(?<![\\!])\[((?:\\.|[^\[\]\\])*)\]\((?!<)((?:[^()\s\\]|\([^()\s]*\))+)\)")

_renderer = MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")
_renderer.disable("image")  # a page loads nothing


def stored(text: str) -> str:
    """The body as Linear gives it back after a save."""
    rows: list[str] = []
    fenced = False
    for row in _HTML_COMMENT.sub("", text.replace("\r\n", "\n")).split("\n"):
        if _FENCE.match(row):
            fenced = not fenced
            rows.append(row)
        else:
            rows.append(row if fenced else _stored_row(row.rstrip()))
    return "\n".join(rows).strip()


def _stored_row(row: str) -> str:
    if _TABLE_RULE.match(row):
        cells = row.strip().strip("|").split("|")
        return "| " + " | ".join(re.sub("-+", "--", cell.strip()) for cell in cells) + " |"
    parts = _CODE.split(_BULLET.sub(r"\1*\2", row))
    return "".join(part if at % 2 else _LINK.sub(r"[\1](<\2>)", part) for at, part in enumerate(parts))


def shown(text: str) -> Markup:
    """The Markdown as HTML: raw HTML in it stays text, and links go to web addresses only."""
    # The renderer escapes all text itself and drops javascript:, vbscript:, file: and data: links.
    return Markup(_renderer.render(text))  # noqa: S704
