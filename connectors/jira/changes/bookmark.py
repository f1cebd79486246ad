"""Where a read of changes goes on, as the text that is kept between two runs. Pure.

Two moments bound what has to be asked for. `watermark` is the tracker's own time before the first request of the read, or the newest
`updated` that was read where that is a little older: a site whose clocks differ must not lose what lies between. `read_at` is
that time alone: what was last changed before it was read after its change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from config.text.texts import Texts
from config.trackers import JiraTracker
from connectors.changes import NeedsWholeRead
from connectors.jira.api.fields import OUR_NAMES
from connectors.jira.changes.fixed_facts import FixedFacts, fixed_facts
from connectors.jira.changes.learned import Learned
from connectors.jira.changes.site import Site
from connectors.jira.marks.names import OPTIONS, field_called, option_called
from connectors.model import Pull, WorkItem

VERSION = 1

CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much the tracker's time may be ahead of what it writes into `updated`."""


class Bookmark(msgspec.Struct, frozen=True, kw_only=True):
    """What the next read of changes starts from.

    - `about`: a digest of what was declared when the items were read; see `digest_of`.
    - `swept`: when all ids were last compared.
    - `above`: ids of what is known because something in scope hangs below it.
    - `hanging`: ids of what hangs on something that cannot be seen; nothing tells when that moves or goes.
    - `count`: how many issues are in scope as far as is known. `offset`: by how much the site's own count is greater when nothing
      is amiss; None: not known yet. `off`: in how many runs running it was otherwise.
    - `aside`: ids of issues that could not be read, which are tried again each time.
    """

    about: str
    watermark: datetime
    read_at: datetime
    newest: datetime
    swept: datetime
    fixed: FixedFacts
    learned: Learned
    above: tuple[str, ...] = ()
    hanging: tuple[str, ...] = ()
    count: int = 0
    offset: int | None = None
    off: int = 0
    aside: tuple[str, ...] = ()
    version: int = VERSION


class _Version(msgspec.Struct):
    version: int = 0


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Bookmark)
_VERSIONS = msgspec.json.Decoder(_Version)


def encoded(bookmark: Bookmark) -> str:
    """The text of it."""
    return _ENCODER.encode(bookmark).decode()


def decoded(text: str, about: str) -> Bookmark:
    """The bookmark in a text. Raises NeedsWholeRead for one of another version, or of something else."""
    try:
        if _VERSIONS.decode(text).version != VERSION:
            raise NeedsWholeRead("the last read was by another version of Truenorth")
        found = _DECODER.decode(text)
    except msgspec.MsgspecError:
        raise NeedsWholeRead("what the last read left cannot be understood") from None
    if found.about != about:
        raise NeedsWholeRead("what is read of the tracker was declared anew")
    return found


def digest_of(parts: Iterable[object]) -> str:
    """A digest of all that decides which items a read gives and what they say; `parts` have a fixed `repr`."""
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:32]


def about(
    parts: tuple[object, ...],
    tracker: JiraTracker,
    labels: Iterable[str],
    provided: Mapping[str, str],
    texts: Texts,
) -> str:
    """The digest of a tracker as it is declared, of what setup made there, and of what our fields and options are called."""
    named = [(name, field_called(name, texts)) for name in OUR_NAMES]
    called = [option_called(option, texts) for options in OPTIONS.values() for option in options]
    declared = tracker.model_dump(mode="json", exclude={"policy"})
    return digest_of(
        (
            *parts,
            sorted(declared.items()),
            sorted(labels),
            sorted(provided.items()),
            named,
            called,
            texts.language,
        )
    )


def bookmark_of(pulled: Pull, site: Site, about: str) -> Bookmark:
    """Where changes go on after a whole read, which is a sweep as well."""
    newest = newest_of(pulled.items, pulled.as_of)
    return Bookmark(
        about=about,
        watermark=watermark(pulled.as_of, newest),
        read_at=pulled.as_of,
        newest=newest,
        swept=pulled.as_of,
        fixed=fixed_facts(pulled.as_of, site.user, site.listed, site.projects, site.words, site.statuses),
        learned=site.learned,
        above=tuple(sorted(item.ref.id for item in pulled.items if not item.in_scope)),
        hanging=tuple(sorted(hanging_on_nothing(pulled.items, {item.ref.id for item in pulled.items}))),
        count=sum(item.in_scope for item in pulled.items),
        aside=tuple(sorted(one.id for one in pulled.set_aside)),
    )


def hanging_on_nothing(items: Iterable[WorkItem], seen: Container[str]) -> set[str]:
    """Ids of those that name something above them which is not among the ids that are `seen`."""
    return {
        item.ref.id
        for item in items
        if item.parent_key is not None and (item.parent is None or item.parent.id not in seen)
    }


def watermark(read_at: datetime, newest: datetime) -> datetime:
    """See the module."""
    return min(read_at, max(newest, read_at - CLOCKS_DIFFER))


def newest_of(items: Iterable[WorkItem], otherwise: datetime) -> datetime:
    """The newest `updated` among the items in scope."""
    return max((item.updated for item in items if item.in_scope), default=otherwise)
