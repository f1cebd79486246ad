"""Every kind of tracker: what is declared of one, what it can be asked, and how one signs in to it.

A further kind is a class here, in `Tracker` and `KINDS`, and a line in `connectors.registry`; nothing else outside its
own folder names it. What all the rest wants to know of a kind, it asks of the class.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.fields import ConfigModel, HttpUrl, Named, reject_bool
from config.policy import TrackerPolicy

# --- What a tracker is asked in its own language -------------------------------------------------

QueryLanguage = Literal["jql", "saved_filter", "filter", "view"]


@dataclass(frozen=True, slots=True, order=True)
class NativeQuery:
    """A query that a tracker answers itself.

    - `jql`: JQL; `saved_filter`: the id of a saved Jira filter;
    - `filter`: a Linear IssueFilter as JSON; `view`: the id of a Linear custom view of issues.
    """

    language: QueryLanguage
    text: str


class RuleQueries(ConfigModel):
    """Queries that find items, in a rule."""

    jql: Named | None = Field(default=None, description="A Jira query that finds it.")
    saved_filter: Annotated[int, Field(gt=0), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="Id of a saved Jira filter that finds it."
    )
    filter: dict[str, Any] | None = Field(
        default=None, min_length=1, description="A Linear IssueFilter, as its API takes it, that finds it."
    )
    view: Named | None = Field(
        default=None, description="Id of a Linear custom view of issues that shows it."
    )

    @property
    def native(self) -> NativeQuery | None:
        """The query that is given; None where none is."""
        given = ((name, getattr(self, name)) for name in RULE_LANGUAGES)
        return next((_native(name, value) for name, value in given if value is not None), None)


RULE_LANGUAGES: tuple[QueryLanguage, ...] = ("jql", "saved_filter", "filter", "view")


class MeasureQuery(ConfigModel):
    """A query in a tracker's own language."""

    jql: str | None = Field(default=None, min_length=1, description="A Jira query.")
    filter: dict[str, Any] | None = Field(
        default=None, description="A Linear IssueFilter, as its API takes it."
    )

    @model_validator(mode="after")
    def _exactly_one_query(self) -> MeasureQuery:
        if sum(getattr(self, name) is not None for name in MEASURE_LANGUAGES) != 1:
            choice = " and ".join(f"{name} (asks {kind_of(name).title})" for name in MEASURE_LANGUAGES)
            raise ValueError(f"give exactly one of {choice}")
        return self

    @property
    def native(self) -> NativeQuery:
        """The query."""
        given = ((name, getattr(self, name)) for name in MEASURE_LANGUAGES)
        return next(_native(name, value) for name, value in given if value is not None)


MEASURE_LANGUAGES: tuple[QueryLanguage, ...] = ("jql", "filter")


def _native(language: QueryLanguage, value: object) -> NativeQuery:
    return NativeQuery(language, json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value))


# --- The kinds -----------------------------------------------------------------------------------

CredentialPart = Literal["token", "email"]


class TrackerBase(ConfigModel):
    """What every kind says of itself.

    - `title`: its name for people.
    - `languages`: query languages that it answers.
    - `item_fields`: what its items have beside points and times: "hours" for estimated work, "custom" for fields of
      the site's own.
    - `has_updates`: status updates can be posted on projects and initiatives.
    - `url_is_scope`: two trackers of one address read the same site, so that no scope may stand in both.
    - `links_need_site`: marks link to a key result's page only where the workspace declares its site.
    """

    title: ClassVar[str]
    languages: ClassVar[tuple[QueryLanguage, ...]] = ()
    item_fields: ClassVar[frozenset[str]] = frozenset()
    has_updates: ClassVar[bool] = False
    url_is_scope: ClassVar[bool] = False
    links_need_site: ClassVar[bool] = False

    @property
    def credential(self) -> tuple[CredentialPart, ...]:
        """What one signs in with; each part is a variable TRUENORTH_NAME_PART."""
        return ("token",)

    @property
    def project_keys(self) -> tuple[str, ...] | None:
        """What `project` in a rule can name; None where only the tracker knows."""
        return None


class JiraScope(ConfigModel):
    projects: tuple[Named, ...] = Field(min_length=1, description="Project keys to read and to write.")


class JiraTracker(TrackerBase):
    """A Jira site. Its credential comes from the environment, never from YAML."""

    title = "Jira"
    languages = ("jql", "saved_filter")
    item_fields = frozenset(("hours", "custom"))
    url_is_scope = True

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

    @property
    def credential(self) -> tuple[CredentialPart, ...]:
        """A Data Center takes a personal access token alone."""
        return ("token",) if self.deployment == "data_center" else ("token", "email")

    @property
    def project_keys(self) -> tuple[str, ...]:
        """The projects in scope."""
        return self.scope.projects


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


class LinearTracker(TrackerBase):
    """A Linear workspace. Its credential comes from the environment, never from YAML."""

    title = "Linear"
    languages = ("filter", "view")
    has_updates = True
    links_need_site = True

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
"""Any tracker, as YAML declares it."""

KINDS: tuple[type[TrackerBase], ...] = (JiraTracker, LinearTracker)


def kind_of(language: str) -> type[TrackerBase]:
    """The kind that answers a query language."""
    return next(kind for kind in KINDS if language in kind.languages)


def answering(language: str, trackers: Mapping[str, TrackerBase]) -> list[str]:
    """Names of the trackers that answer a query language."""
    return [name for name, tracker in trackers.items() if language in tracker.languages]
