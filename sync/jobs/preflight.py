"""Proving before the first write that it can succeed. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from config.measures import QueryMeasure
from config.text.figures import ENGLISH
from config.wording import agree
from config.workspace import Workspace
from connectors.base import Connector, HasCatalog
from connectors.errors import TrackerError
from connectors.preflight import Catalog, Check
from sync.align.native_queries import rule_queries
from sync.collect.queries import answering, queries, tracker_for
from sync.installation import PACKAGES, sharing
from sync.jobs.last_read import replay
from sync.jobs.session import Session
from sync.marks.policy import marks_of
from sync.observation import Unread
from sync.signals.declared.unknown_names import find_unknown, saved_queries
from sync.signals.findings.finding import Finding
from sync.store.lease import LeaseHeld, LeaseOverdue, acquire, holder_name

Checks = Mapping[str, list[Check]]
"""What every tracker says, by its name."""


def check(connectors: Mapping[str, Connector], workspace: Workspace) -> dict[str, list[Check]]:
    """What every tracker says, by its name; one that is in trouble does not hide the others."""
    labels = tuple(sorted(workspace.policy.labels.all))

    def look(name: str) -> list[Check]:
        policy = workspace.policy_of(name)
        marks = marks_of(policy)
        levels = policy.updates.levels if policy.updates and marks else ()
        return list(connectors[name].preflight(labels, levels, marks))

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


def check_queries(session: Session, found: Checks) -> dict[str, list[Check]]:
    """The native queries of rules and measures that their trackers do not accept, or that could not be asked.

    Trackers that `found` could not look at are not asked.
    """
    workspace = session.workspace
    asked = [(one.tracker, one.query) for one in rule_queries(workspace)]
    for _, key_result in workspace.key_results():
        how = key_result.measure
        if isinstance(how, QueryMeasure):
            name = tracker_for(how, workspace)
            asked += [(name, one.native) for one in queries(key_result.id, how).values()]
    faults: dict[str, list[Check]] = {}
    for name, query in dict.fromkeys(asked):
        if name not in session.connectors or any(one.cause for one in found[name]):
            continue
        try:
            answering(session.connectors[name]).probe(query)
        except TrackerError as error:
            faults.setdefault(name, []).append(Check.unread("query", error))
    return faults


def check_sources(session: Session, now: datetime) -> tuple[list[Check], tuple[Unread, ...]]:
    """What files and endpoints give for key results, one line each; and those that give nothing."""
    workspace = session.workspace
    last = session.store.snapshots.last()
    samples, unread = session.sources.take(
        workspace, now.astimezone(workspace.zone).date(), last.samples if last is not None else None
    )
    silent = {one.subject: one for one in unread}
    found = [
        Check(id_, "ok", f"{ENGLISH.number(sample.value)} of {sample.on}")
        for id_, sample in samples.items()
        if id_ not in silent
    ]
    return found + [
        Check(id_, "wrong", one.what, one.remedy, one.cause, one.permanent) for id_, one in silent.items()
    ], unread


def check_installation() -> list[Check]:
    """What else in this environment installs packages under our names; nothing where all is well."""
    remedy = "Install Truenorth in an environment of its own: each overwrites files of the other."
    others = sharing()
    if not others:
        return []
    verb = agree(len(others), "installs", "install")
    found = f"{' and '.join(others)} {verb} a package {', '.join(PACKAGES[:-1])} or {PACKAGES[-1]} as well"
    return [Check("packages", "warning", found, remedy)]


def check_store(session: Session) -> list[Check]:
    """Whether the store can be written to and no other run is at work, and what is left to `plan`.

    Raises StoreError for a store that cannot be written to. Nothing is kept of the attempt.
    """
    store, workspace = session.store, session.workspace
    longest = max(workspace.policy_of(name).deadline_minutes for name in workspace.trackers)
    found = [Check("store", "ok", "can be written to")]
    try:
        with suppress(_TakenBack), store.transaction() as connection:
            acquire(connection, holder_name(), datetime.now(UTC), timedelta(minutes=longest))
            raise _TakenBack
    except LeaseOverdue as error:
        found.append(Check("other runs", "wrong", str(error)))
    except LeaseHeld as error:
        found.append(Check("other runs", "warning", f"{error} A sync leaves the work to it."))
    if store.last_run("sync", "apply") is None:
        found.append(Check("first run", "ok", "a first sync stops for review, and goes on with --first-run"))
    found.append(Check("guards", "ok", "not looked at: `truenorth plan` shows which would stop a sync"))
    return found


class _TakenBack(Exception):
    """What was done in the transaction is not to stay."""


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
