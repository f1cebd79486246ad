"""What counting by hand needs to know of the items of a generated world: one row each, parents before what hangs below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from connectors.sandbox.jira.plan import POINTS_FIELDS
from connectors.sandbox.jira.state import EPIC_LINK, JiraSite
from connectors.sandbox.jira.state import Issue as JiraIssue
from connectors.sandbox.linear.entities import Issue, Project
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.planted_answers import ItemKey

JIRA_PROJECTS = frozenset({"WEB", "OPS"})
LINEAR_TEAMS = frozenset({"ENG", "MOB"})
"""The scope of the example company."""
DROPPED = frozenset({"Won't Do", "Duplicate", "Cannot Reproduce", "Rejected"})
"""Resolutions and statuses of the site that mean: will not be done."""

State = Literal["todo", "doing", "done", "dropped"]


@dataclass(frozen=True, slots=True)
class Row:
    """One item. `points` None: not estimated."""

    key: ItemKey
    name: str
    parent: ItemKey | None
    in_scope: bool
    state: State
    created: datetime
    points: Fraction | None = None

    @property
    def is_live(self) -> bool:
        """Whether it is part of the work: in scope and not dropped."""
        return self.in_scope and self.state != "dropped"

    @property
    def is_open(self) -> bool:
        return self.state in ("todo", "doing")


def rows_of(jira: JiraSite, linear: LinearSpace) -> Iterator[Row]:
    """The rows of both trackers."""
    for one in jira.issues.values():
        yield _jira_row(jira, one)
    for initiative in linear.initiatives.values():
        above = initiative.parent_initiative
        yield Row(
            ("linear", initiative.id),
            initiative.name,
            ("linear", above.id) if above else None,
            in_scope=False,
            state="doing" if initiative.status == "Active" else "todo",
            created=initiative.created_at,
        )
    yield from map(_project_row, linear.projects.values())
    yield from map(_linear_row, linear.issues.values())


def _jira_row(site: JiraSite, issue: JiraIssue) -> Row:
    parent = issue.parent
    if parent is None and EPIC_LINK in issue.custom:
        parent = site.keys[issue.custom[EPIC_LINK]]
    points = issue.custom.get(POINTS_FIELDS.get(issue.project.key, ""))
    return Row(
        ("jira", str(issue.id)),
        issue.key,
        ("jira", str(parent)) if parent is not None else None,
        issue.project.key in JIRA_PROJECTS,
        _jira_state(issue),
        issue.created,
        None if points is None else Fraction(points),
    )


def _jira_state(issue: JiraIssue) -> State:
    if issue.status.category != "done":
        return "doing" if issue.status.category == "indeterminate" else "todo"
    ends = (issue.status.name, issue.resolution.name if issue.resolution else "")
    return "done" if DROPPED.isdisjoint(ends) else "dropped"


def _linear_row(issue: Issue) -> Row:
    above = issue.parent or issue.project
    # Closed work that was archived still counts in its cycle, as long as it was finished.
    is_there = issue.trashed is None and (issue.archived_at is None or issue.completed_at is not None)
    return Row(
        ("linear", issue.id),
        issue.identifier,
        ("linear", above.id) if above else None,
        is_there and issue.team.key in LINEAR_TEAMS,
        _linear_state(issue, issue.state.type),
        issue.created_at,
        None if issue.estimate is None else Fraction(issue.estimate),
    )


def _project_row(project: Project) -> Row:
    above = min((join.initiative.id for join in project.initiative_to_projects), default=None)
    return Row(
        ("linear", project.id),
        project.name,
        ("linear", above) if above else None,
        any(team.key in LINEAR_TEAMS for team in project.teams),
        _linear_state(project, project.status.type),
        project.created_at,
    )


def _linear_state(one: Issue | Project, kind: str) -> State:
    if one.canceled_at is not None:
        return "dropped"
    if one.completed_at is not None:
        return "done"
    return "doing" if kind == "started" else "todo"
