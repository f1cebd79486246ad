"""A Jira Cloud site of any size for benchmarks: what it answers while a first pull reads it, made beforehand.

It knows nothing of the product. Issues are as large as real ones are with the fields that a pull asks for, 7 kB on the average:
people, projects and types with their pictures, parents and linked issues with fields of their own.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from benchmarks.servers.loopback import Answer, Reply

PROJECTS = ("APP", "OPS", "WEB")
ID_PAGE, ISSUE_PAGE = 5000, 100
FIRST = 10_000
_MARK = "\x00"
_VARIANTS = 60

Json = dict[str, Any]


def make(issues: int, latency: float) -> Answer:
    """The answers of a site with so many issues, each after `latency` seconds."""
    site = _Site(issues)

    def answer(method: str, target: str, body: bytes) -> Reply:
        path, _, query = target.partition("?")
        path = path.removeprefix("/rest/api/3").removeprefix("/rest/api/2")
        route = f"{method} {path}"
        if path == "/search/jql":
            asked = json.loads(body) if body else _in_query(query)
            return Reply(site.search(asked), latency, route)
        if path == "/issue/bulkfetch":
            return Reply(site.bulk(json.loads(body)["issueIdsOrKeys"]), latency, route)
        if path == "/changelog/bulkfetch":
            return Reply(site.changes(json.loads(body)), latency, route)
        if path.startswith("/project/"):
            key = path.rpartition("/")[2]
            return Reply(json.dumps(_project(PROJECTS.index(key))).encode(), latency, "GET /project/*")
        fixed = site.fixed.get(path)
        if fixed is None:
            return Reply(b'{"errorMessages":["not there"],"errors":{}}', latency, route, "404 Not Found")
        return Reply(fixed, latency, route)

    return answer


def _in_query(query: str) -> Json:
    from urllib.parse import parse_qs

    found = {key: values[-1] for key, values in parse_qs(query).items()}
    return {
        **found,
        "maxResults": int(found.get("maxResults", 50)),
        "fields": found.get("fields", "id").split(","),
    }


class _Site:
    def __init__(self, issues: int) -> None:
        self.count = issues
        self.fixed = {
            "/serverInfo": json.dumps(
                {
                    "baseUrl": "https://acme.atlassian.net",
                    "deploymentType": "Cloud",
                    "versionNumbers": [1001, 0, 0],
                    "serverTime": "2026-11-30T09:00:00.000+0000",
                }
            ).encode(),
            "/myself": json.dumps({**_person(0), "locale": "en_US"}).encode(),
            "/field": json.dumps(_fields()).encode(),
            "/status": json.dumps(
                [_status(category) for category in ("new", "indeterminate", "done")]
            ).encode(),
        }
        self._changes = [_changes(at) for at in range(_VARIANTS)]
        self._variants = [_parts(_issue(at)) for at in range(_VARIANTS)]

    def search(self, asked: Json) -> bytes:
        """A page of the search by token; ids alone come by thousands, issues with fields by hundreds."""
        has_fields = set(asked.get("fields", ["id"])) - {"id", "key"}
        size = min(int(asked.get("maxResults", 50)), ISSUE_PAGE if has_fields else ID_PAGE)
        start = int(asked.get("nextPageToken") or 0)
        end = min(start + size, self.count)
        found = range(FIRST + start, FIRST + end)
        rows = (
            [self._row(one) for one in found]
            if has_fields
            else [
                b'{"expand":"","id":"%d","self":"https://acme.atlassian.net/rest/api/3/issue/%d"}'
                % (one, one)
                for one in found
            ]
        )
        more = b'"nextPageToken":"%d","isLast":false' % end if end < self.count else b'"isLast":true'
        return b'{"issues":[' + b",".join(rows) + b"]," + more + b"}"

    def bulk(self, ids: list[str]) -> bytes:
        """These issues in full."""
        rows = [self._row(one) for one in sorted(map(int, ids)) if FIRST <= one < FIRST + self.count]
        return b'{"expand":"names","issues":[' + b",".join(rows) + b'],"issueErrors":[]}'

    def changes(self, asked: Json) -> bytes:
        """What changed of these issues: six changes each, of which as many come at once as are asked for."""
        size = int(asked.get("maxResults", 1000)) // _EACH
        start = int(asked.get("nextPageToken") or 0)
        ids = sorted(map(int, asked["issueIdsOrKeys"]))
        rows = [
            b'{"issueId":"%d","changeHistories":%s}' % (one, self._changes[one % _VARIANTS])
            for one in ids[start : start + size]
        ]
        more = b',"nextPageToken":"%d"' % (start + size) if start + size < len(ids) else b""
        return b'{"issueChangeLogs":[' + b",".join(rows) + b"]" + more + b"}"

    def _row(self, id_: int) -> bytes:
        head, key, title, parent, tail = self._variants[id_ % _VARIANTS]
        number = b"%d" % id_
        # Every twentieth stands above the nineteen behind it.
        above = b"%d" % (FIRST + (id_ - FIRST) // 20 * 20)
        return b"".join((head, number, key, number, title, number, parent, above, tail))


_EACH = 6
"""Changes of each issue."""


def _changes(at: int) -> bytes:
    """Through the statuses to the one that it has, from one person to another, and flagged for a while."""
    path = (
        ("new", "indeterminate", "done") if at % 3 == 0 else ("new", "indeterminate", "new", "indeterminate")
    )
    ends = [_status(one) for one in path]
    moves = [
        ("status", "status", one["id"], one["name"], other["id"], other["name"])
        for one, other in pairwise(ends)
    ]
    had, has = _person(at + 1), _person(at)
    moves += [
        ("assignee", "assignee", had["accountId"], had["displayName"], has["accountId"], has["displayName"])
    ]
    moves += [
        ("Flagged", "customfield_10021", "", "", "[10019]", "Impediment"),
        ("Flagged", "customfield_10021", "[10019]", "Impediment", "", ""),
    ]
    moves = [*moves, *moves[:1] * _EACH][:_EACH]
    begun = 1_780_000_000_000
    return json.dumps(
        [
            {
                "id": str(20_000 + n),
                "author": _person(at),
                "created": begun + 86_400_000 * n,
                "items": [
                    dict(zip(("field", "fieldId", "from", "fromString", "to", "toString"), move, strict=True))
                    | {"fieldtype": "jira"}
                ],
            }
            for n, move in enumerate(moves)
        ],
        separators=(",", ":"),
    ).encode()


def _parts(issue: Json) -> tuple[bytes, ...]:
    return tuple(json.dumps(issue, separators=(",", ":")).encode().split(json.dumps(_MARK)[1:-1].encode()))


def _issue(at: int) -> Json:
    done, is_top = at % 3 == 0, at % 20 == 0
    status = ("done", "indeterminate", "new")[at % 3]
    project = at % len(PROJECTS)
    fields: Json = {
        "summary": f"As a user I can find what I look for, part {_MARK}",
        "status": _status(status),
        "issuetype": _type("Epic" if is_top else ("Story", "Bug", "Task")[at % 3]),
        "project": _project(project),
        "created": f"2026-0{1 + at % 9}-11T08:{at % 60:02}:21.123+0100",
        "updated": f"2026-11-{1 + at % 28:02}T17:{at % 60:02}:01.456+0100",
        "labels": [f"team-{at % 7}", "onboarding"] if at % 4 == 0 else [],
        "priority": _priority(at),
        "assignee": _person(at) if at % 5 else None,
        "duedate": f"2026-12-{1 + at % 28:02}" if at % 6 == 0 else None,
        "timeoriginalestimate": 7200 if at % 8 == 0 else None,
        "resolution": {"self": f"{_SELF}/resolution/10000", "id": "10000", "name": "Done"} if done else None,
        "resolutiondate": "2026-11-02T12:00:00.000+0100" if done else None,
        "statuscategorychangedate": "2026-11-02T12:00:00.000+0100",
        "issuelinks": [_link(at + n) for n in range(at % 4)],
        "components": [{"self": f"{_SELF}/component/1", "id": "1", "name": "Web"}] if at % 3 == 1 else [],
        "customfield_10014": None,
        "customfield_10016": float(at % 8) if at % 2 else None,
        "customfield_10011": None,
    }
    parent: Json = {"id": _MARK, "key": "APP-1", "fields": _short(at)}
    # The parent comes last, whose id is filled in last; what is on top names itself elsewhere and has none.
    fields["parent" if not is_top else "unused"] = parent
    head = {
        "expand": "operations,versionedRepresentations",
        "id": _MARK,
        "key": f"{PROJECTS[project]}-{_MARK}",
    }
    return {**head, "fields": fields, "properties": {}}


_SELF = "https://acme.atlassian.net/rest/api/3"


def _short(at: int) -> Json:
    return {
        "summary": "New teams reach value in their first week",
        "status": _status("indeterminate"),
        "priority": _priority(at),
        "issuetype": _type("Epic"),
    }


def _link(at: int) -> Json:
    way = "inwardIssue" if at % 4 == 1 else "outwardIssue"
    return {
        "id": "10001",
        "self": f"{_SELF}/issueLink/10001",
        "type": {
            "id": "10000",
            "name": "Blocks",
            "inward": "is blocked by",
            "outward": "blocks",
            "self": f"{_SELF}/issueLinkType/10000",
        },
        way: {
            "id": str(FIRST + at),
            "key": "APP-7",
            "self": f"{_SELF}/issue/{FIRST + at}",
            "fields": _short(at),
        },
    }


def _status(category: str) -> Json:
    name = {"new": "To Do", "indeterminate": "In Progress", "done": "Done"}[category]
    return {
        "self": f"{_SELF}/status/10001",
        "description": "This status is managed internally by Jira Software",
        "iconUrl": "https://acme.atlassian.net/images/icons/statuses/generic.png",
        "name": name,
        "id": {"new": "10000", "indeterminate": "10001", "done": "10002"}[category],
        "statusCategory": {
            "self": f"{_SELF}/statuscategory/4",
            "id": 4,
            "key": category,
            "colorName": "yellow",
            "name": name,
        },
    }


def _type(name: str) -> Json:
    icon = (
        "https://acme.atlassian.net/rest/api/2/universal_avatar/view/type/issuetype/avatar/10315?size=medium"
    )
    return {
        "self": f"{_SELF}/issuetype/10001",
        "id": str(10000 + len(name)),
        "description": "Functionality or a feature expressed as a user goal.",
        "iconUrl": icon,
        "name": name,
        "subtask": False,
        "avatarId": 10315,
        "entityId": "8d9cf5fd-1d1b-4b1f-8b0c-2b9b5d6f7a11",
        "hierarchyLevel": 1 if name == "Epic" else 0,
    }


def _priority(at: int) -> Json:
    name = ("Medium", "High", "Low")[at % 3]
    return {
        "self": f"{_SELF}/priority/3",
        "iconUrl": "https://acme.atlassian.net/images/icons/priorities/medium_new.svg",
        "name": name,
        "id": str(at % 3),
    }


def _pictures(kind: str, id_: str) -> dict[str, str]:
    base = f"https://avatar-management--avatars.us-west-2.prod.public.atl-paas.net/{kind}/{id_}"
    return {
        size: f"{base}/3c7a1e25-2f0e-4ad3-a6a5-0f6a7d6b7cf1/{size[:2]}"
        for size in ("48x48", "24x24", "16x16", "32x32")
    }


def _person(at: int) -> Json:
    id_ = f"5b10ac8d82e05b22cc7d{at:04}"
    return {
        "self": f"{_SELF}/user?accountId={id_}",
        "accountId": id_,
        "avatarUrls": _pictures("user", id_),
        "displayName": f"Person Number {at}",
        "active": True,
        "timeZone": "Europe/Berlin",
        "accountType": "atlassian",
    }


def _project(at: int) -> Json:
    return {
        "self": f"{_SELF}/project/{10000 + at}",
        "id": str(10000 + at),
        "key": PROJECTS[at],
        "name": f"Project {PROJECTS[at]}",
        "projectTypeKey": "software",
        "simplified": False,
        "avatarUrls": _pictures("project", str(at)),
    }


def _fields() -> list[Json]:
    ours = [
        ("customfield_10014", "Epic Link", "any", "com.pyxis.greenhopper.jira:gh-epic-link"),
        ("customfield_10011", "Epic Name", "string", "com.pyxis.greenhopper.jira:gh-epic-label"),
        (
            "customfield_10016",
            "Story Points",
            "number",
            "com.atlassian.jira.plugin.system.customfieldtypes:float",
        ),
    ]
    ours.append(
        (
            "customfield_10021",
            "Flagged",
            "array",
            "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes",
        )
    )
    others = [
        (
            f"customfield_{10100 + at}",
            f"Field {at}",
            "string",
            "com.atlassian.jira.plugin.system.customfieldtypes:textfield",
        )
        for at in range(150)
    ]
    return [
        {
            "id": id_,
            "key": id_,
            "name": name,
            "untranslatedName": name,
            "custom": True,
            "orderable": True,
            "navigable": True,
            "searchable": True,
            "clauseNames": [f"cf[{id_[12:]}]", name],
            "schema": {"type": kind, "custom": custom, "customId": int(id_[12:])},
        }
        for id_, name, kind, custom in (*ours, *others)
    ]
