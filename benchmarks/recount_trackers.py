"""What the trackers hold, read by plain HTTP for `recount.py`. It imports nothing of the product.

Everything that is in scope is read, and whatever stands above it, in scope or not.
"""

from __future__ import annotations

import base64
import json
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

Json = Any
Id = tuple[str, str]
"""Tracker and the tracker's own id."""

USUALLY_DROPPED = frozenset(
    map(
        str.casefold,
        (
            *(
                "Won't Do",
                "Won't Fix",
                "Cancelled",
                "Canceled",
                "Rejected",
                "Declined",
                "Abandoned",
                "Duplicate",
            ),
            *("Cannot Reproduce", "Incomplete", "Obsolete", "Not Required", "Invalid", "Needs more info"),
            *("Not Our Bug", "Hold"),
        ),
    )
)
"""Statuses and resolutions that mean "will not be done": docs/linking.md."""


@dataclass
class Work:
    """One item. `above`: what it hangs below, the nearest first. `finished`: when, if it is done. `points` None: not estimated."""

    id: Id
    key: str
    project: str | None
    team: str | None
    type: str
    labels: tuple[str, ...]
    claims: tuple[str, ...]
    above: list[Id]
    in_scope: bool
    state: str
    points: Fraction | None
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    below: list[Work] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.in_scope and self.state != "dropped"

    @property
    def is_open(self) -> bool:
        return self.state in ("todo", "doing")


def ask(url: str, headers: dict[str, str], body: Json = None) -> Json:
    """The decoded reply to a GET, or with a body to a POST."""
    request = urllib.request.Request(  # noqa: S310  the sandbox, on loopback
        url,
        None if body is None else json.dumps(body).encode(),
        {**headers, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310  likewise
        return json.load(reply)


def moment(text: str | None) -> datetime | None:
    """A time as either tracker writes it."""
    return datetime.fromisoformat(text) if text else None


def certain(text: str) -> datetime:
    return datetime.fromisoformat(text)


def below_each(works: Iterable[Work]) -> dict[Id, Work]:
    """The items by id, each knowing what hangs directly below it."""
    known = {work.id: work for work in works}
    for work in known.values():
        for above in work.above:
            if above in known:
                known[above].below.append(work)
    return known


# --- Jira ----------------------------------------------------------------------------------------


class Jira:
    """A Jira site, on Cloud or on Data Center."""

    def __init__(self, url: str, *, is_server: bool) -> None:
        self._is_server = is_server
        self._rest = f"{url}/jira-dc/rest/api/2" if is_server else f"{url}/jira/rest/api/3"
        basic = base64.b64encode(b"truenorth@acme.example:sandbox-jira-token").decode()
        self._headers = {"Authorization": "Bearer sandbox-dc-pat" if is_server else f"Basic {basic}"}
        self._fields = {one["name"]: one["id"] for one in self._get("field")}
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
        key = parent["key"] if parent else row["fields"].get(self._fields["Epic Link"])
        return str(key) if key else None

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
        state, changed = self._state(fields), moment(fields.get("statuscategorychangedate"))
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
            started=changed if state == "doing" else None,
            finished=self._finished(row, changed) if state == "done" else None,
        )

    def _state(self, fields: Json) -> str:
        category = fields["status"]["statusCategory"]["key"]
        if category != "done":
            return "doing" if category == "indeterminate" else "todo"
        ends = {fields["status"]["name"], (fields.get("resolution") or {}).get("name", "")}
        return "dropped" if USUALLY_DROPPED & {one.casefold() for one in ends} else "done"

    def _finished(self, row: Json, changed: datetime | None) -> datetime | None:
        """When done work was done: on Data Center the changelog tells it."""
        if not self._is_server:
            return changed
        found = None
        for entry in sorted(row["changelog"]["histories"], key=lambda one: certain(one["created"])):
            for item in entry["items"]:
                if item["field"] == "status":
                    before, after = (self._categories[item[one]] for one in ("fromString", "toString"))
                    if after != "done":
                        found = None
                    elif before != "done":
                        found = certain(entry["created"])
        return found or moment(row["fields"].get("resolutiondate"))


# --- Linear --------------------------------------------------------------------------------------

_LABELS = "labels(first: 15) { nodes { name parent { name } } }"
_ISSUES = (
    "query ($after: String) { issues(first: 60, after: $after, includeArchived: true) {"
    " nodes { id identifier estimate createdAt startedAt completedAt archivedAt trashed"
    " team { key } state { name type } project { id name } parent { id } " + _LABELS + " }"
    " pageInfo { hasNextPage endCursor } } }"
)
_PROJECTS = (
    "query ($after: String) { projects(first: 20, after: $after, includeArchived: true) {"
    " nodes { id name createdAt startedAt completedAt status { type }"
    " teams(first: 10) { nodes { key } } " + _LABELS + " } pageInfo { hasNextPage endCursor } } }"
)
_COUNT = (
    "query ($after: String, $filter: IssueFilter) {"
    " issues(first: 250, after: $after, includeArchived: true, filter: $filter) {"
    " nodes { id trashed } pageInfo { hasNextPage endCursor } } }"
)
_STATES = {"started": "doing", "completed": "done", "canceled": "dropped", "duplicate": "dropped"}


class Linear:
    """A Linear workspace."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/linear/graphql"

    def works(self, teams: list[str]) -> list[Work]:
        """Every issue and every project."""
        projects = [self._project(row, teams) for row in self._nodes(_PROJECTS, "projects")]
        rows = {row["id"]: row for row in self._nodes(_ISSUES, "issues")}
        return [*projects, *(self._issue(row, rows, teams) for row in rows.values())]

    def count(self, condition: Json) -> int:
        """How many issues the filter finds, archived ones too, but not those in the trash."""
        return sum(not row["trashed"] for row in self._nodes(_COUNT, "issues", filter=condition))

    def _nodes(self, query: str, name: str, **variables: Json) -> Iterator[Json]:
        after = None
        while True:
            asked = {"query": query, "variables": {**variables, "after": after}}
            reply = ask(self._url, {"Authorization": "sandbox-linear-token"}, asked)
            if reply.get("errors"):
                raise RuntimeError(f"Linear refused {name}: {reply['errors']}")
            yield from reply["data"][name]["nodes"]
            page = reply["data"][name]["pageInfo"]
            if not page["hasNextPage"]:
                return
            after = page["endCursor"]

    def _project(self, row: Json, teams: list[str]) -> Work:
        return Work(
            id=("linear", row["id"]),
            key=row["name"],
            project=row["name"],
            team=None,
            type="Project",
            labels=_plain_labels(row),
            claims=_claims(row, groups_only=True),
            above=[],
            in_scope=any(one["key"] in teams for one in row["teams"]["nodes"]),
            state=_STATES.get(row["status"]["type"], "todo"),
            points=None,
            created=certain(row["createdAt"]),
            started=moment(row["startedAt"]),
            finished=moment(row["completedAt"]),
        )

    def _issue(self, row: Json, rows: dict[str, Json], teams: list[str]) -> Work:
        # What was archived is out of the way, unless it was finished; what is in the trash is gone.
        is_there = not row["trashed"] and (row["archivedAt"] is None or row["completedAt"] is not None)
        state = _STATES.get(row["state"]["type"], "todo")
        if state == "done" and row["state"]["name"].casefold() in USUALLY_DROPPED:
            state = "dropped"
        return Work(
            id=("linear", row["id"]),
            key=row["identifier"],
            project=row["project"]["name"] if row["project"] else None,
            team=row["team"]["key"],
            type="Sub-issue" if row["parent"] else "Issue",
            labels=_plain_labels(row),
            claims=_claims(row),
            above=[("linear", one) for one in _above(row, rows)],
            in_scope=is_there and row["team"]["key"] in teams,
            state=state,
            points=None if row["estimate"] is None else Fraction(str(row["estimate"])),
            created=certain(row["createdAt"]),
            started=moment(row["startedAt"]),
            finished=moment(row["completedAt"]) if state == "done" else None,
        )


def _above(row: Json, rows: dict[str, Json]) -> Iterator[str]:
    """The project, unless a parent is in it, which then is nearer; and the parent."""
    parent = row["parent"] and row["parent"]["id"]
    seen, at = [], parent
    while at in rows and at not in seen:
        seen.append(at)
        at = rows[at]["parent"] and rows[at]["parent"]["id"]
    if row["project"] and row["project"] not in [rows[one]["project"] for one in seen]:
        yield row["project"]["id"]
    if parent:
        yield parent


def _plain_labels(row: Json) -> tuple[str, ...]:
    return tuple(one["name"] for one in row["labels"]["nodes"])


def _claims(row: Json, *, groups_only: bool = False) -> tuple[str, ...]:
    found = []
    for one in row["labels"]["nodes"]:
        if one["parent"] and one["parent"]["name"].casefold() == "key result":
            found.append(one["name"])
        elif one["name"].casefold().startswith("kr:") and not groups_only:
            found.append(one["name"][3:])
    return tuple(name.strip().removeprefix("kr:").removeprefix("KR:") for name in found)
