"""Whose work is whose, for the filter of the report: teams and objectives as its choices. Pure."""

from __future__ import annotations

from collections import Counter

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import Alignment
from sync.flow.building import team_of
from sync.report.html.page import Choice
from sync.report.html.source import ReportSource

MOST_TEAMS = 10
"""Charts are drawn by themselves for so many teams."""

_OPEN = frozenset(("todo", "doing"))


def team_choice(item: WorkItem) -> Choice | None:
    """The team of an item, the Linear team or Jira project that it lies in; None where it has none, or where not everybody may see whose it is."""
    team = team_of(item)
    return Choice("team", f"{item.ref.tracker}/{team}") if team and not item.private else None


def choices_of(item: WorkItem, alignment: Alignment, workspace: Workspace) -> frozenset[Choice]:
    """The choices that show an item: its team, and the objectives that it serves."""
    placed = alignment.placements.get(item.ref)
    serves = {one.key_result for one in placed.links} if placed is not None else set()
    objectives = {
        Choice("objective", objective.id)
        for objective, key_result in workspace.key_results()
        if key_result.id in serves
    }
    team = team_choice(item)
    return frozenset(objectives | ({team} if team is not None else set()))


def ten_largest(source: ReportSource) -> tuple[Choice, ...]:
    """The teams with the most open items in scope, the largest first; of equal ones by name."""
    counts: Counter[Choice] = Counter()
    for item in source.run.alignment.items.values():
        team = team_choice(item)
        if team is not None and item.in_scope and item.category in _OPEN:
            counts[team] += 1
    return tuple(sorted(counts, key=lambda one: (-counts[one], one.name))[:MOST_TEAMS])


def objective_choices(source: ReportSource) -> tuple[Choice, ...]:
    """The objectives in declared order."""
    return tuple(Choice("objective", one.id) for one in source.workspace.objectives)
