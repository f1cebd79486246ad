"""What stands around the generated work: the app that people installed, and the status updates they posted."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.sandbox.company import rng, uuid4_from
from connectors.sandbox.linear.entities import Project, StatusUpdate, User
from connectors.sandbox.linear.state import LinearSpace

APP_ID = uuid4_from(rng(0, "linear", "app"))
"""The user that the app-actor token acts as."""

# Project, health, when, text; in order of time.
_UPDATES: tuple[tuple[str, str, datetime, str], ...] = (
    (
        "Faster API",
        "onTrack",
        datetime(2026, 10, 29, 9, 40, tzinfo=UTC),
        "Caching is in, p95 down to 310 ms.",
    ),
    (
        "Onboarding v2",
        "onTrack",
        datetime(2026, 11, 9, 14, 5, tzinfo=UTC),
        "The wizard is with five customers. *Next:* the invitation e-mail.",
    ),
    (
        "Faster API",
        "atRisk",
        datetime(2026, 11, 12, 15, 20, tzinfo=UTC),
        "The permission check takes longer than thought:\n\n* indexes rebuilt on staging\n* production next week",
    ),
)


def install_app(space: LinearSpace) -> None:
    """Add the app user: what an app-actor token acts as."""
    space.users[APP_ID] = User(
        id=APP_ID,
        created_at=space.created_at,
        updated_at=space.created_at,
        name="Truenorth app",
        email="truenorth-app@oauthapp.linear.app",
        app=True,
    )


def post_updates(space: LinearSpace, seed: int) -> None:
    """Let the leads of a few projects have posted how they go."""
    projects = {project.name: project for project in space.projects.values()}
    for name, health, at, body in _UPDATES:
        if name in projects:
            _post(space, seed, projects[name], health, at, body)


def _post(space: LinearSpace, seed: int, project: Project, health: str, at: datetime, body: str) -> None:
    author = project.lead or project.creator
    assert author is not None  # noqa: S101  a generated project has both
    new_id = uuid4_from(rng(seed, "linear", "update", project.name, at.isoformat()))
    update = StatusUpdate(
        id=new_id,
        created_at=at,
        updated_at=at,
        body=body,
        health=health,
        user=author,
        slug_id=new_id[:8],
        project=project,
    )
    space.status_updates[update.id] = update
    project.project_updates.append(update)
    project.health, project.health_updated_at = health, at
