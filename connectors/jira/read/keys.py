"""What keys lead to: Jira answers by old keys of moved issues and renamed projects, and names the one that holds now."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Executor
from typing import Literal
from urllib.parse import quote

from connectors.jira.api import replies
from connectors.jira.api.bulk_read import on_threads
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Forbidden, Rejected
from connectors.model import Identity


def identities(
    client: JiraClient, pool: Executor, what: Literal["issue", "project"], keys: Collection[str]
) -> dict[str, Identity]:
    """The issues or projects that have or had these keys, one request each; see `ResolvesKeys`. Raises as `pull` does."""
    params = {"fields": "id"} if what == "issue" else {}

    def ask(key: str) -> tuple[str, Identity | None]:
        path = f"{what}/{quote(key.upper(), safe='')}"
        try:
            found = client.call("GET", path, replies.ISSUE_KEY, params=params)
        except (Rejected, Forbidden) as error:
            # Data Center may answer 403 for what is hidden, and 400 for a number that is none.
            if error.status not in (400, 403, 404):
                raise
            return key, None
        return key, Identity(found.id, found.key)

    return {key: one for key, one in on_threads(pool, ask, sorted(keys)) if one is not None}
