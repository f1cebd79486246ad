"""Fields that share a name or a meaning: which of them counts in each project, and what to say where two do. Pure.

Jira lets several fields bear one name. A team-managed project has fields of its own, so that an issue has at most one
of them; company-managed projects can show several at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import Issue
from connectors.jira.read.custom_fields import values_in

Points = Mapping[str, str]
"""Id of the field that holds the points of a project, by the project's id."""

HeldPoints = dict[str, tuple[str, ...]]
"""Ids of the fields that hold points on some issue of a project, in the order of `SiteFields.points`; by the project's id."""


def points_held(issues: Iterable[Issue], site: SiteFields) -> HeldPoints:
    """Of each project that has points anywhere."""
    found = {
        project: tuple(
            id_ for id_ in site.points if any(site.points_in(one.fields, id_) is not None for one in here)
        )
        for project, here in _by_project(issues)
    }
    return {project: held for project, held in found.items() if held}


def chosen_points(held: HeldPoints, is_of_team: Callable[[str], bool], site: SiteFields) -> Points:
    """Which of them counts; `is_of_team` says of a project's id whether its team manages it."""
    return {project: _in_order(ids, site, is_of_team(project))[0] for project, ids in held.items()}


def _in_order(held: Iterable[str], site: SiteFields, is_of_team: bool) -> list[str]:
    """The one that counts first, as `points_by_project` says."""
    ordered = [id_ for id_ in site.points if id_ in set(held)]
    return sorted(ordered, key=lambda id_: (id_ in site.team_points) != is_of_team)


def points_by_project(issues: Iterable[Issue], site: SiteFields) -> tuple[Points, list[str]]:
    """The points field of each project that has any, and notes; see `points_among`."""
    return points_among(issues, site)[1:]


def points_among(issues: Iterable[Issue], site: SiteFields) -> tuple[HeldPoints, Points, list[str]]:
    """The fields that hold points in each project, the one that counts, and notes on projects in which two hold points.

    A company-managed project counts "Story Points" and a team-managed one "Story point estimate", as their boards do;
    the other one counts where that is empty on all of the project's issues.
    """
    rows = list(issues)
    projects = {one.fields.project.id: one.fields.project for one in reversed(rows)}
    held = points_held(rows, site)
    notes: list[str] = []
    for project, ids in held.items():
        if len(ids) > 1:
            ordered = _in_order(ids, site, projects[project].is_team_managed)
            notes.append(
                f"{projects[project].key} has points in {_named(ordered, site)}; {_named(ordered[:1], site)} counts. "
                "Set estimate_field to choose."
            )
    return held, chosen_points(held, lambda id_: projects[id_].is_team_managed, site), notes


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
