"""Commands as a user types them: what came of one, and what it asked of the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # processes that only type commands do not wait for a server's imports
    from connectors.sandbox.server import Sandbox

AS_OF = ("--as-of", "2026-11-16T09:00Z")
"""The moment that the worlds of the sandbox are made for."""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """What was printed in one line, wherever its lines broke."""
        return " ".join(self.out.split())


Cli = Callable[..., Ran]


def writes(sandbox: Sandbox) -> list[str]:
    """Requests that could have written something."""
    return [
        f"{one.method} {one.path}"
        for one in sandbox.requests
        if one.method in ("PUT", "DELETE")
        or (one.method == "POST" and one.path.endswith(("/comment", "/remotelink")))
    ]
