"""The history in the store: each key result's reading and forecast by day, what moved it, and where its work stood lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.json import Decoder

from sync.forecast.outlook import KeptForecast
from sync.history.days import History, HistoryRow, row_of
from sync.history.movement import Movement, WorkState
from sync.measure import Scorecard
from sync.signals.work_by_day import KeptSlice
from sync.store import tables
from sync.store.database import Database, again
from sync.store.days.work_by_day import replace_work_of
from sync.store.forecasts import add_forecasts, read_forecasts, replace_forecasts

_MOVEMENTS = Decoder(Movement)


class Readings:
    """Readings by day. Methods raise StoreError when the store cannot be used, or a row means nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @again
    def save(
        self,
        scorecard: Scorecard,
        day: date,
        states: Mapping[str, WorkState],
        moved: Mapping[str, Movement],
        forecasts: Mapping[str, KeptForecast] = MappingProxyType({}),
        work: Sequence[KeptSlice] = (),
    ) -> None:
        """Remember a day's readings and forecasts, where work stands and goes, and what moved it; the same day again replaces them.

        Where it is not known what moved, what was remembered of that day stays. Where work stood is kept of this
        day and of the one before it that was read.
        """
        table, states_table, on = tables.readings, tables.standings, day.isoformat()
        with self._database.ordered() as connection:
            known = {
                row.key_result: _moved(row)
                for row in connection.execute(table.select().where(table.c.day == on))
            }
            movements = {**known, **moved}
            rows = [
                _columns(name, row_of(reading, day, movements.get(name)))
                for name, reading in scorecard.readings.items()
            ]
            connection.execute(table.delete().where(table.c.day == on))
            if rows:
                connection.execute(table.insert(), rows)
            replace_forecasts(connection, day, forecasts)
            replace_work_of(connection, day, work)
            last = connection.execute(
                sa.select(sa.func.max(states_table.c.day)).where(states_table.c.day < on)
            ).scalar()
            connection.execute(
                states_table.delete().where((states_table.c.day == on) | (states_table.c.day < (last or on)))
            )
            bodies = [
                {"key_result": name, "day": on, "body": msgspec.json.encode(one)}
                for name, one in states.items()
            ]
            if bodies:
                connection.execute(states_table.insert(), bodies)

    @again
    def all(self) -> dict[str, History]:
        """The history of every key result."""
        found: dict[str, list[HistoryRow]] = {}
        with self._database.transaction() as connection:
            for row in connection.execute(sa.select(tables.readings).order_by(tables.readings.c.day)):
                read = HistoryRow(
                    date.fromisoformat(row.day),
                    row.value,
                    row.progress,
                    row.expected,
                    row.health,
                    _moved(row),
                )
                found.setdefault(row.key_result, []).append(read)
        return {name: tuple(rows) for name, rows in found.items()}

    @again
    def forecasts(self, key_result: str) -> tuple[KeptForecast, ...]:
        """The forecasts that were made of a key result, by day."""
        with self._database.transaction() as connection:
            return tuple(read_forecasts(connection, key_result).get(key_result, ()))

    @again
    def all_forecasts(self) -> dict[str, list[KeptForecast]]:
        """The forecasts that were made of every key result, by day."""
        with self._database.transaction() as connection:
            return read_forecasts(connection)

    @again
    def import_readings(
        self,
        histories: Mapping[str, History],
        forecasts: Mapping[str, Sequence[KeptForecast]] = MappingProxyType({}),
    ) -> None:
        """Remember readings and forecasts of another store, of days of which there are none here."""
        table = tables.readings
        with self._database.ordered() as connection:
            known = {(row.key_result, row.day) for row in connection.execute(sa.select(table))}
            rows = [_columns(name, row) for name, history in histories.items() for row in history]
            new = [row for row in rows if (row["key_result"], row["day"]) not in known]
            if new:
                connection.execute(table.insert(), new)
            add_forecasts(connection, forecasts)


def _columns(name: str, row: HistoryRow) -> dict[str, Any]:
    moved = None if row.moved is None else msgspec.json.encode(row.moved)
    return {"key_result": name, **msgspec.to_builtins(replace(row, moved=None)), "moved": moved}


def _moved(row: Any) -> Movement | None:
    return None if row.moved is None else _MOVEMENTS.decode(row.moved)
