"""The document of `truenorth status`. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from sync.report.schemas.parts import (
    Finding,
    InGrace,
    NothingRead,
    NotWarned,
    OkrsFrom,
    Planned,
    Shape,
    Unread,
    absent,
)
from sync.report.schemas.scorecard import Movement, Objective, OneThing

Name = Literal["truenorth/status/1"]


class WorkSlice(Shape):
    """A part of the work that runs: of an objective, of an exempt category, or of neither."""

    kind: Literal["objective", "category", "unaligned"]
    name: str | None
    pieces: float = Field(description="Items; shared work is split.")
    share: float = Field(ge=0, le=1)
    used: float = absent("Of a category with a budget.", ge=0, le=1)
    budget: float = absent("Of a category with a budget.", ge=0, le=1)


class Distributed(Shape):
    """A sync that several machines work on now."""

    run: int
    stage: Literal["reading", "deciding", "writing", "closing"]
    partitions: int
    done: int
    working: int
    items: int
    workers: int


class Troubled(Shape):
    """An item to which the last sync could not write."""

    tracker: str
    key: str
    outcome: str
    error: str


class LastRun(Shape):
    """The last sync."""

    id: int
    at: datetime
    outcome: Literal["planned", "stopped", "done", "partial", "failed"]
    configuration: str = Field(description="A digest of the OKR files.")
    summary: dict[str, Any] = Field(description="How it went; more keys may come.")
    troubled: list[Troubled]


class SetUp(Shape):
    """Something that setup made on a tracker."""

    kind: str
    name: str
    address: str


class Undone(Shape):
    """An undo after which no sync put marks on again."""

    run: int
    at: datetime
    scope: str
    items: int
    again: int = Field(description="Items that the next sync would mark again.")


class Stuck(Shape):
    """A write that did not come to its end."""

    key: str
    state: str
    why: str
    tracker: str


class Status(Shape):
    """What is known by the last read."""

    document: Name = Field(alias="schema")
    unread: list[Unread]
    okrs: OkrsFrom = absent("Only where a variable named them.")
    rewound: bool = Field(description="Whether it is as of a time before the read.")
    as_of: datetime
    scorecard: list[Objective]
    movement: Movement | None = Field(description="Null before there is a day to compare with.")
    one_things: list[OneThing]
    work: list[WorkSlice] = Field(description="Empty while no cycle runs or nothing is under way.")
    running: Distributed | None
    last_run: LastRun | None
    set_up: dict[str, list[SetUp]] = Field(description="By tracker.")
    undone: list[Undone]
    stuck: list[Stuck]
    orphans: int = Field(ge=0, description="How many there are; truenorth orphans lists them.")
    not_warned: NotWarned
    in_grace: list[InGrace]
    planned: list[Planned]
    unwritten: int | None = Field(
        description="Items that the next sync would write to; null as of a past time."
    )
    findings: list[Finding]


class StatusWhileReading(Shape):
    """Printed during a distributed sync before anything was read."""

    document: Name = Field(alias="schema")
    unread: list[Unread]
    okrs: OkrsFrom = absent("Only where a variable named them.")
    as_of: None
    running: Distributed


class NoStatus(NothingRead):
    """Printed where the command came to nothing: no tracker could be read, or another run is at work."""

    document: Name = Field(alias="schema")


Document = Status | StatusWhileReading | NoStatus
