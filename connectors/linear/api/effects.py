"""How the way of one item is kept apart from the requests that carry it.

A way is a generator: it asks, waits for the answer, and asks again, until it returns. It never speaks with
Linear itself, so that the asks of many ways can share a request (connectors.linear.write.batching).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from connectors.errors import TrackerError
from connectors.linear.api.errors import NotFound
from connectors.linear.api.mutations import Write
from connectors.linear.api.wire import CommentNode, IssueNow, PlacedUpdate, ProjectNow

T = TypeVar("T")
Result = TrackerError | None
"""What became of a write: None when it is done."""


@dataclass(frozen=True, slots=True)
class ReadItem:
    """Asks for an item as it is right now, and for the comment that is likely to be ours."""

    item: str
    is_project: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The answer to a `ReadItem`. `comment` is None when there is none with that id."""

    item: IssueNow | ProjectNow
    comment: CommentNode | None


@dataclass(frozen=True, slots=True)
class FindComment:
    """Asks for the comment with this id; the answer is None when there is none."""

    comment: str


@dataclass(frozen=True, slots=True)
class ListComments:
    """Asks for all comments on an item."""

    item: str
    is_project: bool


@dataclass(frozen=True, slots=True)
class FindUpdates:
    """Asks for all status updates on an item, those of the archive included."""

    item: str
    is_project: bool


Effect = ReadItem | FindComment | ListComments | FindUpdates | tuple[Write, ...]
"""What a way may ask. Writes that are asked together may be carried out in any order."""

Effects = Generator[Effect, Any, T]


def read_item(ask: ReadItem) -> Effects[Seen]:
    """The item now. Raises NotFound when it is gone."""
    seen: Seen = yield ask
    return seen


def find_comment(identity: str) -> Effects[CommentNode | None]:
    """The comment with this id, if there is one."""
    found: CommentNode | None = yield FindComment(identity)
    return found


def list_comments(ask: ListComments) -> Effects[Sequence[CommentNode]]:
    """All comments on the item."""
    found: Sequence[CommentNode] = yield ask
    return found


def find_updates(ask: FindUpdates) -> Effects[Sequence[PlacedUpdate]]:
    """All status updates on the item."""
    found: Sequence[PlacedUpdate] = yield ask
    return found


def attempt(*writes: Write) -> Effects[Sequence[Result]]:
    """Carry out writes; what became of each."""
    if not writes:
        return ()
    outcomes: Sequence[Result] = yield writes
    return outcomes


def send(*writes: Write) -> Effects[None]:
    """Carry out writes. Raises the first failure after all have been tried."""
    for outcome in (yield from attempt(*writes)):
        if outcome is not None:
            raise outcome


def remove(*writes: Write) -> Effects[None]:
    """Carry out deletions; what is gone already counts as deleted."""
    for outcome in (yield from attempt(*writes)):
        if outcome is not None and not isinstance(outcome, NotFound):
            raise outcome


def gather(*ways: Effects[Any]) -> Effects[list[Any]]:
    """Go several ways at once, their writes in shared rounds; what each returned.

    Raises the first failure, after all of them have come to their end.
    """
    results: list[Any] = [None] * len(ways)
    failures: list[TrackerError] = []
    asks: dict[int, Effect] = {}

    def go(at: int, step: Callable[[], Effect]) -> None:
        asks.pop(at, None)
        try:
            asks[at] = step()
        except StopIteration as end:
            results[at] = end.value
        except TrackerError as error:
            failures.append(error)

    for at, way in enumerate(ways):
        go(at, way.__next__)
    while asks:
        for at, ask in list(asks.items()):
            if not isinstance(ask, tuple):
                try:
                    answer = yield ask
                except TrackerError as error:
                    go(at, partial(ways[at].throw, error))
                else:
                    go(at, partial(ways[at].send, answer))
        writes = [(at, ask) for at, ask in asks.items() if isinstance(ask, tuple)]
        outcomes = iter((yield tuple(one for _, ask in writes for one in ask)) if writes else ())
        for at, ask in writes:
            go(at, partial(ways[at].send, list(islice(outcomes, len(ask)))))
    if failures:
        raise failures[0]
    return results
