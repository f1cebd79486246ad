"""A run that finds nothing changed since one that left nothing to write: it decides nothing, and says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import metadata
from typing import Any

from config.load import fingerprint
from config.workspace import Workspace
from connectors.base import Connectors
from connectors.changes import Changes
from connectors.errors import TrackerError
from connectors.model import Pull, WorkItem
from sync.collect.collect import Begun
from sync.collect.external_values import Sources
from sync.collect.merge import notes_of
from sync.collect.pull import ask
from sync.collect.read_trackers import TrackerRead
from sync.decide import Decision
from sync.history.same_item import decides_alike
from sync.installation import DISTRIBUTION
from sync.kept import decoded, encoded, lacks_commitments, recalled
from sync.observation import KnownPull
from sync.settled import digest_of, holds_until, leaves_nothing
from sync.store.observed.settled import Settled
from sync.store.store import Store


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What a run found that had nothing to decide.

    - `at`: for when it read; `since`: when what holds was decided. `standing`: what people are told of that.
    - `pulls`: each tracker as it is known now, without its items; how many there are in scope stands beside.
    """

    at: datetime
    since: datetime
    standing: Mapping[str, Any]
    pulls: tuple[tuple[Pull, int], ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What changes came to that leave everything as it was: how trackers are known, and items that only look otherwise."""

    pulls: list[KnownPull] = field(default_factory=list)
    items: list[WorkItem] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """What a run has to look at: the declaration, the trackers, the store, and sources outside."""

    workspace: Workspace
    connectors: Connectors
    store: Store
    sources: Sources


def settle(world: World, run: Decision, record: int, now: datetime, standing: Mapping[str, Any]) -> None:
    """Remember that after this run, complete and remembered, nothing is left to write. `standing`: what to tell of it."""
    if not leaves_nothing(run):
        return
    until = holds_until(run, world.workspace, now)
    kept = Settled(_digest(world.workspace, world.store, now), record, now, until, dict(standing))
    looks = b"" if lacks_commitments(run.observation, world.workspace) else encoded(run, world.workspace)
    world.store.snapshots.settled.keep(kept, looks)


def recalled_run(workspace: Workspace, store: Store, *, orphans: bool) -> Decision | None:
    """What deciding would give of the last snapshot, as far as `status` and `orphans` show it, without deciding; None where that was not
    kept, or something changed since by which something else would be decided. `orphans`: with the items of the orphans.
    """
    snapshots = store.snapshots
    revision, settled, last = snapshots.revision(), snapshots.settled.last(), snapshots.last_without_items()
    if settled is None or last is None or last.unread or not settled.since <= last.at < settled.until:
        return None
    if settled.digest != _digest(workspace, store, last.at):
        return None
    if not snapshots.settled.is_latest(settled, settled.run):
        return None
    kept = decoded(snapshots.settled.looks(settled) or b"")
    if kept is None or not kept.holds_for(last, workspace):
        return None
    memory, items = store.memory(workspace, last.at), snapshots.unmarked(kept.items(orphans=orphans))
    # What another process wrote meanwhile is of another moment.
    return recalled(kept, last, items, memory, workspace) if snapshots.revision() == revision else None


def nothing_changed(
    world: World, reads: Mapping[str, TrackerRead], record: int, now: datetime
) -> tuple[Unchanged | None, Begun]:
    """What to tell where nothing changed by which something else would be decided; and what was asked to find that out.

    Where nothing did, the next run goes on from this read. Raises TrackerError as queries do.
    """
    store, begun = world.store, Begun(reads)
    settled = store.snapshots.settled.last()
    if (
        settled is None
        or not settled.since <= now < settled.until
        or settled.digest != _digest(world.workspace, store, now)
    ):
        return None, begun
    if not store.snapshots.settled.is_latest(settled, record) or (found := _alike(world, reads)) is None:
        return None, begun
    begun = _asked(world, reads, now)
    last = store.snapshots.last_without_items()
    answered, sampled = begun.answered, begun.sampled
    if last is None or answered is None or sampled is None or sampled[1]:
        return None, begun
    now_told = (answered.counts, answered.values, answered.answers, sampled[0])
    if now_told != (last.counts, last.field_values, last.answers, last.samples):
        return None, begun
    store.snapshots.keep_unchanged(found.pulls, found.items, now)
    pulls = tuple(
        (replace(one.pull, requests=found.requests[one.pull.tracker]), one.in_scope) for one in found.pulls
    )
    return Unchanged(now, settled.since, settled.standing, pulls), begun


def _digest(workspace: Workspace, store: Store, now: datetime) -> str:
    day = now.astimezone(workspace.zone).date()
    generation = store.snapshots.generation()
    return digest_of(fingerprint(workspace), day, generation, metadata.version(DISTRIBUTION))


def _alike(world: World, reads: Mapping[str, TrackerRead]) -> _Found | None:
    """What changes came to, where they change nothing that is decided upon."""
    known, found = world.store.snapshots.pulls(), _Found()
    if known.keys() != reads.keys():
        return None
    for name, read in reads.items():
        changes, before = read.found, known[name]
        if not isinstance(changes, Changes) or changes.gone or changes.set_aside or before.pull.set_aside:
            return None
        stored = world.store.snapshots.known(name).items([item.ref.id for item in changes.items])
        for item in changes.items:
            old = stored.get(item.ref.id)
            if old is None or not decides_alike(old.as_told(), item.as_told()):
                return None
            found.items.append(_as_known(item, old))
        pull = replace(
            before.pull, as_of=changes.as_of, bookmark=changes.bookmark, notes=notes_of(before.pull, changes)
        )
        found.pulls.append(replace(before, pull=pull, state=read.state))
        found.requests[name] = changes.requests
    return found


def _as_known(item: WorkItem, old: WorkItem) -> WorkItem:
    """The item with what was found out about it beside, which nothing changed."""
    return replace(
        item,
        homonym=old.homonym,
        former_keys=old.former_keys,
        former_projects=old.former_projects,
        parent_former_keys=old.parent_former_keys,
        told_keys=old.told_keys,
    )


def _asked(world: World, reads: Mapping[str, TrackerRead], now: datetime) -> Begun:
    """What trackers and sources are asked at every run, asked with what is stored."""
    workspace, snapshots = world.workspace, world.store.snapshots
    try:
        answered = ask(workspace, world.connectors, lambda name, ids: snapshots.known(name).items(ids), now)
    except TrackerError:
        # It is asked again, and its failure told, by the run that decides.
        return Begun(reads)
    last = snapshots.last_without_items()
    today = now.astimezone(workspace.zone).date()
    return Begun(reads, answered, world.sources.take(workspace, today, last.samples if last else None))
