"""Writing many issues in few requests, in rounds; what `write` promises holds for each of them.

One look at all; stamps that prove old and new alike; equal edits together; links and comments one by one,
because Jira has no other way; the final stamps. What is to lose all marks goes the way of `removal`. An item
that can only be written by itself, or that a round fails, goes its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from connectors.base import StopRequested, Wish, never
from connectors.jira.api.deployment import Issues
from connectors.jira.marks.comment import Comments, Stated
from connectors.jira.marks.issue_edit import Edit
from connectors.jira.write.batch_item import SMALL, Case, grouped
from connectors.jira.write.bulk_tasks import Jobs
from connectors.jira.write.removal import Remover
from connectors.jira.write.writer import GONE, Skip, Writer
from connectors.model import NOTHING, Receipt, Stamp

Rounds = Callable[[Sequence[Case], Issues, StopRequested], None]
"""Sends what is to be sent for some cases, and says in each what became of it."""

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

    def write(self, wishes: Sequence[Wish], stop: StopRequested = never) -> Iterator[Receipt]:
        """See `Connector.write_batch`. Requests for several items count with the first receipt after them."""
        alone: list[Wish] = []
        kept: list[Wish] = []
        bare: list[Wish] = []
        for item, wanted in wishes:
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

    def _in_rounds(self, wishes: Sequence[Wish], rounds: Rounds, stop: StopRequested) -> Iterator[Receipt]:
        before = self._client.requests
        site = self._writer.site()
        bulk = self._writer.source.issues(site.fields)
        issues = bulk.fetch([item.ref.id for item, _ in wishes])
        cases: list[Case] = []
        for item, wanted in wishes:
            try:
                if item.ref.id not in issues:
                    raise Skip(GONE)
                cases.append(Case(item, self._writer.work(item, wanted, issues[item.ref.id])))
            except Skip as skip:
                yield Receipt(item.ref, item.key, "skipped", self._client.requests - before, str(skip))
                before = self._client.requests
        rounds(cases, bulk, stop)
        for case in cases:
            sent = self._client.requests - before
            yield Receipt(case.item.ref, case.item.key, case.outcome, sent, case.reason or None)
            before = self._client.requests

    def _show(self, cases: Sequence[Case], bulk: Issues, stop: StopRequested) -> None:
        comments = Comments(self._client, self._writer.source, self._owner, self._writer.site().me)
        known = comments.stated([(case.item.ref.id, case.work.comment_id or "") for case in cases])
        for case in cases:
            case.attempt(case.work.begin)
        self._put(cases, bulk)
        for case in cases:
            case.halt() if stop() else _finish(case, known)
        self._close(cases, bulk)

    def _put(self, cases: Sequence[Case], bulk: Issues) -> None:
        """Fields, labels and stamps."""
        site = self._writer.site().fields
        large = [
            group
            for group in grouped(cases)
            if group[0][1].is_empty or (len(group) >= SMALL and self._jobs.takes(group[0][1], site))
        ]
        stamps: dict[str, Stamp] = {}
        for group in large:
            for case, edit in group:
                between = case.work.in_between(edit)
                if between != case.work.stamp:
                    stamps[case.item.ref.id] = between
        bare = self._jobs.stamp(stamps, bulk)
        put: set[str] = set()
        for group in large:
            ready = [(case, edit) for case, edit in group if case.item.ref.id not in bare]
            put |= self._edit(ready, stamps)
        for case in cases:
            if case.item.ref.id not in put:
                # Also the one that a round failed: here Jira says why.
                case.attempt(case.work.put)

    def _edit(self, ready: Sequence[tuple[Case, Edit]], stamps: dict[str, Stamp]) -> set[str]:
        """One bulk edit; the ids of the issues that are as wanted after it."""
        if not ready:
            return set()
        edit = ready[0][1]
        ids = {case.item.ref.id for case, _ in ready}
        if not edit.is_empty:
            issues = [case.work.issue for case, _ in ready]
            ids &= self._jobs.edit(issues, edit, self._writer.site().fields)
        for case, its in ready:
            id_ = case.item.ref.id
            if id_ in stamps:
                case.work.stamp = stamps[id_]
            if id_ in ids and id_ in stamps:
                case.work.edited(its, stamps[id_])
            elif id_ in ids:
                case.work.edited(its, case.work.in_between(its))
        return ids

    def _close(self, cases: Sequence[Case], bulk: Issues) -> None:
        """The stamps that say what stands there now."""
        by_id = {
            case.item.ref.id: case for case in cases if not case.ended and case.work.final != case.work.stamp
        }
        bare = self._jobs.stamp({id_: case.work.final for id_, case in by_id.items()}, bulk)
        for id_ in bare:
            by_id[id_].attempt(by_id[id_].work.close)


def _finish(case: Case, known: dict[str, Stated]) -> None:
    case.attempt(lambda: case.work.finish(known))
