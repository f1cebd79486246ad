"""What a Jira site holds: projects, fields, issues, comments. Lookups only; edits are in `edit.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from connectors.sandbox.company import DIRECTORY, SERVICE, Clock, Person

SITE_ZONE = "Europe/Paris"
"""Time zone of everybody's profile: JQL texts are read in it and times are shown in it."""

EPIC_LINK = "customfield_10014"
STORY_POINT_ESTIMATE = "customfield_10016"
STORY_POINTS = "customfield_10026"
KEY_RESULT = "customfield_10101"
KR_PROGRESS = "customfield_10102"

FieldType = Literal["string", "number", "date", "epic", "adf", "system"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the site. `type` says what may be written into it; system fields check themselves."""

    id: str
    name: str
    type: FieldType = "system"
    schema: dict[str, Any] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()

    @property
    def is_custom(self) -> bool:
        return self.id.startswith("customfield_")


def _custom(number: int, name: str, kind: FieldType, wire: str, plugin: str) -> Field:
    schema = {"type": wire, "custom": plugin, "customId": number}
    return Field(f"customfield_{number}", name, kind, schema, (f"cf[{number}]", name))


_PLAIN = "com.atlassian.jira.plugin.system.customfieldtypes"
_GREENHOPPER = "com.pyxis.greenhopper.jira"


def _system(name: str, label: str, wire: str, items: str | None = None, *clauses: str) -> Field:
    schema = {"type": wire, "system": name} | ({"items": items} if items else {})
    return Field(name, label, "system", schema, clauses or (name,))


FIELDS: tuple[Field, ...] = (
    _system("summary", "Summary", "string"),
    _system("issuetype", "Issue Type", "issuetype", None, "issuetype", "type"),
    _system("project", "Project", "project"),
    _system("parent", "Parent", "issuelink"),
    _system("status", "Status", "status"),
    Field(
        "statusCategory", "Status Category", "system", {"type": "statusCategory", "system": "statusCategory"}
    ),
    _system("statuscategorychangedate", "Status Category Changed", "datetime"),
    _system("resolution", "Resolution", "resolution"),
    _system("resolutiondate", "Resolved", "datetime", None, "resolutiondate", "resolved"),
    _system("priority", "Priority", "priority"),
    _system("labels", "Labels", "array", "string"),
    _system("assignee", "Assignee", "user"),
    _system("reporter", "Reporter", "user"),
    _system("created", "Created", "datetime", None, "created", "createdDate"),
    _system("updated", "Updated", "datetime", None, "updated", "updatedDate"),
    _system("duedate", "Due date", "date", None, "due", "duedate"),
    _system("description", "Description", "string"),
    _system("issuelinks", "Linked Issues", "array", "issuelinks"),
    _system("subtasks", "Sub-tasks", "array", "issuelinks", "subtasks"),
    _system("comment", "Comment", "comments-page"),
    Field("issuekey", "Key", "system", {}, ("id", "issue", "issuekey", "key")),
    _custom(10014, "Epic Link", "epic", "any", f"{_GREENHOPPER}:gh-epic-link"),
    _custom(10015, "Start date", "date", "date", f"{_PLAIN}:datepicker"),
    _custom(10016, "Story point estimate", "number", "number", f"{_GREENHOPPER}:jsw-story-points"),
    _custom(10026, "Story Points", "number", "number", f"{_PLAIN}:float"),
    _custom(10101, "Key result", "string", "string", f"{_PLAIN}:textfield"),
    _custom(10102, "KR progress", "number", "number", f"{_PLAIN}:float"),
)

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
class Named:
    """A priority or a resolution."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class LinkType:
    id: int
    name: str
    inward: str
    outward: str


PRIORITIES = tuple(Named(n, name) for n, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1))
RESOLUTIONS = tuple(
    Named(10000 + n, name) for n, name in enumerate(("Done", "Won't Do", "Duplicate", "Cannot Reproduce"))
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


@dataclass(slots=True)
class Project:
    """`screen` holds the custom fields that can be set here. `browsers` None: every signed-in account may
    look; else only these e-mail addresses, and for all others the project does not exist."""

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


@dataclass(slots=True)
class Comment:
    id: int
    author: Person
    body: dict[str, Any]
    created: datetime
    updated: datetime
    update_author: Person
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class RemoteLink:
    id: int
    global_id: str | None
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
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
    priority: Named = PRIORITIES[2]
    assignee: Person | None = None
    labels: list[str] = field(default_factory=list)
    parent: int | None = None
    resolution: Named | None = None
    resolved: datetime | None = None
    due: date | None = None
    description: dict[str, Any] | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    comments: dict[int, Comment] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    remote_links: list[RemoteLink] = field(default_factory=list)
    history: list[History] = field(default_factory=list)

    @property
    def number(self) -> int:
        return int(self.key.rpartition("-")[2])


@dataclass(frozen=True, slots=True)
class Notification:
    """A mail that the site would have sent to watchers."""

    at: datetime
    key: str
    what: str
    by: str


@dataclass
class JiraSite:
    """`admins` may suppress notifications; `editors` may edit other people's comments."""

    clock: Clock
    projects: dict[str, Project] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)
    admins: set[str] = field(default_factory=lambda: {SERVICE.email})
    editors: set[str] = field(default_factory=lambda: set(DIRECTORY) - {SERVICE.email})
    _last_id: int = 10_000

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
        if person is None:
            return False
        return project.browsers is None or person.email in project.browsers

    def find(self, id_or_key: str, person: Person | None) -> Issue | None:
        """The issue by id, key in any case, or former key; None where it is absent or hidden."""
        number = int(id_or_key) if id_or_key.isdecimal() else self.keys.get(id_or_key.upper())
        issue = self.issues.get(number) if number is not None else None
        return issue if issue is not None and self.may_browse(person, issue.project) else None

    def visible(self, person: Person | None) -> Iterator[Issue]:
        """Every issue that `person` may browse, in ascending id order."""
        open_to = {key for key, project in self.projects.items() if self.may_browse(person, project)}
        return (issue for issue in self.issues.values() if issue.project.key in open_to)

    def move(self, issue: Issue, project: Project) -> None:
        """Move the issue to another project: the id stays, the key changes, the old key still finds it."""
        issue.project, issue.key = project, self.new_key(project)
        self.keys[issue.key] = issue.id
        issue.updated = self.clock.now()

    def delete(self, issue: Issue) -> None:
        """Delete the issue with its sub-tasks; other children lose their parent."""
        for child in [self.issues[number] for number in issue.children if number in self.issues]:
            if child.type.is_subtask:
                self.delete(child)
            else:
                child.parent = None
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


FIELD_BY_ID = {entry.id: entry for entry in FIELDS}
