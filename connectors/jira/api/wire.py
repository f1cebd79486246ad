"""The parts of Jira's replies that we read, as typed structs; unknown keys are skipped.

Names and shapes: the vendor's OpenAPI document. What is not promised there has a default.
"""

from __future__ import annotations

from typing import Any

import msgspec

from connectors.model import SetAside


class _Reply(msgspec.Struct, rename="camel", kw_only=True, gc=False):
    """What was decoded from JSON holds no circle, so the garbage collector need not walk through it: it would, again and
    again, while a large site is read."""


class User(_Reply):
    """A person: by account id on the Cloud, by the key of the account on Data Center."""

    account_id: str | None = None
    key: str | None = None
    display_name: str | None = None
    locale: str | None = None
    time_zone: str | None = None

    @property
    def account(self) -> str | None:
        """What names the account for ever."""
        return self.account_id or self.key


class Permission(_Reply):
    have_permission: bool = False


class HeldPermissions(_Reply):
    permissions: dict[str, Permission]


class EditMeta(_Reply):
    fields: dict[str, Any]


class AccessibleResource(_Reply):
    """A site that an OAuth token reaches, and its scopes there."""

    id: str
    scopes: list[str] = []


class ServerInfo(_Reply):
    deployment_type: str = "Cloud"
    base_url: str | None = None
    server_time: str | None = None


class Project(_Reply):
    id: str
    key: str
    name: str = ""
    simplified: bool | None = None
    style: str | None = None
    project_type_key: str = ""

    @property
    def is_team_managed(self) -> bool:
        """Whether its team manages it, fields included; Data Center has no such projects."""
        return bool(self.simplified) or self.style == "next-gen"

    @property
    def has_customers(self) -> bool:
        """Whether it is a service project: customers read its issues in a portal, with every comment that is public."""
        return self.project_type_key == "service_desk"


class ProjectPage(_Reply):
    values: list[Project]
    is_last: bool = True


class FieldSchema(_Reply):
    type: str = ""
    custom: str = ""


class FieldInfo(_Reply):
    id: str
    name: str = ""
    untranslated_name: str | None = None
    schema: FieldSchema = msgspec.field(default_factory=FieldSchema)
    scope: dict[str, Any] | None = None


class Described(_Reply):
    description: Any = None


class DescribedIssue(_Reply):
    id: str
    fields: Described = msgspec.field(default_factory=Described)


class DescribedPage(_Reply):
    """Issues with nothing but their descriptions; only Data Center's search gives `total`."""

    issues: list[DescribedIssue]
    total: int = 0


class FoundIssue(_Reply):
    id: str
    key: str = ""


class SearchPage(_Reply):
    issues: list[FoundIssue]
    next_page_token: str | None = None
    is_last: bool | None = None


class Dated(_Reply):
    updated: str = ""


class DatedIssue(_Reply):
    id: str
    fields: Dated = msgspec.field(default_factory=Dated)


class DatedPage(_Reply):
    """Issues with nothing but when they were changed; a page of the Cloud has a token, one of a Data Center a total."""

    issues: list[DatedIssue]
    next_page_token: str | None = None
    is_last: bool | None = None
    total: int = 0


class OffsetPage(_Reply):
    """A page of Data Center's search; `max_results` may be fewer than were asked for."""

    issues: list[FoundIssue]
    total: int
    start_at: int = 0


class StatusCategory(_Reply):
    key: str


class Named(_Reply, kw_only=True):
    """Something with a name in the language of the reply, and sometimes with the one that it was given."""

    name: str
    id: str = ""
    untranslated_name: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Both."""
        return (self.name, self.untranslated_name) if self.untranslated_name else (self.name,)


class IssueStatus(Named):
    status_category: StatusCategory


class KnownStatus(Named):
    """A status of the site; its id, not its name, is what histories tell."""

    status_category: StatusCategory


class ChangedField(msgspec.Struct, kw_only=True):
    """One change within an entry of a changelog; `fieldId` is absent on old rows, and so can ids of values be."""

    field_id: str | None = msgspec.field(name="fieldId", default=None)
    field: str | None = None
    from_: str | None = msgspec.field(name="from", default=None)
    from_text: str | None = msgspec.field(name="fromString", default=None)
    to: str | None = None
    to_text: str | None = msgspec.field(name="toString", default=None)


class ChangelogEntry(_Reply):
    """Text with a zone, but a number since 1970 in the Cloud's bulk changelog."""

    created: str | int | float
    items: list[ChangedField] = []


class IssueChangelog(_Reply):
    """Changes of one issue, or a part of them; `is_whole` False: the rest cannot be had."""

    issue_id: str
    change_histories: list[ChangelogEntry] = []
    is_whole: bool = True


class ChangelogPage(_Reply):
    """Reply of POST changelog/bulkfetch; no token on the last page."""

    issue_change_logs: list[IssueChangelog] = []
    next_page_token: str | None = None


class ChangelogPart(_Reply):
    """A changelog within an issue; more entries in `total` than came say that a part is missing."""

    histories: list[ChangelogEntry] = []
    total: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all of it came."""
        return self.total <= len(self.histories)


class LoggedIssue(_Reply):
    id: str
    changelog: ChangelogPart = msgspec.field(default_factory=ChangelogPart)


class LoggedPage(_Reply):
    """A page of Data Center's search with `expand=changelog`."""

    issues: list[LoggedIssue]
    total: int


class IssueType(Named):
    hierarchy_level: int | None = None
    subtask: bool = False


class NamedRow(Named):
    """A priority, a resolution, a component or a security level."""


class Parent(_Reply):
    """An issue as another one names it: its key stands there also for who may not see it."""

    id: str
    key: str | None = None


class LinkType(_Reply):
    name: str = ""
    inward: str = ""


class IssueLink(_Reply):
    type: LinkType
    inward_issue: Parent | None = None


class Property(_Reply):
    key: str
    value: Any = None


INTERNAL = Property(key="sd.public.comment", value={"internal": True})
"""Makes a comment internal, when it comes with the call that creates it (contracts, section 5.5)."""


class IssueComment(_Reply):
    """A comment; only the Cloud tells `jsd_public`, so on Data Center the property says what customers see."""

    id: str
    author: User | None = None
    update_author: User | None = None
    properties: list[Property] = []
    jsd_public: bool | None = None

    @property
    def is_public(self) -> bool:
        """Whether customers see it, in a project that has some."""
        if self.jsd_public is not None:
            return self.jsd_public
        values = (one.value for one in self.properties if one.key == INTERNAL.key)
        return not any(
            isinstance(value, dict) and value.get("internal") in (True, "true") for value in values
        )


class CommentPage(_Reply):
    """One page of an issue's comments."""

    comments: list[IssueComment]
    total: int
    start_at: int = 0


class Fields(_Reply):
    """Fields of an issue.

    The last ones are custom, and `fields.SiteFields` gives them their ids, and those of points, which it
    adds. UNSET says that the issue's project and type do not have the field at all.
    """

    summary: str
    status: IssueStatus
    issuetype: IssueType
    project: Project
    created: str
    updated: str
    parent: Parent | None = None
    labels: list[str] = []
    priority: NamedRow | None = None
    assignee: User | None = None
    duedate: str | None = None
    timeoriginalestimate: float | None = None
    resolution: NamedRow | None = None
    resolutiondate: str | None = None
    statuscategorychangedate: str | None = None
    issuelinks: list[IssueLink] = []
    components: list[NamedRow] = []
    comment: CommentPage | None = None
    security: NamedRow | None = None
    key_result: Any = msgspec.UNSET
    kr_progress: Any = msgspec.UNSET
    kr_health: Any = msgspec.UNSET
    kr_alignment: Any = msgspec.UNSET
    kr_objective: Any = msgspec.UNSET
    epic_link: Any = msgspec.UNSET
    epic_name: Any = msgspec.UNSET
    parent_link: Any = msgspec.UNSET
    sprint: Any = msgspec.UNSET
    given_health: Any = msgspec.UNSET

    @property
    def is_done(self) -> bool:
        """Whether the status is of the done category, dropped work included: what Truenorth wrote there stays as it is."""
        return self.status.status_category.key == "done"


CUSTOM_FIELDS = (
    "key_result",
    "kr_progress",
    "kr_health",
    "kr_alignment",
    "kr_objective",
    "epic_link",
    "epic_name",
    "parent_link",
    "sprint",
    "given_health",
)

COMMENT_FIELD = "comment"
"""Holds the first comments of an issue; asked for where it is needed, since they can be long."""

STANDARD_FIELDS = tuple(
    name for name in Fields.__struct_fields__ if name not in (*CUSTOM_FIELDS, COMMENT_FIELD)
)
"""Fields that every site has, under the ids by which Jira knows them."""


class Issue(_Reply):
    id: str
    key: str
    fields: Fields
    properties: dict[str, Any] = {}
    changelog: ChangelogPart | None = None
    """Data Center alone: its search brings it with the issues."""


class RemoteLink(_Reply):
    """A link of any app, so nothing is taken for granted in it: an odd one must not hide the others."""

    global_id: Any = None
    object: Any = None

    @property
    def id(self) -> str:
        """The id that its app gave it; "" without one."""
        return self.global_id if isinstance(self.global_id, str) else ""

    @property
    def url(self) -> str:
        """The address to which it leads; "" where it gives none."""
        url = self.object.get("url") if isinstance(self.object, dict) else None
        return url if isinstance(url, str) else ""


class IssueError(_Reply):
    id: str


class BulkPage(_Reply):
    """Issues in full: of the Cloud's bulkfetch, or a page of Data Center's search."""

    issues: list[Issue]
    issue_errors: list[IssueError] = []
    total: int = 0
    """Data Center alone: how many the query finds."""
    set_aside: list[SetAside] = []
    """Of ours, not of Jira: the issues that do not decode."""


class RawPage(_Reply):
    """The same, with issues that are yet to be decoded."""

    issues: list[msgspec.Raw]
    issue_errors: list[IssueError] = []
    total: int = 0


class SampledFields(_Reply):
    """What a first look at open work asks for; absent where the account may not see it."""

    summary: str = ""
    issuetype: IssueType | None = None
    project: Project | None = None
    labels: list[str] = []
    parent: Parent | None = None


class SampledIssue(_Reply):
    id: str
    key: str
    fields: dict[str, Any] = {}


class SamplePage(_Reply):
    """`total`: of a Data Center alone."""

    issues: list[SampledIssue]
    total: int = 0


class Count(_Reply):
    count: int


class IssueKey(_Reply):
    id: str
    key: str


class CommentList(_Reply):
    """Reply of POST comment/list; `is_last` False says that not all of the ids were answered."""

    values: list[IssueComment]
    is_last: bool | None = None


class CommentedFields(_Reply):
    comment: CommentPage | None = None


class CommentedIssue(_Reply):
    id: str
    fields: CommentedFields


class CommentedPage(_Reply):
    """Issues with nothing but their comments, of which the field holds the first ones; only Data Center gives `total`."""

    issues: list[CommentedIssue]
    total: int = 0


class TaskId(_Reply):
    """Reply of POST bulk/issues/fields."""

    task_id: str


class BulkProgress(_Reply):
    """State of a bulk edit; ids of issues are numbers in one list and texts in the other."""

    status: str
    processed_accessible_issues: list[int] = []
    failed_accessible_issues: dict[str, Any] = {}


class TaskProgress(_Reply):
    """State of another job; the vendor says nothing of what `result` looks like."""

    status: str
    result: Any = None


class BulkOption(_Reply):
    option_id: int | str | None = None
    value: str | None = None


class BulkField(_Reply):
    id: str
    field_options: list[BulkOption] = []
    unavailable_message: str | None = None


class BulkFields(_Reply):
    """A page of the fields that a bulk edit of some issues can set."""

    fields: list[BulkField]
    starting_after: str | None = None
