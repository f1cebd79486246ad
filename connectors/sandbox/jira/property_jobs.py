"""Properties of many issues at once, as jobs, and the jobs themselves. contracts/jira.md, section 5.4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.comment_text import MOST_COMMENTS
from connectors.sandbox.jira.edit import check_property
from connectors.sandbox.jira.http import (
    INVALID_PAYLOAD,
    UNSEEN,
    JiraError,
    flag,
    reply,
    strict_body,
    writer,
)
from connectors.sandbox.jira.index import before_write
from connectors.sandbox.jira.links import MOST_LINKS
from connectors.sandbox.jira.rights import NO_EDIT
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import Issue
from connectors.sandbox.jira.tasks import Task

MOST_PROPERTIES = 10
MOST_ISSUES = 10_000
MOST_SINGLE = 100
LIMITS = {"comment": MOST_COMMENTS, "attachment": 2000, "issuelinks": MOST_LINKS, "remoteIssueLinks": 2000}
LIMITS |= {"worklog": 10_000}
NEAR = 0.8


class PropertyJobs(Resource):
    """Properties of many issues at once. All answer 303 with the address of the job."""

    async def post_same(self, request: web.Request) -> web.Response:
        """The same properties on all issues, or none at all."""
        person = writer(request)
        body = await strict_body(request, entitiesIds=list, properties=dict)
        ids, properties = body.get("entitiesIds") or [], body.get("properties") or {}
        if not 1 <= len(ids) <= MOST_ISSUES or not all(_is_id(number) for number in ids):
            raise JiraError(400, f"Between 1 and {MOST_ISSUES} ids of issues are needed.")
        _check(properties)

        def work(_: int) -> None:
            issues = [self._issue(number, person) for number in ids]
            for issue in issues:
                self._store(issue, properties)

        return self._started(request, person, 1, work, None)

    async def post_multi(self, request: web.Request) -> web.Response:
        """Properties of its own on each issue; one that fails does not hold up the others."""
        person = writer(request)
        rows = (await strict_body(request, issues=list)).get("issues") or []
        if not 1 <= len(rows) <= MOST_SINGLE:
            raise JiraError(400, f"Between 1 and {MOST_SINGLE} issues are needed.")
        for row in rows:
            if (
                not isinstance(row, dict)
                or set(row) - {"issueID", "properties"}
                or not _is_id(row.get("issueID"))
                or not isinstance(row.get("properties"), dict)
            ):
                raise JiraError(400, INVALID_PAYLOAD, bare=True)
            _check(row["properties"])
        result: dict[str, Any] = {"updated": [], "failed": {}}

        def work(place: int) -> None:
            number = rows[place]["issueID"]
            try:
                self._store(self._issue(number, person), rows[place]["properties"])
            except LookupError as error:
                result["failed"][str(number)] = str(error.args[0])
            else:
                result["updated"].append(number)

        return self._started(request, person, len(rows), work, result)

    async def delete(self, request: web.Request) -> web.Response:
        """One property off all issues that the filter takes; without a filter, off every one."""
        person, key = writer(request), request.match_info["key"]
        body = await strict_body(request, entityIds=list, currentValue=(object, bool))
        ids, value = body.get("entityIds"), body.get("currentValue")
        if ids is not None and not all(_is_id(number) for number in ids):
            raise JiraError(400, INVALID_PAYLOAD, bare=True)
        chosen = None if ids is None else set(ids)

        def work(_: int) -> None:
            for issue in self.site.visible(person):
                if (
                    key in issue.properties
                    and (chosen is None or issue.id in chosen)
                    and value in (None, issue.properties[key])
                    and self.site.holds(person, "EDIT_ISSUES", issue.project)
                ):
                    before_write(self.site, issue)
                    del issue.properties[key]

        return self._started(request, person, 1, work, None)

    def _issue(self, number: int, person: Person) -> Issue:
        """The issue that the job may write to. Raises LookupError."""
        issue = self.site.find(str(number), person)
        if issue is None:
            raise LookupError(UNSEEN)
        if not self.site.holds(person, "EDIT_ISSUES", issue.project):
            raise LookupError(NO_EDIT)
        return issue

    def _store(self, issue: Issue, properties: dict[str, Any]) -> None:
        before_write(self.site, issue)
        issue.properties.update(properties)

    def _started(
        self, request: web.Request, person: Person, total: int, work: Callable[[int], None], result: Any
    ) -> web.Response:
        site = self.site
        task = Task(str(site.next_id()), "properties", person, site.clock.now(), total, work, result=result)
        site.tasks.add(task)
        return web.Response(status=303, headers={"Location": f"{self.show(request).rest}/task/{task.id}"})

    async def get_task(self, request: web.Request) -> web.Response:
        person, number = writer(request), request.match_info["task"]
        task = self.site.tasks.rows.get(number)
        if task is None:
            raise JiraError(404, f"The task with id '{number}' does not exist.")
        if task.person != person and not self.site.holds(person, "ADMINISTER"):
            raise JiraError(403, "You do not have permission to see this task.")
        started = _ms(task, "started") if task.started else None
        last = _ms(task, "updated") if task.updated else started or _ms(task, "submitted")
        shown: dict[str, Any] = {
            "self": f"{self.show(request).rest}/task/{task.id}",
            "id": task.id,
            "description": f"Update of {task.kind}",
            "status": task.status,
            # An account has a number here, and nowhere else.
            "submittedBy": 10_000,
            "progress": task.percent,
            "elapsedRuntime": last - started if started is not None else 0,
            "submitted": _ms(task, "submitted"),
            "lastUpdate": last,
        }
        shown |= {"started": started} if started is not None else {}
        if task.finished is not None:
            shown |= {"finished": _ms(task, "finished")}
            shown |= {"message": task.failed} if task.failed else {}
            shown |= {"result": task.result} if task.result is not None else {}
        return reply(shown)

    async def limit_report(self, request: web.Request) -> web.Response:
        """Issues near a limit, and at it."""
        person = writer(request)
        if not self.site.holds(person, "ADMINISTER"):
            raise JiraError(403, "Only Jira administrators can access this resource.")
        by_key = flag(request, "isReturningKeys", False)
        near: dict[str, dict[str, int]] = {}
        full: dict[str, dict[str, int]] = {}
        for issue in self.site.visible(person):
            name = issue.key if by_key else str(issue.id)
            for kind, count in (
                ("comment", len(issue.comments)),
                ("issuelinks", len(issue.links)),
                ("remoteIssueLinks", len(issue.remote_links)),
            ):
                if count >= LIMITS[kind] * NEAR:
                    (full if count >= LIMITS[kind] else near).setdefault(kind, {})[name] = count
        return reply({"issuesApproachingLimit": near, "issuesBreachingLimit": full, "limits": LIMITS})

    def routes(self) -> list[web.RouteDef]:
        """What is served of jobs."""
        rest = f"{self.base}/rest/api/3"
        return [
            web.post(f"{rest}/issue/properties", self.post_same),
            web.post(f"{rest}/issue/properties/multi", self.post_multi),
            web.delete(f"{rest}/issue/properties/{{key}}", self.delete),
            web.get(f"{rest}/issue/limit/report", self.limit_report),
            web.get(f"{rest}/task/{{task}}", self.get_task),
        ]


def _is_id(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _check(properties: dict[str, Any]) -> None:
    if not 1 <= len(properties) <= MOST_PROPERTIES:
        raise JiraError(400, f"Between 1 and {MOST_PROPERTIES} properties are needed.")
    for key, value in properties.items():
        check_property(key, len(msgspec.json.encode(value).decode()))


def _ms(task: Task, name: str) -> int:
    return int(getattr(task, name).timestamp() * 1000)
