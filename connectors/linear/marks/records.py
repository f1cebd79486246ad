"""How our marks look on Linear, and how they are read back. Pure.

Linear has no custom fields. On an issue each key result is an attachment of ours: its address is the key
result's address with `truenorth=OWNER` added, and its metadata holds the mark, so that what people see and
what we remember change in one write. Projects cannot carry attachments, only external links without
metadata; there the same record stands, packed, in the fragment of the link's address.

One attachment or link of an item, the carrier, also holds the stamp. An item without key results has a
note as its carrier.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import msgspec
from msgspec.json import Decoder

from config.text.redaction import shorten, shown
from config.text.texts import ENGLISH_TEXTS, Texts
from connectors import stamp as stamps
from connectors.converter import Converter
from connectors.linear.api.wire import AttachmentNode, LinkNode
from connectors.linear.marks.own_labels import NONE_OF_OURS, OwnOnIssue
from connectors.model import AlignmentState, Comment, Health, KeyResultMark, Marks, Stamp
from connectors.text.part_words import due_words, part_words

PARAMETER = "truenorth"
"""Query parameter that makes an address ours; its value is the owner."""

CONTAINS = f"{PARAMETER}="
UNFINISHED = Comment("progress", (("state", "unfinished"),))
"""A comment of ours that landed before we could record what it states; equal to none we would write."""

COMMENT_ONLY = Comment("orphan", UNFINISHED.facts)
"""Stands for a note of ours with nothing else around it."""

LONGEST_SUBTITLE = 255
"""Characters; Linear's limit is not published, and it shows one line."""

_LONGEST_RECORD = 64 * 1024
_BRACES = str.maketrans("{}", "()")


@dataclass(frozen=True, slots=True)
class MarkRecord:
    """One attachment or link of ours. `mark` is None on a note, `stamp` is None unless it is a carrier.

    `address` is its url without what we pack into the fragment. `copied`: it was made for another item, which its
    record names.
    """

    id: str
    address: str
    mark: KeyResultMark | None
    stamp: Stamp | None
    updated: datetime
    copied: bool = False


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """What of Truenorth was found on an item: our records, and the stamp of a foreign owner if any.

    `their_labels`: ids of those that another workspace put on this item, or on the one of which it is a copy.
    """

    records: tuple[MarkRecord, ...] = ()
    foreign: Stamp | None = None
    their_labels: frozenset[str] = frozenset()

    @property
    def is_of_others(self) -> bool:
        """Whether the item is another workspace's, whatever of ours was copied there."""
        return self.foreign is not None and self.stamp is None

    @property
    def carrier(self) -> MarkRecord | None:
        """The record with the stamp; after an interrupted run there may be two, and the newer one counts.

        One that was copied counts where there is no other.
        """
        carriers = [record for record in self.records if record.stamp is not None]
        return max(
            carriers,
            key=lambda one: (not one.copied, one.updated, one.mark is not None, one.id),
            default=None,
        )

    @property
    def stamp(self) -> Stamp | None:
        """The stamp that was made for this very item."""
        carrier = self.carrier
        return carrier.stamp if carrier and not carrier.copied else None

    @property
    def note(self) -> MarkRecord | None:
        """The note that was made for this very item."""
        return next((one for one in self.records if one.mark is None and not one.copied), None)

    @property
    def proof(self) -> Stamp | None:
        """What tells which labels of groups we put on: the item's stamp, or else that of the item which was copied."""
        return self.carrier.stamp if self.carrier else None


def shown_on(
    found: OwnRecords, own: OwnOnIssue, owner: str, comment_exists: bool = False, children_stand: bool = True
) -> Marks:
    """What an item shows, from its records, what of its labels is ours, and whether our comment is there.

    `children_stand`: whether it bears the labels of groups that go with its stamp; see OwnLabels.stand.

    Marks of a foreign owner are not ours to show: only the foreign stamp is.
    """
    stamp = found.stamp
    if found.is_of_others:
        return Marks(stamp=found.foreign)
    order = {mark.id: place for place, mark in enumerate(stamp.key_results)} if stamp else {}
    marks = sorted(
        (record.mark for record in found.records if record.mark is not None),
        key=lambda mark: (order.get(mark.id, len(order)), mark.id, mark.url),
    )
    if stamp is None:
        return _copied(found, tuple(marks), own, owner)
    # Two records in one place are the work of two runs at once, one of another item came with work that was joined to
    # this: not what should be there, so it is written anew.
    single = len({record.address for record in found.records}) == len(found.records)
    single = single and not any(record.copied for record in found.records)
    whole = children_stand and single and len(own.names) >= len(stamp.labels)
    stated = stamp.comment if single else None
    shown = Marks(
        key_results=tuple(marks),
        alignment=stamp.alignment if whole else None,
        labels=own.names,
        comment=(stated or _unfinished(stamp)) if comment_exists else None,
        stamp=replace(stamp, labels=_stamped(stamp, own), children=own.children),
        page=note_page(found.note.address, owner) if found.note is not None else "",
    )
    # A stamp alone is a write that broke off at its start: it must show, or nobody would clear it away.
    return replace(shown, comment=COMMENT_ONLY) if shown == Marks() else shown


def _stamped(stamp: Stamp, own: OwnOnIssue) -> tuple[str, ...]:
    """Those of our labels there that the stamp names, under the names that they have by now."""
    ids = {id_ for _, id_ in stamp.label_ids}
    names = {name.casefold() for name in stamp.labels}
    found = {name for name, id_ in own.labels if id_ in ids or name.casefold() in names}
    if own.stands_for is not None and own.state == stamp.alignment:
        return tuple(sorted({*found, own.stands_for}))
    if not ids and len(found) < len(names):
        # An older stamp knows names only, and the policy may have followed a label to its new one.
        return own.names
    return tuple(sorted(found))


def _copied(found: OwnRecords, key_results: tuple[KeyResultMark, ...], own: OwnOnIssue, owner: str) -> Marks:
    """What an item shows where nothing proves that we wrote it there: people copied it, or deleted the proof.

    It shows no alignment, so that where it should have one, the plan has the stamp that it lacks. Where nothing else
    would show, it has that of what was copied, so that the plan has what should go.
    """
    if not found.records and own == NONE_OF_OURS:
        return Marks()
    stamp = Stamp(owner, labels=own.names, children=own.children, copied=True)
    shown = Marks(key_results, labels=own.names, stamp=stamp)
    if shown == Marks():
        shown = replace(shown, alignment=own.state or _alignment_in(found))
    return replace(shown, comment=COMMENT_ONLY) if shown == Marks() else shown


def _alignment_in(found: OwnRecords) -> AlignmentState | None:
    carrier = found.carrier
    return carrier.stamp.alignment if carrier and carrier.stamp else None


def _unfinished(stamp: Stamp) -> Comment:
    return COMMENT_ONLY if stamp.alignment == "orphaned" else UNFINISHED


# --- Addresses and words -------------------------------------------------------------------------


def address_of(mark: KeyResultMark, owner: str) -> str:
    """The address of a key result's attachment or link: stable, and different for each key result."""
    named = {PARAMETER: owner}
    if urlsplit(mark.url).path.rsplit("/", 1)[-1] != mark.id:
        # Several key results may have one page; on one issue two attachments cannot share an address.
        named["kr"] = mark.id
    return _with(mark.url, named)


def note_address(owner: str, page: str) -> str:
    """The address of the note on an item without key results, which leads to a page."""
    return _with(page, {PARAMETER: owner})


def note_page(address: str, owner: str) -> str:
    """The page to which the note with this address leads."""
    parts, ours = urlsplit(address), urlencode({PARAMETER: owner})
    query = "&".join(one for one in parts.query.split("&") if one != ours)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def _with(page: str, named: Mapping[str, str]) -> str:
    parts = urlsplit(page)
    query = "&".join(filter(None, (parts.query, urlencode(named))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def owner_of(url: str) -> str | None:
    """The owner named in an address, None when it is not an address of Truenorth's."""
    try:
        values = parse_qs(urlsplit(url).query).get(PARAMETER)
    except ValueError:
        return None
    return values[0] if values else None


def title_of(mark: KeyResultMark) -> str:
    """The first line of an attachment."""
    return shown(f"{mark.id} · {mark.title}")


def subtitle_of(mark: KeyResultMark, texts: Texts = ENGLISH_TEXTS) -> str:
    """The second line of an attachment: the figures, what closing the issue would bring, how much of it counts, and why.

    It never holds braces, which Linear reads as a template, and begins with the health, by which views find it
    (`connectors.linear.setup.views`).
    """
    words = [
        health_in(mark.health, mark.percent, texts),
        *part_words(mark, texts),
        *_declared(mark, texts),
    ]
    return shorten(" · ".join(words).translate(_BRACES), LONGEST_SUBTITLE)


def figures_of(mark: KeyResultMark, texts: Texts = ENGLISH_TEXTS) -> str:
    """How it stands, in short."""
    words = [health_in(mark.health, mark.percent, texts), *_declared(mark, texts)]
    return " · ".join(words).translate(_BRACES)


def _declared(mark: KeyResultMark, texts: Texts) -> list[str]:
    return [*([mark.goal] if mark.goal else []), *([due_words(mark.due, texts)] if mark.due else [])]


def health_in(health: Health, percent: int | None, texts: Texts = ENGLISH_TEXTS) -> str:
    """How the figures begin."""
    words = texts.text(f"health.{health}")
    return words if percent is None else f"{texts.figures.percent(percent)} · {words}"


def health_behind(health: Health, texts: Texts = ENGLISH_TEXTS) -> str:
    """What stands in the figures behind the number of a percent, whatever that is."""
    return health_in(health, 0, texts).rpartition("0")[2]


def link_label_of(mark: KeyResultMark, texts: Texts = ENGLISH_TEXTS) -> str:
    """The one line of a project's link."""
    return f"{title_of(mark)} · {figures_of(mark, texts)}"


def note_title(stamp: Stamp | None, texts: Texts = ENGLISH_TEXTS) -> str:
    """The first line of a note."""
    key = f"note.{stamp.alignment}" if stamp and stamp.alignment else ""
    return texts.text(key) if key in texts else "Truenorth"


# --- Attachments ---------------------------------------------------------------------------------


class _MetadataRecord(msgspec.Struct, omit_defaults=True):
    """A mark as attachment metadata: flat, of texts and numbers, as Linear's documentation asks."""

    owner: str
    key_result: str = ""
    title: str = ""
    percent: int | None = None
    health: Any = ""
    url: str = ""
    objective: str = ""
    due: str = ""
    because: str = ""
    share: int | None = None
    moves: int | None = None
    goal: str | None = None
    reason_id: str = ""
    basis_id: str = ""
    percent_after: int | None = None
    truenorth: str = ""


_RECORDS = Converter(_MetadataRecord)
_MARKS = Converter(KeyResultMark)

_PART = ("objective", "due", "because", "share", "moves", "goal", "reason_id", "basis_id", "percent_after")


def metadata_for(owner: str, mark: KeyResultMark | None, stamp: Stamp | None) -> dict[str, Any]:
    """The metadata of an attachment. It always says whether it is the carrier: an update might merge."""
    metadata: dict[str, Any] = {"owner": owner, "truenorth": stamps.to_text(stamp) if stamp else ""}
    if mark is not None:
        metadata |= {"key_result": mark.id, "title": mark.title, "health": mark.health, "url": mark.url}
        if mark.percent is not None:
            metadata["percent"] = mark.percent
        metadata |= {name: value for name in _PART if (value := getattr(mark, name)) not in ("", None)}
        # That there is no goal to show is something else than a record that does not know of goals.
        metadata |= {"goal": ""} if mark.goal == "" else {}
    return metadata


def find_in_attachments(attachments: Iterable[AttachmentNode], item: str, owner: str) -> OwnRecords:
    """Our records among an issue's attachments. One that merely has such an address is a person's.

    One that was made for another issue came along with a copy, or with work that was joined to this. Another workspace's
    likewise: its copied stamp does not make the issue that workspace's.
    """
    records, foreign = [], None
    theirs: set[str] = set()
    for node in attachments:
        named = owner_of(node.url)
        if named is None:
            continue
        try:
            record = _RECORDS.convert(node.metadata)
        except msgspec.ValidationError:
            continue
        stamp = stamps.from_text(record.truenorth)
        if named == owner == record.owner and (stamp is None or stamp.owner == owner):
            copied = stamp is not None and stamp.item not in ("", item)
            records.append(MarkRecord(node.id, node.url, _mark(record), stamp, node.updated_at, copied))
        elif stamp is not None:
            theirs.update(stamp.children, (id_ for _, id_ in stamp.label_ids))
            foreign = stamp if stamp.item in ("", item) else foreign
    return OwnRecords(tuple(sorted(records, key=lambda record: record.id)), foreign, frozenset(theirs))


def _mark(record: _MetadataRecord) -> KeyResultMark | None:
    if not record.key_result:
        return None
    try:
        return _MARKS.convert(
            {
                "id": record.key_result,
                "title": record.title,
                "percent": record.percent,
                "health": record.health,
                "url": record.url,
                **{name: getattr(record, name) for name in _PART},
            }
        )
    except msgspec.ValidationError:
        # Somebody edited it: a mark that equals none, so that it is written anew.
        return KeyResultMark(record.key_result, "", None, "no_data", record.url)


# --- Links ---------------------------------------------------------------------------------------


class _Packed(msgspec.Struct, omit_defaults=True):
    """A link's record. It names its project, so that a link which somebody copied elsewhere proves nothing there."""

    item: str
    mark: KeyResultMark | None = None
    stamp: Any = None


_PACKED = Decoder(_Packed)


def link_url(address: str, item: str, mark: KeyResultMark | None, stamp: Stamp | None) -> str:
    """The address of a project's link with its record in the fragment, which no server gets to see."""
    packed = _Packed(item, mark, stamps.to_property(stamp) if stamp else None)
    text = base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(packed), 9)).decode()
    return f"{address.partition('#')[0]}#{text.rstrip('=')}"


def find_in_links(links: Iterable[LinkNode], item: str, owner: str) -> OwnRecords:
    """Our records among a project's external links, those that were made for another project included."""
    records, foreign = [], None
    for node in links:
        named = owner_of(node.url)
        address, _, fragment = node.url.partition("#")
        packed = _unpack(fragment) if named is not None else None
        if packed is None:
            continue
        stamp, copied = stamps.from_property(packed.stamp), packed.item != item
        if named == owner and (stamp is None or stamp.owner == owner):
            records.append(MarkRecord(node.id, address, packed.mark, stamp, node.updated_at, copied))
        elif stamp is not None and not copied:
            foreign = stamp
    return OwnRecords(tuple(sorted(records, key=lambda record: record.id)), foreign)


def _unpack(fragment: str) -> _Packed | None:
    try:
        raw = base64.urlsafe_b64decode(fragment + "=" * (-len(fragment) % 4))
        # People can edit links: what unpacks to more than any record of ours is not one.
        text = zlib.decompressobj().decompress(raw, _LONGEST_RECORD)
        return _PACKED.decode(text)
    except (binascii.Error, ValueError, zlib.error, msgspec.DecodeError, RecursionError):
        return None
