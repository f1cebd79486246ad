"""The tables of what is kept for charts over time. They belong to the store's own, and came with schema 12."""

from __future__ import annotations

import sqlalchemy as sa

from sync.store.tables import Words, metadata

key_result_names = sa.Table(
    "key_result_names",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("title", Words(500), nullable=False),
    sa.Column("objective", sa.String(64), nullable=False),
    sa.Column("objective_title", Words(500), nullable=False),
    sa.Column("cycle", Words(64), nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
)
"""What key results are called, as declared when they were read last, in declared order. Those that are declared no more stay."""

unaligned_by_day = sa.Table(
    "unaligned_by_day",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("team", Words(255), primary_key=True),
    sa.Column("orphans", sa.Integer, nullable=False),
    sa.Column("in_grace", sa.Integer, nullable=False),
    sa.Column("not_started", sa.Integer, nullable=False),
)

flow_by_week = sa.Table(
    "flow_by_week",
    metadata,
    sa.Column("week", sa.String(10), primary_key=True),
    sa.Column("stream", Words(255), primary_key=True),
    sa.Column("team", Words(255), primary_key=True),
    sa.Column("begun", sa.Integer, nullable=False),
    sa.Column("finished", sa.Integer, nullable=False),
    sa.Column("dropped", sa.Integer, nullable=False),
    sa.Column("in_progress", sa.Integer, nullable=False),
    sa.Column("cycle_p50", sa.Float),
    sa.Column("cycle_p85", sa.Float),
    sa.Column("read_on", sa.String(10), nullable=False),
)
"""`read_on`: the day on which the weeks were last counted."""
