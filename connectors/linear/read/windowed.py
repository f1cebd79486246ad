"""A long list, read in windows of time side by side: the rows and their order are those of one walk, whatever the windows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Generic, Protocol, TypeVar

from connectors.changes import Landing
from connectors.errors import BadReply
from connectors.linear.api.client import LinearClient
from connectors.linear.api.operation import Operation
from connectors.linear.api.wire import Connection
from connectors.linear.read.windows import NEARLY_FULL, PAGE, Sample, Window, packed
from connectors.model import SetAside
from connectors.set_aside import named

_FEW = 2 * PAGE
"""Rows behind the first page that one cursor reads as fast."""


class _Made(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


T = TypeVar("T")
M = TypeVar("M", bound=_Made)


class WindowedList(Generic[T, M]):
    """One list of Linear's, newest first, that takes a filter. Nodes that do not decode go to `aside`, or raise BadReply.

    `landing`: where pages are kept, by the bounds of their windows. `has_more`: whether the first page was not all. `told` hears how many rows there are by now; it may be called from several threads, but never at the same time.
    """

    def __init__(
        self,
        client: LinearClient,
        operation: Operation[T],
        pick: Callable[[T], Connection[M]],
        only: Mapping[str, object],
        aside: list[SetAside] | None = None,
        told: Callable[[int], None] = lambda _rows: None,
        landing: Landing | None = None,
    ) -> None:
        self._landing = landing
        self._client = client
        self._operation = operation
        self._pick = pick
        self._only = dict(only)
        self._aside = aside
        self._told = told
        self._lock = threading.Lock()
        self._found: dict[str, M] = {}
        self._pages_of_all: Iterator[Connection[M]] = iter(())
        self._rest: Window | None = None
        self.has_more = False

    def begin(self) -> Sequence[M]:
        """Read the first page, and give its rows."""
        self._pages_of_all = self._client.pages(
            self._operation, self._pick, self._landing, "newest", filter=self._only
        )
        newest = next(self._pages_of_all)
        self._take(newest)
        self.has_more, self._rest = newest.page_info.has_next_page, _left(Window(), newest)
        return newest.nodes

    def finish(self, spread: Sample) -> dict[str, M]:
        """Read the others, and give all rows by their ids, newest first. `spread`: how they are spread over time."""
        if self.has_more and self._rest is not None and spread.rows_in(self._rest) > _FEW:
            self._side_by_side(self._rest, spread)
        else:
            for page in self._pages_of_all:
                self._take(page)
        # Rows of one moment stand in one window, in the order in which Linear gave them.
        return dict(sorted(self._found.items(), key=lambda one: one[1].created_at, reverse=True))

    def _side_by_side(self, rest: Window, spread: Sample) -> None:
        parts = spread.cut(rest, self._client.in_flight)
        left = self._client.together([partial(self._full_pages, one, spread) for one in parts])
        parcels = packed([one for one in left if one is not None], spread)
        self._client.together([partial(self._to_the_end, one) for one in parcels])

    def _full_pages(self, window: Window, spread: Sample) -> Window | None:
        """Read a window while full pages are to be expected of it; what is left of it then."""
        for page in self._pages([window]):
            self._take(page)
            left = _left(window, page)
            if (
                page.page_info.has_next_page
                and left is not None
                and spread.rows_in(left) < PAGE * NEARLY_FULL
            ):
                return left
        return None

    def _to_the_end(self, windows: Sequence[Window]) -> None:
        for page in self._pages(windows):
            self._take(page)

    def _pages(self, windows: Sequence[Window]) -> Iterator[Connection[M]]:
        only = [one.condition for one in windows]
        within: Mapping[str, object] = {"or": only} if len(only) > 1 else only[0]
        name = " ".join(one.name for one in windows)
        return self._client.pages(
            self._operation, self._pick, self._landing, name, filter={"and": [self._only, within]}
        )

    def _take(self, page: Connection[M]) -> None:
        with self._lock:
            if page.set_aside:
                if self._aside is None:
                    raise BadReply(self._client.tracker, f"cannot read {named(page.set_aside)}.")
                self._aside += page.set_aside
            self._found.update((node.id, node) for node in page.nodes)
            self._told(len(self._found))


def _left(window: Window, page: Connection[M]) -> Window | None:
    """What of a window stands below a page of it; None where the page does not tell."""
    return window.below(page.nodes[-1].created_at) if page.nodes else None
