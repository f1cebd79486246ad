"""What a key result is declared to reach: as a value, and in signs that need no language. Pure.

Only what people declare is in a goal, nothing that moves with work: whatever changes in it is news at once.
"""

from __future__ import annotations

from config.measures import FlowMeasure, KeepMeasure, MetricMeasure, QueryMeasure, WorkMeasure
from config.okrs import KeyResult, Objective
from sync.marks.details import Goal
from sync.marks.messages import figure

MOST_SHORT = 40
"""Characters of a goal on a link, which is one line beside a title."""

MOST_UNIT = 80
"""Characters of a unit in a comment."""

MOST_OWNER = 120
"""Characters of an owner in a comment."""


def owner_of(key_result: KeyResult, objective: Objective) -> str:
    """Who owns a key result: declared there, or with its objective; "" is nobody."""
    return " ".join((key_result.owner or objective.owner or "").split())[:MOST_OWNER]


def goal_of(key_result: KeyResult, unit: str, due: str) -> Goal:
    """The goal of a key result whose values have this unit, by the last day of its cycle."""
    how = key_result.measure
    unit = " ".join(unit.split())[:MOST_UNIT]
    match how:
        case MetricMeasure() | QueryMeasure() | FlowMeasure():
            return Goal(how.kind, due, start=how.start, target=how.target, unit=unit)
        case KeepMeasure():
            return Goal(how.kind, due, low=how.above, high=how.below, unit=unit)
        case WorkMeasure():
            return Goal(how.kind, due, target=how.target, unit=unit)
        case _:
            return Goal(how.kind, due)


def short_goal(goal: Goal) -> str:
    """Such as "22 → 35 %", "≤ 250 ms" or "10 – 20 %"; "" where there is none, or none that is short."""
    words = f"{_span(goal)} {goal.unit}".strip() if _span(goal) else ""
    return words if len(words) <= MOST_SHORT else ""


def _span(goal: Goal) -> str:
    if goal.low is not None and goal.high is not None:
        return f"{figure(goal.low)} – {figure(goal.high)}"
    if goal.high is not None:
        return f"≤ {figure(goal.high)}"
    if goal.low is not None:
        return f"≥ {figure(goal.low)}"
    if goal.target is None:
        return ""
    return figure(goal.target) if goal.start is None else f"{figure(goal.start)} → {figure(goal.target)}"


def goal_line(goal: Goal) -> str:
    """The whole goal in a line, to be compared: such as "22 → 35 % by 2026-12-31 (metric)"."""
    return f"{_span(goal)} {goal.unit} by {goal.due} ({goal.kind})".strip()
