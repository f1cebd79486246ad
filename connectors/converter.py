"""Values of builtin types into types of our own, with all that msgspec has to know of a type known beforehand."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Converter(Generic[T]):
    """`msgspec.convert` to one type. Made while a module is loaded, never in a function: see ADR 23."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        # Builds what msgspec knows of the type, and of all within it, and leaves it on their classes, where
        # `msgspec.convert` looks it up. Kept, so that it lives as long as this does.
        self._known = msgspec.json.Decoder(kind)

    def convert(self, value: object) -> T:
        """The value as one of the type. Raises msgspec.ValidationError when it is none."""
        return msgspec.convert(value, self._kind)
