"""What the policy holds back: marks that a tracker is not to show, and writes that have to wait. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from config.wording import counted
from config.workspace import Workspace
from connectors.model import Marks, Ref, WorkItem

Scope = tuple[str, str]
"""A tracker, and a project or team of it."""


def scope_of(item: WorkItem) -> Scope:
    """Where an item's comments are counted: its Jira project, its Linear team, or else its own project."""
    return item.ref.tracker, item.team or item.project or ""


def throttle(
    items: Iterable[WorkItem],
    wanted: Mapping[Ref, Marks],
    workspace: Workspace,
    now: datetime,
    commented: Mapping[Ref, int],
) -> tuple[dict[Ref, Marks], tuple[str, ...]]:
    """The wanted marks that may be written now, and sentences about those that wait.

    In quiet hours everything waits. Beyond the day's limit of new comments an item gets its other marks only;
    the oldest work comes first. `commented` counts, by item, the comments written today.
    """
    allowed = dict(wanted)
    known = {item.ref: item for item in items}
    notes: list[str] = []
    for tracker in workspace.trackers:
        policy = workspace.policy_of(tracker)
        quiet = policy.quiet_hours
        if quiet is not None and quiet.holds(now.astimezone(workspace.zone).time()):
            for ref in [ref for ref in allowed if ref.tracker == tracker]:
                del allowed[ref]
            notes.append(f"{tracker}: quiet hours until {quiet.end:%H:%M}; nothing is written until then.")
    notes += _ration(known, allowed, workspace, commented)
    return allowed, tuple(notes)


def _ration(
    known: Mapping[Ref, WorkItem],
    allowed: dict[Ref, Marks],
    workspace: Workspace,
    commented: Mapping[Ref, int],
) -> list[str]:
    used: Counter[Scope] = Counter()
    for ref, count in commented.items():
        if ref in known:
            used[scope_of(known[ref])] += count
    waiting: Counter[Scope] = Counter()
    new = [
        known[ref]
        for ref, marks in allowed.items()
        if ref in known and marks.comment is not None and known[ref].shown.comment is None
    ]
    for item in sorted(new, key=lambda one: (one.created, one.ref)):
        limit = workspace.policy_of(item.ref.tracker).comments_a_day
        scope = scope_of(item)
        if limit is None or "comment" not in item.writable:
            continue
        if used[scope] < limit:
            used[scope] += 1
        else:
            waiting[scope] += 1
            allowed[item.ref] = replace(allowed[item.ref], comment=None)
    return [
        f"{tracker}: {counted(count, 'new comment')} in {scope} on hold until another day (comments_a_day)."
        for (tracker, scope), count in sorted(waiting.items())
    ]
