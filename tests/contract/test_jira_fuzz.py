"""Schemathesis over every Jira route that the sandbox serves: whatever is sent, no 500 and no traceback.

Short in a normal run, and the same each time; `TRUENORTH_FUZZ=200` asks for that many cases a route, new ones.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.sandbox.company import SERVICE
from connectors.sandbox.jira.http import SERVICE_TOKEN
from connectors.sandbox.jira.routes import routes
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.contract import layer as contract
from tests.support.contract.jira import corrected, meant
from tests.support.sandbox_jira_client import Jira, paragraph

ASKED = os.environ.get("TRUENORTH_FUZZ")
SOME = settings(
    max_examples=int(ASKED or 10),
    derandomize=not ASKED,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
ISSUES = ["WEB-1", "OPS-1", "10001", "HR-1", "NONE-1"]
KNOWN: dict[str, list[Any]] = {
    "issueIdOrKey": ISSUES,
    "issueIdsOrKeys": [["WEB-1", "OPS-1"], ["10001"], []],
    "selectedIssueIdsOrKeys": [["WEB-1", "OPS-2", "NONE-1"]],
    "projectIdOrKey": ["WEB", "OPS", "NONE"],
    "jql": ["project = WEB", "labels is empty ORDER BY key", "parent = WEB-1", "x", ""],
    "fieldId": ["customfield_10101", "customfield_10102", "summary", "labels"],
    "fields": [["*all"], ["summary", "-labels"]],
    "propertyKey": ["truenorth", "sd.x"],
    "accountId": [SERVICE.account_id],
    "startAt": [0, 1, 10**12],
    "maxResults": [0, 1, 50, 10**12],
    "expand": ["names", "changelog,properties", "nothing"],
    "globalId": ["a"],
}
"""Values that there are, by the name of the parameter or member that takes them."""

PATTERN = re.compile(r"\{[^}]*\}")
SERVED = sorted(
    {
        (route.method, PATTERN.sub("{}", route.path).removeprefix("/jira"))
        for route in routes(generate(50))
        if "/rest/api/3/" in getattr(route, "path", "")
    }
)


@pytest.fixture(scope="module")
def operations() -> dict[tuple[str, str], Any]:
    """The document's operations that the sandbox serves, by method and path without names."""
    if not contract.available():
        pytest.skip(contract.WHY_OFF)
    import schemathesis

    document = corrected(meant(json.loads(contract.JIRA.read_bytes())))
    served = set(SERVED)
    document["paths"] = {
        path: {
            method: one
            for method, one in item.items()
            if (method.upper(), PATTERN.sub("{}", path)) in served or method == "parameters"
        }
        for path, item in document["paths"].items()
    }
    found: Any = schemathesis.openapi.from_dict(document).get_all_operations()
    made = [one.ok() for one in found]
    return {(one.method.upper(), PATTERN.sub("{}", one.path)): one for one in made}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(60, seed=11)) as running:
        yield running


@pytest.fixture
def known(sandbox: Sandbox) -> dict[str, list[Any]]:
    """A fresh world with one of everything, and the values that lead to it."""
    sandbox.reset()
    sandbox.call(lambda: sandbox.world.jira.limits.off())
    with Jira(sandbox) as jira:
        comment = jira.post("issue/WEB-1/comment", json={"body": paragraph("hello")}).json()["id"]
        link = {"globalId": "a", "object": {"url": "https://x.example", "title": "A"}}
        jira.put("issue/WEB-1/properties/truenorth", json={"v": 1})
        remote = jira.post("issue/WEB-1/remotelink", json=link).json()["id"]
        saved = jira.post("filter", json={"name": "F", "jql": "project = WEB"}).json()["id"]
        board = {"name": "D", "sharePermissions": [], "editPermissions": []}
        dashboard = jira.post("dashboard", json=board).json()["id"]
        context = jira.get("field/customfield_10101/context").json()["values"][0]["id"]
    ids = {"commentId": comment, "linkId": remote, "dashboardId": dashboard, "contextId": context}
    return KNOWN | {name: [one] for name, one in ids.items()} | {"id": [saved, comment, dashboard, "1"]}


def replaced(value: Any, known: dict[str, list[Any]], data: st.DataObject) -> Any:
    """The value with some members replaced by values that there are."""
    if isinstance(value, dict):
        return {
            key: data.draw(st.sampled_from(known[key]))
            if key in known and data.draw(st.booleans())
            else replaced(one, known, data)
            for key, one in value.items()
        }
    return [replaced(one, known, data) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("method", "path"), SERVED, ids=[f"{method} {path}" for method, path in SERVED])
def test_no_route_falls_over(
    operations: dict[tuple[str, str], Any],
    sandbox: Sandbox,
    known: dict[str, list[Any]],
    method: str,
    path: str,
) -> None:
    from schemathesis import GenerationMode

    operation = operations[method, path]
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    strategies = [operation.as_strategy(generation_mode=mode) for mode in modes]
    client = httpx.Client(
        verify=loopback.NO_CERTIFICATES,
        base_url=f"{sandbox.url}/jira",
        auth=(SERVICE.email, SERVICE_TOKEN),
        timeout=30,
    )

    @SOME
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(st.one_of(strategies))
        sent = case.as_transport_kwargs(base_url=f"{sandbox.url}/jira")
        place = operation.path
        for name, one in replaced(dict(case.path_parameters or {}), known, data).items():
            place = place.replace(f"{{{name}}}", str(one).replace("/", "%2F").replace("?", "%3F") or "%20")
        body = sent.get("json")
        reply = client.request(
            method,
            httpx.URL(
                f"{sandbox.url}/jira{place}", params=_flat(replaced(dict(case.query or {}), known, data))
            ),
            content=None if body is None else json.dumps(replaced(body, known, data)),
            headers={"Content-Type": "application/json"},
        )
        answered(reply)

    with client:
        ask()


def _flat(query: dict[str, Any]) -> dict[str, Any]:
    """What a query can hold: texts, and lists of texts."""
    return {
        str(name): [str(one) for one in value] if isinstance(value, list) else str(value)
        for name, value in query.items()
    }


def answered(reply: httpx.Response) -> None:
    """Any answer but a breakdown."""
    what = f"{reply.request.method} {reply.request.url} {reply.request.content[:500]!r}"
    assert reply.status_code < 500, f"{what}: {reply.status_code} {reply.text[:500]}"
    assert "Traceback" not in reply.text, what
    if reply.content and reply.headers["Content-Type"].startswith("application/json"):
        reply.json()


WORDS = st.sampled_from(
    [
        "project",
        "summary",
        "labels",
        "status",
        "statusCategory",
        "priority",
        "component",
        "parent",
        "key",
        "id",
        "assignee",
        "created",
        "updated",
        "duedate",
        "cf[10101]",
        "cf[10102]",
        "cf[99999]",
        "'KR",
        "progress'",
        '"Key',
        'result"',
        "=",
        "!=",
        "~",
        "!~",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "is",
        "not",
        "and",
        "or",
        "empty",
        "null",
        "was",
        "changed",
        "currentUser()",
        "now()",
        "startOfDay(-1d)",
        "endOfMonth()",
        "-7d",
        "2w",
        "2026-11-16",
        '"2026-11-16',
        '09:00"',
        "1794819600000",
        "WEB",
        "OPS-1",
        "10001",
        "Highest",
        "Done",
        "(",
        ")",
        ",",
        "order",
        "by",
        "asc",
        "desc",
        '""',
        "'",
        '"',
        "\\",
        "{",
        "}",
        "@",
        "5",
        "-1",
        "issue",
        "in",
        "(WEB-1,OPS-1)",
        "filter",
        "=",
        "10000",
        "1e400",
        "99999999999999999999",
        "🚀",
        "\\u0041",
    ]
)


@SOME
@given(
    words=st.lists(WORDS, max_size=14),
    text=st.text(max_size=12),
    size=st.one_of(st.none(), st.integers(-5, 10**10)),
)
@example(words=["created", ">=", "-99999999999w"], text="", size=None)
@example(words=["created", ">", "99999999999999999999"], text="", size=None)
@example(words=["("] * 500, text="", size=None)
@example(words=["not"] * 500 + ["project", "=", "WEB"], text="", size=None)
def test_no_query_falls_over(sandbox: Sandbox, words: list[str], text: str, size: int | None) -> None:
    jql = " ".join([*words, text])
    with Jira(sandbox) as jira:
        sandbox.call(lambda: sandbox.world.jira.limits.off())
        body = {"jql": jql} | ({} if size is None else {"maxResults": size})
        answered(
            jira.post("search/jql", content=json.dumps(body), headers={"Content-Type": "application/json"})
        )
        for path in ("2/search", "2/search/jql"):
            url = f"{sandbox.url}/jira/rest/api/{path}"
            answered(jira.get(url, params={"jql": jql, "startAt": "-1", "maxResults": "x"}))
