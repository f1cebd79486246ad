"""Every kind of tracker: what is declared of one, what it can be asked, and how one signs in to it.

A further kind is a class here, in `Tracker` and `KINDS`, and a line in `connectors.registry`; nothing else outside its
own folder names it. What all the rest wants to know of a kind, it asks of the class.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, model_validator

from config.fields import ConfigModel, HttpUrl, NonEmpty, reject_bool
from config.policy import TrackerPolicy
from config.text.issue_pages import IssuePages

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

    jql: NonEmpty | None = Field(default=None, description="JQL query that returns the item.")
    saved_filter: Annotated[int, Field(gt=0), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="Id of a saved Jira filter that returns the item."
    )
    filter: dict[str, Any] | None = Field(
        default=None,
        min_length=1,
        description="Linear IssueFilter, as in the Linear API, that returns the item.",
    )
    view: NonEmpty | None = Field(
        default=None, description="Id of a Linear custom view of issues that contains the item."
    )

    @property
    def native(self) -> NativeQuery | None:
        """The query that is given; None where none is."""
        given = ((name, getattr(self, name)) for name in RULE_LANGUAGES)
        return next((_native(name, value) for name, value in given if value is not None), None)


RULE_LANGUAGES: tuple[QueryLanguage, ...] = ("jql", "saved_filter", "filter", "view")


class MeasureQuery(ConfigModel):
    """A query in a tracker's own language."""

    jql: str | None = Field(default=None, min_length=1, description="JQL query.")
    filter: dict[str, Any] | None = Field(
        default=None, description="Linear IssueFilter, as in the Linear API."
    )

    @model_validator(mode="after")
    def _exactly_one_query(self) -> MeasureQuery:
        if sum(getattr(self, name) is not None for name in MEASURE_LANGUAGES) != 1:
            choice = " and ".join(f"{name} ({kind_of(name).title})" for name in MEASURE_LANGUAGES)
            raise ValueError(f"set exactly one of {choice}")
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
    - `keeps_addresses`: the address of a mark that links to a key result's page is its identity, so it stays as it was made
      until setup changes it.
    - `scope_noun`: what the entries of its scope are.
    - `has_label_groups`: setup makes it a label for each key result.
    - `deployments`: ways in which its sites are run, as `deployment` names them; none where there is one.
    - `told_late`: facts of items, by their names in the model, whose change does not move when the tracker says that an item
      was last updated.
    - `api_origin`: where the API of all its customers stands, so that nobody need declare it; "" where each has a site.
    """

    title: ClassVar[str]
    languages: ClassVar[tuple[QueryLanguage, ...]] = ()
    item_fields: ClassVar[frozenset[str]] = frozenset()
    has_updates: ClassVar[bool] = False
    url_is_scope: ClassVar[bool] = False
    keeps_addresses: ClassVar[bool] = False
    scope_noun: ClassVar[str] = "project"
    has_label_groups: ClassVar[bool] = False
    deployments: ClassVar[tuple[str, ...]] = ()
    api_origin: ClassVar[str] = ""
    told_late: ClassVar[frozenset[str]] = frozenset()

    @property
    def sweep_hours(self) -> float:
        """Hours between two looks at all ids, where the policy does not say."""
        return 24

    @property
    def credential(self) -> tuple[CredentialPart, ...]:
        """What one signs in with; each part is a variable TRUENORTH_NAME_PART."""
        return ("token",)

    def needs_email(self, address: str) -> bool:  # noqa: ARG002
        """Whether a token is of no use without an e-mail address where the API is at `address`."""
        return "email" in self.credential

    @property
    def without_email(self) -> str:
        """How a token without an e-mail address can be used all the same; "" where there is no way. `{url}` is the variable of the address."""
        return ""

    def misplaced(self, address: str) -> tuple[str, str] | None:  # noqa: ARG002
        """Why no such tracker can be at the address, and what to do; None where one may be."""
        return None

    @property
    def project_keys(self) -> tuple[str, ...] | None:
        """What `project` in a rule can name; None where only the tracker knows."""
        return None

    @property
    def scope_keys(self) -> tuple[str, ...]:
        """The entries of its scope."""
        return ()

    def narrowed(self, entry: str) -> Self:  # noqa: ARG002
        """The same tracker, with this one entry of its scope."""
        return self

    @property
    def issue_pages(self) -> IssuePages | None:
        """Where people see its issues, as far as the declaration tells: issues of other trackers may point there."""
        return None

    def pages_by(self, page: str) -> IssuePages | None:  # noqa: ARG002
        """Where people see its issues, as far as the page of one of its items tells."""
        return None


DROPPED = (
    "Won't Do",
    "Won't Fix",
    "Cancelled",
    "Canceled",
    "Rejected",
    "Declined",
    "Abandoned",
    "Duplicate",
    "Cannot Reproduce",
    "Incomplete",
    "Obsolete",
    "Not Required",
    "Invalid",
    "Needs more info",
    "Not Our Bug",
    "Hold",
)
"""Usual names of statuses and resolutions under which work ends without being done, in trackers of any kind."""


GATEWAY = "/ex/jira/"
"""Part of every address of Atlassian's gateway, which serves the API of Cloud sites but no pages (contracts, section 8)."""

_CLOUD_HOSTS = (".atlassian.net", ".jira.com", "api.atlassian.com")


def is_gateway(address: str) -> bool:
    """Whether the address is that of a Cloud site behind Atlassian's gateway."""
    return GATEWAY in address


def _is_cloud(address: str) -> bool:
    return (urlsplit(address).hostname or "").casefold().endswith(_CLOUD_HOSTS)


class JiraScope(ConfigModel):
    projects: tuple[NonEmpty, ...] = Field(
        min_length=1, description="Keys of the projects to read and write."
    )


class JiraTracker(TrackerBase):
    """A Jira site. Its credential comes from the environment, never from YAML."""

    title = "Jira"
    languages = ("jql", "saved_filter")
    item_fields = frozenset(("hours", "custom"))
    url_is_scope = True
    deployments = ("cloud", "data_center")
    # Beside what docs/performance.md lists of items: what administrators rename or class otherwise, which is told of no item.
    told_late = frozenset(
        (
            "shown", "issue_links", "mirrors", "committed", "parent_key", "parent_former_keys", "private", "assignee", "assignee_id", "components",
            "project", "team", "key", "url", "former_keys", "former_projects", "kind", "status", "priority", "other_names", "category",
            "started", "completed", "dropped",
        )
    )  # fmt: skip

    kind: Literal["jira"] = Field(description="A Jira site.")
    deployment: Literal["cloud", "data_center"] = Field(
        default="cloud",
        description="cloud (signs in with e-mail and API token, or with a token alone through Atlassian's gateway) or "
        "data_center (with a personal access token).",
    )
    url: HttpUrl = Field(description="URL of the site, with its context path if it has one.")
    scope: JiraScope = Field(description="What to read and write.")
    estimate_field: str | None = Field(
        default=None,
        description="Name or id of the story points field. Default: found by its usual names.",
    )
    health_field: NonEmpty | None = Field(
        default=None,
        description="Name or id of the custom field (select or text) in which people say how it is going with an epic or an "
        "initiative, such as Health: on track, at risk, off track, or green, yellow, red. It is read, never written.",
    )
    dropped_statuses: tuple[str, ...] = Field(
        default=DROPPED,
        description="Statuses of the done category that mean the work was dropped; case and apostrophes do not matter.",
    )
    dropped_resolutions: tuple[str, ...] = Field(
        default=DROPPED,
        description="Resolutions that mean the work was dropped; case and apostrophes do not matter.",
    )
    policy: TrackerPolicy = Field(
        default=TrackerPolicy(), description="Policy of this tracker, where it differs from `policy`."
    )

    @property
    def sweep_hours(self) -> float:
        """On Cloud a page has 5,000 ids, on a Data Center 1,000."""
        return 6 if self.deployment == "cloud" else 24

    @property
    def credential(self) -> tuple[CredentialPart, ...]:
        """A Data Center takes a personal access token alone."""
        return ("token",) if self.deployment == "data_center" else ("token", "email")

    def needs_email(self, address: str) -> bool:
        """A Cloud site takes a token with its account's address alone; the gateway takes one of OAuth or a service account by itself."""
        return super().needs_email(address) and not is_gateway(address)

    @property
    def without_email(self) -> str:
        """See `TrackerBase.without_email`."""
        return (
            "a token without one, as of a service account or OAuth, works only through Atlassian's gateway: "
            "for that set {url} to https://api.atlassian.com/ex/jira/CLOUD-ID"
        )

    def misplaced(self, address: str) -> tuple[str, str] | None:
        """A Data Center never stands at an address of Atlassian's Cloud."""
        if self.deployment == "cloud" or not _is_cloud(address):
            return None
        hint = "remove `deployment: data_center`, and set an e-mail address and an API token for it"
        return "is the address of a Jira Cloud site, but the tracker declares Jira Data Center", hint

    @property
    def project_keys(self) -> tuple[str, ...]:
        """The projects in scope."""
        return self.scope.projects

    @property
    def scope_keys(self) -> tuple[str, ...]:
        """Keys of projects."""
        return self.scope.projects

    def narrowed(self, entry: str) -> Self:
        """With one project."""
        return self.model_copy(update={"scope": JiraScope(projects=(entry,))})

    @property
    def issue_pages(self) -> IssuePages | None:
        """The issue's own page, its page in a project, and the one beside a board or a list."""
        if is_gateway(self.url):
            return None
        return self._pages_of(self.url)

    def pages_by(self, page: str) -> IssuePages | None:
        """Behind the gateway or a proxy only a page tells the site."""
        site, found, _ = page.partition("/browse/")
        return self._pages_of(site) if found else None

    @staticmethod
    def _pages_of(site: str) -> IssuePages:
        return IssuePages(site, ("/browse/", "/issues/"), ("selectedIssue",))


_LINEAR_PAGE = re.compile("/(?:issue|project|initiative)/")


class LinearScope(ConfigModel):
    teams: tuple[NonEmpty, ...] = Field(min_length=1, description="Keys of the teams to read and write.")


class AppActor(ConfigModel):
    """How marks name their author where the credential is an app's; a person's credential shows that person."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        description="Author name shown on comments and attachments."
    )
    icon: Annotated[str, Field(pattern=r"^https://[^\s/]+/\S+$")] | None = Field(
        default=None, description="URL of a small square PNG or JPG."
    )


class LinearTracker(TrackerBase):
    """A Linear workspace. Its credential comes from the environment, never from YAML."""

    title = "Linear"
    languages = ("filter", "view")
    has_updates = True
    keeps_addresses = True
    scope_noun = "team"
    has_label_groups = True
    api_origin = "https://api.linear.app"
    told_late = frozenset(
        (
            "shown", "issue_links", "mirrors", "committed", "parent", "parent_key", "parent_unknown", "estimate", "progress",
            "project", "project_id", "own_project", "blocked_by", "blocked_since", "assignee", "assignee_id", "team", "private", "in_scope",
            "last_update_by_others", "given_health",
        )
    )  # fmt: skip

    kind: Literal["linear"] = Field(description="A Linear workspace.")
    url: HttpUrl = Field(default="https://api.linear.app/graphql", description="URL of the API.")
    scope: LinearScope = Field(description="What to read and write.")
    dropped_states: tuple[str, ...] | None = Field(
        default=None,
        description="Further states, by name, that mean the work was dropped. Canceled and duplicate always do. "
        "Default: completed states with a usual name, such as Won't Do.",
    )
    app: AppActor | None = Field(
        default=None,
        description="Author name and icon of comments and attachments; needs an app's credential.",
    )
    policy: TrackerPolicy = Field(
        default=TrackerPolicy(), description="Policy of this tracker, where it differs from `policy`."
    )

    @property
    def scope_keys(self) -> tuple[str, ...]:
        """Keys of teams."""
        return self.scope.teams

    def narrowed(self, entry: str) -> Self:
        """With one team."""
        return self.model_copy(update={"scope": LinearScope(teams=(entry,))})

    def pages_by(self, page: str) -> IssuePages | None:
        """Every page stands below the name of the workspace, which nobody declares."""
        found = _LINEAR_PAGE.search(page)
        return IssuePages(page[: found.start()], ("/issue/",)) if found else None


Tracker = Annotated[JiraTracker | LinearTracker, Field(discriminator="kind")]
"""Any tracker, as YAML declares it."""

KINDS: tuple[type[TrackerBase], ...] = (JiraTracker, LinearTracker)


def declared_kind(kind: type[TrackerBase]) -> str:
    """How `kind` in YAML names it."""
    name: str = get_args(kind.model_fields["kind"].annotation)[0]
    return name


def kind_of(language: str) -> type[TrackerBase]:
    """The kind that answers a query language."""
    return next(kind for kind in KINDS if language in kind.languages)


def trackers_for(language: str, trackers: Mapping[str, TrackerBase]) -> list[str]:
    """Names of the trackers that answer a query language."""
    return [name for name, tracker in trackers.items() if language in tracker.languages]
