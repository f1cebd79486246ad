"""What people declare about goals: cycles, objectives and key results."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone, tzinfo
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.fields import ConfigModel, Day, Identifier, reject_bool
from config.link_rules import LinkRule
from config.measures import Measure, Weight


class Cycle(ConfigModel):
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


class Override(ConfigModel):
    """A percent that somebody set by hand, in place of the computed one, until a day."""

    percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(reject_bool)] = Field(
        description="The percent that counts meanwhile."
    )
    until: Day = Field(description="The last day on which it counts.")
    note: str | None = Field(default=None, max_length=200, description="Why; shown beside the percent.")


class KeyResult(ConfigModel):
    """A measurable result that an objective aims at."""

    id: Identifier = Field(description="Shown on tickets and used in `kr:` labels.")
    title: str = Field(min_length=1, max_length=200, description="The result in one line.")
    owner: str | None = Field(
        default=None, description="Who answers for it; the objective's owner if absent."
    )
    weight: Weight = Field(
        default=1.0, description="Its part in the objective's progress, against its siblings."
    )
    measure: Measure = Field(description="How its value comes about.")
    pace: Literal["linear", "back_loaded", "step"] = Field(
        default="linear",
        description="How progress is expected: evenly, late (the square of time), or only at phases and the end.",
    )
    override: Override | None = Field(default=None, description="A percent by hand, for a while.")
    closed: Day | None = Field(
        default=None, description="The day on which it was closed: its last reading stands, its marks rest."
    )
    links: tuple[LinkRule, ...] = Field(default=(), description="Which work serves it.")
    url: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="Its page; built from `site` if absent."
    )


class Objective(ConfigModel):
    """What a team wants to be true by the end of a cycle."""

    id: Identifier = Field(description="Short and stable.")
    title: str = Field(min_length=1, max_length=200, description="The objective in one line.")
    cycle: str = Field(description="Name of one of the declared cycles.")
    owner: str | None = Field(default=None, description="Who answers for it.")
    parent: Identifier | None = Field(
        default=None, description="The objective to which it contributes, as one more of its parts."
    )
    weight: Weight = Field(default=1.0, description="Its part in the parent's progress.")
    roll_up: Literal["mean", "minimum"] = Field(
        default="mean", description="Progress is the weighted mean of its parts, or that of the weakest."
    )
    grading: Literal["committed", "aspirational"] | None = Field(
        default=None,
        description="Also graded from 0.0 to 1.0: a commitment aims at 1.0, an aspiration succeeds at 0.7.",
    )
    closed: Day | None = Field(default=None, description="The day on which it was closed with all its parts.")
    key_results: tuple[KeyResult, ...] = Field(min_length=1, description="What would prove it.")
