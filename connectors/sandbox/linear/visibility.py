"""What an account may see: rows of teams that are out of its reach are absent, never forbidden.

Wire facts: contracts/linear.md, sections 7 and 9: losing access looks the same as deletion.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.sandbox import request_effects
from connectors.sandbox.linear.entities import Issue, Project, Team
from connectors.sandbox.linear.request_context import RequestContext

_PARENTS = ("team", "issue", "related_issue", "project", "status_update")


def hidden_teams(context: RequestContext) -> frozenset[str]:
    """Keys of the teams that the account may not see: private ones of others, and those its token leaves out."""
    reach = context.credential.teams
    return request_effects.hidden.get() | {
        team.key
        for team in context.space.teams.values()
        if (reach is not None and team.key not in reach)
        or (team.visibility == "private" and context.viewer not in team.members)
    }


def visible(rows: Iterable[Any]) -> Iterable[Any]:
    """Those of the rows that are there; the same ones, at no cost, where nothing is hidden."""
    return filter(is_visible, rows) if request_effects.hidden.get() else rows


def is_visible(row: Any) -> bool:
    """Whether the row is there for the request being served.

    A row is gone with its team, with the issue or project it hangs on, and a project with all its teams.
    """
    hidden = request_effects.hidden.get()
    if not hidden:
        return True
    match row:
        case Team():
            return row.key not in hidden
        case Issue():
            return row.team.key not in hidden
        case Project():
            return not row.teams or any(team.key not in hidden for team in row.teams)
    return all(
        is_visible(place) for place in (getattr(row, name, None) for name in _PARENTS) if place is not None
    )
