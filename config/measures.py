"""How the value of a key result comes about: every kind of measure that can be declared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from config.fields import ConfigModel, Day, Finite, Identifier, reject_bool

Weight = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False), BeforeValidator(reject_bool)]


class CheckIn(ConfigModel):
    """A value somebody measured on a day."""

    on: Day = Field(description="The day to which the value belongs.")
    value: Finite = Field(description="The value, in the measure's unit.")
    note: str | None = Field(default=None, description="What is worth knowing about it.")


class FileSource(ConfigModel):
    """A value, or a series of them, in a file that something else writes."""

    path: str = Field(min_length=1, description="A .json or .csv file, from the folder of the OKR files.")
    at: str = Field(
        default="", description="Where the value is: a path such as data.0.value, or a CSV column."
    )
    day: str = Field(default="", description="Where its day is, likewise; without it the value is of today.")


class HttpSource(ConfigModel):
    """A value in the reply of an HTTP endpoint: Prometheus, a BI export, a survey."""

    url: str = Field(pattern=r"^https?://\S+$", description="Asked with GET; https unless on this machine.")
    at: str = Field(
        default="", description="Path of the value in the JSON reply, such as data.result.0.value.1."
    )
    token: str | None = Field(
        default=None,
        pattern=r"^[A-Z][A-Z0-9_]*$",
        description="Name of the environment variable with the bearer token.",
    )


class _Measured(ConfigModel):
    """A number from outside the trackers; the latest value counts."""

    checkins: tuple[CheckIn, ...] = Field(default=(), description="Values measured so far.")
    file: FileSource | None = Field(default=None, description="A file that holds the value.")
    http: HttpSource | None = Field(default=None, description="An endpoint that tells the value.")
    stale_days: Annotated[int, Field(ge=1, le=3650), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="A latest value older than this many days is no data."
    )

    @field_validator("checkins")
    @classmethod
    def _one_a_day(cls, checkins: tuple[CheckIn, ...]) -> tuple[CheckIn, ...]:
        days = [checkin.on for checkin in checkins]
        twice = sorted({day for day in days if days.count(day) > 1})
        if twice:
            raise ValueError(f"two check-ins on {twice[0]}: keep one value a day")
        return checkins

    @model_validator(mode="after")
    def _one_source(self) -> _Measured:
        if self.file is not None and self.http is not None:
            raise ValueError("give file or http, not both: one value must win")
        return self


class _Target(ConfigModel):
    start: Finite = Field(description="Value when the cycle began.")
    target: Finite = Field(description="Value to reach; below `start` when smaller is better.")
    unit: str = Field(default="", description='Shown behind the value, such as "%" or "ms".')

    @model_validator(mode="after")
    def _has_a_way_to_go(self) -> _Target:
        if self.start == self.target:
            raise ValueError(f"start and target are both {self.start:g}: there is no progress to measure")
        return self


class Phase(ConfigModel):
    """A value to have reached by a day on the way."""

    by: Day = Field(description="The last day for it.")
    target: Finite = Field(description="The value to have reached by then.")


class MetricMeasure(_Target, _Measured):
    """A number from outside the trackers: by check-ins, from a file or from an endpoint."""

    kind: Literal["metric"] = Field(description="A number given by check-ins, a file or an endpoint.")
    phases: tuple[Phase, ...] = Field(default=(), description="Values to reach on the way, by day.")

    @field_validator("phases")
    @classmethod
    def _in_order(cls, phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
        days = [phase.by for phase in phases]
        if days != sorted(set(days)):
            raise ValueError("phases come in order, one a day")
        return phases


class KeepMeasure(_Measured):
    """A guard-rail or a band: a number that must stay where it is."""

    kind: Literal["keep"] = Field(description="A number that must stay below, above, or between.")
    below: Finite | None = Field(default=None, description="The greatest value that is still well.")
    above: Finite | None = Field(default=None, description="The smallest value that is still well.")
    unit: str = Field(default="", description='Shown behind the value, such as "%" or "ms".')

    @model_validator(mode="after")
    def _has_a_bound(self) -> KeepMeasure:
        if self.below is None and self.above is None:
            raise ValueError("give below, above, or both")
        if self.below is not None and self.above is not None and self.above >= self.below:
            raise ValueError(f"above ({self.above:g}) must be less than below ({self.below:g})")
        return self


class BinaryMeasure(ConfigModel):
    """Something that is so or not."""

    kind: Literal["binary"] = Field(description="Done or not done.")
    done: Day | None = Field(default=None, description="The day on which it came true; absent until then.")


class WorkMeasure(ConfigModel):
    """The done share of the linked work."""

    kind: Literal["work"] = Field(description="The done share of the linked work.")
    weigh: Literal["count", "points", "time", "type", "label", "key", "field"] = Field(
        default="count",
        description="What a piece of work counts: one, its points, its estimated hours, or a declared weight "
        "by its type, its labels, its key or a custom field.",
    )
    default_estimate: Weight = Field(
        default=1.0, description="Points or hours of work without an estimate; weight of what is not listed."
    )
    weights: dict[str, Weight] = Field(
        default={},
        description="Weight by type, label, key or value of the field; of several labels the most.",
    )
    field: str | None = Field(
        default=None,
        min_length=1,
        description="The custom field, for weigh: field; without weights its own number weighs.",
    )
    started: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False), BeforeValidator(reject_bool)] = Field(
        default=0.0, description="Credit for work that is in progress, as a part of its weight."
    )
    target: Weight | None = Field(
        default=None, description="A fixed amount to get done, in place of all that is linked."
    )
    baseline: Day | None = Field(
        default=None,
        description="The scope is what was there by the end of this day; what came later is shown as creep.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> WorkMeasure:
        if (self.weigh == "field") != (self.field is not None):
            raise ValueError("weigh: field and field, the name of a custom field, belong together")
        if self.weigh != "field" and (self.weigh in ("type", "label", "key")) != bool(self.weights):
            raise ValueError("weigh: type, label or key and weights belong together")
        if self.target is not None and self.baseline is not None:
            raise ValueError("give target or baseline, not both: each fixes what 100 % means")
        return self


class MilestonesMeasure(ConfigModel):
    """The epics, projects or issues that are linked by themselves, each all or nothing."""

    kind: Literal["milestones"] = Field(description="Linked epics or projects, each all or nothing.")
    weights: dict[str, Weight] = Field(default={}, description="Weight by key; 1 where not listed.")


class FlowMeasure(_Target):
    """How work flows: of the linked work that was done within a window."""

    kind: Literal["flow"] = Field(description="Times, throughput or flow efficiency of the linked work.")
    of: Literal["cycle_time", "lead_time", "throughput", "efficiency"] = Field(
        description="Days from start, or from creation, to done; items done a week; or how much of the time "
        "was active, in percent."
    )
    percentile: Annotated[int, Field(ge=1, le=100), BeforeValidator(reject_bool)] = Field(
        default=50, description="Which of the times counts; 50 is the median."
    )
    window_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(reject_bool)] = Field(
        default=30, description="How far back work counts."
    )
    waiting: tuple[str, ...] = Field(
        default=(),
        description="Statuses in progress in which nobody works, for of: efficiency; such as In Review.",
    )
    since: Literal["creation", "start"] = Field(
        default="creation", description="From when on time counts, for of: efficiency."
    )

    @model_validator(mode="after")
    def _only_efficiency_waits(self) -> FlowMeasure:
        if self.of != "efficiency" and (self.waiting or self.since != "creation"):
            raise ValueError("waiting and since belong to of: efficiency")
        return self


class ProjectMeasure(ConfigModel):
    """The progress that Linear itself computes for a project."""

    kind: Literal["project"] = Field(description="Linear's own progress of a project.")
    project: str = Field(min_length=1, description="Name of the project.")


class CompositeMeasure(ConfigModel):
    """A weighted mean of other key results."""

    kind: Literal["composite"] = Field(description="A weighted mean of other key results.")
    of: dict[Identifier, Weight] = Field(min_length=1, description="Weight by key result.")


class Ask(ConfigModel):
    """A query in a tracker's own language."""

    jql: str | None = Field(default=None, min_length=1, description="A Jira query.")
    filter: dict[str, Any] | None = Field(
        default=None, description="A Linear IssueFilter, as its API takes it."
    )

    @model_validator(mode="after")
    def _exactly_one_query(self) -> Ask:
        if (self.jql is None) == (self.filter is None):
            raise ValueError("give exactly one of jql (asks Jira) and filter (asks Linear)")
        return self


FIELDS = ("points", "hours", "age", "cycle_time", "lead_time")
"""What every item can be asked for; other names are those of custom fields, which only Jira has."""
LINEAR_FIELDS = tuple(name for name in FIELDS if name != "hours")


class QueryMeasure(_Target, Ask):
    """What a tracker finds for a query in its own language: how many, or what their fields come to."""

    kind: Literal["query"] = Field(description="What a query of a tracker comes to.")
    of: Literal["count", "sum", "average", "median", "percentile"] = Field(
        default="count", description="How many items are found, or what becomes of their field."
    )
    field: str | None = Field(
        default=None,
        min_length=1,
        description="points, hours, age, cycle_time or lead_time (in days), or a custom field with a number.",
    )
    percentile: Annotated[int, Field(ge=1, le=100), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="Which of the values counts, for of: percentile."
    )
    over: Ask | None = Field(
        default=None,
        description="A second query: the value is then the first count or sum in percent of that of this one.",
    )
    tracker: Identifier | None = Field(
        default=None, description="Which tracker answers; needed only when there are several of its kind."
    )

    @model_validator(mode="after")
    def _one_tracker_answers(self) -> QueryMeasure:
        if self.over is not None and (self.over.jql is None) != (self.jql is None):
            raise ValueError("both queries ask the same tracker: give jql twice, or filter twice")
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> QueryMeasure:
        if (self.of == "count") != (self.field is None):
            raise ValueError("give field with of: sum, average, median or percentile, and only there")
        if (self.of == "percentile") != (self.percentile is not None):
            raise ValueError("of: percentile and percentile belong together")
        if self.of not in ("count", "sum") and self.over is not None:
            raise ValueError("a ratio is of two counts or two sums: leave out over, or ask for one of these")
        if self.filter is not None and self.field is not None and self.field not in LINEAR_FIELDS:
            raise ValueError(f"Linear has no custom fields and no hours: ask for {', '.join(LINEAR_FIELDS)}")
        return self


Measure = Annotated[
    MetricMeasure
    | KeepMeasure
    | BinaryMeasure
    | WorkMeasure
    | MilestonesMeasure
    | FlowMeasure
    | ProjectMeasure
    | CompositeMeasure
    | QueryMeasure,
    Field(discriminator="kind"),
]
