"""Objectives: their key results and the objectives below them, rolled up. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from config.okrs import Objective
from config.workspace import Workspace
from connectors.model import Health
from sync.align.terms import phase_of
from sync.measure.key_result_health import spoilt
from sync.measure.reading import ObjectiveReading, Reading, health

ASPIRATION = 0.7
"""The grade at which an aspiration succeeds, as OKR literature has it (Doerr, "Measure What Matters", 2018)."""
_NOISE = 1e-9


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
    judged = _judged(objective, progress)
    falls = elapsed < 1 and (
        any(one.can_fall for one in own if one.counts and one.progress is not None)
        or any(one.can_fall for one in begun)
    )
    return ObjectiveReading(
        objective=objective.id,
        title=objective.title,
        cycle=objective.cycle,
        owner=objective.owner,
        progress=progress,
        expected=by_now,
        health=_objective_health(judged, by_now, own, workspace, can_fall=falls),
        readings=own,
        without_data=len(parts) - len(known),
        grade=None if progress is None or not objective.grading else grade_of(progress, objective.grading),
        grading=objective.grading or "",
        parent=objective.parent,
        closed=objective.closed if objective.closed and objective.closed <= today else None,
        begins=cycle.start,
        ends=cycle.end,
        phase=phase_of(cycle, today),
        not_begun=len(below) - len(begun),
        succeeds=None if judged is None or not objective.grading else judged >= 1,
        can_fall=falls,
        at_target=falls and judged is not None and judged >= 1,
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


def _judged(objective: Objective, progress: float | None) -> float | None:
    """The progress as it is judged, 0..1: that of an aspiration relative to what succeeds, and never rounded before."""
    if progress is None or objective.grading != "aspirational":
        return progress
    # A mean of floats misses 0.7 by its last digit.
    return 1.0 if progress >= ASPIRATION - _NOISE else progress / ASPIRATION


def grade_of(progress: float, grading: str) -> float:
    """The progress in tenths, rounded, but down where rounding would show a success, or a completion, that is none."""
    rounded = round(progress, 1)
    for mark in (1.0, ASPIRATION):
        is_judged = mark == 1.0 or grading == "aspirational"
        if is_judged and rounded == mark and progress < mark - _NOISE:
            return round(mark - 0.1, 1)
    return rounded


def _objective_health(
    judged: float | None, by_now: float, own: Sequence[Reading], workspace: Workspace, *, can_fall: bool
) -> Health:
    found = health(judged, by_now, workspace.policy.health, can_fall=can_fall)
    return spoilt(found, is_broken=any(not one.counts and one.health == "off_track" for one in own))
