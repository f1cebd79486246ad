"""Plain pages on which a person looks at issues and sees the marks on them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from connectors.sandbox import pages
from connectors.sandbox.company import DIRECTORY, SERVICE
from connectors.sandbox.jira.adf import to_html
from connectors.sandbox.jira.fields import FIELD_BY_ID, Option
from connectors.sandbox.jira.http import JiraError
from connectors.sandbox.jira.search import matching
from connectors.sandbox.jira.server_show import name_of
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    KEY_RESULT,
    KR_PROGRESS,
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    Issue,
    JiraSite,
)

MOST_LISTED = 500
_COLOURS = {"new": "neutral", "indeterminate": "blue", "done": "green"}


def page_routes(site: JiraSite, base: str) -> list[web.RouteDef]:
    """The pages below `base`; they show everything, as to an administrator."""

    async def browse(request: web.Request) -> web.Response:
        key = request.match_info["key"]
        issue = site.find(key, SERVICE) or _anywhere(site, key)
        if issue is None:
            return pages.missing(f"There is no issue {key} on this site.")
        return pages.page("jira/issue.html", base=base, **_issue(site, issue))

    async def issues(request: web.Request) -> web.Response:
        jql = request.query.get("jql", "").strip()
        problem, found = "", []
        if jql:
            try:
                prepared, unsorted = matching(site, SERVICE, jql)
                found = sorted(unsorted, key=lambda issue: prepared.rank(prepared.position(issue)))
            except JiraError as error:
                problem = " ".join(error.body["errorMessages"])
        rows = [row_of(issue) for issue in found[:MOST_LISTED]]
        return pages.page(
            "jira/issues.html", base=base, jql=jql, problem=problem, rows=rows, total=len(found)
        )

    return [web.get(f"{base}/browse/{{key}}", browse), web.get(f"{base}/issues", issues)]


def _anywhere(site: JiraSite, key: str) -> Issue | None:
    return site.issues.get(site.keys.get(key.upper(), -1))


def row_of(issue: Issue) -> dict[str, Any]:
    """An issue as the lists of a page show it."""
    progress = issue.custom.get(KR_PROGRESS)
    return {
        "key": issue.key,
        "summary": issue.summary,
        "type": issue.type.name,
        "status": issue.status.name,
        "colour": _COLOURS[issue.status.category],
        "key_result": issue.custom.get(KEY_RESULT),
        "progress": None if progress is None else round(progress),
        "labels": issue.labels,
        "assignee": issue.assignee.name if issue.assignee else "",
        "created": issue.created.date().isoformat(),
        "priority": issue.priority.name if issue.priority else "",
        "custom": {id_: one.value if isinstance(one, Option) else one for id_, one in issue.custom.items()},
    }


def _parent(site: JiraSite, issue: Issue) -> Issue | None:
    if issue.parent is not None:
        return site.issues.get(issue.parent)
    return _anywhere(site, issue.custom.get(EPIC_LINK) or "")


def _added(site: JiraSite, issue: Issue) -> list[tuple[str, str]]:
    """The fields that somebody added to the site, with what stands in them on the issue."""
    found = ((entry.name, issue.custom.get(entry.id)) for entry in site.fields.values())
    known = {entry.name for entry in FIELD_BY_ID.values()}
    return [
        (name, value.value if isinstance(value, Option) else str(value))
        for name, value in found
        if name not in known and value is not None
    ]


def _issue(site: JiraSite, issue: Issue) -> dict[str, Any]:
    ancestors: list[Issue] = []
    above = _parent(site, issue)
    while above is not None and above not in ancestors:
        ancestors.insert(0, above)
        above = _parent(site, above)
    points = issue.custom.get(STORY_POINTS)
    progress = issue.custom.get(KR_PROGRESS)
    return {
        "issue": issue,
        "colour": _COLOURS[issue.status.category],
        "ancestors": ancestors,
        "children": [row_of(child) for child in _children(site, issue)],
        "key_result": issue.custom.get(KEY_RESULT),
        "progress": None if progress is None else round(progress),
        "added": _added(site, issue),
        "points": points if points is not None else issue.custom.get(STORY_POINT_ESTIMATE),
        "description": to_html(with_names(issue.description)) if issue.description else None,
        "links": _links(site, issue),
        "comments": [
            {
                "by": comment.author.name,
                "created": comment.created,
                "edited": comment.updated if comment.updated != comment.created else None,
                "editor": comment.update_author.name,
                "html": to_html(with_names(comment.body)),
            }
            for comment in issue.comments.values()
        ],
        "remote_links": [
            {
                "title": link.value["object"]["title"],
                "summary": link.value["object"].get("summary"),
                "url": _safe(link.value["object"]["url"]),
            }
            for link in issue.remote_links
        ],
        "properties": {
            key: json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
            for key, value in issue.properties.items()
        },
        "comment_properties": [
            (comment.id, json.dumps(comment.properties, indent=2, ensure_ascii=False, sort_keys=True))
            for comment in issue.comments.values()
            if comment.properties
        ],
    }


def with_names(node: Mapping[str, Any]) -> dict[str, Any]:
    """The document with people called by their names, as far as the site knows them."""
    if node["type"] == "mention":
        id_ = node["attrs"]["id"]
        known = next((one for one in DIRECTORY.values() if id_ in (one.account_id, name_of(one))), None)
        return {**node, "attrs": {**node["attrs"], "text": known.name}} if known is not None else {**node}
    if "content" not in node:
        return {**node}
    return {**node, "content": [with_names(child) for child in node["content"]]}


def _children(site: JiraSite, issue: Issue) -> list[Issue]:
    below = [site.issues[number] for number in issue.children if number in site.issues]
    if issue.type.level == 1:
        below += [
            i for i in site.issues.values() if i.parent is None and i.custom.get(EPIC_LINK) == issue.key
        ]
    return below


def _links(site: JiraSite, issue: Issue) -> list[tuple[str, Issue]]:
    return [
        (link.type.outward, site.issues[link.target])
        if link.source == issue.id
        else (link.type.inward, site.issues[link.source])
        for link in issue.links
    ]


def _safe(url: object) -> str | None:
    """The address, if a browser may follow it."""
    text = str(url)
    return text if text.startswith(("https://", "http://")) else None
