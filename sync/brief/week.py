"""The week that a brief tells of: since when, and whether anything happened in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from config.measures import KeepMeasure, MetricMeasure
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.forecast.attribution import Attribution, Untold


def last_monday(now: datetime, zone: tzinfo) -> datetime:
    """The latest Monday before today, at the time of day that it is now in the zone; on a Monday that of a week ago."""
    local = now.astimezone(zone)
    back = (local.weekday() - 1) % 7 + 1
    return (local - timedelta(days=back)).astimezone(UTC)


def week_of(now: datetime, zone: tzinfo) -> str:
    """The week by ISO 8601, such as "2026-W49"; weeks begin on Mondays."""
    year, week, _ = now.astimezone(zone).date().isocalendar()
    return f"{year}-W{week:02}"


def is_changed(
    items: Iterable[WorkItem],
    workspace: Workspace,
    attributions: Mapping[str, Attribution | Untold],
    since: datetime,
    now: datetime,
) -> bool:
    """Whether anything is known to have happened: work in scope was created, begun, finished, dropped, blocked or given a
    health, or a value was checked in or moved.

    Estimates, links and labels that changed have no day, and are not seen.
    """
    if any(item.in_scope and _moved(item, since) for item in items):
        return True
    told = (one for one in attributions.values() if isinstance(one, Attribution))
    return any(one.work or one.scope for one in told) or _was_checked_in(workspace, since, now)


def _moved(item: WorkItem, since: datetime) -> bool:
    given = item.given_health.on if item.given_health is not None else None
    moments = (item.created, item.started, item.completed, item.dropped, given)
    blocked = (at for _, at in item.blocked_since)
    return any(at is not None and at >= since for at in (*moments, *blocked))


def _was_checked_in(workspace: Workspace, since: datetime, now: datetime) -> bool:
    begin, end = (at.astimezone(workspace.zone).date() for at in (since, now))
    measures = (key_result.measure for _, key_result in workspace.key_results())
    return any(
        begin < one.on <= end
        for how in measures
        if isinstance(how, MetricMeasure | KeepMeasure)
        for one in how.checkins
    )
