"""The document of `truenorth review`. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from connectors.model import Health
from sync.align.terms import Phase
from sync.report.schemas.parts import NothingRead, Shape, Ticket, Unread
from sync.report.schemas.scorecard import Range
from sync.report.schemas.work_done import Done, Effort, Outcome, Output, Saying, Unaligned
from sync.review.decisions import Choice
from sync.review.reasons import ReasonKind

Name = Literal["truenorth/review/1"]


class Cycle(Shape):
    """The cycle that is reviewed."""

    name: str
    start: date
    end: date
    phase: Phase


class Attained(Shape):
    """How many graded objectives reached their goal."""

    attained: int
    graded: int
    rate: float | None


class Amount(Shape):
    """Pieces of work, and what they weigh."""

    items: int
    weight: float


class Promise(Shape):
    """What was promised on a day, and what became of it."""

    day: date
    declared: bool = Field(description="Whether people declared the day as the baseline.")
    unit: str
    promised: Amount
    done: Amount
    dropped: Amount
    added: Amount
    added_done: Amount
    kept: float | None = Field(description="Done share of the promise, 0..1.")
    growth: float | None = Field(description="What came later, as a share of the promise.")


class Forecast(Shape):
    """What was forecast in a week, held against what came."""

    week: int
    day: date
    chance: float = Field(ge=0, le=1)
    range: Range
    goal: float
    held: bool | None = Field(description="Whether the end lies in the range; null: not known yet.")
    succeeded: bool | None


class Why(Saying):
    """Why a key result was not reached."""

    kind: ReasonKind
    signal: str | None
    items: list[Ticket]


class Decision(Saying):
    """What is suggested to be decided."""

    suggested: Choice | Literal["done"]


class ReviewedKeyResult(Shape):
    """A key result at the end of its cycle, or so far."""

    key_result: str
    title: str
    weight: float
    is_guard_rail: bool
    percent: int | None
    grade: float | None = Field(ge=0, le=1)
    goal: float | None
    reached: bool | None
    health: Health
    closed: date | None
    evidence: str
    outcome: Outcome
    output: Output
    promise: Promise | None
    forecasts: list[Forecast]
    done: Done
    why: list[Why]
    decision: Decision


class ReviewedObjective(Shape):
    """An objective with its key results."""

    objective: str
    title: str
    parent: str | None
    percent: int | None
    grade: float | None = Field(ge=0, le=1)
    grading: Literal["committed", "aspirational"] | None
    succeeds: bool | None
    health: Health
    closed: date | None
    key_results: list[ReviewedKeyResult]


class Calibration(Shape):
    """How the forecasts of a week did: of so many, so many ends lie in their range."""

    week: int
    of: int
    held: int
    expected: float = Field(description="The chances added up: how many were expected to succeed.")
    succeeded: int


class NextCycle(Shape):
    """When the next cycle runs."""

    start: date
    end: date
    declared: bool


class LeftOut(Shape):
    """What is not carried over, and why."""

    id: str
    why: str


class Next(Shape):
    """What is proposed for the next cycle: as values and as YAML, which validates."""

    from_: str = Field(alias="from")
    to: str
    runs_until: date | None
    cycle: NextCycle
    objectives: list[dict[str, Any]] = Field(description="As in OKR files: truenorth schema.")
    notes: dict[str, list[str]] = Field(description="By id.")
    left_out: list[LeftOut]
    yaml: str


class Review(Shape):
    """What a cycle came to."""

    document: Name = Field(alias="schema")
    unread: list[Unread]
    rewound: bool = Field(description="Whether it is as of a time before the read.")
    as_of: datetime
    language: str
    cycle: Cycle
    attainment: Attained | None
    objectives: list[ReviewedObjective]
    calibration: list[Calibration]
    effort: Effort | None
    unaligned: Unaligned
    wins: list[str] = Field(description="Ids of key results.")
    missed: list[str] = Field(description="Ids of key results.")
    choices: list[Choice] = Field(description="What can be decided for each key result.")
    next: Next | None


class NoReview(NothingRead):
    """Printed where the command came to nothing: no tracker could be read, or another run is at work."""

    document: Name = Field(alias="schema")


Document = Review | NoReview
