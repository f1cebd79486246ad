"""What a sync came to, for whoever observes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.jobs.sync import Synced
from sync.observation import Unread
from sync.unchanged import Unchanged


@dataclass(slots=True)
class Ended:
    """What a sync came to, as far as it is known: nothing yet, or nothing at all where it failed."""

    done: Synced | Unchanged | None = None
    unread: Sequence[Unread] = ()
