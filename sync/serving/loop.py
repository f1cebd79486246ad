"""The timetable at work: one run after the other, never two at once, until it is told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from sync.serving.nudge import Nudge
from sync.serving.served import Ran, Served
from sync.serving.timetable import AGAIN, News, due_by_news, next_tick, rested_at

log = structlog.get_logger(__name__)

START, TIMETABLE, NEWS, AFTER_NEWS = "start", "timetable", "news", "after news"
"""Why a run begins."""

_LOOK = 30.0
"""Seconds after which the clock is looked at again: it may have been set, and the machine may have slept."""

_HELD = 10.0
"""Seconds before news are tried again that found another run at work."""


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Loop:
    """Begins runs: one at the start, then by the timetable, and soon after news.

    `run(why)` carries out one run and says how it went. `now`: the time; `clock`: seconds that never go back.
    """

    def __init__(
        self,
        every: timedelta,
        run: Callable[[str], Ran],
        nudge: Nudge,
        served: Served,
        *,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._every = every
        self._run = run
        self._nudge = nudge
        self._served = served
        self._now = now
        self._clock = clock
        self._stopped = threading.Event()
        self._last: datetime | None = None
        self._rested = 0.0
        self._again: float | None = None

    def stop(self) -> None:
        """Begin no further run. The one that is under way is not ended by this."""
        self._stopped.set()
        self._served.change(stopping=True)
        self._nudge.wake()

    def serve(self) -> None:
        """Run until stopped."""
        self._served.change(alive=True)
        try:
            while (why := self._wait()) is not None:
                self._carry_out(why)
        finally:
            self._served.change(alive=False, next_tick=None)

    def _wait(self) -> str | None:
        """Until a run is due, and why; None once stopped."""
        while not self._stopped.is_set():
            seen = self._nudge.woken
            why, seconds = self._due()
            if why is not None:
                return why
            self._nudge.wait(min(seconds, _LOOK), seen)
        return None

    def _due(self) -> tuple[str | None, float]:
        """Why a run is due, or in how many seconds one will be."""
        now, clock = self._now(), self._clock()
        if self._last is None:
            return START, 0
        # A clock that was set back does not put off the next run by as much.
        self._last = min(self._last, now)
        tick = next_tick(self._every, self._last)
        self._served.change(next_tick=tick)
        waits = {TIMETABLE: (tick - now).total_seconds()}
        if (news := self._nudge.pending()) is not None:
            waits[NEWS] = due_by_news(news, self._rested) - clock
        elif self._again is not None:
            waits[AFTER_NEWS] = max(self._again, self._rested) - clock
        why = min(waits, key=waits.__getitem__)
        return (why, 0) if waits[why] <= 0 else (None, waits[why])

    def _carry_out(self, why: str) -> None:
        begun = self._clock()
        self._again = None
        news = self._nudge.take()
        self._served.change(running_since=self._now())
        if news is not None:
            log.info(
                "news from trackers",
                deliveries=news.deliveries,
                trackers=sorted(news.trackers),
                items=len(news.items),
            )
        try:
            ran = self._run(why)
        finally:
            self._served.change(running_since=None)
        self._remember(ran)
        # Times that passed meanwhile are not made good: a run that takes longer than the interval would follow itself at once.
        ended, self._last = self._clock(), self._now()
        self._rested = rested_at(ended, ended - begun)
        if news is not None:
            self._follow(ran, news, ended)

    def _follow(self, ran: Ran, news: News, ended: float) -> None:
        if ran.not_run is not None:
            # The other run may have read before they came.
            self._nudge.put_back(news)
            self._rested = max(self._rested, ended + _HELD)
        else:
            self._again = news.last + AGAIN

    def _remember(self, ran: Ran) -> None:
        self._served.change(last=ran)
        if ran.good:
            self._served.change(last_good=ran)
        tell = log.info if ran.good or ran.not_run is not None else log.warning
        tell(
            "run ended",
            why=ran.why,
            seconds=round((ran.ended - ran.begun).total_seconds(), 1),
            exit_code=ran.code,
            written=ran.written,
            not_run=ran.not_run,
        )
