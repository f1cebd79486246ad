"""What the operator lets Truenorth do: marks, modes, limits, guards, health and labels."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from config.fields import ConfigModel, reject_bool
from config.messages import DEFAULT

Percent = Annotated[int, Field(ge=0, le=100), BeforeValidator(reject_bool)]
Reserve = Annotated[int, Field(ge=0, le=90), BeforeValidator(reject_bool)]
Minutes = Annotated[int, Field(ge=1, le=1440), BeforeValidator(reject_bool)]
Share = Annotated[float, Field(gt=0, le=1), BeforeValidator(reject_bool)]
Mode = Literal["off", "observe", "label", "full"]
MarkName = Literal["key_results", "labels", "comment"]
LevelName = Literal["project", "epic", "issue", "subtask"]
UpdateLevel = Literal["project", "initiative"]


class QuietHours(ConfigModel):
    """Hours of the day, in the workspace's time zone, in which nothing is written; they may span midnight."""

    begin: time = Field(description='First quiet moment, such as "19:00".')
    end: time = Field(description='First moment at which writing may go on, such as "07:00".')

    def holds(self, moment: time) -> bool:
        """Whether the moment is quiet."""
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


class UpdatePolicy(ConfigModel):
    """Status updates on Linear's projects and initiatives; the latest one sets the health that Linear shows."""

    every_days: Annotated[int, Field(ge=1, le=90), BeforeValidator(reject_bool)] = Field(
        default=7, description="At most one update on a project or initiative in this many days."
    )
    step: Annotated[int, Field(ge=1, le=50), BeforeValidator(reject_bool)] = Field(
        default=5,
        description="An update is posted when a percent moved by at least this much, or a health changed.",
    )
    levels: tuple[UpdateLevel, ...] = Field(
        default=("project", "initiative"), description="What updates are posted on."
    )


class TrackerPolicy(ConfigModel):
    """What one tracker does otherwise than `policy` says; what is not named here is as there."""

    mode: Mode | None = Field(default=None, description="See policy.mode.")
    marks: tuple[MarkName, ...] | None = Field(default=None, description="See policy.marks.")
    levels: tuple[LevelName, ...] | None = Field(default=None, description="See policy.levels.")
    grace_days: Annotated[int, Field(ge=0, le=365), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="See policy.grace_days."
    )
    step: Annotated[int, Field(ge=1, le=50), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="See policy.step."
    )
    comments: bool | None = Field(default=None, description="See policy.comments.")
    orphan_comments: bool | None = Field(default=None, description="See policy.orphan_comments.")
    language: str | None = Field(default=None, min_length=1, description="See policy.language.")
    quiet_hours: QuietHours | None = Field(default=None, description="See policy.quiet_hours.")
    comments_a_day: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="See policy.comments_a_day."
    )
    updates: UpdatePolicy | None = Field(default=None, description="See policy.updates.")
    quota_for_people: Reserve | None = Field(default=None, description="See policy.quota_for_people.")
    deadline_minutes: Minutes | None = Field(default=None, description="See policy.deadline_minutes.")


class HealthPolicy(ConfigModel):
    """How many points of percent a key result may lag behind the elapsed share of its cycle."""

    at_risk: Percent = Field(default=10, description="Behind by more than this: at risk.")
    off_track: Percent = Field(default=25, description="Behind by more than this: off track.")


class LabelPolicy(ConfigModel):
    """Labels of ours, one per alignment and one for claims that name nothing; null writes none."""

    aligned: str | None = Field(
        default="okr-aligned", pattern=r"^\S+$", description="On work that serves a key result."
    )
    orphaned: str | None = Field(
        default="okr-orphaned", pattern=r"^\S+$", description="On work that should serve one and does not."
    )
    exempt: str | None = Field(default=None, pattern=r"^\S+$", description="On work that need not serve one.")
    dangling: str | None = Field(
        default="okr-dangling",
        pattern=r"^\S+$",
        description="On work that claims a key result nobody declared.",
    )

    @property
    def all(self) -> frozenset[str]:
        """Every label that we may write."""
        return frozenset(
            label for label in (self.aligned, self.orphaned, self.exempt, self.dangling) if label
        )


class GuardPolicy(ConfigModel):
    """When a run stops before it writes."""

    share: Share = Field(
        default=0.3, description="Stop when more than this share of the items would change …"
    )
    floor: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] = Field(
        default=50, description="… and more than this many of them."
    )
    project_share: Share = Field(default=0.8, description="The same for the items of one project or team …")
    project_floor: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] = Field(
        default=50, description="… and more than this many of them."
    )
    removed_share: Share = Field(
        default=0.3, description="Stop when more than this share of our marks of one kind would go …"
    )
    removed_floor: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] = Field(
        default=20, description="… and more than this many of them."
    )
    shrink: Share = Field(
        default=0.2,
        description="Stop when a pull finds fewer items than the last one, by more than this share.",
    )
    stale_hours: Annotated[int, Field(ge=0, le=168), BeforeValidator(reject_bool)] = Field(
        default=24,
        description="A tracker that cannot be read counts as last read for this long; then the run fails.",
    )
    plan_hours: Annotated[int, Field(ge=1, le=720), BeforeValidator(reject_bool)] = Field(
        default=24, description="Age beyond which a saved plan is not applied."
    )


class Policy(ConfigModel):
    mode: Mode = Field(
        default="full",
        description="off: not even read. observe: read, never written. label: labels and our record only. full.",
    )
    marks: tuple[MarkName, ...] = Field(
        default=("key_results", "labels", "comment"),
        description="What is written; what is not named here is taken off again.",
    )
    levels: tuple[LevelName, ...] = Field(
        default=("project", "epic", "issue", "subtask"),
        description="Which items are written to; marks on others are taken off again.",
    )
    grace_days: Annotated[int, Field(ge=0, le=365), BeforeValidator(reject_bool)] = Field(
        default=7, description="Age in days below which unaligned work is not yet orphaned."
    )
    step: Annotated[int, Field(ge=1, le=50), BeforeValidator(reject_bool)] = Field(
        default=5, description="A shown percent is edited only when it moved by at least this much."
    )
    comments: bool = Field(default=True, description="Whether comments are written at all.")
    orphan_comments: bool = Field(
        default=True, description="Whether the topmost orphan gets a comment, or only its label."
    )
    language: str = Field(
        default=DEFAULT, min_length=1, description="Language of our comments: en, fr, or one under `words`."
    )
    quiet_hours: QuietHours | None = Field(
        default=None,
        description="Hours without any write; what is planned waits for the next run after them.",
    )
    comments_a_day: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] | None = Field(
        default=None,
        description="New comments a day in each project or team, oldest work first; the others wait.",
    )
    updates: UpdatePolicy | None = Field(
        default=None,
        description="Status updates on Linear projects and initiatives linked to a key result; none by default.",
    )
    read_descriptions: bool = Field(
        default=True,
        description="Whether suggestions may read the descriptions of work that serves no key result.",
    )
    quota_for_people: Reserve = Field(
        default=20,
        description="Percent of a tracker's request quota that is left to people; below it, requests slow down.",
    )
    deadline_minutes: Minutes = Field(
        default=30,
        description="A run waits for no limit of a tracker beyond this long after its start; the next one goes on.",
    )
    most_key_results: Annotated[int, Field(ge=1, le=50), BeforeValidator(reject_bool)] = Field(
        default=3, description="Work that serves more key results than this is a finding."
    )
    health: HealthPolicy = HealthPolicy()
    labels: LabelPolicy = LabelPolicy()
    guards: GuardPolicy = GuardPolicy()
