"""Status updates on projects and initiatives: what makes one ours, and how it is posted and taken away.

An update is ours when its last line leads to an address whose fragment holds our record, and its id is the one
that we would choose for that day: no copy and no person's own update can pass for it. The id also makes posting
safe to repeat, and two on one day impossible. One that somebody edited is theirs from then on.

Wire facts: contracts/linear.md, sections 13 to 15. Taking away means the archive: deleting is deprecated.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

import msgspec

from connectors.errors import Refused
from connectors.linear.api import mutations
from connectors.linear.api.effects import FindUpdates, Steps, find_updates, remove, send
from connectors.linear.api.errors import Conflict
from connectors.linear.api.mutations import Write
from connectors.linear.api.wire import UpdateNode
from connectors.linear.marks.targets import own_id
from connectors.model import Fact, Update, UpdateHealth, WorkItem
from connectors.text.document import Doc, Text, para, to_markdown

HEALTHS: Mapping[UpdateHealth, str] = {"on_track": "onTrack", "at_risk": "atRisk", "off_track": "offTrack"}
_LONGEST_RECORD = 16 * 1024
_RECORD = re.compile(r"#([A-Za-z0-9_-]{16,})")


class _Record(msgspec.Struct):
    item: str
    on: date
    health: Literal["on_track", "at_risk", "off_track"]
    facts: tuple[Fact, ...]


def update_id(owner: str, item: str, on: date) -> str:
    """The id of the one update of ours on an item and a day."""
    return own_id(owner, item, f"update {on.isoformat()}", 0)


def body_of(item: str, update: Update) -> str:
    """The update as Markdown, with its record in the address of its last line."""
    record = msgspec.json.encode(_Record(item, update.on, update.health, update.facts))
    packed = base64.urlsafe_b64encode(zlib.compress(record, 9)).decode().rstrip("=")
    href = f"{update.page.partition('#')[0]}#{packed}"
    blocks = update.doc.blocks if update.doc is not None else ()
    return to_markdown(Doc((*blocks, para(Text(update.foot, em=True, href=href)))))


def ours(node: UpdateNode, item: str, owner: str) -> Update | None:
    """The update as we posted it; None when it is not ours, or not any more."""
    if node.edited_at is not None:
        return None
    for packed in _RECORD.findall(node.body):
        record = _unpack(packed)
        if record is None or record.item != item or node.id != update_id(owner, item, record.on):
            continue
        return Update(record.health, record.on, record.facts)
    return None


def _unpack(packed: str) -> _Record | None:
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        text = zlib.decompressobj().decompress(raw, _LONGEST_RECORD)
        return msgspec.json.decode(text, type=_Record)
    except (binascii.Error, ValueError, zlib.error, msgspec.DecodeError, RecursionError):
        return None


def told_on(item: str, nodes: Iterable[UpdateNode], owner: str) -> Told:
    """Our latest update among an item's latest ones, and when somebody else posted theirs.

    One of ours that a person deleted still counts as told: it must not come back by itself.
    """
    last: Update | None = None
    others = None
    for node in nodes:
        found = ours(node, item, owner)
        if found is not None:
            last = found if last is None or found.on > last.on else last
        elif node.archived_at is None:
            others = node.created_at if others is None else max(others, node.created_at)
    return last, others


# --- Writing -------------------------------------------------------------------------------------


def update_steps(tracker: str, owner: str, item: WorkItem, wanted: Update | None) -> Steps[None]:
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
        # It landed although we were not told, or landed before and was deleted for good: its id is used up.
        there = yield from find_updates(FindUpdates(item.ref.id, is_project))
        if all(node.id != given["id"] for node in there):
            what = (
                f"today's update on {item.key} was permanently deleted; the next one is posted another day."
            )
            raise Refused(tracker, what) from None


Told = tuple[Update | None, datetime | None]
"""Our latest status update on an item, and when somebody else posted the latest one."""
