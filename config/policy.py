"""What the operator lets Truenorth do: marks, modes, limits, guards, health and labels."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.fields import ConfigModel, reject_bool
from config.messages import DEFAULT

Percent = Annotated[int, Field(ge=0, le=100), BeforeValidator(reject_bool)]
Reserve = Annotated[int, Field(ge=0, le=90), BeforeValidator(reject_bool)]
ReadsInFlight = Annotated[int, Field(ge=1, le=32), BeforeValidator(reject_bool)]
WritesInFlight = Annotated[int, Field(ge=1, le=16), BeforeValidator(reject_bool)]
Minutes = Annotated[float, Field(gt=0, le=1440), BeforeValidator(reject_bool)]
Hours = Annotated[float, Field(ge=0, le=720, allow_inf_nan=False), BeforeValidator(reject_bool)]
Share = Annotated[float, Field(gt=0, le=1), BeforeValidator(reject_bool)]
Chance = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), BeforeValidator(reject_bool)]
Mode = Literal["off", "observe", "label", "full"]
MarkName = Literal["key_results", "labels", "comment"]
LevelName = Literal["project", "epic", "issue", "subtask"]
Triage = Literal["ignore", "count"]
Warn = Literal["started", "committed", "all"]
UpdateLevel = Literal["project", "initiative"]


class QuietHours(ConfigModel):
    """Hours of the day, in the workspace's time zone, in which nothing is written; they may span midnight."""

    begin: time = Field(description='Start of the quiet hours, such as "19:00".')
    end: time = Field(description='End of the quiet hours, such as "07:00".')

    @model_validator(mode="after")
    def _lasts(self) -> QuietHours:
        if self.begin == self.end:
            raise ValueError(
                f"the quiet hours begin and end at {self.begin:%H:%M}, so there are none; set two different times, or leave "
                "quiet_hours out"
            )
        return self

    def holds(self, moment: time) -> bool:
        """Whether the moment is quiet."""
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


class UpdatePolicy(ConfigModel):
    """Status updates on Linear's projects and initiatives; the latest one sets the health that Linear shows."""

    every_days: Annotated[int, Field(ge=1, le=90), BeforeValidator(reject_bool)] = Field(
        default=7, description="Minimum number of days between two updates on a project or initiative."
    )
    step: Annotated[int, Field(ge=1, le=50), BeforeValidator(reject_bool)] = Field(
        default=5,
        description="Post an update when a percent moved by at least this many points, or a health changed.",
    )
    levels: tuple[UpdateLevel, ...] = Field(
        default=("project", "initiative"), description="Levels that updates are posted on."
    )


class TrackerPolicy(ConfigModel):
    """What one tracker does otherwise than `policy` says; what is not named here is as there."""

    mode: Mode | None = Field(default=None, description="See policy.mode.")
    marks: tuple[MarkName, ...] | None = Field(default=None, description="See policy.marks.")
    levels: tuple[LevelName, ...] | None = Field(default=None, description="See policy.levels.")
    grace_days: Annotated[int, Field(ge=0, le=365), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="See policy.grace_days."
    )
    warn: Warn | None = Field(default=None, description="See policy.warn.")
    triage: Triage | None = Field(default=None, description="See policy.triage.")
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
    reads_in_flight: ReadsInFlight | None = Field(default=None, description="See policy.reads_in_flight.")
    writes_in_flight: WritesInFlight | None = Field(default=None, description="See policy.writes_in_flight.")
    deadline_minutes: Minutes | None = Field(default=None, description="See policy.deadline_minutes.")
    full_hours: Hours | None = Field(default=None, description="See policy.full_hours.")
    sweep_hours: Hours | None = Field(default=None, description="See policy.sweep_hours.")


class HealthPolicy(ConfigModel):
    """How many points of percent a key result may lag behind what is expected by now, and how unlikely success may be."""

    at_risk: Percent = Field(default=10, description="At risk when behind by more points than this.")
    off_track: Percent = Field(default=25, description="Off track when behind by more points than this.")
    chance: Chance = Field(
        default=0.2,
        description="At risk instead of on track when the forecast gives success a smaller chance than this, 0 to 1; from two "
        "weeks into the cycle. 0 switches it off.",
    )


class LabelPolicy(ConfigModel):
    """Labels of ours: one per alignment, one for what hangs below orphans, for claims that name nothing, for risk; null writes none."""

    aligned: str | None = Field(
        default="okr-aligned",
        pattern=r"^\S+$",
        description="Label on work that serves a key result; null for none.",
    )
    orphaned: str | None = Field(
        default="okr-orphaned", pattern=r"^\S+$", description="Label on orphaned work; null for none."
    )
    below: str | None = Field(
        default="okr-orphaned-below",
        pattern=r"^\S+$",
        description="Label on orphaned work below other orphaned work, beside that of orphaned work. It is put on where setup made "
        "the view Below unaligned work, which goes by it; null for none.",
    )
    exempt: str | None = Field(
        default=None, pattern=r"^\S+$", description="Label on exempt work; null for none."
    )
    dangling: str | None = Field(
        default="okr-dangling",
        pattern=r"^\S+$",
        description="Label on work that claims an undeclared key result; null for none.",
    )
    at_risk: str | None = Field(
        default=None,
        pattern=r"^\S+$",
        description="Label on open work of key results that are at risk or off track, by which the view At-risk key results "
        "goes where it is set. Null, for none, is the default.",
    )

    @property
    def by_key(self) -> dict[str, str]:
        """Every label that we may write, by its key below `policy.labels`."""
        return {key: name for key in type(self).model_fields if (name := getattr(self, key))}

    @property
    def all(self) -> frozenset[str]:
        """Every label that we may write."""
        return frozenset(self.by_key.values())


NO_LABELS = LabelPolicy(aligned=None, orphaned=None, below=None, dangling=None)
"""A policy that writes none."""


class GuardPolicy(ConfigModel):
    """When a run stops before it writes."""

    share: Share = Field(
        default=0.3,
        description="Stop when more than this share of the items would change (and more than `floor` items).",
    )
    floor: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] = Field(
        default=50, description="Never stop for this many changed items or fewer."
    )
    project_share: Share = Field(
        default=0.8, description="Like `share`, for the items of one project or team."
    )
    project_floor: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] = Field(
        default=50, description="Like `floor`, for the items of one project or team."
    )
    removed_share: Share = Field(
        default=0.3,
        description="Stop when more than this share of Truenorth's marks of one kind would be removed.",
    )
    removed_floor: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] = Field(
        default=20, description="Never stop for this many removed marks or fewer."
    )
    unlinked_share: Share = Field(
        default=0.1,
        description="Stop when more than this share of the linked open items would lose their last key result.",
    )
    unlinked_floor: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] = Field(
        default=10, description="Never stop for this many items that lose their last key result, or fewer."
    )
    warned_share: Share = Field(
        default=0.1, description="Stop when more than this share of the open items would be newly warned."
    )
    warned_floor: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] = Field(
        default=20, description="Never stop for this many newly warned items or fewer."
    )
    shrink: Share = Field(
        default=0.2,
        description="Stop when a pull returns fewer items than the last one, by more than this share.",
    )
    stale_hours: Annotated[int, Field(ge=0, le=168), BeforeValidator(reject_bool)] = Field(
        default=24,
        description="How long to use the last snapshot of a tracker that cannot be read; after that the run fails.",
    )
    plan_hours: Annotated[int, Field(ge=1, le=720), BeforeValidator(reject_bool)] = Field(
        default=24, description="Maximum age of a saved plan that can be applied."
    )


class Policy(ConfigModel):
    mode: Mode = Field(
        default="full",
        description="off: do not read. observe: read only. label: write labels only. full: write all marks.",
    )
    marks: tuple[MarkName, ...] = Field(
        default=("key_results", "labels", "comment"),
        description="Marks to write; marks not listed are removed.",
    )
    levels: tuple[LevelName, ...] = Field(
        default=("project", "epic", "issue", "subtask"),
        description="Levels to write to; marks on other levels are removed.",
    )
    grace_days: Annotated[int, Field(ge=0, le=365), BeforeValidator(reject_bool)] = Field(
        default=7,
        description="Days before unaligned work counts as orphaned: from its start, or from its creation where the tracker "
        "does not tell its start or policy.warn warns about work that is not started.",
    )
    warn: Warn = Field(
        default="started",
        description="Which unaligned work is warned about. started: work that is in progress, or has something in progress "
        "below it. committed: also work that is in an active Jira sprint or Linear cycle. all: the backlog, too.",
    )
    triage: Triage = Field(
        default="count",
        description="Work that is in triage on Linear, so not accepted yet. count: it counts as work that is not started. "
        "ignore: it counts nowhere and gets no marks until somebody accepts it.",
    )
    step: Annotated[int, Field(ge=1, le=50), BeforeValidator(reject_bool)] = Field(
        default=5, description="Update a shown percent only when it moved by at least this many points."
    )
    comments: bool = Field(default=True, description="Whether to write comments.")
    orphan_comments: bool = Field(
        default=True,
        description="Whether to comment on the topmost orphan of a tree; otherwise it only gets the label.",
    )
    language: str = Field(
        default=DEFAULT,
        min_length=1,
        description="Language of comments: en, fr, or one declared under `words`.",
    )
    quiet_hours: QuietHours | None = Field(
        default=None,
        description="Hours in which nothing is written; changes wait for the next run after them.",
    )
    comments_a_day: Annotated[int, Field(ge=0), BeforeValidator(reject_bool)] | None = Field(
        default=None,
        description="Maximum new comments per day in each project or team, oldest work first.",
    )
    updates: UpdatePolicy | None = Field(
        default=None,
        description="Status updates on Linear projects and initiatives that are linked to a key result. Off by default.",
    )
    read_descriptions: bool = Field(
        default=True,
        description="Whether suggestions may use the descriptions of work that serves no key result.",
    )
    quota_for_people: Reserve = Field(
        default=20,
        description="Percent of a tracker's request quota to reserve for people; requests slow down when only that much is left.",
    )
    reads_in_flight: ReadsInFlight = Field(
        default=16,
        description="Maximum number of reads sent to a tracker at once; halved for a minute after each HTTP 429.",
    )
    writes_in_flight: WritesInFlight = Field(
        default=8,
        description="Maximum number of writes sent to a tracker at once; halved for a minute after each HTTP 429.",
    )
    deadline_minutes: Minutes = Field(
        default=30,
        description="Minutes that a run may take, such as 30 or 0.5; the next run continues.",
    )
    full_hours: Hours = Field(
        default=24,
        description="Hours after which a tracker is read whole again, where runs in between read what changed. Up to 24, the first "
        "run of each day reads all, too. 0: every run does.",
    )
    sweep_hours: Hours | None = Field(
        default=None,
        description="Hours after which all ids of a tracker are compared, to notice what was deleted, moved out of scope or hidden. "
        "Default: 6 for Jira Cloud, 24 for Jira Data Center and Linear.",
    )
    most_key_results: Annotated[int, Field(ge=1, le=50), BeforeValidator(reject_bool)] = Field(
        default=3, description="Report a finding for work that serves more key results than this."
    )
    roll_over_days: Annotated[int, Field(ge=0, le=366), BeforeValidator(reject_bool)] = Field(
        default=21,
        description="Days after the end of a cycle in which marks stay as they are while no next cycle of like length is "
        "declared; nobody is warned.",
    )
    health: HealthPolicy = HealthPolicy()
    labels: LabelPolicy = LabelPolicy()
    guards: GuardPolicy = GuardPolicy()
