"""Objectives: their key results and the objectives below them, rolled up. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from config.okrs import Objective
from config.workspace import Workspace
from connectors.model import Health
from sync.align.terms import phase_of
from sync.measure.reading import ObjectiveReading, Reading, health

ASPIRATION = 0.7
"""The grade at which an aspiration succeeds, as OKR literature has it (Doerr, "Measure What Matters", 2018)."""


def roll_up(
    objective: Objective,
    readings: Mapping[str, Reading],
    below: Sequence[ObjectiveReading],
    workspace: Workspace,
    now: datetime,
) -> ObjectiveReading:
    """The objective by its own `readings` and those of the objectives `below`, as declared.

    Of those below, one whose cycle has not begun is left out; one whose cycle has ended stands as it ended.
    """
    own = tuple(readings[key_result.id] for key_result in objective.key_results)
    weights = {key_result.id: key_result.weight for key_result in objective.key_results}
    others = {one.id: one.weight for one in workspace.objectives}
    parts = [
        (reading.progress, weights[reading.key_result], reading.expected) for reading in own if reading.counts
    ]
    begun = [one for one in below if one.phase != "planned"]
    parts += [(one.progress, others[one.objective], one.expected) for one in begun]
    known = [(part, weight) for part, weight, _ in parts if part is not None]
    today = now.astimezone(workspace.zone).date()
    cycle = workspace.cycles[objective.cycle]
    elapsed = cycle.elapsed(now, workspace.zone)
    total = math.fsum(weight for _, weight, _ in parts)
    by_now = math.fsum(share * weight for _, weight, share in parts) / total if parts else elapsed
    progress = _combined(known, objective)
    grade = round(progress, 1) if objective.grading and progress is not None else None
    if grade == 1.0 and progress is not None and progress < 1:
        grade = 0.9
    return ObjectiveReading(
        objective=objective.id,
        title=objective.title,
        cycle=objective.cycle,
        owner=objective.owner,
        progress=progress,
        expected=by_now,
        health=_objective_health(objective, progress, by_now, own, workspace),
        readings=own,
        without_data=len(parts) - len(known),
        grade=grade,
        grading=objective.grading or "",
        parent=objective.parent,
        closed=objective.closed if objective.closed and objective.closed <= today else None,
        begins=cycle.start,
        ends=cycle.end,
        phase=phase_of(cycle, today),
        not_begun=len(below) - len(begun),
    )


def _combined(known: Sequence[tuple[float, float]], objective: Objective) -> float | None:
    if not known:
        return None
    if all(part >= 1 for part, _ in known):
        return 1.0
    if objective.roll_up == "minimum":
        return min(part for part, _ in known)
    total = math.fsum(weight for _, weight in known)
    return min(1.0, math.fsum(part * weight for part, weight in known) / total)


def _objective_health(
    objective: Objective, progress: float | None, by_now: float, own: Sequence[Reading], workspace: Workspace
) -> Health:
    judged = progress
    if objective.grading == "aspirational" and progress is not None:
        # An aspiration that reaches 0.7 has succeeded, so it is held to that.
        judged = min(1.0, progress / ASPIRATION)
    found = health(judged, by_now, workspace.policy.health)
    broken = any(not one.counts and one.health == "off_track" for one in own)
    return "at_risk" if broken and found in ("on_track", "done", "no_data") else found
