"""Items in the store: a row each, written where it differs, and found by what they are asked for without the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

import msgspec
import sqlalchemy as sa
from msgspec.json import Decoder

from connectors.model import Ref, WorkItem
from sync.garbage import collecting_nothing
from sync.history.same_item import decides_alike
from sync.store import tables
from sync.store.database import Database, again

AT_ONCE = 500
"""Ids that one statement names: SQLite takes 999 parameters, in older builds."""

_ITEM = Decoder(WorkItem)
_HINTS = get_type_hints(WorkItem)
_BESIDE_MARKS = tuple(one.name for one in fields(WorkItem) if one.name != "shown")
_UNMARKED = Decoder(
    msgspec.defstruct(
        "UnmarkedItem",
        [
            (one.name, _HINTS[one.name], msgspec.NODEFAULT if one.default is MISSING else one.default)
            for one in fields(WorkItem)
            if one.name in _BESIDE_MARKS
        ],
    )
)
_encode = msgspec.json.Encoder(order="deterministic").encode
_items = tables.items
_here = (_items.c.tracker == sa.bindparam("of_tracker")) & (_items.c.id == sa.bindparam("of_id"))


class StoredItems:
    """The items of one tracker that are in the store: `connectors.changes.KnownItems`. Methods raise StoreError."""

    def __init__(self, database: Database, tracker: str) -> None:
        self._database = database
        self._here = _items.c.tracker == tracker

    @again
    def items(self, ids: Collection[str]) -> dict[str, WorkItem]:
        """See `KnownItems.items`."""
        return {item.ref.id: item for item in self._found(_items.c.id, ids)}

    @again
    def children(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        """See `KnownItems.children`."""
        return tuple(sorted(self._found(_items.c.parent, ids), key=lambda item: item.ref))

    @again
    def ids(self, *, in_scope: bool = False) -> frozenset[str]:
        """See `KnownItems.ids`."""
        return self._ids(_items.c.in_scope == 1 if in_scope else sa.true())

    @again
    def stamped(self) -> frozenset[str]:
        """Those that bear a stamp, whoever's."""
        return self._ids(_items.c.stamped == sa.text("1"))

    @again
    def commented(self) -> frozenset[str]:
        """Those that bear our comment."""
        return self._ids(_items.c.commented == sa.text("1"))

    def _ids(self, which: sa.ColumnElement[bool]) -> frozenset[str]:
        with self._database.transaction() as connection:
            return frozenset(connection.execute(sa.select(_items.c.id).where(self._here, which)).scalars())

    def _found(self, column: sa.Column[Any], ids: Collection[str]) -> list[WorkItem]:
        with self._database.transaction() as connection:
            return [
                _ITEM.decode(body)
                for some in chunks(sorted(ids))
                for body in connection.execute(
                    sa.select(_items.c.body).where(self._here, column.in_(some))
                ).scalars()
            ]


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values, as many at once as a statement may name."""
    return (values[begin : begin + AT_ONCE] for begin in range(0, len(values), AT_ONCE))


def read_items(connection: sa.Connection) -> list[WorkItem]:
    """Every item, by ref: sorted here, since databases sort text as their locale says."""
    bodies = connection.execute(sa.select(_items.c.body)).scalars()
    with collecting_nothing():
        return sorted(map(_ITEM.decode, bodies), key=lambda item: item.ref)


def read_some(connection: sa.Connection, refs: Iterable[Ref]) -> dict[Ref, WorkItem]:
    """Those of the items that are known."""
    return {item.ref: item for item in map(_ITEM.decode, _bodies(connection, refs))}


def read_unmarked(connection: sa.Connection, refs: Iterable[Ref]) -> dict[Ref, WorkItem]:
    """Those of the items that are known, as if nothing of ours were shown on them: comments are most of what there is to decode."""
    with collecting_nothing():
        rows = map(_UNMARKED.decode, _bodies(connection, refs))
        items = (WorkItem(**{name: getattr(row, name) for name in _BESIDE_MARKS}) for row in rows)
        return {item.ref: item for item in items}


def _bodies(connection: sa.Connection, refs: Iterable[Ref]) -> Iterator[bytes]:
    by_tracker: dict[str, list[str]] = {}
    for ref in refs:
        by_tracker.setdefault(ref.tracker, []).append(ref.id)
    for tracker, ids in by_tracker.items():
        for some in chunks(sorted(ids)):
            here = (_items.c.tracker == tracker) & _items.c.id.in_(some)
            yield from connection.execute(sa.select(_items.c.body).where(here)).scalars()


def save_all(
    connection: sa.Connection, items: Iterable[WorkItem], before: Mapping[Ref, WorkItem] | None
) -> frozenset[str]:
    """Let these be the items: what differs is written, what is not among them deleted. The trackers of which something changed
    that is decided upon.

    `before`: what is stored, where that is known, as the very values that were read; else every row is compared.
    """
    wanted = {item.ref: item for item in items}
    if before is None:
        return _compare_all(connection, wanted)
    gone = [ref for ref in before if ref not in wanted]
    other = [item for ref, item in wanted.items() if before.get(ref) is not item]
    _delete(connection, gone)
    return frozenset(ref.tracker for ref in gone) | _upsert(connection, other, before)


def save_some(connection: sa.Connection, items: Iterable[WorkItem]) -> frozenset[str]:
    """Let these take the place of what is stored of them; the trackers of which something changed that is decided upon."""
    some = list(items)
    return _upsert(connection, some, read_some(connection, [item.ref for item in some]))


def _upsert(
    connection: sa.Connection, items: Iterable[WorkItem], before: Mapping[Ref, WorkItem]
) -> frozenset[str]:
    new, changed, moved = [], [], set()
    for item in items:
        known = before.get(item.ref)
        row = columns_of(item)
        if known is None:
            new.append(row)
        elif row["body"] != _encode(known):
            changed.append(row)
        if known is None or not decides_alike(known, item):
            moved.add(item.ref.tracker)
    _write(connection, new, changed)
    return frozenset(moved)


def _compare_all(connection: sa.Connection, wanted: dict[Ref, WorkItem]) -> frozenset[str]:
    left, gone, changed, moved = dict(wanted), list[Ref](), list[dict[str, Any]](), set[str]()
    for row in connection.execute(sa.select(_items.c.tracker, _items.c.id, _items.c.body)):
        ref = Ref(row.tracker, row.id)
        item = left.pop(ref, None)
        if item is None:
            gone.append(ref)
            moved.add(ref.tracker)
        elif (written := columns_of(item))["body"] != row.body:
            changed.append(written)
            if ref.tracker not in moved and not _is_alike(row.body, item):
                moved.add(ref.tracker)
    _delete(connection, gone)
    _write(connection, [columns_of(item) for item in left.values()], changed)
    return frozenset(moved | {ref.tracker for ref in left})


def _is_alike(body: bytes, item: WorkItem) -> bool:
    try:
        return decides_alike(_ITEM.decode(body), item)
    except msgspec.MsgspecError:
        return False  # a damaged row is put right by what was read


def _delete(connection: sa.Connection, refs: Collection[Ref]) -> None:
    if refs:
        given = [{"of_tracker": ref.tracker, "of_id": ref.id} for ref in refs]
        connection.execute(_items.delete().where(_here), given)


def _write(connection: sa.Connection, new: list[dict[str, Any]], changed: list[dict[str, Any]]) -> None:
    if changed:
        given = [{"of_tracker": row["tracker"], "of_id": row["id"], **_without_key(row)} for row in changed]
        connection.execute(_items.update().where(_here), given)
    if new:
        connection.execute(_items.insert(), new)


def _without_key(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("tracker", "id")}


def columns_of(item: WorkItem) -> dict[str, Any]:
    """The row of an item."""
    parent = item.parent
    return {
        "tracker": item.ref.tracker,
        "id": item.ref.id,
        "body": _encode(item),
        "in_scope": int(item.in_scope),
        "stamped": int(item.shown.stamp is not None),
        "commented": int(item.shown.comment is not None),
        "parent": parent.id if parent is not None and parent.tracker == item.ref.tracker else None,
        "updated": item.updated.isoformat(),
    }
