"""Posting a status update, or taking ours away; wire facts: contracts/linear.md, sections 13 to 15.

Taking away means the archive: deleting is deprecated.
"""

from __future__ import annotations

from connectors.errors import Refused
from connectors.linear.api import mutations
from connectors.linear.api.effects import Effects, FindUpdates, find_updates, remove, send
from connectors.linear.api.errors import Conflict
from connectors.linear.api.mutations import Write
from connectors.linear.marks.status_updates import HEALTHS, body_of, ours, update_id
from connectors.model import Update, WorkItem


def write_update(tracker: str, owner: str, item: WorkItem, wanted: Update | None) -> Effects[None]:
    """Post an update, or with None take every one of ours away. Raises Refused."""
    is_project = item.level == "project"
    if wanted is None:
        archive = mutations.PROJECT_UPDATE_ARCHIVE if is_project else mutations.INITIATIVE_UPDATE_ARCHIVE
        there = yield from find_updates(FindUpdates(item.ref.id, is_project))
        standing = [node for node in there if node.archived_at is None and ours(node, item.ref.id, owner)]
        yield from remove(*(Write(archive, {"id": node.id}) for node in standing))
        return
    given = {
        "id": update_id(owner, item.ref.id, wanted.on),
        "projectId" if is_project else "initiativeId": item.ref.id,
        "health": HEALTHS[wanted.health],
        "body": body_of(item.ref.id, wanted),
    }
    create = mutations.PROJECT_UPDATE_CREATE if is_project else mutations.INITIATIVE_UPDATE_CREATE
    try:
        yield from send(Write(create, {"input": given}))
    except Conflict:
        # It landed although no reply came, or landed before and was deleted for good: its id is used up.
        there = yield from find_updates(FindUpdates(item.ref.id, is_project))
        if all(node.id != given["id"] for node in there):
            what = (
                f"today's update on {item.key} was permanently deleted; the next one is posted another day."
            )
            raise Refused(tracker, what) from None
