"""Fields that tickets get once somebody made room for them: how many tickets that is, and what a plan of it looks like. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connectors.model import Change, WorkItem
from sync.plan.plan import Edit, Plan


def filling(items: Iterable[WorkItem], tracker: str, owner: str) -> Plan:
    """What the next sync would change there, once the tracker has fields or options that it lacks: every open item with
    marks of ours. Its digest is that of no real plan.
    """
    edits = (
        Edit(item, item.shown, (Change(item.ref, item.key, item.title, "key_results", None, None),))
        for item in items
        if item.ref.tracker == tracker and item.in_scope and item.is_open and _is_marked(item, owner)
    )
    return Plan(tuple(edits), (), "")


def joined(plans: Iterable[Plan]) -> Plan:
    """One plan of all their edits, an item once. Its digest is that of no real plan."""
    edits = {edit.item.ref: edit for plan in plans for edit in plan.edits}
    return Plan(tuple(edits.values()), (), "")


def _is_marked(item: WorkItem, owner: str) -> bool:
    stamp = item.shown.stamp
    return stamp is not None and stamp.owner == owner and bool(item.shown.key_results or item.shown.alignment)


def refills(edits: Sequence[Edit]) -> int:
    """How many of these put on a ticket what its stamp says already: fields that could not be set before, or were emptied."""
    return sum(map(_refills, edits))


def _refills(edit: Edit) -> bool:
    stamp, shown, wanted = edit.item.shown.stamp, edit.item.shown, edit.wanted
    if stamp is None or {change.mark for change in edit.changes} - {"key_results", "alignment"}:
        return False
    lacking = (shown.key_results, shown.alignment) != (wanted.key_results, wanted.alignment)
    before = [(one.id, one.title, one.percent, one.health) for one in stamp.key_results]
    after = [(one.id, one.title, one.percent, one.health) for one in wanted.key_results]
    return lacking and before == after and stamp.alignment == wanted.alignment
