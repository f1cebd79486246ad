"""What people declare about goals: cycles, objectives, key results and measures."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone, tzinfo
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from config.declared import Day, Declared, Finite, Identifier, no_truth
from config.linking import LinkRule


class Cycle(Declared):
    """A span of time in which objectives are pursued; both days are inside it."""

    start: Day = Field(description="First day.")
    end: Day = Field(description="Last day.")

    @model_validator(mode="after")
    def _ends_after_start(self) -> Cycle:
        if self.end < self.start:
            raise ValueError(f"the cycle ends on {self.end}, before it starts on {self.start}")
        return self

    def elapsed(self, now: datetime, zone: tzinfo = timezone.utc) -> float:  # noqa: UP017  a type, not a call
        """Share of the cycle that is over at `now`, 0..1, counted from midnight to midnight in `zone`."""
        begin = datetime.combine(self.start, time.min, zone)
        finish = datetime.combine(self.end + timedelta(days=1), time.min, zone)
        return min(1.0, max(0.0, (now - begin) / (finish - begin)))


class CheckIn(Declared):
    """A value somebody measured on a day."""

    on: Day = Field(description="The day to which the value belongs.")
    value: Finite = Field(description="The value, in the measure's unit.")
    note: str | None = Field(default=None, description="What is worth knowing about it.")


class _Target(Declared):
    start: Finite = Field(description="Value when the cycle began.")
    target: Finite = Field(description="Value to reach; below `start` when smaller is better.")
    unit: str = Field(default="", description='Shown behind the value, such as "%" or "ms".')

    @model_validator(mode="after")
    def _has_a_way_to_go(self) -> _Target:
        if self.start == self.target:
            raise ValueError(f"start and target are both {self.start:g}: there is no progress to measure")
        return self


class MetricMeasure(_Target):
    """A number from outside the trackers, by check-ins; the latest one counts."""

    kind: Literal["metric"] = Field(description="A number given by check-ins.")
    checkins: tuple[CheckIn, ...] = Field(default=(), description="Values measured so far.")

    @field_validator("checkins")
    @classmethod
    def _one_a_day(cls, checkins: tuple[CheckIn, ...]) -> tuple[CheckIn, ...]:
        days = [checkin.on for checkin in checkins]
        twice = sorted({day for day in days if days.count(day) > 1})
        if twice:
            raise ValueError(f"two check-ins on {twice[0]}: keep one value a day")
        return checkins


class WorkMeasure(Declared):
    """The done share of the linked work."""

    kind: Literal["work"] = Field(description="The done share of the linked work.")
    weigh: Literal["count", "points"] = Field(
        default="count", description="Each piece of work counts one, or its estimate."
    )
    default_estimate: Annotated[
        float, Field(gt=0, le=1_000_000, allow_inf_nan=False), BeforeValidator(no_truth)
    ] = Field(default=1.0, description="Points of work that has no estimate.")


class QueryMeasure(_Target):
    """How many items a tracker finds for a query in its own language."""

    kind: Literal["query"] = Field(description="A count that a tracker answers.")
    jql: str | None = Field(default=None, min_length=1, description="A Jira query.")
    filter: dict[str, Any] | None = Field(
        default=None, description="A Linear IssueFilter, as its API takes it."
    )
    tracker: Identifier | None = Field(
        default=None, description="Which tracker answers; needed only when there are several of its kind."
    )

    @model_validator(mode="after")
    def _exactly_one_query(self) -> QueryMeasure:
        if (self.jql is None) == (self.filter is None):
            raise ValueError("give exactly one of jql (asks Jira) and filter (asks Linear)")
        return self


Measure = Annotated[MetricMeasure | WorkMeasure | QueryMeasure, Field(discriminator="kind")]


class KeyResult(Declared):
    """A measurable result that an objective aims at."""

    id: Identifier = Field(description="Shown on tickets and used in `kr:` labels.")
    title: str = Field(min_length=1, max_length=200, description="The result in one line.")
    owner: str | None = Field(
        default=None, description="Who answers for it; the objective's owner if absent."
    )
    weight: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False), BeforeValidator(no_truth)] = (
        Field(default=1.0, description="Its part in the objective's progress, against its siblings.")
    )
    measure: Measure = Field(description="How its value comes about.")
    links: tuple[LinkRule, ...] = Field(default=(), description="Which work serves it.")
    url: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="Its page; built from `site` if absent."
    )


class Objective(Declared):
    """What a team wants to be true by the end of a cycle."""

    id: Identifier = Field(description="Short and stable.")
    title: str = Field(min_length=1, max_length=200, description="The objective in one line.")
    cycle: str = Field(description="Name of one of the declared cycles.")
    owner: str | None = Field(default=None, description="Who answers for it.")
    key_results: tuple[KeyResult, ...] = Field(min_length=1, description="What would prove it.")
