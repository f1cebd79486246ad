"""How each tracker was read, in the store: a small row each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.json import Decoder

from connectors.model import Pull, SetAside, WorkItem
from sync.observation import KnownPull, Observation, ReadState
from sync.store import tables

_ASIDE = Decoder(tuple[SetAside, ...])
_pulls = tables.pulls


def read_pulls(connection: sa.Connection) -> dict[str, KnownPull]:
    """What is known of each tracker, by name in order."""
    rows = connection.execute(sa.select(_pulls)).all()
    return {row.tracker: _known(row) for row in sorted(rows, key=lambda row: row.tracker)}


def _known(row: Any) -> KnownPull:
    aside = _ASIDE.decode(row.set_aside) if row.set_aside else ()
    pull = Pull(
        row.tracker,
        (),
        datetime.fromisoformat(row.as_of),
        notes=tuple(row.notes or ()),
        set_aside=aside,
        bookmark=row.bookmark or "",
    )
    state = ReadState(row.basis or "", _moment(row.whole_at), _moment(row.swept_at), row.amiss or 0)
    return KnownPull(pull, state, row.in_scope, row.generation or 0)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def save_pulls(connection: sa.Connection, observation: Observation, moved: Collection[str]) -> None:
    """Keep how each tracker was read; the generation of those that `moved` grows."""
    known = read_pulls(connection)
    wanted: dict[str, KnownPull] = {}
    for one in observation.pulls:
        before = known[one.tracker].generation if one.tracker in known else 0
        state = observation.reads.get(one.tracker, ReadState())
        count = sum(item.in_scope for item in one.items)
        grown = before + (one.tracker in moved)
        wanted[one.tracker] = KnownPull(_without_items(one), state, count, grown)
    gone = known.keys() - wanted.keys()
    if gone:
        connection.execute(_pulls.delete().where(_pulls.c.tracker.in_(sorted(gone))))
    save_known(connection, wanted.values(), known)


def save_known(connection: sa.Connection, pulls: Iterable[KnownPull], known: Mapping[str, KnownPull]) -> None:
    """Write those that differ from what is `known`."""
    for one in pulls:
        name = one.pull.tracker
        if name not in known:
            connection.execute(_pulls.insert().values(tracker=name, **_columns(one)))
        elif known[name] != one:
            here = _pulls.c.tracker == name
            connection.execute(_pulls.update().where(here).values(_columns(one)))


def _without_items(pull: Pull) -> Pull:
    """What is kept of a pull: of the addresses and the requests nothing is."""
    return Pull(
        pull.tracker, (), pull.as_of, notes=pull.notes, set_aside=pull.set_aside, bookmark=pull.bookmark
    )


def _columns(one: KnownPull) -> dict[str, Any]:
    pull, state = one.pull, one.state
    return {
        "as_of": pull.as_of.isoformat(),
        "in_scope": one.in_scope,
        "bookmark": pull.bookmark,
        "basis": state.basis,
        "whole_at": state.whole_at.isoformat() if state.whole_at else None,
        "swept_at": state.swept_at.isoformat() if state.swept_at else None,
        "amiss": state.amiss,
        "notes": list(pull.notes),
        "set_aside": msgspec.json.encode(pull.set_aside) if pull.set_aside else None,
        "generation": one.generation,
    }


def with_items(known: Mapping[str, KnownPull], items: Iterable[WorkItem]) -> tuple[Pull, ...]:
    """The pulls with their items, which come sorted; an item of no pull is a damaged store: KeyError."""
    own: dict[str, list[WorkItem]] = {name: [] for name in known}
    for item in items:
        own[item.ref.tracker].append(item)
    return tuple(replace(one.pull, items=tuple(own[name])) for name, one in known.items())
