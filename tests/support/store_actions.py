"""What is done to a store beneath its public use: a lease taken, entries written into the journal."""

from __future__ import annotations

from datetime import datetime

from connectors.model import Marks
from sync.plan.plan import Edit, Plan, changes_of, digest_of
from sync.store import lease
from sync.store.store import Store
from tests.support.builders import item

WANTED = Marks(labels=("okr-aligned",))


def edits(*keys: str) -> list[Edit]:
    return [Edit(one, WANTED, changes_of(one, WANTED)) for one in map(item, keys)]


def take(store: Store, holder: str, at: datetime) -> lease.Lease:
    with store.transaction() as connection:
        return lease.acquire(connection, holder, at)


def plan_of(*keys: str) -> Plan:
    return Plan(tuple(edits(*keys)), (), digest_of(edits(*keys)))


TEN = (
    *(f"DROP TABLE {name}" for name in ("assigned", "flagged")),
    "UPDATE about SET value = '9' WHERE name = 'schema'",
)
"""What makes a store of version 10 one of version 9."""
NINE = (
    *TEN,
    "DROP INDEX ix_items_parent",
    "DROP INDEX ix_items_stamped",
    "DROP INDEX ix_items_commented",
    "DROP INDEX ix_journal_open",
    *(
        f"ALTER TABLE items DROP COLUMN {name}"
        for name in ("in_scope", "stamped", "commented", "parent", "updated")
    ),
    *(
        f"ALTER TABLE pulls DROP COLUMN {name}"
        for name in ("bookmark", "basis", "whole_at", "swept_at", "amiss", "notes", "set_aside", "generation")
    ),
    *(f"ALTER TABLE {name} DROP COLUMN updated" for name in ("histories", "gists")),
    *(f"DROP TABLE {name}" for name in ("drift", "landings", "landed_pages", "settled")),
    "UPDATE about SET value = '8' WHERE name = 'schema'",
)
"""What makes a store of version 10 one of version 8."""
