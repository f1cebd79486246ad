"""The Linear workspace's routes: the GraphQL endpoint, and a page for each issue and project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from connectors.sandbox import pages
from connectors.sandbox.linear import markdown, progress
from connectors.sandbox.linear.entities import Attachment, Comment, Issue, Project
from connectors.sandbox.linear.fields import PRIORITIES
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.linear.wire import Endpoint

if TYPE_CHECKING:
    from connectors.sandbox.world import World

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
HEALTH_COLOURS = {"onTrack": "green", "atRisk": "yellow", "offTrack": "red"}


def routes(world: World) -> list[web.RouteDef]:
    """POST /linear/graphql, GET /linear/issue/{identifier}, GET /linear/project/{id}."""
    space = world.linear
    endpoint = Endpoint(space)

    async def graphql(request: web.Request) -> web.Response:
        reply = endpoint.answer(request.headers.get("Authorization"), await request.read())
        return web.Response(
            body=reply.body,
            status=reply.status,
            headers=reply.headers,
            content_type="application/json",
            charset="utf-8",
        )

    async def issue_page(request: web.Request) -> web.Response:
        issue = space.issue(request.match_info["identifier"])
        if issue is None:
            return pages.missing(f"There is no Linear issue {request.match_info['identifier']}.")
        if request.match_info["identifier"].upper() in issue.previous_identifiers:
            raise web.HTTPMovedPermanently(f"/linear/issue/{issue.identifier}")
        return pages.page("linear/issue.html", **_issue_values(issue))

    async def project_page(request: web.Request) -> web.Response:
        project = _project(space, request.match_info["id"])
        if project is None:
            return pages.missing(f"There is no Linear project {request.match_info['id']}.")
        return pages.page("linear/project.html", **_project_values(project))

    return [
        web.post("/linear/graphql", graphql),
        web.get("/linear/issue/{identifier}", issue_page),
        web.get("/linear/project/{id}", project_page),
    ]


def _project(space: LinearSpace, given: str) -> Project | None:
    """A project by id, or by the last part of its address on the real site."""
    by_id = space.projects.get(given)
    return by_id or next((one for one in space.projects.values() if given.endswith(one.slug_id)), None)


def _issue_values(issue: Issue) -> dict[str, Any]:
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


def _project_values(project: Project) -> dict[str, Any]:
    listed = [issue for issue in project.issues if issue.archived_at is None]
    return {
        "project": project,
        "colours": STATE_COLOURS,
        "health_colours": HEALTH_COLOURS,
        "percent": int(progress.progress(project) * 100),
        "content": markdown.shown(project.content or ""),
        "comments": _threads(project.comments),
        "issues": sorted(listed, key=lambda issue: (issue.team.key, issue.number)),
    }


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
