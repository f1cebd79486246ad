"""The tables of runs that several machines share. They are there only where such a run was ever begun, on PostgreSQL.

Nothing in them outlives a run but what `status` tells of it: they are made where they are missing, and a store that lacks them
lacks nothing. Times are seconds since 1970 by the database's clock, the one that all machines have.
"""

from __future__ import annotations

import sqlalchemy as sa

from sync.store.tables import Words

metadata = sa.MetaData()

NOW = sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Float)

runs = sa.Table(
    "shared_runs",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("cancelled", sa.Boolean, nullable=False),
    sa.Column("configuration", sa.String(64), nullable=False),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("moment", sa.String(32), nullable=False),
    sa.Column("holder", sa.String(255), nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("begun", sa.Float, nullable=False),
    sa.Column("ended", sa.Float),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("digest", sa.String(64)),
    sa.Column("trouble", sa.LargeBinary),
)
"""`moment`: the time that is evaluated. `body`: what the run was told, see `runs.Asked`. `trouble`: why it failed."""

parts = sa.Table(
    "shared_parts",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("stage", sa.String(16), primary_key=True),
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("place", sa.String(255), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("claim", sa.Integer, nullable=False),
    sa.Column("worker", Words(255), nullable=False),
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("tally", sa.JSON, nullable=False),
)
"""One row for each part of each stage. `claim` grows whenever somebody begins it: whoever began it before lands nothing more."""

bodies = sa.Table(
    "shared_bodies",
    metadata,
    sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("stage", sa.String(16), primary_key=True),
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("place", sa.String(255), primary_key=True),
    sa.Column("page", sa.Integer, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""What a part came to, compressed, in pages that no driver minds."""

workers = sa.Table(
    "shared_workers",
    metadata,
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("configuration", sa.String(64), nullable=False),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
)

paces = sa.Table(
    "shared_paces",
    metadata,
    sa.Column("site", sa.String(300), primary_key=True),
    sa.Column("credential", sa.String(64), primary_key=True),
    sa.Column("process", sa.String(64), primary_key=True),
    sa.Column("outstanding", sa.Integer, nullable=False),
    sa.Column("paused_until", sa.Float, nullable=False),
    sa.Column("readings", sa.LargeBinary, nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
)
"""What each process has under way at a site with a credential, which is named by a digest, and what it read of the limits."""
