"""Bulk edits: one set of values into many issues, as a job. Wire facts: contracts/jira.md, section 5.2.

What it refuses has a form of its own: `{"errors": [{"message": ...}]}`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.bulk_input import BulkChange, BulkError, change_of
from connectors.sandbox.jira.edit import edit, notify, transition
from connectors.sandbox.jira.editmeta import editable
from connectors.sandbox.jira.fields import Field
from connectors.sandbox.jira.http import JiraError, json_body, reader, reply
from connectors.sandbox.jira.layout import context_of, is_settable
from connectors.sandbox.jira.paging import several
from connectors.sandbox.jira.rights import NO_EDIT
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import PRIORITIES, Issue, JiraSite
from connectors.sandbox.jira.tasks import Task
from connectors.sandbox.jira.values import LISTS

MOST_ISSUES, MOST_FIELDS = 1000, 200
MOST_AT_ONCE = 5
FIELD_PAGE = 50
KIND = "bulk"
_VERBS = ["ADD", "REMOVE", "REPLACE", "REMOVE_ALL"]
_BODY = {"selectedIssueIdsOrKeys", "selectedActions", "editedFieldsInput", "sendBulkNotification"}


class Result:
    """How a bulk edit went, issue by issue."""

    def __init__(self, issues: list[int], missing: int) -> None:
        self.issues = issues
        self.missing = missing
        self.processed: list[int] = []
        self.failed: dict[str, list[str]] = {}


class BulkEdits(Resource):
    """Bulk edits."""

    async def post_edit(self, request: web.Request) -> web.Response:
        # Without the permission the documents know no 403 here.
        person, body = self._allowed(request, 400), await _body(request)
        names = _texts(body, "selectedIssueIdsOrKeys", MOST_ISSUES)
        actions = _texts(body, "selectedActions", MOST_FIELDS)
        change = change_of(self.site, body.get("editedFieldsInput"))
        for field in change.fields():
            if field not in actions:
                raise BulkError(400, f"The field '{field}' is edited, but not in selectedActions.")
        if self.site.tasks.unfinished(KIND) >= MOST_AT_ONCE:
            raise BulkError(429, f"At most {MOST_AT_ONCE} bulk operations can run at the same time.")
        found = {issue.id: None for name in names if (issue := self.site.find(name, person))}
        result = Result(list(found), len([n for n in names if self.site.find(n, person) is None]))
        work = _BulkEdit(self.site, person, change, result, body.get("sendBulkNotification") is not False)
        number, now = str(self.site.next_id()), self.site.clock.now()
        task = Task(number, KIND, person, now, max(1, len(found)), work.one, result=result)
        self.site.tasks.add(task)
        return reply({"taskId": task.id}, 201)

    async def get_progress(self, request: web.Request) -> web.Response:
        self._allowed(request, 400)
        task = self.site.tasks.rows.get(request.match_info["task"])
        if task is None or task.kind != KIND:
            raise BulkError(400, f"No bulk operation with the id '{request.match_info['task']}' was found.")
        shown: dict[str, Any] = {
            "taskId": task.id,
            "status": task.status,
            "progressPercent": task.percent,
            "submittedBy": {"accountId": task.person.account_id},
            "created": _ms(task.submitted),
        }
        if task.started is not None:
            shown |= {"started": _ms(task.started), "updated": _ms(task.updated or task.started)}
        if task.finished is not None:
            result: Result = task.result
            shown |= {
                "processedAccessibleIssues": result.processed,
                "invalidOrInaccessibleIssueCount": result.missing,
                "totalIssueCount": len(result.issues) + result.missing,
            }
            shown |= {"failedAccessibleIssues": result.failed} if result.failed else {}
        return reply(shown)

    async def list_fields(self, request: web.Request) -> web.Response:
        person = self._allowed(request, 403)
        names = several(request, "issueIdsOrKeys")
        if not names:
            raise BulkError(400, "issueIdsOrKeys must not be empty.")
        issues = [issue for name in names if (issue := self.site.find(name, person)) is not None]
        words = request.query.get("searchText", "").lower()
        known = {entry.id: entry for issue in issues for entry in editable(self.site, issue)}
        rows = sorted(
            (entry for entry in known.values() if entry.id != "summary" and words in entry.name.lower()),
            key=lambda entry: entry.id,
        )
        if not rows:
            raise BulkError(404, "No editable fields were found for the given issues.")
        return reply(self._cursor(request, rows, issues))

    def _cursor(self, request: web.Request, rows: list[Field], issues: list[Issue]) -> dict[str, Any]:
        """A page after, or before, the field of this id."""
        after, before = request.query.get("startingAfter"), request.query.get("endingBefore")
        ids = [entry.id for entry in rows]
        if {after, before} - {None, *ids} or (after and before):
            raise BulkError(400, "The cursor is not valid.")
        start = ids.index(after) + 1 if after else 0
        if before:
            start = max(0, ids.index(before) - FIELD_PAGE)
        end = min(ids.index(before) if before else len(rows), start + FIELD_PAGE)
        shown: dict[str, Any] = {"fields": [self._field(entry, issues) for entry in rows[start:end]]}
        shown |= {"startingAfter": ids[end - 1]} if end < len(rows) else {}
        return shown | ({"endingBefore": ids[start]} if 0 < start < len(ids) else {})

    def _field(self, entry: Field, issues: list[Issue]) -> dict[str, Any]:
        meta: dict[str, Any] = {
            "id": entry.id,
            "name": entry.name,
            "type": entry.schema["custom"] if entry.is_custom else entry.id,
            "isRequired": False,
        }
        if entry.description:
            meta["description"] = entry.description
        if entry.id in LISTS or entry.type == "labels":
            meta["multiSelectFieldOptions"] = _VERBS
        if entry.id == "priority":
            meta["fieldOptions"] = [{"id": str(one.id), "priority": one.name} for one in PRIORITIES]
        elif entry.type in ("option", "options") and issues:
            context = context_of(self.site, issues[0], entry.id)
            options = context.options.values() if context is not None else ()
            meta["fieldOptions"] = [
                {"optionId": one.id, "value": one.value} for one in options if not one.disabled
            ]
        if not all(is_settable(self.site, issue, entry.id) for issue in issues):
            meta["unavailableMessage"] = "NOTE: This field is not on the edit screen of all selected issues."
        return meta

    def _allowed(self, request: web.Request, status: int) -> Person:
        """Who asks. Raises BulkError 401, or `status` without Bulk change."""
        person = reader(request)
        if person is None:
            raise BulkError(401, "You are not authenticated.")
        if not self.site.holds(person, "BULK_CHANGE"):
            raise BulkError(status, "You do not have the permission to make bulk changes.")
        return person

    def routes(self) -> list[web.RouteDef]:
        """What is served of bulk edits."""
        rest = f"{self.base}/rest/api/3/bulk"
        return [
            web.post(f"{rest}/issues/fields", self.post_edit),
            web.get(f"{rest}/issues/fields", self.list_fields),
            web.get(f"{rest}/queue/{{task}}", self.get_progress),
        ]


class _BulkEdit:
    """The edit of one issue after the other."""

    def __init__(
        self, site: JiraSite, person: Person, change: BulkChange, result: Result, notifies: bool
    ) -> None:
        self.site, self.person, self.change, self.result = site, person, change, result
        self.notifies = notifies

    def one(self, number: int) -> None:
        """Edit the issue at this place; what goes wrong with it is noted, and the rest goes on."""
        if not self.result.issues:
            return
        wanted = self.result.issues[number]
        issue = self.site.find(str(wanted), self.person)
        if issue is None:
            self.result.failed[str(wanted)] = ["The issue was deleted or cannot be seen any more."]
            return
        try:
            self._edit(issue)
        except JiraError as error:
            texts = [*error.body.get("errorMessages", ()), *error.body.get("errors", {}).values()]
            self.result.failed[str(wanted)] = texts
            return
        self.result.processed.append(wanted)
        if self.notifies and len(self.result.processed) == 1:
            # One mail tells of all of them.
            notify(self.site, self.person, issue, f"bulk edit of {len(self.result.issues)} issues")

    def _edit(self, issue: Issue) -> None:
        site, change = self.site, self.change
        if not site.holds(self.person, "EDIT_ISSUES", issue.project):
            raise JiraError(400, NO_EDIT)
        status = None
        if change.status is not None:
            status = next((one for one in issue.project.statuses if str(one.id) == change.status), None)
            if status is None:
                raise JiraError(400, errors={"status": "The status is not in the workflow of the issue."})
        edit(site, self.person, issue, dict(change.values), dict(change.updates), [])
        if status is not None and status is not issue.status:
            transition(site, self.person, issue, status)


def _ms(moment: datetime) -> int:
    """Epoch milliseconds, though the documents type it date-time."""
    return int(moment.timestamp() * 1000)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await json_body(request)
    except JiraError as error:
        raise BulkError(error.status, error.body["errorMessages"][0]) from None
    if not isinstance(body, dict) or set(body) - _BODY:
        raise BulkError(400, "The request body is not valid.")
    return body


def _texts(body: dict[str, Any], name: str, most: int) -> list[str]:
    given = body.get(name)
    if not isinstance(given, list) or not given or not all(isinstance(one, str | int) for one in given):
        raise BulkError(400, f"{name} must not be empty.")
    if len(given) > most:
        raise BulkError(400, f"{name} can have at most {most} entries.")
    return list(dict.fromkeys(str(one) for one in given))
