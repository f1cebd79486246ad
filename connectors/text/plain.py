"""A document as lines of plain text, for terminals and reports. Pure."""

from __future__ import annotations

from connectors.text.document import Bar, Block, Bullets, Doc, Inline, Line, Panel, Paragraph, Table, Text


def plain_lines(doc: Doc) -> list[str]:
    """The document line by line, links with their addresses; whoever prints it cleans and escapes it."""
    return [row for block in doc.blocks for row in _lines(block)]


def _lines(block: Block) -> list[str]:
    match block:
        case Paragraph(line=parts):
            return [_line(parts)]
        case Bullets(items=items):
            return [f"- {_line(item)}" for item in items]
        case Panel(blocks=blocks):
            return [row for inner in blocks for row in _lines(inner)]
        case Table(rows=rows):
            return [": ".join(_line(cell) for cell in row) for row in rows]


def _line(parts: Line) -> str:
    return "".join(map(_inline, parts))


def _inline(part: Inline) -> str:
    if isinstance(part, Bar):
        return str(part)
    if isinstance(part, Text) and part.href:
        return f"{part.text} ({part.href})"
    return part.text
