"""The bottleneck: the stage whose queue is the longest against its own history. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sync.flow.journeys import Stage
from sync.measure.flow import ranked

USUAL = 85
"""The percentile of its own history that a queue has to exceed."""
LEAST_WEEKS = 8
"""Weeks at whose end work stood somewhere; fewer are no history."""
LEAST_QUEUE = 2
"""Items; one alone is no queue."""


@dataclass(frozen=True, slots=True)
class Queue:
    """How many items stand in a stage now, and stood there at the end of each week, oldest first."""

    stage: Stage
    now: int
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The bottleneck, if there is one.

    - `stage`: None where there is none; `known`: False where there is too little history to tell.
    - `queue`: how many stand there now; `usual`: the median of its weeks; `limit`: their 85th percentile.
    """

    stage: Stage | None = None
    known: bool = True
    queue: int = 0
    usual: int = 0
    limit: int = 0


def bottleneck(queues: Iterable[Queue]) -> Bottleneck:
    """Of the stages in progress, the one whose queue now is the most times its own median (of at least one item).

    It is one only where the queue has two items or more and is longer than at 85 of 100 ends of its weeks (nearest rank). Of
    several that are as many times as long, the longest, then the one nearest to done.
    """
    some = [one for one in queues if one.stage.category == "doing"]
    if sum(map(any, zip(*(one.weeks for one in some), strict=True))) < LEAST_WEEKS:
        return Bottleneck(known=False)
    found = []
    for one in some:
        ordered = sorted(one.weeks)
        usual, limit = int(ranked(ordered, 50)), int(ranked(ordered, USUAL))
        if one.now >= LEAST_QUEUE and one.now > limit:
            found.append(
                (
                    one.now / max(1, usual),
                    one.now,
                    one.stage.place,
                    Bottleneck(one.stage, True, one.now, usual, limit),
                )
            )
    return max(found, key=lambda one: one[:3])[-1] if found else Bottleneck()
