"""A company that has not begun: both trackers are there, with nothing or next to nothing in them."""

from __future__ import annotations

from connectors.sandbox.world import World, generate


def company(*, places: bool) -> World:
    """A world without any work; without projects and teams, too, where it is to have no `places`."""
    world = generate(items=50, seed=1)
    world.jira.issues.clear()
    world.jira.keys.clear()
    space = world.linear
    space.issues.clear()
    space.projects.clear()
    space.identifiers.clear()
    for team in space.teams.values():
        team.issues.clear()
        team.projects.clear()
    if not places:
        world.jira.projects.clear()
        space.teams.clear()
    return world
