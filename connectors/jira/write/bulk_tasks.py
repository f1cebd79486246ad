"""Jira's jobs for many issues at once: equal fields by bulk edit, stamps by the bulk property call.

Wire facts: contracts/jira.md, sections 5.2 and 5.4. Both may run twice to the same end, so a request that was
lost is simply sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote

import structlog

from config.text.texts import Texts
from connectors.errors import PermissionDenied, Unreachable
from connectors.jira.api import replies, wire
from connectors.jira.api.bulk_read import batches
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import IssueReader
from connectors.jira.api.errors import Rejected
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.rich_text import paragraph
from connectors.jira.api.wire import Issue
from connectors.jira.marks.copies import stamp_on
from connectors.jira.marks.issue_edit import FieldEdit
from connectors.jira.marks.names import option_on
from connectors.model import Stamp
from connectors.stamp import PROPERTY_KEY, to_property

T = TypeVar("T")
log = structlog.get_logger(__name__)

MOST_STAMPS = 100
MOST_ISSUES = 1000

RUNNING = {"ENQUEUED", "RUNNING", "CANCEL_REQUESTED"}
FIRST_LOOK = 0.1
"""Seconds until a job is asked for first; then twice as long each time, to at most `LONGEST_LOOK`."""
LONGEST_LOOK = 10.0
LOOKS = 120
"""Looks at one job before it counts as lost: about twenty minutes."""


class Jobs:
    """Starts jobs on one site and waits for their ends."""

    def __init__(self, client: JiraClient) -> None:
        self._client = client
        self._options: dict[tuple[str, str], dict[str, wire.BulkField]] = {}
        self.may_edit = True
        """False once Jira refused a bulk edit: the account lacks the Bulk change permission."""

    def stamp(self, stamps: Mapping[str, Stamp], bulk: IssueReader) -> set[str]:
        """Put a stamp on each issue, by id; gives the ids of those that did not get theirs."""
        started: list[tuple[str, list[str]]] = []
        for ids in batches(stamps, MOST_STAMPS):
            rows = [
                {"issueID": int(id_), "properties": {PROPERTY_KEY: to_property(stamps[id_])}} for id_ in ids
            ]
            started.append((self._client.submit("POST", "issue/properties/multi", {"issues": rows}), ids))
        bare: set[str] = set()
        for task, ids in started:
            bare |= set(ids) - self._stamped(task, ids, stamps, bulk)
        return bare

    def unstamp(self, ids: Sequence[str], bulk: IssueReader) -> set[str]:
        """Take the stamps off these issues; gives the ids of those that still bear theirs.

        The job takes all of them or none, passes over issues that may not be edited, and says nothing of
        either that is documented: the issues themselves tell. Source: Jira Cloud REST v3, "Bulk delete issue
        property".
        """
        left: set[str] = set()
        for part in batches(ids, MOST_STAMPS):
            # The list is never empty: without a filter the job would take every issue of the site.
            chosen = {"entityIds": [int(id_) for id_ in part]}
            try:
                task = self._client.submit("DELETE", f"issue/properties/{PROPERTY_KEY}", chosen)
            except (PermissionDenied, Rejected) as refusal:
                log.warning(
                    "Jira rejected the job that removes stamps; removing them one by one",
                    tracker=self._client.name,
                    cause=refusal.what,
                )
                left |= set(part)
                continue
            self._task(task, "the job that removes stamps")
            left |= {id_ for id_, issue in bulk.fetch(part).items() if PROPERTY_KEY in issue.properties}
        return left

    def _stamped(self, task: str, ids: list[str], stamps: Mapping[str, Stamp], bulk: IssueReader) -> set[str]:
        state = self._task(task, "the job that writes stamps")
        match state.result:
            case {"updated": [*updated]} if state.status == "COMPLETE":
                return {str(id_) for id_ in updated} & set(ids)
        # What the result looks like is not documented: the issues themselves tell.
        return {id_ for id_, issue in bulk.fetch(ids).items() if stamp_on(issue) == stamps[id_]}

    def _task(self, task: str, what: str) -> wire.TaskProgress:
        def look() -> wire.TaskProgress | None:
            state = self._client.call("GET", f"task/{quote(task, safe='')}", replies.TASK_PROGRESS)
            return None if state.status in RUNNING else state

        return self._ended(look, what)

    def takes(self, edit: FieldEdit, site: SiteFields) -> bool:
        """Whether a bulk edit can make this edit: one operation a field, and texts are not cleared."""
        clearable = {site.progress, *edit.selects}
        clears = any(value is None and name not in clearable for name, value in edit.fields.items())
        return self.may_edit and not clears and not (edit.add and edit.remove)

    def edit(self, issues: Sequence[Issue], edit: FieldEdit, site: SiteFields) -> set[str]:
        """Make the same edit on all issues; gives the ids of those that were edited.

        The others must be edited one by one, where Jira also says why it refuses. `issues` are all of one
        project and type when the edit sets a select.
        """
        done: set[str] = set()
        given = self._input(issues[0], edit, site) if self.takes(edit, site) else None
        if given is None:
            return done
        for part in batches(issues, MOST_ISSUES):
            body = {
                "selectedIssueIdsOrKeys": [issue.id for issue in part],
                "selectedActions": [*edit.fields, *(["labels"] if edit.add or edit.remove else [])],
                "editedFieldsInput": given,
                "sendBulkNotification": False,
            }
            try:
                task = self._client.call("POST", "bulk/issues/fields", replies.TASK_ID, body=body).task_id
            except (PermissionDenied, Rejected) as refusal:
                # 400 for want of permission as well as for a value (contracts, section 5.2).
                log.warning(
                    "Jira rejected bulk edits; editing issues one by one",
                    tracker=self._client.name,
                    cause=refusal.what,
                )
                self.may_edit = False
                return done
            done |= self._edited(task)
        return done

    def _edited(self, task: str) -> set[str]:
        def look() -> wire.BulkProgress | None:
            state = self._client.call("GET", f"bulk/queue/{quote(task, safe='')}", replies.BULK_PROGRESS)
            return None if state.status in RUNNING else state

        state = self._ended(look, "the bulk edit")
        processed = {str(id_) for id_ in state.processed_accessible_issues}
        return processed - state.failed_accessible_issues.keys()

    def _ended(self, look: Callable[[], T | None], what: str) -> T:
        pause = FIRST_LOOK
        for _ in range(LOOKS):
            self._client.retry.sleep(pause)
            state = look()
            if state is not None:
                return state
            pause = min(2 * pause, LONGEST_LOOK)
        raise Unreachable(self._client.name, f"{what} did not finish in time.")

    def _input(self, issue: Issue, edit: FieldEdit, site: SiteFields) -> dict[str, object] | None:
        """The values as the bulk edit takes them; None when it cannot take them."""
        given: dict[str, list[object]] = {}
        for name, value in edit.fields.items():
            if name == site.progress:
                row: dict[str, object] = {"fieldId": name}
                kind, row = "clearableNumberFields", row if value is None else row | {"value": value}
            elif name in edit.selects:
                option = -1 if value is None else self._option(issue, name, str(value), site.texts)
                if option is None:
                    return None
                kind, row = "singleSelectFields", {"fieldId": name, "option": {"optionId": option}}
            else:
                kind, row = "singleLineTextFields", {"fieldId": name, "text": value}
                if name in edit.paragraphs:
                    kind, row = (
                        "richTextFields",
                        {"fieldId": name, "richText": {"adfValue": paragraph(str(value))}},
                    )
            given.setdefault(kind, []).append(row)
        if edit.add or edit.remove:
            verb, labels = ("ADD", edit.add) if edit.add else ("REMOVE", edit.remove)
            named = [{"name": label} for label in labels]
            row = {"fieldId": "labels", "bulkEditMultiSelectFieldOption": verb, "labels": named}
            given["labelsFields"] = [row]
        return dict(given)

    def _option(self, issue: Issue, field: str, option: str, texts: Texts) -> int | None:
        """The number of an option in the project and for the type of the issue, in whatever language it stands there."""
        place = issue.fields.project.id, issue.fields.issuetype.id
        if place not in self._options:
            self._options[place] = {found.id: found for found in self._fields_of(issue)}
        found = self._options[place].get(field)
        rows = found.field_options if found else []
        options = {one.value: one.option_id for one in rows if one.value and one.option_id}
        text = option_on(option, options.keys(), texts)
        return int(options[text]) if text is not None else None

    def _fields_of(self, issue: Issue) -> list[wire.BulkField]:
        found: list[wire.BulkField] = []
        params = {"issueIdsOrKeys": issue.id}
        while True:
            try:
                page = self._client.call("GET", "bulk/issues/fields", replies.BULK_FIELDS, params=params)
            except (PermissionDenied, Rejected):
                return found
            found += page.fields
            if not page.starting_after or not page.fields:
                return found
            params["startingAfter"] = page.starting_after
