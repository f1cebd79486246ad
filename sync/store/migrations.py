"""How a store of an older version becomes one of this."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.json import Decoder

from connectors.model import Ref
from sync.store import tables

MIGRATIONS: dict[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE journal ADD COLUMN operation VARCHAR(16)",
        "ALTER TABLE journal ADD COLUMN epoch INTEGER",
        "ALTER TABLE journal ADD COLUMN at VARCHAR(32)",
        "ALTER TABLE journal ADD COLUMN changes {binary}",
        "CREATE INDEX ix_journal_operation ON journal (operation)",
    ),
    # SQLite does not limit lengths, and knows no such statement.
    3: ("postgresql: ALTER TABLE counts ALTER COLUMN key_result TYPE VARCHAR(80)",),
    5: ("ALTER TABLE readings ADD COLUMN moved {binary}",),
    6: (
        "ALTER TABLE leases ADD COLUMN since VARCHAR(32)",
        "ALTER TABLE runs ADD COLUMN workspace VARCHAR(255)",
    ),
    9: (
        "ALTER TABLE items ADD COLUMN in_scope INTEGER",
        "ALTER TABLE items ADD COLUMN stamped INTEGER",
        "ALTER TABLE items ADD COLUMN commented INTEGER",
        "ALTER TABLE items ADD COLUMN parent VARCHAR(64)",
        "ALTER TABLE items ADD COLUMN updated VARCHAR(32)",
        "CREATE INDEX IF NOT EXISTS ix_items_parent ON items (tracker, parent) WHERE parent IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_items_stamped ON items (tracker, id) WHERE stamped = 1",
        "CREATE INDEX IF NOT EXISTS ix_items_commented ON items (tracker, id) WHERE commented = 1",
        "CREATE INDEX IF NOT EXISTS ix_journal_open ON journal (id) WHERE outcome IS NULL",
        "ALTER TABLE pulls ADD COLUMN bookmark TEXT",
        "ALTER TABLE pulls ADD COLUMN basis VARCHAR(64)",
        "ALTER TABLE pulls ADD COLUMN whole_at VARCHAR(32)",
        "ALTER TABLE pulls ADD COLUMN swept_at VARCHAR(32)",
        "ALTER TABLE pulls ADD COLUMN amiss INTEGER",
        "ALTER TABLE pulls ADD COLUMN notes JSON",
        "ALTER TABLE pulls ADD COLUMN set_aside {binary}",
        "ALTER TABLE pulls ADD COLUMN generation INTEGER",
        "ALTER TABLE histories ADD COLUMN updated VARCHAR(32)",
        "ALTER TABLE gists ADD COLUMN updated VARCHAR(32)",
    ),
}
"""What makes a store of the version before into one of the version named. Whole new tables, as in 4, 7, 8, 10 and 11, need no word."""


_ADDED = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (\w+)")


def _is_done(connection: sa.Connection, statement: str) -> bool:
    """Whether a statement adds a column that is there: its table is younger than the store, and was just made whole."""
    added = _ADDED.match(statement)
    if added is None:
        return False
    return added[2] in {column["name"] for column in sa.inspect(connection).get_columns(added[1])}


class _Told(msgspec.Struct):
    """What the columns beside an item's body say of it."""

    ref: Ref
    updated: datetime
    parent: Ref | None = None
    in_scope: bool = True
    shown: dict[str, Any] = {}


_TOLD = Decoder(_Told)
_AT_ONCE = 1000


def _describe_items(connection: sa.Connection) -> None:
    """Say beside each body what older versions left in it. Whoever reads a damaged one says so; here it stays untold."""
    items = tables.items
    here = (items.c.tracker == sa.bindparam("in_tracker")) & (items.c.id == sa.bindparam("of_id"))
    rows = connection.execute(sa.select(items.c.tracker, items.c.id, items.c.body)).all()
    for begin in range(0, len(rows), _AT_ONCE):
        told = [
            {"in_tracker": row.tracker, "of_id": row.id, **_columns(row.body)}
            for row in rows[begin : begin + _AT_ONCE]
        ]
        connection.execute(items.update().where(here), told)


def _columns(body: bytes) -> dict[str, Any]:
    try:
        told = _TOLD.decode(body)
    except msgspec.MsgspecError:
        return {"in_scope": 0, "stamped": 0, "commented": 0, "parent": None, "updated": None}
    return {
        "in_scope": int(told.in_scope),
        "stamped": int(told.shown.get("stamp") is not None),
        "commented": int(told.shown.get("comment") is not None),
        "parent": told.parent.id if told.parent and told.parent.tracker == told.ref.tracker else None,
        "updated": told.updated.isoformat(),
    }


def migrate(connection: sa.Connection, version: int) -> None:
    """Bring a store of an older version up to this one; tables that are missing are made by `create_all`."""
    binary = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    for target in range(version + 1, tables.VERSION + 1):
        for statement in MIGRATIONS.get(target, ()):
            dialect, _, rest = statement.rpartition(": ")
            if dialect in ("", connection.dialect.name) and not _is_done(connection, rest):
                connection.execute(sa.text(rest.format(binary=binary)))
    if version < 9:
        _describe_items(connection)
    connection.execute(
        tables.about.update().where(tables.about.c.name == "schema").values(value=str(tables.VERSION))
    )
