"""What is kept for charts over time: written once for each day that is read, forgotten after three years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from config.workspace import Workspace
from sync.flow.by_week import FlowWeek
from sync.signals.unaligned_by_day import UnalignedDay
from sync.store.database import Database, again
from sync.store.trends import tables

KEPT = timedelta(days=3 * 366)
"""How far behind the day that is kept rows are forgotten."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptTrends:
    """The rows of another store, as they are."""

    names: list[Row] = field(default_factory=list)
    unaligned: list[Row] = field(default_factory=list)
    flow: list[Row] = field(default_factory=list)


class Trends:
    """Rows by day and week. Methods raise StoreError when the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @again
    def save_day(self, workspace: Workspace, day: date, unaligned: Iterable[UnalignedDay]) -> None:
        """Keep a day, in place of what was kept of it, and what key results are called."""
        names, days = tables.key_result_names, tables.unaligned_by_day
        called = [
            {
                "key_result": key_result.id,
                "title": key_result.title,
                "objective": objective.id,
                "objective_title": objective.title,
                "cycle": objective.cycle,
                "place": place,
            }
            for place, (objective, key_result) in enumerate(workspace.key_results())
        ]
        rows = [{**asdict(one), "day": one.day.isoformat()} for one in unaligned]
        with self._database.ordered() as connection:
            known = [one["key_result"] for one in called]
            connection.execute(names.delete().where(names.c.key_result.in_(known)))
            if called:
                connection.execute(names.insert(), called)
            oldest = (day - KEPT).isoformat()
            connection.execute(days.delete().where((days.c.day == day.isoformat()) | (days.c.day < oldest)))
            if rows:
                connection.execute(days.insert(), rows)

    @again
    def has_flow_of(self, day: date) -> bool:
        """Whether the weeks were counted on that day."""
        query = sa.select(sa.func.max(tables.flow_by_week.c.read_on))
        with self._database.transaction() as connection:
            return connection.execute(query).scalar() == day.isoformat()

    @again
    def save_flow(self, weeks: Iterable[FlowWeek], day: date) -> None:
        """Keep weeks as counted on a day, in place of what was kept of them; percentiles that were kept of a week stay."""
        table = tables.flow_by_week
        rows = [{**asdict(one), "week": one.week.isoformat(), "read_on": day.isoformat()} for one in weeks]
        first = min((row["week"] for row in rows), default=day.isoformat())
        with self._database.ordered() as connection:
            before = {
                (row.week, row.stream, row.team): row
                for row in connection.execute(sa.select(table).where(table.c.week >= first))
            }
            for row in rows:
                old = before.get((row["week"], row["stream"], row["team"]))
                if old is not None and row["cycle_p50"] is None:
                    row |= {"cycle_p50": old.cycle_p50, "cycle_p85": old.cycle_p85}
            oldest = (day - KEPT).isoformat()
            connection.execute(table.delete().where((table.c.week >= first) | (table.c.week < oldest)))
            if rows:
                connection.execute(table.insert(), rows)

    @again
    def add(self, kept: KeptTrends) -> None:
        """Take over the rows of another store. This one has none yet."""
        pairs = (
            (tables.key_result_names, kept.names),
            (tables.unaligned_by_day, kept.unaligned),
            (tables.flow_by_week, kept.flow),
        )
        with self._database.ordered() as connection:
            for table, rows in pairs:
                if rows:
                    connection.execute(table.insert(), [dict(row) for row in rows])


def read_trends(connection: sa.Connection) -> dict[str, list[Row]]:
    """All rows, by table."""
    return {
        table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        for table in (tables.key_result_names, tables.unaligned_by_day, tables.flow_by_week)
    }


def kept_trends(found: Mapping[str, list[Row]]) -> KeptTrends:
    """The rows by name."""
    return KeptTrends(
        found.get("key_result_names", []), found.get("unaligned_by_day", []), found.get("flow_by_week", [])
    )
