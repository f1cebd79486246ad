"""Every tracker as it is known once it was read, whole or for what changed, and what trackers are asked beside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from config.workspace import Workspace
from connectors.base import Connectors, Progress, untold
from connectors.changes import Changes
from connectors.errors import TrackerError
from connectors.model import Pull, Ref, WorkItem
from sync.collect.drift import drift
from sync.collect.merge import merged
from sync.collect.progress import Questions
from sync.collect.queries import FindItems, among, answer_measures, answer_rules
from sync.collect.read_trackers import TrackerRead, read_whole
from sync.collect.resolve_keys import resolve_keys, with_former_names
from sync.observation import Answers, CannotRead, Drift, FieldValues, Observation, Unread, homonyms
from sync.store.store import Store

log = structlog.get_logger(__name__)


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


@dataclass(frozen=True, slots=True)
class Answered:
    """What trackers answered to the queries of measures and rules."""

    counts: Mapping[str, int]
    values: Mapping[str, FieldValues]
    answers: Answers


def ask(
    workspace: Workspace,
    connectors: Connectors,
    known: FindItems,
    now: datetime,
    stale: Collection[str] = (),
    last: Observation | None = None,
    questions: Questions | None = None,
) -> Answered:
    """Ask the queries of measures and rules; raises as `answer_rules` does."""
    count = (questions or Questions(workspace, untold)).count
    counts, values = answer_measures(workspace, connectors, known, now, stale, last, count)
    before = last.answers if last is not None else {}
    return Answered(counts, values, answer_rules(workspace, connectors, stale, before, count))


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

    See `assemble`. Raises CannotRead.
    """
    reads = read_whole(connectors, progress, owned_ids, commented_ids)
    return assemble(workspace, connectors, reads, now, last, progress)


def assemble(
    workspace: Workspace,
    connectors: Connectors,
    reads: Mapping[str, TrackerRead],
    now: datetime,
    last: Observation | None = None,
    progress: Progress | None = None,
    answered: Answered | None = None,
) -> Observation:
    """Every tracker as it is known now, and what they are asked beside. `answered`: what they were asked already.

    A tracker that cannot be read, or does not answer, stands as it was last read, if `last` is of within the policy's
    hours of `now`; it is named in `unread` and not written to. Raises CannotRead, which names all of them, where that
    is not to be had of one, or no tracker could be read.
    """
    looks = dict(reads)
    asked = Questions(workspace, progress or untold)
    while True:
        pulls, unread = _whole(looks, last, now, workspace)
        items = [item for one in pulls for item in one.items]
        stale = [one.subject for one in unread]
        try:
            if answered is None or stale:
                answered = ask(workspace, connectors, among(items), now, stale, last, asked)
            known = last.resolved if last is not None else {}
            today = now.astimezone(workspace.zone).date()
            resolved = resolve_keys(workspace, connectors, items, stale, known, today)
        except TrackerError as error:
            # Asked without what this one found: each round has a tracker less.
            looks[error.tracker] = replace(looks[error.tracker], found=error)
            answered = None
            continue
        except KeyError:
            raise CannotRead(*unread) from None
        named = with_former_names(pulls, resolved)
        aside = (Unread.items(one.tracker, one.set_aside) for one in pulls if one.set_aside)
        return Observation(
            named,
            now,
            answered.counts,
            answered.answers,
            field_values=answered.values,
            resolved=resolved,
            unread=(*unread, *aside),
            reads={name: one.state for name, one in looks.items()},
            drift=_drift(looks, last, workspace),
        )


def _whole(
    looks: Mapping[str, TrackerRead], last: Observation | None, now: datetime, workspace: Workspace
) -> tuple[list[Pull], tuple[Unread, ...]]:
    """A pull of every tracker, the last one where it failed, and what failed. Raises CannotRead."""
    unread: list[Unread] = []
    pulls: list[Pull] = []
    for name, look in looks.items():
        found = look.found
        if isinstance(found, TrackerError):
            before = _as_last_read(name, last, now, workspace)
            unread.append(Unread.tracker(found, before.as_of if before is not None else None))
            if before is not None:
                pulls.append(before)
            continue
        if isinstance(found, Changes):
            found = merged(_known(name, last), found)
        pulls.append(_in_order(_standing_in(found, last)))
    if len(pulls) < len(looks) or len(unread) == len(looks):
        raise CannotRead(*unread)
    return _told_apart(pulls), tuple(unread)


def _known(name: str, last: Observation | None) -> Pull:
    """The last read of a tracker that was asked for its changes, so there is one."""
    pulls = last.pulls if last is not None else ()
    return next(one for one in pulls if one.tracker == name)


def _in_order(pull: Pull) -> Pull:
    """The pull with its items by ref: however they were read, they come in one order."""
    return replace(pull, items=tuple(sorted(pull.items, key=lambda item: item.ref)))


def _drift(
    looks: Mapping[str, TrackerRead], last: Observation | None, workspace: Workspace
) -> dict[Ref, Drift]:
    """What whole reads put right just now; of trackers that were read otherwise what the last one had."""
    found: dict[Ref, Drift] = {}
    for name, look in looks.items():
        before = next((one for one in last.pulls if one.tracker == name), None) if last is not None else None
        if last is None or before is None:
            continue
        if isinstance(look.found, Pull):
            state = last.reads.get(name)
            if before.bookmark and state is not None and state.basis == look.state.basis:
                here = drift(before, state, look.found, workspace.trackers[name].told_late)
                for ref, one in here.items():
                    log.warning(
                        "reading changes had left an item otherwise",
                        tracker=ref.tracker,
                        item=one.key,
                        facts=list(one.facts),
                    )
                found |= here
        else:
            found |= {ref: one for ref, one in last.drift.items() if ref.tracker == name}
    return found


def _standing_in(found: Pull, last: Observation | None) -> Pull:
    """The pull, with each item that was set aside as it was last read: what hangs below it must not lose it. It gets no write."""
    if not found.set_aside:
        return found
    ids = {one.id for one in found.set_aside}
    known = {item.ref: item for item in last.items if item.ref.id in ids} if last is not None else {}
    stand = [
        replace(item, writable=frozenset()) for item in known.values() if item.ref.tracker == found.tracker
    ]
    others = (item for item in found.items if item.ref.id not in ids)
    return replace(found, items=(*others, *stand))


def _told_apart(pulls: Sequence[Pull]) -> list[Pull]:
    """The pulls, with every item marked whose key an item of another tracker has, too."""
    double = homonyms((one.tracker, item.key) for one in pulls for item in one.items)
    return [
        replace(one, items=tuple(_marked(item, item.key.casefold() in double) for item in one.items))
        if double or any(item.homonym for item in one.items)
        else one
        for one in pulls
    ]


def _marked(item: WorkItem, is_homonym: bool) -> WorkItem:
    return item if item.homonym is is_homonym else replace(item, homonym=is_homonym)


def _as_last_read(name: str, last: Observation | None, now: datetime, workspace: Workspace) -> Pull | None:
    before = next((one for one in last.pulls if one.tracker == name), None) if last is not None else None
    if before is None or now - before.as_of > timedelta(hours=workspace.policy.guards.stale_hours):
        return None
    return before
