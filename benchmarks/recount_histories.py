"""The raw histories of work, read by plain HTTP for `recount_flow.py`. It imports nothing of the product."""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from benchmarks.recount_works import Id, Json, Work, ask, certain, moment

_STATES = {"started": "doing", "completed": "done", "canceled": "done", "duplicate": "done"}
_ISSUE = (
    "query ($id: String!) { issue(id: $id) { createdAt updatedAt canceledAt state { name }"
    " stateHistory(first: 250) { nodes { startedAt endedAt state { name type } } }"
    " inverseRelations(first: 50) { nodes { type createdAt issue { id completedAt canceledAt } } } } }"
)


@dataclass(frozen=True)
class Stop:
    """From when on it was in a status; the category None where nobody knows it any more."""

    status: str
    category: str | None
    begin: datetime


@dataclass
class Past:
    """What a tracker keeps of one item. `blockers`: with when the link was made; `closed`: when they were, by id."""

    status: str
    created: datetime
    updated: datetime
    dropped: datetime | None = None
    stops: list[Stop] = field(default_factory=list)
    blockers: list[tuple[Id, datetime | None]] = field(default_factory=list)
    closed: dict[Id, datetime] = field(default_factory=dict)
    flags: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    def lived(self, state: str) -> list[Stop]:
        """The stops before it was dropped."""
        found = list(self.stops)
        while state == "dropped" and found and found[-1].category == "done":
            found.pop()
        return found


def pasts(url: str, works: Iterable[Work], projects: list[str], *, is_server: bool) -> dict[Id, Past]:
    """The past of each."""
    some = list(works)
    jira = _Jira(url, is_server=is_server).pasts(projects)
    found = {one.id: jira[one.id[1]] for one in some if one.id[0] == "jira"}
    for one in some:
        if one.id[0] == "linear":
            found[one.id] = _linear(url, one.id[1])
    for one in some:
        if one.id[0] == "jira" and not found[one.id].stops and one.is_open:
            # Open work that never moved stood all the time where it stands.
            past = found[one.id]
            past.stops.append(Stop(past.status, one.state, past.created))
    return found


def _linear(url: str, id_: str) -> Past:
    asked = {"query": _ISSUE, "variables": {"id": id_}}
    issue = ask(f"{url}/linear/graphql", {"Authorization": "sandbox-linear-token"}, asked)["data"]["issue"]
    past = Past(
        issue["state"]["name"],
        certain(issue["createdAt"]),
        certain(issue["updatedAt"]),
        moment(issue["canceledAt"]),
    )
    nodes = issue["stateHistory"]["nodes"]
    for node in sorted(nodes, key=lambda one: (one["startedAt"], one["endedAt"] or "9")):
        state = node["state"]
        category = _STATES.get(state["type"], "todo") if state else None
        past.stops.append(Stop(state["name"] if state else "", category, certain(node["startedAt"])))
    for node in issue["inverseRelations"]["nodes"]:
        if node["type"] == "blocks":
            blocker = ("linear", node["issue"]["id"])
            past.blockers.append((blocker, certain(node["createdAt"])))
            if closed := node["issue"]["completedAt"] or node["issue"]["canceledAt"]:
                past.closed[blocker] = certain(closed)
    return past


class _Jira:
    def __init__(self, url: str, *, is_server: bool) -> None:
        self._is_server = is_server
        self._rest = f"{url}/jira-dc/rest/api/2" if is_server else f"{url}/jira/rest/api/3"
        basic = base64.b64encode(b"truenorth@acme.example:sandbox-jira-token").decode()
        self._headers = {"Authorization": "Bearer sandbox-dc-pat" if is_server else f"Basic {basic}"}
        keys = {"new": "todo", "indeterminate": "doing", "done": "done"}
        self._categories = {one["id"]: keys[one["statusCategory"]["key"]] for one in self._get("status")}

    def pasts(self, projects: list[str]) -> dict[str, Past]:
        return {row["id"]: self._past(row) for row in self._search(f"project in ({', '.join(projects)})")}

    def _get(self, path: str) -> Json:
        return ask(f"{self._rest}/{path}", self._headers)

    def _search(self, jql: str) -> Iterator[Json]:
        names = ["status", "created", "updated", "issuelinks", "resolutiondate"]
        at, token = 0, None
        while True:
            if self._is_server:
                query = {"jql": jql, "startAt": at, "maxResults": 100, "fields": ",".join(names)}
                page = self._get("search?" + urllib.parse.urlencode(query))
            else:
                body = {"jql": jql, "maxResults": 100, "fields": names}
                page = ask(
                    f"{self._rest}/search/jql",
                    self._headers,
                    body | ({"nextPageToken": token} if token else {}),
                )
            yield from page["issues"]
            at, token = at + len(page["issues"]), page.get("nextPageToken")
            if not token and (not self._is_server or at >= page["total"]):
                return

    def _entries(self, id_: str) -> Iterator[Json]:
        """All of the changelog, oldest first: page by page on Cloud, with the issue on Data Center."""
        if self._is_server:
            yield from self._get(f"issue/{id_}?expand=changelog&fields=status")["changelog"]["histories"]
            return
        at = 0
        while True:
            page = self._get(f"issue/{id_}/changelog?startAt={at}&maxResults=100")
            yield from page["values"]
            at += len(page["values"])
            if at >= page["total"]:
                return

    def _past(self, row: Json) -> Past:
        fields = row["fields"]
        created = certain(fields["created"])
        past = Past(
            fields["status"]["name"], created, certain(fields["updated"]), moment(fields["resolutiondate"])
        )
        entries = sorted(self._entries(row["id"]), key=lambda one: certain(one["created"]))
        moves = [
            (certain(one["created"]), item)
            for one in entries
            for item in one["items"]
            if item["field"] == "status"
        ]
        if moves:
            past.stops.append(self._stop(moves[0][1], "from", created))
            past.stops += [self._stop(item, "to", at) for at, item in moves]
        raised = None
        for one in entries:
            for item in one["items"]:
                if item["field"] == "Flagged":
                    at = certain(one["created"])
                    if item["toString"]:
                        raised = raised or at
                    elif raised is not None:
                        past.flags.append((raised, at))
                        raised = None
        if raised is not None:
            past.flags.append((raised, None))
        for link in fields.get("issuelinks") or []:
            if link["type"]["inward"] == "is blocked by" and "inwardIssue" in link:
                past.blockers.append((("jira", link["inwardIssue"]["id"]), None))
        return past

    def _stop(self, item: Json, way: str, begin: datetime) -> Stop:
        return Stop(item[f"{way}String"], self._categories.get(item[way]), begin)
