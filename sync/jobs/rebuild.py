"""A new store from what the trackers show, with the history that the old one can still tell: no tracker knows that."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from config.load import fingerprint
from config.settings import Settings
from connectors.converter import Converter
from connectors.model import NOTHING, WorkItem
from sync.files.private import make_private
from sync.forecast.outlook import KeptForecast
from sync.history.days import History, HistoryRow
from sync.jobs.origins import destinations
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session, load_workspace
from sync.jobs.sync import read
from sync.plan.plan import Edit, changes_of
from sync.remember import remember
from sync.signals.grace import LinkDays
from sync.signals.work_by_day import KeptSlice
from sync.store import tables
from sync.store.database import Database, address
from sync.store.days.work_by_day import read_work_by_day
from sync.store.forecasts import read_forecasts
from sync.store.lease import LeaseBusy, LeaseHeld, leased
from sync.store.links import read_links
from sync.store.memory import read_provisions
from sync.store.sqlite_file import SIDE_FILES
from sync.store.store import Store, StoreError
from sync.store.trends.trends import KeptTrends, kept_trends, read_trends
from sync.store.trends.views import drop_views, make_views

_ROWS = Converter(HistoryRow)
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class OldStore:
    """What came of the store that was there: its readings and forecasts, where work went by day, what is kept for charts, where credentials
    went, where it is kept (None when there was none), since when work serves no key result any more, and what setup made on each tracker.
    """

    readings: Mapping[str, History]
    origins: Mapping[str, str]
    archived: str | None
    links: LinkDays = field(default_factory=dict)
    provisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    forecasts: Mapping[str, Sequence[KeptForecast]] = field(default_factory=dict)
    work: Mapping[date, Sequence[KeptSlice]] = field(default_factory=dict)
    trends: KeptTrends = field(default_factory=KeptTrends)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many items bear our stamp, where the old store is kept, and of how many days it had readings."""

    adopted: int
    archived: str | None
    days: int


def retire_store(settings: Settings, config: Path, now: datetime) -> OldStore:
    """Take the readings out of the store and move it out of the way.

    Raises ConfigError, MissingCredential, OriginRefused or StoreError, and LeaseBusy while a run is at work in it: what is
    wrong there must not cost the store its place.
    """
    workspace, keys = load_workspace(settings, config)
    origins = _remembered_origins(settings.store)
    destinations(workspace, keys, origins)
    _check_at_rest(settings.store)
    readings, links = recover_readings(settings.store), _told(settings.store, read_links)
    provisions, forecasts = _told(settings.store, read_provisions), _told(settings.store, read_forecasts)
    work = _told(settings.store, read_work_by_day)
    trends = kept_trends(_told(settings.store, read_trends))
    archived = archive_store(settings.store, now)
    return OldStore(readings, origins, archived, links, provisions, forecasts, work, trends)


def put_back(url: str, old: OldStore) -> None:
    """Put the old store where it was, in place of the new one, which nobody has used. Raises StoreError."""
    if old.archived is None:
        return
    parsed = address(url)
    if parsed.get_backend_name() != "sqlite":
        _tables_back(url, old.archived.removeprefix("schema "))
        return
    path, aside = Path(parsed.database or ""), Path(old.archived)
    for suffix in ("", *SIDE_FILES):
        kept, here = aside.with_name(aside.name + suffix), path.with_name(path.name + suffix)
        try:
            here.unlink(missing_ok=True)
            if kept.exists():
                kept.rename(here)
        except OSError as error:
            raise StoreError(f"{kept} cannot be moved back to {here}: {error.strerror}.") from None


def _tables_back(url: str, schema: str) -> None:
    database = Database(url)
    try:
        with database.ordered() as connection:
            here = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
            drop_views(connection)
            kept = set(sa.inspect(connection).get_table_names(schema=schema))
            for name in [one for one in tables.metadata.tables if one in kept]:
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
                connection.exec_driver_sql(f'ALTER TABLE {schema}.{name} SET SCHEMA "{here}"')
            connection.execute(sa.schema.DropSchema(schema))
            if (
                set(tables.metadata.tables) <= kept
            ):  # else the store is of an older version, which gets them with its migration
                make_views(connection)
    finally:
        database.close()


def _check_at_rest(url: str) -> None:
    """Raises LeaseBusy while another run is at work in the store, as far as that can be read."""
    try:
        store = Store(url) if _is_there(url) else None
    except (sa.exc.ArgumentError, StoreError):
        return
    if store is None:
        return
    try:
        with contextlib.suppress(StoreError), leased(store.transaction):
            pass
    except LeaseHeld as error:
        raise LeaseBusy(f"{error} Nothing was rebuilt; run this again when that one has ended.") from None
    finally:
        store.close()


def _remembered_origins(url: str) -> dict[str, str]:
    """Where earlier runs sent credentials, as far as the store can still tell."""

    def read(connection: sa.Connection) -> dict[str, str]:
        return {row.credential: row.origin for row in connection.execute(sa.select(tables.origins))}

    return _told(url, read)


def _told(url: str, read: Callable[[sa.Connection], dict[K, V]]) -> dict[K, V]:
    """What a store can still tell; nothing where it cannot, as one of an older version."""
    try:
        database = Database(url) if _is_there(url) else None
    except (sa.exc.ArgumentError, StoreError):
        return {}
    if database is None:
        return {}
    try:
        with database.view() as connection:
            return read(connection)
    except StoreError:
        return {}
    finally:
        database.close()


def _is_there(url: str) -> bool:
    parsed = address(url)
    return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").is_file()


def archive_store(url: str, now: datetime) -> str | None:
    """Move the old store out of the way, whatever its state; where to, or None when there is none.

    A SQLite file is renamed with its side files; on PostgreSQL our tables go into a schema of their own.
    Raises StoreError when that cannot be done.
    """
    try:
        parsed = address(url)
    except sa.exc.ArgumentError:
        # The text would show a password.
        raise StoreError("TRUENORTH_STORE is not a database URL; correct it.") from None
    mark = f"{now:%Y%m%dT%H%M%S}"
    if parsed.get_backend_name() != "sqlite":
        return _tables_aside(url, f"truenorth_aside_{mark.lower()}")
    return _file_aside(Path(parsed.database), mark) if parsed.database else None


def _tables_aside(url: str, schema: str) -> str | None:
    database = Database(url)
    try:
        with database.ordered() as connection:
            found = set(sa.inspect(connection).get_table_names())
            ours = [name for name in tables.metadata.tables if name in found]
            if not ours:
                return None
            connection.execute(sa.schema.CreateSchema(schema))
            for name in ours:
                connection.exec_driver_sql(f"ALTER TABLE {name} SET SCHEMA {schema}")
    finally:
        database.close()
    return f"schema {schema}"


def _file_aside(path: Path, mark: str) -> str | None:
    if not path.exists():
        return None
    aside = path.with_name(f"{path.name}.{mark}.aside")
    for suffix in ("", *SIDE_FILES):
        side = path.with_name(path.name + suffix)
        if side.exists():
            try:
                make_private(side)
                side.rename(aside.with_name(aside.name + suffix))
            except OSError as error:
                raise StoreError(f"{side} cannot be moved: {error.strerror}.") from None
    return str(aside)


def recover_readings(url: str) -> dict[str, History]:
    """The readings that can still be read from a store, whatever became of the rest; rows that mean nothing are left out."""
    found: dict[str, list[HistoryRow]] = {}
    try:
        if not _is_there(url):
            return {}
        database = Database(url)
    except (sa.exc.ArgumentError, StoreError):
        return {}
    try:
        with database.view() as connection:
            # A store of an older version has fewer columns.
            for row in connection.execute(sa.text("SELECT * FROM readings ORDER BY day")).mappings():
                with contextlib.suppress(ValueError, TypeError, LookupError, msgspec.MsgspecError):
                    found.setdefault(row["key_result"], []).append(_row(dict(row)))
    except StoreError:
        pass  # what came before a spoilt page is good
    finally:
        database.close()
    return {name: tuple(rows) for name, rows in found.items() if rows}


def _row(row: Mapping[str, Any]) -> HistoryRow:
    moved = row.get("moved")
    return _ROWS.convert({**row, "moved": None if moved is None else msgspec.json.decode(moved)})


def rebuild(session: Session, old: OldStore, now: datetime, reporter: Reporter) -> Rebuilt:
    """Read everything, and remember it with every item that bears our stamp as written."""
    store = session.store
    store.readings.import_readings(old.readings, old.forecasts)
    store.work_by_day.add(one for some in old.work.values() for one in some)
    store.trends.add(old.trends)
    store.save_origins(old.origins)
    store.lost_links.add(old.links)
    for tracker, made in old.provisions.items():
        store.save_provisions(tracker, made)
    record = store.open_run("rebuild", fingerprint(session.workspace), session.workspace.workspace)
    result = read(session, now, reporter)
    remember(result, session.workspace, store)
    ours = [item for item in result.observation.items if _is_ours(item, session.workspace.workspace)]
    entries = store.journal.begin(
        record, [Edit(item, item.shown, changes_of(_bare(item), item.shown)) for item in ours]
    )
    for entry in entries.values():
        store.journal.complete(entry, "written", "adopted by its stamp")
    store.close_run(record, "done", {"adopted": len(ours)})
    days = len({row.day for rows in old.readings.values() for row in rows})
    return Rebuilt(len(ours), old.archived, days)


def _is_ours(item: WorkItem, owner: str) -> bool:
    stamp = item.shown.stamp
    return stamp is not None and stamp.owner == owner and not stamp.copied


def _bare(item: WorkItem) -> WorkItem:
    return replace(item, shown=NOTHING)
