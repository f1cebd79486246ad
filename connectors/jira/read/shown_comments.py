"""Our comments on the issues that were read: which one counts, what stands beside it, and where there must be none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from connectors.base import Progress
from connectors.jira.api import wire
from connectors.jira.marks.comment import REFUSED, CommentApi, OwnComments, single_out
from connectors.model import Stamp, WorkItem


def with_comments(
    items: Sequence[WorkItem], issues: Mapping[str, wire.Issue], comments: CommentApi, report: Progress
) -> list[WorkItem]:
    """The items of these issues with the comments of ours that they show. Raises as `pull` does.

    Beside copied marks only those are looked for that came with the issue: clones have none.
    """
    named = {item.ref.id: id_ for item in items if (id_ := _comment_id(item, comments.owner)) is not None}
    copied = {item.ref.id for item in items if item.shown.stamp is not None and item.shown.stamp.copied}
    carried = {id_: page for id_ in named if (page := issues[id_].fields.comment) is not None}
    named = {id_: name for id_, name in named.items() if id_ in carried or id_ not in copied}
    if not named:
        return list(items)
    report("comments", 0, len(named))
    ours = comments.all_ours(named, carried)
    report("comments", len(named), len(named))
    return [
        _with_comment(item, ours[item.ref.id], has_customers=issues[item.ref.id].fields.project.has_customers)
        if item.ref.id in ours
        else item
        for item in items
    ]


def with_remnant(item: WorkItem, ours: OwnComments | None, owner: str) -> WorkItem:
    """The item with the comment of ours that stands there without a stamp."""
    if not ours:
        return item
    bare = replace(item, shown=replace(item.shown, stamp=Stamp(owner, comment_id="")))
    return _with_comment(bare, ours, has_customers=False)


def kept_from_customers(
    items: Sequence[WorkItem], also: Collection[str] = ()
) -> tuple[list[WorkItem], list[str]]:
    """The items, without a comment to come in the projects where customers would see it; and those projects' keys.

    `also`: keys of projects of which an earlier read told so.
    """
    refused = {item.project for item in items if item.shown.stamp and item.shown.stamp.comment_id == REFUSED}
    refused |= set(also)
    kept = [
        replace(item, writable=item.writable - {"comment"}) if item.project in refused else item
        for item in items
    ]
    return kept, sorted(filter(None, refused))


def _comment_id(item: WorkItem, owner: str) -> str | None:
    stamp = item.shown.stamp
    if stamp is None or stamp.owner != owner or stamp.comment_id == REFUSED:
        return None
    return stamp.comment_id


def _with_comment(item: WorkItem, ours: OwnComments, *, has_customers: bool) -> WorkItem:
    """The item with the comment of ours that it shows, and its twins; the stamp names the one that counts.

    A comment that a person made theirs is shown, but the item cannot carry another of ours.
    """
    stamp = item.shown.stamp
    id_, twins = single_out(ours, stamp.comment_id if stamp else None, has_customers=has_customers)
    if id_ is None or stamp is None:
        return replace(item, shown=replace(item.shown, twins=twins)) if twins else item
    writable = item.writable - {"comment"} if ours[id_].edited_by_person else item.writable
    stamp = replace(stamp, comment_id=id_)
    shown = replace(item.shown, comment=ours[id_].comment, twins=twins, stamp=stamp)
    return replace(item, writable=writable, shown=shown)
