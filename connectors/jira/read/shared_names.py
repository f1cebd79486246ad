"""Fields that share a name or a meaning: which of them counts in each project, and what to say where two do. Pure.

Jira lets several fields bear one name. A team-managed project has fields of its own, so that an issue has at most one
of them; company-managed projects can show several at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import Issue
from connectors.jira.read.custom_fields import values_in

Points = Mapping[str, str]
"""Id of the field that holds the points of a project, by the project's id."""


def points_by_project(issues: Iterable[Issue], site: SiteFields) -> tuple[Points, list[str]]:
    """The points field of each project that has any, and notes on projects in which two fields hold points.

    A company-managed project counts "Story Points" and a team-managed one "Story point estimate", as their boards do;
    the other one counts where that is empty on all of the project's issues.
    """
    chosen: dict[str, str] = {}
    notes: list[str] = []
    for project, here in _by_project(issues):
        held = [
            id_ for id_ in site.points if any(site.points_in(one.fields, id_) is not None for one in here)
        ]
        is_of_team = here[0].fields.project.is_team_managed
        held.sort(key=lambda id_: (id_ in site.team_points) != is_of_team)
        if held:
            chosen[project] = held[0]
        if len(held) > 1:
            notes.append(
                f"{here[0].fields.project.key} has points in {_named(held, site)}; {_named(held[:1], site)} counts. "
                "Set estimate_field to choose."
            )
    return chosen, notes


def fields_of_one_name(issues: Iterable[Issue], site: SiteFields) -> list[str]:
    """Notes on projects in which several fields of one name, which rules use, hold values."""
    found: dict[str, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    twice = {name for name, _ in site.custom if sum(name == other for other, _ in site.custom) > 1}
    for _, here in _by_project(issues) if twice else ():
        for name in twice:
            ids = [id_ for other, id_ in site.custom if other == name]
            held = tuple(id_ for id_ in ids if any(values_in(one.fields, site, id_) for one in here))
            if len(held) > 1:
                found[name][held].append(here[0].fields.project.key)
    return [
        f'{len(held)} fields named "{name}" hold values in {", ".join(sorted(projects))}: {", ".join(held)}. '
        "Rules with this name match each of them; use an id to choose one."
        for name, groups in sorted(found.items())
        for held, projects in sorted(groups.items())
    ]


def _by_project(issues: Iterable[Issue]) -> list[tuple[str, list[Issue]]]:
    found: dict[str, list[Issue]] = defaultdict(list)
    for issue in issues:
        found[issue.fields.project.id].append(issue)
    return sorted(found.items())


def _named(ids: Sequence[str], site: SiteFields) -> str:
    return " and ".join(f'"{site.called.get(id_, id_)}" ({id_})' for id_ in ids)
