"""What the sync after a setup will change: the tickets with marks, on which new fields have to be filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.setup import Provisioning
from sync.jobs.session import Session
from sync.plan.guards import mass_change_stop, project_stops
from sync.plan.refill import filling

_ROOM = frozenset({"field", "screen", "option"})
"""Kinds of actions that make room for what tickets do not show yet."""


@dataclass(frozen=True, slots=True)
class NextFill:
    """How many items the next sync would fill fields on, by the last read, and whether a guard would stop it."""

    items: int
    stops: bool


def next_fill(session: Session, plans: Mapping[str, Provisioning]) -> dict[str, NextFill]:
    """By tracker, what follows from its setup and from what has to be done there by hand; nothing where no ticket has
    marks yet.
    """
    last = session.store.snapshots.last()
    items = last.items if last is not None else ()
    workspace = session.workspace
    found = {}
    for name, provisioning in plans.items():
        plan = filling(items, name, workspace.workspace)
        room = any(one.kind in _ROOM and one.verb != "remove" for one in provisioning.actions)
        if plan.empty or not (room or any(one.fills for one in provisioning.problems)):
            continue
        policy = workspace.policy.guards
        stops = mass_change_stop(items, plan, policy) is not None or bool(project_stops(items, plan, policy))
        found[name] = NextFill(len(plan.edits), stops)
    return found
