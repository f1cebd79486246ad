"""Search and bulk reads: `search/jql`, `approximate-count`, `jql/parse`, `issue/bulkfetch`.

Wire facts: contracts/jira.md, section 1. Tokens are keyset positions that hold the query in clear.
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from collections.abc import Collection
from typing import Any

import msgspec
from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.http import (
    INVALID_PAYLOAD,
    JiraError,
    json_body,
    names,
    reader,
    reply,
    strict_body,
    whole_number,
)
from connectors.sandbox.jira.index import indexed_issues
from connectors.sandbox.jira.jql import parse
from connectors.sandbox.jira.jql_context import JqlContext
from connectors.sandbox.jira.jql_match import PreparedQuery, prepare
from connectors.sandbox.jira.jql_shape import structure
from connectors.sandbox.jira.jql_tokens import JqlError
from connectors.sandbox.jira.show import NAVIGABLE_FIELDS, Resource, Show, chosen
from connectors.sandbox.jira.state import Issue, JiraSite

LARGEST_PAGE = 5000
FULL_PAGE = 100
"""Issues a page when more than their ids and keys is asked for, whatever `maxResults` says."""
MOST_PROPERTIES = 5
MOST_RECONCILED = 50
TOKEN_LIFE_MS = 7 * 24 * 3600 * 1000

UNBOUNDED = (
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your JQL query. "
    "For example, narrow it to a project."
)
REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)


class _Token(msgspec.Struct, array_like=True):
    """Position of the last row, page size, time of issue, the query itself, and the ids to reconcile."""

    position: list[Any]
    size: int
    at: int
    jql: str
    reconcile: list[int] = []


class Search(Resource):
    """Search and bulk reads."""

    async def get_search(self, request: web.Request) -> web.Response:
        query = request.query
        asked = {
            "jql": query.get("jql", ""),
            "nextPageToken": query.get("nextPageToken"),
            "maxResults": whole_number(request, "maxResults", 50),
            "fields": names(",".join(query.getall("fields", []))),
            "expand": query.get("expand"),
            "properties": names(",".join(query.getall("properties", []))),
            "reconcileIssues": names(",".join(query.getall("reconcileIssues", []))),
        }
        return reply(_page(self.site, self.show(request), asked))

    async def post_search(self, request: web.Request) -> web.Response:
        asked = await strict_body(
            request,
            jql=str,
            nextPageToken=str,
            maxResults=int,
            fields=list,
            expand=str,
            properties=list,
            fieldsByKeys=bool,
            reconcileIssues=list,
        )
        return reply(_page(self.site, self.show(request), asked))

    async def removed(self, _: web.Request) -> web.Response:
        raise JiraError(410, REMOVED)

    async def count(self, request: web.Request) -> web.Response:
        asked = await strict_body(request, jql=str)
        return reply({"count": len(matching(self.site, reader(request), asked.get("jql") or "")[1])})

    async def check(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        queries = body.get("queries") if isinstance(body, dict) else None
        if not isinstance(queries, list) or not queries or not all(isinstance(q, str) for q in queries):
            raise JiraError(400, "The 'queries' field is required and must be a list of texts.")
        mode = request.query.get("validation", "strict")
        return reply({"queries": [_parsed(self.site, reader(request), text, mode) for text in queries]})

    async def bulk_fetch(self, request: web.Request) -> web.Response:
        asked = await strict_body(
            request,
            issueIdsOrKeys=list,
            fields=list,
            expand=list,
            properties=list,
            fieldsByKeys=bool,
        )
        return reply(_bulk(self.site, self.show(request), asked))

    def routes(self) -> list[web.RouteDef]:
        """What is served of search; the removed search API says so under every version."""
        rest = f"{self.base}/rest/api/3"
        gone = [
            web.route(method, f"{self.base}/rest/api/{version}/search", self.removed)
            for method in ("GET", "POST")
            for version in ("2", "3", "latest")
        ]
        return [
            *gone,
            web.get(f"{rest}/search/jql", self.get_search),
            web.post(f"{rest}/search/jql", self.post_search),
            web.post(f"{rest}/search/approximate-count", self.count),
            web.post(f"{rest}/jql/parse", self.check),
            web.post(f"{rest}/issue/bulkfetch", self.bulk_fetch),
        ]


def matching(
    site: JiraSite, person: Person | None, jql: str, fresh: Collection[int] = ()
) -> tuple[PreparedQuery, list[Issue]]:
    """What a bounded query finds in the index, unsorted; issues of the ids `fresh` as they are now.

    Raises JiraError 400.
    """
    try:
        query = parse(jql)
        if query.where is None:
            raise JiraError(400, UNBOUNDED)
        found = prepare(query, JqlContext(site, person, site.clock.now()))
    except JqlError as error:
        raise JiraError(400, str(error)) from None
    return found, [issue for issue in indexed_issues(site, person, fresh) if found.test(issue)]


def _page(site: JiraSite, show: Show, asked: dict[str, Any]) -> dict[str, Any]:
    """One page. Checks in the real order: the token, then the page size, then the query."""
    now = int(site.clock.now().timestamp() * 1000)
    jql = asked.get("jql") or ""
    fresh = _reconciled(asked.get("reconcileIssues"))
    token = _read_token(asked["nextPageToken"], jql, fresh, now) if asked.get("nextPageToken") else None
    # A null counts as zero, which is refused; only an absent size means the default.
    size = (asked["maxResults"] or 0) if "maxResults" in asked else 50
    if not 1 <= size <= LARGEST_PAGE:
        raise JiraError(400, f"maxResults must be between 1 and {LARGEST_PAGE}.")
    properties = _property_names(asked.get("properties"))
    found, issues = matching(site, show.person, jql, fresh)
    by_id = {issue.id: issue for issue in issues}
    rows = sorted((found.rank(found.position(issue)), issue.id) for issue in issues)
    start = bisect_right(rows, (found.rank(token.position), 1 << 62)) if token else 0
    fields = [str(name) for name in asked.get("fields") or ["id"]]
    narrow = not properties and set(fields) <= {"id", "key"}
    size = size if narrow else min(size, FULL_PAGE)
    page = [by_id[number] for _, number in rows[start : start + size]]
    result: dict[str, Any] = {
        "issues": _rows(show, page, fields, properties, names(asked.get("expand"))),
        "isLast": start + size >= len(rows),
    }
    if not result["isLast"]:
        result["nextPageToken"] = _write_token(_Token(found.position(page[-1]), size, now, jql, fresh))
    if "names" in names(asked.get("expand")):
        result["names"] = {entry.id: entry.name for entry in show.site.fields.values()}
    return result


def _rows(
    show: Show, page: list[Issue], fields: list[str], properties: list[str], expand: list[str]
) -> list[dict[str, Any]]:
    if fields == ["id"] and not properties:
        return [{"id": str(issue.id)} for issue in page]
    picked = [name for name in chosen(fields, NAVIGABLE_FIELDS, show.site) if name not in ("id", "key")]
    return [show.issue(issue, picked, properties, expand) for issue in page]


def _property_names(given: Any) -> list[str]:
    properties = [str(name) for name in given or ()]
    if len(properties) > MOST_PROPERTIES:
        raise JiraError(400, f"At most {MOST_PROPERTIES} issue properties can be requested.")
    return properties


def _write_token(token: _Token) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode()


def _reconciled(given: Any) -> list[int]:
    """The ids to reconcile, which are numbers, not keys. Raises JiraError 400."""
    try:
        ids = [int(number) for number in given or ()]
    except (TypeError, ValueError):
        raise JiraError(400, INVALID_PAYLOAD, bare=True) from None
    if len(ids) > MOST_RECONCILED:
        raise JiraError(400, f"At most {MOST_RECONCILED} issues can be reconciled.")
    return ids


def _read_token(text: str, jql: str, fresh: list[int], now: int) -> _Token:
    try:
        token = msgspec.json.decode(base64.urlsafe_b64decode(text), type=_Token)
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        raise JiraError(400, "The provided nextPageToken is invalid.") from None
    if token.jql != jql or token.reconcile != fresh or now - token.at > TOKEN_LIFE_MS:
        raise JiraError(400, "The provided nextPageToken is invalid or has expired.")
    return token


def _parsed(site: JiraSite, person: Person | None, text: str, mode: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"query": text}
    try:
        query = parse(text)
    except JqlError as error:
        return shown | {"errors": [str(error)]}
    try:
        prepare(query, JqlContext(site, person, site.clock.now()))
    except JqlError as error:
        if mode == "strict":
            return shown | {"errors": [str(error)]}
        if mode == "warn":
            shown["warnings"] = [str(error)]
    return shown | {"structure": structure(query)}


def _bulk(site: JiraSite, show: Show, asked: dict[str, Any]) -> dict[str, Any]:
    """Issues in ascending id order; what is missing or hidden is in neither list."""
    wanted = asked.get("issueIdsOrKeys")
    if not wanted:
        raise JiraError(400, "The issueIdsOrKeys field is required and cannot be empty.")
    if len(wanted) > FULL_PAGE:
        raise JiraError(400, f"The number of issues exceeds the limit of {FULL_PAGE}.")
    found = {issue.id: issue for name in wanted if (issue := site.find(str(name), show.person))}
    fields = chosen([str(name) for name in asked.get("fields") or ()], NAVIGABLE_FIELDS, site)
    properties = _property_names(asked.get("properties"))
    expand = [str(name) for name in asked.get("expand") or ()]
    return {
        "issues": [show.issue(found[number], fields, properties, expand) for number in sorted(found)],
        "issueErrors": [],
    }
