"""Reading the site's paged lists to their end."""

from __future__ import annotations

from typing import Any

from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient

Row = dict[str, Any]


def listed(client: JiraClient, path: str, **params: str) -> list[Any]:
    """Every row of an offset list. Raises TrackerError."""
    rows: list[Any] = []
    while True:
        page = client.call("GET", path, replies.ROW, params={**params, "startAt": str(len(rows))})
        rows += page["values"]
        if page.get("isLast", True) or not page["values"]:
            return rows
