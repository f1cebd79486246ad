"""Plain pages on which a lead looks at a saved filter, or at a dashboard of filters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from connectors.sandbox import pages
from connectors.sandbox.company import Person
from connectors.sandbox.jira.fields import FIELD_BY_ID
from connectors.sandbox.jira.http import JiraError
from connectors.sandbox.jira.page import MOST_LISTED, row_of
from connectors.sandbox.jira.search import matching
from connectors.sandbox.jira.shared import Dashboard, Filter, Gadget, SharePermission
from connectors.sandbox.jira.state import KEY_RESULT, KR_PROGRESS, JiraSite

_FILTER_ID = re.compile(r"(?:filter-)?(\d+)")
_FILTER_KEYS = ("filterId", "projectOrFilterId", "filter")
"""Names under which gadgets keep their filter; the real ones are not documented."""


FIRST_COLUMNS = ("issuetype", "issuekey", "summary", "status", "assignee", "created")
"""What a list shows whose owner chose no columns."""
MORE_COLUMNS = (KEY_RESULT, KR_PROGRESS, "labels")
"""What the page of a filter shows besides, where any of its issues has it."""
_HEADINGS = {
    "issuetype": "Type",
    "issuekey": "Key",
    "summary": "Summary",
    "status": "Status",
    "assignee": "Assignee",
    "created": "Created",
    "labels": "Labels",
    "priority": "Priority",
    "duedate": "Due",
}


def view_routes(site: JiraSite, base: str) -> list[web.RouteDef]:
    """The pages of filters and dashboards below `base`; each shows what its owner sees."""

    async def everything(_: web.Request) -> web.Response:
        return pages.page(
            "jira/filters.html",
            base=base,
            filters=[_head(site, one) for one in site.filters.values()],
            dashboards=[_head(site, one) for one in site.dashboards.values()],
        )

    async def one_filter(request: web.Request) -> web.Response:
        found = site.filters.get(int(request.match_info["number"]))
        if found is None:
            return pages.missing(f"There is no filter {request.match_info['number']} on this site.")
        head = _head(site, found) | {"jql": found.jql}
        result = _result(site, found)
        columns = _usual_columns(result)
        headed = _headed(site, columns)
        return pages.page("jira/filter.html", base=base, head=head, result=result, columns=headed)

    async def one_dashboard(request: web.Request) -> web.Response:
        found = site.dashboards.get(int(request.match_info["number"]))
        if found is None:
            return pages.missing(f"There is no dashboard {request.match_info['number']} on this site.")
        gadgets = sorted(found.gadgets.values(), key=lambda gadget: (gadget.row, gadget.column))
        shown = [_gadget(site, gadget) for gadget in gadgets]
        return pages.page("jira/dashboard.html", base=base, head=_head(site, found), gadgets=shown)

    async def by_query(request: web.Request) -> web.Response:
        """The address that a filter tells of itself."""
        number = request.query.get("filter", "")
        if number.isdecimal():
            raise web.HTTPFound(f"{base}/filter/{number}")
        raise web.HTTPFound(f"{base}/issues?{request.query_string}")

    async def by_page(request: web.Request) -> web.Response:
        """The address that a dashboard tells of itself."""
        number = request.query.get("selectPageId", "")
        raise web.HTTPFound(f"{base}/dashboard/{number}" if number.isdecimal() else f"{base}/filters")

    return [
        web.get(f"{base}/filters", everything),
        web.get(rf"{base}/filter/{{number:\d{{1,12}}}}", one_filter),
        web.get(rf"{base}/dashboard/{{number:\d{{1,12}}}}", one_dashboard),
        web.get(f"{base}/issues/", by_query),
        web.get(f"{base}/secure/Dashboard.jspa", by_page),
    ]


def _head(site: JiraSite, one: Filter | Dashboard) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "owner": one.owner.name,
        "shares": [_words(site, share) for share in one.shares] or ["private"],
    }


def _words(site: JiraSite, share: SharePermission) -> str:
    match share.type:
        case "global":
            return "shared with everybody"
        case "authenticated":
            return "shared with all who are signed in"
        case "project":
            named = [p.name for p in site.projects.values() if str(p.id) == share.target]
            return f"shared with project {named[0] if named else share.target}"
        case kind:
            return f"shared with a {kind}" if kind == "user" else f"shared with {share.target}"


def _result(site: JiraSite, one: Filter) -> dict[str, Any]:
    """What the filter finds for its owner, or why it finds nothing."""
    return _found(site, one.owner, one.jql)


def _found(site: JiraSite, person: Person, jql: str) -> dict[str, Any]:
    site.tasks.settle(site.clock.now())
    try:
        prepared, unsorted = matching(site, person, jql)
    except JiraError as error:
        return {"problem": " ".join(error.body["errorMessages"]), "rows": [], "total": 0}
    issues = sorted(unsorted, key=lambda issue: prepared.rank(prepared.position(issue)))
    return {"problem": "", "rows": [row_of(issue) for issue in issues[:MOST_LISTED]], "total": len(issues)}


def _gadget(site: JiraSite, gadget: Gadget) -> dict[str, Any]:
    number = next(filter(None, map(_filter_id, gadget.properties.values())), None)
    found = site.filters.get(number) if number is not None else None
    result = _result(site, found) if found is not None else None
    return {
        "title": gadget.title,
        "filter": _head(site, found) if found is not None else None,
        "result": result,
        "columns": _headed(site, _columns(gadget) or _usual_columns(result or {"rows": []})),
    }


def _columns(gadget: Gadget) -> list[str]:
    """The columns that its settings name; none where they name none."""
    named = [
        one["columnNames"]
        for one in gadget.properties.values()
        if isinstance(one, dict) and "columnNames" in one
    ]
    return str(named[0]).split("|") if named else []


def _usual_columns(result: Mapping[str, Any]) -> list[str]:
    """The first ones, and of the others those that are not empty."""
    more = (one for one in MORE_COLUMNS if any(_has(row, one) for row in result["rows"]))
    return [*FIRST_COLUMNS, *more]


def _headed(site: JiraSite, columns: Sequence[str]) -> list[tuple[str, str]]:
    names = {one.id: one.name for one in (*FIELD_BY_ID.values(), *site.fields.values())}
    return [(one, _HEADINGS.get(one) or names.get(one, one)) for one in columns]


def _has(row: Mapping[str, Any], column: str) -> bool:
    value = row["labels"] if column == "labels" else row["custom"].get(column)
    return value not in (None, "", [])


def _filter_id(settings: Any) -> int | None:
    """The filter that settings name: a number, a text with it, or an object with one of the known keys."""
    if isinstance(settings, dict):
        named = (_filter_id(settings[key]) for key in _FILTER_KEYS if key in settings)
        return next(filter(None, named), None)
    match = _FILTER_ID.fullmatch(str(settings))
    return int(match[1]) if match and not isinstance(settings, bool) else None
