"""Times as Jira writes them: `2026-01-02T03:04:05.678+0000`, or a number in bulk changelogs. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

_MILLISECONDS_FROM = 1e11
"""A greater number is of milliseconds: as seconds it would lie beyond the year 5000."""


def moment(told: str | float) -> datetime:
    """The time in UTC. Raises ValueError for what is none, or names no zone.

    A number counts from 1970, in seconds or milliseconds: the bulk changelog tells either (contracts, section 1.3).
    """
    if isinstance(told, str):
        when = datetime.fromisoformat(told)
        if when.tzinfo is None:
            raise ValueError("a time without a zone")
        return when.astimezone(UTC)
    seconds = told / 1000 if abs(told) > _MILLISECONDS_FROM else told
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{told:g} is no time") from error


def moment_or_none(told: str | float | None) -> datetime | None:
    """The same; None for what is absent or none."""
    try:
        return moment("" if told is None else told)
    except (ValueError, OverflowError):
        return None
