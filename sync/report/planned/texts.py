"""The texts that a plan would post, as people would read them: for sections and as plain data. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.model import Change, Comment, Update
from connectors.text.plain import plain_lines
from sync.plan.guards import NOUNS
from sync.plan.plan import Plan
from sync.report.table import Section


def sections(plan: Plan) -> list[Section]:
    """One section for each new or changed comment or status update, its text line by line."""
    return [
        Section(f"Text of the {NOUNS[change.mark]} on {change.key}", tuple(lines))
        for change, lines in _texts(plan)
    ]


def of_texts(plan: Plan) -> list[dict[str, Any]]:
    """The same as data."""
    return [
        {
            "tracker": change.item.tracker,
            "id": change.item.id,
            "key": change.key,
            "mark": change.mark,
            "text": "\n".join(lines),
        }
        for change, lines in _texts(plan)
    ]


def _texts(plan: Plan) -> Iterator[tuple[Change, list[str]]]:
    for change in plan.changes:
        after = change.after
        if isinstance(after, Comment | Update) and after.doc is not None:
            foot = [f"{after.foot} ({after.page})"] if isinstance(after, Update) else []
            yield change, [*plain_lines(after.doc), *foot]
