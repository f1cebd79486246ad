"""How the value of a key result comes about: every kind of measure that can be declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from config.fields import ConfigModel, Day, Finite, Identifier, Since, read_since, reject_bool
from config.origins import is_secret_name
from config.text.figures import ENGLISH
from config.trackers import MEASURE_LANGUAGES, MeasureQuery, kind_of

Weight = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False), BeforeValidator(reject_bool)]


_BEHIND = (
    "From when on finished work counts in the done share shown next to the value: the first day of the cycle (cycle), a "
    "date, or whenever it was finished (ever)."
)


class CheckIn(ConfigModel):
    """A value somebody measured on a day."""

    on: Day = Field(description="Day the value belongs to.")
    value: Finite = Field(description="Value, in the unit of the measure.")
    note: str | None = Field(default=None, description="Free text about the value.")


class FileSource(ConfigModel):
    """A value, or a series of them, in a file that something else writes."""

    path: str = Field(
        min_length=1, description="Path of a .json or .csv file in the folder of the OKR files."
    )
    at: str = Field(
        default="", description="Where to find the value: a JSON path such as data.0.value, or a CSV column."
    )
    day: str = Field(default="", description="Where to find the day of the value. Default: today.")


class HttpSource(ConfigModel):
    """A value in the reply of an HTTP endpoint: Prometheus, a BI export, a survey."""

    url: str = Field(pattern=r"^https?://\S+$", description="URL to GET; https, unless on localhost.")
    at: str = Field(
        default="", description="JSON path of the value in the response, such as data.result.0.value.1."
    )
    token: str | None = Field(
        default=None,
        description="Variable of the environment that holds the bearer token: TRUENORTH_SOURCE_NAME, with a name of your "
        "choice. It is sent only to the origin that TRUENORTH_SOURCE_NAME_ORIGIN declares, also in the environment.",
        json_schema_extra={"pattern": "^TRUENORTH_SOURCE_[A-Z0-9][A-Z0-9_]*$"},
    )

    @field_validator("token")
    @classmethod
    def _names_a_source_secret(cls, name: str | None) -> str | None:
        # What stands there is not repeated: it may be the secret itself.
        if name is not None and not is_secret_name(name, "SOURCE"):
            raise ValueError(
                "is not the name of a source's secret; call its variable TRUENORTH_SOURCE_NAME, here and in the "
                "environment, and declare in TRUENORTH_SOURCE_NAME_ORIGIN where it may go"
            )
        return name


class _Measured(ConfigModel):
    """A number from outside the trackers; the latest value counts."""

    checkins: tuple[CheckIn, ...] = Field(default=(), description="Values reported so far.")
    file: FileSource | None = Field(default=None, description="File to read the value from.")
    http: HttpSource | None = Field(default=None, description="HTTP endpoint to read the value from.")
    since: Since = Field(default="cycle", description=_BEHIND)
    stale_days: Annotated[int, Field(ge=1, le=3650), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="Ignore the latest value when it is older than this many days."
    )
    indicator: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(
        default=None,
        description="What the number tells of customers, such as satisfaction or retention: `truenorth signals` lists it among "
        "the indicators by this name.",
    )

    @field_validator("checkins")
    @classmethod
    def _one_a_day(cls, checkins: tuple[CheckIn, ...]) -> tuple[CheckIn, ...]:
        days = [checkin.on for checkin in checkins]
        twice = sorted({day for day in days if days.count(day) > 1})
        if twice:
            raise ValueError(f"two check-ins on {twice[0]}; keep one value per day")
        return checkins

    @model_validator(mode="after")
    def _one_source(self) -> _Measured:
        if self.file is not None and self.http is not None:
            raise ValueError("set file or http, not both")
        return self


class _Target(ConfigModel):
    start: Finite = Field(description="Value at the start of the cycle.")
    target: Finite = Field(description="Value to reach; less than `start` when smaller is better.")
    unit: str = Field(default="", description='Unit shown after the value, such as "%" or "ms".')

    @model_validator(mode="after")
    def _has_a_way_to_go(self) -> _Target:
        if self.start == self.target:
            raise ValueError(f"start and target are both {ENGLISH.number(self.start)}; set different values")
        return self


class Phase(ConfigModel):
    """A value to have reached by a day on the way."""

    by: Day = Field(description="Day by which to reach the target.")
    target: Finite = Field(description="Value to reach by that day.")


class MetricMeasure(_Target, _Measured):
    """A number from outside the trackers: by check-ins, from a file or from an endpoint."""

    kind: Literal["metric"] = Field(description="A number from check-ins, a file or an HTTP endpoint.")
    phases: tuple[Phase, ...] = Field(default=(), description="Interim targets, by day.")

    @field_validator("phases")
    @classmethod
    def _in_order(cls, phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
        days = [phase.by for phase in phases]
        if days != sorted(set(days)):
            raise ValueError("list phases in order of their days, one per day")
        return phases


class KeepMeasure(_Measured):
    """A guard-rail or a band: a number that must stay where it is."""

    kind: Literal["keep"] = Field(description="A number that must stay below, above or between limits.")
    below: Finite | None = Field(default=None, description="Upper limit, inclusive.")
    above: Finite | None = Field(default=None, description="Lower limit, inclusive.")
    unit: str = Field(default="", description='Unit shown after the value, such as "%" or "ms".')

    @model_validator(mode="after")
    def _has_a_bound(self) -> KeepMeasure:
        if self.below is None and self.above is None:
            raise ValueError("missing below or above; set one or both")
        if self.below is not None and self.above is not None and self.above >= self.below:
            raise ValueError(
                f"above ({ENGLISH.number(self.above)}) must be less than below ({ENGLISH.number(self.below)})"
            )
        return self


class BinaryMeasure(ConfigModel):
    """Something that is so or not."""

    kind: Literal["binary"] = Field(description="Done or not done.")
    done: Day | None = Field(default=None, description="Day on which it was done; leave out until then.")
    since: Since = Field(default="cycle", description=_BEHIND)


class WorkMeasure(ConfigModel):
    """Share of the linked work that is done."""

    kind: Literal["work"] = Field(description="Share of the linked work that is done.")
    weigh: Literal["count", "points", "time", "type", "label", "key", "field"] = Field(
        default="count",
        description="How items are weighted: count (each 1), points, time (estimated hours), or a declared weight "
        "by type, label, key or custom field.",
    )
    default_estimate: Weight = Field(
        default=1.0,
        description="Points or hours of items without an estimate; weight of items not listed in `weights`.",
    )
    weights: dict[str, Weight] = Field(
        default={},
        description="Weight by type, label, key or value of the field. The highest label weight wins.",
    )
    field: str | None = Field(
        default=None,
        min_length=1,
        description="Custom field for weigh: field. Without `weights`, its number is the weight.",
    )
    started: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False), BeforeValidator(reject_bool)] = Field(
        default=0.0, description="Credit for work in progress, as a share of its weight."
    )
    since: Since = Field(
        default="cycle",
        description="From when on finished work counts: the first day of the cycle (cycle), a date, or whenever it was "
        "finished (ever). What was finished before is left out.",
    )
    target: Weight | None = Field(
        default=None, description="Fixed amount to complete, instead of all linked work."
    )
    baseline: Day | None = Field(
        default=None,
        description="Freeze the scope at the end of this day; later additions are shown as scope creep.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> WorkMeasure:
        if (self.weigh == "field") != (self.field is not None):
            raise ValueError(
                "weigh: field needs field, the name of a custom field, and field needs weigh: field"
            )
        if self.weigh != "field" and (self.weigh in ("type", "label", "key")) != bool(self.weights):
            raise ValueError("weigh: type, label or key needs weights, and weights needs one of them")
        if self.target is not None and self.baseline is not None:
            raise ValueError("set target or baseline, not both")
        return self


class MilestonesMeasure(ConfigModel):
    """The epics, projects or issues that are linked by themselves, each all or nothing."""

    kind: Literal["milestones"] = Field(
        description="Share of the linked epics, projects or issues that are done."
    )
    weights: dict[str, Weight] = Field(default={}, description="Weight by key; 1 for keys not listed.")
    since: Since = Field(
        default="cycle",
        description="From when on reached milestones count: the first day of the cycle (cycle), a date, or whenever they "
        "were reached (ever). Those reached before are left out.",
    )


class FlowMeasure(_Target):
    """How work flows: of the linked work that was done within a window."""

    kind: Literal["flow"] = Field(
        description="Cycle time, lead time, throughput or flow efficiency of the linked work."
    )
    of: Literal["cycle_time", "lead_time", "throughput", "efficiency"] = Field(
        description="cycle_time (days from start to done), lead_time (days from creation to done), throughput "
        "(items done per week) or efficiency (percent of the time that was active)."
    )
    percentile: Annotated[int, Field(ge=1, le=100), BeforeValidator(reject_bool)] = Field(
        default=50, description="Percentile to use; 50 is the median."
    )
    window_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(reject_bool)] = Field(
        default=30, description="Number of days to look back."
    )
    waiting: tuple[str, ...] = Field(
        default=(),
        description="In-progress statuses that count as waiting, such as In Review; for of: efficiency. Set [] if "
        "work never waits in progress.",
    )
    since: Literal["creation", "start"] = Field(
        default="creation", description="When the clock starts; for of: efficiency."
    )

    @field_validator("since", mode="before")
    @classmethod
    def _is_no_day(cls, value: object) -> object:
        try:
            read_since(value)
        except ValueError:
            return value
        raise ValueError(
            "since of a flow measure is creation or start, when the clock of `of: efficiency` starts; which finished work "
            "counts is set by window_days, whatever the cycle"
        )

    @model_validator(mode="after")
    def _only_efficiency_waits(self) -> FlowMeasure:
        if self.of != "efficiency" and (self.waiting or self.since != "creation"):
            raise ValueError("waiting and since need of: efficiency")
        return self

    @property
    def lacks_waiting(self) -> bool:
        """Whether an efficiency is asked for and nobody says in which statuses work waits; an empty list says: in none."""
        return self.of == "efficiency" and "waiting" not in self.model_fields_set


class ProjectMeasure(ConfigModel):
    """The progress that Linear itself computes for a project."""

    refused: ClassVar[Mapping[str, str]] = {
        "since": "leave it out: the progress is Linear's own, of all the project's work; to count what was finished in the "
        "cycle, use kind: work"
    }
    kind: Literal["project"] = Field(description="Progress that Linear computes for a project.")
    project: str = Field(min_length=1, description="Name of the Linear project.")


class CompositeMeasure(ConfigModel):
    """A weighted mean of other key results."""

    refused: ClassVar[Mapping[str, str]] = {
        "since": "leave it out: set since on the key results that it is made of"
    }
    kind: Literal["composite"] = Field(description="A weighted mean of other key results.")
    of: dict[Identifier, Weight] = Field(
        min_length=1, description="Key results to combine, with their weights."
    )


MADE_OF_LINKS = (WorkMeasure, MilestonesMeasure, FlowMeasure)
"""Measures that have no value where nothing is linked. Beside the others linked work is shown, and none need be."""


FIELDS = ("points", "hours", "age", "cycle_time", "lead_time")
"""What every item can be asked for; other names are those of custom fields, which not every tracker has."""


class QueryMeasure(_Target, MeasureQuery):
    """What a tracker finds for a query in its own language: how many, or what their fields come to."""

    kind: Literal["query"] = Field(description="Result of a query on a tracker.")
    of: Literal["count", "sum", "average", "median", "percentile"] = Field(
        default="count", description="Count the items, or aggregate a field of them."
    )
    field: str | None = Field(
        default=None,
        min_length=1,
        description="points, hours, age, cycle_time or lead_time (in days), or a numeric custom field.",
    )
    percentile: Annotated[int, Field(ge=1, le=100), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="Percentile to use; for of: percentile."
    )
    over: MeasureQuery | None = Field(
        default=None,
        description="Second query; the value is then the first count or sum in percent of this one.",
    )
    since: Since = Field(default="cycle", description=_BEHIND)
    tracker: Identifier | None = Field(
        default=None, description="Tracker to query; needed only with several trackers of that kind."
    )

    @model_validator(mode="after")
    def _one_tracker_answers(self) -> QueryMeasure:
        if self.over is not None and self.over.native.language != self.native.language:
            twice = ", or ".join(f"{name} twice" for name in MEASURE_LANGUAGES)
            raise ValueError(f"both queries must use the same language: set {twice}")
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> QueryMeasure:
        if (self.of == "count") != (self.field is None):
            raise ValueError(
                "field needs of: sum, average, median or percentile, and each of these needs field"
            )
        if (self.of == "percentile") != (self.percentile is not None):
            raise ValueError("of: percentile needs percentile, and percentile needs of: percentile")
        if self.of not in ("count", "sum") and self.over is not None:
            raise ValueError("over needs of: count or of: sum")
        kind = kind_of(self.native.language)
        known = [name for name in FIELDS if name != "hours" or "hours" in kind.item_fields]
        if self.field is not None and self.field not in known and "custom" not in kind.item_fields:
            lacking = "custom fields" if "hours" in known else "custom fields and no hours"
            raise ValueError(f"{kind.title} has no {lacking}; use one of: {', '.join(known)}")
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
