"""What the pages of the Linear workspace show."""

from __future__ import annotations

import json
from typing import Any

from connectors.sandbox import request_effects
from connectors.sandbox.linear import markdown, progress, updates, views
from connectors.sandbox.linear.entities import (
    Attachment,
    Comment,
    Initiative,
    Issue,
    Project,
    StatusUpdate,
    Team,
)
from connectors.sandbox.linear.fields import PRIORITIES
from connectors.sandbox.linear.graph import schema
from connectors.sandbox.linear.quota import Quota
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.state import KEY_SCOPES, Credential, LinearSpace
from connectors.sandbox.linear.surrounding_entities import CustomView
from connectors.sandbox.linear.visibility import hidden_teams

STATE_COLOURS = {
    "triage": "yellow",
    "backlog": "neutral",
    "planned": "neutral",
    "unstarted": "neutral",
    "started": "blue",
    "paused": "yellow",
    "completed": "green",
    "canceled": "neutral",
    "duplicate": "neutral",
}
HEALTHS = {
    "onTrack": ("On track", "green"),
    "atRisk": ("At risk", "yellow"),
    "offTrack": ("Off track", "red"),
}
MOST_ROWS = 250


def project(space: LinearSpace, given: str) -> Project | None:
    """A project by id, or by the last part of its address on the real site."""
    by_id = space.projects.get(given)
    return by_id or next((one for one in space.projects.values() if given.endswith(one.slug_id)), None)


def issue_values(issue: Issue) -> dict[str, Any]:
    """What the page of an issue shows."""
    return {
        "issue": issue,
        "colours": STATE_COLOURS,
        "priority": PRIORITIES[issue.priority],
        "description": markdown.shown(issue.description or ""),
        "cards": sorted(issue.attachments, key=lambda card: card.created_at),
        "comments": _threads(issue.comments),
        "blockers": [one.issue for one in issue.inverse_relations if one.type == "blocks"],
        "blocks": [one.related_issue for one in issue.relations if one.type == "blocks"],
        "behind": [(card, _pretty(card)) for card in issue.attachments if card.metadata],
    }


def project_values(project: Project) -> dict[str, Any]:
    """What the page of a project shows."""
    listed = [issue for issue in project.issues if issue.archived_at is None]
    return {
        "project": project,
        "colours": STATE_COLOURS,
        "healths": HEALTHS,
        "updates": _updates(project),
        "percent": int(progress.progress(project) * 100),
        "content": markdown.shown(project.content or ""),
        "comments": _threads(project.comments),
        "issues": sorted(listed, key=lambda issue: (issue.team.key, issue.number)),
    }


def initiative(space: LinearSpace, given: str) -> Initiative | None:
    """An initiative by id, or by the last part of its address on the real site."""
    by_id = space.initiatives.get(given)
    return by_id or next((one for one in space.initiatives.values() if given.endswith(one.slug_id)), None)


def initiative_values(initiative: Initiative) -> dict[str, Any]:
    """What the page of an initiative shows."""
    return {
        "initiative": initiative,
        "updates": _updates(initiative),
        "projects": [join.project for join in initiative.initiative_to_projects],
        "colours": STATE_COLOURS,
        "healths": HEALTHS,
        "percent": _percent,
    }


def view(space: LinearSpace, given: str) -> CustomView | None:
    """A view by id, or by the last part of its address on the real site."""
    by_id = space.custom_views.get(given)
    return by_id or next((one for one in space.custom_views.values() if given.endswith(one.slug_id)), None)


def view_values(shown: CustomView, space: LinearSpace) -> dict[str, Any]:
    """What the page of a view shows: its rows as its owner sees them, the ones last changed first."""
    owner = shown.owner
    context = RequestContext(space, owner, Credential(owner, KEY_SCOPES), Quota(space.quota), space.now())
    with request_effects.during(request_effects.hidden, hidden_teams(context)):
        matching = views.matching(shown, shown.model, context, schema())
        rows = [row for row in matching if row.archived_at is None]
    rows.sort(key=lambda row: row.updated_at, reverse=True)
    return {
        "view": shown,
        "total": len(rows),
        "issues": rows[:MOST_ROWS] if shown.model == "Issue" else [],
        "projects": rows[:MOST_ROWS] if shown.model == "Project" else [],
        "initiatives": rows[:MOST_ROWS] if shown.model == "Initiative" else [],
        "filter": json.dumps(shown.stored, indent=2, ensure_ascii=False),
        "colours": STATE_COLOURS,
        "healths": HEALTHS,
        "priorities": PRIORITIES,
        "percent": _percent,
    }


def team_values(team: Team, space: LinearSpace) -> dict[str, Any]:
    """What the page of a team shows."""
    issues = [issue for issue in team.issues if issue.archived_at is None]
    issues.sort(key=lambda issue: issue.updated_at, reverse=True)
    there = [view for view in space.custom_views.values() if view.shared and view.team in (None, team)]
    return {
        "team": team,
        "total": len(issues),
        "issues": issues[:MOST_ROWS],
        "states": [(state, sum(issue.state is state for issue in issues)) for state in team.states],
        "projects": [one for one in team.projects if one.archived_at is None],
        "views": sorted(there, key=lambda view: view.name),
        "colours": STATE_COLOURS,
        "healths": HEALTHS,
        "priorities": PRIORITIES,
        "percent": _percent,
    }


def _percent(project: Project) -> int:
    return int(progress.progress(project) * 100)


def _updates(place: Project | Initiative) -> list[tuple[StatusUpdate, str]]:
    """The updates about it, the latest first, each with its body as HTML."""
    there = [one for one in updates.updates_of(place) if one.archived_at is None]
    there.sort(key=lambda one: one.created_at, reverse=True)
    return [(one, markdown.shown(one.body)) for one in there]


def _threads(comments: list[Comment]) -> list[tuple[Comment, str]]:
    """Comments in the order of their making, each with its body as HTML."""
    return [(one, markdown.shown(one.body)) for one in sorted(comments, key=lambda one: one.created_at)]


def _pretty(card: Attachment) -> str:
    """Metadata for a curious eye: text values that hold JSON are opened up."""
    opened = {name: _opened(value) for name, value in card.metadata.items()}
    return json.dumps(opened, indent=2, ensure_ascii=False, sort_keys=True)


def _opened(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
