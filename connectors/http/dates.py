"""Times and days as others write them: in headers, replies, files and options. The one place where they are parsed. Pure.

Nothing here raises, whatever the text, and every time has a zone: UTC.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from email.utils import parsedate_to_datetime

from config.fields import FIRST_DAY, LAST_DAY

EARLIEST = datetime.combine(FIRST_DAY, time.min, UTC)
LATEST = datetime.combine(LAST_DAY, time.min, UTC)
"""The ends of what a time can mean."""

_FIRST_YEAR, _LAST_YEAR = EARLIEST.year, LATEST.year

MOST_WAIT = 366 * 86_400.0
"""Seconds beyond which a longer wait says nothing more."""


_MILLISECONDS_FROM = 1e11
"""A greater number is of milliseconds: as seconds it would lie beyond the year 5000."""


def http_date(text: str | None) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7); None for what is absent, none, or out of range."""
    return _in_range(_parsed(parsedate_to_datetime, text))


def iso_time(text: str | None) -> datetime | None:
    """A time in ISO 8601 that names its zone; None for what is absent, none, or out of range."""
    return _in_range(_zoned(text))


def given_time(text: str | None, zone: tzinfo = UTC) -> datetime | None:
    """A time that a person gave, in `zone` where it names none, as UTC: None for what is none, or out of range."""
    return _in_range(_parsed(datetime.fromisoformat, text), zone)


def item_time(told: str | float | None) -> datetime | None:
    """The time of something that stands in a tracker: as `iso_time`, but one out of range counts as its end.

    A single row that was imported with the year 1 must not make a whole site unreadable. A number counts from 1970, in
    seconds or milliseconds: Jira's bulk changelog tells either (contracts/jira.md, section 1.3).
    """
    if told is None or isinstance(told, str):
        found = _zoned(told)
        if found is None:
            return None
        # Nearly all, asked for first: a site has hundreds of thousands of times.
        if _FIRST_YEAR < found.year < _LAST_YEAR:
            return found.astimezone(UTC)
        return clamped(found)
    seconds = told / 1000 if abs(told) > _MILLISECONDS_FROM else told
    if math.isnan(seconds):
        return None
    return datetime.fromtimestamp(min(max(seconds, EARLIEST.timestamp()), LATEST.timestamp()), UTC)


def clamped(when: datetime) -> datetime:
    """The time in UTC, or the end of the range that it lies beyond. `when` names its zone."""
    # By year first: near the ends of the calendar, already the change of the zone overflows.
    if when.year <= EARLIEST.year:
        return max(EARLIEST, _utc(when) or EARLIEST)
    if when.year >= LATEST.year:
        return min(LATEST, _utc(when) or LATEST)
    return when.astimezone(UTC)


def parse_day(text: str | None) -> date | None:
    """The day of a date or time in ISO 8601, as it is written there; None for what is absent or none."""
    when = _parsed(datetime.fromisoformat, text)
    return when.date() if when is not None else None


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds to wait as a `Retry-After` header asks, or None when it says nothing usable.

    Accepts whole or decimal seconds and an HTTP date (RFC 9110, 10.2.3). A date in the past or a negative
    number means no wait; more than a year counts as a year.
    """
    if text is None or not text.strip():
        return None
    try:
        seconds = float(text)
    except ValueError:
        when = http_date(text.strip())
        if when is None:
            return None
        seconds = (when - now).total_seconds()
    return min(max(0.0, seconds), MOST_WAIT) if math.isfinite(seconds) else None


def _zoned(text: str | None) -> datetime | None:
    when = _parsed(datetime.fromisoformat, text)
    return when if when is not None and when.tzinfo is not None else None


def _in_range(when: datetime | None, zone: tzinfo = UTC) -> datetime | None:
    if when is None:
        return None
    found = _utc(when.replace(tzinfo=zone) if when.tzinfo is None else when)
    return found if found is not None and EARLIEST <= found <= LATEST else None


def _utc(when: datetime) -> datetime | None:
    try:
        return when.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _parsed(parse: Callable[[str], datetime], text: str | None) -> datetime | None:
    try:
        return parse(text) if text else None
    # What is raised for which text differs by version of Python: for parsedate IndexError and TypeError, too.
    except Exception:  # noqa: BLE001  whatever it is, the text is no time
        return None
