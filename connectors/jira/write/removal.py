"""Taking our marks off many issues in few requests, in rounds, each item's stamp last.

One look at all their comments; comments and links one by one, because Jira has no other way; equal edits
together; the stamps in one job. A stamp stands until everything that it proves is gone, so whatever is
interrupted is found, and finished, by the next removal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.base import StopRequested
from connectors.jira.api import wire
from connectors.jira.api.bulk_read import ISSUE_PAGE, batches
from connectors.jira.api.deployment import Issues
from connectors.jira.marks.comment import Comments, Stated
from connectors.jira.write.batch_item import SMALL, Case, grouped
from connectors.jira.write.bulk_tasks import Jobs
from connectors.jira.write.writer import Writer

Known = Mapping[str, Mapping[str, Stated]]
"""Our comments by the id of their issue, then by their own, of those issues whose comments are all known."""


class Remover:
    """Removes from batches of issues on one site."""

    def __init__(self, writer: Writer, owner: str, jobs: Jobs) -> None:
        self._writer = writer
        self._client = writer.client
        self._owner = owner
        self._jobs = jobs

    def carry_out(self, cases: Sequence[Case], bulk: Issues, stop: StopRequested) -> None:
        """Take everything of ours away from each; a case that fails or is stopped keeps its stamp."""
        known = self._look(cases)
        for case in cases:
            case.halt() if stop() else _withdraw(case, known)
        self._clear(cases, stop)
        self._unstamp(cases, bulk)

    def _look(self, cases: Sequence[Case]) -> Known:
        """Our comments on the issues, twins that landed late too.

        Those of an issue with more comments than it carries itself are not known: they must be listed.
        """
        asked = {case.item.ref.id: id_ for case in cases if (id_ := case.work.comment_id) is not None}
        me = self._writer.site().me
        found: dict[str, list[str]] = {}
        for part in batches(asked, ISSUE_PAGE):
            body = {"issueIdsOrKeys": part, "fields": ["comment"]}
            page = self._client.call("POST", "issue/bulkfetch", wire.CommentedPage, body=body)
            for issue in page.issues:
                shown = issue.fields.comment
                if shown and len(shown.comments) >= shown.total:
                    found[issue.id] = [
                        one.id
                        for one in shown.comments
                        if one.id == asked.get(issue.id) or (one.author and one.author.account == me)
                    ]
        pairs = [(issue, id_) for issue, ids in found.items() for id_ in ids]
        stated = Comments(self._client, self._writer.source, self._owner, me).stated(pairs)
        return {issue: {id_: stated[id_] for id_ in ids if id_ in stated} for issue, ids in found.items()}

    def _clear(self, cases: Sequence[Case], stop: StopRequested) -> None:
        """Fields and labels."""
        site = self._writer.site().fields
        for group in grouped(cases):
            edit, done = group[0][1], set[str]()
            if edit.is_empty:
                continue
            if len(group) >= SMALL and self._jobs.takes(edit, site) and not stop():
                done = self._jobs.edit([case.work.issue for case, _ in group], edit, site)
            for case, _ in group:
                if case.item.ref.id not in done:
                    # Also the one that the bulk edit failed: here Jira says why.
                    case.halt() if stop() else case.attempt(case.work.clear)

    def _unstamp(self, cases: Sequence[Case], bulk: Issues) -> None:
        bare = {case.item.ref.id: case for case in cases if not case.ended and case.work.stamp}
        clear = [id_ for id_, case in bare.items() if not case.work.unseen()]
        left = self._jobs.unstamp(clear, bulk) if len(clear) >= SMALL else set(clear)
        left |= bare.keys() - set(clear)
        for id_, case in bare.items():
            if id_ in left:
                case.attempt(case.work.unstamp)


def _withdraw(case: Case, known: Known) -> None:
    case.attempt(lambda: case.work.withdraw(known.get(case.item.ref.id)))
