"""Components and versions of the projects, and which issues have them."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.sandbox.jira.state import Issue, JiraSite, NamedValue

_COMPONENTS = {
    "WEB": ("Accounts", "Dashboards", "Front end"),
    "OPS": ("Build", "Databases", "Gateway"),
}
_VERSIONS = {"WEB": ("2026.3", "2026.4"), "OPS": ("R12",)}
_EVERY = 5
"""Of so many issues, one has each component; the rest have none."""


def add_components_and_versions(site: JiraSite) -> None:
    """Give the projects their components and versions."""
    number = 10_200
    for project in site.projects.values():
        made: list[tuple[NamedValue, ...]] = []
        for names in (_COMPONENTS.get(project.key, ()), _VERSIONS.get(project.key, ())):
            made.append(tuple(NamedValue(number + place, name) for place, name in enumerate(names)))
            number += len(names)
        project.components, project.versions = made


def assign_components(issues: Iterable[Issue]) -> None:
    """Put issues into components, and some of the base level into versions; by number, not by chance."""
    shared: dict[tuple[int, int], tuple[NamedValue, ...]] = {}
    for issue in issues:
        project, number = issue.project, issue.number
        for table, rest in ((project.components, number % _EVERY), (project.versions, number % 7)):
            # One tuple for all issues that have the same.
            one = shared.setdefault((id(table), rest), table[rest : rest + 1])
            if table is project.components:
                issue.components = one
            elif issue.type.level == 0:
                issue.fix_versions = one
