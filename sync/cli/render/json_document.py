"""Documents to JSON, for programs: in pieces, so that the first of a long one are read while the others are made."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from config.text.characters import escape_unseen
from config.text.redaction import redactor

_AT_ONCE = 200
"""Rows of a long list that make a piece."""

_DEPTH = 2
"""Levels down to which long lists are looked for: a plan has its changes there."""

_STEP = "  "


def to_json(document: Any) -> Iterator[str]:
    """A JSON document without secrets, as `json.dumps` with an indent of two lays it out, in pieces that together are whole.

    Programs get every other character as it is, what cannot be seen in escapes.
    """
    encoding = (sys.stdout.encoding or "").replace("-", "").casefold()
    yield from _pieces(document, encoding != "utf8", 0)


def _pieces(value: Any, ascii_alone: bool, depth: int) -> Iterator[str]:
    inner = "\n" + _STEP * (depth + 1)
    outer = "\n" + _STEP * depth
    if isinstance(value, dict) and value and depth < _DEPTH and _has_plain_keys(value):
        for at, (key, one) in enumerate(value.items()):
            yield f"{',' if at else '{'}{inner}{_text(key, ascii_alone)}: "
            yield from _pieces(one, ascii_alone, depth + 1)
        yield f"{outer}}}"
    elif isinstance(value, list | tuple) and len(value) > _AT_ONCE:
        for at in range(0, len(value), _AT_ONCE):
            # Without the brackets of the part: those are the list's.
            part = _text(value[at : at + _AT_ONCE], ascii_alone)[1:-2]
            yield ("," if at else "[") + part.replace("\n", outer)
        yield f"{outer}]"
    else:
        yield _text(value, ascii_alone).replace("\n", outer)


def _has_plain_keys(value: dict[Any, Any]) -> bool:
    """Whether its keys are texts that stay as they are."""
    return all(isinstance(key, str) and redactor.text(key) == key for key in value)


def _text(value: Any, ascii_alone: bool) -> str:
    """The value alone, laid out from the left margin."""
    dense = _dense(value, ascii_alone)
    if dense is not None:
        laid_out = msgspec.json.format(dense, indent=len(_STEP))
        return laid_out if dense.isascii() and dense.isprintable() else escape_unseen(laid_out, _json_escape)
    return escape_unseen(
        json.dumps(redactor.value(value), ensure_ascii=ascii_alone, indent=len(_STEP)), _json_escape
    )


def _dense(value: Any, ascii_alone: bool) -> str | None:
    """The value on one line where a look at the whole shows that it holds no secret; None where each text needs its own.

    A text without backslashes stands in the line as it is, so a secret in it would, too.
    """
    try:
        dense = json.dumps(value, ensure_ascii=ascii_alone, allow_nan=False)
        dense.encode()
    except (TypeError, ValueError):
        return None
    return dense if "\\" not in dense and redactor.are_clean((dense,)) else None


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
