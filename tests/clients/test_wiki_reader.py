"""Atlassian's own reader of wiki markup, npm `@atlaskit/editor-wikimarkup-transformer`, before what we write on Data Center."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connectors.sandbox.jira.wiki import from_wiki
from connectors.text.wiki import to_wiki
from tests.support.clients import node
from tests.support.rich_text import (
    HREF,
    TITLES,
    everywhere,
    links_in,
    nodes,
    odd_titles,
    words_meant,
    words_read,
)
from tests.support.ticket_comments import ticket_comments

HARMLESS = {
    "doc", "paragraph", "text", "panel", "bulletList", "listItem", "table", "tableRow", "tableHeader", "tableCell",
}  # fmt: skip


def read(texts: list[str], folder: Path) -> list[dict[str, Any]]:
    """What Atlassian's reader makes of each text, all in one process."""
    asked = folder / "markup.json"
    asked.write_text(json.dumps(texts), encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(node.run("wiki.mjs", str(asked)))
    assert len(found) == len(texts)
    return found


def test_it_reads_our_documents_as_they_were_meant(tmp_path: Path) -> None:
    docs = [everywhere(title) for title in [*TITLES, *odd_titles(1_500)]] + ticket_comments()
    for doc, document in zip(docs, read([to_wiki(one) for one in docs], tmp_path), strict=True):
        assert words_read(document) == words_meant(doc)
        assert links_in(document) <= {HREF}
        assert {one["type"] for one in nodes(document)} <= HARMLESS


ALIVE = [
    "R\\&D", "C:\\\\temp", "|a\\|b|", ":)", "see (y)", "https://x.example/a\\_b", "*a \\*b\\* c*", "[*a*|https://x.example]",
    "*[a \\*b\\*|https://x.example]*", "{{a\\*b}}", "a\\\\*b*", "mailto:a\\@b.example", "h1. a", "bq. a", "a -- b", "é*b*",
    "{*}a{*}b", "x {color:red}a{color}", "^a^ ~b~ +c+ -d-", "[~ann]", "\\[~ann\\]", "\\{code}", "a\\-b", "\\\\\\*a",
    "[|https://x.example]", "[t|https://x.example|tip]", "[a!b|c!d|https://x.example]", "[t|file:///c:/x]", "[t|news://x.example]",
    "[mailto:a@b.example]", "[Mail|mailto:a@b.example]", "|[t|https://x.example]|b|", "[t|#top]", "[t|name@site]", "[]",
]  # fmt: skip
"""Markup that was taken for literal text, and some that is literal."""


def test_the_sandbox_reads_it_alike(tmp_path: Path) -> None:
    for text, document in zip(ALIVE, read(ALIVE, tmp_path), strict=True):
        assert _seen(from_wiki(text)) == _seen(document), text


def _seen(document: dict[str, Any]) -> list[Any]:
    """The runs of text with their marks, and all other leaves by their kind."""
    return [
        (one.get("text", one["type"]), sorted(mark["type"] for mark in one.get("marks", [])))
        for one in nodes(document)
        if "content" not in one and one["type"] not in ("paragraph", "doc")
    ]
