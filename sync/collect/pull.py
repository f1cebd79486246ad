"""Read every tracker whole, side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from config.workspace import Workspace
from connectors.base import Connector, Connectors, Progress
from connectors.errors import TrackerError
from connectors.model import Pull
from sync.collect.queries import answer_measures, answer_rules
from sync.observation import Observation, homonyms
from sync.store.store import Store


def owned_item_ids(store: Store, last: Observation | None) -> dict[str, frozenset[str]]:
    """Ids of all items that may bear marks of ours, by tracker; not of those that were never read."""
    if last is None:
        return {}
    return {
        one.tracker: store.journal.written(one.tracker)
        | {item.ref.id for item in one.items if item.shown.stamp is not None}
        for one in last.pulls
    }


def commented_item_ids(last: Observation | None) -> dict[str, frozenset[str]]:
    """Ids of the items that bore our comment when last read, by tracker."""
    pulls = last.pulls if last is not None else ()
    return {
        one.tracker: frozenset(item.ref.id for item in one.items if item.shown.comment is not None)
        for one in pulls
    }


def pull(
    workspace: Workspace,
    connectors: Connectors,
    now: datetime,
    last: Observation | None = None,
    progress: Progress | None = None,
    owned_ids: Mapping[str, Collection[str]] | None = None,
    commented_ids: Mapping[str, Collection[str]] | None = None,
) -> Observation:
    """Read every tracker whole, side by side, then ask them the queries of measures and rules.

    A tracker that cannot be read stands as it was last read, if `last` is of within the policy's hours of `now`;
    it is named in `stale` and not written to. Raises TrackerError where that is not to be had, or nothing else
    could be read.
    """

    def look(connector: Connector) -> Pull | TrackerError:
        try:
            name = connector.name
            return connector.pull(progress, (owned_ids or {}).get(name), (commented_ids or {}).get(name, ()))
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
    pulls = _told_apart(pulls)
    items = [item for one in pulls for item in one.items]
    try:
        counts, values = answer_measures(workspace, connectors, items, now, stale, last)
        answers = answer_rules(workspace, connectors, stale, last.answers if last is not None else {})
    except KeyError:
        raise failures[0] from None
    return Observation(tuple(pulls), now, counts=counts, answers=answers, field_values=values, stale=stale)


def _told_apart(pulls: Sequence[Pull]) -> list[Pull]:
    """The pulls, with every item marked whose key an item of another tracker has, too."""
    double = homonyms((one.tracker, item.key) for one in pulls for item in one.items)
    return [
        replace(one, items=tuple(replace(item, homonym=item.key.casefold() in double) for item in one.items))
        if double or any(item.homonym for item in one.items)
        else one
        for one in pulls
    ]


def _as_last_read(name: str, last: Observation | None, now: datetime, workspace: Workspace) -> Pull | None:
    before = next((one for one in last.pulls if one.tracker == name), None) if last is not None else None
    if before is None or now - before.as_of > timedelta(hours=workspace.policy.guards.stale_hours):
        return None
    return before
