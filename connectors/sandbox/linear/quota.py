"""What a user may still spend: requests and complexity points. Wire facts: contracts/linear.md, section 3."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.linear.errors import RateLimited

HOUR = 3600.0
MINUTE = 60.0


def rounded(points: float) -> int:
    """Points as they are billed: rounded up, but not for the last bit of a sum of tenths."""
    return math.ceil(round(points, 6))


@dataclass(slots=True)
class Bucket:
    """A leaky bucket: `limit` a `period`, refilled all the time; there is no fixed window."""

    limit: float
    used: float = 0.0
    at: datetime | None = None
    period: float = HOUR

    def remaining(self, now: datetime) -> float:
        """What is left at `now`."""
        if self.at is not None:
            drained = (now - self.at).total_seconds() * self.limit / self.period
            self.used = max(0.0, self.used - max(0.0, drained))
        self.at = now
        return max(0.0, self.limit - self.used)

    def take(self, amount: float, now: datetime) -> bool:
        """Take `amount` if it is there."""
        if self.remaining(now) < amount:
            return False
        self.used += amount
        return True


class Quota:
    """One user's requests and points, and the fields with a limit of their own."""

    def __init__(self, limits: tuple[float, float], searches: float = 30.0, *, app: bool = False) -> None:
        self.requests = Bucket(limits[0])
        self.points = Bucket(limits[1])
        self.app = app
        self.searches = searches
        self._fields: dict[str, Bucket] = {}
        self._asked: str | None = None

    def charge_request(self, now: datetime) -> None:
        """Count a request. Raises RateLimited when none is left."""
        self._asked = None
        if not self.requests.take(1, now):
            raise _limited(f"Only {self.requests.limit:.0f} requests are allowed per 1 hour.")

    def charge_points(self, points: float, now: datetime) -> None:
        """Count a query's points; refused queries cost too. Raises RateLimited when too few are left."""
        if not self.points.take(rounded(points), now):
            raise _limited(f"Only {self.points.limit:.0f} complexity points are allowed per 1 hour.")

    def charge_search(self, name: str, now: datetime) -> None:
        """Count a use of a search field. Raises RateLimited beyond so many a minute."""
        self._asked = name
        bucket = self._fields.setdefault(name, Bucket(self.searches, period=MINUTE))
        bucket.limit = self.searches
        if not bucket.take(1, now):
            raise _limited(f"Only {bucket.limit:.0f} requests are allowed per 1 minute.")

    def _own_headers(self, now: datetime) -> dict[str, str]:
        """Headers of the field with a limit of its own that the request asked for."""
        if self._asked is None:
            return {}
        bucket = self._fields[self._asked]
        return {
            "X-RateLimit-Endpoint-Name": self._asked,
            "X-RateLimit-Endpoint-Requests-Limit": f"{bucket.limit:.0f}",
            "X-RateLimit-Endpoint-Requests-Remaining": str(int(bucket.remaining(now))),
            "X-RateLimit-Endpoint-Requests-Reset": str(round((now.timestamp() + MINUTE) * 1000)),
        }

    def headers(self, points: float | None, now: datetime) -> dict[str, str]:
        """The reply's headers. The reset always reads an hour from now, in epoch milliseconds."""
        reset = str(round(now.timestamp() * 1000 + HOUR * 1000))
        own = {} if points is None else {"X-Complexity": str(rounded(points))}
        return {
            "X-RateLimit-Requests-Limit": f"{self.requests.limit:.0f}",
            "X-RateLimit-Requests-Remaining": str(int(self.requests.remaining(now))),
            "X-RateLimit-Requests-Reset": reset,
            "X-RateLimit-Complexity-Limit": f"{self.points.limit:.0f}",
            "X-RateLimit-Complexity-Remaining": str(int(self.points.remaining(now))),
            "X-RateLimit-Complexity-Reset": reset,
            "X-Request-Id": str(uuid.uuid4()),
            **own,
            **self._own_headers(now),
        }

    def status(self, identifier: str, now: datetime) -> dict[str, Any]:
        """What the `rateLimitStatus` query answers."""
        reset = round(now.timestamp() * 1000 + HOUR * 1000)
        limits = [
            {
                "type": name,
                "requestedAmount": 1.0,
                "allowedAmount": bucket.limit,
                "period": HOUR * 1000,
                "remainingAmount": bucket.remaining(now),
                "reset": reset,
            }
            for name, bucket in (("REQUEST", self.requests), ("COMPLEXITY", self.points))
        ]
        return {"identifier": identifier, "kind": "oauthApp" if self.app else "apiKey", "limits": limits}


def _limited(why: str) -> RateLimited:
    return RateLimited(f"Rate limit exceeded. {why}")
