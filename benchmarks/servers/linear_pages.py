"""Linear's endpoint as a benchmark needs it: lists rendered beforehand, filtered by ids, numbers and windows of creation alone.

It knows nothing of the product: whoever asks by GraphQL for `issues`, `teams` and the like gets their rows, whatever fields are
selected.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.servers.loopback import Answer, Reply

LISTS = re.compile(
    r"\b(issues|teams|issueLabels|attachments|projects|initiatives|comments|users|workflowStates|issueRelations)\("
)
BEGIN = datetime(2023, 1, 2, tzinfo=UTC)
HEADERS = "".join(
    f"X-RateLimit-{kind}-Limit: {limit}\r\nX-RateLimit-{kind}-Remaining: {limit - 1}\r\nX-RateLimit-{kind}-Reset: 1\r\n"
    for kind, limit in (("Requests", 2500), ("Complexity", 3_000_000))
)


def time_of(place: int, rows: int) -> str:
    """More was made lately than long ago."""
    at = BEGIN + timedelta(days=1400 * (place / max(rows, 1)) ** 0.6, seconds=place % 60)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def empty() -> dict[str, Any]:
    return {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}


def issues(rows: int) -> Iterator[dict[str, Any]]:
    for place in range(rows):
        team, number = f"t{place % 4}", place // 4 + 1
        made = time_of(place, rows)
        yield {
            "id": f"00000000-0000-4000-8000-{place:012d}",
            "identifier": f"T{place % 4}-{number}",
            "number": number,
            "title": f"Make the {place}th thing better than it was before, as was agreed",
            "url": f"https://linear.app/acme/issue/T{place % 4}-{number}/make-it-better",
            "priority": place % 5,
            "priorityLabel": "High",
            "labelIds": [f"l{place % 40}"],
            "createdAt": made,
            "updatedAt": made,
            "sortOrder": 0.0,
            "estimate": place % 8,
            "state": {"id": "s1", "name": "In Progress", "type": "started"},
            "team": {"id": team, "key": f"T{place % 4}", "name": f"Team {place % 4}"},
            "previousIdentifiers": [],
            "project": {"id": f"p{place % 200}", "name": f"Project {place % 200}"},
            "assignee": {"id": "u1", "name": "Ann Lee"},
            "inverseRelations": empty(),
            "attachments": empty() | ({"nodes": [{"createdAt": made}]} if place % 4 == 0 else {}),
            "trashed": None,
            "archivedAt": None,
            "parent": None,
            "sharedAccess": {
                "isShared": False,
                "sharedWithCount": 0,
                "disallowedIssueFields": [],
                "sharedWithUsers": [],
            },
            "reactions": [],
        }


def projects(rows: int) -> Iterator[dict[str, Any]]:
    for place in range(rows):
        made = time_of(place, rows)
        yield {
            "id": f"p{place}",
            "name": f"Project {place}",
            "url": f"https://linear.app/acme/project/project-{place}-abc",
            "createdAt": made,
            "updatedAt": made,
            "priorityLabel": "High",
            "progress": 0.5,
            "status": {"id": "x", "name": "In Progress", "type": "started"},
            "teams": {
                "nodes": [{"id": "t0", "key": "T0", "name": "Team 0"}],
                "pageInfo": {"hasNextPage": False, "endCursor": None},
            },
            "initiatives": {"nodes": [{"id": f"i{place % 20}"}], "pageInfo": {"hasNextPage": False}},
            "labels": empty(),
            "externalLinks": empty(),
            "projectUpdates": empty(),
        }


def tables(rows: int) -> dict[str, list[dict[str, Any]]]:
    made = BEGIN.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    dated = {"createdAt": made, "updatedAt": made}
    attached = range(0, rows, 4)
    return {
        "issues": list(issues(rows)),
        "projects": list(projects(max(1, rows // 50))),
        "initiatives": [
            {"id": f"i{n}", "name": f"Initiative {n}", "url": f"https://linear.app/acme/initiative/i-{n}"}
            | {"status": "Active", "initiativeUpdates": empty()}
            | dated
            for n in range(20)
        ],
        "teams": [
            {"id": f"t{n}", "key": f"T{n}", "name": f"Team {n}", "visibility": "public"} | dated
            for n in range(4)
        ],
        "issueLabels": [{"id": f"l{n}", "name": f"label {n}", "isGroup": False} | dated for n in range(40)],
        "attachments": [
            {"id": f"a{n}", "url": f"https://okrs.example/kr/K{n % 9}", "metadata": {}}
            | {"createdAt": time_of(n, rows), "updatedAt": made, "title": "K", "issue": {"id": f"x{n}"}}
            for n in attached
        ],
        "comments": [],
        "users": [],
        "workflowStates": [],
        "issueRelations": [],
    }


class Table:
    """The rows of one list, newest first, each rendered once."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        rows = sorted(rows, key=lambda one: one.get("createdAt", ""), reverse=True)
        self.rendered = [json.dumps(one).encode() for one in rows]
        self.made = [one.get("createdAt", "") for one in rows]
        self.flipped = [flipped(one) for one in self.made]
        self.ids = {one["id"]: place for place, one in enumerate(rows)}
        self.teams = [one.get("team", {}).get("id") for one in rows]
        self.numbers: dict[int, list[int]] = {}
        for place, one in enumerate(rows):
            self.numbers.setdefault(one.get("number", 0), []).append(place)

    def places(self, given: dict[str, Any]) -> list[int]:
        """Places of the rows that pass a filter."""
        ids = [one for part in found(given, "id") for one in part.get("in", ())]
        if ids and all(one in self.ids or "0000" in one for one in ids):
            return sorted(self.ids[one] for one in ids if one in self.ids)
        sampled = [one for part in given.get("and", ()) for one in part.get("or", ()) if "number" in one]
        if sampled:
            pairs = {(part["team"]["id"].get("eq"), one) for part in sampled for one in part["number"]["in"]}
            return sorted(
                {at for _, one in pairs for at in self.numbers.get(one, ()) if (self.teams[at], one) in pairs}
            )
        windows = list(found(given, "createdAt"))
        if not windows:
            return list(range(len(self.made)))
        chosen: set[int] = set()
        for window in windows:
            low = bisect.bisect_right(self.flipped, flipped(window["lt"])) if window.get("lt") else 0
            high = len(self.made)
            if window.get("gte"):
                high = bisect.bisect_right(self.flipped, flipped(window["gte"]))
            chosen.update(range(low, high))
        return sorted(chosen)


def flipped(text: str) -> str:
    """The text so that it sorts the other way round."""
    return "".join(chr(0x7E - ord(one) + 0x20) for one in text)


def found(given: Any, name: str) -> Iterator[dict[str, Any]]:
    """Every condition of this name in a filter."""
    if isinstance(given, dict):
        for key, value in given.items():
            if key == name and isinstance(value, dict):
                yield value
            elif key != "team":
                yield from found(value, name)
    elif isinstance(given, list):
        for one in given:
            yield from found(one, name)


def past(ids: list[str]) -> bytes:
    """Two states of each issue, and twenty entries of its history, two of them of the assignee."""
    made, later = (BEGIN + timedelta(days=day) for day in (0, 9))
    spans = [
        {
            "id": "s0",
            "startedAt": made.isoformat(),
            "endedAt": later.isoformat(),
            "state": {"name": "Todo", "type": "unstarted"},
        },
        {
            "id": "s1",
            "startedAt": later.isoformat(),
            "endedAt": None,
            "state": {"name": "In Progress", "type": "started"},
        },
    ]
    entries = [
        {
            "createdAt": (later - timedelta(hours=n)).isoformat(),
            "fromAssigneeId": "u2" if n == 3 else None,
            "toAssigneeId": {3: "u1", 7: "u2"}.get(n),
        }
        for n in range(20)
    ]
    told = {"stateHistory": empty() | {"nodes": spans}, "history": empty() | {"nodes": entries}}
    return json.dumps(empty() | {"nodes": [{"id": one} | told for one in ids]}).encode()


def linear(rows: int, seconds: float) -> Answer:
    """The answers of a workspace with so many issues, each after so many seconds."""
    known = {name: Table(some) for name, some in tables(rows).items()}

    def answer(_method: str, _target: str, body: bytes) -> Reply:
        asked = json.loads(body)
        query, given = asked["query"], asked.get("variables") or {}
        named = LISTS.search(query)
        route = re.search(r"query\s+(\w+)", query)
        what = route.group(1) if route else "?"
        if named is None:
            data = b'{"viewer":{"id":"u1","name":"Truenorth","app":false}}'
            return Reply(b'{"data":' + data + b"}", seconds, what, headers=HEADERS)
        if what == "Pasts":
            return Reply(b'{"data":{"issues":%s}}' % past(given["ids"]), seconds, what, headers=HEADERS)
        table = known[named.group(1)]
        only = dict(given.get("filter") or {})
        if "ids" in given:
            only["id"] = {"in": given["ids"]}
        places = table.places(only)
        start = int(given.get("after") or 0)
        size = given.get("first") or 50
        page = places[start : start + size]
        more = start + size < len(places)
        info = json.dumps({"hasNextPage": more, "endCursor": str(start + size), "hasPreviousPage": start > 0})
        nodes = b",".join(table.rendered[one] for one in page)
        reply = b'{"data":{"%s":{"nodes":[%s],"pageInfo":%s}}}' % (
            named.group(1).encode(),
            nodes,
            info.encode(),
        )
        return Reply(reply, seconds, what, headers=HEADERS)

    return answer
