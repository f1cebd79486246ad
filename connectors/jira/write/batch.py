"""Writing many issues in few requests, in rounds; what `write` promises holds for each of them.

One look at all; stamps that prove old and new alike; equal edits together; links and comments one by one,
because Jira has no other way; the final stamps. What is to lose all marks goes the way of `removal`. An item
that can only be written by itself, or that a round fails, goes its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from connectors.base import StopRequested, WriteRequest, never
from connectors.jira.api.deployment import Issues
from connectors.jira.marks.comment import Comments, OwnComment
from connectors.jira.marks.issue_edit import Edit
from connectors.jira.write.batch_item import SMALL, BatchItem, grouped
from connectors.jira.write.bulk_tasks import Jobs
from connectors.jira.write.removal import Remover
from connectors.jira.write.writer import GONE, SkipItem, Writer
from connectors.model import NOTHING, Receipt, Stamp

Rounds = Callable[[Sequence[BatchItem], Issues, StopRequested], None]
"""Sends what is to be sent for some entries, and says in each what became of it."""

BATCH = 100
"""Items at once: one bulkfetch and one job of stamps; more would cost little less."""


class BatchWriter:
    """Writes batches on one site, with the single writer's knowledge of it."""

    def __init__(self, writer: Writer, owner: str) -> None:
        self._writer = writer
        self._client = writer.client
        self._owner = owner
        self._jobs = Jobs(writer.client)
        self._remover = Remover(writer, owner, self._jobs)

    def write(self, requests: Sequence[WriteRequest], stop: StopRequested = never) -> Iterator[Receipt]:
        """See `Connector.write_batch`. Requests for several items count with the first receipt after them."""
        alone: list[WriteRequest] = []
        kept: list[WriteRequest] = []
        bare: list[WriteRequest] = []
        for item, wanted in requests:
            single = not item.in_scope or self._writer.is_done(item, wanted)
            (alone if single else bare if wanted == NOTHING else kept).append((item, wanted))
        batches = [(kept, self._show), (bare, self._remover.carry_out)]
        for some, _ in batches:
            alone += some if len(some) < SMALL else []
        for item, wanted in alone:
            if stop():
                return
            yield self._writer.write(item, wanted)
        for some, rounds in batches:
            if len(some) >= SMALL and not stop():
                yield from self._in_rounds(some, rounds, stop)

    def _in_rounds(
        self, requests: Sequence[WriteRequest], rounds: Rounds, stop: StopRequested
    ) -> Iterator[Receipt]:
        before = self._client.requests
        site = self._writer.site()
        bulk = self._writer.site_api.issues(site.fields)
        issues = bulk.fetch([item.ref.id for item, _ in requests])
        entries: list[BatchItem] = []
        for item, wanted in requests:
            try:
                if item.ref.id not in issues:
                    raise SkipItem(GONE)
                entries.append(BatchItem(item, self._writer.work(item, wanted, issues[item.ref.id])))
            except SkipItem as skip:
                yield Receipt(item.ref, item.key, "skipped", self._client.requests - before, str(skip))
                before = self._client.requests
        rounds(entries, bulk, stop)
        for entry in entries:
            sent = self._client.requests - before
            yield Receipt(entry.item.ref, entry.item.key, entry.outcome, sent, entry.reason or None)
            before = self._client.requests

    def _show(self, entries: Sequence[BatchItem], bulk: Issues, stop: StopRequested) -> None:
        comments = Comments(self._client, self._writer.site_api, self._owner, self._writer.site().me)
        known = comments.own_comments([(entry.item.ref.id, entry.work.comment_id or "") for entry in entries])
        for entry in entries:
            entry.attempt(entry.work.begin)
        self._put(entries, bulk)
        for entry in entries:
            entry.halt() if stop() else _finish(entry, known)
        self._close(entries, bulk)

    def _put(self, entries: Sequence[BatchItem], bulk: Issues) -> None:
        """Fields, labels and stamps."""
        site = self._writer.site().fields
        large = [
            group
            for group in grouped(entries)
            if group[0][1].is_empty or (len(group) >= SMALL and self._jobs.takes(group[0][1], site))
        ]
        stamps: dict[str, Stamp] = {}
        for group in large:
            for entry, edit in group:
                between = entry.work.in_between(edit)
                if between != entry.work.stamp:
                    stamps[entry.item.ref.id] = between
        bare = self._jobs.stamp(stamps, bulk)
        put: set[str] = set()
        for group in large:
            ready = [(entry, edit) for entry, edit in group if entry.item.ref.id not in bare]
            put |= self._edit(ready, stamps)
        for entry in entries:
            if entry.item.ref.id not in put:
                # Also the one that a round failed: here Jira says why.
                entry.attempt(entry.work.put)

    def _edit(self, ready: Sequence[tuple[BatchItem, Edit]], stamps: dict[str, Stamp]) -> set[str]:
        """One bulk edit; the ids of the issues that are as wanted after it."""
        if not ready:
            return set()
        edit = ready[0][1]
        ids = {entry.item.ref.id for entry, _ in ready}
        if not edit.is_empty:
            issues = [entry.work.issue for entry, _ in ready]
            ids &= self._jobs.edit(issues, edit, self._writer.site().fields)
        for entry, its in ready:
            id_ = entry.item.ref.id
            if id_ in stamps:
                entry.work.stamp = stamps[id_]
            if id_ in ids and id_ in stamps:
                entry.work.edited(its, stamps[id_])
            elif id_ in ids:
                entry.work.edited(its, entry.work.in_between(its))
        return ids

    def _close(self, entries: Sequence[BatchItem], bulk: Issues) -> None:
        """The stamps that say what stands there now."""
        by_id = {
            entry.item.ref.id: entry
            for entry in entries
            if not entry.ended and entry.work.final != entry.work.stamp
        }
        bare = self._jobs.stamp({id_: entry.work.final for id_, entry in by_id.items()}, bulk)
        for id_ in bare:
            by_id[id_].attempt(by_id[id_].work.close)


def _finish(entry: BatchItem, known: dict[str, OwnComment]) -> None:
    entry.attempt(lambda: entry.work.finish(known))
