"""What people declare about goals: cycles, objectives and key results."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.fields import ConfigModel, Day, Identifier, reject_bool
from config.link_rules import LinkRule
from config.measures import Measure, Weight


class Cycle(ConfigModel):
    """A span of time in which objectives are pursued; both days are inside it."""

    start: Day = Field(description="First day of the cycle.")
    end: Day = Field(description="Last day of the cycle.")

    @model_validator(mode="after")
    def _ends_after_start(self) -> Cycle:
        if self.end < self.start:
            raise ValueError(f"the cycle ends ({self.end}) before it starts ({self.start})")
        return self

    def elapsed(self, now: datetime, zone: tzinfo = timezone.utc) -> float:  # noqa: UP017  a type, not a call
        """Share of the cycle that is over at `now`, 0..1: of the real time from midnight to midnight in `zone`."""
        # Two moments of one zone would be subtracted as their clocks show them, whatever the clocks did between.
        begin = datetime.combine(self.start, time.min, zone).astimezone(UTC)
        finish = datetime.combine(self.end + timedelta(days=1), time.min, zone).astimezone(UTC)
        return min(1.0, max(0.0, (now - begin) / (finish - begin)))


class Override(ConfigModel):
    """A percent that somebody set by hand, in place of the computed one, until a day."""

    percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(reject_bool)] = Field(
        description="Percent to use instead of the computed one."
    )
    until: Day = Field(description="Last day on which the override applies.")
    note: str | None = Field(default=None, max_length=200, description="Reason, shown next to the percent.")


class KeyResult(ConfigModel):
    """A measurable result that an objective aims at."""

    id: Identifier = Field(description="Id shown on tickets and used in `kr:` labels.")
    title: str = Field(min_length=1, max_length=200, description="Title in one line.")
    owner: str | None = Field(default=None, description="Owner. Default: the owner of the objective.")
    weight: Weight = Field(
        default=1.0, description="Weight in the progress of the objective, relative to its siblings."
    )
    measure: Measure = Field(description="How the key result is measured.")
    pace: Literal["linear", "back_loaded", "step"] = Field(
        default="linear",
        description="Expected pace: linear, back_loaded (the square of time), or step (only at phases and at the end).",
    )
    override: Override | None = Field(default=None, description="Manual percent until a given day.")
    closed: Day | None = Field(
        default=None,
        description="Day on which it was closed: its last reading is kept, its marks are no longer updated.",
    )
    checkins_every: Annotated[int, Field(ge=1, le=366), BeforeValidator(reject_bool)] | None = Field(
        default=None,
        description="Days within which a new check-in is expected. Default: `stale_days` of its measure, else of `signals`.",
    )
    links: tuple[LinkRule, ...] = Field(default=(), description="Rules that link work to it.")
    continues: Identifier | None = Field(
        default=None,
        description="Id of the key result of an earlier cycle that it goes on with: what claims that one claims this one in its cycle.",
    )
    actor: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        default=None,
        description="Whose behaviour it is about, such as `New teams`: shown on the impact map, and nowhere on tickets.",
    )
    impact: Annotated[str, Field(min_length=1, max_length=120)] | None = Field(
        default=None,
        description="What the actor does differently once it is reached, such as `Invite a colleague on day one`.",
    )
    url: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="URL of its page. Default: built from `site`."
    )


class Objective(ConfigModel):
    """What a team wants to be true by the end of a cycle."""

    id: Identifier = Field(description="Short, stable id.")
    title: str = Field(min_length=1, max_length=200, description="Title in one line.")
    cycle: str = Field(description="Name of a declared cycle.")
    owner: str | None = Field(default=None, description="Owner.")
    parent: Identifier | None = Field(
        default=None, description="Id of the parent objective it contributes to."
    )
    weight: Weight = Field(default=1.0, description="Weight in the progress of the parent objective.")
    roll_up: Literal["mean", "minimum"] = Field(
        default="mean", description="Progress: the weighted mean of its parts, or the minimum."
    )
    grading: Literal["committed", "aspirational"] | None = Field(
        default=None,
        description="Grade from 0.0 to 1.0: committed objectives succeed at 1.0, aspirational ones at 0.7.",
    )
    closed: Day | None = Field(default=None, description="Day on which it was closed, with all its parts.")
    value: Weight | None = Field(
        default=None,
        description="What reaching it is worth, in a unit of your choice that is the same for all objectives. Shown against the "
        "person-days that it took; nothing else goes by it.",
    )
    key_results: tuple[KeyResult, ...] = Field(min_length=1, description="Key results of the objective.")
