"""Marks of another workspace: where nearly all are, the one in the YAML was probably renamed, which is one thing to say. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from config.wording import agree, counted, part_of
from connectors.model import WorkItem
from sync.plan.plan import Plan

NEARLY_ALL = 0.9
"""Share of the marked items."""


def owners(items: Iterable[WorkItem]) -> Counter[str]:
    """How many items bear the marks of each workspace; copied ones prove nothing."""
    stamps = (item.shown.stamp for item in items if item.shown.stamp is not None)
    return Counter(stamp.owner for stamp in stamps if not stamp.copied)


def with_foreign_note(plan: Plan, found: Counter[str], workspace: str, *, has_written: bool) -> Plan:
    """The plan with one note in place of its refusals, where nearly all marks belong to one other workspace.

    `found`: see `owners`. `has_written`: this workspace was at work here, so it was not renamed: it shares its scope with
    another. The refusals themselves stay, for programs.
    """
    if has_written:
        return plan
    others = [(count, owner) for owner, count in found.items() if owner != workspace]
    if not others:
        return plan
    count, owner = max(others)
    if count < NEARLY_ALL * found.total():
        return plan
    number = (
        counted(count, "item")
        if count == found.total()
        else f"{part_of(count, found.total(), 'marked item')}"
    )
    note = (
        f'{number} {agree(count, "carries", "carry")} marks of workspace "{owner}", and the YAML says "{workspace}": '
        f'they are left alone. If it was renamed, set "workspace: {owner}" again, or run `truenorth undo --all --apply` '
        f"with the old name first."
    )
    return replace(plan, notes=(*plan.notes, note), foreign_owner=owner)
