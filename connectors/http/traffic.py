"""What was asked of trackers, counted for metrics and for the last word of a run."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal

from connectors.http.in_flight import Kind

Wait = Literal["pace", "retry"]
"""Why a request waited: to leave people their share of the quota or because the site wants no request now; or before the next attempt."""


@dataclass(slots=True)
class Asked:
    """What was asked of one tracker: requests by kind, every attempt counted; how many of them were tried again; seconds that were
    waited, by why, added up over all threads.
    """

    requests: Counter[Kind] = field(default_factory=Counter)
    retries: int = 0
    waited: Counter[Wait] = field(default_factory=Counter)


class Traffic:
    """Counts by tracker. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: defaultdict[str, Asked] = defaultdict(Asked)

    def sent(self, tracker: str, kind: Kind) -> None:
        """A request was let through."""
        with self._lock:
            self._asked[tracker].requests[kind] += 1

    def paced(self, tracker: str, seconds: float) -> None:
        """A request is to wait before it is sent."""
        with self._lock:
            self._add(tracker, "pace", seconds)

    def retried(self, tracker: str, seconds: float) -> None:
        """A request is to be tried again, after so many seconds."""
        with self._lock:
            self._asked[tracker].retries += 1
            self._add(tracker, "retry", seconds)

    def of(self, tracker: str) -> Asked:
        """What was asked of a tracker so far."""
        with self._lock:
            found = self._asked[tracker]
            return Asked(Counter(found.requests), found.retries, Counter(found.waited))

    def _add(self, tracker: str, why: Wait, seconds: float) -> None:
        # A counter of the library is typed for whole numbers alone, and adds any.
        self._asked[tracker].waited[why] += seconds  # type: ignore[assignment]
