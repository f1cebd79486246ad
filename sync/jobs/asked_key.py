"""A key that somebody asks for and no item has: what its tracker says that it means now."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from connectors.base import ResolvesKeys
from connectors.errors import TrackerError
from connectors.model import Identity, Ref
from sync.decide import Decision
from sync.explain.item import UnknownKeyError
from sync.jobs.session import Session

_KEY = re.compile(r"(?:(?P<tracker>[^:\s]+):)?(?P<key>[A-Za-z][A-Za-z0-9_]*-[0-9]+)")


def with_key_of_now(session: Session, run: Decision, asked: str) -> Decision:
    """The run, in which the item that once had the key answers to it.

    Trackers are asked only where no item does, one request each. Raises UnknownKeyError for what is out of scope.
    """
    if any(item.answers_to(asked) for item in run.alignment.items.values()):
        return run
    for later in run.observation.later:
        if later.answers_to(asked):
            day = later.created.astimezone(session.workspace.zone).date()
            raise UnknownKeyError(f"{asked} was not there then: it was created on {day}.")
    match = _KEY.fullmatch(asked.strip())
    if match is None or any(
        match["key"].casefold() == key.casefold() for keys in run.alignment.unseen.values() for key in keys
    ):
        return run
    for ref, one in _identities(session, match["key"].upper(), match["tracker"]):
        item = run.alignment.items.get(ref)
        if item is None:
            where = "is" if one.key.casefold() == match["key"].casefold() else f"is {one.key} now, which is"
            raise UnknownKeyError(f"{asked} {where} out of scope. Truenorth has not read it.")
        items = {**run.alignment.items, ref: replace(item, former_keys=(*item.former_keys, match["key"]))}
        return replace(run, alignment=replace(run.alignment, items=items))
    return run


def _identities(session: Session, key: str, tracker: str | None) -> list[tuple[Ref, Identity]]:
    found = []
    for name, connector in session.connectors.items():
        if tracker is not None and name.casefold() != tracker.casefold():
            continue
        # What is asked of a snapshot needs no tracker: one that does not answer leaves the key unknown.
        with suppress(TrackerError):
            if isinstance(connector, ResolvesKeys) and (one := connector.items_by_key({key}).get(key)):
                found.append((Ref(name, one.id), one))
    return found
