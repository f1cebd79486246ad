"""The sticky comment: finding it, telling a person's edit from ours, writing it once.

Our comment bears a property with our owner and the facts it states. A comment whose last editor is neither
its author nor we belongs to that person from then on: it is never edited or deleted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from connectors.base import Unreachable
from connectors.document import Block, Bullets, Doc, Panel, Paragraph, Table, para, to_adf
from connectors.jira import wire
from connectors.jira.bulk import batches, on_threads
from connectors.jira.client import JiraClient, Rejected
from connectors.model import Comment
from connectors.stamp import PROPERTY_KEY, comment_marker, from_comment_marker

LIST_PAGE = 1000
"""Comment ids a call of comment/list."""

PAGE = 100
"""Comments of one issue a page."""

MAX_BODY = 30_000
"""Bytes of a comment's ADF. Jira's limit is 32,767 characters of a stored form that may be longer."""


class Theirs(Exception):
    """A person edited our comment, so it is theirs now."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a comment of ours says, and whether a person has edited it since, which made it theirs."""

    comment: Comment
    theirs: bool = False


class Comments:
    """The comments of one site, for one owner. `me` is the account id of our credential."""

    def __init__(self, client: JiraClient, owner: str, me: str) -> None:
        self._client = client
        self._owner = owner
        self._me = me

    def stated(self, ids: Iterable[str], pool: Executor) -> dict[str, Stated]:
        """What those of these comments say that exist and bear our marker, by comment id."""
        numbers = sorted({int(id_) for id_ in ids if id_.isdecimal()})
        found: dict[str, Stated] = {}
        for comments in on_threads(pool, self._list, batches(numbers, LIST_PAGE)):
            for comment in comments:
                if stated := self._stated_by(comment):
                    found[comment.id] = Stated(stated, self._is_theirs(comment))
        return found

    def _list(self, ids: list[int]) -> list[wire.Comment]:
        params = {"expand": "properties"}
        found: list[wire.Comment] = []
        while ids:
            page = self._client.call(
                "POST", "comment/list", wire.CommentList, params=params, body={"ids": ids}
            )
            found += page.values
            if page.is_last is not False or not page.values:
                break
            got = {comment.id for comment in page.values}
            ids = [id_ for id_ in ids if str(id_) not in got]
        return found

    def ours_on(self, issue: str) -> list[tuple[str, Comment]]:
        """Our comments on an issue, lowest id first: those with our marker that our account wrote."""
        found: dict[int, Comment] = {}
        start = 0
        while True:
            params = {"startAt": str(start), "maxResults": str(PAGE), "expand": "properties"}
            page = self._client.call("GET", f"{_issue(issue)}/comment", wire.CommentPage, params=params)
            for comment in page.comments:
                stated = self._stated_by(comment)
                if stated and comment.author and comment.author.account_id == self._me:
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
            except Theirs:
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
                return self._client.call("POST", path, wire.Comment, body=body, repeatable=False).id
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
        """Replace the comment in place; False when it is gone or not ours. Raises Theirs.

        `sure`: it was looked at just now, so it is not looked at again.
        """
        if not sure and not self._is_ours(issue, id_):
            return False
        path = f"{_issue(issue)}/comment/{quote(id_, safe='')}"
        self._client.call("PUT", path, type(None), params=params, body=self._body(comment))
        return True

    def delete(self, issue: str, id_: str) -> None:
        """Delete the comment; one that is gone or not ours is left in peace. Raises Theirs."""
        if self._is_ours(issue, id_):
            self._forgiving("DELETE", f"{_issue(issue)}/comment/{quote(id_, safe='')}")

    def release(self, id_: str) -> None:
        """Take our marker off a comment that a person made theirs; its text stays as it is."""
        self._forgiving("DELETE", f"comment/{quote(id_, safe='')}/properties/{PROPERTY_KEY}")

    def _forgiving(self, method: str, path: str) -> None:
        try:
            self._client.call(method, path, type(None))
        except Rejected as error:
            if error.status != 404:
                raise

    def _is_ours(self, issue: str, id_: str) -> bool:
        """Whether the comment stands on the issue and is ours to touch. Raises Theirs."""
        path = f"{_issue(issue)}/comment/{quote(id_, safe='')}"
        try:
            comment = self._client.call("GET", path, wire.Comment, params={"expand": "properties"})
        except Rejected as error:
            if error.status == 404:
                return False
            raise
        if self._stated_by(comment) is None:
            return False
        if self._is_theirs(comment):
            raise Theirs
        return True

    def _is_theirs(self, comment: wire.Comment) -> bool:
        author = comment.author.account_id if comment.author else None
        editor = comment.update_author.account_id if comment.update_author else author
        return editor not in (author, self._me)

    def _stated_by(self, comment: wire.Comment) -> Comment | None:
        for property_ in comment.properties:
            marker = from_comment_marker(property_.value) if property_.key == PROPERTY_KEY else None
            if marker and marker[0] == self._owner:
                return marker[1]
        return None

    def _body(self, comment: Comment) -> dict[str, Any]:
        marker = {"key": PROPERTY_KEY, "value": comment_marker(self._owner, comment)}
        return {"body": fitting_adf(comment.doc or Doc(())), "properties": [marker]}


def _issue(id_: str) -> str:
    return f"issue/{quote(id_, safe='')}"


def fitting_adf(doc: Doc, limit: int = MAX_BODY) -> dict[str, Any]:
    """The document as ADF of at most `limit` bytes, cut at rows with "and n more" when it is longer."""
    adf, cut = to_adf(doc), 0
    while len(msgspec.json.encode(adf)) > limit:
        shorter, gone = _without_last_rows(doc)
        if not gone:
            break
        doc, cut = shorter, cut + gone
        adf = to_adf(Doc((*doc.blocks, para(f"… and {cut} more"))))
    return adf


def _without_last_rows(doc: Doc) -> tuple[Doc, int]:
    """The document with its longest list of rows cut by a tenth, and how many rows that took away.

    Without any rows left to cut, its last block goes.
    """
    longest = max(range(len(doc.blocks)), key=lambda n: len(_rows(doc.blocks[n])), default=0)
    block = doc.blocks[longest] if doc.blocks else None
    rows = _rows(block) if block else ()
    if len(rows) < 2:
        return Doc(doc.blocks[:-1]), min(1, len(doc.blocks))
    gone = max(1, len(rows) // 10)
    match block:
        case Table(header=header, rows=cells):
            shorter: Block = Table(header, cells[:-gone])
        case Bullets(items=items):
            shorter = Bullets(items[:-gone])
        case Panel(tone=tone, blocks=inner):
            shorter = Panel(tone, inner[:-gone])
        case _:
            return doc, 0
    return Doc((*doc.blocks[:longest], shorter, *doc.blocks[longest + 1 :])), gone


def _rows(block: Block) -> tuple[object, ...]:
    match block:
        case Table(rows=rows):
            return rows
        case Bullets(items=items):
            return items
        case Panel(blocks=blocks):
            return blocks
        case Paragraph():
            return ()
