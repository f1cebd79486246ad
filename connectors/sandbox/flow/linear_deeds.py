"""What people did in a Linear workspace before anybody asked: handed work over, said how a project or an initiative goes.

Wire facts: contracts/linear.md, sections 8, 14 and 15.
"""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

from connectors.sandbox.company import rng, uuid4_from
from connectors.sandbox.linear.entities import Initiative, Issue, Project, StatusUpdate, User
from connectors.sandbox.linear.history import derived_entries
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.linear.surrounding_entities import HistoryEntry
from connectors.sandbox.linear.updates import latest, updates_of


def hand_over(
    space: LinearSpace, issue: Issue, at: datetime, before: User | None, after: User | None, by: User | None
) -> None:
    """Let the issue go from one person to another in its history; who has it now is left to the caller."""
    rows = space.histories.setdefault(issue.id, derived_entries(space, issue, None))
    changes = {"from_assignee": before, "to_assignee": after}
    id_ = uuid4_from(rng(0, "linear-hand-over", issue.id, at.isoformat()))
    rows.append(HistoryEntry(id=id_, created_at=at, updated_at=at, issue=issue, actor=by, changes=changes))
    rows.sort(key=attrgetter("created_at"))
    issue.updated_at = max(issue.updated_at, at)


def give_health(
    space: LinearSpace, place: Project | Initiative, health: str, at: datetime, by: User, body: str
) -> StatusUpdate:
    """Let somebody have posted a status update; `health` as Linear spells it, such as `atRisk`."""
    new_id = uuid4_from(rng(0, "linear-given-health", place.id, at.isoformat()))
    update = StatusUpdate(
        id=new_id,
        created_at=at,
        updated_at=at,
        body=body,
        health=health,
        user=by,
        slug_id=new_id[:8],
        project=place if isinstance(place, Project) else None,
        initiative=place if isinstance(place, Initiative) else None,
    )
    space.status_updates[update.id] = update
    updates_of(place).append(update)
    last = latest(place)
    place.health, place.health_updated_at = (last.health, last.created_at) if last else (None, None)
    place.updated_at = max(place.updated_at, at)
    return update
