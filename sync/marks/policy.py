"""Marks as far as the policy wants them. Pure."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace

from config.policy import Policy
from config.workspace import Workspace
from connectors.model import NOTHING, Mark, Marks, WorkItem
from connectors.setup import BELOW

_UNWRITTEN = ("off", "observe")


def is_written(policy: Policy) -> bool:
    """Whether anything is written at all, or the tracker is only observed."""
    return policy.mode not in _UNWRITTEN


def marks_of(policy: Policy) -> frozenset[Mark]:
    """The kinds of marks that the policy lets be written; none where a tracker is only observed."""
    return _marks_of(policy.mode, tuple(policy.marks), comments=policy.comments)


@functools.lru_cache(maxsize=64)
def _marks_of(mode: str, marks: tuple[Mark, ...], *, comments: bool) -> frozenset[Mark]:
    if mode in _UNWRITTEN:
        return frozenset()
    kept: set[Mark] = {mark for mark in marks if mode == "full" or mark == "labels"}
    return frozenset(kept if comments else kept - {"comment"})


def warns_in_comment(item: WorkItem, policy: Policy) -> bool:
    """Whether the policy lets a warning on the item be a comment, and the item can carry one."""
    return (
        "comment" in item.writable
        and item.level in policy.levels
        and policy.orphan_comments
        and "comment" in marks_of(policy)
    )


def shows_below(
    workspace: Workspace, provisions: Mapping[str, Mapping[str, str]], items: Iterable[WorkItem]
) -> frozenset[str]:
    """The trackers on which orphans below other orphans bear a label of their own: those for which setup made the view that
    goes by it. `provisions`: what the store knows of setup, by tracker.

    Where the store was lost, what items show of it tells.
    """
    label = workspace.policy.labels.below
    if label is None:
        return frozenset()
    made = {name for name, some in provisions.items() if some.keys() & {f"filter {BELOW}", f"view {BELOW}"}}
    shown = {item.ref.tracker for item in items if _bears(item, label)}
    return frozenset(made | shown)


def _bears(item: WorkItem, label: str) -> bool:
    stamp = item.shown.stamp
    return stamp is not None and not stamp.copied and label in stamp.labels


def apply_policy(item: WorkItem, marks: Marks, policy: Policy) -> Marks:
    """The marks as far as the policy wants them; what it does not want is taken off again.

    An observed tracker shows what it shows. Nothing here looks at the clock.
    """
    if not is_written(policy):
        return replace(item.shown, stamp=None)
    if marks is NOTHING or item.level not in policy.levels:
        return NOTHING
    kept = marks_of(policy)
    if "key_results" not in kept:
        marks = replace(marks, key_results=())
    if "labels" not in kept:
        marks = replace(marks, labels=(), alignment=None)
    comment = marks.comment
    if comment is not None and (
        "comment" not in kept or (comment.purpose == "orphan" and not policy.orphan_comments)
    ):
        marks = replace(marks, comment=None)
    return marks
