"""The Grafana dashboard: each of its queries runs on a real PostgreSQL, as a role that may read the views and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from sync.flow.by_week import FlowWeek
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import synchronise
from sync.store.database import address
from sync.store.store import Store
from sync.store.trends.views import VIEWS, drop_views
from tests.support.builders import NOW, epic, item, work, workspace
from tests.support.fake_sessions import FIRST_RUN
from tests.support.fake_tracker import FakeTracker
from tests.support.postgres import Cluster
from tests.support.product import ROOT

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "truenorth.json").read_text(encoding="utf-8"))
PANELS = [one for one in DASHBOARD["panels"] if one["type"] != "row"]
QUERIES = [target["rawSql"] for panel in PANELS for target in panel["targets"]]
VARIABLES = [one for one in DASHBOARD["templating"]["list"] if one["type"] == "query"]
ITEMS = [
    epic("WEB-1", claims=("KR1",)),
    item("WEB-2", "WEB-1", category="done"),
    item("OPS-1", "WEB-1"),
    item("OPS-2", category="doing", started=NOW - timedelta(days=40)),
]
MONDAY = NOW.date() - timedelta(days=7)


def expanded(sql: str, objectives: str) -> str:
    """The query as Grafana sends it: its macros and variables written out."""
    begin, end = (f"{NOW + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (-90, 1))
    sql = re.sub(r"\$__timeFilter\((\w+)\)", rf"\1 BETWEEN '{begin}' AND '{end}'", sql)
    return sql.replace("${objective:sqlstring}", objectives)


def test_the_dashboard_is_whole() -> None:
    numbers = [one["id"] for one in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    assert len(QUERIES) >= 10
    for panel in PANELS:
        assert panel["title"], panel["id"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}", "it is chosen, and none is named"
    read = set(re.findall(r"(?:(?<!DISTINCT )FROM|JOIN) (\w+)", " ".join(QUERIES)))
    assert read == set(VIEWS), "every view, and nothing but views"
    taken = [
        {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        for at in (one["gridPos"] for one in DASHBOARD["panels"])
    ]
    assert sum(map(len, taken)) == len(set[tuple[int, int]]().union(*taken)), "panels lie over each other"


@pytest.fixture
def filled(cluster: Cluster, database: str) -> Iterator[Store]:
    store = Store(cluster.url(database))
    for back, items in ((1, ITEMS[:2]), (0, ITEMS)):
        trackers = {name: FakeTracker.of(name, items) for name in ("jira", "linear")}
        session = Session(workspace(work("KR1"), work("KR2")), trackers, store)
        synchronise(session, NOW - timedelta(days=back), Reporter(), FIRST_RUN)
    weeks = [FlowWeek(MONDAY, "", team, 4, 2, 1, 9, 3.5, 8.0) for team in ("", "jira/WEB")]
    store.trends.save_flow(weeks, NOW.date())
    yield store
    store.close()


@pytest.mark.needs_database
def test_every_query_runs_as_a_reader_of_the_views_and_says_what_the_store_knows(
    filled: Store, cluster: Cluster, database: str
) -> None:
    cluster.ask(database, "CREATE ROLE grafana LOGIN", f"GRANT SELECT ON {', '.join(VIEWS)} TO grafana")
    engine = sa.create_engine(address(cluster.url(database, role="grafana")))
    try:
        with engine.connect() as connection:
            (objectives,) = (
                [row[0] for row in connection.exec_driver_sql(one["query"])] for one in VARIABLES
            )
            quoted = ", ".join(f"'{one}'" for one in objectives)
            for panel in PANELS:
                for target in panel["targets"]:
                    _gives_rows(connection, panel["title"], target, quoted)
            _say_what_is_known(connection, filled)
        with (
            engine.connect() as connection,
            pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
        ):
            connection.exec_driver_sql("SELECT * FROM readings")
        with (
            engine.connect() as connection,
            pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
        ):
            connection.exec_driver_sql("DELETE FROM truenorth_flow")
    finally:
        engine.dispose()


def _gives_rows(connection: sa.Connection, title: str, target: dict[str, Any], objectives: str) -> None:
    found = connection.exec_driver_sql(expanded(target["rawSql"], objectives).replace("%", "%%"))
    names, rows = list(found.keys()), found.all()
    is_of_forecasts = title == "Chance of success"  # of which there are none after two days
    assert rows or is_of_forecasts, title
    if target["format"] == "time_series":
        assert names[0] == "time", title
        moments = [row[0] for row in rows]
        assert moments == sorted(moments), title
        values = [
            value
            for row in rows
            for name, value in zip(names, row, strict=True)
            if name not in ("time", "metric")
        ]
        assert all(isinstance(float(one), float) for one in values), title


def _say_what_is_known(connection: sa.Connection, store: Store) -> None:
    told = connection.exec_driver_sql("SELECT key_result, day, progress FROM truenorth_progress")
    known = {(name, one.day, one.progress) for name, rows in store.readings.all().items() for one in rows}
    assert {tuple(row) for row in told} == known
    days = connection.exec_driver_sql(
        "SELECT day, team, orphans FROM truenorth_orphans WHERE tracker = 'jira' ORDER BY day, team"
    ).all()
    before, today = NOW.date() - timedelta(days=1), NOW.date()
    assert [tuple(row) for row in days] == [(before, "WEB", 0), (today, "OPS", 1), (today, "WEB", 0)]
    flow = connection.exec_driver_sql(
        "SELECT week, stream, team, finished, cycle_p85 FROM truenorth_flow ORDER BY team"
    )
    assert [tuple(row) for row in flow] == [(MONDAY, None, "jira/WEB", 2, 8.0), (MONDAY, None, None, 2, 8.0)]
    runs = connection.exec_driver_sql("SELECT kind, outcome, failed FROM truenorth_runs").all()
    assert [tuple(row) for row in runs] == [("sync", "done", 0)] * 2


@pytest.mark.needs_database
def test_a_store_of_the_version_before_gets_the_views(cluster: Cluster, database: str) -> None:
    store = Store(cluster.url(database))
    with store.transaction() as connection:
        drop_views(connection)
        for name in ("key_result_names", "unaligned_by_day", "flow_by_week"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        connection.exec_driver_sql("UPDATE about SET value = '10' WHERE name = 'schema'")
    store.close()
    Store(cluster.url(database)).close()
    for name in VIEWS:
        assert cluster.ask(database, f"SELECT COUNT(*) FROM {name}") == ["0"]  # noqa: S608  our own names
