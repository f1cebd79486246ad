"""For how long each key result takes work in, and whether it takes a share of it. Pure."""

from __future__ import annotations

from collections import defaultdict
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
    """Whether a cycle ended at most `policy.roll_over_days` ago and none that runs succeeds it.

    A successor has objectives, is of like length, and began after the middle of the ended one: the quarter of another
    team that began long before is none.
    """
    cycle = workspace.cycles[name]
    if not timedelta() < today - cycle.end <= timedelta(days=workspace.policy.roll_over_days):
        return False
    running = (one for one in _used(workspace) if phase_of(workspace.cycles[one], today) == "running")
    return not any(_succeeds(workspace.cycles[one], cycle) for one in running)


def rests_until(cycle: Cycle, workspace: Workspace) -> date:
    """The last day on which the marks of a cycle that has ended rest while it has no successor."""
    return cycle.end + timedelta(days=workspace.policy.roll_over_days)


def successor_to_come(name: str, workspace: Workspace, today: date) -> str | None:
    """The declared cycle with objectives, of like length, that begins next; None where none is declared."""
    coming = {
        other: workspace.cycles[other]
        for other in _used(workspace)
        if phase_of(workspace.cycles[other], today) == "planned"
        and _succeeds(workspace.cycles[other], workspace.cycles[name])
    }
    return min(coming, key=lambda other: (coming[other].start, other), default=None)


def successor_without_objectives(name: str, workspace: Workspace) -> str | None:
    """The first declared cycle that would succeed this one, had it objectives; None where there is none."""
    used, cycles = _used(workspace), workspace.cycles
    unused = (one for one in cycles if one not in used and _succeeds(cycles[one], cycles[name]))
    return min(unused, key=lambda one: (cycles[one].start, one), default=None)


def missing_successors(workspace: Workspace, today: date) -> tuple[str, ...]:
    """The cycles that wait for their successor to be declared, in declared order, each with objectives."""
    used = _used(workspace)
    return tuple(name for name in workspace.cycles if name in used and waits(name, workspace, today))


def _used(workspace: Workspace) -> Mapping[str, None]:
    """The cycles that have objectives."""
    return dict.fromkeys(objective.cycle for objective in workspace.objectives)


def _succeeds(later: Cycle, cycle: Cycle) -> bool:
    return later.start > cycle.start + (cycle.end - cycle.start) / 2 and _alike(cycle, later)


def _alike(one: Cycle, other: Cycle) -> bool:
    lengths = [(cycle.end - cycle.start).days + 1 for cycle in (one, other)]
    return max(lengths) <= LIKE_LENGTH * min(lengths)


def continuations(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """The key results that go on with one of an earlier cycle, and with those in turn, by its id, folded.

    That one may not be declared any more.
    """
    after: dict[str, list[str]] = defaultdict(list)
    for _, key_result in workspace.key_results():
        if key_result.continues is not None:
            after[key_result.continues.casefold()].append(key_result.id)
    found: dict[str, tuple[str, ...]] = {}
    for first in after:
        line: dict[str, None] = {}
        waiting = [first]
        while waiting:
            later = [one for one in after.get(waiting.pop(), ()) if one not in line]
            line |= dict.fromkeys(later)
            waiting += [one.casefold() for one in later]
        found[first] = tuple(line)
    return found
