"""Writing issues: one by itself, or many in few requests and in rounds.

Every issue goes the way of `issue_write`, or of `removal` where it is to lose all marks. Many share what Jira lets
them share: one look at all; stamps that prove old and new alike, in one job; equal edits together; the final stamps.
Links and comments have a request for each issue, because Jira has no other way, and so does what a round fails: those of
several issues go side by side, those of one issue in its order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial

from connectors.base import StopRequested, WriteRequest, never
from connectors.errors import CredentialError, RateLimited, SkipItem, TrackerError, Unreachable
from connectors.jira.api.deployment import IssueReader
from connectors.jira.marks.comment import OwnComment
from connectors.jira.marks.issue_edit import FieldEdit
from connectors.jira.write.batch_item import SMALL, BatchItem, grouped
from connectors.jira.write.bulk_tasks import Jobs
from connectors.jira.write.loader import GONE, IssueLoader
from connectors.jira.write.removal import Remover
from connectors.jira.write.side_by_side import IN_FLIGHT, SideBySide
from connectors.model import NOTHING, Receipt, Stamp

Rounds = Callable[[Sequence[BatchItem], IssueReader, StopRequested], None]
"""Sends what is to be sent for some entries, and says in each what became of it."""

BATCH = 100
"""Items at once: one bulkfetch and one job of stamps; more would cost little less."""


LANES = 3
"""Batches at once: while one waits for its jobs, others have comments to write. Jira takes five bulk edits at a time
from all who use a site, and each batch has one at most (contracts, section 5.2)."""

SINGLE = 25
"""Items at once where nothing can be shared."""


class JiraWriter:
    """Writes on one site for one owner; batches may be given from several threads.

    - `shares`: whether the site has calls for several issues, which Data Center has not.
    - `in_flight`: how many requests may be under way at once, over all batches.
    """

    def __init__(self, loader: IssueLoader, *, shares: bool = True, in_flight: int = IN_FLIGHT) -> None:
        self._loader = loader
        self._shares = shares
        self._client = loader.client
        self._jobs = Jobs(loader.client)
        self._side = SideBySide(in_flight, loader.client.name)
        self._remover = Remover(loader, self._jobs, self._side)
        self._lock = threading.Lock()
        self._counted = 0

    def write(self, requests: Sequence[WriteRequest], stop: StopRequested = never) -> Iterator[Receipt]:
        """See `Connector.write_batch`. Requests for several items count with the first receipt after them.

        A field that cannot be set is left out, and that is logged once for a project and type; the receipt is
        "skipped" for it only when there was nothing else to write. Likewise for a comment that a person made theirs.
        """
        with self._side.batch():
            yield from self._write(requests, lambda: stop() or self._side.trouble.is_set())

    def close(self) -> None:
        """Let nothing more begin, and wait for what runs."""
        self._side.close()

    def _write(self, requests: Sequence[WriteRequest], stop: StopRequested) -> Iterator[Receipt]:
        kept: list[WriteRequest] = []
        bare: list[WriteRequest] = []
        for item, wanted in requests:
            if self._loader.is_done(item, wanted):
                yield Receipt(item.ref, item.key, "written")
            elif not item.in_scope:
                yield Receipt(item.ref, item.key, "skipped", error="it is out of scope")
            else:
                (bare if wanted == NOTHING else kept).append((item, wanted))
        if kept or bare:
            self._begin()
        for some, rounds in ((kept, self._show), (bare, self._remover.carry_out)):
            if len(some) >= SMALL and self._shares and not stop():
                yield from self._together(some, rounds, stop)
            else:
                yield from self._singly(some, rounds, stop)

    def _begin(self) -> None:
        """Know the site, once for all batches, and count from here."""
        with self._lock:
            before = self._client.requests
            self._loader.site()
            if self._side.is_alone:
                self._counted = before

    def _requests(self) -> int:
        """Requests since this was last asked."""
        with self._lock:
            before, self._counted = self._counted, self._client.requests
            return self._counted - before

    def _singly(self, some: Sequence[WriteRequest], rounds: Rounds, stop: StopRequested) -> Iterator[Receipt]:
        """Each item to its end: what stops the run lets those finish that have begun, and the others have no receipt."""

        def one(request: WriteRequest) -> Receipt | None:
            return None if stop() else self._alone(request, rounds)

        yield from filter(None, self._side.results(some, one, _kind))

    def _alone(self, request: WriteRequest, rounds: Rounds) -> Receipt:
        item, wanted = request
        try:
            entry = BatchItem(item, self._loader.work(item, wanted, self._loader.read(item)))
        except SkipItem as skip:
            return Receipt(item.ref, item.key, "skipped", self._requests(), str(skip))
        except (CredentialError, Unreachable, RateLimited):
            raise
        except TrackerError as error:
            return Receipt(item.ref, item.key, "failed", self._requests(), str(error))
        rounds([entry], self._loader.issues, never)
        return entry.receipt(self._requests())

    def _together(
        self, requests: Sequence[WriteRequest], rounds: Rounds, stop: StopRequested
    ) -> Iterator[Receipt]:
        bulk = self._loader.issues
        with self._side.turns.one():
            issues = bulk.fetch([item.ref.id for item, _ in requests])
        entries: list[BatchItem] = []
        for item, wanted in requests:
            try:
                if item.ref.id not in issues:
                    raise SkipItem(GONE)
                entries.append(BatchItem(item, self._loader.work(item, wanted, issues[item.ref.id])))
            except SkipItem as skip:
                yield Receipt(item.ref, item.key, "skipped", self._requests(), str(skip))
        rounds(entries, bulk, stop)
        for entry in entries:
            yield entry.receipt(self._requests())

    def _show(self, entries: Sequence[BatchItem], bulk: IssueReader, stop: StopRequested) -> None:
        known: dict[str, OwnComment] = {}
        if len(entries) >= SMALL:
            with self._side.turns.one():
                known = self._known_comments(entries)
        drops = [entry for entry in entries if entry.work.drops_comment]
        self._side.each(drops, lambda entry: entry.attempt(entry.work.begin))
        for entry in entries:
            if not entry.work.drops_comment:
                entry.attempt(entry.work.begin)
        self._put(entries, bulk, stop)

        def finish(entry: BatchItem) -> None:
            entry.halt() if stop() else entry.attempt(partial(entry.work.finish, known))

        self._side.each(entries, finish, lambda entry: entry.work.lesson)
        self._settle(entries)
        self._close(entries, bulk)

    def _known_comments(self, entries: Sequence[BatchItem]) -> dict[str, OwnComment]:
        return self._loader.comments().own_comments(
            [(entry.item.ref.id, entry.work.comment_id or "") for entry in entries]
        )

    def _put(self, entries: Sequence[BatchItem], bulk: IssueReader, stop: StopRequested) -> None:
        """Fields, labels and stamps."""
        site = self._loader.site().fields
        large = [
            group
            for group in grouped(entries)
            if len(entries) >= SMALL
            and (group[0][1].is_empty or (len(group) >= SMALL and self._jobs.takes(group[0][1], site)))
        ]
        stamps: dict[str, Stamp] = {}
        for group in large:
            for entry, edit in group:
                between = entry.work.in_between(edit)
                if between != entry.work.stamp:
                    stamps[entry.item.ref.id] = between
        put: set[str] = set()
        with self._side.turns.one():
            bare = self._jobs.stamp(stamps, bulk)
            for group in large:
                ready = [(entry, edit) for entry, edit in group if entry.item.ref.id not in bare]
                put |= self._edit(ready, stamps)

        def put_alone(entry: BatchItem) -> None:
            entry.halt() if stop() else entry.attempt(entry.work.put)

        # Also those that a round failed: here Jira says why.
        left = [entry for entry in entries if entry.item.ref.id not in put]
        self._side.each(left, put_alone, lambda entry: entry.work.place)

    def _edit(self, ready: Sequence[tuple[BatchItem, FieldEdit]], stamps: dict[str, Stamp]) -> set[str]:
        """One bulk edit; the ids of the issues that are as wanted after it."""
        if not ready:
            return set()
        edit = ready[0][1]
        ids = {entry.item.ref.id for entry, _ in ready}
        if not edit.is_empty:
            issues = [entry.work.issue for entry, _ in ready]
            ids &= self._jobs.edit(issues, edit, self._loader.site().fields)
        for entry, its in ready:
            id_ = entry.item.ref.id
            if id_ in stamps:
                entry.work.stamp = stamps[id_]
            if id_ in ids and id_ in stamps:
                entry.work.edited(its, stamps[id_])
            elif id_ in ids:
                entry.work.edited(its, entry.work.in_between(its))
        return ids

    def _settle(self, entries: Sequence[BatchItem]) -> None:
        """Look once at the issues with a new comment: the later of two writers sees both, and both keep the same."""
        new = {
            entry.item.ref.id: entry for entry in entries if entry.work.has_new_comment and not entry.ended
        }
        if new:
            created = {id_: one.work.comment_id or "" for id_, one in new.items()}
            with self._side.turns.one():
                found = self._loader.comments().ours_beside(created)
            # Ours may be gone by now: the other writer has looked, too.
            met = {id_: ours for id_, ours in found.items() if ours and list(ours) != [created[id_]]}
            self._side.each(list(met), lambda id_: new[id_].attempt(partial(new[id_].work.settle, met[id_])))

    def _close(self, entries: Sequence[BatchItem], bulk: IssueReader) -> None:
        """The stamps that say what stands there now."""
        left = {
            entry.item.ref.id: entry
            for entry in entries
            if not entry.ended and entry.work.final != entry.work.stamp
        }
        bare = set(left)
        if len(entries) >= SMALL:
            with self._side.turns.one():
                bare = self._jobs.stamp({id_: entry.work.final for id_, entry in left.items()}, bulk)
        self._side.each(sorted(bare), lambda id_: left[id_].attempt(left[id_].work.close))


def _kind(request: WriteRequest) -> Hashable:
    """What is found out by trying is so for a project and type; the level stands for the type."""
    item, _ = request
    return item.project, item.level
