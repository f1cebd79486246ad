"""One ticket that is open and serves no key result, in plain words: whether it is warned, since when, or why not. Pure."""

from __future__ import annotations

from config.wording import age, counted
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.decide import Decision
from sync.signals.orphans import Orphan


def summary_of_unaligned(
    item: WorkItem, judged: WorkItem, reason: str, run: Decision, workspace: Workspace
) -> str:
    """Where it stands. `reason`: why it serves none; `judged`: the side of it that counts, where it is mirrored."""
    signals, policy = run.unaligned, workspace.policy_of(judged.ref.tracker)
    grace = counted(policy.grace_days, "day")
    if (orphan := signals.orphans.get(judged.ref)) is not None:
        return f"{item.name} is orphaned: {reason}. {_how_long(orphan, judged, run)}; the grace period is {grace}."
    if (young := signals.in_grace.get(judged.ref)) is None:
        what = "not started" if policy.warn == "started" else "not started, and in no active sprint or cycle"
        below = ", nor is anything below it" if run.alignment.children.get(judged.ref) else ""
        return (
            f"{item.name} serves no key result: {reason}. It is {what}{below}, so there is no warning "
            f"(policy.warn: {policy.warn})."
        )
    if young.rests:
        return (
            f"{item.name} serves no key result: {reason}. A cycle has ended and the next one has not begun, so there is no new "
            f"warning before {young.until}."
        )
    if young.was_linked:
        return (
            f"{item.name} serves no key result any more: {reason}. It has been unaligned since {young.since}, "
            f"and warned from {young.until}; the grace period is {grace}."
        )
    return (
        f"{item.name} serves no key result yet: {reason}. It is still within its grace "
        f"period of {grace}, so there is no warning before {young.until}."
    )


def _how_long(orphan: Orphan, item: WorkItem, run: Decision) -> str:
    if orphan.since is not None:
        return f"It served a key result before, and none since {orphan.since}"
    if orphan.begun is None:
        return f"It is {age(orphan.age_days)} old"
    what = "It, or something below it," if run.alignment.children.get(item.ref) else "It"
    return f"{what} has been in progress since {orphan.begun}"
