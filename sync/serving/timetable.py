"""When the next run is due. Pure: moments in, moments out.

The timetable counts from the epoch in UTC, so no clock change of a zone repeats or skips a run, and two services with the same
interval run at the same minutes whenever they were started.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.model import Ref

QUIET = 1.0
"""Seconds without further news after which those that came are acted on: an edit in a tracker sends several deliveries."""

LONGEST = 3.0
"""Seconds after which news are acted on however many follow."""

REST = 1.0
"""Seconds between two runs by news, at least. It is as long as the last run where that took longer, so that runs by news take half
of the time at most.
"""

AGAIN = 20.0
"""Seconds after the last news that a run by news follows once more: the search of a tracker lags behind its deliveries."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class News:
    """What trackers said since the last run. `first`, `last`: seconds of a clock that never goes back.

    `items`: at most as many as are kept; a run reads all that changed, so they are for the log alone.
    """

    first: float
    last: float
    deliveries: int
    trackers: frozenset[str]
    items: frozenset[Ref]


def next_tick(every: timedelta, after: datetime) -> datetime:
    """The first moment of the timetable after this one, in UTC."""
    return _EPOCH + ((after - _EPOCH) // every + 1) * every


def due_by_news(news: News, rested: float) -> float:
    """When a run for the news is due, by their clock. `rested`: when the last run has rested."""
    return max(min(news.last + QUIET, news.first + LONGEST), rested)


def rested_at(ended: float, took: float) -> float:
    """When a run that ended then, and took so many seconds, has rested."""
    return ended + max(REST, took)
