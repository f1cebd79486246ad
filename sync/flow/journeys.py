"""The way of each piece of work through the stages of its value stream. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.model import Category, Ref, WorkItem


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a value stream, at its `place` in the order in which work walks, 0 the first.

    - `category`: of its statuses; "done" for the last. Work that was dropped is in none.
    - `waiting`: whether work only waits there; None where nobody declared it.
    """

    name: str
    place: int
    category: Category
    waiting: bool | None = None


@dataclass(frozen=True, slots=True)
class ValueStream:
    """The stages through which the work of a tracker or a team walks; `name` "" is the one of all others.

    `declared`: whether people declared the stages, or they are derived from the histories.
    """

    name: str
    stages: tuple[Stage, ...]
    declared: bool

    @property
    def knows_waiting(self) -> bool:
        """Whether any stage is declared as waiting; without one, efficiency is not known (and never 100 %)."""
        return any(stage.waiting for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Visit:
    """A time that an item spent in a stage, in one `status` or several in a row. Times are aware, in UTC.

    - `stage`: None where the history does not tell which, or the work was dropped.
    - `end`: None while it goes on.
    """

    stage: Stage | None
    status: str
    begin: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """An item's visits from its creation on, without a gap, oldest first. There is at least one."""

    item: WorkItem
    stream: ValueStream
    visits: tuple[Visit, ...]

    def at(self, moment: datetime) -> Visit | None:
        """Where it was at a moment; None before it was there."""
        place = bisect_right(self.visits, moment, key=lambda visit: visit.begin)
        return self.visits[place - 1] if place else None


Journeys = Mapping[Ref, Journey]
"""Those whose history is known, and nothing of the others."""
