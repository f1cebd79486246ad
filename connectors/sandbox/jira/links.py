"""Links between issues, their types, and remote links by their id.

`POST /issueLink` reads "`inwardIssue` blocks `outwardIssue`": the first is where the link starts.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.edit import record
from connectors.sandbox.jira.http import (
    INVALID_PAYLOAD,
    UNSEEN,
    JiraError,
    issue_of,
    json_body,
    nothing,
    reader,
    reply,
    strict_body,
    writer,
)
from connectors.sandbox.jira.index import before_write
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import (
    BLOCKS,
    CLONERS,
    RELATES,
    HistoryItem,
    Issue,
    IssueLink,
    JiraSite,
    LinkType,
    RemoteLink,
)

LINK_TYPES: tuple[LinkType, ...] = (BLOCKS, CLONERS, RELATES)
MOST_LINKS = 2000
NO_LINK = "No issue link with id '{}' exists."


class IssueLinks(Resource):
    """Links between two issues of the site."""

    def type(self, request: web.Request, kind: LinkType) -> dict[str, Any]:
        return {
            "id": str(kind.id),
            "name": kind.name,
            "inward": kind.inward,
            "outward": kind.outward,
            "self": f"{self.show(request).rest}/issueLinkType/{kind.id}",
        }

    async def list_types(self, request: web.Request) -> web.Response:
        return reply({"issueLinkTypes": [self.type(request, kind) for kind in LINK_TYPES]})

    async def get_type(self, request: web.Request) -> web.Response:
        return reply(self.type(request, _type_of({"id": request.match_info["type"]})))

    async def post_link(self, request: web.Request) -> web.Response:
        person = writer(request)
        body = await strict_body(request, type=dict, inwardIssue=dict, outwardIssue=dict, comment=dict)
        kind = _type_of(body.get("type") or {})
        source, target = (
            _end(self.site, person, body.get(name) or {}) for name in ("inwardIssue", "outwardIssue")
        )
        if not self.site.holds(person, "LINK_ISSUES", source.project):
            raise JiraError(404, f"No Link Issue Permission for issue '{source.key}'")
        if source is target:
            raise JiraError(400, "You cannot link an issue to itself.")
        if any(
            (link.type, link.source, link.target) == (kind, source.id, target.id) for link in source.links
        ):
            return web.Response(status=201)
        if max(len(source.links), len(target.links)) >= MOST_LINKS:
            raise JiraError(413, f"The issue has reached the limit of {MOST_LINKS} links.")
        add_link(self.site, person, kind, source, target)
        return web.Response(status=201)

    async def get_link(self, request: web.Request) -> web.Response:
        link, source, target = self._found(request, reader(request))
        show = self.show(request)
        return reply(
            {
                "id": str(link.id),
                "self": f"{show.rest}/issueLink/{link.id}",
                "type": self.type(request, link.type),
                "inwardIssue": show.brief(source),
                "outwardIssue": show.brief(target),
            }
        )

    async def delete_link(self, request: web.Request) -> web.Response:
        person = writer(request)
        link, source, target = self._found(request, person)
        kind = link.type
        for issue, other, words in ((source, target, kind.outward), (target, source, kind.inward)):
            before_write(self.site, issue)
            issue.links.remove(link)
            change = HistoryItem("Link", "", other.key, f"This issue {words} {other.key}", None, None)
            record(self.site, person, issue, [change])
        return nothing()

    def _found(self, request: web.Request, person: Person | None) -> tuple[IssueLink, Issue, Issue]:
        """The link that the path names, with its ends. Raises JiraError 404 where either is hidden."""
        number = request.match_info["link"]
        for issue in self.site.visible(person):
            for link in issue.links:
                if str(link.id) != number:
                    continue
                ends = [self.site.find(str(end), person) for end in (link.source, link.target)]
                if ends[0] is not None and ends[1] is not None:
                    return link, ends[0], ends[1]
        raise JiraError(404, NO_LINK.format(number))

    def routes(self) -> list[web.RouteDef]:
        """What is served of links between issues."""
        rest = f"{self.base}/rest/api/3"
        return [
            web.get(f"{rest}/issueLinkType", self.list_types),
            web.get(f"{rest}/issueLinkType/{{type}}", self.get_type),
            web.post(f"{rest}/issueLink", self.post_link),
            web.get(f"{rest}/issueLink/{{link}}", self.get_link),
            web.delete(f"{rest}/issueLink/{{link}}", self.delete_link),
        ]


def add_link(site: JiraSite, person: Person, kind: LinkType, source: Issue, target: Issue) -> None:
    """Link the two; both histories tell of it, and `updated` of both moves."""
    link = IssueLink(site.next_id(), kind, source.id, target.id)
    for issue, other, words in ((source, target, kind.outward), (target, source, kind.inward)):
        before_write(site, issue)
        issue.links.append(link)
        change = HistoryItem("Link", "", None, None, other.key, f"This issue {words} {other.key}")
        record(site, person, issue, [change])


class SingleRemoteLinks(Resource):
    """Remote links by their id, and the applications that the site is linked with: none."""

    async def get_link(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, reader(request))
        return reply(self.show(request).remote_link(issue, _remote(request, issue)))

    async def put_link(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, writer(request))
        link = _remote(request, issue)
        body = await json_body(request)
        shown = body.get("object") if isinstance(body, dict) else None
        if not isinstance(shown, dict) or not shown.get("url") or not shown.get("title"):
            raise JiraError(400, INVALID_PAYLOAD, bare=True)
        before_write(self.site, issue)
        # As with the form by globalId: what is left out becomes null.
        link.global_id = body.get("globalId")
        link.value = {
            "application": body.get("application") or {},
            "relationship": body.get("relationship"),
            "object": {"summary": None, "icon": {}, "status": {"icon": {}}} | shown,
        }
        issue.updated = self.site.clock.now()
        return nothing()

    async def application_links(self, request: web.Request) -> web.Response:
        person = reader(request)
        if not self.site.holds(person, "ADMINISTER"):
            raise JiraError(403, "You are not authorized to list application links.")
        return reply({"list": []})

    def routes(self) -> list[web.RouteDef]:
        """What is served of them."""
        one = f"{self.base}/rest/api/3/issue/{{issue}}/remotelink/{{link}}"
        return [
            web.get(one, self.get_link),
            web.put(one, self.put_link),
            web.get(f"{self.base}/rest/applinks/latest/listApplicationlinks", self.application_links),
        ]


def _remote(request: web.Request, issue: Issue) -> RemoteLink:
    number = request.match_info["link"]
    found = next((link for link in issue.remote_links if str(link.id) == number), None)
    if found is None:
        raise JiraError(404, f"Remote link with id '{number}' does not exist.")
    return found


def _type_of(asked: dict[str, Any]) -> LinkType:
    name, number = asked.get("name"), asked.get("id")
    for kind in LINK_TYPES:
        if name == kind.name or (number is not None and str(number) == str(kind.id)):
            return kind
    raise JiraError(404, f"No issue link type with name '{name if number is None else number}' found.")


def _end(site: JiraSite, person: Person, asked: dict[str, Any]) -> Issue:
    found = site.find(str(asked.get("id") or asked.get("key") or ""), person)
    if found is None:
        raise JiraError(404, UNSEEN)
    return found
