"""Requests that serve many items: looks by ids, and mutations under aliases.

What a shared request cannot answer for all is split until the one that spoils it stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from connectors.base import StopRequested, never
from connectors.errors import BadReply, PermissionDenied, Refused, TrackerError
from connectors.linear.api import project_queries, queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.comments import comments_on
from connectors.linear.api.effects import FindUpdates, ListComments, ReadItem, Result, Seen
from connectors.linear.api.errors import Conflict, NotFound
from connectors.linear.api.mutations import COMMENT_CREATE, MOST, Write
from connectors.linear.api.wire import CommentNode, IssueNow, PlacedUpdate, ProjectNow
from connectors.linear.marks.records import CONTAINS

A = TypeVar("A")
B = TypeVar("B")

FEW_CARDS, MANY_CARDS = 10, 50
"""Attachments of ours to ask for on each issue of a look, and on those that have more."""

LOOKED_AT = 100
"""Issues of a look with few attachments: 3,632 points of 10,000. With many, half as many issues take 7,217."""


class BatchRequests:
    """Carries the asks of many items to one workspace. Raises what stops the whole tracker."""

    def __init__(self, client: LinearClient) -> None:
        self._client = client

    # --- Looking ---------------------------------------------------------------------------------

    def look(self, asks: Sequence[ReadItem]) -> dict[str, Seen | TrackerError]:
        """What is there by item, or why that cannot be said: NotFound when it is gone."""
        issues = [ask for ask in asks if not ask.is_project]
        projects = [ask for ask in asks if ask.is_project]
        seen = _in_parts(issues, LOOKED_AT, _item_of, lambda part: self._issues(part, FEW_CARDS))
        more = [ask for ask in issues if _is_cut(seen.get(ask.item))]
        size = queries.ISSUES_NOW.page
        seen |= _in_parts(more, size, _item_of, lambda part: self._issues(part, MANY_CARDS))
        seen |= _in_parts(projects, project_queries.PROJECTS_NOW.page, _item_of, self._projects)
        gone = NotFound(self._client.tracker, "the item does not exist.")
        return {ask.item: seen.get(ask.item, gone) for ask in asks}

    def _issues(self, asks: Sequence[ReadItem], cards: int) -> dict[str, Seen]:
        reply = self._client.execute(queries.ISSUES_NOW, cards=cards, contains=CONTAINS, **_named(asks))
        return _sorted(asks, reply.issues.nodes, reply.comments.nodes)

    def _projects(self, asks: Sequence[ReadItem]) -> dict[str, Seen]:
        reply = self._client.execute(project_queries.PROJECTS_NOW, **_named(asks))
        return _sorted(asks, reply.projects.nodes, reply.comments.nodes)

    def find(self, comments: Sequence[str]) -> dict[str, CommentNode | TrackerError]:
        """Those of the comments that are there, by id, or why that cannot be said."""
        return _in_parts(comments, queries.COMMENTS.page, str, self._comments)

    def _comments(self, ids: Sequence[str]) -> dict[str, CommentNode]:
        walk = self._client.walk(queries.COMMENTS, lambda reply: reply.comments, ids=sorted(ids))
        return {comment.id: comment for comment in walk}

    def comments_on(self, asks: Sequence[ListComments]) -> dict[str, list[CommentNode]]:
        """All comments on the items, by item."""
        issues = [ask.item for ask in asks if not ask.is_project]
        projects = [ask.item for ask in asks if ask.is_project]
        return comments_on(self._client, issues, projects)

    def updates(self, asks: Sequence[FindUpdates]) -> dict[str, list[PlacedUpdate]]:
        """All status updates on the items, by item."""
        found: dict[str, list[PlacedUpdate]] = {ask.item: [] for ask in asks}
        projects = sorted(ask.item for ask in asks if ask.is_project)
        initiatives = sorted(ask.item for ask in asks if not ask.is_project)
        there: list[PlacedUpdate] = []
        if projects:
            only = {"project": {"id": {"in": projects}}}
            operation = project_queries.PROJECT_UPDATES
            there += self._client.walk(operation, lambda reply: reply.project_updates, filter=only)
        if initiatives:
            only = {"initiative": {"id": {"in": initiatives}}}
            those = project_queries.INITIATIVE_UPDATES
            there += self._client.walk(those, lambda reply: reply.initiative_updates, filter=only)
        for one in there:
            found[one.place].append(one)
        return found

    # --- Writing ---------------------------------------------------------------------------------

    def carry(self, writes: Sequence[Write], stop: StopRequested = never) -> list[Result]:
        """What became of each write; those that `stop` came before are left out at the end."""
        outcomes: list[Result] = []
        for start in range(0, len(writes), MOST):
            if start and stop():
                break
            outcomes += self._settle(writes[start : start + MOST])
        return outcomes

    def _settle(self, writes: Sequence[Write]) -> list[Result]:
        """The outcomes of writes that fit one request, in as many requests as it takes to know them all."""
        try:
            answers = self._attempt(writes)
        except (Refused, PermissionDenied, BadReply) as error:
            if len(writes) == 1:
                return [error]
            half = len(writes) // 2
            return self._settle(writes[:half]) + self._settle(writes[half:])
        outcomes = [self._result(one) for one in answers]
        unknown = [at for at, one in enumerate(answers) if one is None]
        landed: set[str] = set()
        if any(isinstance(one, Conflict) for one in answers):
            landed = self._landed([writes[at] for at in unknown])
        for at in unknown:
            if _new_comment(writes[at]) in landed:
                outcomes[at] = Conflict(self._client.tracker, "the comment already exists.")
        again = [at for at in unknown if outcomes[at] is None]
        if again:
            for at, outcome in zip(again, self._settle([writes[at] for at in again]), strict=True):
                outcomes[at] = outcome
        return outcomes

    def _attempt(self, writes: Sequence[Write]) -> list[TrackerError | bool | None]:
        answers = self._client.attempt(writes)
        if all(one is None for one in answers):
            raise BadReply(self._client.tracker, "Linear did not report the result of a write.")
        return answers

    def _result(self, answer: TrackerError | bool | None) -> Result:
        if answer is False:
            return Refused(self._client.tracker, "Linear did not confirm the write.")
        return answer if isinstance(answer, TrackerError) else None

    def _landed(self, writes: Sequence[Write]) -> set[str]:
        """The comments that are there already: where one is, a lost reply was likely that of them all."""
        found = self.find([one for one in map(_new_comment, writes) if one is not None])
        return {one for one, comment in found.items() if isinstance(comment, CommentNode)}


def _in_parts(
    asks: Sequence[A], size: int, key: Callable[[A], str], answer: Callable[[Sequence[A]], Mapping[str, B]]
) -> dict[str, B | TrackerError]:
    """The answers by key; a part that is refused or unreadable is halved until the cause stands alone."""
    if len(asks) > size:
        rest = _in_parts(asks[size:], size, key, answer)
        return rest | _in_parts(asks[:size], size, key, answer)
    if not asks:
        return {}
    try:
        return dict(answer(asks))
    except (Refused, PermissionDenied, BadReply) as error:
        if len(asks) == 1:
            return {key(asks[0]): error}
    return _in_parts(asks, len(asks) // 2, key, answer)


def _item_of(ask: ReadItem) -> str:
    return ask.item


def _named(asks: Sequence[ReadItem]) -> dict[str, object]:
    ids, comments = sorted(ask.item for ask in asks), sorted({ask.comment for ask in asks})
    return {"first": len(asks), "ids": ids, "comments": comments}


def _sorted(
    asks: Sequence[ReadItem],
    items: Sequence[IssueNow] | Sequence[ProjectNow],
    comments: Sequence[CommentNode],
) -> dict[str, Seen]:
    there = {item.id: item for item in items}
    known = {comment.id: comment for comment in comments}
    return {ask.item: Seen(there[ask.item], known.get(ask.comment)) for ask in asks if ask.item in there}


def _is_cut(seen: Seen | TrackerError | None) -> bool:
    return (
        isinstance(seen, Seen)
        and isinstance(seen.item, IssueNow)
        and seen.item.attachments.page_info.has_next_page
    )


def _new_comment(write: Write) -> str | None:
    """The id that a write gives a new comment."""
    return str(write.given["input"]["id"]) if write.mutation is COMMENT_CREATE else None
