"""How fast a site may be asked: the one throttle of a site and a credential.

It learns from the trackers' own headers what may still be asked, keeps the declared share of it for people, and holds
all requests back while the site wants a wait. `connectors.http.rate_limits` decides; the throttle remembers and sleeps.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType

import structlog

from config.text.figures import ENGLISH
from config.wording import percent
from connectors.errors import RateLimited
from connectors.http.in_flight import READS, WRITES, InFlight, Kind
from connectors.http.pacing import Pacer, Shared
from connectors.http.rate_limits import Allowance, follow, wait_before
from connectors.http.retry import OutOfTime, RetryPolicy
from connectors.http.traffic import Traffic

log = structlog.get_logger(__name__)

RESERVED_SHARE = 0.2
"""Share of every quota that is left to people where nothing else is declared (ADR 17)."""

_WORTH_A_WORD = 1.0
"""Seconds of waiting below which nothing is said."""

_BETWEEN_WORDS = 30.0
"""Seconds between two words about the same quota."""

_GRACE = 5.0
"""Seconds that may still be waited once the run is to end, so that the running write can finish."""

_LOOK = 0.5
"""Seconds between two looks, while waiting, at whether the run is to end."""

SHARED_IN_FLIGHT = 16
"""Requests that all processes which share a site and a credential have in flight together."""

_BETWEEN_LOOKS = 0.02
"""Seconds between two looks at whether this process may send one more of its part."""

_LATER = "The next run continues. Run less often, or lower policy.quota_for_people."
_LONGER = "The next run continues. Set a longer policy.deadline_minutes if this happens often."


_ONE_EACH: Mapping[str, float] = MappingProxyType({})
"""A request of which nothing is said takes one unit of each limit."""


@dataclass(slots=True)
class _Known:
    reading: Allowance
    at: float


class Throttle:
    """Lets requests to one site with one credential through; safe to use from several threads.

    - `reserved_share`: share of each quota, 0..1, that is left to people.
    - `deadline`: seconds after the throttle's making beyond which nothing is asked or waited for any more.
    - `halt`: set by whoever wants the run to end; no wait outlasts it.
    - `retry`: the one policy by which calls are repeated, its waits bound by the same deadline and halt.
    - `in_flight`: how many requests are let through at once. `in_flight.reads` and `in_flight.writes` tell how many threads
      are of use; whoever sends by `request` needs to know nothing else.
    - `pacer`: what is shared with other processes, where there are any.
    """

    def __init__(
        self,
        retry: RetryPolicy | None = None,
        *,
        reserved_share: float = RESERVED_SHARE,
        deadline: float = math.inf,
        halt: threading.Event | None = None,
        in_flight: InFlight | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        given = retry or RetryPolicy()
        self._own_sleep = None if given.sleep is time.sleep else given.sleep
        self.traffic = Traffic()
        self.retry = replace(given, sleep=self._sleep, time_left=self.time_left, heard=self.traffic.retried)
        self.reserved_share = reserved_share
        self.in_flight = in_flight or InFlight()
        self._ends = time.monotonic() + deadline
        self._halt = halt or threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        self._warned: dict[str, float] = {}
        self._running: list[Mapping[str, float]] = []
        self._most: dict[str, float] = {"": 0}
        self._not_before = 0.0
        self._pacer = pacer
        self._elsewhere = 0
        self._processes = 1

    @property
    def readings(self) -> list[Allowance]:
        """The last reading of every limit, by name."""
        with self._lock:
            return [self._known[name].reading for name in sorted(self._known)]

    @contextmanager
    def request(
        self, tracker: str, kind: Kind = "read", costs: Mapping[str, float] = _ONE_EACH
    ) -> Iterator[list[Allowance]]:
        """Let one request through, which the block sends; into the list goes what its reply says is left; `costs` as in `acquire`.

        RateLimited that leaves the block is a 429: for a minute half as many requests are in flight. Raises as `acquire`.
        """
        room = self.in_flight.enter(kind, lambda: self._may_wait(tracker))
        try:
            self.acquire(tracker, costs)
            self.traffic.sent(tracker, kind)
            readings: list[Allowance] = []
            try:
                yield readings
            except RateLimited as error:
                if not isinstance(error, OutOfTime) and self.in_flight.refused(room):
                    log.warning(
                        "fewer requests in flight for a minute: the rate limit is reached",
                        tracker=tracker,
                        reads=self.in_flight.limit("read"),
                        writes=self.in_flight.limit("write"),
                    )
                raise
            finally:
                self.record(readings, costs)
        finally:
            self.in_flight.leave(room)

    def _may_wait(self, tracker: str) -> bool:
        if self.time_left() <= 0:
            raise OutOfTime(tracker, "the run's deadline has passed.", _LONGER)
        return not self._closed.is_set()

    def acquire(self, tracker: str, costs: Mapping[str, float] = _ONE_EACH) -> None:
        """Wait until a request may be sent; `record` must follow with the same costs, whatever comes of it.

        `costs`: what it takes at most of each limit, by its name; one unit where nothing is said.

        Raises RateLimited when the site wants a longer wait than one call may spend, OutOfTime when the wait
        would pass the deadline or the run is to end.
        """
        self._hear()
        with self._lock:
            now = time.monotonic()
            held = max(0.0, self._not_before - now)
            if held > self.retry.budget:
                raise RateLimited(
                    tracker, "the site asked for a longer wait than one call may take.", retry_after=held
                )
            known, shared = self._narrowest(now, costs)
            seconds = max(held, shared)
            if self.time_left() <= 0:
                raise OutOfTime(tracker, "the run's deadline has passed.", _LONGER)
            if seconds > self.time_left():
                raise OutOfTime(tracker, self._why(known), _LATER, retry_after=seconds)
            self._running.append(costs)
            self._note_most()
            news = known if shared > held and self._is_news(known, shared, now) else None
        if news is not None:
            log.warning(
                "slowing down to keep the reserved quota for people",
                tracker=tracker,
                quota=news.name,
                left=int(news.remaining),
                limit=int(news.limit),
                seconds=round(seconds, 1),
            )
        if seconds > 0:
            self.traffic.paced(tracker, seconds)
            self.retry.sleep(seconds)
            if self._halt.is_set() and self._not_before > time.monotonic():
                self.record((), costs)
                raise OutOfTime(tracker, "the run is stopping, and the site asks for a longer wait.")

    def record(self, readings: Iterable[Allowance] = (), costs: Mapping[str, float] = _ONE_EACH) -> None:
        """A request that was let through came to an end; `readings` are what its reply says is left."""
        with self._lock:
            self._running.remove(costs)
            now = time.monotonic()
            for reading in readings:
                old, name = self._known.get(reading.name), reading.name
                together, cost = self._most.get(name, self._most[""]), costs.get(name, 1)
                one = follow(old.reading, now - old.at, reading, together, cost) if old else reading
                self._known[one.name] = _Known(one, now)

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long: the site asked one of our requests to wait."""
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def _hear(self) -> None:
        """Exchange with other processes, and wait while this one has more than its part in flight."""
        if self._pacer is None:
            return
        while True:
            with self._lock:
                now = time.monotonic()
                told = [(one.reading, now - one.at) for one in self._known.values()]
                outstanding, pause = len(self._running), max(0.0, self._not_before - now)
            if (shared := self._pacer.exchange(outstanding, pause, told)) is not None:
                self._learn(shared)
            if len(self._running) < max(1, SHARED_IN_FLIGHT // self._processes) or self._halt.is_set():
                return
            if self._closed.wait(_BETWEEN_LOOKS) or self.time_left() <= 0:
                return

    def _learn(self, shared: Shared) -> None:
        with self._lock:
            now = time.monotonic()
            self._elsewhere, self._processes = shared.outstanding, max(1, shared.processes)
            self._not_before = max(self._not_before, now + shared.pause)
            for reading, age in shared.readings:
                known = self._known.get(reading.name)
                if known is None or now - age > known.at:
                    self._known[reading.name] = _Known(reading, now - age)

    def close(self) -> None:
        """End all waits, so that no thread outlives its connector by minutes."""
        self._closed.set()

    def _taken(self, name: str) -> float:
        """What the requests take of a limit that are let through and not answered."""
        return sum(costs.get(name, 1) for costs in self._running)

    def _note_most(self) -> None:
        for name in ("", *self._running[-1]):
            self._most[name] = max(self._most.get(name, 0), self._taken(name))

    def _narrowest(self, now: float, costs: Mapping[str, float]) -> tuple[Allowance | None, float]:
        """The limit that asks for the longest wait, and that wait. People's share does not hold up an ending run."""
        if not self._known or self._halt.is_set():
            return None, 0.0
        waits = [
            (
                wait_before(
                    one.reading,
                    self.reserved_share,
                    now - one.at,
                    # What others have under way is taken to be like what is asked here.
                    self._taken(name) + self._elsewhere * costs.get(name, 1),
                    costs.get(name, 1),
                ),
                name,
            )
            for name, one in self._known.items()
        ]
        seconds, name = max(waits)
        return self._known[name].reading, seconds

    def _why(self, known: Allowance | None) -> str:
        if known is None:
            return "the site asks for a longer wait than the run has time for."
        return (
            f"{ENGLISH.count(int(known.remaining))} of {ENGLISH.count(int(known.limit))} {known.name} left, {percent(100 * self.reserved_share)} reserved "
            "for people; the wait would exceed the run's deadline."
        )

    def _is_news(self, known: Allowance | None, seconds: float, now: float) -> bool:
        if known is None or seconds < _WORTH_A_WORD:
            return False
        if now - self._warned.get(known.name, -math.inf) < _BETWEEN_WORDS:
            return False
        self._warned[known.name] = now
        return True

    def time_left(self) -> float:
        """Seconds until nothing may be waited for any more; none once the deadline has passed."""
        left = self._ends - time.monotonic()
        return min(left, _GRACE) if self._halt.is_set() else left

    def _sleep(self, seconds: float) -> None:
        if self._own_sleep is not None:
            self._own_sleep(seconds)
            return
        seconds = min(seconds, max(0.0, self.time_left()))
        until, ending = time.monotonic() + seconds, self._halt.is_set()
        while (left := until - time.monotonic()) > 0 and not self._closed.wait(min(left, _LOOK)):
            if self._halt.is_set() and not ending:
                until, ending = min(until, time.monotonic() + _GRACE), True


class Throttles:
    """One throttle for each site and credential, however many trackers share them; the run begins when they are made.

    `halt` is set by whoever wants the run to end. `pacer_for`: what a site and a credential share with other processes.
    """

    def __init__(
        self,
        halt: threading.Event | None = None,
        pacer_for: Callable[[str, str], Pacer] | None = None,
    ) -> None:
        self._begun = time.monotonic()
        self._halt = halt
        self._pacer_for = pacer_for
        self._made: dict[tuple[str, str], Throttle] = {}

    def of(
        self,
        site: str,
        secret: str,
        *,
        reserved_share: float,
        deadline: float,
        reads_in_flight: int = READS,
        writes_in_flight: int = WRITES,
    ) -> Throttle:
        """The throttle of a site's address and a credential; who shares it, keeps the larger share for people, and has the
        smaller number of requests in flight.

        `deadline`: seconds after the run's begin.
        """
        key = (site.rstrip("/"), secret)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Throttle(
                reserved_share=reserved_share,
                deadline=self.time_left(deadline),
                halt=self._halt,
                in_flight=InFlight(reads_in_flight, writes_in_flight),
                pacer=self._pacer_for(*key) if self._pacer_for is not None else None,
            )
        found.reserved_share = max(found.reserved_share, reserved_share)
        found.in_flight.lower(reads_in_flight, writes_in_flight)
        return found

    def time_left(self, deadline: float) -> float:
        """Seconds until the run's deadline, which is so many seconds after its begin."""
        return self._begun + deadline - time.monotonic()
