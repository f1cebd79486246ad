"""Reading what changed since an earlier read, for trackers that can tell, and going on with a whole read that was cut short.

The pipeline keeps the items and the bookmark; a connector says what became of them. What the tracker does not tell by
`updated`, and how late it is noticed, is listed in docs/performance.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from connectors.base import Progress
from connectors.model import Pages, Pull, SetAside, WorkItem


class KnownItems(Protocol):
    """What earlier reads of one tracker left, with the marks that it shows by now. Costs no request."""

    def items(self, ids: Collection[str]) -> Mapping[str, WorkItem]:
        """Those with these ids that are known."""
        ...

    def children(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        """What hangs directly below these, as it was last read."""
        ...

    def ids(self, *, in_scope: bool = False) -> frozenset[str]:
        """Every id, or those in scope alone; for sweeps, which compare all of them."""
        ...


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a tracker's scope since a bookmark.

    - `items`: each takes the place of what is known of it, or is new. One that is equal to what is known does no harm.
    - `gone`: ids that are known, and are neither in scope nor an ancestor of what is any more; told by a sweep, or by what
      took their place.
    - `bookmark`: where the next read goes on. `as_of`: as in `Pull`; so are `notes`, `set_aside` and `pages`, of what was read
      now.
    - `swept`: whether all ids were compared.
    - `amiss`: whether a count told of more or less than is known with these changes. Told in two reads running, it brings the
      sweep forward.
    """

    tracker: str
    items: tuple[WorkItem, ...]
    gone: frozenset[str]
    bookmark: str
    as_of: datetime
    requests: int = 0
    notes: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    pages: Pages = field(default_factory=Pages)
    swept: bool = False
    amiss: bool = False


class NeedsWholeRead(Exception):
    """Something changed of which only a whole read tells what it touches, such as the name of a status; the text says what."""


@runtime_checkable
class ReadsChanges(Protocol):
    """Can tell what changed since the read at whose end it gave a bookmark (`Pull.bookmark`, `Changes.bookmark`)."""

    def changes(
        self,
        bookmark: str,
        known: KnownItems,
        *,
        sweep: bool = False,
        doubtful: Collection[str] = (),
        progress: Progress | None = None,
    ) -> Changes:
        """What changed since, in few requests where nothing did; with `sweep` also what is gone.

        `doubtful`: ids of items of which nobody knows which marks they show. They are read again whatever is told, with marks
        of ours that are not known.

        With what is known it gives what a whole `pull` would give, but for what docs/performance.md lists as told later.
        All or nothing. Raises NeedsWholeRead, also for a bookmark of another version or scope; else as `pull` does.
        """
        ...


class Landing(Protocol):
    """Pages of a whole read, kept until it is complete, so that one that is cut short is not begun anew.

    `begun`: the tracker's time before the first page of all was asked for; what changed since is not in the pages, so that the
    bookmark of the read is of then. None until `begin` was told.
    """

    @property
    def begun(self) -> datetime | None: ...

    def begin(self, at: datetime, about: str) -> None:
        """Begin at that time, or go on where a read of the same things `about` was cut short, which `begun` then tells."""
        ...

    def page(self, name: str) -> bytes | None:
        """The page of that name, where an earlier attempt had it."""
        ...

    def keep(self, name: str, page: bytes) -> None:
        """Keep a page, in a transaction of its own. Threads may call it side by side."""
        ...


@runtime_checkable
class ResumesReads(Protocol):
    """Can go on with a whole read where an earlier one was cut short."""

    def pull_into(
        self,
        landing: Landing,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,
        commented_ids: Collection[str] = (),
    ) -> Pull:
        """As `Connector.pull`, with pages kept in the `landing` as they come, and taken from it where it has them."""
        ...
