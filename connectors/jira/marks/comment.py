"""The sticky comment: finding it, telling a person's edit from ours, writing it once.

Our comment bears a property with our owner and the facts it states. A comment whose last editor is neither
its author nor we belongs to that person from then on: it is never edited or deleted again.

Jira chooses the ids of comments, so two writers that do not know of each other leave two: ADR 31.

In a service project customers read comments. Ours are internal from the call that creates them; one that they can
see all the same is to go: ADR 35.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.errors import Unreachable
from connectors.jira.api import replies, wire
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.errors import Rejected
from connectors.model import Comment, Twin
from connectors.stamp import PROPERTY_KEY, comment_marker, from_comment_marker
from connectors.text.document import Doc

REFUSED = "refused"
"""In a stamp in place of the id of our comment: customers would see it, so the project stays without."""


class EditedByPerson(Exception):
    """A person edited our comment, so it is theirs now."""


@dataclass(frozen=True, slots=True)
class OwnComment:
    """What a comment of ours says, and whether a person has edited it since, which made it theirs.

    `public`: customers see it, in a project that has some.
    """

    comment: Comment
    edited_by_person: bool = False
    public: bool = False


OwnComments = Mapping[str, OwnComment]
"""Our comments on one issue by id, lowest first."""


def single_out(
    ours: OwnComments, named: str | None, *, has_customers: bool
) -> tuple[str | None, tuple[Twin, ...]]:
    """Which of our comments counts, and its twins: the lowest that no person edited, so that all writers choose alike.

    Where people edited all of them it is the one that the stamp names, or the lowest. One that customers see counts
    only as the word of the person who edited it.
    """
    public = {id_ for id_, one in ours.items() if has_customers and one.public and not one.edited_by_person}
    fit = [id_ for id_ in ours if id_ not in public]
    untouched = [id_ for id_ in fit if not ours[id_].edited_by_person]
    kept = next(iter(untouched), None) or (named if named in fit else next(iter(fit), None))
    return kept, tuple(
        Twin(id_, one.edited_by_person, id_ in public) for id_, one in ours.items() if id_ != kept
    )


class CommentApi:
    """The comments of one site, for one owner. `me` is the account of our credential."""

    def __init__(self, client: JiraClient, site_api: SiteApi, owner: str, me: str) -> None:
        self._client = client
        self._site_api = site_api
        self.owner = owner
        self._me = me

    def own_comments(self, where: Iterable[tuple[str, str]]) -> dict[str, OwnComment]:
        """What those of these comments say that exist and bear our marker, by comment id.

        `where` holds ids of an issue and of a comment on it; "" is no comment.
        """
        numbers = [(issue, id_) for issue, id_ in where if id_.isdecimal()]
        return {
            comment.id: OwnComment(stated, self._is_theirs(comment), comment.is_public)
            for comment in self._site_api.comments(numbers)
            if (stated := self._stated_by(comment))
        }

    def all_ours(
        self, named: Mapping[str, str], carried: Mapping[str, wire.CommentPage] | None = None
    ) -> dict[str, OwnComments]:
        """All comments of ours on these issues, by issue: those with our marker that our account wrote, or a stamp names.

        `named` holds the id that the stamp of each issue names, "" for none that is known. `carried` are the comments
        that came with the issues: an issue without is asked for them, and only one that carries not all of its
        comments is listed.
        """
        carried = carried or {}
        missing = [issue for issue in named if issue not in carried]
        pages = {**carried, **dict(self._site_api.carried_comments(missing))}
        may_be: dict[str, list[str]] = {}
        for issue, name in named.items():
            page = pages.get(issue)
            if page is not None and len(page.comments) >= page.total:
                may_be[issue] = [one.id for one in page.comments if one.id == name or self._by_us(one)]
        stated = self.own_comments((issue, id_) for issue, ids in may_be.items() for id_ in ids)
        found: dict[str, OwnComments] = {
            issue: _by_id({id_: stated[id_] for id_ in ids if id_ in stated}) for issue, ids in may_be.items()
        }
        listed = [issue for issue in named if issue not in may_be]
        for issue, comments in self._site_api.listed_comments(listed):
            found[issue] = self._among(comments, named[issue])
        return found

    def ours_beside(self, created: Mapping[str, str]) -> dict[str, OwnComments]:
        """All comments of ours on those of these issues on which the one just created may not be the only one.

        `created` holds its id by issue.
        """
        pages = dict(self._site_api.carried_comments(list(created)))
        alone = {
            issue
            for issue, page in pages.items()
            if len(page.comments) >= page.total
            and [one.id for one in page.comments if self._by_us(one)] == [created[issue]]
        }
        return self.all_ours({issue: id_ for issue, id_ in created.items() if issue not in alone}, pages)

    def ours_on(self, issues: Sequence[str]) -> dict[str, OwnComments]:
        """Our comments on these issues, which are listed: those with our marker that our account wrote."""
        return {issue: self._among(comments) for issue, comments in self._site_api.listed_comments(issues)}

    def _among(self, comments: Iterable[wire.IssueComment], named: str = "") -> OwnComments:
        return _by_id(
            {
                one.id: OwnComment(stated, self._is_theirs(one), one.is_public)
                for one in comments
                if (one.id == named or self._by_us(one)) and (stated := self._stated_by(one))
            }
        )

    def adopt(self, issue: str, *, has_customers: bool) -> str | None:
        """Id of our comment on an issue of which it is not known. Twins of it go."""
        kept, twins = single_out(self.ours_on([issue])[issue], None, has_customers=has_customers)
        for twin in twins:
            self.drop(issue, twin.id)
        return kept

    def drop(self, issue: str, id_: str) -> None:
        """Delete the comment; one that a person made theirs only loses our marker."""
        try:
            self.delete(issue, id_)
        except EditedByPerson:
            self.release(id_)

    def create(self, issue: str, comment: Comment, *, has_customers: bool) -> str:
        """Add the comment, in a service project as one that customers do not see, and give its id.

        When nobody knows whether it landed, the issue's comments are looked at before another try, so it
        never stands there twice.
        """
        path, body = f"{_issue(issue)}/comment", self._body(comment)
        if has_customers:
            body["properties"].append({"key": wire.INTERNAL.key, "value": wire.INTERNAL.value})
        for left in range(self._client.retry.attempts - 1, -1, -1):
            try:
                return self._client.call("POST", path, replies.COMMENT, body=body, repeatable=False).id
            except Unreachable:
                # The request may still be under way on their side.
                self._client.pause()
                if landed := self.adopt(issue, has_customers=has_customers):
                    return landed
                if not left:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    def is_public(self, issue: str, id_: str) -> bool:
        """Whether customers see the comment; not when it is gone."""
        path = f"{_issue(issue)}/comment/{quote(id_, safe='')}"
        try:
            return self._client.call("GET", path, replies.COMMENT, params={"expand": "properties"}).is_public
        except Rejected as error:
            if error.status != 404:
                raise
            return False

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

    def _by_us(self, comment: wire.IssueComment) -> bool:
        return comment.author is not None and comment.author.account == self._me

    def _is_theirs(self, comment: wire.IssueComment) -> bool:
        author = comment.author.account if comment.author else None
        editor = comment.update_author.account if comment.update_author else author
        return editor not in (author, self._me)

    def _stated_by(self, comment: wire.IssueComment) -> Comment | None:
        for property_ in comment.properties:
            marker = from_comment_marker(property_.value) if property_.key == PROPERTY_KEY else None
            if marker and marker[0] == self.owner:
                return marker[1]
        return None

    def _body(self, comment: Comment) -> dict[str, Any]:
        marker = {"key": PROPERTY_KEY, "value": comment_marker(self.owner, comment)}
        return {"body": self._site_api.body(comment.doc or Doc(())), "properties": [marker]}


def _by_id(ours: OwnComments) -> OwnComments:
    return dict(sorted(ours.items(), key=lambda one: int(one[0])))


def _issue(id_: str) -> str:
    return f"issue/{quote(id_, safe='')}"
