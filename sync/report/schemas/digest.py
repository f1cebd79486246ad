"""The document of `truenorth digest`. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from connectors.model import Health
from sync.forecast.attribution import Cause, Untold
from sync.report.schemas.parts import NothingRead, Shape, Ticket, Unread
from sync.report.schemas.scorecard import Moved, Range, Thing
from sync.report.schemas.work_done import Done, Effort, Outcome, Output, Saying, Unaligned

Name = Literal["truenorth/digest/1"]


class Before(Shape):
    """Where the key result stood."""

    day: date
    percent: int | None
    value: float | None


class ChanceMoved(Shape):
    """What moved a chance: work, scope and time add up to what before and after differ by."""

    key_result: str
    since: date
    before: float
    after: float
    work: float
    scope: float
    time: float
    main: Cause | None
    is_value: bool = Field(description="Whether work means the value that was measured.")


class ForecastBefore(Shape):
    """The forecast that was made then."""

    day: date
    chance: float = Field(ge=0, le=1)
    range: Range


class Warned(Saying):
    """A signal about the key result."""

    signal: str
    items: list[Ticket]


class KeyResultWeek(Shape):
    """A key result, and its week."""

    key_result: str
    title: str
    percent: int | None
    health: Health
    goal: float | None
    outcome: Outcome
    output: Output
    before: Before | None
    moved: Moved | None
    chance: float | None
    chance_moved: ChanceMoved | None
    chance_untold: Untold | None = Field(description="Why it is not known what moved the chance.")
    forecast_before: ForecastBefore | None
    done: Done
    reached_goal: bool
    why: list[Warned]
    one_thing: Thing | None


class ObjectiveWeek(Shape):
    """An objective with its key results."""

    objective: str
    title: str
    cycle: str
    percent: int | None
    grade: float | None
    health: Health
    key_results: list[KeyResultWeek]


class Digest(Shape):
    """What a week did."""

    document: Name = Field(alias="schema")
    unread: list[Unread]
    rewound: bool = Field(description="Whether it is as of a time before the read.")
    as_of: datetime
    since: date
    language: str
    objectives: list[ObjectiveWeek]
    effort: Effort | None
    unaligned: Unaligned


class NoDigest(NothingRead):
    """Printed where the command came to nothing: no tracker could be read, or another run is at work."""

    document: Name = Field(alias="schema")


Document = Digest | NoDigest
