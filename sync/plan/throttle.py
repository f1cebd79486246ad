"""What the policy holds back: marks that a tracker is not to show, and writes that have to wait. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.workspace import Policy, Workspace
from connectors.model import NOTHING, Marks, Ref, WorkItem

Place = tuple[str, str]
"""A tracker, and a project or team of it."""


def permitted(item: WorkItem, marks: Marks, policy: Policy) -> Marks:
    """The marks as far as the policy wants them; what it does not want is taken off again.

    An observed tracker shows what it shows. Nothing here looks at the clock.
    """
    if policy.mode in ("off", "observe"):
        return replace(item.shown, stamp=None)
    if item.level not in policy.levels:
        return NOTHING
    kept = set(policy.marks) & ({"labels"} if policy.mode == "label" else set(policy.marks))
    if "key_results" not in kept:
        marks = replace(marks, key_results=())
    if "labels" not in kept:
        marks = replace(marks, labels=(), alignment=None)
    comment = marks.comment
    if comment is not None and (
        "comment" not in kept
        or not policy.comments
        or (comment.purpose == "orphan" and not policy.orphan_comments)
    ):
        marks = replace(marks, comment=None)
    return marks


def place_of(item: WorkItem) -> Place:
    """Where an item's comments are counted: its Jira project, its Linear team, or else its own project."""
    return item.ref.tracker, item.team or item.project or ""


def hold_back(
    items: Iterable[WorkItem],
    wanted: Mapping[Ref, Marks],
    workspace: Workspace,
    now: datetime,
    commented: Mapping[Ref, int],
) -> tuple[dict[Ref, Marks], tuple[str, ...]]:
    """The wishes that may be written now, and sentences about those that wait.

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
            notes.append(f"{tracker}: quiet hours until {quiet.end:%H:%M}; everything waits.")
    notes += _ration(known, allowed, workspace, commented)
    return allowed, tuple(notes)


@dataclass(frozen=True, slots=True)
class Rest:
    """An item whose writes failed: why, how often in a row, and when the next try is due."""

    reason: str
    failures: int
    until: datetime


LONGEST_REST = timedelta(days=7)


def rest_after(failures: int, now: datetime) -> datetime:
    """When to try again: at once after the first failure, then after 1, 2, 4 … hours, to at most a week."""
    if failures <= 1:
        return now
    return now + min(timedelta(hours=2 ** min(failures - 2, 8)), LONGEST_REST)


def rest(
    wanted: Mapping[Ref, Marks], known: Mapping[Ref, WorkItem], resting: Mapping[Ref, Rest], now: datetime
) -> tuple[dict[Ref, Marks], tuple[str, ...]]:
    """The wishes without those of items that rest after failed writes, and a sentence for each that would change."""
    allowed, notes = dict(wanted), []
    for ref, why in sorted(resting.items()):
        if why.until <= now or ref not in allowed:
            continue
        marks = allowed.pop(ref)
        if ref in known and marks != known[ref].shown:
            notes.append(
                f"{known[ref].key} rests until {why.until:%Y-%m-%d %H:%M} UTC after {why.failures} failed writes: "
                f"{why.reason}"
            )
    return allowed, tuple(notes)


def _ration(
    known: Mapping[Ref, WorkItem],
    allowed: dict[Ref, Marks],
    workspace: Workspace,
    commented: Mapping[Ref, int],
) -> list[str]:
    used: Counter[Place] = Counter()
    for ref, count in commented.items():
        if ref in known:
            used[place_of(known[ref])] += count
    waiting: Counter[Place] = Counter()
    new = [
        known[ref]
        for ref, marks in allowed.items()
        if ref in known and marks.comment is not None and known[ref].shown.comment is None
    ]
    for item in sorted(new, key=lambda one: (one.created, one.ref)):
        limit = workspace.policy_of(item.ref.tracker).comments_a_day
        place = place_of(item)
        if limit is None or "comment" not in item.writable:
            continue
        if used[place] < limit:
            used[place] += 1
        else:
            waiting[place] += 1
            allowed[item.ref] = replace(allowed[item.ref], comment=None)
    return [
        f"{tracker}: {count} new comments in {place} wait for another day (comments_a_day)."
        for (tracker, place), count in sorted(waiting.items())
    ]
