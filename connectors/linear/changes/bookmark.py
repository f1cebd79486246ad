"""Where a read of changes goes on: what a read leaves for the next one to compare with. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec.json import Decoder

from connectors.http.dates import clamped
from connectors.linear.api.change_queries import Row
from connectors.linear.api.wire import LabelNode

VERSION = 1
OVERLAP = timedelta(minutes=2)
"""How far back a stream is asked again: rows may become visible later than their time says."""


class Place(msgspec.Struct, omit_defaults=True):
    """Where a stream goes on, and the rows behind that which were taken up, each in its state."""

    at: datetime
    seen: dict[str, str] = {}

    def news(self, rows: Iterable[Row]) -> list[Row]:
        """Those of the rows that were not taken up as they are."""
        return [one for one in rows if self.seen.get(one.id) != one.state]

    def after(self, rows: Iterable[Row], begun: datetime) -> Place:
        """Where the next read goes on after these rows, which are all since `at`. `begun`: when this read began."""
        rows = list(rows)
        newest = max((clamped(one.updated_at) for one in rows if one.updated_at), default=None)
        at = max(self.at, min(begun, newest or self.at + OVERLAP) - OVERLAP)
        kept = {
            one.id: one.state for one in rows if max(filter(None, (one.updated_at, one.archived_at))) >= at
        }
        return Place(at, kept)


class KnownRenames(msgspec.Struct, omit_defaults=True, frozen=True):
    """`connectors.linear.marks.renamed_labels.Renamed` as it is kept."""

    labels: dict[str, str] = {}
    children: dict[str, str] = {}
    proven: list[str] = []
    given: list[str] = []


class Bookmark(msgspec.Struct, omit_defaults=True):
    """What a read of changes begins with.

    - `about`: of which configuration it is; `streams`: by their names.
    - `teams`: key and visibility of every team; `labels`: a digest of every issue label; `names`: digests of the states and
      people that items carry by name.
    - `outside`: ids of issues above the scope; `projects`, `initiatives`: ids of those that are items.
    - `committed`: ids of the issues in active cycles; `aside`: ids of issues that could not be read.
    - `place`: an address of any issue, by which the workspace is known; `initiatives_left_out`: the token may not read them.
    """

    version: int
    about: str
    streams: dict[str, Place]
    teams: dict[str, tuple[str, str]] = {}
    labels: dict[str, str] = {}
    names: dict[str, str] = {}
    renamed: KnownRenames = KnownRenames()
    outside: list[str] = []
    projects: list[str] = []
    initiatives: list[str] = []
    committed: list[str] = []
    aside: list[str] = []
    place: str = ""
    initiatives_left_out: bool = False


_DECODER = Decoder(Bookmark)


def written(bookmark: Bookmark) -> str:
    return msgspec.json.encode(bookmark).decode()


def read(text: str, about: str) -> Bookmark | None:
    """The bookmark; None where it is of another version or configuration, or none at all."""
    try:
        found = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if (found.version, found.about) == (VERSION, about) else None


def digest(*parts: object) -> str:
    """A short word that changes with any of the parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def label_digests(labels: Mapping[str, LabelNode]) -> dict[str, str]:
    """What of each label tells how issues that bear it are read."""
    return {
        id_: digest(
            one.name,
            one.is_group,
            one.description,
            one.parent.id if one.parent else None,
            one.team.id if one.team else None,
            one.archived_at is None,
            one.retired_at is None,
        )
        for id_, one in labels.items()
    }
