"""A document in pieces is the document, to the byte, and holds no secret."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from config.text.characters import escape_unseen
from config.text.redaction import Redactor
from sync.cli.render import json_document
from sync.cli.render.json_document import to_json

SECRET = "s3cr3t-t0ken-of-a-test"
TEXTS = (
    "",
    "plain",
    "22 % to 35 %",
    'a "quoted" \\ one',
    "Ünï",
    "a\u202eb",
    "\u0007 bell",
    "x" * 50,
    "a, b: c",
    "[]",
)


def as_whole(document: Any, secrets: Redactor | None = None) -> str:
    """The document as it was made before it was made in pieces."""
    text = json.dumps((secrets or Redactor()).value(document), ensure_ascii=False, indent=2)
    return escape_unseen(text, json_document._json_escape)


def any_value(source: random.Random, depth: int = 0) -> Any:
    kind = source.randrange(9 if depth < 5 else 6)
    if kind < 6:
        numbers: tuple[Any, ...] = (0, -3, 1.5, 1e22, 1e-7, 10**20)
        return source.choice((*TEXTS, *numbers, None, True, float("inf")))
    if kind == 6:
        return tuple(any_value(source, depth + 1) for _ in range(source.randrange(4)))
    rows = source.choice((0, 2, 5, 450 if depth < 3 and source.random() < 0.2 else 3))
    if kind == 7:
        return [any_value(source, depth + 2) for _ in range(rows)]
    return {f"key {at}{source.choice(TEXTS)}": any_value(source, depth + 1) for at in range(rows % 7)}


@pytest.mark.parametrize("seed", range(30))
def test_the_pieces_are_the_document(seed: int) -> None:
    source = random.Random(seed)  # noqa: S311  a test
    document = {f"part {at}": any_value(source) for at in range(6)}
    assert "".join(to_json(document)) == as_whole(document)


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 400, 1001])
def test_a_long_list_comes_in_pieces_of_which_none_is_long(count: int) -> None:
    document = {"plan": {"changes": [{"id": at, "label": ["a", "b"]} for at in range(count)], "notes": []}}
    pieces = list(to_json(document))
    assert "".join(pieces) == as_whole(document)
    assert max(piece.count('"id"') for piece in pieces) <= 200


@pytest.mark.parametrize("wrapped", ["{}", 'so "{}"', "{}\n", "é{}", "100 % {}"])
def test_no_secret_is_in_any_piece(wrapped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = Redactor([SECRET])
    monkeypatch.setattr(json_document, "redactor", secrets)
    text = wrapped.format(SECRET)
    documents: tuple[Any, ...] = (
        {text: 1},
        {"a": {text: {}}},
        {"a": {"b": [text] * 500}},
        {"a": [{"b": text}]},
        [text],
    )
    for document in documents:
        told = "".join(to_json(document))
        assert SECRET not in told
        assert told == as_whole(document, secrets)
