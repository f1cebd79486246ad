"""Which fields an issue has, which of them can be edited, and how an administrator changes that.

Wire facts: contracts/jira.md, section 5.3. A field is there where a context covers the issue's project and
type; it can be edited where it is also on the project's screen. Team-managed projects keep theirs to
themselves: no context and no screen reaches them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.sandbox.jira.fields import FIELD_BY_ID, Context, Field, Option, Screen, Tab

if TYPE_CHECKING:
    from connectors.sandbox.jira.state import Issue, IssueType, JiraSite, Project

ON_SCREENS = (
    "summary",
    "priority",
    "components",
    "fixVersions",
    "labels",
    "assignee",
    "parent",
    "duedate",
    "description",
)
"""System fields that can be edited, as the generated screens order them."""
DEFAULT_SCREEN = 1


def add_contexts_and_screens(site: JiraSite) -> None:
    """Give a new site the contexts and screens that agree with what its projects show."""
    managed = [project for project in site.projects.values() if not project.simplified]
    for number, entry in enumerate(entry for entry in site.fields.values() if entry.is_custom):
        having = {project.id for project in managed if entry.id in project.screen}
        everywhere = len(having) == len(managed)
        name = f"Default Configuration Scheme for {entry.name}"
        context = Context(10_100 + number, entry.id, name, is_global=everywhere)
        context.projects = set() if everywhere else having
        site.contexts[context.id] = context
    # A software project comes with screens of its own; only the plain one keeps to the default.
    own = {"WEB": "WEB: Scrum Default Issue Screen", "OPS": "OPS: Kanban Default Issue Screen"}
    _add_screen(site, DEFAULT_SCREEN, "Default Screen", [p for p in managed if p.key not in own])
    _add_screen(site, 2, "Workflow Screen", [])
    _add_screen(site, 3, "Resolve Issue Screen", [])
    for number, project in enumerate(project for project in managed if project.key in own):
        _add_screen(site, 10_000 + number, own[project.key], [project])


def _add_screen(site: JiraSite, number: int, name: str, projects: list[Project]) -> None:
    custom = sorted({field for project in projects for field in project.screen})
    tab = Tab(10_000 + number, "Field Tab", [*ON_SCREENS, *custom] if projects else ["assignee"])
    site.screens[number] = Screen(number, name, "", [tab], tuple(project.id for project in projects))


# --- What an issue has ---------------------------------------------------------------------------


def shown_fields(site: JiraSite, project: Project, kind: IssueType) -> frozenset[str] | set[str]:
    """The ids of the custom fields that issues of this type have in this project."""
    if project.simplified:
        return project.screen - site.trashed_fields if site.trashed_fields else project.screen
    found = site.shown.get((project.id, kind.id))
    if found is None:
        found = frozenset(
            context.field_id
            for context in site.contexts.values()
            if context.field_id not in site.trashed_fields and context.covers(project.id, kind.id)
        )
        site.shown[project.id, kind.id] = found
    return found


def is_settable(site: JiraSite, issue: Issue, field_id: str) -> bool:
    """Whether the field is on the issue's edit screen."""
    if field_id in FIELD_BY_ID and not field_id.startswith("customfield_"):
        screen = screen_of(site, issue.project)
        return screen is None or screen.has(field_id)
    return field_id in issue.project.screen and field_id in shown_fields(site, issue.project, issue.type)


def screen_of(site: JiraSite, project: Project) -> Screen | None:
    """The screen of a company-managed project."""
    return next((screen for screen in site.screens.values() if project.id in screen.projects), None)


def context_of(site: JiraSite, issue: Issue, field_id: str) -> Context | None:
    """The context of the field that holds for the issue: the project's own before the global one."""
    found = [
        context
        for context in site.contexts.values()
        if context.field_id == field_id and context.covers(issue.project.id, issue.type.id)
    ]
    return min(found, key=lambda context: context.is_global, default=None)


def options_of(site: JiraSite, issue: Issue, field_id: str) -> list[Option]:
    """The choices that the issue has in a select field."""
    context = context_of(site, issue, field_id)
    return [] if context is None else [option for option in context.options.values() if not option.disabled]


# --- What an administrator changes ---------------------------------------------------------------


def listed(site: JiraSite) -> list[Field]:
    """The fields that are not in the trash."""
    return [entry for entry in site.fields.values() if entry.id not in site.trashed_fields]


def add_field(site: JiraSite, entry: Field) -> None:
    """Put a new custom field on the site: everywhere by context, on no screen yet."""
    site.fields[entry.id] = entry
    name = f"Default Configuration Scheme for {entry.name}"
    add_context(site, Context(site.next_id(), entry.id, name, is_global=True))


def add_team_field(site: JiraSite, project: Project, entry: Field) -> None:
    """Give a team-managed project a field of its own; another project can have one of the same name."""
    site.fields[entry.id] = replace(entry, project=project.id)
    project.screen.add(entry.id)
    site.shown.clear()


def add_context(site: JiraSite, context: Context) -> None:
    """Let a field be in more places."""
    site.contexts[context.id] = context
    site.shown.clear()


def remove_field(site: JiraSite, field_id: str) -> None:
    """Delete the field for good, with all its values."""
    del site.fields[field_id]
    site.trashed_fields.discard(field_id)
    site.contexts = {n: entry for n, entry in site.contexts.items() if entry.field_id != field_id}
    for screen in site.screens.values():
        take_off(site, screen, field_id)
    for project in site.projects.values():
        project.screen.discard(field_id)
    for issue in site.issues.values():
        issue.custom.pop(field_id, None)
    site.shown.clear()


def put_on(site: JiraSite, screen: Screen, tab: Tab, field_id: str) -> None:
    """Put the field at the end of a tab."""
    tab.fields.append(field_id)
    if field_id.startswith("customfield_"):
        for project in _users(site, screen):
            project.screen.add(field_id)


def take_off(site: JiraSite, screen: Screen, field_id: str) -> None:
    """Take the field off all tabs of the screen."""
    for tab in screen.tabs:
        if field_id in tab.fields:
            tab.fields.remove(field_id)
    for project in _users(site, screen):
        project.screen.discard(field_id)


def _users(site: JiraSite, screen: Screen) -> list[Project]:
    return [project for project in site.projects.values() if project.id in screen.projects]
