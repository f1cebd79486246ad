"""Read every tracker whole, side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from config.workspace import Workspace
from connectors.base import Connector, Progress
from connectors.errors import TrackerError
from connectors.model import Pull
from sync.collect.queries import ask, ask_measures
from sync.observation import Answered, Observed, Snapshot
from sync.store.store import Store

Connectors = Mapping[str, Connector]


def borne(store: Store, last: Snapshot | None) -> dict[str, frozenset[str]]:
    """Ids of all items that may bear marks of ours, by tracker; not of those that were never read."""
    if last is None:
        return {}
    return {
        name: store.journal.written(name)
        | {one.ref.id for one in last.items if one.ref.tracker == name and one.shown.stamp is not None}
        for name in last.as_of
    }


def pull(
    workspace: Workspace,
    connectors: Connectors,
    now: datetime,
    last: Snapshot | None = None,
    progress: Progress | None = None,
    known: Mapping[str, Collection[str]] | None = None,
) -> Observed:
    """Read every tracker whole, side by side, then ask them the queries of measures and rules.

    A tracker that cannot be read stands as it was last read, if `last` is of within the policy's hours of `now`;
    it is named in `stale` and not written to. Raises TrackerError where that is not to be had, or nothing else
    could be read.
    """

    def look(connector: Connector) -> Pull | TrackerError:
        try:
            return connector.pull(progress, (known or {}).get(connector.name))
        except TrackerError as error:
            return error

    with ThreadPoolExecutor(max_workers=len(connectors), thread_name_prefix="pull") as pool:
        looks = dict(zip(connectors, pool.map(look, connectors.values()), strict=True))
    pulls: list[Pull] = []
    stale: dict[str, str] = {}
    failures = [one for one in looks.values() if isinstance(one, TrackerError)]
    for name, found in looks.items():
        if isinstance(found, Pull):
            pulls.append(found)
            continue
        before = _as_last_read(name, last, now, workspace)
        if before is None or len(failures) == len(looks):
            raise found
        pulls.append(before)
        stale[name] = (
            f"cannot read it ({found.what}); using the snapshot of {before.as_of:%Y-%m-%d %H:%M} UTC"
        )
    items = [item for one in pulls for item in one.items]
    earlier = Answered(last.counts, last.drawn) if last is not None else Answered()
    try:
        answered = ask_measures(workspace, connectors, items, now, stale, earlier)
        answers = ask(workspace, connectors, stale, last.answers if last is not None else {})
    except KeyError:
        raise failures[0] from None
    return Observed(tuple(pulls), answered.counts, stale, answers, drawn=answered.drawn)


def _as_last_read(name: str, last: Snapshot | None, now: datetime, workspace: Workspace) -> Pull | None:
    if last is None or name not in last.as_of:
        return None
    if now - last.as_of[name] > timedelta(hours=workspace.policy.guards.stale_hours):
        return None
    return Pull(name, tuple(item for item in last.items if item.ref.tracker == name), last.as_of[name])
