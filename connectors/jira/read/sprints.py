"""Sprints of an issue: what they are called, and whether one of them is active.

The Cloud gives objects, Data Center the text that Java prints of them:
`com.atlassian.greenhopper.service.sprint.Sprint@5de0530[id=31,…,state=ACTIVE,name=Growth 31,…]`. Names and goals are people's
words, in which commas, brackets and what looks like a part can stand. Releases differ in the order of the parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from connectors.model import WorkItem

_SPRINT = re.compile(r"com\.atlassian\.greenhopper\.service\.sprint\.Sprint@[0-9a-f]+\[(.*)\]", re.DOTALL)
_PART = re.compile(
    r"(?:^|,)(activatedDate|autoStartStop|completeDate|endDate|goal|id|incompleteIssuesDestinationId|name|"
    r"rapidViewId|sequence|startDate|state|synced)="
)
_STATES = ("ACTIVE", "CLOSED", "FUTURE")


def sprint_name(text: str) -> str | None:
    """The name in a sprint as Data Center writes it; None for what is no sprint."""
    pairs = _parts(text)
    # What seems a second name stands in a goal.
    named = [place for place, (key, _) in enumerate(pairs) if key == "name"]
    goal = next((place for place, (key, _) in enumerate(pairs) if key == "goal"), None)
    if not named:
        return None
    own = named[0] if goal is None or named[0] < goal else named[-1]
    return pairs[own][1].strip() or None


def in_active_sprint(value: object) -> bool:
    """Whether one of the sprints in a value of the Sprint field, as either deployment gives it, is active."""
    match value:
        case list():
            return any(map(in_active_sprint, value))
        case dict():
            return str(value.get("state", "")).casefold() == "active"
        case str():
            return _state(value) == "ACTIVE"
        case _:
            return False


def with_sprints_of_parents(items: Iterable[WorkItem]) -> list[WorkItem]:
    """The items, sub-tasks in the sprint of what they are a part of: Jira plans them with it, and not by themselves."""
    found = list(items)
    committed = {item.ref for item in found if item.committed}
    return [
        replace(item, committed=True)
        if item.level == "subtask" and item.committed is False and item.parent in committed
        else item
        for item in found
    ]


def _state(text: str) -> str | None:
    """The state in a sprint as Data Center writes it: before all that people wrote where it stands there, else behind it."""
    pairs = _parts(text)
    words = min(
        (place for place, (key, _) in enumerate(pairs) if key in ("name", "goal")), default=len(pairs)
    )
    states = [
        (place, value) for place, (key, value) in enumerate(pairs) if key == "state" and value in _STATES
    ]
    before = [value for place, value in states if place < words]
    return before[0] if before else states[-1][1] if states else None


def _parts(text: str) -> list[tuple[str, str]]:
    """The parts with their values, in order; none where it is no sprint."""
    found = _SPRINT.fullmatch(text.strip())
    if found is None:
        return []
    # Text before the first part, then name and value in turn.
    parts = _PART.split(found[1])
    return list(zip(parts[1::2], parts[2::2], strict=True))
