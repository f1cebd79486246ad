"""A good run in one line, as a log or a mail keeps it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from config.wording import counted
from sync.plan.outcome import Applied, Moved
from sync.plan.plan import Plan


def of_sync(read: int, plan: Plan, applied: Applied) -> str:
    """What a sync read and wrote: one sentence, whatever the plan holds."""
    return f"Read {counted(read, 'item')}; {_written(plan, applied)}"


def of_saved(plan: Plan, applied: Applied, moved: Sequence[Moved]) -> str:
    """What was written of a saved plan."""
    skipped = f" {counted(len(moved), 'item')} changed since the plan." if moved else ""
    return f"{_written(plan, applied).capitalize()}{skipped}"


def of_undo(plan: Plan, applied: Applied) -> str:
    """From how many items marks were removed."""
    if plan.empty:
        return "Nothing to remove."
    count, total = applied.count("written"), len(plan.edits)
    of = f" of {total}" if count < total else ""
    return f"Removed Truenorth's marks from {_items(count, of)}."


def _written(plan: Plan, applied: Applied) -> str:
    if plan.empty:
        waiting = "; some changes are on hold" if plan.waiting else ""
        return f"nothing to write{waiting}."
    count, total = applied.count("written"), len(plan.edits)
    views = sum(1 for one in applied.views if one.outcome == "written")
    shown = f" and {counted(views, 'view')}" if views else ""
    return f"wrote {_items(count, f' of {total}' if count < total else '')}{shown}."


def _items(count: int, of: str) -> str:
    return f"{count}{of} items" if of else counted(count, "item")
