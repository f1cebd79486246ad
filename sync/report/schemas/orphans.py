"""The document of `truenorth orphans`. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from config.fields import Level
from sync.report.schemas.parts import (
    Claim,
    Finding,
    InGrace,
    NothingRead,
    NotWarned,
    Planned,
    Shape,
    TicketInProject,
    Unread,
    absent,
)

Name = Literal["truenorth/orphans/1"]


class _Unaligned(TicketInProject):
    level: Level
    status: str
    assignee: str | None
    age_days: int = Field(ge=0)
    why: str = Field(description="Why it serves no key result, in English.")
    claims: list[Claim]


class Orphan(_Unaligned):
    """Work that serves no key result and is warned about."""

    effort: float = Field(description="Open points at stake, itself and everything below it.")
    effort_items: int = Field(description="Of so many open items.")
    top: bool = Field(description="Whether none of its parents is an orphan: it carries the comment.")
    unaligned_since: date | None = Field(description="When it lost its last link; null: it never had one.")
    in_progress_since: date | None


class Unwarned(_Unaligned):
    """Work that serves no key result and is not warned about."""

    because: Literal["not started", "in grace"]
    warned_from: date | None


class Orphans(Shape):
    """Unaligned work, the most effort at stake first."""

    document: Name = Field(alias="schema")
    unread: list[Unread]
    rewound: bool = Field(description="Whether it is as of a time before the read.")
    as_of: datetime
    narrowed_by: str | None = Field(description="The options that narrow the lists; null: they are whole.")
    warned: int = Field(ge=0, description="How many orphans there are, whatever narrows the list.")
    orphans: list[Orphan]
    not_warned: NotWarned
    unwarned: list[Unwarned] = absent("With --all.")
    in_grace: list[InGrace]
    planned: list[Planned]
    findings: list[Finding]


class NoOrphans(NothingRead):
    """Printed where the command came to nothing: no tracker could be read, or another run is at work."""

    document: Name = Field(alias="schema")


Document = Orphans | NoOrphans
