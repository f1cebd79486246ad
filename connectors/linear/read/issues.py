"""Reading issues: all of some teams in windows of time side by side, or those with given ids."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, runtime_checkable

from connectors.base import Progress
from connectors.changes import Landing
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.operation import Operation
from connectors.linear.api.wire import Connection, IssueNode, IssuesReply, RelationNode
from connectors.linear.read.windowed import WindowedList
from connectors.linear.read.windows import PAGE, UNKNOWN, Sample, numbers_to_sample, sampled_by
from connectors.model import SetAside


@dataclass(frozen=True, slots=True)
class Spread:
    """How issues, and the attachments that were asked for, are spread over their times of creation."""

    issues: Sample = UNKNOWN
    attachments: Sample = UNKNOWN


@runtime_checkable
class HoldsIssues(Protocol):
    """A client that has the issues of some teams at hand."""

    def issues_of(
        self, teams: Sequence[str], operation: Operation[IssuesReply], aside: list[SetAside]
    ) -> dict[str, IssueNode] | None:
        """All issues of the teams with these ids, newest first and with all of their relations; None where it has not all of them."""
        ...


class IssueReader:
    """Issues of one workspace, by `query`. Those that cannot be read go to `aside`."""

    def __init__(self, client: LinearClient, aside: list[SetAside], progress: Progress | None) -> None:
        self.query: Operation[IssuesReply] = queries.ISSUES
        self.landing: Landing | None = None
        self._client = client
        self._aside = aside
        self._progress = progress

    def of_teams(
        self, teams: Collection[str], attached: Mapping[str, object], beside: Callable[[Sample], None]
    ) -> dict[str, IssueNode]:
        """All issues of the teams with these ids, newest first.

        `beside` is called while they are read, with how the attachments are spread that the filter `attached` finds.
        """
        if isinstance(self._client, HoldsIssues):
            held = self._client.issues_of(sorted(teams), self.query, self._aside)
            if held is not None:
                beside(UNKNOWN)
                return held
        only = {"team": {"id": {"in": sorted(teams)}}}
        listed = WindowedList(self._client, self.query, _issues, only, self._aside, self._tell, self.landing)
        newest = listed.begin()
        spread = self._spread(only, newest, attached) if listed.has_more else Spread()
        found: dict[str, IssueNode] = {}
        self._client.together(
            [lambda: found.update(listed.finish(spread.issues)), lambda: beside(spread.attachments)]
        )
        return self._with_relations(found)

    def _spread(
        self, only: Mapping[str, object], newest: Sequence[IssueNode], attached: Mapping[str, object]
    ) -> Spread:
        tops: dict[str, int] = {}
        for one in newest:
            number = one.identifier.rpartition("-")[2]
            tops[one.team.id] = max(tops.get(one.team.id, 0), int(number) if number.isdecimal() else 0)
        if sum(tops.values()) <= 2 * PAGE:
            return Spread()
        numbers, step = numbers_to_sample(tops)
        pages = self._client.pages(
            queries.SAMPLE,
            lambda reply: reply.issues,
            self.landing,
            "sample",
            filter={"and": [only, sampled_by(numbers)]},
            attached=attached,
        )
        sampled = [one for page in pages for one in page.nodes]
        there: list[datetime] = [card.created_at for one in sampled for card in one.attachments.nodes]
        return Spread(Sample.of((one.created_at for one in sampled), step), Sample.of(there, step))

    def with_ids(self, ids: Iterable[str]) -> dict[str, IssueNode]:
        """Those of the issues with these ids that are there, in or out of the archive."""
        parts = in_parts(sorted(ids))
        return self._walked([{"id": {"in": part}} for part in parts])

    def that(self, only: Mapping[str, object]) -> dict[str, IssueNode]:
        """The issues that a filter finds."""
        return self._walked([only])

    def _walked(self, filters: Sequence[Mapping[str, object]]) -> dict[str, IssueNode]:
        lock, found = threading.Lock(), dict[str, IssueNode]()

        def read(only: Mapping[str, object]) -> tuple[list[IssueNode], list[SetAside]]:
            aside: list[SetAside] = []
            nodes = list(self._client.walk(self.query, _issues, aside, filter=only))
            with lock:
                found.update((one.id, one) for one in nodes)
                self._tell(len(found))
            return nodes, aside

        for nodes, aside in self._client.together([partial(read, only) for only in filters]):
            self._aside += aside
            for one in nodes:
                found[one.id] = found.pop(one.id)  # in the order in which they were asked for
        return self._with_relations(found)

    def _with_relations(self, found: dict[str, IssueNode]) -> dict[str, IssueNode]:
        """The issues with all of their relations, where a page cut them off."""
        cut = [one for one in found.values() if one.inverse_relations.page_info.has_next_page]

        def read(issue: str) -> list[RelationNode]:
            walk = self._client.walk(queries.RELATIONS, lambda reply: reply.issue.inverse_relations, id=issue)
            return list(walk)

        whole = self._client.together([partial(read, one.id) for one in cut])
        for one, relations in zip(cut, whole, strict=True):
            one.inverse_relations.nodes = relations
        return found

    def _tell(self, count: int) -> None:
        if self._progress is not None:
            self._progress("issues", count, None)


def in_parts(ids: Sequence[str], size: int = PAGE) -> list[list[str]]:
    """The ids in lists of at most so many."""
    return [list(ids[start : start + size]) for start in range(0, len(ids), size)]


def _issues(reply: IssuesReply) -> Connection[IssueNode]:
    return reply.issues


def parents(issues: Iterable[IssueNode]) -> set[str]:
    """Ids of the issues above these."""
    return {one.parent.id for one in issues if one.parent is not None}


def forget_trashed_parents(issues: Mapping[str, IssueNode]) -> None:
    """A parent in the trash is none: what it hid is not unknown, it is gone."""
    for one in issues.values():
        if one.parent is not None and one.parent.id in issues and issues[one.parent.id].trashed:
            one.parent = None


def parents_of(
    reader: IssueReader,
    counted: Mapping[str, IssueNode],
    issues: Mapping[str, IssueNode],
    asked: Collection[str],
) -> list[IssueNode]:
    """Issues that do not count but have counted work below them, those of other teams included.

    `issues`: what was read already; `asked`: ids that are not asked for.
    """
    above: dict[str, IssueNode] = {}
    asked = set(asked)
    wanted = parents(counted.values()) - set(counted) - asked
    while wanted:
        known = {one: issues[one] for one in wanted if one in issues}
        known |= reader.with_ids(wanted - set(known))
        asked |= wanted
        forget_trashed_parents({**counted, **above, **known})
        above |= {one.id: one for one in known.values() if not one.trashed}
        wanted = parents(known.values()) - set(counted) - asked
    return list(above.values())
