"""The figures of flow, as `truenorth signals` prints them. Days have all their digits; what is not known is null. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from sync.report.schemas.parts import Percentiles, Shape, Times


class Stage(Shape):
    """A stage of a value stream."""

    stage: str
    category: str
    waiting: bool | None = Field(description="As declared; null: nobody said.")


class Stream(Shape):
    """A value stream."""

    stream: str
    declared: bool
    waiting_declared: bool
    stages: list[Stage]
    statuses_in_no_declared_stage: list[str]


class StageFigures(Shape):
    """What went through a stage in the weeks, and what stands there."""

    stage: str
    reached: list[int] = Field(
        description="How many had come to it or beyond, before the first week and after each."
    )
    queue: list[int] = Field(description="How many stood in it, at the same times.")
    now: int
    item_days: float = Field(description="All time in it within the weeks.")
    days_per_item: Percentiles | None
    age_when_left: Percentiles | None


class InProgress(Shape):
    """A piece of work in progress."""

    item: str
    stage: str
    days_in_stage: float
    age_days: float | None
    age_whole_days: int | None


class LeftOut(Shape):
    """Finished work that is no part of flow efficiency, by why."""

    history_unknown: int
    never_in_progress: int
    no_waiting_stage: int


class Efficiency(Shape):
    """Active time as a share of the time from start to end."""

    state: Literal["known", "no_finished_work", "no_waiting_stage"]
    percent: float | None
    active_days: float | None
    waiting_days: float | None
    items: int
    left_out: LeftOut


class Blocked(Shape):
    """Time in which work was blocked."""

    days: float
    days_by_link: float
    days_by_flag: float
    items: int
    now: int
    now_undated: int


class Bottleneck(Shape):
    """The stage before which work piles up."""

    state: Literal["found", "none", "too_little_history"]
    stage: str | None
    queue: int | None
    median: float | None
    p85: float | None


class Place(Shape):
    """The flow of a stream, or of one team in it."""

    stream: str
    team: str | None = Field(description='As "tracker/TEAM"; null: the whole stream.')
    items: int
    without_history: int
    begun: list[int] = Field(description="By week.")
    finished: list[int] = Field(description="By week.")
    dropped: list[int] = Field(description="By week; of what was begun.")
    moves_backwards: list[int] = Field(description="By week.")
    behind_their_furthest_stage: int
    stages: list[StageFigures]
    in_progress: list[InProgress] = Field(description="The oldest first.")
    flow_efficiency: Efficiency
    cycle_time: Times | None
    lead_time: Times | None
    blocked: Blocked
    bottleneck: Bottleneck


class Flow(Shape):
    """Figures over whole weeks, the last of which has ended."""

    declared: bool = Field(description="Without flow: in the OKR files the lists are empty.")
    as_of: datetime
    weeks: list[date] = Field(description="The Monday of each week.")
    streams: list[Stream]
    places: list[Place]
