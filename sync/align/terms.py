"""For how long each key result takes work in, and whether it takes a share of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from config.measures import MilestonesMeasure, WorkMeasure
from config.okrs import Cycle
from config.workspace import Workspace

Phase = Literal["planned", "running", "ended"]
LIKE_LENGTH = 1.5
"""Two cycles are of like length while the longer one is at most this many times as long: a quarter of 13 weeks and one of
92 days are, a quarter and a half-year are not."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a key result takes of work.

    - `cycle`: the name of its cycle, `end` the last day of it, `phase` where that is today.
    - `closed`: the day on which it was closed, by itself or with its objective; None while it is open.
    - `weighs`: whether it is made of work and so splits items with others; what only watches work takes nothing.
    - `rests`: whether the marks that it left stay as they are: it is closed, or its cycle has just ended and no running
      one of like length follows.
    """

    cycle: str
    end: date
    phase: Phase
    closed: date | None
    weighs: bool
    rests: bool

    def takes(self, day: date, *, is_open: bool) -> bool:
        """Whether it was not closed before the work ended, on `day`; what is open has not ended."""
        return self.closed is None or (not is_open and day <= self.closed)


def terms(workspace: Workspace, today: date | None) -> dict[str, Term]:
    """The terms by key result id. `today` None: every cycle runs and nothing is closed."""
    phases = {name: phase_of(cycle, today) for name, cycle in workspace.cycles.items()}
    waiting = {name for name in workspace.cycles if today is not None and waits(name, workspace, today)}
    found = {}
    for objective, key_result in workspace.key_results():
        cycle = workspace.cycles[objective.cycle]
        days = [day for day in (key_result.closed, objective.closed) if day and today and day <= today]
        closed = min(days, default=None)
        phase = phases[objective.cycle]
        found[key_result.id] = Term(
            cycle=objective.cycle,
            end=cycle.end,
            phase=phase,
            closed=closed,
            weighs=isinstance(key_result.measure, WorkMeasure | MilestonesMeasure),
            rests=phase == "running" or (phase == "ended" and objective.cycle in waiting),
        )
    return found


def phase_of(cycle: Cycle, today: date | None) -> Phase:
    """Where a cycle is on a day; None: running."""
    if today is None or cycle.start <= today <= cycle.end:
        return "running"
    return "planned" if today < cycle.start else "ended"


def waits(name: str, workspace: Workspace, today: date) -> bool:
    """Whether a cycle ended at most `policy.roll_over_days` ago and no running one of like length is declared."""
    cycle = workspace.cycles[name]
    if not timedelta() < today - cycle.end <= timedelta(days=workspace.policy.roll_over_days):
        return False
    running = (one for one in workspace.cycles.values() if phase_of(one, today) == "running")
    return not any(_alike(cycle, one) for one in running)


def missing_successors(workspace: Workspace, today: date) -> tuple[str, ...]:
    """The cycles that wait for their successor to be declared, in declared order, each with objectives."""
    used: Mapping[str, None] = dict.fromkeys(objective.cycle for objective in workspace.objectives)
    return tuple(name for name in workspace.cycles if name in used and waits(name, workspace, today))


def _alike(one: Cycle, other: Cycle) -> bool:
    lengths = [(cycle.end - cycle.start).days + 1 for cycle in (one, other)]
    return max(lengths) <= LIKE_LENGTH * min(lengths)
