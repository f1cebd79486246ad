"""The order of lists, and cursors that hold a place in it. Wire facts: contracts/linear.md, section 5."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import Any

from connectors.sandbox.linear import dates
from connectors.sandbox.linear.entities import Comment, Initiative, Issue, Project
from connectors.sandbox.linear.entity_base import snake
from connectors.sandbox.linear.errors import InvalidInput

Raw = int | float | str | None
SortKey = tuple[Any, ...]
Getter = Callable[[Any], Any]

_STATE_RANKS = ("triage", "backlog", "unstarted", "started", "completed", "canceled", "duplicate")
_HEALTH_RANKS = {"offTrack": 0, "atRisk": 1, "onTrack": 2}


@dataclass(frozen=True, slots=True)
class _Criterion:
    get: Getter
    descending: bool = True
    nulls_first: bool = False


class _Reversed(str):
    """Text that sorts from Z to A."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)

    def __gt__(self, other: str) -> bool:
        return str.__lt__(self, other)


class Order:
    """How a list is sorted. A cursor holds the sort values of its row, so that it outlives the row."""

    def __init__(self, args: Mapping[str, Any]) -> None:
        criteria = [
            _Criterion(
                _getter(name, how),
                (how.get("order") or "Ascending") == "Descending",
                how.get("nulls") == "first",
            )
            for entry in args.get("sort") or ()
            for name, how in entry.items()
            if how is not None
        ]
        self.criteria = criteria or [_Criterion(attrgetter(snake(args.get("orderBy") or "createdAt")))]

    @classmethod
    def by(cls, get: Getter, *, descending: bool = True) -> Order:
        """An order that nobody asks for by name."""
        order = cls({})
        order.criteria = [_Criterion(get, descending)]
        return order

    def values(self, row: Any) -> list[Raw]:
        """The row's sort values, its id last, as JSON can hold them."""
        return [*(_raw(criterion.get(row)) for criterion in self.criteria), row.id]

    def key(self, values: Sequence[Raw]) -> SortKey:
        """What `values` sort by."""
        parts = [_part(value, how) for value, how in zip(values, self.criteria, strict=False)]
        last = str(values[-1])
        return (*parts, _Reversed(last) if self.criteria[0].descending else last)

    def row_key(self, row: Any) -> SortKey:
        """What the row sorts by."""
        return self.key(self.values(row))

    def cursor(self, row: Any) -> str:
        """The row's cursor: opaque, and of another form for comments."""
        if isinstance(row, Comment):
            return row.id
        return base64.b64encode(json.dumps(self.values(row)).encode()).decode()

    def key_at(self, cursor: str, rows: Sequence[Any]) -> SortKey:
        """What the row of a cursor sorts by. Raises InvalidInput for a cursor that is not ours."""
        if rows and isinstance(rows[0], Comment):
            for row in rows:
                if row.id == cursor:
                    return self.row_key(row)
        try:
            values = json.loads(base64.b64decode(cursor, validate=True))
            if isinstance(values, list) and len(values) == len(self.criteria) + 1:
                return self.key(values)
        except (binascii.Error, ValueError, TypeError, RecursionError):
            pass
        raise foreign_cursor()


def foreign_cursor() -> InvalidInput:
    """The refusal of a cursor that another list has given."""
    return InvalidInput("Invalid cursor", "The cursor does not belong to this list.")


def _raw(value: Any) -> Raw:
    if isinstance(value, (datetime, date)):
        return round(dates.to_datetime(value).timestamp() * 1000)
    if value is None or isinstance(value, (int, float)):
        return value
    return str(value)


def _part(value: Raw, how: _Criterion) -> tuple[int, Any]:
    if value is None:
        return (-1 if how.nulls_first else 1), 0
    if isinstance(value, str):
        return 0, _Reversed(value) if how.descending else value
    return 0, -value if how.descending else value


# --- What the entries of a sort input compare ----------------------------------------------------


def _getter(name: str, how: Mapping[str, Any]) -> Getter:
    match name:
        case "priority":
            return partial(_priority, bool(how.get("noPriorityFirst")))
        case "labelGroup":
            return partial(_label, how["labelGroupId"])
    return _GETTERS.get(name) or attrgetter(snake(name))


def _priority(no_priority_first: bool, row: Issue | Project | Initiative) -> int:
    return row.priority or (0 if no_priority_first else 5)


def _label(group_id: str | None, issue: Issue) -> str | None:
    names: Iterable[str] = (
        label.name
        for label in issue.labels
        if group_id is None or (label.parent is not None and label.parent.id == group_id)
    )
    return min(names, default=None)


def _name_of(attribute: str) -> Getter:
    def get(row: Any) -> str | None:
        other = getattr(row, attribute)
        return other.name if other is not None else None

    return get


def _state(issue: Issue) -> float:
    return _STATE_RANKS.index(issue.state.type) * 1000 + issue.state.position


_GETTERS: dict[str, Getter] = {
    "assignee": _name_of("assignee"),
    "owner": _name_of("owner"),
    "lead": _name_of("lead"),
    "project": _name_of("project"),
    "team": _name_of("team"),
    "label": partial(_label, None),
    "linkCount": lambda issue: len(issue.attachments),
    "manual": attrgetter("sort_order"),
    "workflowState": _state,
    "status": lambda row: row.status if isinstance(row, Initiative) else row.status.position,
    "health": lambda row: _HEALTH_RANKS.get(row.health),
}
