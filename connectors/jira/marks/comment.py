"""The sticky comment: finding it, telling a person's edit from ours, writing it once.

Our comment bears a property with our owner and the facts it states. A comment whose last editor is neither
its author nor we belongs to that person from then on: it is never edited or deleted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.errors import Unreachable
from connectors.jira.api import replies, wire
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.errors import Rejected
from connectors.model import Comment
from connectors.stamp import PROPERTY_KEY, comment_marker, from_comment_marker
from connectors.text.document import Doc

PAGE = 100
"""Comments of one issue a page."""


class EditedByPerson(Exception):
    """A person edited our comment, so it is theirs now."""


@dataclass(frozen=True, slots=True)
class OwnComment:
    """What a comment of ours says, and whether a person has edited it since, which made it theirs."""

    comment: Comment
    edited_by_person: bool = False


class CommentApi:
    """The comments of one site, for one owner. `me` is the account of our credential."""

    def __init__(self, client: JiraClient, site_api: SiteApi, owner: str, me: str) -> None:
        self._client = client
        self._site_api = site_api
        self._owner = owner
        self._me = me

    def own_comments(self, where: Iterable[tuple[str, str]]) -> dict[str, OwnComment]:
        """What those of these comments say that exist and bear our marker, by comment id.

        `where` holds ids of an issue and of a comment on it; "" is no comment.
        """
        numbers = [(issue, id_) for issue, id_ in where if id_.isdecimal()]
        return {
            comment.id: OwnComment(stated, self._is_theirs(comment))
            for comment in self._site_api.comments(numbers)
            if (stated := self._stated_by(comment))
        }

    def ours_on(self, issue: str) -> list[tuple[str, Comment]]:
        """Our comments on an issue, lowest id first: those with our marker that our account wrote."""
        found: dict[int, Comment] = {}
        start = 0
        while True:
            params = {"startAt": str(start), "maxResults": str(PAGE), "expand": "properties"}
            page = self._client.call("GET", f"{_issue(issue)}/comment", replies.COMMENT_PAGE, params=params)
            for comment in page.comments:
                stated = self._stated_by(comment)
                if stated and comment.author and comment.author.account == self._me:
                    found[int(comment.id)] = stated
            start += len(page.comments)
            if not page.comments or start >= page.total:
                return [(str(id_), stated) for id_, stated in sorted(found.items())]

    def adopt(self, issue: str) -> tuple[str, Comment] | None:
        """Our comment on an issue whose id is not known: the oldest. Later twins of it are deleted."""
        ours = self.ours_on(issue)
        for id_, _ in ours[1:]:
            try:
                self.delete(issue, id_)
            except EditedByPerson:
                self.release(id_)
        return ours[0] if ours else None

    def create(self, issue: str, comment: Comment) -> str:
        """Add the comment and give its id.

        When nobody knows whether it landed, the issue's comments are looked at before another try, so it
        never stands there twice.
        """
        path, body = f"{_issue(issue)}/comment", self._body(comment)
        for left in range(self._client.retry.attempts - 1, -1, -1):
            try:
                return self._client.call("POST", path, replies.COMMENT, body=body, repeatable=False).id
            except Unreachable:
                # The request may still be under way on their side.
                self._client.pause()
                if landed := self.adopt(issue):
                    return landed[0]
                if not left:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    def update(
        self, issue: str, id_: str, comment: Comment, params: dict[str, str], *, sure: bool = False
    ) -> bool:
        """Replace the comment in place; False when it is gone or not ours. Raises EditedByPerson.

        `sure`: it was looked at just now, so it is not looked at again.
        """
        if not sure and not self._is_ours(issue, id_):
            return False
        path = f"{_issue(issue)}/comment/{quote(id_, safe='')}"
        self._client.send("PUT", path, params=params, body=self._body(comment))
        return True

    def delete(self, issue: str, id_: str, *, sure: bool = False) -> None:
        """Delete the comment; one that is gone or not ours is left in peace. Raises EditedByPerson. `sure` as above."""
        if sure or self._is_ours(issue, id_):
            self._forgiving("DELETE", f"{_issue(issue)}/comment/{quote(id_, safe='')}")

    def release(self, id_: str) -> None:
        """Take our marker off a comment that a person made theirs; its text stays as it is."""
        self._forgiving("DELETE", f"comment/{quote(id_, safe='')}/properties/{PROPERTY_KEY}")

    def _forgiving(self, method: str, path: str) -> None:
        try:
            self._client.send(method, path)
        except Rejected as error:
            if error.status != 404:
                raise

    def _is_ours(self, issue: str, id_: str) -> bool:
        """Whether the comment stands on the issue and is ours to touch. Raises EditedByPerson."""
        path = f"{_issue(issue)}/comment/{quote(id_, safe='')}"
        try:
            comment = self._client.call("GET", path, replies.COMMENT, params={"expand": "properties"})
        except Rejected as error:
            if error.status == 404:
                return False
            raise
        if self._stated_by(comment) is None:
            return False
        if self._is_theirs(comment):
            raise EditedByPerson
        return True

    def _is_theirs(self, comment: wire.IssueComment) -> bool:
        author = comment.author.account if comment.author else None
        editor = comment.update_author.account if comment.update_author else author
        return editor not in (author, self._me)

    def _stated_by(self, comment: wire.IssueComment) -> Comment | None:
        for property_ in comment.properties:
            marker = from_comment_marker(property_.value) if property_.key == PROPERTY_KEY else None
            if marker and marker[0] == self._owner:
                return marker[1]
        return None

    def _body(self, comment: Comment) -> dict[str, Any]:
        marker = {"key": PROPERTY_KEY, "value": comment_marker(self._owner, comment)}
        return {"body": self._site_api.body(comment.doc or Doc(())), "properties": [marker]}


def _issue(id_: str) -> str:
    return f"issue/{quote(id_, safe='')}"
