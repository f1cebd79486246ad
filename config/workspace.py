"""The whole declaration: trackers, policy, cycles, objectives, and the checks across them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, field_validator

from config.conditions import Condition
from config.fields import Declared, Identifier, no_truth
from config.link_rules import ExemptRule
from config.measures import FIELDS, QueryMeasure, WorkMeasure
from config.messages import DEFAULT
from config.okrs import Cycle, KeyResult, Objective

Named = Annotated[str, Field(min_length=1)]
Percent = Annotated[int, Field(ge=0, le=100), BeforeValidator(no_truth)]
Reserve = Annotated[int, Field(ge=0, le=90), BeforeValidator(no_truth)]
Minutes = Annotated[int, Field(ge=1, le=1440), BeforeValidator(no_truth)]
Share = Annotated[float, Field(gt=0, le=1), BeforeValidator(no_truth)]
HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$")]


Mode = Literal["off", "observe", "label", "full"]
MarkName = Literal["key_results", "labels", "comment"]
LevelName = Literal["project", "epic", "issue", "subtask"]
UpdateLevel = Literal["project", "initiative"]


class QuietHours(Declared):
    """Hours of the day, in the workspace's time zone, in which nothing is written; they may span midnight."""

    begin: time = Field(description='First quiet moment, such as "19:00".')
    end: time = Field(description='First moment at which writing may go on, such as "07:00".')

    def holds(self, moment: time) -> bool:
        """Whether the moment is quiet."""
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


class UpdatePolicy(Declared):
    """Status updates on Linear's projects and initiatives; the latest one sets the health that Linear shows."""

    every_days: Annotated[int, Field(ge=1, le=90), BeforeValidator(no_truth)] = Field(
        default=7, description="At most one update on a project or initiative in this many days."
    )
    step: Annotated[int, Field(ge=1, le=50), BeforeValidator(no_truth)] = Field(
        default=5,
        description="An update is posted when a percent moved by at least this much, or a health changed.",
    )
    levels: tuple[UpdateLevel, ...] = Field(
        default=("project", "initiative"), description="What updates are posted on."
    )


class TrackerPolicy(Declared):
    """What one tracker does otherwise than `policy` says; what is not named here is as there."""

    mode: Mode | None = Field(default=None, description="See policy.mode.")
    marks: tuple[MarkName, ...] | None = Field(default=None, description="See policy.marks.")
    levels: tuple[LevelName, ...] | None = Field(default=None, description="See policy.levels.")
    grace_days: Annotated[int, Field(ge=0, le=365), BeforeValidator(no_truth)] | None = Field(
        default=None, description="See policy.grace_days."
    )
    step: Annotated[int, Field(ge=1, le=50), BeforeValidator(no_truth)] | None = Field(
        default=None, description="See policy.step."
    )
    comments: bool | None = Field(default=None, description="See policy.comments.")
    orphan_comments: bool | None = Field(default=None, description="See policy.orphan_comments.")
    language: str | None = Field(default=None, min_length=1, description="See policy.language.")
    quiet_hours: QuietHours | None = Field(default=None, description="See policy.quiet_hours.")
    comments_a_day: Annotated[int, Field(ge=0), BeforeValidator(no_truth)] | None = Field(
        default=None, description="See policy.comments_a_day."
    )
    updates: UpdatePolicy | None = Field(default=None, description="See policy.updates.")
    quota_for_people: Reserve | None = Field(default=None, description="See policy.quota_for_people.")
    deadline_minutes: Minutes | None = Field(default=None, description="See policy.deadline_minutes.")


class JiraScope(Declared):
    projects: tuple[Named, ...] = Field(min_length=1, description="Project keys to read and to write.")


class JiraTracker(Declared):
    """A Jira site. Its credential comes from the environment, never from YAML."""

    kind: Literal["jira"] = Field(description="A Jira site.")
    deployment: Literal["cloud", "data_center"] = Field(
        default="cloud",
        description="cloud, signed in to by e-mail and token, or data_center, by personal access token alone.",
    )
    url: HttpUrl = Field(description="Address of the site, with its context path if it has one.")
    scope: JiraScope = Field(description="What to look at.")
    estimate_field: str | None = Field(
        default=None,
        description="Name or id of the points field; found by itself under its two usual names if absent.",
    )
    dropped_statuses: tuple[str, ...] = Field(
        default=("Won't Do", "Won't do", "Cancelled", "Canceled", "Rejected", "Declined", "Abandoned"),
        description="Done-category statuses that mean: will not be done.",
    )
    dropped_resolutions: tuple[str, ...] = Field(
        default=("Won't Do", "Won't Fix", "Duplicate", "Cannot Reproduce", "Declined", "Incomplete"),
        description="Resolutions that mean: will not be done.",
    )
    policy: TrackerPolicy = Field(default=TrackerPolicy(), description="Where this tracker differs.")


class LinearScope(Declared):
    teams: tuple[Named, ...] = Field(min_length=1, description="Team keys to read and to write.")


class AppActor(Declared):
    """How marks name their author where the credential is an app's; a person's credential shows that person."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        description="Name beside comments and attachments."
    )
    icon: Annotated[str, Field(pattern=r"^https://[^\s/]+/\S+$")] | None = Field(
        default=None, description="Address of a small square png or jpg."
    )


class LinearTracker(Declared):
    """A Linear workspace. Its credential comes from the environment, never from YAML."""

    kind: Literal["linear"] = Field(description="A Linear workspace.")
    url: HttpUrl = Field(default="https://api.linear.app/graphql", description="Address of the API.")
    scope: LinearScope = Field(description="What to look at.")
    dropped_states: tuple[str, ...] = Field(
        default=(),
        description="Further states, by name, that mean: will not be done. Canceled and duplicate always do.",
    )
    app: AppActor | None = Field(
        default=None, description="Name and icon of our marks where the credential is an app's."
    )
    policy: TrackerPolicy = Field(default=TrackerPolicy(), description="Where this tracker differs.")


Tracker = Annotated[JiraTracker | LinearTracker, Field(discriminator="kind")]


class HealthPolicy(Declared):
    """How many points of percent a key result may lag behind the elapsed share of its cycle."""

    at_risk: Percent = Field(default=10, description="Behind by more than this: at risk.")
    off_track: Percent = Field(default=25, description="Behind by more than this: off track.")


class LabelPolicy(Declared):
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


class GuardPolicy(Declared):
    """When a run stops before it writes."""

    share: Share = Field(
        default=0.3, description="Stop when more than this share of the items would change …"
    )
    floor: Annotated[int, Field(ge=0), BeforeValidator(no_truth)] = Field(
        default=50, description="… and more than this many of them."
    )
    project_share: Share = Field(default=0.8, description="The same for the items of one project or team …")
    project_floor: Annotated[int, Field(ge=0), BeforeValidator(no_truth)] = Field(
        default=50, description="… and more than this many of them."
    )
    removed_share: Share = Field(
        default=0.3, description="Stop when more than this share of our marks of one kind would go …"
    )
    removed_floor: Annotated[int, Field(ge=0), BeforeValidator(no_truth)] = Field(
        default=20, description="… and more than this many of them."
    )
    shrink: Share = Field(
        default=0.2,
        description="Stop when a pull finds fewer items than the last one, by more than this share.",
    )
    stale_hours: Annotated[int, Field(ge=0, le=168), BeforeValidator(no_truth)] = Field(
        default=24,
        description="A tracker that cannot be read counts as last read for this long; then the run fails.",
    )
    plan_hours: Annotated[int, Field(ge=1, le=720), BeforeValidator(no_truth)] = Field(
        default=24, description="Age beyond which a saved plan is not applied."
    )


class Policy(Declared):
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
    grace_days: Annotated[int, Field(ge=0, le=365), BeforeValidator(no_truth)] = Field(
        default=7, description="Age in days below which unaligned work is not yet orphaned."
    )
    step: Annotated[int, Field(ge=1, le=50), BeforeValidator(no_truth)] = Field(
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
    comments_a_day: Annotated[int, Field(ge=0), BeforeValidator(no_truth)] | None = Field(
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
    most_key_results: Annotated[int, Field(ge=1, le=50), BeforeValidator(no_truth)] = Field(
        default=3, description="Work that serves more key results than this is a finding."
    )
    health: HealthPolicy = HealthPolicy()
    labels: LabelPolicy = LabelPolicy()
    guards: GuardPolicy = GuardPolicy()


class Workspace(Declared):
    """Everything declared, checked across: see `problems`."""

    workspace: Identifier = Field(
        default="truenorth",
        description="Name of this installation; it signs every mark, so it must not change.",
    )
    site: HttpUrl | None = Field(
        default=None, description="Where people find the OKRs; key results on tickets link to SITE/kr/ID."
    )
    time_zone: str = Field(default="UTC", description="Zone in which days begin, such as Europe/Paris.")
    trackers: dict[Identifier, Tracker] = Field(
        min_length=1, description="Trackers by a name of your choice."
    )
    cycles: dict[str, Cycle] = Field(min_length=1, description="Cycles by name, such as 2026-Q4.")
    objectives: tuple[Objective, ...] = Field(min_length=1, description="Objectives with their key results.")
    exempt: tuple[ExemptRule, ...] = Field(default=(), description="Work that need not serve a key result.")
    groups: dict[str, tuple[str, ...]] = Field(
        default={}, description="Groups of people, by the names that the trackers show; rules may match them."
    )
    policy: Policy = Policy()
    words: dict[str, dict[str, Annotated[str, Field(max_length=2000)]]] = Field(
        default={},
        description="Texts of our comments by language and name, in place of the shipped ones.",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is not a time zone of the IANA database") from None
        return name

    def policy_of(self, tracker: str) -> Policy:
        """The policy that holds on a tracker: the general one, with what the tracker says otherwise."""
        declared = self.trackers.get(tracker)
        own = declared.policy if declared is not None else TrackerPolicy()
        changed = {
            name: getattr(own, name) for name in own.model_fields_set if getattr(own, name) is not None
        }
        return self.policy.model_copy(update=changed) if changed else self.policy

    @property
    def active(self) -> dict[str, Tracker]:
        """The trackers that are read."""
        return {name: one for name, one in self.trackers.items() if self.policy_of(name).mode != "off"}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def key_results(self) -> Iterator[tuple[Objective, KeyResult]]:
        """Every key result with its objective, in declared order."""
        for objective in self.objectives:
            for key_result in objective.key_results:
                yield objective, key_result

    def conditions(self) -> Iterator[Condition]:
        """Every condition of every link and exempt rule, with those inside it."""
        for _, key_result in self.key_results():
            for rule in key_result.links:
                yield from rule.nested()
        for exempt in self.exempt:
            for condition in exempt.any:
                yield from condition.nested()

    def matched_fields(self, tracker: str) -> tuple[str, ...]:
        """Names of the custom fields that rules match or measures use on a tracker, sorted."""
        asked = (one for one in self.conditions() if one.tracker in (None, tracker))
        names = {name for one in asked for name in one.field or ()}
        for _, key_result in self.key_results():
            how = key_result.measure
            if isinstance(how, WorkMeasure) and how.field is not None:
                names.add(how.field)
            elif isinstance(how, QueryMeasure) and how.tracker in (None, tracker):
                names |= {how.field} - {None, *FIELDS} if how.field else set()
        return tuple(sorted(names))

    def url_of(self, key_result: KeyResult) -> str:
        """The address that a key result's marks link to; stable as long as `site` and the id are."""
        if key_result.url:
            return key_result.url
        site = self.site.rstrip("/") if self.site else f"https://truenorth.invalid/{self.workspace}"
        return f"{site}/kr/{key_result.id}"
