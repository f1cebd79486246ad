"""How many requests to one site with one credential may be under way at once, and fewer for a minute after a 429.

ADR 49 says why the numbers are what they are.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["read", "write"]

READS = 16
"""Reads in flight where nothing else is declared."""

WRITES = 8
"""Writes in flight where nothing else is declared."""

HALVED_FOR = 60.0
"""Seconds after a 429 in which only half as many are let through."""

_LOOK = 0.5
"""Seconds between two looks, while waiting for room, at the time and at whether the run is to end."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a request holds while it is under way: its kind, and how many moments of refusal came before it was sent."""

    kind: Kind
    refusals: int


class InFlight:
    """Room for reads and writes; safe to use from several threads.

    After a 429 half as many of either kind are let through, one at least, for `HALVED_FOR` seconds; after a 429 to a request
    that was sent since, half of that. Several of one moment, to requests that were under way together, halve once.
    `clock` is there for tests.
    """

    def __init__(
        self, reads: int = READS, writes: int = WRITES, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most: dict[Kind, int] = {"read": reads, "write": writes}
        self._taken: dict[Kind, int] = {"read": 0, "write": 0}
        self._clock = clock
        self._changed = threading.Condition()
        self._refusals = self._halvings = 0
        self._until = 0.0

    @property
    def reads(self) -> int:
        """Reads that are let through at once while nothing is refused: as many threads are of use."""
        return self._most["read"]

    @property
    def writes(self) -> int:
        """The same for writes."""
        return self._most["write"]

    def lower(self, reads: int, writes: int) -> None:
        """Let through no more than this: another tracker shares the site and the credential."""
        with self._changed:
            self._most = {"read": min(self.reads, reads), "write": min(self.writes, writes)}

    def limit(self, kind: Kind) -> int:
        """How many of the kind are let through at once now."""
        with self._changed:
            return self._limit(kind)

    def _limit(self, kind: Kind) -> int:
        if self._halvings and self._clock() >= self._until:
            self._halvings = 0
        return max(1, self._most[kind] >> self._halvings)

    def enter(self, kind: Kind, goes_on: Callable[[], bool] = lambda: True) -> Room:
        """Wait until there is room, or until `goes_on` says that nobody is to wait; `leave` must follow. Raises what it raises."""
        with self._changed:
            while self._taken[kind] >= self._limit(kind) and goes_on():
                self._changed.wait(_LOOK)
            self._taken[kind] += 1
            return Room(kind, self._refusals)

    def leave(self, room: Room) -> None:
        """The request came to an end."""
        with self._changed:
            self._taken[room.kind] -= 1
            self._changed.notify_all()

    def refused(self, room: Room) -> bool:
        """The request was answered with 429; whether that is news, and so what is in flight was halved."""
        with self._changed:
            self._limit(room.kind)
            self._until = self._clock() + HALVED_FOR
            if room.refusals != self._refusals:
                return False
            self._refusals += 1
            self._halvings += 1
            return True
