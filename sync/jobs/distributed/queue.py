"""The queue of jobs: procrastinate, in the database of the store, in a schema of its own.

A job says that a part of a run waits. It is put there in the transaction that makes the part wait, so there is never one without
the other. What was seen of procrastinate, and how this holds against it: ADR 50.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sync.jobs.distributed.errors import WorkersMissing
from sync.store.database import Database, address
from sync.store.distributed.runs import PartName, SharedRun

SCHEMA = "truenorth_jobs"
TASK = "truenorth.part"


def library() -> Any:
    """procrastinate. Raises WorkersMissing."""
    try:
        import procrastinate
    except ImportError:
        raise WorkersMissing(
            "distributed syncs need procrastinate. Install it: pip install 'truenorth[workers]'."
        ) from None
    return procrastinate


def queue_of(configuration: str, version: str) -> str:
    """The queue of the jobs of a configuration and a version: workers of others never see them."""
    return f"{version}/{configuration}"


@dataclass(frozen=True, slots=True)
class Reached:
    """How the library reaches the database."""

    conninfo: str
    options: str

    @staticmethod
    def by(url: str) -> Reached:
        """At the address of a store, with the library's schema before all others."""
        parsed = address(url)
        given = parsed.query.get("options", "")
        options = given if isinstance(given, str) else " ".join(given)
        query = {name: value for name, value in parsed.query.items() if name != "options"}
        bare = parsed.set(drivername="postgresql", query=query)
        return Reached(
            bare.render_as_string(hide_password=False), f"{options} -csearch_path={SCHEMA}".strip()
        )


def prepare(database: Database) -> None:
    """Make the library's tables where they are missing, and anew where another version made them: their jobs are lost, and no run
    with them, since an unfinished one is told to be over by the next. Raises WorkersMissing or StoreError.
    """
    found = library()

    def make(connection: sa.Connection) -> None:
        noted = sa.text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name")
        there = connection.execute(noted, {"name": SCHEMA}).first()
        if there is not None and there[0] == found.__version__:
            return
        connection.execute(sa.text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        connection.execute(sa.text(f"CREATE SCHEMA {SCHEMA}"))
        with _first(connection):
            _driver(connection).execute(found.schema.SchemaManager.get_schema().encode())
        connection.execute(sa.text(f"COMMENT ON SCHEMA {SCHEMA} IS '{found.__version__}'"))

    database.prepare(make)


class JobQueue:
    """Where jobs are put. Raises WorkersMissing."""

    def __init__(self) -> None:
        found = library()
        # It is given a connection for each job, and opens none.
        self._app = found.App(connector=found.SyncPsycopgConnector())

    def announce(self, connection: sa.Connection, run: SharedRun, parts: Sequence[PartName]) -> None:
        """Put a job for each of these parts of a run within the transaction; see `runs.Announce`."""
        queue = queue_of(run.configuration, run.version)
        with _first(connection):
            for one in parts:
                # Of one part only one job at a time; of another run it is another lock.
                lock = f"{run.id}/{one.stage}/{one.tracker}/{one.place}"
                job = self._app.configure_task(
                    TASK, allow_unknown=True, queue=queue, lock=lock, connection=_driver(connection)
                )
                job.defer(run=run.id, stage=one.stage, tracker=one.tracker, place=one.place)

    def take_back(self, connection: sa.Connection, job: int) -> None:
        """Let a job that is being done be done by somebody else, at once."""
        with _first(connection):
            # By name, and not by the library: its own way needs a connection pool.
            connection.execute(
                sa.text(
                    "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs "
                    "WHERE id = :job AND status = 'doing'"
                ),
                {"job": job},
            )


def _driver(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection


@contextmanager
def _first(connection: sa.Connection) -> Iterator[None]:
    """The library's schema goes before all others within the block."""
    connection.execute(sa.text(f"SET LOCAL search_path TO {SCHEMA}"))
    yield
    connection.execute(sa.text("SET LOCAL search_path TO DEFAULT"))
