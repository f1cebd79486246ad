"""As much of Jira Cloud as writing marks asks for, on the loopback server: it remembers properties, fields and comments.

It judges nothing; the sandbox does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from benchmarks.servers.loopback import Answer, Reply

ME = "557058:bench"
PROJECT = {"id": "10000", "key": "BENCH", "name": "Bench", "simplified": False, "style": "classic"}
TEXT = "com.atlassian.jira.plugin.system.customfieldtypes:textfield"
NUMBER = "com.atlassian.jira.plugin.system.customfieldtypes:float"
FIELDS = [
    {
        "id": "customfield_1",
        "name": "Key result",
        "custom": True,
        "schema": {"type": "string", "custom": TEXT},
    },
    {
        "id": "customfield_2",
        "name": "KR progress",
        "custom": True,
        "schema": {"type": "number", "custom": NUMBER},
    },
]
KEY_RESULT, PROGRESS = "customfield_1", "customfield_2"
PROPERTY = "truenorth"
DAY = "2026-11-02T09:00:00.000+0000"
ROUTES = (
    (re.compile(r"/issue/\d+/comment/\d+"), "comment: edit"),
    (re.compile(r"/issue/\d+/comment"), "comment: add"),
    (re.compile(r"/issue/properties/multi"), "stamps: start"),
    (re.compile(r"/bulk/issues/fields"), "bulk edit: start"),
    (re.compile(r"/bulk/queue/"), "bulk edit: ask"),
    (re.compile(r"/task/"), "stamps: ask"),
    (re.compile(r"/issue/bulkfetch"), "issues: read"),
    (re.compile(r"/search/jql"), "ids: read"),
)


def make(items: int, write: float, read: float, page: float) -> Answer:
    """The answers of a site with `items` issues: seconds of a write, of another request, of reading many issues."""
    site = _Site(items)

    def answer(method: str, target: str, body: bytes) -> Reply:
        path = target.partition("?")[0].partition("/rest/api/3")[2]
        route = next((name for pattern, name in ROUTES if pattern.match(path)), f"{method} issue or site")
        status, headers, told = site.answer(method, path, json.loads(body) if body else None)
        seconds = page if route == "issues: read" else read if method == "GET" else write
        encoded = b"" if status.startswith("204") else json.dumps(told).encode()
        return Reply(encoded, seconds, route, status, headers)

    return answer


Told = tuple[str, str, Any]


class _Site:
    def __init__(self, items: int) -> None:
        self.issues = {str(10_000 + number): _issue(10_000 + number, number + 1) for number in range(items)}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.tasks: dict[str, list[int]] = {}
        self.calls: list[tuple[re.Pattern[str], Callable[..., Told]]] = [
            (re.compile(r"/serverInfo"), lambda *_: _ok({"deploymentType": "Cloud", "version": "1001.0.0"})),
            (re.compile(r"/myself"), lambda *_: _ok({"accountId": ME, "timeZone": "UTC", "locale": "en_US"})),
            (re.compile(r"/field"), lambda *_: _ok(FIELDS)),
            (re.compile(r"/status"), lambda *_: _ok([])),
            (re.compile(r"/project/BENCH"), lambda *_: _ok(PROJECT)),
            (re.compile(r"/search/jql"), lambda *_: _ok({"issues": [{"id": one} for one in self.issues], "isLast": True})),
            (re.compile(r"/issue/bulkfetch"), self._read),
            (re.compile(r"/issue/properties/multi"), self._stamp),
            (re.compile(r"/task/(\d+)"), self._task),
            (re.compile(r"/bulk/issues/fields"), self._edit_many),
            (re.compile(r"/bulk/queue/(\d+)"), self._queue),
            (re.compile(r"/issue/(\d+)/comment/(\d+)"), lambda *_: _ok({"id": "1"})),
            (re.compile(r"/issue/(\d+)/comment"), self._comment),
            (re.compile(r"/issue/(\d+)"), self._issue),
        ]  # fmt: skip

    def answer(self, method: str, path: str, body: Any) -> Told:
        for pattern, call in self.calls:
            if found := pattern.fullmatch(path):
                return call(method, body, *found.groups())
        return "404 Not Found", "", {"errorMessages": [f"{method} {path}"], "errors": {}}

    def _read(self, _: str, body: Any) -> Told:
        found = [self.issues[one] for one in sorted(body["issueIdsOrKeys"], key=int) if one in self.issues]
        if "comment" in body["fields"]:
            found = [{**one, "fields": {**one["fields"], "comment": self._page(one["id"])}} for one in found]
        return _ok({"issues": found, "issueErrors": []})

    def _page(self, issue: str) -> dict[str, Any]:
        there = self.comments.get(issue, [])
        return {"comments": there, "total": len(there), "maxResults": 100, "startAt": 0}

    def _stamp(self, _: str, body: Any) -> Told:
        rows = body["issues"]
        for row in rows:
            self.issues[str(row["issueID"])]["properties"].update(row["properties"])
        number = self._start([row["issueID"] for row in rows])
        return "303 See Other", f"Location: /rest/api/3/task/{number}\r\n", None

    def _task(self, _method: str, _body: Any, number: str) -> Told:
        return _ok({"id": number, "status": "COMPLETE", "result": {"updated": self.tasks[number]}})

    def _edit_many(self, _: str, body: Any) -> Told:
        given = body["editedFieldsInput"]
        for id_ in body["selectedIssueIdsOrKeys"]:
            fields = self.issues[id_]["fields"]
            for row in given.get("clearableNumberFields", []):
                fields[row["fieldId"]] = row.get("value")
            for row in given.get("singleLineTextFields", []):
                fields[row["fieldId"]] = row["text"]
        return (
            "201 Created",
            "",
            {"taskId": self._start([int(one) for one in body["selectedIssueIdsOrKeys"]])},
        )

    def _queue(self, _method: str, _body: Any, number: str) -> Told:
        done = {"processedAccessibleIssues": self.tasks[number], "failedAccessibleIssues": {}}
        return _ok({"taskId": number, "status": "COMPLETE", "progressPercent": 100, **done})

    def _start(self, ids: list[int]) -> str:
        number = str(len(self.tasks) + 1)
        self.tasks[number] = ids
        return number

    def _comment(self, _: str, body: Any, issue: str) -> Told:
        told = {
            "id": str(50_000 + sum(map(len, self.comments.values()))),
            "author": {"accountId": ME},
            "updateAuthor": {"accountId": ME},
            "properties": (body or {}).get("properties", []),
        }
        self.comments.setdefault(issue, []).append(told)
        return "201 Created", "", told

    def _issue(self, method: str, body: Any, issue: str) -> Told:
        if method == "PUT":
            self.issues[issue]["fields"].update(body.get("fields", {}))
            for row in body.get("properties", []):
                self.issues[issue]["properties"][row["key"]] = row["value"]
            return "204 No Content", "", None
        return _ok(self.issues[issue])


def _ok(told: Any) -> Told:
    return "200 OK", "", told


def _issue(id_: int, number: int) -> dict[str, Any]:
    category = {"id": 4, "key": "indeterminate", "name": "In Progress", "colorName": "yellow"}
    fields: dict[str, Any] = {
        "summary": f"Work {number}",
        "status": {"id": "3", "name": "In Progress", "statusCategory": category},
        "issuetype": {"id": "10001", "name": "Task", "subtask": False, "hierarchyLevel": 0},
        "project": PROJECT,
        "labels": [],
        "created": DAY,
        "updated": DAY,
        KEY_RESULT: None,
        PROGRESS: None,
    }
    return {
        "id": str(id_),
        "key": f"BENCH-{number}",
        "self": f"http://127.0.0.1/rest/api/3/issue/{id_}",
        "fields": fields,
        "properties": {},
    }
