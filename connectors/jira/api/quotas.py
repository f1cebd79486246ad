"""What Jira's replies say may still be asked. Wire facts: contracts/jira.md, section 4.

Headers with a `Beta-` prefix tell of limits that are not enforced, and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from connectors.http.dates import http_date, iso_time
from connectors.http.rate_limits import Allowance

SHORT = 60.0
"""Seconds of a policy's window up to which it counts as refilling all the time: such limits are token buckets."""

_POLICY = re.compile(r'"([^"]{1,80})"((?:\s*;\s*\w+=[\d.]+)*)')
_PARAMETER = re.compile(r"(\w+)=([\d.]+)")
_CHANGING = re.compile(r"[^/]*\d[^/]*")


def quotas_in(headers: Mapping[str, str], call: str) -> list[Allowance]:
    """The readings in a reply's headers; `call` is its method and path, for limits that hold for one endpoint.

    What is absent or unreadable gives no reading.
    """
    return [*_structured(headers), *_plain(headers, call)]


def _structured(headers: Mapping[str, str]) -> Iterator[Allowance]:
    """`RateLimit` says what is left (r) and until when (t), `RateLimit-Policy` how much (q) in which window (w)."""
    left = dict(_named(headers.get("RateLimit", "")))
    for name, declared in _named(headers.get("RateLimit-Policy", "")):
        size, window, now = declared.get("q"), declared.get("w"), left.get(name, {})
        remaining = now.get("r")
        if not size or not window or remaining is None:
            continue
        if window <= SHORT:
            yield Allowance(name, size, remaining, refill=size / window)
        else:
            yield Allowance(name, size, remaining, ends_in=now.get("t"))


def _plain(headers: Mapping[str, str], call: str) -> Iterator[Allowance]:
    limit = _number(headers.get("X-RateLimit-Limit"))
    remaining = _number(headers.get("X-RateLimit-Remaining"))
    if limit is None or remaining is None:
        return
    fill, interval = (
        _number(headers.get(f"X-RateLimit-{name}")) for name in ("FillRate", "Interval-Seconds")
    )
    if fill is not None and interval is not None:
        if fill and interval:
            yield Allowance("requests", limit, remaining, refill=fill / interval)
        return
    if "X-RateLimit-Reset" in headers:
        yield Allowance("requests or points", limit, remaining, ends_in=_until(headers))
        return
    # Without an end it is the limit per second of this endpoint and method.
    method, _, path = call.partition(" ")
    yield Allowance(f"{method} {_CHANGING.sub('*', path)} a second", limit, remaining, refill=limit)


def _until(headers: Mapping[str, str]) -> float | None:
    """Seconds to the reset by the site's own clock, so that a wrong one of ours does no harm."""
    reset = iso_time(headers["X-RateLimit-Reset"])
    theirs = http_date(headers["Date"]) if "Date" in headers else datetime.now(UTC)
    return None if reset is None or theirs is None else (reset - theirs).total_seconds()


def _named(text: str) -> Iterator[tuple[str, dict[str, float]]]:
    for name, parameters in _POLICY.findall(text[:2000]):
        numbers = {key: _number(value) for key, value in _PARAMETER.findall(parameters)}
        yield name, {key: value for key, value in numbers.items() if value is not None}


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < 1e12 else None
