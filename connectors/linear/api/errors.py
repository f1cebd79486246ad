"""What Linear's errors mean to us: the one place where they become errors of our own tree.

Linear tells most failures in the body, whatever the HTTP status: not found comes with 200, a spent quota
with 400. `extensions.type` is trusted before `code`, which varies for one type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from config.text.redaction import shorten
from connectors.errors import (
    BadReply,
    CredentialError,
    MissingScope,
    PermissionDenied,
    RateLimited,
    Refused,
    TrackerError,
    Unreachable,
)
from connectors.http.dates import http_date, parse_retry_after
from connectors.http.rate_limits import Allowance

MAX_WORDS = 300
"""Characters of Linear's own words that an error repeats."""

_FULL_HOUR = 3500.0
_NEW_CREDENTIAL = "Create a new API key in Linear under Settings > Security & access, or get a new token for the app, and set it."
_MORE_SCOPE = (
    "For an app, grant it and get a new token; for an API key, create one that has it "
    "(Settings > Security & access), and set it."
)
_SCOPE = re.compile(r"`([\w:-]+)`")


class NotFound(Refused):
    """Linear knows no such entity, or this credential may not see it: it does not tell which."""


class Conflict(Refused):
    """An entity with the id that we chose exists already."""


class TooComplex(Refused):
    """The query passes Linear's complexity cap; only a smaller one can be answered."""


class GraphError(msgspec.Struct):
    message: str = ""
    path: Any = None
    extensions: Any = None


class ErrorMapper:
    """Makes errors of ours for one tracker. Header names come in lower case."""

    def __init__(self, tracker: str, host: str) -> None:
        self._tracker = tracker
        self._host = host

    def from_errors(
        self, errors: Sequence[GraphError], status: int, headers: Mapping[str, str]
    ) -> TrackerError:
        """What the first error with a known meaning says, a spent quota before all others."""
        facts = [_facts(error) for error in errors]
        if any("ratelimited" in (kind, code.lower()) for kind, code, _ in facts) or status == 429:
            return self._rate_limited(headers)
        for error, (kind, code, words) in zip(errors, facts, strict=True):
            known = self._known(kind, code, error.message, words)
            if known is not None:
                return known
        if status >= 500:
            return self.from_status(status, headers)
        where = errors[0].path
        at = f" (at {shorten('.'.join(str(step) for step in where), 100)})" if isinstance(where, list) else ""
        return BadReply(
            self._tracker, f"Linear returned an error instead of a complete reply: {facts[0][2]}{at}."
        )

    def _known(self, kind: str, code: str, message: str, words: str) -> TrackerError | None:
        if kind == "authentication error" or code == "AUTHENTICATION_ERROR":
            return CredentialError(
                self._tracker, f"Linear rejected the credential: {words}.", _NEW_CREDENTIAL
            )
        if message.startswith("Invalid scope"):
            return self._missing_scope(words)
        if kind in ("forbidden", "feature not accessible") or code == "FORBIDDEN":
            return PermissionDenied(self._tracker, f"permission denied: {words}.")
        if message.startswith("Entity not found"):
            return NotFound(self._tracker, f"{words}.")
        if message.startswith("conflict on insert"):
            return Conflict(self._tracker, f"{words}.")
        if message.startswith("Query too complex"):
            return TooComplex(self._tracker, f"{words}.")
        if kind in ("lock timeout", "internal error", "network error"):
            return Unreachable(self._tracker, f"Linear had an internal error: {words}.")
        refusals = ("invalid input", "user error", "graphql error", "usage limit exceeded")
        if kind in refusals or code in ("INPUT_ERROR", "INVALID_INPUT", "GRAPHQL_VALIDATION_FAILED"):
            return Refused(self._tracker, f"Linear rejected the request: {words}.")
        return None

    def _missing_scope(self, words: str) -> MissingScope:
        scopes = " or ".join(_SCOPE.findall(words))
        what = f"the token lacks the scope {scopes}." if scopes else f"the token lacks a scope: {words}."
        return MissingScope(self._tracker, what, _MORE_SCOPE)

    def from_status(self, status: int, headers: Mapping[str, str]) -> TrackerError:
        if status == 401:
            return CredentialError(self._tracker, "Linear rejected the credential.", _NEW_CREDENTIAL)
        if status == 403:
            return PermissionDenied(self._tracker, "permission denied.")
        if status == 429:
            return self._rate_limited(headers)
        if status >= 500:
            wait = parse_retry_after(headers.get("retry-after"), datetime.now(UTC))
            what = f"{self._host} is unavailable (HTTP {status})."
            return Unreachable(self._tracker, what, retry_after=wait)
        if 300 <= status < 400:
            what = f"{self._host} redirected the request; redirects are not followed."
            return BadReply(self._tracker, what, "Set the tracker's url to the API itself.")
        return BadReply(self._tracker, f"Linear returned HTTP {status} without a reason.")

    def _rate_limited(self, headers: Mapping[str, str]) -> RateLimited:
        seconds = parse_retry_after(headers.get("retry-after"), datetime.now(UTC))
        if seconds is None:
            seconds = _until_reset(headers)
        until = f"; retry after {seconds:.0f} s" if seconds is not None else ""
        return RateLimited(
            self._tracker,
            f"Linear's request quota is used up{until}.",
            "Run less often.",
            retry_after=seconds,
        )


def _facts(error: GraphError) -> tuple[str, str, str]:
    """Type, code and the words for people, from an error whose extensions may be anything."""
    extensions = error.extensions if isinstance(error.extensions, dict) else {}

    def text(key: str) -> str:
        value = extensions.get(key)
        return value if isinstance(value, str) else ""

    words = (text("userPresentableMessage") or error.message or "no reason given").strip().rstrip(".")
    return text("type").lower(), text("code"), shorten(words, MAX_WORDS)


# --- Quotas --------------------------------------------------------------------------------------

_PERIODS = {
    "Requests": ("requests", 3600.0),
    "Complexity": ("complexity points", 3600.0),
    "Endpoint-Requests": ("requests to one endpoint", 60.0),
}
"""Every kind of limit by its part of a header's name: what people call it, and its period in seconds."""


@dataclass(frozen=True, slots=True)
class Quota:
    """One reading of one of Linear's limits. `reset` is in seconds since the epoch."""

    limit: int
    remaining: int
    reset: float

    def allowance(self, kind: str) -> Allowance:
        """The same for the throttle: a bucket that refills all the time, in the period of its kind."""
        name, period = _PERIODS[kind]
        return Allowance(name, self.limit, self.remaining, refill=self.limit / period)


def quotas_in(headers: Mapping[str, str]) -> dict[str, Quota]:
    """The readings in a reply's headers, by kind. Linear gives resets in milliseconds."""
    found = {}
    for kind in _PERIODS:
        limit, remaining, reset = (
            _number(headers.get(f"x-ratelimit-{kind.lower()}-{what}"))
            for what in ("limit", "remaining", "reset")
        )
        if limit is not None and remaining is not None and reset is not None:
            found[kind] = Quota(int(limit), int(remaining), reset / 1000)
    return found


def server_time_in(headers: Mapping[str, str]) -> datetime | None:
    """The tracker's clock by the `Date` header, in UTC."""
    return http_date(headers.get("date"))


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Seconds until the spent quota is whole again.

    The bucket refills all the time, so a reset a full hour ahead, which is what Linear usually sends, says
    nothing about when the next request will do; our own growing waits serve better then.
    """
    now = server_time_in(headers) or datetime.now(UTC)
    present = quotas_in(headers).values()
    spent = [quota for quota in present if quota.remaining <= 0] or present
    waits = [seconds for quota in spent if (seconds := quota.reset - now.timestamp()) > 0]
    return max(waits) if waits and max(waits) < _FULL_HOUR else None


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else None
    except ValueError:
        return None
    # NaN and infinities cannot be a quota.
    return number if number is not None and abs(number) < 1e15 else None
