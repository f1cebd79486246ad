"""Proving before the first write that it can succeed. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from config.workspace import Workspace
from connectors.base import Connector, HasCatalog
from connectors.errors import TrackerError
from connectors.preflight import Catalog, Check
from sync.jobs.last_read import replay
from sync.jobs.session import Session
from sync.observation import Unread
from sync.signals.findings import Finding
from sync.signals.unknown_names import find_unknown, saved_queries

Checks = Mapping[str, list[Check]]
"""What every tracker says, by its name."""


def check(connectors: Mapping[str, Connector], workspace: Workspace) -> dict[str, list[Check]]:
    """What every tracker says, by its name; one that is in trouble does not hide the others."""
    labels = tuple(sorted(workspace.policy.labels.all))

    def look(name: str) -> list[Check]:
        updates = workspace.policy_of(name).updates
        return list(connectors[name].preflight(labels, updates.levels if updates else ()))

    with ThreadPoolExecutor(max_workers=len(connectors), thread_name_prefix="check") as pool:
        return dict(zip(connectors, pool.map(look, connectors), strict=True))


def check_rules(session: Session, found: Checks, now: datetime) -> tuple[tuple[Finding, ...], list[Unread]]:
    """Rules that match nothing, by the last snapshot, or without one by what the trackers list; and whose lists failed.

    Trackers that `found` could not look at are not asked.
    """
    snapshot = session.store.snapshots.last()
    known = replay(session, snapshot) if snapshot is not None else None
    if known is not None:
        return tuple(one for one in known.signals.findings if one.kind == "unmatched_rule"), []
    catalogs: dict[str, Catalog] = {}
    unread: list[Unread] = []
    for name, connector in session.connectors.items():
        if isinstance(connector, HasCatalog) and not any(one.cause for one in found[name]):
            try:
                catalogs[name] = connector.catalog(saved_queries(session.workspace, name))
            except TrackerError as error:
                unread.append(Unread.tracker(error))
    return find_unknown(catalogs, session.workspace, now), unread


def unread_in(found: Checks) -> list[Unread]:
    """The trackers that could not be looked at to the end, and what of them cannot be read at all."""
    return [
        Unread("tracker", name, one.cause, one.found, one.remedy, one.permanent)
        for name, checks in found.items()
        for one in checks
        if one.cause
    ]


def has_faults(found: Checks) -> bool:
    """Whether something is wrong that was looked at, beside what could not be read."""
    return any(one.verdict == "wrong" and not one.cause for checks in found.values() for one in checks)


def is_well(found: Checks) -> bool:
    """Whether nothing stands in the way of a sync."""
    return all(one.verdict != "wrong" for checks in found.values() for one in checks)
