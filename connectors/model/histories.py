"""What a tracker tells of how an item came to where it is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.model.cleaning import redact, show
from connectors.model.items import Category


@dataclass(frozen=True, slots=True)
class StatusSpan:
    """A time in which an item stood in one status; the last one has no end. Times are aware, in UTC.

    - `category`: None where it is not told: the status is no longer in use, or "" where changes are missing. Never
      "dropped": a history tells of statuses, not of why work ended.
    - `also`: other names of the status, in another language or as it was called then.
    """

    category: Category | None
    status: str
    begin: datetime
    end: datetime | None = None
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        show(self, "status")
        redact(self, "also")


@dataclass(frozen=True, slots=True)
class AssigneeSpan:
    """A time in which an item was assigned to somebody, or to nobody (None); the last one has no end. Aware, in UTC.

    `person`: told apart from others by it, never shown.
    """

    person: str | None
    begin: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class FlagSpan:
    """A time in which people had flagged an item as blocked; one that goes on has no end. Aware, in UTC."""

    begin: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What a tracker tells of an item's past, each oldest first.

    - `statuses`: from its creation on, without a gap.
    - `assignees`: from its creation on, or from the moment from which the tracker tells it; None where it was not asked for, or
      is not told.
    - `flags`: when it was flagged as blocked, as far as that was asked for and trackers know flags.
    """

    statuses: tuple[StatusSpan, ...] = ()
    assignees: tuple[AssigneeSpan, ...] | None = None
    flags: tuple[FlagSpan, ...] = ()
