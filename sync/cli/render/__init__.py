"""Sections to a terminal or to Markdown, documents to JSON. Text from outside is never read as markup."""

from __future__ import annotations

from sync.cli.render.json_document import to_json
from sync.cli.render.markdown import to_markdown
from sync.cli.render.terminal import Screen, screen_of, sentence_to_text, to_text

__all__ = ["Screen", "screen_of", "sentence_to_text", "to_json", "to_markdown", "to_text"]
