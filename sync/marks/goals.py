"""What a key result is declared to reach: as a value, and in signs that need no language. Pure.

Only what people declare is in a goal, nothing that moves with work: whatever changes in it is news at once.
"""

from __future__ import annotations

from config.measures import FlowMeasure, KeepMeasure, MetricMeasure, QueryMeasure, WorkMeasure
from config.okrs import KeyResult, Objective
from config.text.texts import ENGLISH_TEXTS, Texts
from sync.marks.details import Goal, GoalKind
from sync.marks.messages import figure

MOST_SHORT = 40
"""Characters of a goal on a link, which is one line beside a title."""

MOST_UNIT = 80
"""Characters of a unit in a comment."""

_OF_PEOPLE = ("metric", "keep", "binary")
"""Kinds of measure whose unit is only ever declared."""

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


def is_short(goal: Goal) -> bool:
    """Whether there is a goal in signs, and it has room on a link. Identities hold this, so it goes by a notation that no
    language and no release changes."""
    span = _span(goal)
    return bool(span) and len(f"{span} {goal.unit}".strip()) <= MOST_SHORT


def short_goal(goal: Goal, texts: Texts = ENGLISH_TEXTS) -> str:
    """Such as "22 → 35 %", "≤ 250 ms" or "10 – 20 %", as the language writes it; "" where there is none that is short."""
    if not is_short(goal):
        return ""
    figures = texts.figures

    def with_unit(value: float) -> str:
        return unit_words(goal.unit, goal.kind, value, texts)

    if goal.low is not None and goal.high is not None:
        return " – ".join(figures.ratio(goal.low, goal.high, with_unit(goal.high)))
    if goal.high is not None:
        return f"≤ {figures.number(goal.high, with_unit(goal.high))}"
    if goal.low is not None:
        return f"≥ {figures.number(goal.low, with_unit(goal.low))}"
    target = goal.target or 0
    if goal.start is None:
        return figures.number(target, with_unit(target))
    return " → ".join(figures.ratio(goal.start, target, with_unit(target)))


def unit_words(unit: str, kind: GoalKind, count: float, texts: Texts) -> str:
    """The unit in the language, in the plural that the count takes, where it is one of ours. What people declare as the
    unit of their own values stays as they wrote it."""
    is_ours = kind not in _OF_PEOPLE and f"unit.{unit}.other" in texts
    return texts.plural(f"unit.{unit}", count) if is_ours else unit


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
