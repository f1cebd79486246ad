"""A document that we send to Linear, and what comes back to it. Each is valid against its schema and far below its complexity cap.

Linear refuses a query above 10,000 points: a scalar is 0.1, an object 1, and a connection multiplies what
is in it by `first`. Lists are therefore lean, nested connections bounded, and each nested one tells
whether it has more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Raw
from msgspec.json import Decoder

from connectors.linear.api import wire
from connectors.set_aside import Reply, sift, whole_or_sifted

T = TypeVar("T")
N = TypeVar("N")

MORE = "pageInfo { hasNextPage endCursor }"
"""What every list says of what is behind its page."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """A document and the decoder of its reply. `page` is the size of the pages it was made for.

    All our writes are safe to repeat: a label that is there already is found again by its name.
    """

    document: str
    reply: Reply[T]
    page: int = 250


_NODES = Decoder(dict[str, wire.Connection[Raw]])


@dataclass(frozen=True, slots=True)
class Sifted(Generic[T, N]):
    """Decodes a reply of one list, `whole`, or node by node, setting those aside that do not decode; `of` puts the list in."""

    whole: Decoder[T]
    node: Decoder[N]
    of: Callable[[wire.Connection[N]], T]

    def decode(self, body: Any, /) -> T:
        """The reply."""
        return whole_or_sifted(lambda: self.whole.decode(body), lambda: self._sifted(body))

    def _sifted(self, body: Any) -> T:
        (raw,) = _NODES.decode(body).values()
        nodes, aside = sift(raw.nodes, self.node)
        return self.of(wire.Connection(nodes, raw.page_info, aside))
