"""The trackers that a workspace declares, and what of each is looked at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.fields import ConfigModel, HttpUrl, Named
from config.policy import TrackerPolicy


class JiraScope(ConfigModel):
    projects: tuple[Named, ...] = Field(min_length=1, description="Keys of the projects to read and write.")


class JiraTracker(ConfigModel):
    """A Jira site. Its credential comes from the environment, never from YAML."""

    kind: Literal["jira"] = Field(description="A Jira site.")
    deployment: Literal["cloud", "data_center"] = Field(
        default="cloud",
        description="cloud (signs in with e-mail and API token) or data_center (with a personal access token).",
    )
    url: HttpUrl = Field(description="URL of the site, with its context path if it has one.")
    scope: JiraScope = Field(description="What to read and write.")
    estimate_field: str | None = Field(
        default=None,
        description="Name or id of the story points field. Default: found by its usual names.",
    )
    dropped_statuses: tuple[str, ...] = Field(
        default=("Won't Do", "Won't do", "Cancelled", "Canceled", "Rejected", "Declined", "Abandoned"),
        description="Statuses of the done category that mean the work was dropped.",
    )
    dropped_resolutions: tuple[str, ...] = Field(
        default=("Won't Do", "Won't Fix", "Duplicate", "Cannot Reproduce", "Declined", "Incomplete"),
        description="Resolutions that mean the work was dropped.",
    )
    policy: TrackerPolicy = Field(
        default=TrackerPolicy(), description="Policy of this tracker, where it differs from `policy`."
    )


class LinearScope(ConfigModel):
    teams: tuple[Named, ...] = Field(min_length=1, description="Keys of the teams to read and write.")


class AppActor(ConfigModel):
    """How marks name their author where the credential is an app's; a person's credential shows that person."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        description="Author name shown on comments and attachments."
    )
    icon: Annotated[str, Field(pattern=r"^https://[^\s/]+/\S+$")] | None = Field(
        default=None, description="URL of a small square PNG or JPG."
    )


class LinearTracker(ConfigModel):
    """A Linear workspace. Its credential comes from the environment, never from YAML."""

    kind: Literal["linear"] = Field(description="A Linear workspace.")
    url: HttpUrl = Field(default="https://api.linear.app/graphql", description="URL of the API.")
    scope: LinearScope = Field(description="What to read and write.")
    dropped_states: tuple[str, ...] = Field(
        default=(),
        description="Further states, by name, that mean the work was dropped. Canceled and duplicate always do.",
    )
    app: AppActor | None = Field(
        default=None,
        description="Author name and icon of comments and attachments; needs an app's credential.",
    )
    policy: TrackerPolicy = Field(
        default=TrackerPolicy(), description="Policy of this tracker, where it differs from `policy`."
    )


Tracker = Annotated[JiraTracker | LinearTracker, Field(discriminator="kind")]
