"""Key results and objectives, their forecasts and what moved them. Pure."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from connectors.model import Health
from sync.align.terms import Phase
from sync.report.schemas.parts import Shape, Ticket

Share = float


class Creep(Shape):
    """What came after the baseline."""

    items: int
    weight: float
    share: float | None = Field(description="Of the frozen scope; null where that weighs nothing.")


class Range(Shape):
    """Progress at the end of the cycle, 0..1: the range that covers 80 % of simulated outcomes, and the median."""

    low: float
    middle: float
    high: float


class Limits(Shape):
    """Between which a guard-rail must stay, both included."""

    above: float | None
    below: float | None


class TeamWork(Shape):
    """The linked work of a team."""

    leaves: int
    done: int


class Work(Shape):
    """The linked work: items without child items, each once."""

    leaves: int
    done: int
    doing: int
    dropped: int = Field(description="No part of the scope.")
    finished_before: int = Field(description="Finished before the cycle began; counted nowhere.")
    created_later: int = Field(description="Came after the baseline or the cycle; counted nowhere.")
    done_on_unknown_day: int
    unestimated: int = Field(description="Counted with the declared default.")
    weight: float
    done_weight: float


class Measured(Shape):
    """A key result as measured."""

    key_result: str
    title: str
    value: float | None = Field(description="In its unit; null without data.")
    target: float | None
    limits: Limits | None = Field(description="Of a guard-rail; null for anything else.")
    unit: str
    percent: int | None = Field(ge=0, le=100, description="Rounded down; 100 only when complete.")
    expected: float = Field(ge=0, le=1, description="Progress that is expected by now.")
    health: Health
    at_target: bool = Field(description="Its value is where it should be, and must only stay there.")
    evidence: str = Field(description="Where the value comes from, in English.")
    since: date | None = Field(description="The first day whose work counts; null: every day.")
    output: float | None = Field(description="Done share of the linked work, beside a value of its own.")
    note: str = Field(description='How output and outcome do not fit together; "" where they do.')
    closed: date | None
    phase: Phase = Field(description="Where its cycle is.")
    stands_on: date | None = Field(description="The day as of which it stands; null while it goes on.")
    read_on: date | None = Field(
        description="The day of the reading that stands; null where it is read anew."
    )
    by_hand: bool = Field(description="The progress was set by a person.")
    coverage: float | None = Field(description="Share of the items whose estimate is known, 0..1.")
    creep: Creep | None = Field(description="Null without a baseline.")
    teams: dict[str, TeamWork] = Field(description="By team or project, the largest first.")
    work: Work


class Forecasted(Measured):
    """A key result with its forecast. What there is none of is null."""

    chance: float | None = Field(ge=0, le=1, description="That it succeeds by the end of its cycle.")
    range: Range | None
    goal: float | None = Field(description="The progress that is success, 0..1.")
    forecast_weeks: float | None = Field(description="Weeks of history that the forecast is made of.")
    no_forecast: str | None = Field(description="Why there is none, in English.")
    working_days_left: int | None
    health_reason: str | None = Field(description="Why it is at risk by its chance alone, in English.")


class Objective(Shape):
    """An objective with its key results."""

    objective: str
    title: str
    cycle: str
    owner: str | None
    percent: int | None = Field(ge=0, le=100)
    expected: float = Field(ge=0, le=1)
    health: Health
    at_target: bool
    without_data: int = Field(description="Parts without data, which are left out.")
    not_begun: int = Field(description="Objectives below it whose cycle has not begun.")
    phase: Phase
    grade: float | None = Field(ge=0, le=1, description="In tenths, never rounded up into a success.")
    succeeds: bool | None = Field(description="By its grading; null where it is not graded, or without data.")
    grading: Literal["committed", "aspirational"] | None
    parent: str | None
    closed: date | None
    key_results: list[Forecasted]


class Moved(Shape):
    """What moved a key result since a day: in points of percent by side, and how many items of each kind."""

    since: date
    by_work: float | None = Field(description="By work that was done or reopened; null: not known.")
    by_scope: float | None = Field(description="By changes of scope and estimates; null: not known.")
    done: int
    reopened: int
    added: int
    dropped: int
    gone: int = Field(description="No longer linked.")
    estimated: int = Field(description="Estimated otherwise.")


class KeyResultMovement(Shape):
    """How a key result moved."""

    key_result: str
    before: int | None = Field(description="Percent; null: not known.")
    now: int | None
    moved: Moved | None


class Movement(Shape):
    """How key results moved since the same day a week ago, or the first day that was read."""

    since: date
    key_results: list[KeyResultMovement]


class BeforeAfter(Shape):
    """A figure, 0..1, before and after an item is done with all that it frees."""

    before: float
    after: float


class Alone(Shape):
    """The same figures after the item alone is done."""

    chance: float
    middle: float


class Thing(Shape):
    """An item that raises the chance of a key result."""

    item: Ticket
    by: Literal["chance", "middle"] = Field(description="Which of the figures it was chosen by.")
    chance: BeforeAfter
    middle: BeforeAfter = Field(description="The median end.")
    frees: list[Ticket] = Field(description="What waits for it.")
    alone: Alone | None = Field(description="Null where it frees nothing.")


class OneThing(Shape):
    """What to do first for a key result."""

    key_result: str
    things: list[Thing] = Field(description="The best first.")
    why: str | None = Field(description="A word for why there is nothing; null where there is something.")
