"""What conditions ask of an item, answered once for each item. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from config.names import folded
from connectors.model import Ref, WorkItem

GRAM = 3
"""Letters in a row by which titles are indexed."""


@dataclass(frozen=True, slots=True)
class MatchContext:
    """What is around the items, as far as conditions ask for it.

    - `parents`: the parent of each item that has one among the items, without cycles.
    - `groups`: the groups that each person is in; both folded.
    - `found`: the native queries that found each item, by `RuleQuery.id`.
    - `today`: the day at which open work is judged; None: at the end of all days.
    """

    items: Mapping[Ref, WorkItem] = field(default_factory=dict)
    parents: Mapping[Ref, Ref] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    found: Mapping[Ref, tuple[str, ...]] = field(default_factory=dict)
    today: date | None = None
    zone: tzinfo = UTC

    def day(self, moment: datetime | None) -> date | None:
        """The day of a moment in the workspace's time zone."""
        return moment.astimezone(self.zone).date() if moment is not None else None


class ItemFacets(dict[str, Sequence[str]]):
    """One item's values by facet, folded, each found out when it is first asked for."""

    __slots__ = ("context", "item")

    def __init__(self, item: WorkItem, context: MatchContext) -> None:
        self.item = item
        self.context = context

    def __missing__(self, facet: str) -> Sequence[str]:
        known = self[facet] = FACETS[facet](self.item, self.context)
        return known

    @property
    def effective_day(self) -> date:
        """The day at which rules with effective dates are asked: of closed work the day it was closed."""
        item = self.item
        if item.is_open:
            return self.context.today or date.max
        return self.context.day(item.completed or item.updated) or date.max


Facet = Callable[[WorkItem, MatchContext], Sequence[str]]


def _one(value: str | None) -> tuple[str, ...]:
    return (folded(value),) if value else ()


def _keys(item: WorkItem) -> tuple[str, ...]:
    """The key as people may write it: by itself, or with the tracker."""
    return (folded(item.key), folded(item.qualified_key))


def _parent(item: WorkItem, context: MatchContext) -> tuple[str, ...]:
    parent = context.parents.get(item.ref)
    return _keys(context.items[parent]) if parent is not None else ()


def _above(item: WorkItem, context: MatchContext) -> list[WorkItem]:
    found, at = [], context.parents.get(item.ref)
    while at is not None:
        found.append(context.items[at])
        at = context.parents.get(at)
    return found


def _initiatives(item: WorkItem, context: MatchContext) -> tuple[str, ...]:
    above = (one for one in _above(item, context) if one.level == "initiative")
    return tuple(dict.fromkeys(folded(name) for one in above for name in (*_keys(one), one.title)))


def grams(text: str) -> set[str]:
    """Every three letters in a row, folded."""
    plain = folded(text)
    return {plain[at : at + GRAM] for at in range(len(plain) - GRAM + 1)}


FACETS: Mapping[str, Facet] = {
    "key": lambda item, _: _keys(item),
    "query": lambda item, context: context.found.get(item.ref, ()),
    "parent": _parent,
    "under": lambda item, context: tuple({key for one in _above(item, context) for key in _keys(one)}),
    "label": lambda item, _: tuple({folded(label) for label in (*item.labels, *item.grouped_labels)}),
    "component": lambda item, _: tuple(folded(name) for name in item.components),
    "field": lambda item, _: tuple(folded(f"{name}\n{text}") for name, text in item.fields),
    "project": lambda item, _: _one(item.project),
    "initiative": _initiatives,
    "assignee": lambda item, _: _one(item.assignee),
    "group": lambda item, context: context.groups.get(folded(item.assignee or ""), ()),
    "grams": lambda item, _: tuple(grams(item.title)),
    "team": lambda item, _: _one(item.team),
    "type": lambda item, _: tuple(folded(name) for name in item.called("type")),
    "priority": lambda item, _: tuple(folded(name) for name in item.called("priority")),
    "level": lambda item, _: (item.level,),
    "tracker": lambda item, _: (folded(item.ref.tracker),),
}
"""How to read each facet of an item, from the most to the least selective."""
