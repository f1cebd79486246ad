"""The store's tables. A change here is a new `VERSION`, and a store of a newer one is never opened."""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 1

metadata = sa.MetaData()
about = sa.Table(
    "about", metadata, sa.Column("name", sa.String(64), primary_key=True), sa.Column("value", sa.String(255))
)
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("configuration", sa.String(64), nullable=False),
    sa.Column("summary", sa.JSON, nullable=False),
)
items = sa.Table(
    "items",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
pulls = sa.Table(
    "pulls",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("as_of", sa.String(32), nullable=False),
    sa.Column("in_scope", sa.Integer, nullable=False),
)
counts = sa.Table(
    "counts",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)
readings = sa.Table(
    "readings",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("value", sa.Float),
    sa.Column("progress", sa.Float),
    sa.Column("expected", sa.Float, nullable=False),
    sa.Column("health", sa.String(16), nullable=False),
)
journal = sa.Table(
    "journal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run", sa.Integer, nullable=False, index=True),
    sa.Column("tracker", sa.String(64), nullable=False),
    sa.Column("item", sa.String(64), nullable=False),
    sa.Column("key", sa.String(255), nullable=False),
    sa.Column("what", sa.JSON, nullable=False),
    sa.Column("outcome", sa.String(16)),
    sa.Column("error", sa.Text),
)
provisions = sa.Table(
    "provisions",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("id", sa.String(64), nullable=False),
)
"""What setup made on trackers: their ids, which prove it where a name cannot."""
footings = sa.Table(
    "footings",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""Where the work of a key result stood when its progress was last told on a ticket."""
