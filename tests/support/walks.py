"""Histories for the tables of cases, in one line each: statuses and the days, before now, from which they held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connectors.model import Category, StatusSpan, WorkItem
from tests.support.builders import NOW, item

CATEGORIES: dict[str, Category] = {
    "To Do": "todo",
    "Ready": "todo",
    "In Progress": "doing",
    "In Review": "doing",
    "QA": "doing",
    "Done": "done",
    "Closed": "done",
    "Canceled": "done",
}


def spans(*walk: tuple[str, float]) -> tuple[StatusSpan, ...]:
    """The spans of a walk: each status with how many days before now it began; "?" is one that nobody knows any more."""
    begins = [NOW - timedelta(days=days) for _, days in walk]
    return tuple(
        StatusSpan(CATEGORIES.get(status), "" if status == "?" else status, begin, end)
        for (status, _), begin, end in zip(walk, begins, [*begins[1:], None], strict=True)
    )


def walked(
    key: str, *walk: tuple[str, float], parent: str | None = None, **changes: Any
) -> tuple[WorkItem, tuple[StatusSpan, ...]]:
    """An item that walked so, and stands at the end of it, with its history."""
    status = walk[-1][0]
    category = changes.pop("category", CATEGORIES.get(status, "doing"))
    created = NOW - timedelta(days=walk[0][1])
    given = {"category": category, "status": status, "created": created, "completed": None}
    return item(key, parent, **{**given, **changes}), spans(*walk)
