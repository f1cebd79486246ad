"""The fields of a Jira site, and what an administrator arranges around them: contexts, options, screens.

Wire facts: contracts/jira.md, section 5.3. Values only; `layout.py` says what they mean for an issue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

FieldType = Literal[
    "string", "number", "date", "epic", "adf", "option", "options", "labels", "url", "sprints", "system"
]

PLUGIN = "com.atlassian.jira.plugin.system.customfieldtypes"
_GREENHOPPER = "com.pyxis.greenhopper.jira"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the site. `type` says what may be written into it; system fields check themselves.

    A custom field without a `searcher` is unknown to JQL. `project` is the id of the team-managed project whose own
    it is.
    """

    id: str
    name: str
    type: FieldType = "system"
    schema: dict[str, Any] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    description: str = ""
    searcher: str | None = None
    project: int | None = None

    @property
    def is_custom(self) -> bool:
        return self.id.startswith("customfield_")

    @property
    def number(self) -> int:
        """The number of a custom field."""
        return int(self.id.removeprefix("customfield_"))


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A type of custom field: how values look on the wire, and which searchers fit."""

    type: FieldType
    wire: str
    searchers: tuple[str, ...]
    items: str | None = None
    label: str = ""


KINDS: dict[str, FieldKind] = {
    "textfield": FieldKind("string", "string", ("textsearcher",), label="Short text (plain text only)"),
    "textarea": FieldKind("adf", "string", ("textsearcher",), label="Paragraph (supports rich text)"),
    "readonlyfield": FieldKind("string", "string", ("textsearcher",), label="Text field (read only)"),
    "float": FieldKind("number", "number", ("exactnumber", "numberrange"), label="Number"),
    "datepicker": FieldKind("date", "date", ("daterange",), label="Date picker"),
    "select": FieldKind("option", "option", ("multiselectsearcher",), label="Dropdown (single choice)"),
    "radiobuttons": FieldKind("option", "option", ("multiselectsearcher",), label="Radio buttons"),
    "multiselect": FieldKind(
        "options", "array", ("multiselectsearcher",), "option", "Dropdown (multiple choices)"
    ),
    "multicheckboxes": FieldKind("options", "array", ("multiselectsearcher",), "option", "Checkboxes"),
    "labels": FieldKind("labels", "array", ("labelsearcher",), "string", "Labels"),
    "url": FieldKind("url", "string", ("exacttextsearcher",), label="URL"),
}
"""Types of custom fields that an administrator can create here, below `PLUGIN`."""


def custom_field(
    number: int, name: str, kind: str, searcher: str | None, description: str = "", plugin: str = PLUGIN
) -> Field:
    """A custom field of one of the `KINDS`."""
    known = KINDS[kind]
    schema = {"type": known.wire, "custom": f"{plugin}:{kind}", "customId": number}
    if known.items:
        schema["items"] = known.items
    clauses = (f"cf[{number}]", name) if searcher else ()
    return Field(f"customfield_{number}", name, known.type, schema, clauses, description, searcher)


def _custom(number: int, name: str, kind: FieldType, wire: str, plugin: str, searcher: str) -> Field:
    schema = {"type": wire, "custom": plugin, "customId": number}
    clauses = (f"cf[{number}]", name)
    return Field(f"customfield_{number}", name, kind, schema, clauses, searcher=f"{PLUGIN}:{searcher}")


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
    _system("components", "Components", "array", "component", "component"),
    _system("fixVersions", "Fix versions", "array", "version", "fixVersion"),
    _system("assignee", "Assignee", "user"),
    _system("reporter", "Reporter", "user"),
    _system("created", "Created", "datetime", None, "created", "createdDate"),
    _system("updated", "Updated", "datetime", None, "updated", "updatedDate"),
    _system("duedate", "Due date", "date", None, "due", "duedate"),
    Field(
        "timeoriginalestimate",
        "Original estimate",
        "system",
        {"type": "number", "system": "timeoriginalestimate"},
    ),
    Field("security", "Security Level", "system", {"type": "securitylevel", "system": "security"}),
    _system("description", "Description", "string"),
    _system("issuelinks", "Linked Issues", "array", "issuelinks"),
    _system("subtasks", "Sub-tasks", "array", "issuelinks", "subtasks"),
    _system("comment", "Comment", "comments-page"),
    Field("issuekey", "Key", "system", {}, ("id", "issue", "issuekey", "key")),
    _custom(10014, "Epic Link", "epic", "any", f"{_GREENHOPPER}:gh-epic-link", "exacttextsearcher"),
    _custom(10015, "Start date", "date", "date", f"{PLUGIN}:datepicker", "daterange"),
    _custom(
        10016, "Story point estimate", "number", "number", f"{_GREENHOPPER}:jsw-story-points", "exactnumber"
    ),
    _custom(10026, "Story Points", "number", "number", f"{PLUGIN}:float", "exactnumber"),
    _custom(10101, "Key result", "string", "string", f"{PLUGIN}:textfield", "textsearcher"),
    _custom(10102, "KR progress", "number", "number", f"{PLUGIN}:float", "exactnumber"),
)
"""The fields of every site when it is made."""

SPRINT = _custom(10020, "Sprint", "sprints", "array", f"{_GREENHOPPER}:gh-sprint", "multiselectsearcher")
"""The field of a board's sprints, which `layout.add_field` gives to a site."""


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint on an issue."""

    id: int
    name: str
    state: str = "active"
    goal: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        """As the Cloud writes it."""
        return {"id": self.id, "name": self.name, "state": self.state, "boardId": 4, "goal": self.goal}

    @property
    def as_text(self) -> str:
        """As Data Center writes it: the object as Java prints it."""
        parts = f"id={self.id},rapidViewId=4,state={self.state.upper()},name={self.name},goal={self.goal},"
        rest = f"completeDate=<null>,activatedDate=<null>,sequence={self.id},synced=false,autoStartStop=false"
        return f"com.atlassian.greenhopper.service.sprint.Sprint@{self.id:x}[{parts}startDate=<null>,endDate=<null>,{rest}]"


FIELD_BY_ID = {entry.id: entry for entry in FIELDS}


@dataclass(slots=True)
class Option:
    """A choice of a select field, or one of several."""

    id: int
    value: str
    disabled: bool = False


@dataclass(slots=True)
class Context:
    """Where a custom field is there: in `projects`, or everywhere if `is_global`; for `types`, or for any.

    No context reaches a team-managed project.
    """

    id: int
    field_id: str
    name: str
    description: str = ""
    is_global: bool = False
    projects: set[int] = field(default_factory=set)
    types: set[int] = field(default_factory=set)
    options: dict[int, Option] = field(default_factory=dict)

    def covers(self, project: int, kind: int) -> bool:
        """Whether it holds for issues of this type in this project."""
        return (self.is_global or project in self.projects) and (not self.types or kind in self.types)


@dataclass(slots=True)
class Tab:
    id: int
    name: str
    fields: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Screen:
    """What can be edited in the company-managed projects (by id) that use it."""

    id: int
    name: str
    description: str
    tabs: list[Tab]
    projects: tuple[int, ...] = ()

    def has(self, field_id: str) -> bool:
        """Whether the field is on one of its tabs."""
        return any(field_id in tab.fields for tab in self.tabs)
