"""What is kept for charts over time: one row for a day, a week, a name; nothing older than three years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sync.flow.by_week import FlowWeek
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import synchronise
from sync.signals.unaligned_by_day import UnalignedDay
from sync.store.store import Store, StoreError
from sync.store.trends import tables
from sync.store.trends.trends import KEPT, kept_trends, read_trends
from tests.support.builders import NOW, epic, item, work, workspace
from tests.support.fake_sessions import FIRST_RUN
from tests.support.fake_tracker import FakeTracker

DAY, MONDAY = NOW.date(), date(2026, 11, 9)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/t.db")
    yield opened
    opened.close()


def rows(store: Store, table: sa.Table) -> list[dict[str, Any]]:
    with store.transaction() as connection:
        return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def orphans(day: date, count: int) -> UnalignedDay:
    return UnalignedDay(day, "jira", "WEB", count, 0, 0)


def week(monday: date, finished: int, p50: float | None = None) -> FlowWeek:
    return FlowWeek(monday, "", "", 3, finished, 0, 4, p50, None if p50 is None else 2 * p50)


def test_a_sync_keeps_the_day_and_what_key_results_are_called(store: Store) -> None:
    items = [
        epic("WEB-1", claims=("KR1",)),
        item("WEB-2", category="doing", started=NOW - timedelta(days=40)),
    ]
    trackers = {name: FakeTracker.of(name, items) for name in ("jira", "linear")}
    for title in ("First", "Second"):
        space = workspace(work("KR1", title=title), work("KR2"))
        synchronise(Session(space, trackers, store), NOW, Reporter(), FIRST_RUN)
    assert [
        (one["key_result"], one["title"], one["place"]) for one in rows(store, tables.key_result_names)
    ] == [
        ("KR1", "Second", 0),
        ("KR2", "Result KR2", 1),
    ]
    kept = rows(store, tables.unaligned_by_day)
    assert {(one["day"], one["tracker"], one["team"]) for one in kept} == {(DAY.isoformat(), "jira", "WEB")}
    assert sum(one["orphans"] for one in kept) == 1
    assert rows(store, tables.flow_by_week) == [], "flow is not declared"


def test_a_day_is_kept_once_and_three_years(store: Store) -> None:
    old = DAY - KEPT - timedelta(days=1)
    for day, count in ((old, 1), (DAY - KEPT, 2), (DAY, 3), (DAY, 4)):
        store.trends.save_day(workspace(work("KR1")), day, [orphans(day, count)])
    kept = [(one["day"], one["orphans"]) for one in rows(store, tables.unaligned_by_day)]
    assert kept == [((DAY - KEPT).isoformat(), 2), (DAY.isoformat(), 4)]


def test_weeks_are_counted_anew_and_older_ones_and_their_percentiles_stay(store: Store) -> None:
    assert not store.trends.has_flow_of(DAY)
    later = MONDAY + timedelta(weeks=1)
    store.trends.save_flow([week(MONDAY - timedelta(weeks=1), 1), week(MONDAY, 2, 5.0)], DAY)
    assert store.trends.has_flow_of(DAY)
    assert not store.trends.has_flow_of(DAY + timedelta(days=1))
    store.trends.save_flow([week(MONDAY, 7), week(later, 3, 6.0)], DAY + timedelta(days=7))
    kept = [
        (one["week"], one["finished"], one["cycle_p50"], one["cycle_p85"])
        for one in rows(store, tables.flow_by_week)
    ]
    assert sorted(kept) == [
        ("2026-11-02", 1, None, None),
        ("2026-11-09", 7, 5.0, 10.0),
        ("2026-11-16", 3, 6.0, 12.0),
    ]
    store.trends.save_flow([week(later, 1)], later + KEPT)
    assert [one["week"] for one in rows(store, tables.flow_by_week)] == [later.isoformat()]


def test_a_rebuilt_store_takes_all_over(store: Store, tmp_path: Path) -> None:
    store.trends.save_day(workspace(work("KR1")), DAY, [orphans(DAY, 3)])
    store.trends.save_flow([week(MONDAY, 2, 5.0)], DAY)
    with store.transaction() as connection:
        found = read_trends(connection)
    new = Store(f"sqlite:///{tmp_path}/new.db")
    try:
        new.trends.add(kept_trends(found))
        with new.transaction() as connection:
            assert read_trends(connection) == found
        assert all(found.values())
        new.trends.save_day(workspace(work("KR1")), DAY, [orphans(DAY, 4)])
    finally:
        new.close()


def test_who_may_change_nothing_opens_a_store_of_this_version_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/t.db"
    with pytest.raises(StoreError, match="is not made yet"):
        Store(url, may_change=False)
    Store(url).close()
    Store(url, may_change=False).close()
    older = Store(url)
    with older.transaction() as connection:
        connection.execute(sa.text("UPDATE about SET value = '9' WHERE name = 'schema'"))
    older.close()
    with pytest.raises(StoreError, match="is of schema 9"):
        Store(url, may_change=False)
