"""What happened to a generated issue before anybody asked: kept as a few bytes, unpacked when somebody looks.

A million issues have some four million changes. Each is fourteen bytes in `Issue.past`, in order of time;
`history_of` makes the entries of a changelog from them, the same ones every time.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from itertools import groupby
from operator import attrgetter

from connectors.sandbox.company import PEOPLE, Person, from_unix
from connectors.sandbox.jira.fields import FIELD_BY_ID
from connectors.sandbox.jira.plan import STATUSES
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    PRIORITIES,
    RESOLUTIONS,
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    History,
    HistoryItem,
    Issue,
)

_IdAndText = tuple[str | None, str | None]
"""A value as a history shows it: id and words."""
_CHANGE = struct.Struct("<BBIII")
NOTHING = 0xFFFFFFFF
"""Stands for no value on either side of a change."""
PROJECTS = {
    "WEB": (10000, "Web"),
    "OPS": (10001, "Operations"),
    "STRAT": (10002, "Strategy"),
    "HR": (10003, "People"),
}
"""Ids and names of the projects as they were in the generated past."""
_KEYS = tuple(PROJECTS)
_NUMBER_BITS = 24
_PLACE = {person.name: place for place, person in enumerate(PEOPLE)}
_NAMED = {entry.id: entry for entry in (*PRIORITIES, *RESOLUTIONS)}


class ChangeKind(IntEnum):
    """What a change is about, and so what its two values are."""

    STATUS = 0  # ids of statuses
    RESOLUTION = 1  # ids
    PRIORITY = 2  # ids
    ASSIGNEE = 3  # places in PEOPLE
    STORY_POINTS = 4  # half points
    STORY_POINT_ESTIMATE = 5  # half points
    KEY = 6  # keys, coded; tells the move to another project
    EPIC = 7  # ids of the epics; their keys follow in the next row
    EPIC_KEY = 8  # keys, coded


def encode_key(key: str) -> int:
    """A key as a number."""
    project, _, number = key.rpartition("-")
    return _KEYS.index(project) << _NUMBER_BITS | int(number)


class HistoryBuilder:
    """The past of one issue while it is made up; changes may come in any order. `last` is the latest's time."""

    __slots__ = ("_rows", "last")

    def __init__(self) -> None:
        self.last = 0
        self._rows: list[tuple[int, int, int, int, int]] = []

    def add(self, at: float, who: Person, what: ChangeKind, before: int, after: int) -> None:
        """One change; changes by one person in one second are one entry of the changelog."""
        self.last = max(self.last, int(at))
        self._rows.append((int(at), _PLACE[who.name], what, before, after))

    def packed(self) -> tuple[bytes, int]:
        """The past as bytes, and how many entries it has."""
        self._rows.sort(key=lambda row: row[0])
        entries, last = 0, (-1, -1)
        packed = bytearray()
        for at, who, what, before, after in self._rows:
            packed += _CHANGE.pack(what, who, at, before, after)
            entries += (at, who) != last
            last = (at, who)
        return bytes(packed), entries


def history_of(issue: Issue) -> list[History]:
    """The whole history of an issue, oldest first: what was generated, then what was done since.

    The ids of generated entries follow on the issue's own; the generator gives them to nothing else.
    """
    past: list[History] = []
    rows = _CHANGE.iter_unpack(issue.past)
    for (who, at), changes in groupby(rows, key=lambda row: row[1:3]):
        items = tuple(_items((ChangeKind(what), before, after) for what, _, _, before, after in changes))
        past.append(History(issue.id + 1 + len(past), PEOPLE[who], from_unix(at), items))
    return past + sorted(issue.history, key=attrgetter("created", "id"))


def _items(changes: Iterable[tuple[ChangeKind, int, int]]) -> Iterator[HistoryItem]:
    epics = (NOTHING, NOTHING)
    for what, before, after in changes:
        match what:
            case ChangeKind.EPIC:
                epics = before, after
            case ChangeKind.EPIC_KEY:
                old, new = _epic(epics[0], before), _epic(epics[1], after)
                # The change below an epic is shown twice: contracts/jira.md, section 2.
                yield HistoryItem("IssueParentAssociation", "", *old, *new)
                yield HistoryItem("Epic Link", EPIC_LINK, *old, *new)
            case ChangeKind.KEY:
                old_key, new_key = _decode_key(before), _decode_key(after)
                yield HistoryItem("project", "project", *_project(old_key), *_project(new_key))
                yield HistoryItem("Key", "issuekey", None, old_key, None, new_key)
            case _:
                field, name, value_of = _SIMPLE_FIELDS[what]
                yield HistoryItem(field, name, *value_of(before), *value_of(after))


def _status(number: int) -> _IdAndText:
    return str(number), STATUSES[number].name


def _named(number: int) -> _IdAndText:
    return (None, None) if number == NOTHING else (str(number), _NAMED[number].name)


def _person(place: int) -> _IdAndText:
    return (None, None) if place == NOTHING else (PEOPLE[place].account_id, PEOPLE[place].name)


def _points(halves: int) -> _IdAndText:
    return None, None if halves == NOTHING else f"{halves / 2:g}"


_SIMPLE_FIELDS: dict[ChangeKind, tuple[str, str, Callable[[int], _IdAndText]]] = {
    ChangeKind.STATUS: ("status", "status", _status),
    ChangeKind.RESOLUTION: ("resolution", "resolution", _named),
    ChangeKind.PRIORITY: ("priority", "priority", _named),
    ChangeKind.ASSIGNEE: ("assignee", "assignee", _person),
    ChangeKind.STORY_POINTS: (FIELD_BY_ID[STORY_POINTS].name, STORY_POINTS, _points),
    ChangeKind.STORY_POINT_ESTIMATE: (FIELD_BY_ID[STORY_POINT_ESTIMATE].name, STORY_POINT_ESTIMATE, _points),
}


def _decode_key(code: int) -> str:
    return f"{_KEYS[code >> _NUMBER_BITS]}-{code & (1 << _NUMBER_BITS) - 1}"


def _epic(number: int, code: int) -> _IdAndText:
    return (None, None) if number == NOTHING else (str(number), _decode_key(code))


def _project(key: str) -> _IdAndText:
    number, name = PROJECTS[key.partition("-")[0]]
    return str(number), name
