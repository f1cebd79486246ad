"""Indicators, as `truenorth signals` prints them. No figure is about a person; a hidden one is null. Pure."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from sync.report.schemas.parts import Shape, Times


class Attainment(Shape):
    """How many graded objectives reached their goal."""

    kind: Literal["cycle", "objective", "team"]
    cycle: str
    name: str | None
    phase: str
    attained: int
    graded: int
    rate: float | None


class Pace(Shape):
    """A figure a week: the lowest, the median and the highest."""

    low: float
    middle: float
    high: float


class Velocity(Shape):
    """What a team finished a week."""

    team: str
    weeks: int
    items_a_week: Pace
    points_a_week: Pace | None
    items: int
    estimated: int


class TeamTimes(Shape):
    """Lead and cycle time of a stream or team."""

    stream: str | None
    team: str | None
    lead_time: Times | None
    cycle_time: Times | None
    efficiency: float | None = Field(description="0..1.")


class Customer(Shape):
    """A metric by what it tells of customers."""

    indicator: str
    key_result: str
    title: str
    value: float | None
    unit: str
    start: float | None
    target: float | None
    low: float | None
    high: float | None
    progress: float | None
    on: date | None


class PersonDaysCell(Shape):
    """Person-days of a team for a kind of work."""

    team: str | None = Field(description="Null: all teams.")
    kind: str | None = Field(description="Null: everything.")
    name: str | None
    days: float | None
    hidden: bool = Field(description="Too few people, or it would give such a figure away.")


class PersonDaysShare(Shape):
    """Person-days of an objective as a share of its cycle's, beside its declared weight."""

    objective: str
    cycle: str
    declared: float | None
    weight_is_declared: bool
    share: float | None
    hidden: bool


class PersonDays(Shape):
    """Person-days since a day."""

    begin: date
    end: date
    least_people: int = Field(description="Figures of fewer people are hidden.")
    cells: list[PersonDaysCell]
    shares: list[PersonDaysShare]


class Gain(Shape):
    """How far a metric moved from its start towards its target, in its unit."""

    key_result: str
    title: str
    unit: str
    amount: float
    per_person_day: float | None


class Return(Shape):
    """An objective's value beside its effort."""

    objective: str
    effort: float | None = Field(description="Person-days.")
    hidden: bool
    gains: list[Gain]
    value: float | None
    attainment: float | None
    proxy: float | None = Field(description="Declared value × attainment ÷ effort.")
    rank: int | None


class Indicators(Shape):
    """All indicators."""

    attainment: list[Attainment]
    velocity: list[Velocity]
    times: list[TeamTimes] | None
    customers: list[Customer]
    person_days: PersonDays | None
    returns: list[Return]
