"""Changes of one field as changelogs tell them: in which order they came, and what is known of the statuses. Pure.

Wire facts: contracts/jira.md, section 1.3. Statuses are known by id, since names are translated and change; but a site
lists only those of active workflows, and entries that came from elsewhere have names alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from config.names import folded
from connectors.http.dates import item_time
from connectors.jira.api.wire import ChangedField, ChangelogEntry, KnownStatus
from connectors.jira.read.words import Words, names
from connectors.model import Category

_CATEGORIES: dict[str, Category] = {"indeterminate": "doing", "done": "done"}
_MOST_TRIED = 8
"""Moves of one moment that are put in order by trying; more of them stay as they came."""


class LoggedField(NamedTuple):
    """A field by its id, and by its name for entries that tell no ids: old ones, and all of a Data Center."""

    id: str
    name: str = ""

    def is_in(self, change: ChangedField) -> bool:
        """Whether it is the one that a change is of."""
        if change.field_id:
            return change.field_id == self.id
        return change.field == self.id or bool(
            self.name and change.field and folded(change.field) == folded(self.name)
        )


STATUS = LoggedField("status")
ASSIGNEE = LoggedField("assignee")
"""Neither name is translated in a changelog."""


class Status(NamedTuple):
    """A status, or another value, as an entry names it; "" where the entry does not say."""

    id: str = ""
    name: str = ""

    def is_same(self, other: Status) -> bool:
        """Whether both are one status: by id, and by name where one of them has no id."""
        if self.id and other.id:
            return self.id == other.id
        return bool(self.name) and folded(self.name) == folded(other.name)


class Move(NamedTuple):
    """One change of a status or another field."""

    at: datetime
    before: Status
    after: Status


class KnownStatuses:
    """The statuses that a site lists, by id and by name."""

    def __init__(self, listed: Iterable[KnownStatus], words: Words | None = None) -> None:
        self._by_id = {one.id: one for one in listed}
        self._words = words or {}
        self._told: dict[Status, tuple[str, ...]] = {}
        self._named: defaultdict[str, set[Category]] = defaultdict(set)
        for one in self._by_id.values():
            for name in names(self._words, "status", one):
                self._named[folded(name)].add(category_of(one.status_category.key))

    def category(self, status: Status) -> Category | None:
        """Never "dropped"; None for a status that is not known, or whose name statuses of two categories have."""
        if status.id in self._by_id:
            return category_of(self._by_id[status.id].status_category.key)
        found = self._named.get(folded(status.name), set())
        return next(iter(found)) if len(found) == 1 else None

    def name(self, status: Status) -> str:
        """Its name as it is today, else as the entry has it, else its id."""
        known = self._by_id.get(status.id)
        return known.name if known else status.name or f"status {status.id}"

    def names(self, status: Status) -> tuple[str, ...]:
        """All the names that people may know it by."""
        if (told := self._told.get(status)) is None:
            known = self._by_id.get(status.id)
            found = (self.name(status), status.name, *names(self._words, "status", known))
            self._told[status] = told = tuple(dict.fromkeys(name for name in found if name))
        return told


def category_of(key: str) -> Category:
    """The category of work by the key of a status category."""
    return _CATEGORIES.get(key, "todo")


def moves_in(entries: Iterable[ChangelogEntry], field: LoggedField = STATUS) -> Iterator[Move]:
    """The changes of a field among the entries of a changelog. Raises ValueError for an invalid time."""
    for entry in entries:
        for change in entry.items:
            if not field.is_in(change):
                continue
            before = Status(change.from_ or "", change.from_text or "")
            after = Status(change.to or "", change.to_text or "")
            if (at := item_time(entry.created)) is None:
                raise ValueError("not a time")
            yield Move(at, before, after)


def in_order(moves: Iterable[Move]) -> list[Move]:
    """The moves as they came: by time, and those of one moment so that each goes on where the last one ended."""
    ordered: list[Move] = []
    for _, same in groupby(sorted(moves, key=attrgetter("at")), key=attrgetter("at")):
        group = list(same)
        if 1 < len(group) <= _MOST_TRIED:
            group = _chain(ordered[-1:], group) or _chain([], group) or group
        ordered += group
    return ordered


def _chain(before: Sequence[Move], rest: Sequence[Move]) -> list[Move] | None:
    """The rest as a chain that goes on from the last of `before`; None where there is none."""
    if not rest:
        return []
    for place, move in enumerate(rest):
        if not before or before[-1].after.is_same(move.before):
            further = _chain([move], [*rest[:place], *rest[place + 1 :]])
            if further is not None:
                return [move, *further]
    return None


def since_when(category: Category, moves: Iterable[Move], statuses: KnownStatuses) -> datetime | None:
    """When work that is of a category now got there: the last change into a status of it from one of another.

    One status of it in place of another is no such change, as when an administrator replaces a done status on all issues.
    None where no change tells, or a status that is not known stands before: it may have been one of the category.
    """
    for move in reversed(in_order(moves)):
        before, after = statuses.category(move.before), statuses.category(move.after)
        if before is None or after not in (category, None):
            return None
        if before != category:
            return move.at
    return None
