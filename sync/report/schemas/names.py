"""Which documents have a published schema, and in which version. Pure, and light: every command that prints one loads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Document = Literal["status", "orphans", "signals", "explain", "review", "digest", "report"]
DOCUMENTS: tuple[Document, ...] = get_args(Document)

_VERSIONS: Mapping[Document, int] = {
    "status": 1,
    "orphans": 1,
    "signals": 1,
    "explain": 1,
    "review": 1,
    "digest": 1,
    "report": 1,
}
"""A version grows when a key goes or means something else, or takes a kind of value that it never took. New keys, and new words
where the schema lists none, keep it: programs pass over what they do not know."""


def schema_name(document: Document) -> str:
    """What stands under `schema` in a document, such as "truenorth/status/1"."""
    return f"truenorth/{document}/{_VERSIONS[document]}"
