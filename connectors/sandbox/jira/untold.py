"""What `updated` of an issue tells, and what it does not; and what administrators do that it need not tell.

Wire facts: contracts/jira.md, section 1.2, says what moves `updated`; of the rest nothing is documented. So each `Act` moves
it or not as `Peculiarities.told` says, which a fault rule of the kind `updated` switches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from connectors.sandbox.jira.index import before_write
from connectors.sandbox.jira.moves import move, rename_project
from connectors.sandbox.jira.peculiarities import Act
from connectors.sandbox.jira.state import CATEGORIES, Issue, JiraSite, Project, Status


def act(site: JiraSite, given: Mapping[str, Any]) -> None:
    """Do what an administrator does: `act` names one of `DEEDS`, the rest are its options. Raises ValueError."""
    rest = {name: value for name, value in given.items() if name != "act"}
    deed = DEEDS.get(given.get("act", ""))
    if deed is None:
        raise ValueError(f"act must be one of {', '.join(DEEDS)}")
    try:
        deed(site, **rest)
    except TypeError:
        raise ValueError(f"{given['act']} does not take {', '.join(rest) or 'nothing'}") from None


def change_status(site: JiraSite, status: str, to: str | None = None, category: str | None = None) -> None:
    """Give a status another name, or another category, on all issues that are in it."""
    every = {one for project in site.projects.values() for one in project.statuses}
    before = next((one for one in every if one.name == status), None)
    if before is None or category not in (None, *CATEGORIES):
        raise ValueError(f"there is no status {status!r}, or no category {category!r}")
    after: Status = replace(before, name=to or before.name, category=category or before.category)
    for project in site.projects.values():
        project.statuses = tuple(after if one == before else one for one in project.statuses)
    for issue in site.issues.values():
        if issue.status == before:
            _touch(site, issue, "status")
            issue.status = after


def rename_field(site: JiraSite, field: str, to: str) -> None:
    """Give a custom field another name."""
    if field not in site.fields:
        raise ValueError(f"there is no field {field!r}")
    before = site.fields[field]
    clauses = tuple(to if one == before.name else one for one in before.clauses)
    site.fields[field] = replace(before, name=to, clauses=clauses)
    for issue in site.issues.values():
        if issue.custom.get(field) is not None:
            _touch(site, issue, "field")


def secure(site: JiraSite, key: str, level: str | None = None, seen: bool = True) -> None:
    """Put an issue on a security level, or take it off; one that is not `seen` by anybody is not there for them."""
    issue = _issue(site, key)
    _touch(site, issue, "security")
    issue.security = level
    if seen:
        site.restricted.pop(issue.id, None)
    else:
        site.restricted[issue.id] = frozenset()


def change_key(site: JiraSite, project: str, to: str) -> None:
    """Give a project another key, and all its issues with it."""
    found = _project(site, project)
    for issue in site.issues.values():
        if issue.project is found:
            _touch(site, issue, "project_key")
    rename_project(site, found, to)


def move_issue(site: JiraSite, key: str, project: str) -> None:
    """Move an issue to another project, as a person does on a screen."""
    move(site, _issue(site, key), _project(site, project))


DEEDS: dict[str, Callable[..., None]] = {
    "status": change_status,
    "field": rename_field,
    "security": secure,
    "project_key": change_key,
    "move": move_issue,
}


def _touch(site: JiraSite, issue: Issue, what: Act) -> None:
    """Before such a change of an issue: let `updated` tell it where it does."""
    if site.peculiar.tells(what):
        before_write(site, issue)
        issue.updated = site.clock.now()


def _issue(site: JiraSite, key: str) -> Issue:
    number = site.keys.get(key)
    if number is None:
        raise ValueError(f"there is no issue {key!r}")
    return site.issues[number]


def _project(site: JiraSite, key: str) -> Project:
    if key not in site.projects:
        raise ValueError(f"there is no project {key!r}")
    return site.projects[key]
