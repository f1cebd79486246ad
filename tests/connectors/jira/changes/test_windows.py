"""Queries for what was changed since a moment, and which of what they list has to be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.jira.changes.windows import NAMED_IDS, changed_rows, milliseconds, minute, queries

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def test_milliseconds_know_no_zone() -> None:
    assert (
        milliseconds(datetime(2026, 11, 16, 10, 0, 0, 678_000, tzinfo=ZoneInfo("Europe/Paris")))
        == 1794819600678
    )


@pytest.mark.parametrize(
    ("moment", "zone", "text"),
    [
        ("2026-11-16T09:41:59Z", "Europe/Paris", '"2026/11/16 10:41"'),
        ("2026-11-16T09:41:00Z", "America/New_York", '"2026/11/16 04:41"'),
        # The clocks go back: 02:30 is shown twice, 01:30 and 03:30 once.
        ("2026-10-25T00:30:00Z", "Europe/Paris", '"2026/10/25 01:30"'),
        ("2026-10-25T01:30:00Z", "Europe/Paris", '"2026/10/25 01:30"'),
        ("2026-10-25T02:30:00Z", "Europe/Paris", '"2026/10/25 03:30"'),
        ("2026-11-16T08:15:30Z", None, "-46m"),
        ("2026-11-16T08:15:30Z", "Nowhere/There", "-46m"),
    ],
)
def test_a_minute_is_of_the_accounts_zone_and_never_later(moment: str, zone: str | None, text: str) -> None:
    assert minute(datetime.fromisoformat(moment), zone, NOW) == text


def test_every_minute_of_a_year_means_no_later_moment() -> None:
    zone = ZoneInfo("Europe/Paris")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year == 2026:
        text = minute(moment, "Europe/Paris", NOW)
        read = datetime.strptime(text, '"%Y/%m/%d %H:%M"').replace(tzinfo=zone)
        latest = max(one.astimezone(UTC) for one in (read.replace(fold=0), read.replace(fold=1)))
        assert moment - timedelta(hours=2, minutes=1) < latest <= moment
        moment += timedelta(minutes=457 if moment.month not in (3, 10) else 59)


def test_what_stands_above_is_named_in_queries_that_are_not_too_long() -> None:
    assert list(queries(["10", "11"], [])) == ["project in (10, 11)"]
    assert list(queries(["10"], ["5", "6"])) == ["(project in (10) OR id in (5, 6))"]
    many = [str(number) for number in range(2 * NAMED_IDS + 1)]
    first, second, third = queries(["10"], many)
    assert first.startswith("(project in (10) OR id in (0, 1, ")
    assert second.startswith(f"id in ({NAMED_IDS}, ")
    assert third == f"id in ({2 * NAMED_IDS})"


@pytest.mark.parametrize(
    ("told", "known", "is_read"),
    [
        (-60.0, -60.0, False),
        (-60.0, -61.0, True),
        (-60.0, -59.0, False),
        (None, -60.0, True),
        (-60.0, None, True),
        # In the second in which the last read began, or later.
        (-0.5, -0.5, False),
        (0.0, 0.0, True),
        (5.0, 5.0, True),
    ],
)
def test_what_was_read_after_its_last_change_is_not_read_again(
    told: float | None, known: float | None, is_read: bool
) -> None:
    rows = {"1": None if told is None else NOW + timedelta(seconds=told)}
    before = {} if known is None else {"1": NOW + timedelta(seconds=known)}
    assert changed_rows(rows, before, NOW + timedelta(milliseconds=400)) == ({"1"} if is_read else set())
