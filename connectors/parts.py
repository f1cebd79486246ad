"""Reading a tracker in parts, a project or a team each, on as many machines as there are; and the whole of them, made by one.

A part holds what the tracker answered, not items: what an item is can hang on the whole (which of two fields holds points,
which types stand above epics, which labels of ours people renamed). So the reading that makes items is the same for one
process and for many, and gets its answers from parts in place of the network. What no part holds it asks for itself: a part
saves requests, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from connectors.base import Progress


@dataclass(frozen=True, slots=True)
class Part:
    """What was read of one project or team.

    - `body`: for `serve`, opaque to all but the connector.
    - `items`: how many are in it; `categories`: how many of each category of work, which add up over parts.
    - `requests`: what it cost.
    """

    body: bytes
    items: int
    requests: int = 0
    categories: Mapping[str, int] = field(default_factory=dict)


@runtime_checkable
class ReadsParts(Protocol):
    """Can be read in parts. The connector of a part is narrowed to one entry of the declared scope."""

    def read_part(
        self,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,
        commented_ids: Collection[str] = (),
    ) -> Part:
        """Read what is in scope, without what stands above it; the arguments are those of `Connector.pull`, which raises alike."""
        ...

    def serve(self, parts: Collection[bytes]) -> None:
        """Let the next `pull` take what these parts hold from them. Raises ValueError for what is no part."""
        ...

    def learned(self) -> bytes:
        """What the last `pull` learned that writing needs, for a connector elsewhere."""
        ...

    def learn(self, learned: bytes) -> None:
        """Know what another connector's `pull` learned, and be ready to write. Raises as `pull` does."""
        ...
