"""Forecasts in the store, by key result and the day on which they were made."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
import sqlalchemy as sa

from sync.forecast.outlook import KeptForecast
from sync.store import tables


def read_forecasts(connection: sa.Connection, key_result: str | None = None) -> dict[str, list[KeptForecast]]:
    """The forecasts of every key result, or of one, oldest first; rows whose day is none are left out."""
    table, found = tables.forecasts, dict[str, list[KeptForecast]]()
    query = sa.select(table).order_by(table.c.day)
    if key_result is not None:
        query = query.where(table.c.key_result == key_result)
    for row in connection.execute(query):
        with contextlib.suppress(ValueError):
            figures = (row.low, row.middle, row.high, row.chance, row.goal, row.weeks)
            one = KeptForecast(date.fromisoformat(row.day), *figures)
            found.setdefault(row.key_result, []).append(one)
    return found


def replace_forecasts(connection: sa.Connection, day: date, forecasts: Mapping[str, KeptForecast]) -> None:
    """Keep these as the forecasts of a day, in place of those that were kept of it."""
    connection.execute(tables.forecasts.delete().where(tables.forecasts.c.day == day.isoformat()))
    if forecasts:
        connection.execute(
            tables.forecasts.insert(), [_columns(name, one) for name, one in forecasts.items()]
        )


def add_forecasts(connection: sa.Connection, forecasts: Mapping[str, Sequence[KeptForecast]]) -> None:
    """Keep these beside what is there, of days of which there is none."""
    table = tables.forecasts
    known = {tuple(row) for row in connection.execute(sa.select(table.c.key_result, table.c.day))}
    rows = [_columns(name, one) for name, some in forecasts.items() for one in some]
    new = [row for row in rows if (row["key_result"], row["day"]) not in known]
    if new:
        connection.execute(table.insert(), new)


def _columns(name: str, one: KeptForecast) -> dict[str, object]:
    return {"key_result": name, **msgspec.to_builtins(one)}
