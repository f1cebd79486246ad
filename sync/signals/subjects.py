"""What signals are about, by name. Pure."""

from __future__ import annotations

from connectors.model import WorkItem
from sync.flow import building


def team_of(item: WorkItem) -> str:
    """The team of an item as "tracker/TEAM": the Linear team or Jira project that it lies in; "tracker/" where in none."""
    return f"{item.ref.tracker}/{building.team_of(item)}"


def short_team(team: str) -> str:
    """The team without its tracker; the tracker where it lies in none."""
    tracker, _, name = team.partition("/")
    return name or tracker
