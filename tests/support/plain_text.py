"""What a document says, for tests of its words."""

from __future__ import annotations

from connectors.text.document import Bar, Block, Bullets, Doc, Line, Panel, Paragraph, Table


def to_plain(doc: Doc) -> str:
    """The document as plain text."""
    return "\n".join(_plain_block(block) for block in doc.blocks)


def _plain_block(block: Block) -> str:
    match block:
        case Paragraph(line=parts):
            return _plain_line(parts)
        case Bullets(items=items):
            return "\n".join(f"- {_plain_line(item)}" for item in items)
        case Panel(blocks=blocks):
            return "\n".join(_plain_block(inner) for inner in blocks)
        case Table(header=header, rows=rows):
            cells = [list(header), *([_plain_line(cell) for cell in row] for row in rows)]
            return "\n".join(" | ".join(row) for row in cells)


def _plain_line(parts: Line) -> str:
    return "".join(str(part) if isinstance(part, Bar) else part.text for part in parts)
