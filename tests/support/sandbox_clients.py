"""Both trackers of a sandbox over plain HTTP, asked for little, for tests of what comes between."""

from __future__ import annotations

from typing import Any

import httpx

from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.server import Sandbox
from tests.support import loopback
from tests.support.sandbox_jira_client import SERVICE

ISSUES = "query Some($after: String) { issues(first: 3, after: $after) { nodes { id identifier assignee { name } } pageInfo { hasNextPage endCursor } } }"


def jira(sandbox: Sandbox, path: str = "myself", **more: Any) -> httpx.Response:
    return loopback.get(f"{sandbox.url}/jira/rest/api/3/{path}", auth=SERVICE, **more)


def found(sandbox: Sandbox, jql: str = "project = WEB ORDER BY key", **more: Any) -> dict[str, Any]:
    body = {"jql": jql, "maxResults": 3, **more}
    reply = loopback.post(f"{sandbox.url}/jira/rest/api/3/search/jql", json=body, auth=SERVICE)
    assert reply.status_code == 200, reply.text
    value: dict[str, Any] = reply.json()
    return value


def linear(sandbox: Sandbox, document: str = ISSUES, **variables: Any) -> httpx.Response:
    return loopback.post(
        f"{sandbox.url}/linear/graphql",
        json={"query": document, "variables": variables},
        headers={"Authorization": TOKEN},
    )
