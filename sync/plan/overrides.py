"""Overrides: which guards somebody who saw them trip tells a run to pass over. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.plan.guards import GuardViolation


@dataclass(frozen=True, slots=True)
class Overrides:
    """The first run, one plan by its digest, and trackers whose pull may have shrunk; by itself, none."""

    first_run: bool = False
    plan: str | None = None
    shrunken: frozenset[str] = frozenset()

    def covers(self, stop: GuardViolation) -> bool:
        """Whether this guard is overridden. A plan that differs by one change has another digest."""
        match stop.guard:
            case "first-run":
                return self.first_run
            case "shrunken-pull":
                return stop.subject in self.shrunken
            case _:
                return stop.subject == self.plan


NO_OVERRIDES = Overrides()
