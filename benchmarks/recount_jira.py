"""The issues of a Jira site, on Cloud or on Data Center, read by plain HTTP for `recount.py`. It imports nothing of the product.

Everything that is in scope is read, and whatever stands above it, in scope or not.
"""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction

from benchmarks.recount_works import USUALLY_DROPPED, Id, Json, Work, ask, certain, moment

_PARENT_LINK = "com.atlassian.jpo:jpo-custom-field-parent"


class Jira:
    """A Jira site, on Cloud or on Data Center."""

    def __init__(self, url: str, *, is_server: bool) -> None:
        self._is_server = is_server
        self._rest = f"{url}/jira-dc/rest/api/2" if is_server else f"{url}/jira/rest/api/3"
        basic = base64.b64encode(b"truenorth@acme.example:sandbox-jira-token").decode()
        self._headers = {"Authorization": "Bearer sandbox-dc-pat" if is_server else f"Basic {basic}"}
        listed = self._get("field")
        self._fields = {one["name"]: one["id"] for one in listed}
        # Of Advanced Roadmaps on Data Center: what stands above an epic. Its name is translated.
        self._above_epics = next((one["id"] for one in listed if _custom(one) == _PARENT_LINK), "")
        self._categories = {one["name"]: one["statusCategory"]["key"] for one in self._get("status")}

    def works(self, projects: list[str]) -> list[Work]:
        """The issues of the projects, and all that is above them."""
        found = {row["key"]: row for row in self._search(f"project in ({', '.join(projects)})")}
        while missing := {key for row in found.values() if (key := self._parent_key(row))} - found.keys():
            found |= {row["key"]: row for row in self._search(f"key in ({', '.join(sorted(missing))})")}
        ids = {key: ("jira", row["id"]) for key, row in found.items()}
        fields = self._points_fields(found.values())
        return [self._work(row, ids, fields, projects) for row in found.values()]

    def count(self, jql: str) -> int:
        """How many issues the query finds."""
        return sum(1 for _ in self._search(jql))

    def _get(self, path: str) -> Json:
        return ask(f"{self._rest}/{path}", self._headers)

    def _search(self, jql: str) -> Iterator[Json]:
        names = (
            "project",
            "issuetype",
            "status",
            "resolution",
            "resolutiondate",
            "priority",
            "labels",
            "parent",
        )
        wanted = [*names, "created", "statuscategorychangedate", *self._fields.values()]
        if self._is_server:
            start, total = 0, 1
            while start < total:
                query = {"jql": jql, "startAt": start, "maxResults": 100, "expand": "changelog"}
                page = self._get("search?" + urllib.parse.urlencode(query | {"fields": ",".join(wanted)}))
                yield from page["issues"]
                start, total = start + len(page["issues"]), page["total"]
            return
        body: dict[str, Json] = {"jql": jql, "maxResults": 100, "fields": wanted}
        while True:
            page = ask(f"{self._rest}/search/jql", self._headers, body)
            yield from page["issues"]
            if not page.get("nextPageToken"):
                return
            body["nextPageToken"] = page["nextPageToken"]

    def _parent_key(self, row: Json) -> str | None:
        parent = row["fields"].get("parent")
        if parent:
            return str(parent["key"])
        key = row["fields"].get(self._fields["Epic Link"]) or row["fields"].get(self._above_epics)
        return str(key["key"] if isinstance(key, dict) else key) if key else None

    def _points_fields(self, rows: Iterable[Json]) -> dict[str, str]:
        """Where each project keeps its points: in one field, or in the other where nothing of it has that one."""
        first, second = self._fields["Story Points"], self._fields["Story point estimate"]
        found: dict[str, str] = {}
        for row in rows:
            project = row["fields"]["project"]
            own, other = (second, first) if project.get("simplified") else (first, second)
            found.setdefault(project["key"], other)
            if row["fields"].get(own) is not None:
                found[project["key"]] = own
        return found

    def _work(self, row: Json, ids: dict[str, Id], points: dict[str, str], projects: list[str]) -> Work:
        fields = row["fields"]
        project, labels = fields["project"]["key"], fields["labels"]
        parent = self._parent_key(row)
        estimate = fields.get(points[project])
        state = self._state(fields)
        claims = [one[3:] for one in labels if one.casefold().startswith("kr:")]
        claims += (fields.get(self._fields["Key result"]) or "").replace(",", " ").split()
        return Work(
            id=("jira", row["id"]),
            key=row["key"],
            project=project,
            team=None,
            type=fields["issuetype"]["name"],
            labels=tuple(labels),
            claims=tuple(one.strip() for one in claims),
            above=[ids[parent]] if parent in ids else [],
            in_scope=project in projects,
            state=state,
            points=None if estimate is None else Fraction(str(estimate)),
            created=certain(fields["created"]),
            started=self._since(row, "indeterminate") if state == "doing" else None,
            finished=self._since(row, "done") if state == "done" else None,
            level=_level(fields["issuetype"]),
        )

    def _state(self, fields: Json) -> str:
        category = fields["status"]["statusCategory"]["key"]
        if category != "done":
            return "doing" if category == "indeterminate" else "todo"
        ends = {fields["status"]["name"], (fields.get("resolution") or {}).get("name", "")}
        return "dropped" if USUALLY_DROPPED & {one.casefold() for one in ends} else "done"

    def _since(self, row: Json, category: str) -> datetime | None:
        """Since when it is in a status of this category, as its own changelog tells on Data Center."""
        if not self._is_server:
            return moment(row["fields"].get("statuscategorychangedate"))
        found = None
        for entry in sorted(row["changelog"]["histories"], key=lambda one: certain(one["created"])):
            for item in entry["items"]:
                if item["field"] == "status":
                    before, after = (self._categories[item[one]] for one in ("fromString", "toString"))
                    if after != category:
                        found = None
                    elif before != category:
                        found = certain(entry["created"])
        return found or (moment(row["fields"].get("resolutiondate")) if category == "done" else None)


def _custom(one: Json) -> str:
    return str(one.get("schema", {}).get("custom", ""))


def _level(kind: Json) -> int:
    """-1 a sub-task, 0 an issue, 1 an epic, … Data Center tells sub-tasks alone."""
    return int(kind.get("hierarchyLevel", -1 if kind["subtask"] else 1 if kind["name"] == "Epic" else 0))
