"""What a whole read learned of a site beside its issues, by which a few of them are mapped as all of them were. Pure.

Of each name that stands on issues it keeps what it was, by its id: Jira renames statuses, types, priorities, resolutions,
components and projects, and gives a status another category, without telling it by `updated` of an issue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from connectors.jira.api import wire
from connectors.jira.read.parents import LinkedTypes
from connectors.jira.read.shared_names import HeldPoints

Facts = tuple[str | int | bool | None, ...]
Names = dict[str, dict[str, Facts]]
"""What each id of a kind is called, and what else of it items show."""


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What the issues showed.

    - `names`: see the module. `held`: which fields of points hold a value, by project.
    - `linked`: between which types issues hang, where types tell no levels (Data Center).
    - `refusing`: keys of the projects that stay without comments, since customers would see them.
    - `renamed`, `settable`: as in `SiteFields`.
    """

    names: Names = {}
    held: HeldPoints = {}
    linked: LinkedTypes = LinkedTypes()
    refusing: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    settable: tuple[tuple[str, str, str], ...] = ()


def names_on(issues: Iterable[wire.Issue]) -> Names:
    """What the issues show of everything that has an id and a name."""
    statuses: dict[str, Facts] = {}
    types: dict[str, Facts] = {}
    priorities: dict[str, Facts] = {}
    resolutions: dict[str, Facts] = {}
    components: dict[str, Facts] = {}
    projects: dict[str, Facts] = {}
    for issue in issues:
        fields = issue.fields
        if (status := fields.status).id not in statuses:
            statuses[status.id] = status_facts(status)
        if (kind := fields.issuetype).id not in types:
            types[kind.id] = type_facts(kind)
        if (priority := fields.priority) is not None and priority.id not in priorities:
            priorities[priority.id] = priority.names
        if (ending := fields.resolution) is not None and ending.id not in resolutions:
            resolutions[ending.id] = ending.names
        for part in fields.components:
            if part.id not in components:
                components[part.id] = part.names
        if (project := fields.project).id not in projects:
            projects[project.id] = project_facts(project)
    return {
        "status": statuses,
        "type": types,
        "priority": priorities,
        "resolution": resolutions,
        "component": components,
        "project": projects,
    }


def status_facts(status: wire.IssueStatus | wire.KnownStatus) -> Facts:
    """What items show of a status."""
    return (*status.names, status.status_category.key)


def type_facts(kind: wire.IssueType) -> Facts:
    """What items show of a type."""
    return (*kind.names, kind.hierarchy_level, kind.subtask)


def project_facts(project: wire.Project) -> Facts:
    """What items show of a project."""
    return (project.key, project.is_team_managed, project.has_customers)


def differences(before: Names, now: Names) -> Iterator[str]:
    """What is otherwise by now of what both know, in words."""
    for kind, facts in now.items():
        old = before.get(kind, {})
        for id_, found in facts.items():
            if id_ and id_ in old and tuple(old[id_]) != tuple(found):
                yield f"the {kind} {old[id_][0]} (id {id_}) was changed"


def joined(before: Names, now: Names) -> Names:
    """What either knows."""
    return {kind: before.get(kind, {}) | now.get(kind, {}) for kind in {*before, *now}}


def held_by(before: HeldPoints, now: Mapping[str, tuple[str, ...]]) -> HeldPoints:
    """Which fields hold points in each project, by either."""
    both = dict(before)
    for project, fields in now.items():
        both[project] = tuple(dict.fromkeys((*both.get(project, ()), *fields)))
    return both
