"""The shape of JSON: which members there are and of what kind, whatever they hold; and where two shapes differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def skeleton(value: Any) -> Any:
    """Members with their shapes; a list by what its entries have in common or alone; else the name of the type.

    A document of rich text is one thing: what people wrote is no shape.
    """
    if isinstance(value, dict) and value.get("type") == "doc":
        return "document"
    if isinstance(value, dict):
        return {name: skeleton(inner) for name, inner in value.items()}
    if isinstance(value, list):
        shape: Any = None
        for entry in value:
            shape = _both(shape, skeleton(entry))
        return [] if shape is None else [shape]
    return "null" if value is None else type(value).__name__


def _both(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _both(one.get(name), other.get(name)) for name in {**one, **other}}
    return other if one in (None, "null", []) else one


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Where the two shapes differ. What is empty on one side says nothing of its shape."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted({**ours, **theirs}):
            if name in ours and name in theirs:
                yield from differences(ours[name], theirs[name], f"{path}.{name}")
            else:
                yield f"{path}.{name} {'ours' if name in ours else 'theirs'} only"
    elif isinstance(ours, list) and isinstance(theirs, list):
        if ours and theirs:
            yield from differences(ours[0], theirs[0], f"{path}[]")
    elif ours != theirs and "null" not in (ours, theirs):
        yield f"{path} {_kind(ours)} ours, {_kind(theirs)} theirs"


def _kind(shape: Any) -> str:
    return shape if isinstance(shape, str) else type(shape).__name__
