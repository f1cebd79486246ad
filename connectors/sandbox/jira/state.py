"""What a Jira site holds: projects, fields, issues, comments. Lookups only; edits are in `edit.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from connectors.sandbox import request_effects
from connectors.sandbox.company import DIRECTORY, SERVICE, Clock, Person
from connectors.sandbox.hook_tricks import HookTricks
from connectors.sandbox.jira.fields import FIELD_BY_ID, Context, Field, Screen
from connectors.sandbox.jira.limits import Limits
from connectors.sandbox.jira.peculiarities import Peculiarities
from connectors.sandbox.jira.permissions import ADMIN_ONLY, EDITORS_ONLY, PERMISSIONS, Permissions
from connectors.sandbox.jira.shared import Dashboard, Filter
from connectors.sandbox.jira.tasks import Tasks

SITE_ZONE = "Europe/Paris"
"""Time zone of the site, and of every profile that `JiraSite.zones` does not name."""

EPIC_NAME = "customfield_10011"
EPIC_LINK = "customfield_10014"
STORY_POINT_ESTIMATE = "customfield_10016"
STORY_POINTS = "customfield_10026"
KEY_RESULT = "customfield_10101"
KR_PROGRESS = "customfield_10102"

CategoryKey = Literal["new", "indeterminate", "done"]
CATEGORIES: dict[CategoryKey, tuple[int, str, str]] = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}


@dataclass(frozen=True, slots=True)
class Status:
    id: int
    name: str
    category: CategoryKey


@dataclass(frozen=True, slots=True)
class IssueType:
    id: int
    name: str
    level: int

    @property
    def is_subtask(self) -> bool:
        return self.level < 0


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A priority, a resolution, a component or a version."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class LinkType:
    id: int
    name: str
    inward: str
    outward: str


PRIORITIES = tuple(
    NamedValue(n, name) for n, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1)
)
RESOLUTIONS = tuple(
    NamedValue(10000 + n, name)
    for n, name in enumerate(("Done", "Won't Do", "Duplicate", "Cannot Reproduce"))
)
TYPES = {
    kind.name: kind
    for kind in (
        IssueType(10000, "Epic", 1),
        IssueType(10001, "Story", 0),
        IssueType(10002, "Task", 0),
        IssueType(10003, "Sub-task", -1),
        IssueType(10004, "Bug", 0),
        IssueType(10005, "Vulnerability", 0),
        IssueType(10006, "Initiative", 2),
    )
}
BLOCKS = LinkType(10000, "Blocks", "is blocked by", "blocks")
RELATES = LinkType(10003, "Relates", "relates to", "relates to")
CLONERS = LinkType(10001, "Cloners", "is cloned by", "clones")


@dataclass(slots=True)
class Project:
    """`screen` holds the custom fields that can be set here. `browsers` None: every signed-in account may
    look; else only these e-mail addresses, and for all others the project does not exist. Nobody sees one
    that is archived or in the trash. `former_keys` still lead to it. In one of `kind` "service_desk" customers read
    comments that are not internal, and all of them where `publishes` says that something makes each one public."""

    id: int
    key: str
    name: str
    lead: Person
    statuses: tuple[Status, ...]
    types: tuple[IssueType, ...]
    screen: set[str]
    simplified: bool = False
    browsers: frozenset[str] | None = None
    last_number: int = 0
    former_keys: set[str] = field(default_factory=set)
    components: tuple[NamedValue, ...] = ()
    versions: tuple[NamedValue, ...] = ()
    is_archived: bool = False
    is_trashed: bool = False
    kind: str = "software"
    publishes: bool = False


@dataclass(slots=True)
class Comment:
    id: int
    author: Person
    body: dict[str, Any]
    created: datetime
    updated: datetime
    update_author: Person
    properties: dict[str, Any] = field(default_factory=dict)
    internal: bool = False
    """Decided when it was added; on the Cloud the property can change later, and this does not."""


@dataclass(slots=True)
class RemoteLink:
    id: int
    global_id: str | None
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class IssueLink:
    """`source` `type.outward` `target`; both are issue ids."""

    id: int
    type: LinkType
    source: int
    target: int


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """What one field was and became: ids in `before` and `after`, words in the two texts."""

    field: str
    field_id: str
    before: str | None
    before_text: str | None
    after: str | None
    after_text: str | None


@dataclass(frozen=True, slots=True)
class History:
    id: int
    author: Person
    created: datetime
    items: tuple[HistoryItem, ...]


@dataclass(slots=True)
class Issue:
    id: int
    key: str
    project: Project
    type: IssueType
    summary: str
    status: Status
    reporter: Person
    created: datetime
    updated: datetime
    category_changed: datetime
    priority: NamedValue = PRIORITIES[2]
    assignee: Person | None = None
    labels: list[str] = field(default_factory=list)
    components: tuple[NamedValue, ...] = ()
    fix_versions: tuple[NamedValue, ...] = ()
    parent: int | None = None
    resolution: NamedValue | None = None
    resolved: datetime | None = None
    due: date | None = None
    original_estimate: int | None = None
    """Seconds."""
    security: str | None = None
    """Name of its security level; those whom the level leaves out do not see the issue at all."""
    description: dict[str, Any] | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    links: list[IssueLink] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    comments: dict[int, Comment] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    remote_links: list[RemoteLink] = field(default_factory=list)
    history: list[History] = field(default_factory=list)
    past: bytes = b""
    """What happened before the site was served; `generate_history.history_of` tells both."""

    @property
    def number(self) -> int:
        return int(self.key.rpartition("-")[2])


@dataclass(frozen=True, slots=True)
class IssueCopy:
    """An issue as it was until a write; None where that write made it."""

    until: datetime
    issue: Issue | None


@dataclass(frozen=True, slots=True)
class Notification:
    """A mail that the site would have sent to watchers."""

    at: datetime
    key: str
    what: str
    by: str


@dataclass(slots=True)
class Webhook:
    """An admin webhook. `base`: the address of the site by which it was made; `creator` sees what it sends."""

    id: int
    name: str
    url: str
    events: tuple[str, ...]
    creator: Person
    base: str
    updated: datetime
    is_server: bool = False
    jql: str = ""
    secret: str | None = None
    enabled: bool = True
    excludes_body: bool = False


@dataclass(frozen=True, slots=True)
class HookEvent:
    """Something of which webhooks hear. `history`: what changed; `comment`: the one it is about."""

    name: str
    issue: Issue
    person: Person
    history: History | None = None
    comment: Comment | None = None


@dataclass
class JiraSite:
    """`admins` may suppress notifications; `editors` may edit other people's comments.

    Search runs `lag` seconds behind writes; `index` holds what it still shows of them, and is for `index.py`.
    `zones` holds the time zone of a profile by e-mail address: JQL texts are read in it and times are shown in
    it. An issue in `restricted` is there for these e-mail addresses only, one in `archived` for nobody.
    `failed_logins` counts by user name on Data Center. `permissions` takes rights from single accounts;
    `shown` is a cache of `layout.py`, cleared by changes. `peculiar` holds what this site does otherwise.
    """

    clock: Clock
    projects: dict[str, Project] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)
    admins: set[str] = field(default_factory=lambda: {SERVICE.email})
    editors: set[str] = field(default_factory=lambda: set(DIRECTORY) - {SERVICE.email})
    lag: float = 0.0
    index: dict[int, list[IssueCopy]] = field(default_factory=dict, repr=False)
    limits: Limits = field(default_factory=Limits, repr=False)
    peculiar: Peculiarities = field(default_factory=Peculiarities)
    zones: dict[str, str] = field(default_factory=dict)
    restricted: dict[int, frozenset[str]] = field(default_factory=dict)
    archived: set[int] = field(default_factory=set)
    failed_logins: dict[str, int] = field(default_factory=dict)
    permissions: Permissions = field(default_factory=Permissions, repr=False)
    fields: dict[str, Field] = field(default_factory=lambda: dict(FIELD_BY_ID))
    trashed_fields: set[str] = field(default_factory=set)
    contexts: dict[int, Context] = field(default_factory=dict)
    screens: dict[int, Screen] = field(default_factory=dict)
    shown: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict, repr=False)
    filters: dict[int, Filter] = field(default_factory=dict)
    dashboards: dict[int, Dashboard] = field(default_factory=dict)
    share_scopes: dict[str, str] = field(default_factory=dict)
    tasks: Tasks = field(default_factory=Tasks, repr=False)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    hook_tricks: HookTricks = field(default_factory=HookTricks, repr=False)
    listener: Callable[[HookEvent], None] | None = field(default=None, repr=False)
    """What sends webhooks, once the site is served."""
    _last_id: int = 10_000

    def announce(
        self,
        name: str,
        issue: Issue,
        person: Person,
        history: History | None = None,
        comment: Comment | None = None,
    ) -> None:
        """Let webhooks hear of a change that was made, or of a deletion before it is."""
        # One that is being created is told of once, as created.
        if self.webhooks and self.listener is not None and issue.id in self.issues:
            self.listener(HookEvent(name, issue, person, history, comment))

    def next_id(self) -> int:
        """A fresh id for anything; ids rise over time."""
        self._last_id += 1
        return self._last_id

    def add(self, issue: Issue) -> Issue:
        """Put a new issue on the site."""
        self.issues[issue.id] = issue
        self.keys[issue.key] = issue.id
        if issue.parent is not None:
            self.issues[issue.parent].children.append(issue.id)
        return issue

    def new_key(self, project: Project) -> str:
        """The next free key of the project."""
        project.last_number += 1
        return f"{project.key}-{project.last_number}"

    def may_browse(self, person: Person | None, project: Project) -> bool:
        """Whether `person` (None: anonymous) can see the project at all."""
        if person is None or project.key in request_effects.hidden.get():
            return False
        if project.is_archived or project.is_trashed:
            return False
        if self.permissions.lacks(person.email, "BROWSE_PROJECTS", project.id):
            return False
        return project.browsers is None or person.email in project.browsers

    def holds(self, person: Person | None, name: str, project: Project | None = None) -> bool:
        """Whether the account has the permission; one for projects without a project: in any of them."""
        if person is None or self.permissions.lacks(person.email, name):
            return False
        if name in ADMIN_ONLY:
            return person.email in self.admins
        if name in EDITORS_ONLY and person.email not in self.editors:
            return False
        if PERMISSIONS[name][0] == "GLOBAL":
            return True
        if project is None:
            return any(self.holds(person, name, entry) for entry in self.projects.values())
        return self.may_browse(person, project) and not self.permissions.lacks(person.email, name, project.id)

    def may_see(self, person: Person | None, issue: Issue) -> bool:
        """Whether `person` can see the issue; for who cannot, it does not exist."""
        if not self.may_browse(person, issue.project) or issue.id in self.archived:
            return False
        only = self.restricted.get(issue.id)
        return only is None or (person is not None and person.email in only)

    def zone_of(self, person: Person | None) -> ZoneInfo:
        """The time zone of a profile; the public has the site's."""
        return ZoneInfo(self.zones.get(person.email, SITE_ZONE) if person is not None else SITE_ZONE)

    def project_named(self, name: str, person: Person | None) -> Project | None:
        """The project by id, key in any case, or former key; None where it is absent or hidden."""
        wanted = name.upper()
        for project in self.projects.values():
            if wanted == project.key or name == str(project.id) or wanted in project.former_keys:
                return project if self.may_browse(person, project) else None
        return None

    def find(self, id_or_key: str, person: Person | None) -> Issue | None:
        """The issue by id, key in any case, or former key; None where it is absent or hidden."""
        number = int(id_or_key) if id_or_key.isdecimal() else self.keys.get(id_or_key.upper())
        issue = self.issues.get(number) if number is not None else None
        return issue if issue is not None and self.may_see(person, issue) else None

    def visible(self, person: Person | None) -> Iterator[Issue]:
        """Every issue that `person` may browse, in ascending id order."""
        open_to = {key for key, project in self.projects.items() if self.may_browse(person, project)}
        found = (issue for issue in self.issues.values() if issue.project.key in open_to)
        if self.restricted or self.archived:
            return (issue for issue in found if self.may_see(person, issue))
        return found

    def delete(self, issue: Issue) -> None:
        """Delete the issue with its sub-tasks; other children lose their parent."""
        for child in [self.issues[number] for number in issue.children if number in self.issues]:
            if child.type.is_subtask:
                self.delete(child)
            else:
                child.parent = None
                if self.peculiar.tells("parent"):
                    child.updated = self.clock.now()
        if issue.parent in self.issues:
            self.issues[issue.parent].children.remove(issue.id)
        for link in issue.links:
            other = self.issues[link.target if link.source == issue.id else link.source]
            other.links.remove(link)
        self.keys = {key: number for key, number in self.keys.items() if number != issue.id}
        del self.issues[issue.id]

    def overview(self) -> list[dict[str, Any]]:
        """Key, name and number of issues of each project."""
        counts = dict.fromkeys(self.projects, 0)
        for issue in self.issues.values():
            counts[issue.project.key] += 1
        return [{"key": p.key, "name": p.name, "count": counts[p.key]} for p in self.projects.values()]
