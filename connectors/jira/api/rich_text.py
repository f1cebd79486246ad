"""Paragraph fields of the Cloud: rich text as ADF, of which we read the words and write one plain paragraph. Pure."""

from __future__ import annotations

from typing import Any

_MOST_NODES = 10_000
_LINES = ("paragraph", "heading", "listItem", "tableCell", "tableHeader", "codeBlock", "hardBreak")
"""Nodes that end a line."""


def is_rich_text(value: object) -> bool:
    """Whether a field's value is an ADF document."""
    return isinstance(value, dict) and value.get("type") == "doc"


def lines_of(document: dict[str, Any]) -> list[str]:
    """The texts of a document, line by line, without empty ones. Depth and size are another's choice."""
    lines = [""]
    stack: list[Any] = [document]
    for _ in range(_MOST_NODES):
        if not stack:
            break
        node = stack.pop()
        if node is None:
            lines.append("")
        elif isinstance(node, dict):
            if isinstance(text := node.get("text"), str):
                lines[-1] += text
            if node.get("type") in _LINES:
                stack.append(None)
            content = node.get("content")
            stack += reversed(content) if isinstance(content, list) else ()
    return [line.strip() for line in lines if line.strip()]


def paragraph(text: str) -> dict[str, Any]:
    """A document of one paragraph with this text, which is not empty."""
    content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]
    return {"type": "doc", "version": 1, "content": content}
