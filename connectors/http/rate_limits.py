"""How long a request is to wait so that people keep their share of a site's limits: the pure part of pacing."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Allowance:
    """One reading of one limit.

    - `name`: which limit, for people, such as "requests".
    - `limit`, `remaining`: in the limit's own units.
    - `refill`: units that come back every second; 0 for a quota that is whole again at once, when it ends.
    - `ends_in`: seconds from the reading to that end; None where nothing tells.
    """

    name: str
    limit: float
    remaining: float
    refill: float = 0.0
    ends_in: float | None = None


def kept(limit: float, share: float) -> float:
    """How much of a limit is kept for people: its share, but never the last unit."""
    return max(0.0, min(limit * share, limit - 1))


def wait_before(
    reading: Allowance, share: float, age: float = 0.0, outstanding: float = 0, cost: float = 1
) -> float:
    """Seconds to wait so that one more request still leaves people their share of the limit.

    `age`: seconds since the reading; `outstanding`: what requests take that were let through and are not answered; `cost`: what
    this one takes. No wait while more than the share is left. At the share, a limit that refills is used as fast as it does,
    and one that ends is left alone until then.
    """
    if reading.limit <= 0:
        return 0.0
    needed = min(reading.limit, kept(reading.limit, share) + cost)
    if reading.refill > 0:
        back = min(reading.limit, reading.remaining + age * reading.refill)
        return max(0.0, (needed + outstanding - back) / reading.refill)
    if reading.ends_in is None or reading.remaining - outstanding >= needed:
        return 0.0
    return max(0.0, reading.ends_in - age)


def follow(before: Allowance, age: float, latest: Allowance, together: float, cost: float = 1) -> Allowance:
    """What to take for true after a reply, given the reading before it and that reading's age in seconds.

    Replies of requests that run together come in any order, and an early one tells too much. So a limit that
    refills is not taken to hold more than it did, plus what came back, less the `cost` of this request; but what the latest
    says is never doubted by more than what the requests take that can have overtaken it, `together`.
    """
    if latest.refill <= 0 or before.limit != latest.limit:
        return latest
    expected = min(before.limit, before.remaining + age * before.refill) - cost
    return replace(latest, remaining=max(min(expected, latest.remaining), latest.remaining - together))
