"""Every tracker is read, side by side: whole, or for what changed since its bookmark."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from config.workspace import Workspace
from connectors.base import Connector, Connectors, Progress, untold
from connectors.changes import Changes, NeedsWholeRead, ReadsChanges, ResumesReads
from connectors.errors import TrackerError
from connectors.model import Pull
from sync.collect.how_to_read import WayToRead, basis_of, way_to_read
from sync.collect.merge import ItemsAtHand, merged
from sync.collect.progress import Reading
from sync.observation import KnownPull, ReadState
from sync.store.store import Store

log = structlog.get_logger(__name__)

PATIENCE = 2
"""In how many reads running a count may be amiss before all ids are compared."""


@dataclass(frozen=True, slots=True)
class TrackerRead:
    """What reading a tracker came to: all of it, what changed, or why it failed; and how it is known after that.

    `anew`: whether also what belongs to unchanged items is to be read again.
    """

    found: Pull | Changes | TrackerError
    state: ReadState = field(default_factory=ReadState)
    anew: bool = False


def read_trackers(
    workspace: Workspace,
    connectors: Connectors,
    store: Store,
    progress: Progress | None = None,
    *,
    full: bool = False,
) -> dict[str, TrackerRead]:
    """Read every tracker in the way that is due. A tracker that fails is a TrackerError in its place."""
    known = store.snapshots.pulls()
    clock = store.clock()
    disturbed = store.last_run("setup", "undo")

    def read(name: str) -> TrackerRead:
        before = known.get(name)
        whole_at = before.state.whole_at if before is not None else None
        way = way_to_read(
            workspace,
            name,
            before,
            clock,
            full=full,
            unsettled=disturbed.at if disturbed is not None else None,
            doubtful=store.journal.in_doubt(name, whole_at) if whole_at is not None else frozenset(),
        )
        one = _OneTracker(connectors[name], known.get(name), store, progress or untold, clock)
        return one.read(way, basis_of(workspace, name))

    with ThreadPoolExecutor(max_workers=len(connectors), thread_name_prefix="pull") as pool:
        return dict(zip(connectors, pool.map(read, connectors), strict=True))


@dataclass(frozen=True, slots=True)
class _OneTracker:
    connector: Connector
    known: KnownPull | None
    store: Store
    progress: Progress
    clock: datetime

    def read(self, way: WayToRead, basis: str) -> TrackerRead:
        """Read it in that way, or whole where only that tells."""
        heard = Reading(self.connector.name, self.progress)
        try:
            if not way.whole and self.known is not None and isinstance(self.connector, ReadsChanges):
                try:
                    read = self._changes(self.connector, self.known, way, heard)
                except NeedsWholeRead as reason:
                    way = WayToRead(True, str(reason), anew=True)
                else:
                    heard.end()
                    return read
            if isinstance(self.connector, ReadsChanges):
                log.info("reads all of the tracker", tracker=self.connector.name, because=way.why)
            pulled, swept = self._whole(heard)
            heard.end()
        except TrackerError as error:
            return TrackerRead(error, self.known.state if self.known else ReadState())
        return TrackerRead(pulled, ReadState(basis, self.clock, swept), way.anew)

    def _changes(
        self, connector: ReadsChanges, known: KnownPull, way: WayToRead, heard: Progress
    ) -> TrackerRead:
        name, bookmark = known.pull.tracker, known.pull.bookmark
        stored = self.store.snapshots.known(name)
        found = connector.changes(bookmark, stored, sweep=way.sweep, doubtful=way.doubtful, progress=heard)
        amiss = known.state.amiss + 1 if found.amiss and not found.swept else 0
        if amiss >= PATIENCE:
            log.info("compares all ids early: a count differs", tracker=name, runs=amiss)
            before = found.requests
            found = connector.changes(bookmark, stored, sweep=True, doubtful=way.doubtful, progress=heard)
            found, amiss = replace(found, requests=found.requests + before), 0
        swept = self.clock if found.swept else known.state.swept_at
        return TrackerRead(found, replace(known.state, swept_at=swept, amiss=amiss))

    def _whole(self, heard: Progress) -> tuple[Pull, datetime]:
        """All of it, and as of when all ids are known."""
        connector, store = self.connector, self.store
        stored = store.snapshots.known(connector.name)
        owned: Collection[str] | None = None
        if self.known is not None:
            owned = store.journal.written(connector.name) | stored.stamped()
        commented = stored.commented() if self.known is not None else frozenset()
        if not isinstance(connector, ResumesReads):
            return connector.pull(heard, owned, commented), self.clock
        landing = store.snapshots.landing(connector.name)
        try:
            pulled = connector.pull_into(landing, heard, owned, commented)
        except TrackerError as error:
            if error.permanent:
                # What made it fail may be in the pages, and would be read from them again.
                landing.drop()
            raise
        swept = self.clock
        if landing.resumed and isinstance(connector, ReadsChanges) and pulled.bookmark:
            # Pages of an earlier attempt tell nothing of what changed since, so that is asked for on top.
            swept = min(landing.begun or swept, swept)
            at_hand = ItemsAtHand(pulled.items)
            pulled = merged(pulled, connector.changes(pulled.bookmark, at_hand, progress=heard))
        landing.drop()
        return pulled, swept


def read_whole(
    connectors: Connectors,
    progress: Progress | None = None,
    owned_ids: Mapping[str, Collection[str]] | None = None,
    commented_ids: Mapping[str, Collection[str]] | None = None,
) -> dict[str, TrackerRead]:
    """Read every tracker whole, side by side, whatever is known; what was read is not for the store."""

    def look(connector: Connector) -> TrackerRead:
        name = connector.name
        heard = Reading(name, progress or untold)
        try:
            pulled = connector.pull(heard, (owned_ids or {}).get(name), (commented_ids or {}).get(name, ()))
        except TrackerError as error:
            return TrackerRead(error)
        heard.end()
        return TrackerRead(pulled)

    with ThreadPoolExecutor(max_workers=len(connectors), thread_name_prefix="pull") as pool:
        return dict(zip(connectors, pool.map(look, connectors.values()), strict=True))
