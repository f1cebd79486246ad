"""One item of a batch under way, and which of them can share an edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.base import STOPPED
from connectors.errors import CredentialError, RateLimited, TrackerError, Unreachable
from connectors.jira.marks.issue_edit import FieldEdit
from connectors.jira.write.issue_write import IssueWrite
from connectors.model import Outcome, Receipt, WorkItem

SMALL = 4
"""Fewer items than this are written one by one, and fewer equal edits are sent singly."""


@dataclass(slots=True)
class BatchItem:
    """One item under way."""

    item: WorkItem
    work: IssueWrite
    outcome: Outcome = "written"
    reason: str = ""
    ended: bool = False
    """Nothing more is sent for it: a step failed, or the run was stopped."""

    def attempt(self, step: Callable[[], str | None]) -> None:
        """Do the step unless one before it failed; a fault of this item alone ends its way."""
        if self.ended:
            return
        try:
            reason = step()
        except (CredentialError, Unreachable, RateLimited):
            raise
        except TrackerError as error:
            self.fail(str(error))
        else:
            if reason:
                self.outcome, self.reason = "skipped", reason

    def receipt(self, requests: int) -> Receipt:
        """What became of it, with the requests that were sent for it."""
        return Receipt(self.item.ref, self.item.key, self.outcome, requests, self.reason or None)

    def fail(self, why: str) -> None:
        self.outcome, self.reason, self.ended = "failed", why, True

    def halt(self) -> None:
        """Its stamp proves what stands there; what is missing is planned again."""
        if not self.ended:
            self.outcome, self.reason, self.ended = "skipped", STOPPED, True


def grouped(entries: Sequence[BatchItem]) -> list[list[tuple[BatchItem, FieldEdit]]]:
    """The entries that have not ended, each with its edit, those whose edits are equal together."""
    groups: dict[object, list[tuple[BatchItem, FieldEdit]]] = {}
    for entry in entries:
        if not entry.ended:
            edit = entry.work.edit()
            groups.setdefault(_signature(entry.work, edit), []).append((entry, edit))
    return list(groups.values())


def _signature(work: IssueWrite, edit: FieldEdit) -> object:
    """What must be equal for issues to share a bulk edit; options of selects differ by project and type."""
    fields = work.issue.fields
    place = (fields.project.id, fields.issuetype.id) if edit.selects & edit.fields.keys() else None
    return (*sorted(edit.fields.items()), *edit.add), tuple(edit.remove), place
