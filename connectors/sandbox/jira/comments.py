"""Comments and their properties. Wire facts: contracts/jira.md, sections 1.3 and 5.5."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.comment_text import check_comment_limit, checked_body
from connectors.sandbox.jira.edit import notify, property_of
from connectors.sandbox.jira.http import (
    JiraError,
    issue_of,
    names,
    nothing,
    reader,
    reply,
    strict_body,
    whole_number,
    writer,
)
from connectors.sandbox.jira.index import before_write
from connectors.sandbox.jira.issues import LARGEST_PAGE, quietly, store_property
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import Comment, Issue, JiraSite

MOST_LISTED = 1000
VISIBILITY = "sd.public.comment"
"""The property that makes a comment internal."""


class Comments(Resource):
    """Comments."""

    def shown(self, request: web.Request, issue: Issue, comment: Comment) -> dict[str, Any]:
        return self.show(request).comment(
            issue, comment, properties="properties" in names(request.query.get("expand"))
        )

    async def list_comments(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, reader(request))
        start = max(0, whole_number(request, "startAt", 0))
        size = min(LARGEST_PAGE, max(1, whole_number(request, "maxResults", LARGEST_PAGE)))
        order = request.query.get("orderBy", "created")
        if order.lstrip("+- ") != "created" or len(order) > len("-created"):
            raise JiraError(
                400, f"The orderBy value '{order}' is not supported: use created, +created, -created."
            )
        rows = list(issue.comments.values())
        if order.startswith("-"):
            rows.reverse()
        page = [self.shown(request, issue, comment) for comment in rows[start : start + size]]
        return reply({"startAt": start, "maxResults": size, "total": len(rows), "comments": page})

    async def get_comment(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, reader(request))
        return reply(self.shown(request, issue, _comment_of(request, issue)))

    async def post_comment(self, request: web.Request) -> web.Response:
        person = writer(request)
        issue = issue_of(request, self.site, person)
        body, properties = await _content(request)
        check_comment_limit(issue)
        now = self.site.clock.now()
        if issue.project.publishes:
            properties[VISIBILITY] = {"internal": False}
        internal = properties.get(VISIBILITY) == {"internal": True}
        comment = Comment(self.site.next_id(), person, body, now, now, person, properties, internal)
        before_write(self.site, issue)
        issue.comments[comment.id] = comment
        issue.updated = now
        self.site.announce("comment_created", issue, person, comment=comment)
        notify(self.site, person, issue, "comment added")
        return reply(self.shown(request, issue, comment), 201)

    async def put_comment(self, request: web.Request) -> web.Response:
        person = writer(request)
        issue = issue_of(request, self.site, person)
        comment = _comment_of(request, issue)
        _may("EDIT", self.site, person, comment, issue)
        body, properties = await _content(request)
        quiet = quietly(request, self.site, person)
        now = self.site.clock.now()
        before_write(self.site, issue)
        comment.body, comment.updated, comment.update_author = body, now, person
        comment.properties.update(properties)
        issue.updated = now
        self.site.announce("comment_updated", issue, person, comment=comment)
        if not quiet:
            notify(self.site, person, issue, "comment edited")
        return reply(self.shown(request, issue, comment))

    async def delete_comment(self, request: web.Request) -> web.Response:
        person = writer(request)
        issue = issue_of(request, self.site, person)
        comment = _comment_of(request, issue)
        _may("DELETE", self.site, person, comment, issue)
        before_write(self.site, issue)
        del issue.comments[comment.id]
        issue.updated = self.site.clock.now()
        self.site.announce("comment_deleted", issue, person, comment=comment)
        return nothing()

    async def list_by_ids(self, request: web.Request) -> web.Response:
        asked = await strict_body(request, ids=list)
        ids = asked.get("ids")
        if not ids or not all(isinstance(n, int) and not isinstance(n, bool) for n in ids):
            raise JiraError(400, "The comment ids are required, as whole numbers.")
        if len(ids) > MOST_LISTED:
            raise JiraError(400, f"At most {MOST_LISTED} comment ids can be asked for.")
        wanted = set(ids)
        found = [
            self.shown(request, issue, comment)
            for issue in self.site.visible(reader(request))
            for comment in issue.comments.values()
            if comment.id in wanted
        ]
        return reply(
            {"isLast": True, "maxResults": 1048576, "startAt": 0, "total": len(found), "values": found}
        )

    def routes(self) -> list[web.RouteDef]:
        """What is served of comments."""
        rest = f"{self.base}/rest/api/3"
        many = f"{rest}/issue/{{issue}}/comment"
        one = f"{many}/{{comment}}"
        return [
            web.get(many, self.list_comments),
            web.post(many, self.post_comment),
            web.get(one, self.get_comment),
            web.put(one, self.put_comment),
            web.delete(one, self.delete_comment),
            web.post(f"{rest}/comment/list", self.list_by_ids),
        ]


class CommentProperties(Resource):
    """Comment properties; who may edit the comment may write them."""

    def find(self, request: web.Request, person: Person | None) -> Comment:
        for issue in self.site.visible(person):
            for comment in issue.comments.values():
                if str(comment.id) == request.match_info["comment"]:
                    return comment
        raise JiraError(404, f"Can not find a comment for the id: {request.match_info['comment']}.")

    def key_of(self, request: web.Request, comment: Comment) -> str:
        key = request.match_info["key"]
        if key not in comment.properties:
            raise JiraError(404, f"The property with key '{key}' does not exist.")
        return key

    async def list_properties(self, request: web.Request) -> web.Response:
        comment = self.find(request, reader(request))
        address = f"{request.scheme}://{request.host}{request.path}"
        return reply({"keys": [{"self": f"{address}/{key}", "key": key} for key in comment.properties]})

    async def get_property(self, request: web.Request) -> web.Response:
        comment = self.find(request, reader(request))
        key = self.key_of(request, comment)
        return reply({"key": key, "value": comment.properties[key]})

    async def put_property(self, request: web.Request) -> web.Response:
        person = writer(request)
        comment = self.find(request, person)
        _may("EDIT", self.site, person, comment)
        return nothing(await store_property(request, comment.properties))

    async def delete_property(self, request: web.Request) -> web.Response:
        person = writer(request)
        comment = self.find(request, person)
        _may("EDIT", self.site, person, comment)
        del comment.properties[self.key_of(request, comment)]
        return nothing()

    def routes(self) -> list[web.RouteDef]:
        """What is served of comment properties."""
        many = f"{self.base}/rest/api/3/comment/{{comment}}/properties"
        return [
            web.get(many, self.list_properties),
            web.get(f"{many}/{{key}}", self.get_property),
            web.put(f"{many}/{{key}}", self.put_property),
            web.delete(f"{many}/{{key}}", self.delete_property),
        ]


def _comment_of(request: web.Request, issue: Issue) -> Comment:
    text = request.match_info["comment"]
    comment = issue.comments.get(int(text)) if text.isdecimal() else None
    if comment is None:
        raise JiraError(404, f"Can not find a comment for the id: {text}.")
    return comment


def _may(verb: str, site: JiraSite, person: Person, comment: Comment, issue: Issue | None = None) -> None:
    whose = "OWN" if comment.author == person else "ALL"
    project = issue.project if issue is not None else None
    if not site.holds(person, f"{verb}_{whose}_COMMENTS", project):
        said = f"you do not have the permission to {verb.lower()} this comment."
        raise JiraError(400, f"{person.name}, {said}")


async def _content(request: web.Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """Body and properties of a comment. Raises JiraError 400 for what is no ADF, or too long."""
    given = await strict_body(
        request, body=(dict, str), properties=list, visibility=dict, parentId=(str, int), jsdPublic=bool
    )
    body = checked_body(request, given.get("body"))
    return body, dict(property_of(entry) for entry in given.get("properties") or ())
