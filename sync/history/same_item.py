"""Whether an item that took the place of another can change anything that is decided. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from connectors.model import Marks, WorkItem


def decides_alike(before: WorkItem, after: WorkItem) -> bool:
    """Whether whatever is decided of the one is decided of the other: equal, but for when an open item last changed and for
    how its stamp is kept. So our own writes are no news when they come back as changes. In doubt it is news.
    """
    if before is after:
        return True
    if _asks_for_last_change(before) or _asks_for_last_change(after):
        alike = before == after
    else:
        alike = before == replace(after, updated=before.updated)
    return alike and _evidence(before.shown) == _evidence(after.shown)


def _asks_for_last_change(item: WorkItem) -> bool:
    """Closed work without the day of its end is taken to have ended by its last change."""
    return not item.is_open and item.completed is None and item.dropped is None


def _evidence(shown: Marks) -> tuple[Any, ...]:
    """What is decided by beside the marks themselves, though no comparison of marks sees it."""
    stamp, comment = shown.stamp, shown.comment
    proof = None
    if stamp is not None:
        proof = (stamp.owner, stamp.copied, stamp.rules, stamp.key_results, stamp.alignment, stamp.labels)
    told = None if comment is None else (comment.wording, msgspec.to_builtins(comment.details))
    ids = tuple((one.reason_id, one.basis_id) for one in shown.key_results)
    return proof, told, ids, shown.unwritten
