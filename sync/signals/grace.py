"""Grace: since when open work serves no key result, and from which day it is warned. Pure.

Work has `policy.grace_days` from its start, or from its creation where the policy warns about the backlog too. Work that
loses its last link has the same again from the day on which a run first finds it without one. That no tracker tells, so the
days are remembered between runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from config.workspace import Workspace
from connectors.model import Marks, Ref, WorkItem
from sync.align.alignment import Alignment
from sync.align.terms import missing_successors, rests_until

LinkDays = Mapping[Ref, date | None]
"""What is remembered of open work: the day on which it was found without its last link; None: it is linked, which its
ticket does not show."""


@dataclass(frozen=True, slots=True)
class InGrace:
    """Open work in scope that serves no key result, is of the kind that is warned about, and is not yet.

    - `since`: the day of its start or creation, or where it `was_linked` the day on which it was found without its last link.
    - `until`: the day from which it is warned.
    - `ends`: the moment at which its own grace ends, where that is not a day's beginning.
    - `rests`: whether it is past its own grace, and not warned because a cycle has ended that nothing succeeds yet.
    """

    item: Ref
    since: date
    until: date
    was_linked: bool
    rests: bool = False
    ends: datetime | None = field(default=None, compare=False)


def shows_link(marks: Marks) -> bool:
    """Whether a ticket says that it serves a key result, as one does that was linked when it was last written."""
    return marks.alignment == "aligned" or bool(marks.key_results)


def shows_own_link(marks: Marks) -> bool:
    """Whether a ticket says that it serves a key result, and does not merely bear what came from another ticket with a copy."""
    return shows_link(marks) and not (marks.stamp is not None and marks.stamp.copied)


def was_linked(item: WorkItem, owner: str) -> bool:
    """Whether the ticket itself proves that it was linked, in marks that are not another workspace's.

    A ticket with a stamp is judged by the stamp alone, because people may have filled its fields. A copy was never linked
    itself, and one whose stamp somebody deleted cannot be told from it.
    """
    stamp = item.shown.stamp
    if stamp is None:
        return shows_link(item.shown)
    return (
        stamp.owner == owner
        and not stamp.copied
        and (stamp.alignment == "aligned" or bool(stamp.key_results))
    )


def is_warned(item: WorkItem, owner: str) -> bool:
    """Whether the ticket itself bears a warning, in marks that are ours and not a copy's."""
    stamp, comment = item.shown.stamp, item.shown.comment
    if stamp is None or stamp.owner != owner or stamp.copied:
        return False
    return stamp.alignment == "orphaned" or (comment is not None and comment.purpose == "orphan")


def lost_links(
    alignment: Alignment,
    remembered: LinkDays,
    workspace: Workspace,
    today: date,
    last_read: date | None = None,
) -> dict[Ref, date]:
    """Open unaligned work that was linked before, and since when it is not.

    `last_read`: the latest day that was evaluated. What is found when an earlier one is evaluated was not so then: it
    counts from the later day, so that a look at the past takes nobody's grace away.
    """
    first_seen = max(today, last_read or today)
    found = {}
    for ref, placement in alignment.placements.items():
        item = alignment.items[ref]
        if placement.state != "unaligned" or not item.is_open:
            continue
        since = remembered.get(ref)
        if since is not None:
            found[ref] = min(since, first_seen)
        elif ref in remembered or was_linked(item, workspace.workspace):
            found[ref] = first_seen
    return found


def to_remember(
    alignment: Alignment,
    unlinked_since: Mapping[Ref, date],
    shown: Mapping[Ref, Marks],
    remembered: LinkDays,
    unshown: Collection[Ref],
    *,
    is_sync: bool,
) -> dict[Ref, date | None]:
    """What the next run has to know. `shown`: what tickets show by now, where that is not what was read. `unshown`:
    linked work on which the policy lets no link be shown.

    A sync forgets work once its ticket shows a link, it is closed, exempt or out of scope, and remembers that `unshown`
    work is linked. A run that only looks may look with a draft of the configuration. It never remembers that work is
    linked, and forgets only what holds whatever is declared: that the ticket shows a link, or is closed. A link that is
    still to be written is remembered by neither. Of trackers that were not read all is kept.
    """
    trackers = {ref.tracker for ref in alignment.items}
    kept = {ref: day for ref, day in remembered.items() if not is_sync or ref.tracker not in trackers}
    for ref, placement in alignment.placements.items():
        item = alignment.items[ref]
        if not item.is_open:
            kept.pop(ref, None)
        elif placement.state == "unaligned" and ref in unlinked_since:
            kept[ref] = unlinked_since[ref]
        elif placement.state == "unknown" and ref in remembered:
            kept[ref] = remembered[ref]
        elif placement.state == "aligned":
            if shows_link(shown.get(ref, item.shown)):
                kept.pop(ref, None)
            elif is_sync and ref in unshown:
                kept[ref] = None
            elif ref in remembered:
                kept[ref] = remembered[ref]
    return kept


def in_grace(
    alignment: Alignment,
    accused: Mapping[Ref, datetime],
    unlinked_since: Mapping[Ref, date],
    workspace: Workspace,
    now: datetime,
) -> dict[Ref, InGrace]:
    """Open unaligned work within its grace, by ref in order of ref. `accused`: what may be warned about, and since when.

    A warning that stands is not taken off because something below began later than what has ended.
    """
    today = now.astimezone(workspace.zone).date()
    grace = {name: timedelta(days=workspace.policy_of(name).grace_days) for name in workspace.trackers}
    found = {}
    for ref, begin in sorted(accused.items()):
        item, allowed = alignment.items[ref], grace[ref.tracker]
        begin = item.created if is_warned(item, workspace.workspace) else begin
        due = (begin + allowed).astimezone(workspace.zone).date()
        since = unlinked_since.get(ref)
        if since is not None and today < since + allowed:
            found[ref] = InGrace(ref, since, max(due, since + allowed), was_linked=True)
        elif now - begin < allowed:
            born = begin.astimezone(workspace.zone).date()
            found[ref] = InGrace(ref, since or born, due, was_linked=since is not None, ends=begin + allowed)
    return found


def resting(
    alignment: Alignment,
    accused: Mapping[Ref, datetime],
    young: Collection[Ref],
    unlinked_since: Mapping[Ref, date],
    workspace: Workspace,
    now: datetime,
) -> dict[Ref, InGrace]:
    """Work past its grace that bears no warning yet, while a cycle that has ended waits for its successor: nobody is newly
    accused of serving nothing on days on which nothing can be served. `young`: what is within its grace anyway.
    """
    today = now.astimezone(workspace.zone).date()
    waiting = missing_successors(workspace, today)
    if not waiting:
        return {}
    until = max(rests_until(workspace.cycles[name], workspace) for name in waiting) + timedelta(days=1)
    found = {}
    for ref, begin in sorted(accused.items()):
        if ref in young or any(is_warned(side, workspace.workspace) for side in alignment.sides(ref)):
            continue
        since = unlinked_since.get(ref)
        born = begin.astimezone(workspace.zone).date()
        found[ref] = InGrace(ref, since or born, until, was_linked=since is not None, rests=True)
    return found
