"""A thin client of the sandbox's Jira site for its tests: plain HTTP, nothing of our connector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from connectors.sandbox.company import Clock
from connectors.sandbox.jira.generate import generate_jira
from connectors.sandbox.jira.state import JiraSite
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback

SERVICE = ("truenorth@acme.example", "sandbox-jira-token")
ANN = ("ann.lee@acme.example", "sandbox-person-token")


def site(items: int = 180, seed: int = 1) -> JiraSite:
    return generate_jira(items, seed, Clock())


class Jira(httpx.Client):
    """Paths are below /jira/rest/api/3; acts as the service account unless given another."""

    def __init__(self, sandbox: Sandbox, auth: tuple[str, str] | None = SERVICE) -> None:
        super().__init__(
            base_url=f"{sandbox.url}/jira/rest/api/3/", auth=auth, timeout=20, verify=loopback.NO_CERTIFICATES
        )
        self.sandbox = sandbox
        self.site = sandbox.world.jira

    def acting_as(self, auth: tuple[str, str] | None) -> Jira:
        return Jira(self.sandbox, auth)

    def ids(self, jql: str) -> list[str]:
        """The ids that a query finds, in order."""
        reply = self.post("search/jql", json={"jql": jql, "maxResults": 5000})
        assert reply.status_code == 200, reply.text
        return [row["id"] for row in reply.json()["issues"]]

    def keys(self, jql: str) -> list[str]:
        return [self.site.issues[int(number)].key for number in self.ids(jql)]

    def issue(self, key: str, **query: str) -> dict[str, Any]:
        reply = self.get(f"issue/{key}", params=query)
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found

    def search(self, **body: Any) -> httpx.Response:
        return self.post("search/jql", json=body)


@contextmanager
def running(items: int = 100, seed: int = 1) -> Iterator[Jira]:
    """A client of a fresh sandbox."""
    with Sandbox(generate(items, seed)) as sandbox, Jira(sandbox) as client:
        yield client


def paragraph(text: str) -> dict[str, Any]:
    """A document of one paragraph."""
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }
