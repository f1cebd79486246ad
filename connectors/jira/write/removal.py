"""Taking our marks off many issues in few requests, in rounds, each item's stamp last.

One look at all their comments; comments and links of each issue, side by side with those of others, because Jira has no
other way; equal edits together; the stamps in one job. A stamp stands until everything that it proves is gone, so whatever is
interrupted is found, and finished, by the next removal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.base import StopRequested
from connectors.jira.api.deployment import IssueReader
from connectors.jira.marks.comment import OwnComments
from connectors.jira.write.batch_item import SMALL, BatchItem, grouped
from connectors.jira.write.bulk_tasks import Jobs
from connectors.jira.write.loader import IssueLoader
from connectors.jira.write.side_by_side import SideBySide

Known = Mapping[str, OwnComments]
"""Our comments by the id of their issue."""


class Remover:
    """Removes from batches of issues on one site."""

    def __init__(self, loader: IssueLoader, jobs: Jobs, side: SideBySide) -> None:
        self._loader = loader
        self._jobs = jobs
        self._side = side

    def carry_out(self, entries: Sequence[BatchItem], bulk: IssueReader, stop: StopRequested) -> None:
        """Take everything of ours away from each; an entry that fails or is stopped keeps its stamp."""
        known: Known = {}
        if len(entries) >= SMALL:
            with self._side.turns.one():
                known = self._look(entries)

        def withdraw(entry: BatchItem) -> None:
            entry.halt() if stop() else _withdraw(entry, known)

        self._side.each(entries, withdraw)
        self._clear(entries, stop)
        self._unstamp(entries, bulk)

    def _look(self, entries: Sequence[BatchItem]) -> Known:
        """Our comments on the issues, twins that landed late too."""
        asked = {entry.item.ref.id: id_ for entry in entries if (id_ := entry.work.comment_id) is not None}
        return self._loader.comments().all_ours(asked)

    def _clear(self, entries: Sequence[BatchItem], stop: StopRequested) -> None:
        """Fields and labels."""
        site = self._loader.site().fields

        def clear(entry: BatchItem) -> None:
            entry.halt() if stop() else entry.attempt(entry.work.clear)

        for group in grouped(entries):
            edit, done = group[0][1], set[str]()
            if edit.is_empty:
                continue
            if len(group) >= SMALL and self._jobs.takes(edit, site) and not stop():
                with self._side.turns.one():
                    done = self._jobs.edit([entry.work.issue for entry, _ in group], edit, site)
            # Also those that the bulk edit failed: here Jira says why.
            left = [entry for entry, _ in group if entry.item.ref.id not in done]
            self._side.each(left, clear, lambda entry: entry.work.place)

    def _unstamp(self, entries: Sequence[BatchItem], bulk: IssueReader) -> None:
        bare = {entry.item.ref.id: entry for entry in entries if not entry.ended and entry.work.bears_stamp}
        clear = [id_ for id_, entry in bare.items() if not entry.work.unseen()]
        left = set(clear)
        if len(clear) >= SMALL:
            with self._side.turns.one():
                left = self._jobs.unstamp(clear, bulk)
        left |= bare.keys() - set(clear)
        ones = [entry for id_, entry in bare.items() if id_ in left]
        self._side.each(ones, lambda entry: entry.attempt(entry.work.unstamp))


def _withdraw(entry: BatchItem, known: Known) -> None:
    entry.attempt(lambda: entry.work.withdraw(known.get(entry.item.ref.id)))
