"""The database under the store, SQLite or PostgreSQL: opened, used in whole transactions, its faults in plain words.

StoreError          it cannot be used; the text says where it is, what is wrong and what to do
└── StoreInterrupted    a transaction was cut off, so it did not happen, or nobody knows; it may be tried again
"""

from __future__ import annotations

import errno
import functools
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, ParamSpec, TypeVar

import msgspec
import sqlalchemy as sa

from config.text.redaction import Redactor, shorten
from sync.store import sqlite_file

T = TypeVar("T")
P = ParamSpec("P")
Transaction = Callable[[], AbstractContextManager[sa.Connection]]

PATIENCE = 6.0
"""Seconds to wait for a PostgreSQL that went away in mid-run, as for a restart; below the ten that a SIGTERM may take."""

ATTEMPTS = 50
"""Tries at opening a store that another process is just making."""

MAX_WORDS = 400
"""Characters of a database's own words that an error repeats."""

TRIES = 3
"""How often a transaction that was cut off is begun."""

_BEGUN_BY_ANOTHER = ("already exist", "UNIQUE", "locked")
_OURS = 0x74727565  # "true"
"""Key of the advisory lock that orders our transactions on PostgreSQL."""

_SERIALIZATION = ("40001", "40P01")
"""PostgreSQL's codes for transactions that failed because of another one: serialization failure, deadlock."""


class StoreError(Exception):
    """The store cannot be used; the text says where it is, what is wrong and what to do."""


class NeedsPostgreSQL(Exception):
    """The store is a file, which machines cannot share; the text says what to do."""


class StoreInterrupted(StoreError):
    """The connection was lost within a transaction, or another transaction won; it may be tried again."""


class Database:
    """A database at a SQLAlchemy URL; SQLite files are made private to their user. Threads may share it.

    `postgres://` and `postgresql://` mean the driver psycopg. Raises StoreError for anything that makes it unusable.
    """

    def __init__(self, url: str) -> None:
        self.where = _place(url)
        self._passwords = Redactor(_passwords(url))
        self._patience = PATIENCE
        try:
            parsed = address(url)
            self.is_sqlite = parsed.get_backend_name() == "sqlite"
            if (file := sqlite_file.path_of(parsed)) is not None:
                sqlite_file.prepare(file)
            self._engine = _engine(parsed)
        except sqlite_file.UnsafeStore as error:
            raise StoreError(f"cannot use the store {self.where}: {error}") from None
        except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
            raise self.unusable(error) from error

    def prepare(self, make: Callable[[sa.Connection], None]) -> None:
        """Do `make` in a transaction of its own, whoever else begins at the same moment."""
        for attempt in range(ATTEMPTS):
            try:
                with self._engine.begin() as connection:
                    self._order(connection)
                    make(connection)
            except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.IntegrityError) as error:
                # Two that begin together on an empty store: the slower one finds it made. SQLite does not
                # wait for the lock when it turns WAL on, whatever its timeout says.
                cut = error.connection_invalidated and attempt < TRIES
                known = any(word in str(error) for word in _BEGUN_BY_ANOTHER)
                if attempt == ATTEMPTS - 1 or not (cut or known):
                    raise self.unusable(error) from error
                time.sleep(0.1)
            except sa.exc.SQLAlchemyError as error:
                raise self.unusable(error) from error
            else:
                return

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection whose work is committed whole, or not at all. Raises StoreError."""
        try:
            with self._connected() as connection, connection.begin():
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise self.unusable(error) from error

    @contextmanager
    def ordered(self) -> Iterator[sa.Connection]:
        """A transaction that no other one of this kind overlaps: for what replaces whole tables."""
        with self.transaction() as connection:
            self._order(connection)
            yield connection

    @contextmanager
    def view(self) -> Iterator[sa.Connection]:
        """A connection that sees the store as of one moment, whatever others write meanwhile. Raises StoreError."""
        try:
            with self._connected() as connection:
                if not self.is_sqlite:
                    connection = connection.execution_options(isolation_level="REPEATABLE READ")
                with connection.begin():
                    if self.is_sqlite:
                        # The driver begins no transaction for reads alone.
                        connection.exec_driver_sql("BEGIN")
                    yield connection
        except sa.exc.SQLAlchemyError as error:
            raise self.unusable(error) from error

    def close(self) -> None:
        """Give connections back."""
        self._engine.dispose()

    def unusable(self, error: Exception) -> StoreError:
        """The error in plain words, with what to do about it."""
        original = getattr(error, "orig", None) or error
        cause = " ".join(shorten(self._passwords.text(str(original)), MAX_WORDS).split()).rstrip(".")
        advice = _advice(original, cause.casefold(), is_file=getattr(self, "is_sqlite", True))
        lost = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
        again = lost or getattr(original, "sqlstate", None) in _SERIALIZATION
        kind = StoreInterrupted if again else StoreError
        return kind(f"cannot use the store {self.where}: {cause}. {advice}")

    def _order(self, connection: sa.Connection) -> None:
        if self.is_sqlite:
            # By itself the driver begins no transaction before the first change of a row, so that tables would be
            # made and altered outside of any; and two that read first cannot both write then.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_OURS)))

    def _connected(self) -> sa.Connection:
        end = time.monotonic() + self._patience
        while True:
            try:
                connection = self._engine.connect()
            except sa.exc.OperationalError:
                if self.is_sqlite or time.monotonic() >= end:
                    # Whoever comes next need not wait all that time again: the run is ending.
                    self._patience = 0
                    raise
                time.sleep(0.2)
            else:
                self._patience = PATIENCE
                return connection


def again(work: Callable[P, T]) -> Callable[P, T]:
    """The work, done again when a transaction in it was cut off; it must bear to be done twice.

    Raises StoreError, also for a row that cannot be what we wrote.
    """

    def once(*given: P.args, **named: P.kwargs) -> T:
        try:
            return work(*given, **named)
        except (msgspec.MsgspecError, ValueError, TypeError) as error:
            cause = str(error).rstrip(".")
            raise StoreError(f"the store has a damaged row: {cause}. {REBUILD}") from error

    @functools.wraps(work)
    def done(*given: P.args, **named: P.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                return once(*given, **named)
            except StoreInterrupted:
                time.sleep(0.2)
        return once(*given, **named)

    return done


def repeated(transaction: Transaction, work: Callable[[sa.Connection], T]) -> T:
    """Do the work in a transaction, and again when it was cut off; see `again`."""

    @again
    def done() -> T:
        with transaction() as connection:
            return work(connection)

    return done()


def address(url: str) -> sa.URL:
    """The URL, with our driver where it names none. Raises sqlalchemy's ArgumentError for one that is none."""
    parsed = sa.make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername in _POSTGRESQL else parsed


_POSTGRESQL = ("postgres", "postgresql")


def is_there(url: str) -> bool:
    """Whether a store is there to be looked at: to open a file makes it. What is no address is told by who opens it."""
    with suppress(sa.exc.ArgumentError):
        file = sqlite_file.path_of(address(url))
        return file is None or file.exists()
    return True


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url)
        sa.event.listen(engine, "connect", _sqlite_settings)
        return engine
    given: dict[str, object] = {
        "application_name": "truenorth",
        "connect_timeout": 5,
        # Milliseconds without an answer from the other machine, after which a connection counts as lost.
        "tcp_user_timeout": 10_000,
        # A pooler between us and the server hands each transaction to another session of it.
        "prepare_threshold": None,
    }
    own = {name: value for name, value in given.items() if name not in url.query}
    # A connection that a restart cut is noticed before a transaction begins on it.
    return sa.create_engine(url, connect_args=own, pool_pre_ping=True)


def _passwords(url: str) -> list[str]:
    """What of the address may be secret. Words of these texts are secret in errors of the database alone."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        return [url]
    options = (
        text for value in parsed.query.values() for text in ([value] if isinstance(value, str) else value)
    )
    return [str(one) for one in (parsed.password, *options) if one]


def _place(url: str) -> str:
    """The store's address without its password."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        return "(TRUENORTH_STORE is not a database URL)"
    # A password can stand among the options, too.
    return parsed.set(query={}).render_as_string(hide_password=True)


def _sqlite_settings(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


REBUILD = "Run `truenorth rebuild`: it keeps a copy of the old store and creates a new one from the trackers."
_ADVICE: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("disk is full", "no space left", "quota exceeded", "disk i/o error"),
        "Free disk space or repair the disk, then run again: the next run continues from the journal.",
    ),
    (("not a database", "malformed", "corrupt", "invalid page"), REBUILD),
    (
        ("readonly", "read-only", "permission denied"),
        "Grant write access to it, or set TRUENORTH_STORE to another location.",
    ),
    (("no module named 'psycopg'",), "Install the driver: pip install 'truenorth[postgres]'."),
)
_SERVER = (
    "Check that the server is running and that its address, role and database are correct, then run again."
)
_FILE = "Check the path and its permissions, or set TRUENORTH_STORE to another location."


def _advice(error: object, cause: str, *, is_file: bool) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        cause = "no space left"
    found = (advice for words, advice in _ADVICE if any(word in cause for word in words))
    return next(found, _FILE if is_file else _SERVER)
