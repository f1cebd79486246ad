"""What we write before readers that others made: Atlassian's validator of ADF, and two readers of Markdown for Linear."""

from __future__ import annotations

import functools
import html
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest

from connectors.text.document import Doc, Table, to_adf, to_markdown
from tests.support.clients import node
from tests.support.rich_text import HREF, TITLES, everywhere, links_in, odd_titles, words_meant
from tests.support.ticket_comments import status_updates, ticket_comments

BROKEN = [
    {"type": "doc", "version": 1, "content": [{"type": "heading2", "content": []}]},
    {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": ""}]}]},
    {"type": "doc", "version": 1, "content": [{"type": "panel", "attrs": {"panelType": "info"}, "content": [
        {"type": "table", "content": [{"type": "tableRow", "content": [{"type": "tableCell", "content": [
            {"type": "paragraph", "content": []}]}]}]}]}]},
    {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [
        {"type": "text", "text": "x", "marks": [{"type": "code"}, {"type": "strong"}]}]}]},
]  # fmt: skip
"""Else a validator that takes everything would go unnoticed."""


@functools.cache
def documents() -> tuple[Doc, ...]:
    return (
        *(everywhere(title) for title in [*TITLES, *odd_titles(500)]),
        *ticket_comments(),
        *status_updates(),
    )


def asked(script: str, inputs: list[Any]) -> list[Any]:
    """The script's answer to each input, all in one process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "inputs.json")
        path.write_text(json.dumps(inputs), encoding="utf-8")
        found: list[Any] = json.loads(node.run(script, str(path)))
    assert len(found) == len(inputs)
    return found


def test_every_document_is_valid_adf_to_atlassian() -> None:
    verdicts = asked("adf.mjs", [*map(to_adf, documents()), *BROKEN])
    assert len(documents()) > 1_000
    assert [one for one in verdicts[: len(documents())] if one is not None] == []
    assert None not in verdicts[len(documents()) :]


@pytest.fixture(scope="module")
def shown() -> list[dict[str, Any]]:
    """What both readers of Markdown make of each document."""
    return asked("markdown.mjs", [to_markdown(one) for one in documents()])


def test_markdown_it_shows_what_was_meant(shown: list[dict[str, Any]]) -> None:
    for doc, one in zip(documents(), shown, strict=True):
        text = html.unescape(re.sub(r"</?(\w+)[^>]*>", "", one["html"]))
        assert "".join(text.replace("·", "").split()) == words_meant(doc)
        assert set(re.findall(r"<(\w+)", one["html"])) <= _TAGS
        assert set(re.findall(r'(?:href|src)="([^"]*)"', one["html"])) <= {HREF}


_TAGS = {
    "p", "blockquote", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "em", "strong", "code",
}  # fmt: skip


def test_prosemirror_shows_what_was_meant(shown: list[dict[str, Any]]) -> None:
    # Its default parser knows no tables; those of Linear's editor are an extension.
    pairs = [
        (doc, one["document"])
        for doc, one in zip(documents(), shown, strict=True)
        if not any(isinstance(block, Table) for block in doc.blocks)
    ]
    assert len(pairs) > 200
    for doc, document in pairs:
        assert "".join(_text(document).replace("·", "").split()) == words_meant(doc)
        assert links_in(document) <= {HREF}


def _text(node: dict[str, Any]) -> str:
    inner = node.get("text") or "".join(map(_text, node.get("content", [])))
    return inner if inner or node["type"] in ("doc", "paragraph") else f"<{node['type']}>"
