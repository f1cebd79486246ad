"""Proving before the first write that it can succeed. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from config.workspace import Workspace
from connectors.base import Connector
from connectors.preflight import Check
from sync.observation import Unread


def check(connectors: Mapping[str, Connector], workspace: Workspace) -> dict[str, list[Check]]:
    """What every tracker says, by its name; one that is in trouble does not hide the others."""
    labels = tuple(sorted(workspace.policy.labels.all))

    def look(name: str) -> list[Check]:
        updates = workspace.policy_of(name).updates
        return list(connectors[name].preflight(labels, updates.levels if updates else ()))

    with ThreadPoolExecutor(max_workers=len(connectors), thread_name_prefix="check") as pool:
        return dict(zip(connectors, pool.map(look, connectors), strict=True))


def unread_in(found: Mapping[str, list[Check]]) -> list[Unread]:
    """The trackers that could not be looked at to the end, and what of them cannot be read at all."""
    return [
        Unread("tracker", name, one.cause, one.found, one.remedy, one.permanent)
        for name, checks in found.items()
        for one in checks
        if one.cause
    ]


def has_faults(found: Mapping[str, list[Check]]) -> bool:
    """Whether something is wrong that was looked at, beside what could not be read."""
    return any(one.verdict == "wrong" and not one.cause for checks in found.values() for one in checks)


def is_well(found: Mapping[str, list[Check]]) -> bool:
    """Whether nothing stands in the way of a sync."""
    return all(one.verdict != "wrong" for checks in found.values() for one in checks)
