"""The rate limits of a Jira site, all kinds at once. Wire facts: contracts/jira.md, sections 4 and 6.

The documented numbers hold by default; each kind can be switched off, and the hourly quota, which does not
apply to API tokens, on.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

BURST_RATES: Mapping[str, int] = {"GET": 100, "POST": 100, "PUT": 50, "DELETE": 50}
BURST_EXCEPTIONS: Mapping[tuple[str, str], int] = {
    ("GET", "/issue/{issue}"): 150,
    ("GET", "/issue/{issue}/changelog"): 200,
    ("POST", "/search/approximate-count"): 150,
}
WRITE_WINDOWS: tuple[tuple[int, float], ...] = ((20, 2.0), (100, 30.0))
"""Writes to one issue, and the seconds in which they may be made."""
NEAR = 0.2


@dataclass(frozen=True, slots=True)
class RateLimitRefusal:
    """A request too many: the RateLimit-Reason (empty on Data Center) and the headers that go with it."""

    reason: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UserLimit:
    """Data Center's bucket per user: `size` requests, `fill` more each `interval` seconds."""

    size: int = 100
    fill: int = 10
    interval: int = 1


@dataclass(slots=True)
class _Bucket:
    level: float
    at: datetime

    def take(self, now: datetime, size: float, rate: float) -> float:
        """Take one; what is left, below 0 when there was none to take."""
        # A clock that was set back must not stop the flow.
        passed = max(0.0, (now - self.at).total_seconds())
        self.level, self.at = min(size, self.level + passed * rate), now
        if self.level < 1:
            return self.level - 1
        self.level -= 1
        return self.level


@dataclass
class Limits:
    """What a site lets through, in the site's own time.

    - `burst`: requests a second for each endpoint and method, all accounts together. The size of the bucket
      is not published; here it holds `depth` seconds' worth.
    - `per_issue`: writes to one issue.
    - `points_per_hour`: the quota of an account, spent by requests and by the objects they return, until the
      top of the hour; None for none. Not `enforced`, it only shows in headers with a `Beta-` prefix.
    - `per_user`: Data Center's limit; None, as there by default, for none.
    - `server_page`, `server_window`: issues in one page of Data Center's search (its
      jira.search.views.default.max), and how far into a result it can page.
    """

    burst: bool = True
    depth: float = 10.0
    per_issue: bool = True
    points_per_hour: int | None = None
    enforced: bool = True
    per_user: UserLimit | None = None
    server_page: int = 1000
    server_window: int = 10_000
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict, repr=False)
    _writes: dict[int, deque[datetime]] = field(default_factory=dict, repr=False)
    _spent: dict[str, tuple[datetime, int]] = field(default_factory=dict, repr=False)

    def off(self) -> None:
        """Let everything through."""
        self.burst, self.per_issue, self.points_per_hour, self.per_user = False, False, None, None

    def admit_burst(
        self, method: str, route: str, now: datetime
    ) -> tuple[RateLimitRefusal | None, dict[str, str]]:
        """Count a request to `route`, a path below the API's root; its headers, or why it is refused."""
        rate = BURST_EXCEPTIONS.get((method, route)) or BURST_RATES.get(method)
        if not self.burst or rate is None:
            return None, {}
        size = max(1.0, rate * self.depth)
        bucket = self._buckets.setdefault((method, route), _Bucket(size, now))
        left = bucket.take(now, size, rate)
        if left < 0:
            reset = now + timedelta(seconds=-left / rate)
            return _refused("jira-burst-based", rate, math.ceil(-left / rate), reset), {}
        return None, _limit_headers(rate, math.floor(min(left, rate)), left < NEAR * min(size, rate))

    def admit_write(self, issue: int, now: datetime) -> RateLimitRefusal | None:
        """Count a write to one issue, unless it is one too many."""
        if not self.per_issue:
            return None
        made = self._writes.setdefault(issue, deque())
        longest = max(seconds for _, seconds in WRITE_WINDOWS)
        while made and (now - made[0]).total_seconds() >= longest:
            made.popleft()
        for most, seconds in WRITE_WINDOWS:
            within = [moment for moment in made if 0 <= (now - moment).total_seconds() < seconds]
            if len(within) >= most:
                reset = within[-most] + timedelta(seconds=seconds)
                wait = max(1, math.ceil((reset - now).total_seconds()))
                return _refused("jira-per-issue-on-write", most, wait, reset)
        made.append(now)
        if len(self._writes) > _MOST_REMEMBERED:
            self._writes = {
                n: q for n, q in self._writes.items() if q and (now - q[-1]).total_seconds() < longest
            }
        return None

    def forget_write(self, issue: int) -> None:
        """Take back the last write to an issue: it was refused for another reason."""
        if made := self._writes.get(issue):
            made.pop()

    def admit_points(self, account: str, now: datetime) -> RateLimitRefusal | None:
        """Refuse what an account asks for after its quota of the hour is spent."""
        if self.points_per_hour is None or not self.enforced:
            return None
        if self._points(account, now) < self.points_per_hour:
            return None
        reset = _next_hour(now)
        wait = max(1, math.ceil((reset - now).total_seconds()))
        return _refused("jira-quota-global-based", self.points_per_hour, wait, reset)

    def spend(self, account: str, points: int, now: datetime) -> dict[str, str]:
        """Charge an account; the headers that tell it what is left."""
        if self.points_per_hour is None:
            return {}
        spent = self._points(account, now) + points
        self._spent[account] = (_next_hour(now), spent)
        left = max(0, self.points_per_hour - spent)
        reset = _next_hour(now)
        headers = {"RateLimit-Policy": f'"global-app-quota";q={self.points_per_hour};w=3600'}
        if left < NEAR * self.points_per_hour:
            seconds = math.ceil((reset - now).total_seconds())
            headers["RateLimit"] = f'"global-app-quota";r={left};t={seconds}'
        headers |= _limit_headers(self.points_per_hour, left, left < NEAR * self.points_per_hour)
        headers["X-RateLimit-Reset"] = _iso(reset)
        return headers if self.enforced else {f"Beta-{name}": value for name, value in headers.items()}

    def admit_user(self, account: str, now: datetime) -> tuple[RateLimitRefusal | None, dict[str, str]]:
        """Data Center: count a request of one user."""
        limit = self.per_user
        if limit is None:
            return None, {}
        bucket = self._buckets.setdefault(("user", account), _Bucket(limit.size, now))
        left = bucket.take(now, limit.size, limit.fill / limit.interval)
        headers = {
            "X-RateLimit-Limit": str(limit.size),
            "X-RateLimit-Remaining": str(max(0, math.floor(left))),
            "X-RateLimit-FillRate": str(limit.fill),
            "X-RateLimit-Interval-Seconds": str(limit.interval),
        }
        if left >= 0:
            return None, headers
        # Rounded down, so that 0 is common, as seen on real ones.
        wait = math.floor(-left * limit.interval / limit.fill)
        return RateLimitRefusal("", headers | {"Retry-After": str(wait)}), {}

    def _points(self, account: str, now: datetime) -> int:
        ends, spent = self._spent.get(account, (now, 0))
        return spent if now < ends else 0


_MOST_REMEMBERED = 20_000


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _iso(moment: datetime) -> str:
    """Without seconds where there are none, as the real header has been seen."""
    return f"{moment:%Y-%m-%dT%H:%MZ}" if moment.second == 0 else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _limit_headers(limit: int, left: int, is_near: bool) -> dict[str, str]:
    headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}
    return headers | ({"X-RateLimit-NearLimit": "true"} if is_near else {})


def _refused(reason: str, limit: int, wait: int, reset: datetime) -> RateLimitRefusal:
    headers = _limit_headers(limit, 0, is_near=True)
    headers |= {"RateLimit-Reason": reason, "Retry-After": str(wait), "X-RateLimit-Reset": _iso(reset)}
    return RateLimitRefusal(reason, headers)
