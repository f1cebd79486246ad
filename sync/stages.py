"""How long each stage of a run takes, by the clock on the wall."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

Stage = Literal["read", "decide", "write", "remember", "workers"]
"""`workers`: all of a distributed sync, whose stages run on other machines."""


class Stages:
    """Seconds by stage; one that is entered again adds up. For one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = {}

    @property
    def seconds(self) -> Mapping[str, float]:
        """By stage, in the order in which they were entered first."""
        return dict(self._seconds)

    @contextmanager
    def during(self, stage: Stage) -> Iterator[None]:
        """The block belongs to that stage, however it ends."""
        began = self._clock()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + self._clock() - began
