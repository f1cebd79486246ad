"""Times as Jira writes them: `2026-01-02T03:04:05.678+0000`. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(text: str) -> datetime:
    """The time in UTC. Raises ValueError for what is none, or names no zone."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a time without a zone")
    return when.astimezone(UTC)


def moment_or_none(text: str | None) -> datetime | None:
    """The same; None for what is absent or none."""
    try:
        return moment(text or "")
    except (ValueError, OverflowError):
        return None
