"""Read every tracker whole, side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from config.workspace import Workspace
from connectors.base import Connector, Connectors, Progress, untold
from connectors.errors import TrackerError
from connectors.model import Pull
from sync.collect.progress import Questions, Reading
from sync.collect.queries import answer_measures, answer_rules
from sync.collect.resolve_keys import resolve_keys, with_former_names
from sync.observation import CannotRead, Observation, Unread, homonyms
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
    """Read every tracker whole, side by side, then ask them the queries of measures and rules, and what keys mean.

    A tracker that cannot be read, or does not answer, stands as it was last read, if `last` is of within the policy's
    hours of `now`; it is named in `unread` and not written to. Raises CannotRead, which names all of them, where that
    is not to be had of one, or no tracker could be read.
    """

    def look(connector: Connector) -> Pull | TrackerError:
        try:
            name = connector.name
            heard = Reading(name, progress or untold)
            pulled = connector.pull(heard, (owned_ids or {}).get(name), (commented_ids or {}).get(name, ()))
            heard.end()
            return pulled
        except TrackerError as error:
            return error

    with ThreadPoolExecutor(max_workers=len(connectors), thread_name_prefix="pull") as pool:
        looks = dict(zip(connectors, pool.map(look, connectors.values()), strict=True))
    asked = Questions(workspace, progress or untold)
    while True:
        pulls, unread = _whole(looks, last, now, workspace)
        items = [item for one in pulls for item in one.items]
        stale = [one.subject for one in unread]
        try:
            counts, values = answer_measures(workspace, connectors, items, now, stale, last, asked.count)
            before = last.answers if last is not None else {}
            answers = answer_rules(workspace, connectors, stale, before, asked.count)
            known = last.resolved if last is not None else {}
            today = now.astimezone(workspace.zone).date()
            resolved = resolve_keys(workspace, connectors, items, stale, known, today)
        except TrackerError as error:
            # Asked without what this one found: each round has a tracker less.
            looks[error.tracker] = error
            continue
        except KeyError:
            raise CannotRead(*unread) from None
        named = with_former_names(pulls, resolved)
        aside = (Unread.items(one.tracker, one.set_aside) for one in pulls if one.set_aside)
        missing = (*unread, *aside)
        return Observation(
            named, now, counts, answers, field_values=values, resolved=resolved, unread=missing
        )


def _whole(
    looks: Mapping[str, Pull | TrackerError], last: Observation | None, now: datetime, workspace: Workspace
) -> tuple[list[Pull], tuple[Unread, ...]]:
    """A pull of every tracker, the last one where it failed, and what failed. Raises CannotRead."""
    unread: list[Unread] = []
    pulls: list[Pull] = []
    for name, found in looks.items():
        before = _as_last_read(name, last, now, workspace)
        if isinstance(found, Pull):
            pulls.append(_standing_in(found, last))
            continue
        unread.append(Unread.tracker(found, before.as_of if before is not None else None))
        if before is not None:
            pulls.append(before)
    if len(pulls) < len(looks) or len(unread) == len(looks):
        raise CannotRead(*unread)
    return _told_apart(pulls), tuple(unread)


def _standing_in(found: Pull, last: Observation | None) -> Pull:
    """The pull, with each item that was set aside as it was last read: what hangs below it must not lose it. It gets no write."""
    if not found.set_aside or last is None:
        return found
    ids = {one.id for one in found.set_aside}
    stand = [
        replace(item, writable=frozenset())
        for item in last.items
        if item.ref.tracker == found.tracker and item.ref.id in ids
    ]
    return replace(found, items=(*found.items, *stand))


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
