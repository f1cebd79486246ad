"""What one of our documents costs by Linear's documented rule, computed before it is sent. Pure.

A scalar is 0.1, an object 1, a connection 1 and its children times `first` or `last`, or times 50 without either. What Linear
bills is often less; the cap goes by the rule. Source: contracts/linear.md, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

CAP = 10_000
"""Points of the largest document that is answered, whoever asks."""

POINTS = "complexity points"
"""What people call them, and the throttle."""

_SCALAR, _OBJECT, _UNBOUNDED = 0.1, 1.0, 50
_TOKENS = re.compile(r'\.\.\.|"[^"]*"|\$?\w+|[{}()\[\]:!=]')


def points(document: str, variables: Mapping[str, Any]) -> float:
    """Points of a document of ours with these variables."""
    sizes = tuple((name, value) for name, value in variables.items() if type(value) is int)
    return _points(document, tuple(sorted(sizes)))


@lru_cache(maxsize=256)
def _points(document: str, sizes: tuple[tuple[str, int], ...]) -> float:
    tokens = iter(_TOKENS.findall(document))
    depth = 0
    for word in tokens:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "{" and depth == 0:
            return _selected(tokens, dict(sizes))[0]
    return 0.0


def _selected(tokens: Iterator[str], sizes: Mapping[str, int]) -> tuple[float, bool]:
    """Points of a selection up to its closing brace, and whether it is one of a connection."""
    total, is_list, size, open_field = 0.0, False, _UNBOUNDED, False
    for word in tokens:
        if word == "}":
            break
        if word == "{":
            inner, inner_list = _selected(tokens, sizes)
            # What was taken for a scalar when its name came has fields.
            total += (inner * size if inner_list else inner) + (_OBJECT - _SCALAR if open_field else 0.0)
            size, open_field = _UNBOUNDED, False
        elif word == "(":
            size = _size(tokens, sizes)
        elif word == ":":
            total -= _SCALAR  # an alias
        elif word == "...":
            next(tokens)  # on
            next(tokens)  # the type
            open_field = False
        else:
            is_list = is_list or word in ("nodes", "edges")
            total, size, open_field = total + _SCALAR, _UNBOUNDED, True
    return total, is_list


def _size(tokens: Iterator[str], sizes: Mapping[str, int]) -> int:
    """What `first` or `last` is among the arguments that end here; other arguments may nest."""
    depth, size, name = 1, _UNBOUNDED, ""
    for word in tokens:
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(word, 0)
        if depth == 0:
            break
        if word == ":":
            continue
        if depth == 1 and name in ("first", "last"):
            size = sizes.get(word[1:], _UNBOUNDED) if word.startswith("$") else int(word)
        name = word
    return size
