"""Status updates on projects and initiatives: what one says, and what makes one ours. Pure.

An update is ours when its last line leads to an address whose fragment holds our record, and its id is the one
that we would choose for that day: no copy and no person's own update can pass for it. The id also makes posting
safe to repeat, and two on one day impossible. One that somebody edited is theirs from then on.

Wire facts: contracts/linear.md, sections 13 to 15.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple

import msgspec
from msgspec.json import Decoder

from connectors.http.dates import clamped
from connectors.linear.api.wire import UpdateNode
from connectors.linear.marks.own_ids import fixed_id
from connectors.model import Fact, GivenHealth, Update, UpdateHealth
from connectors.text.document import Doc, Text, para, to_markdown

HEALTHS: Mapping[UpdateHealth, str] = {"on_track": "onTrack", "at_risk": "atRisk", "off_track": "offTrack"}
_GIVEN = {wire: health for health, wire in HEALTHS.items()}
_LONGEST_RECORD = 16 * 1024
_RECORD = re.compile(r"#([A-Za-z0-9_-]{16,})")


class _UpdateRecord(msgspec.Struct):
    item: str
    on: date
    health: Literal["on_track", "at_risk", "off_track"]
    facts: tuple[Fact, ...]


_RECORDS = Decoder(_UpdateRecord)


def update_id(owner: str, item: str, on: date) -> str:
    """The id of the one update of ours on an item and a day."""
    return fixed_id(owner, item, f"update {on.isoformat()}")


def body_of(item: str, update: Update) -> str:
    """The update as Markdown, with its record in the address of its last line."""
    record = msgspec.json.encode(_UpdateRecord(item, update.on, update.health, update.facts))
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


def _unpack(packed: str) -> _UpdateRecord | None:
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        text = zlib.decompressobj().decompress(raw, _LONGEST_RECORD)
        return _RECORDS.decode(text)
    except (binascii.Error, ValueError, zlib.error, msgspec.DecodeError, RecursionError):
        return None


class LatestUpdates(NamedTuple):
    """Our latest status update on an item, when somebody else posted the latest one, and the health that this one gave."""

    own: Update | None = None
    by_others: datetime | None = None
    given: GivenHealth | None = None


def latest_updates(item: str, nodes: Iterable[UpdateNode], owner: str) -> LatestUpdates:
    """Our latest update among an item's latest ones, and when somebody else posted theirs.

    One of ours that a person deleted still counts: it must not come back by itself.
    """
    last: Update | None = None
    others = given = None
    for node in nodes:
        found = ours(node, item, owner)
        if found is not None:
            last = found if last is None or found.on > last.on else last
        elif node.archived_at is None:
            created = clamped(node.created_at)
            if others is None or created > others:
                health = _GIVEN.get(node.health)
                others, given = created, GivenHealth(health, created) if health else None
    return LatestUpdates(last, others, given)
