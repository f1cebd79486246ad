"""The views that dashboards read, on PostgreSQL: names and columns that stay, whatever becomes of the tables under them.

docs/grafana.md lists them for people. A column is added at the end and none goes, so that `CREATE OR REPLACE` can renew a view and
what was granted on it stays. SQLite has none: it checks every view at each change of a table.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

VIEWS: Mapping[str, str] = {
    "truenorth_progress": """
        SELECT CAST(r.day AS DATE) AS day, r.key_result, COALESCE(n.title, r.key_result) AS title, n.objective,
               n.objective_title, n.cycle, n.place, r.value, r.progress, r.expected, r.health
        FROM readings r LEFT JOIN key_result_names n ON n.key_result = r.key_result""",
    "truenorth_chance": """
        SELECT CAST(r.day AS DATE) AS day, r.key_result, COALESCE(n.title, r.key_result) AS title, n.objective,
               n.objective_title, n.cycle, n.place, r.chance, r.low, r.middle, r.high, r.goal
        FROM forecasts r LEFT JOIN key_result_names n ON n.key_result = r.key_result""",
    "truenorth_orphans": """
        SELECT CAST(day AS DATE) AS day, tracker, NULLIF(team, '') AS team, orphans, in_grace, not_started
        FROM unaligned_by_day""",
    "truenorth_work": """
        SELECT CAST(day AS DATE) AS day, kind, NULLIF(name, '') AS name, pieces AS items, share
        FROM work_by_day""",
    "truenorth_flow": """
        SELECT CAST(week AS DATE) AS week, NULLIF(stream, '') AS stream, NULLIF(team, '') AS team, begun, finished,
               dropped, in_progress, cycle_p50, cycle_p85
        FROM flow_by_week""",
    "truenorth_runs": """
        SELECT id, kind, CAST(at AS TIMESTAMP WITH TIME ZONE) AS at, outcome,
               CAST(summary ->> 'written' AS INTEGER) AS written, CAST(summary ->> 'failed' AS INTEGER) AS failed
        FROM runs""",
}
"""Each by its name. `day` and `week` are days; shares, progress and chances 0..1."""


def make_views(connection: sa.Connection) -> None:
    """Make the views, or renew them; nothing on SQLite."""
    if connection.dialect.name != "sqlite":
        for name, query in VIEWS.items():
            connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {name} AS {query}")


def drop_views(connection: sa.Connection) -> None:
    """Take the views away, so that the tables under them can be replaced; nothing on SQLite."""
    if connection.dialect.name != "sqlite":
        for name in VIEWS:
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
