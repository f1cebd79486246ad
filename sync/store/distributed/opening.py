"""From a store to the runs that several machines share in it."""

from __future__ import annotations

import sqlalchemy as sa

from sync.memory import RunUnderWay
from sync.store.database import Database, NeedsPostgreSQL
from sync.store.distributed import tables
from sync.store.distributed.runs import OPEN, Announce, SharedRuns, Stage, State
from sync.store.store import Store

SEEN = 20.0
"""Seconds since its last word for which a worker counts as there."""

_STAGES: dict[State, Stage] = {
    "reading": "read",
    "deciding": "decide",
    "writing": "write",
    "closing": "close",
}


def shared_runs(store: Store, announce: Announce) -> SharedRuns:
    """The runs in a store; their tables are made where they are missing. Raises NeedsPostgreSQL or StoreError."""
    database = store.database
    require_server(database)
    database.prepare(tables.metadata.create_all)
    return SharedRuns(database, announce)


def require_server(database: Database) -> None:
    """Raise NeedsPostgreSQL for a store that is a file."""
    if database.is_sqlite:
        raise NeedsPostgreSQL(
            f"workers need a store that machines can share, and {database.where} is a file. Set TRUENORTH_STORE to a PostgreSQL "
            "database, such as postgresql://truenorth@db.example.com/truenorth, for this command and for every worker."
        )


def run_under_way(store: Store) -> RunUnderWay | None:
    """The run that is under way; None where there is none, or never was one."""
    database = store.database
    if database.is_sqlite:
        return None
    with database.transaction() as connection:
        if not sa.inspect(connection).has_table(tables.runs.name):
            return None
    runs = SharedRuns(database, _nobody)
    found = [one for one in runs.open() if one.state in OPEN]
    if not found:
        return None
    last = found[-1]
    progress = runs.progress(last.id, _STAGES[last.state])
    return RunUnderWay(
        last.id,
        last.state,
        progress.parts,
        progress.done,
        progress.working,
        progress.items,
        runs.workers(SEEN),
    )


def _nobody(*_: object) -> None:
    """What only looks announces nothing."""
