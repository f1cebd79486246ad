"""Documents to JSON, for programs."""

from __future__ import annotations

import json
import sys
from typing import Any

from config.text.characters import escape_unseen
from config.text.redaction import redactor


def to_json(document: Any) -> str:
    """A JSON document without secrets. Programs get every other character as it is, what cannot be seen in escapes."""
    encoding = (sys.stdout.encoding or "").replace("-", "").casefold()
    text = json.dumps(redactor.value(document), ensure_ascii=encoding != "utf8", indent=2)
    return escape_unseen(text, _json_escape)


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
