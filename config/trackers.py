"""The trackers that a workspace declares, and what of each is looked at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.fields import ConfigModel, HttpUrl, Named
from config.policy import TrackerPolicy


class JiraScope(ConfigModel):
    projects: tuple[Named, ...] = Field(min_length=1, description="Project keys to read and to write.")


class JiraTracker(ConfigModel):
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


class LinearScope(ConfigModel):
    teams: tuple[Named, ...] = Field(min_length=1, description="Team keys to read and to write.")


class AppActor(ConfigModel):
    """How marks name their author where the credential is an app's; a person's credential shows that person."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        description="Name beside comments and attachments."
    )
    icon: Annotated[str, Field(pattern=r"^https://[^\s/]+/\S+$")] | None = Field(
        default=None, description="Address of a small square png or jpg."
    )


class LinearTracker(ConfigModel):
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
