"""Comments cut to what Jira takes: at rows, with "and n more", never within a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from connectors.text.document import Block, Bullets, Doc, Panel, Paragraph, Table, para, to_adf
from connectors.text.wiki import to_wiki

T = TypeVar("T")

MAX_BODY = 30_000
"""Bytes of a comment's body. Jira's limit is 32,767 characters of a stored form that may be longer."""


def truncate_adf(doc: Doc, limit: int = MAX_BODY) -> dict[str, Any]:
    """The document as ADF of at most `limit` bytes."""
    return _truncate(doc, to_adf, lambda adf: len(msgspec.json.encode(adf)), limit)


def truncate_wiki(doc: Doc, limit: int = MAX_BODY) -> str:
    """The document as wiki markup of at most `limit` bytes."""
    return _truncate(doc, to_wiki, lambda text: len(text.encode()), limit)


def _truncate(doc: Doc, render: Callable[[Doc], T], size: Callable[[T], int], limit: int) -> T:
    body, cut = render(doc), 0
    while size(body) > limit:
        shorter, gone = _without_last_rows(doc)
        if not gone:
            break
        doc, cut = shorter, cut + gone
        body = render(Doc((*doc.blocks, para(f"… and {cut} more"))))
    return body


def _without_last_rows(doc: Doc) -> tuple[Doc, int]:
    """The document with its longest list of rows cut by a tenth, and how many rows that took away.

    Without any rows left to cut, its last block goes; so does the last of several panels, each of which is whole or not there.
    """
    longest = max(range(len(doc.blocks)), key=lambda n: len(_rows(doc.blocks[n])), default=0)
    block = doc.blocks[longest] if doc.blocks else None
    rows = _rows(block) if block else ()
    if len(rows) < 2 or (
        isinstance(block, Panel) and isinstance(doc.blocks[-1], Panel) and longest < len(doc.blocks) - 1
    ):
        return Doc(doc.blocks[:-1]), min(1, len(doc.blocks))
    gone = max(1, len(rows) // 10)
    match block:
        case Table(header=header, rows=cells):
            shorter: Block = Table(header, cells[:-gone])
        case Bullets(items=items):
            shorter = Bullets(items[:-gone])
        case Panel(tone=tone, blocks=inner):
            shorter = Panel(tone, inner[:-gone])
        case _:
            return doc, 0
    return Doc((*doc.blocks[:longest], shorter, *doc.blocks[longest + 1 :])), gone


def _rows(block: Block) -> tuple[object, ...]:
    match block:
        case Table(rows=rows):
            return rows
        case Bullets(items=items):
            return items
        case Panel(blocks=blocks):
            return blocks
        case Paragraph():
            return ()
