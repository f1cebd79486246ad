"""What the sync after a setup will change: the tickets with marks, on which new fields have to be filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.setup import Provisioning
from sync.jobs.last_read import replay
from sync.jobs.session import Session
from sync.plan.guards import mass_change_stop, project_stops
from sync.plan.refill import filling, joined

_ROOM = frozenset({"field", "screen", "option"})
"""Kinds of actions that make room for what tickets do not show yet."""


@dataclass(frozen=True, slots=True)
class NextFill:
    """How many items of a tracker the next sync would fill fields on, by the last read, and whether the guard on mass
    changes would stop that sync.
    """

    items: int
    stops: bool


def next_fill(session: Session, plans: Mapping[str, Provisioning]) -> dict[str, NextFill]:
    """By tracker, what follows from its setup and from what has to be done there by hand; nothing where no ticket has
    marks yet.

    The guard looks at the one plan of a run: what is filled on all trackers, with what would be written anyway, as far as
    the last read tells that.
    """
    last = session.store.snapshots.last()
    if last is None:
        return {}
    workspace = session.workspace
    fills = {
        name: plan
        for name, one in plans.items()
        if _makes_room(one) and (plan := filling(last.items, name, workspace.workspace)).edits
    }
    known = replay(session, last) if fills else None
    plan = joined([*([known.plan] if known else []), *fills.values()])
    policy = workspace.policy.guards
    stops = mass_change_stop(last.items, plan, policy) is not None
    stops = stops or bool(project_stops(last.items, plan, policy))
    return {name: NextFill(len(one.edits), stops) for name, one in fills.items()}


def _makes_room(plan: Provisioning) -> bool:
    room = any(one.kind in _ROOM and one.verb != "remove" for one in plan.actions)
    return room or any(one.fills for one in plan.problems)
