"""Histories of issues: one issue's changelog, and those of many at once.

Wire facts: contracts/jira.md, section 1.3.
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from operator import itemgetter
from typing import Any

import msgspec
from aiohttp import web

from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.http import JiraError, issue_of, reader, reply, strict_body, whole_number
from connectors.sandbox.jira.show import Resource, Show
from connectors.sandbox.jira.state import History, Issue, JiraSite

LARGEST_PAGE = 100
LARGEST_BULK_PAGE = 10_000
USUAL_BULK_PAGE = 1_000
MOST_ISSUES = 1_000
MOST_FIELDS = 10

Position = tuple[int, int, int]
"""Where a row stands in a bulk changelog: epoch ms, issue id, history id."""


class Changelogs(Resource):
    """Changelogs."""

    async def get_changelog(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, reader(request))
        start = max(0, whole_number(request, "startAt", 0))
        size = min(LARGEST_PAGE, max(1, whole_number(request, "maxResults", LARGEST_PAGE)))
        rows = self.show(request).histories(issue)
        return reply(
            {
                "self": f"{self.show(request).rest}/issue/{issue.id}/changelog",
                "maxResults": size,
                "startAt": start,
                "total": len(rows),
                "isLast": start + size >= len(rows),
                "values": rows[start : start + size],
            }
        )

    async def fetch_many(self, request: web.Request) -> web.Response:
        asked = await strict_body(
            request, issueIdsOrKeys=list, fieldIds=list, maxResults=int, nextPageToken=str
        )
        return reply(_page(self.site, self.show(request), asked))

    def routes(self) -> list[web.RouteDef]:
        """What is served of histories."""
        rest = f"{self.base}/rest/api/3"
        return [
            web.get(f"{rest}/issue/{{issue}}/changelog", self.get_changelog),
            web.post(f"{rest}/changelog/bulkfetch", self.fetch_many),
        ]


def _page(site: JiraSite, show: Show, asked: dict[str, Any]) -> dict[str, Any]:
    """One page of rows by time, then issue; one issue can span pages. Raises JiraError 400."""
    names = asked.get("issueIdsOrKeys") or []
    if not names or not all(isinstance(name, str) for name in names):
        raise JiraError(400, "The issueIdsOrKeys field is required and cannot be empty.")
    if len(names) > MOST_ISSUES:
        raise JiraError(400, f"The number of issues exceeds the limit of {MOST_ISSUES}.")
    wanted = set(map(str, asked.get("fieldIds") or ()))
    if len(asked.get("fieldIds") or ()) > MOST_FIELDS:
        raise JiraError(400, f"The number of field ids exceeds the limit of {MOST_FIELDS}.")
    size = asked.get("maxResults")
    size = USUAL_BULK_PAGE if size is None else size
    if not 1 <= size <= LARGEST_BULK_PAGE:
        raise JiraError(400, f"maxResults must be between 1 and {LARGEST_BULK_PAGE}.")
    found = {issue.id: issue for name in names if (issue := site.find(name, show.person))}
    rows = [
        (_position(issue, entry), told)
        for issue in found.values()
        for entry, told in zip(history_of(issue), show.histories(issue), strict=False)
        if not wanted or any(item.field_id in wanted for item in entry.items)
    ]
    rows.sort(key=itemgetter(0))
    token = asked.get("nextPageToken")
    start = bisect_right([position for position, _ in rows], _read_token(token)) if token else 0
    page = rows[start : start + size]
    logs: dict[int, list[dict[str, Any]]] = {}
    for (at, number, _), told in page:
        # Milliseconds since 1970 here, where an issue's own changelog has a text.
        logs.setdefault(number, []).append(_narrowed(told | {"created": at}, wanted))
    shown: dict[str, Any] = {
        "issueChangeLogs": [
            {"issueId": str(number), "changeHistories": histories} for number, histories in logs.items()
        ]
    }
    if start + size < len(rows):
        shown["nextPageToken"] = _write_token(page[-1][0])
    return shown


def _narrowed(shown: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    if wanted:
        shown["items"] = [item for item in shown["items"] if item.get("fieldId") in wanted]
    return shown


def _position(issue: Issue, entry: History) -> Position:
    return int(entry.created.timestamp() * 1000), issue.id, entry.id


def _write_token(position: Position) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode()


def _read_token(text: str) -> Position:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=tuple[int, int, int])
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        raise JiraError(400, "The provided nextPageToken is invalid.") from None
