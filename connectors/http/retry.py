"""How long to wait, and what may be tried again: the one retry policy of all connectors."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
import tenacity

from connectors.errors import RateLimited, TrackerError, Transient

T = TypeVar("T")
log = structlog.get_logger(__name__)


class OutOfTime(RateLimited):
    """A wait would pass the run's deadline, or the run is to end; the request was not sent."""

    cause = "deadline"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits as asked, else doubling with jitter, within attempts and a budget of waiting.

    - `attempts`: tries in all, the first included.
    - `base`, `cap`: seconds; the n-th own wait is min(cap, base·2ⁿ) times 0.7..1.3 (the vendor's advice
      for Jira; a Retry-After is a floor below it).
    - `budget`: seconds that one call may spend waiting; a longer wait asked for by the tracker ends the
      call at once, with the error that says how long.
    - `time_left`: seconds until the run's deadline; no wait is begun that would pass it, our own neither.
    - `heard`: told the tracker, and the seconds, of each wait before it.
    - `sleep` and `rng` are there for tests.
    """

    attempts: int = 5
    base: float = 1.0
    cap: float = 30.0
    budget: float = 300.0
    sleep: Callable[[float], None] = time.sleep
    time_left: Callable[[], float] = lambda: math.inf
    heard: Callable[[str, float], None] = lambda _tracker, _seconds: None
    rng: random.Random = field(default_factory=random.SystemRandom)

    def call(self, send: Callable[[], T], *, repeatable: bool) -> T:
        """Call `send` until it answers, raising its last error.

        A call that is not `repeatable` is tried again only after RateLimited, which certainly took no
        effect; after any other doubt the caller must look before it repeats.
        """
        waited = upcoming = 0.0
        doubt: TrackerError | None = None

        def wait_after(state: tenacity.RetryCallState, error: Transient) -> float:
            own = min(self.cap, self.base * 2 ** (state.attempt_number - 1)) * self.rng.uniform(0.7, 1.3)
            return float(own if error.retry_after is None else max(error.retry_after, min(own, 1.0)))

        def may_retry(state: tenacity.RetryCallState) -> bool:
            nonlocal doubt, upcoming
            error = state.outcome.exception() if state.outcome else None
            if not isinstance(error, Transient) or isinstance(error, OutOfTime):
                return False
            if not repeatable and not isinstance(error, RateLimited):
                return False
            doubt, upcoming = error, wait_after(state, error)
            return waited + (error.retry_after or 0.0) <= self.budget and upcoming < self.time_left()

        def pause(_: tenacity.RetryCallState) -> float:
            nonlocal waited
            waited += upcoming
            return upcoming

        def announce(state: tenacity.RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, TrackerError):
                self.heard(error.tracker, state.upcoming_sleep)
            log.warning(
                "waiting before the next attempt",
                tracker=getattr(error, "tracker", None),
                cause=getattr(error, "what", str(error)),
                seconds=round(state.upcoming_sleep, 1),
                attempt=state.attempt_number,
            )

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.attempts),
            retry=may_retry,
            wait=pause,
            sleep=self.sleep,
            before_sleep=announce,
            reraise=True,
        )
        try:
            return retrying(send)
        except OutOfTime as error:
            # An earlier try may have landed: its error says so, and this one would deny it.
            raise _light(doubt or error) from None
        except TrackerError as error:
            raise _light(error) from None


def _light(error: TrackerError) -> TrackerError:
    """The error without what it was raised through: errors of writes are kept, and each would keep its whole reply."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error
