"""A new store from what the trackers show: nothing of ours lives in the store alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from config.load import fingerprint
from connectors.model import NOTHING, WorkItem
from sync.output import Output
from sync.pipeline import remember
from sync.plan import Edit, changes_of
from sync.session import Session, read
from sync.store import StoreError


def set_aside(url: str, now: datetime) -> Path | None:
    """Move a SQLite store out of the way, with its side files; where to, or None when there is none.

    Raises StoreError for another database, which its own tools keep and mend.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise StoreError(
            "only a SQLite store can be set aside; make an empty database, point TRUENORTH_STORE to it, and "
            "run rebuild again."
        )
    path = Path(parsed.database)
    if not path.exists():
        return None
    aside = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%S}.aside")
    for suffix in ("", "-wal", "-shm"):
        side = path.with_name(path.name + suffix)
        if side.exists():
            try:
                side.rename(aside.with_name(aside.name + suffix))
            except OSError as error:
                raise StoreError(f"{side} cannot be moved: {error.strerror}.") from None
    return aside


def rebuild(session: Session, now: datetime, output: Output) -> int:
    """Read everything, and remember it with every item that bears our stamp as written; how many."""
    store = session.store
    record = store.open_run("rebuild", now, fingerprint(session.workspace))
    result = read(session, now, output)
    remember(result, session.workspace, store)
    ours = [item for item in result.observed.items if _is_ours(item, session.workspace.workspace)]
    entries = store.journal.intend(
        record, [Edit(item, item.shown, changes_of(_bare(item), item.shown)) for item in ours]
    )
    for entry in entries.values():
        store.journal.conclude(entry, "written", "adopted by its stamp")
    store.close_run(record, "done", {"adopted": len(ours)})
    return len(ours)


def _is_ours(item: WorkItem, owner: str) -> bool:
    return item.shown.stamp is not None and item.shown.stamp.owner == owner


def _bare(item: WorkItem) -> WorkItem:
    return replace(item, shown=NOTHING)
