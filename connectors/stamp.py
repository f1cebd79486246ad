"""The ownership stamp as the trackers store it: JSON in a Jira property, text in a Linear attachment.

Format version 1: `{"v": 1, "owner": …, "marks": {…}}`. A stamp of a later version is somebody's newer
Truenorth: it is read for its owner only, so that nothing of it is overwritten by mistake.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from connectors.converter import Converter
from connectors.model import Comment, CommentPurpose, Fact, KeyResultMark, Stamp

PROPERTY_KEY = "truenorth"
"""Key of the Jira issue property, the Jira comment property and the Linear metadata entry."""

VERSION = 1

MOST_STAMP = 30_000
"""Characters of a stamp that keeps all its words, as JSON; the rest up to Jira's limit is for what Jira adds or counts twice."""

MOST_DETAILS = 16 * 1024
"""Characters of a comment's details; the whole of a Jira property is at most 32,768."""


class _CommentRecord(msgspec.Struct, omit_defaults=True):
    """What a comment states, beside it on the tracker. `text` is the hash of what we sent.

    People can edit all of it. What proves that a comment is ours, its purpose and facts, is decoded strictly; the
    rest at all costs, so that spoiling it makes no comment somebody else's.
    """

    purpose: CommentPurpose
    facts: tuple[Fact, ...] = ()
    details: Any = None
    wording: Any = ""
    text: Any = ""


def _record_of(comment: Comment) -> _CommentRecord:
    details = comment.details
    if details is not None and len(msgspec.json.encode(details)) > MOST_DETAILS:
        # Too long to be kept: without them nobody can tell what the text should be, so nobody tries.
        return _CommentRecord(comment.purpose, comment.facts)
    return _CommentRecord(comment.purpose, comment.facts, details, comment.wording, comment.text)


def _comment_in(record: _CommentRecord) -> Comment:
    wording, text = (str(one) for one in (record.wording, record.text))
    return Comment(record.purpose, record.facts, details=record.details, wording=wording, text=text)


class _StampRecord(msgspec.Struct, omit_defaults=True):
    owner: str
    v: int = 0
    key_results: tuple[KeyResultMark, ...] = ()
    alignment: Any = None
    labels: tuple[str, ...] = ()
    comment_id: str | None = None
    comment: _CommentRecord | None = None
    fields: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    children: tuple[str, ...] = ()
    label_ids: tuple[tuple[str, str], ...] = ()
    item: str = ""
    rules: Any = 0


class _Owner(msgspec.Struct):
    owner: str
    v: int


_OWNERS = Converter(_Owner)
_RECORDS = Converter(_StampRecord)
_COMMENTS = Converter(_CommentRecord)


def to_property(stamp: Stamp) -> dict[str, Any]:
    """The stamp as a JSON value of builtin types.

    One that would be too long for a property is kept without the words that say why items are linked, and then without the
    titles of key results: their ids, and what the words mean, stay, see `connectors.meaning`.
    """
    record = _StampRecord(
        v=VERSION,
        owner=stamp.owner,
        key_results=stamp.key_results,
        alignment=stamp.alignment,
        labels=stamp.labels,
        comment_id=stamp.comment_id,
        comment=_record_of(stamp.comment) if stamp.comment else None,
        fields=stamp.fields,
        links=stamp.links,
        children=stamp.children,
        label_ids=stamp.label_ids,
        item=stamp.item,
        rules=stamp.rules,
    )
    if _is_too_long(record):
        marks = tuple(replace(mark, because="") for mark in record.key_results)
        record = msgspec.structs.replace(record, key_results=marks)
    if _is_too_long(record):
        marks = tuple(replace(mark, title="") for mark in record.key_results)
        record = msgspec.structs.replace(record, key_results=marks)
    value = msgspec.to_builtins(record)
    assert isinstance(value, dict)  # noqa: S101  a Struct always becomes a dict
    return value


def _is_too_long(record: _StampRecord) -> bool:
    return len(msgspec.json.encode(record).decode()) > MOST_STAMP


def from_property(value: object) -> Stamp | None:
    """The stamp in a JSON value, or None when it is not a stamp of ours.

    People can edit properties: anything that does not decode counts as no stamp, and so permits no
    removal.
    """
    if value is None:
        return None  # as on most items
    try:
        head = _OWNERS.convert(value)
        if head.v != VERSION:
            return Stamp(owner=f"{head.owner} (stamp version {head.v})")
        record = _RECORDS.convert(value)
    except msgspec.ValidationError:
        return None
    alignment = record.alignment if record.alignment in ("aligned", "orphaned", "exempt") else None
    stamp = Stamp(
        owner=record.owner,
        key_results=record.key_results,
        alignment=alignment,
        labels=record.labels,
        comment_id=record.comment_id,
        fields=record.fields,
        links=record.links,
        children=record.children,
        label_ids=record.label_ids,
        item=record.item,
        rules=record.rules if isinstance(record.rules, int) else 0,
    )
    if record.comment is None:
        return stamp
    return replace(stamp, comment=_comment_in(record.comment))


def to_text(stamp: Stamp) -> str:
    """The stamp as one line of JSON, for places that hold only text."""
    return json.dumps(to_property(stamp), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def from_text(text: object) -> Stamp | None:
    """The stamp in a text, or None when there is none of ours."""
    if not isinstance(text, str):
        return None
    try:
        return from_property(json.loads(text))
    except (ValueError, RecursionError):  # no JSON, or nested so deep that it is an attack
        return None


def comment_marker(owner: str, comment: Comment) -> dict[str, Any]:
    """The value of the comment property that marks a Jira comment as ours and says what its text is made of."""
    facts = [list(fact) for fact in comment.facts]
    return {"v": VERSION, "owner": owner, "facts": facts, **msgspec.to_builtins(_record_of(comment))}


def from_comment_marker(value: object) -> tuple[str, Comment] | None:
    """Owner and comment of a marker, or None when it is not one of ours."""
    if not isinstance(value, Mapping):
        return None
    try:
        head = _OWNERS.convert(value)
        if head.v != VERSION:
            return None
        record = _COMMENTS.convert(value)
    except msgspec.ValidationError:
        return None
    return head.owner, _comment_in(record)
