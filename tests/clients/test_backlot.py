"""The sandbox beside PyPI `backlot`, an emulator of Jira's and Linear's reads that others made, answer by answer.

Compared are the status and the shape of what both answer to the same request; every difference has its reason here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from connectors.linear.api import queries
from connectors.sandbox.linear.state import TOKEN as LINEAR_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.clients import backlot
from tests.support.clients.skeletons import differences, skeleton
from tests.support.jira_site import EMAIL, TOKEN

IN_PROJECT = "project = {project}"
JIRA: dict[str, tuple[str, str, Any]] = {
    "server": ("GET", "3/serverInfo", None),
    "fields": ("GET", "3/field", None),
    "link types": ("GET", "3/issueLinkType", None),
    "projects": ("GET", "3/project/search?maxResults=2", None),
    "projects beyond the last": ("GET", "3/project/search?startAt=100", None),
    "an issue": ("GET", "3/issue/{key}", None),
    "some fields": ("GET", "3/issue/{key}?fields=summary,status", None),
    "an issue by id": ("GET", "3/issue/{id}?fields=summary", None),
    "an issue with its changelog": ("GET", "3/issue/{key}?expand=changelog&fields=summary", None),
    "an issue in version 2": ("GET", "2/issue/{key}?fields=description", None),
    "no such issue": ("GET", "3/issue/NOPE-1", None),
    "comments": ("GET", "3/issue/{key}/comment", None),
    "a page of comments": ("GET", "3/issue/{key}/comment?startAt=1&maxResults=1", None),
    "comments, newest first": ("GET", "3/issue/{key}/comment?orderBy=-created", None),
    "comments of no issue": ("GET", "3/issue/NOPE-1/comment", None),
    "roles": ("GET", "3/project/{project}/role", None),
    "ids": ("POST", "3/search/jql", {"jql": IN_PROJECT, "maxResults": 2}),
    "found with fields": ("POST", "3/search/jql", {"jql": IN_PROJECT, "fields": ["summary", "assignee"]}),
    "found with all fields": ("POST", "3/search/jql", {"jql": IN_PROJECT, "fields": ["*all"]}),
    "found by GET": ("GET", "3/search/jql?jql=project%20%3D%20{project}&maxResults=1&fields=summary", None),
    "found in version 2": ("POST", "2/search/jql", {"jql": IN_PROJECT, "fields": ["summary"]}),
    "found with histories": ("POST", "3/search/jql", {"jql": IN_PROJECT, "fields": ["summary"], "expand": "changelog"}),
    "nothing found": ("POST", "3/search/jql", {"jql": "key = {key} AND project != {project}"}),
    "no query": ("POST", "3/search/jql", {}),
    "an empty query": ("POST", "3/search/jql", {"jql": ""}),
    "only an order": ("POST", "3/search/jql", {"jql": "order by created"}),
    "an unknown project": ("POST", "3/search/jql", {"jql": "project = NOPE"}),
    "an unknown field": ("POST", "3/search/jql", {"jql": "colour = red"}),
    "half a query": ("POST", "3/search/jql", {"jql": "project ="}),
    "a reserved word": ("POST", "3/search/jql", {"jql": "labels = select"}),
    "a no-break space": ("POST", "3/search/jql", {"jql": "project =\u00a0{project}"}),
    "too large a page": ("POST", "3/search/jql", {"jql": IN_PROJECT, "maxResults": 6_000}),
    "an empty page": ("POST", "3/search/jql", {"jql": IN_PROJECT, "maxResults": 0}),
    "a negative page": ("POST", "3/search/jql", {"jql": IN_PROJECT, "maxResults": -1}),
    "the old paging": ("POST", "3/search/jql", {"jql": IN_PROJECT, "startAt": 0}),
    "an invented token": ("POST", "3/search/jql", {"jql": IN_PROJECT, "nextPageToken": "nonsense"}),
    "a number for a query": ("POST", "3/search/jql", {"jql": 5}),
    "a list for a body": ("POST", "3/search/jql", [1]),
}  # fmt: skip
JIRA_DIFFERS: dict[str, str] = {
    r"^(found .*|some fields|an issue.*|ids): .*\.fields(\.\w+)? theirs only$":
        "backlot gives all its fields, whichever were asked for; the vendor's document: only those, without any the id",
    r"^ids: \[?.*\.(key|self|fields) theirs only$": "the same: without `fields`, the vendor answers with the id alone",
    r"\.fields\.(attachment|comment|issuelinks|parent|project|subtasks|timetracking|versions|votes|watches) theirs only$":
        "the sandbox keeps none of these, or the issue has none: nothing of ours reads them",
    r"\.(avatarUrls|iconUrl|displayUrl\w*|isPrivate|scmInfo|buildDate|defaultLocale) theirs only$":
        "the sandbox leaves out pictures, and what only tells of the installation",
    r"\.resolution\.description theirs only$": "the sandbox's resolutions have none",
    r"\.emailAddress theirs only$": "Jira Cloud shows the address of nobody who did not allow it: the sandbox shows none",
    r"\.(expand|self|changelog|statusCategory|description|clauseNames|orderable|custom|customId) ours only$":
        "the vendor's document has them; backlot leaves them out",
    r"\.fields\.(customfield_\d+|security|statuscategorychangedate|timeoriginalestimate|comment|issuelinks|parent|subtasks)"
    r" ours only$": "backlot has no custom fields and no moment of the last change of category; the rest no issue of it has",
    r"^an issue in version 2: \.fields\.description str ours, document theirs$":
        "version 2 speaks wiki markup, as the vendor's document says; backlot gives ADF in both",
    r"^roles: ": "the sandbox has no roles; nothing of ours asks for them",
    r"^(only an order|an unknown project|an unknown field|half a query|a reserved word|a no-break space|a number for a query): ":
        "backlot reads what it can of a query and answers with everything where that is nothing; Jira refuses it with 400",
}  # fmt: skip

LINEAR: dict[str, tuple[str, dict[str, Any]]] = {
    **{
        name.lower().replace("_", " "): (operation.document, {"first": 5, "after": None, "filter": {}, "ids": ["{id}"]})
        for name, operation in vars(queries).items()
        if name in ("VIEWER", "TEAMS", "ISSUES", "ISSUE_IDS", "FOUND", "RELATIONS", "DESCRIBED_ISSUES", "COMMENTS")
    },
    "the account": ("{viewer{id name displayName email active admin app createdAt updatedAt url}}", {}),
    "users": ("{users(first:3){nodes{id name email active}}}", {}),
    "an issue by key": ("query($id:String!){issue(id:$id){id identifier}}", {"id": "{key}"}),
    "no such issue": ("query($id:String!){issue(id:$id){id}}", {"id": "3b0b3a9e-0000-4000-8000-000000000000"}),
    "the last": ("{issues(last:2){nodes{id} pageInfo{hasPreviousPage startCursor}}}", {}),
    "an order": ("{issues(first:3,orderBy:updatedAt){nodes{id updatedAt}}}", {}),
    "a filter": ("query($f:IssueFilter){issues(first:5,filter:$f){nodes{id state{type}}}}",
                 {"f": {"state": {"type": {"eq": "completed"}}}}),
    "an unknown filter": ("query($f:IssueFilter){issues(filter:$f){nodes{id}}}", {"f": {"colour": {"eq": "x"}}}),
    "a search": ('{searchIssues(term:"the",first:2){nodes{id}}}', {}),
    "the schema": ("{__schema{queryType{name}}}", {}),
    "an unknown field": ("{viewer{id shoeSize}}", {}),
    "half a query": ("{viewer{id ", {}),
    "a variable too few": ("query($id:String!){issue(id:$id){id}}", {}),
    "an empty page": ("{issues(first:0){nodes{id}}}", {}),
    "too large a page": ("{issues(first:300){nodes{id}}}", {}),
    "an invented cursor": ('{issues(first:2,after:"nope"){nodes{id}}}', {}),
    "first and last": ("{issues(first:2,last:2){nodes{id}}}", {}),
}  # fmt: skip
LINEAR_DIFFERS = {
    r"\.errors\[\]\.extensions ours only$":
        "backlot's errors have no extensions; Linear's own client reads type and message from there",
    r"^(an empty page|too large a page|an invented cursor): \.errors ours only$":
        "backlot takes any size of page and any cursor; Linear's are 1 to 250, and its own",
    r"^first and last: \.errors theirs only$": "the sandbox takes the first; which of the two is right is not known",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, with what there is to ask for."""

    jira: httpx.Client
    linear: httpx.Client
    names: dict[str, str]
    linear_names: dict[str, str]

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        reply = self.jira.request(method, _filled(path, self.names), json=_filled(body, self.names))
        return reply.status_code, reply.json()

    def graphql(self, query: str, variables: dict[str, Any]) -> tuple[int, Any]:
        used = {name: value for name, value in variables.items() if f"${name}" in query}
        reply = self.linear.post(
            "graphql", json={"query": query, "variables": _filled(used, self.linear_names)}
        )
        return reply.status_code, reply.json()


def _filled(value: Any, names: dict[str, str]) -> Any:
    text = json.dumps(value)
    for name, stands in names.items():
        text = text.replace("{%s}" % name, stands)  # noqa: UP031  braces around braces
    return json.loads(text)


def _side(jira: httpx.Client, linear: httpx.Client, query: str) -> Side:
    asked = {"jql": query, "maxResults": 50, "fields": ["comment", "project"]}
    issues = jira.post("3/search/jql", json=asked).json()["issues"]
    most = max(issues, key=lambda one: (one["fields"].get("comment") or {}).get("total", 0))
    found = linear.post("graphql", json={"query": "{issues(first:1){nodes{id identifier}}}"}).json()
    (issue,) = found["data"]["issues"]["nodes"]
    names = {"key": most["key"], "id": most["id"], "project": most["fields"]["project"]["key"]}
    return Side(jira, linear, names, {"id": issue["id"], "key": issue["identifier"]})


@pytest.fixture(scope="module")
def sides() -> Iterator[tuple[Side, Side]]:
    def client(url: str, **more: Any) -> httpx.Client:
        return httpx.Client(verify=loopback.NO_CERTIFICATES, base_url=url, timeout=30, **more)

    with backlot.running() as other, Sandbox(generate(120)) as sandbox:
        sandbox.call(sandbox.world.jira.limits.off)
        with (
            client(f"{sandbox.url}/jira/rest/api/", auth=(EMAIL, TOKEN)) as our_jira,
            client(f"{sandbox.url}/linear/", headers={"Authorization": LINEAR_TOKEN}) as our_linear,
            client(
                f"{other.url}/atlassian/rest/api/", headers={"Authorization": f"Bearer {other.token}"}
            ) as their_jira,
            client(f"{other.url}/linear/", headers={"Authorization": other.token}) as their_linear,
        ):
            yield (
                _side(our_jira, our_linear, "project = WEB"),
                _side(their_jira, their_linear, "project is not EMPTY"),
            )


def _compared(name: str, ours: tuple[int, Any], theirs: tuple[int, Any]) -> list[str]:
    found = [f"{name}: {one}" for one in differences(skeleton(ours[1]), skeleton(theirs[1]))]
    if ours[0] != theirs[0]:
        found.append(f"{name}: status {ours[0]} ours, {theirs[0]} theirs")
    return found


def _check(found: dict[str, list[str]], reasons: dict[str, str], alike: int) -> None:
    lines = [line for one in found.values() for line in one]
    assert [line for line in lines if not any(re.search(one, line) for one in reasons)] == []
    assert [one for one in reasons if not any(re.search(one, line) for line in lines)] == [], (
        "a reason without its difference"
    )
    assert sum(not one for one in found.values()) > alike


def test_jira_answers_as_the_other_does(sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    found = {name: _compared(name, ours.answer(*one), theirs.answer(*one)) for name, one in JIRA.items()}
    _check(found, JIRA_DIFFERS, 12)


def test_linear_answers_as_the_other_does(sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    found = {name: _compared(name, ours.graphql(*one), theirs.graphql(*one)) for name, one in LINEAR.items()}
    _check(found, LINEAR_DIFFERS, 12)
