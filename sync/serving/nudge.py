"""What says that something changed in a tracker, so that the next run comes at once. From any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice

from connectors.model import Ref
from sync.serving.timetable import News

MOST = 1000
"""Items that are kept for the log: memory stays the same however many deliveries come."""


class Nudge:
    """Collects news for the loop. `clock`: seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._news: News | None = None
        self._woken = 0

    def nudge(self, tracker: str, refs: Iterable[Ref] = ()) -> None:
        """Say that a look at a tracker, by its name, is worth it; `refs`: the items that changed, where they are known."""
        now = self._clock()
        self._add(News(now, now, 1, frozenset({tracker}), frozenset(refs)))

    def pending(self) -> News | None:
        """The news that no run has taken."""
        with self._changed:
            return self._news

    def take(self) -> News | None:
        """The news, which a run takes care of from here on."""
        with self._changed:
            found, self._news = self._news, None
            return found

    def put_back(self, news: News) -> None:
        """Keep news for a further run, since this one could not take care of them."""
        self._add(news)

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

    def _add(self, news: News) -> None:
        with self._changed:
            joined = news if self._news is None else self._news.joined(news)
            if len(joined.items) > MOST:
                joined = replace(joined, items=frozenset(islice(joined.items, MOST)))
            self._news = joined
            self._woken += 1
            self._changed.notify_all()
