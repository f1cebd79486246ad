"""A generated world as one hash, for tests that compare worlds across processes."""

from __future__ import annotations

import hashlib

from connectors.sandbox.dump import dumped
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.world import World


def digest(world: World) -> str:
    """A hash over everything in the world: what people see, when it changed, and its past."""
    found = hashlib.sha256()
    for piece in dumped(world, times=True):
        found.update(piece)
    for issue in world.jira.issues.values():
        found.update(repr(history_of(issue)).encode())
    for piece in world.truth.written():
        found.update(piece)
    return found.hexdigest()
