"""What says that something changed in a tracker, so that the next run comes at once. From any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from connectors.model import Ref
from sync.serving.timetable import News

MOST = 1000
"""Items that are kept for the log: memory stays the same however many deliveries come."""


_NEVER = (float("inf"), float("-inf"))
"""The first and the last of no news."""


class Nudge:
    """Collects news for the loop. `clock`: seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._woken = 0
        self._first, self._last = _NEVER
        self._deliveries = 0
        self._trackers: set[str] = set()
        self._items: set[Ref] = set()

    def nudge(self, tracker: str, refs: Iterable[Ref] = ()) -> None:
        """Say that a look at a tracker, by its name, is worth it; `refs`: the items that changed, where they are known."""
        now = self._clock()
        self._add(now, now, 1, (tracker,), refs)

    def pending(self) -> News | None:
        """The news that no run has taken."""
        with self._changed:
            return self._news()

    def take(self) -> News | None:
        """The news, which a run takes care of from here on."""
        with self._changed:
            found = self._news()
            self._forget()
            return found

    def put_back(self, news: News) -> None:
        """Keep news for a further run, since this one could not take care of them."""
        self._add(news.first, news.last, news.deliveries, news.trackers, news.items)

    def wake(self) -> None:
        """End the wait of the loop, without news."""
        with self._changed:
            self._woken += 1
            self._changed.notify_all()

    @property
    def woken(self) -> int:
        """How often something came, to be handed to `wait`."""
        with self._changed:
            return self._woken

    def wait(self, seconds: float, seen: int) -> None:
        """Until something came since `woken` was `seen`, or so many seconds have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._woken != seen, timeout=max(0.0, seconds))

    def _add(
        self, first: float, last: float, deliveries: int, trackers: Iterable[str], items: Iterable[Ref]
    ) -> None:
        with self._changed:
            self._first, self._last = min(self._first, first), max(self._last, last)
            self._deliveries += deliveries
            self._trackers.update(trackers)
            for item in items:
                if len(self._items) >= MOST:
                    break
                self._items.add(item)
            self._woken += 1
            self._changed.notify_all()

    def _news(self) -> News | None:
        if not self._deliveries:
            return None
        return News(
            self._first, self._last, self._deliveries, frozenset(self._trackers), frozenset(self._items)
        )

    def _forget(self) -> None:
        self._first, self._last = _NEVER
        self._deliveries = 0
        self._trackers.clear()
        self._items.clear()
