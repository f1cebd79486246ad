"""A small GraphQL client over real HTTP, with a sandbox to speak to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from connectors.sandbox.linear.state import TOKEN, LinearSpace
from tests.support import loopback

ANN = "sandbox-person-token:ann.lee@acme.example"
INES = "sandbox-person-token:ines.duarte@acme.example"
"""An admin's key."""
APP = "Bearer lin_oauth_sandbox-app"


@dataclass
class Linear:
    """The Linear endpoint of a running sandbox, and the state behind it."""

    url: str
    space: LinearSpace

    def post(self, query: str, token: str | None = TOKEN, **variables: Any) -> httpx.Response:
        headers = {"Authorization": token} if token is not None else {}
        return loopback.post(
            f"{self.url}/linear/graphql", json={"query": query, "variables": variables}, headers=headers
        )

    def data(self, query: str, token: str = TOKEN, **variables: Any) -> Any:
        """The data of a reply without errors."""
        response = self.post(query, token, **variables)
        body = response.json()
        assert "errors" not in body, body["errors"]
        assert response.status_code == 200
        return body["data"]

    def error(self, query: str, status: int = 200, token: str | None = TOKEN, **variables: Any) -> Any:
        """The only error of a reply that has no data."""
        response = self.post(query, token, **variables)
        body = response.json()
        assert response.status_code == status, body
        assert body.get("data") is None
        (error,) = body["errors"]
        return error

    def page(self, path: str) -> httpx.Response:
        return loopback.get(f"{self.url}{path}")
