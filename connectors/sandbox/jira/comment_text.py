"""The text of a comment, and comments that come along with an edit: `update: {"comment": [{"add": ...}]}`."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira import adf
from connectors.sandbox.jira.http import JiraError
from connectors.sandbox.jira.index import before_write
from connectors.sandbox.jira.rich import stored_text
from connectors.sandbox.jira.state import Comment, Issue, JiraSite

MOST_COMMENTS = 5000
TOO_LONG = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."


def checked_body(request: web.Request, given: Any) -> dict[str, Any]:
    """The document of a comment. Raises JiraError 400 for what is no text of this version, or too long."""
    body = stored_text(request, given)
    if not isinstance(body, dict) or not adf.is_valid(body) or not adf.plain(body).strip():
        raise JiraError(400, errors={"comment": "Comment body is not valid!"})
    if adf.is_too_long(body):
        raise JiraError(400, errors={"comment": TOO_LONG})
    return body


def check_comment_limit(issue: Issue) -> None:
    """Raises JiraError 413 for an issue that can have no more comments."""
    if len(issue.comments) >= MOST_COMMENTS:
        raise JiraError(413, f"The issue has reached the limit of {MOST_COMMENTS} comments.")


def take_comments(request: web.Request, issue: Issue, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The comments in the `update` of an edit, taken out of it. Raises JiraError 400 or 413."""
    update = dict(body.get("update") or {})
    operations = update.pop("comment", None) or []
    body["update"] = update
    found = []
    for operation in operations if isinstance(operations, list) else [operations]:
        added = operation.get("add") if isinstance(operation, dict) and len(operation) == 1 else None
        if not isinstance(added, dict):
            raise JiraError(400, errors={"comment": "Only the operation 'add' is supported here."})
        found.append(checked_body(request, added.get("body")))
        check_comment_limit(issue)
    return found


def add_comments(site: JiraSite, person: Person, issue: Issue, bodies: list[dict[str, Any]]) -> None:
    """Put the comments on the issue."""
    for body in bodies:
        now = site.clock.now()
        before_write(site, issue)
        comment = Comment(site.next_id(), person, body, now, now, person)
        issue.comments[comment.id] = comment
        issue.updated = now
        site.announce("comment_created", issue, person, comment=comment)
