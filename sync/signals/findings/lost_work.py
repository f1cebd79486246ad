"""Done work of running cycles that can no longer be seen, by the key results that it served. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.text.figures import ENGLISH
from config.wording import agree, counted
from config.workspace import Workspace
from sync.observation import LostItem, Observation
from sync.signals.findings.finding import FEW, Finding


def find_lost(observation: Observation, workspace: Workspace) -> Iterator[Finding]:
    """A finding for each key result that lost done work, with how much."""
    for _, key_result in workspace.key_results():
        lost = sorted(
            (one for one in observation.lost.values() if key_result.id in one.key_results),
            key=lambda one: one.key,
        )
        if lost:
            what = f"{counted(len(lost), 'done item')} can no longer be seen and no longer {agree(len(lost), 'counts', 'count')}"
            message = f"{key_result.id}: {what}: {_named(lost)} ({_points(lost)})"
            remedy = "restore what was archived, or give the account access to it; what was deleted stays out"
            yield Finding("lost_work", (), message, remedy)


def _named(lost: Sequence[LostItem]) -> str:
    rest = len(lost) - FEW
    return ", ".join(one.key for one in lost[:FEW]) + (f" and {rest} more" if rest > 0 else "")


def _points(lost: Sequence[LostItem]) -> str:
    known = [one.points for one in lost if one.points is not None]
    if not known:
        return "not estimated"
    total = sum(known)
    words = f"{ENGLISH.number(total)} {agree(total, 'point', 'points')}"
    missing = len(lost) - len(known)
    return f"{words}; {missing} not estimated" if missing else words
