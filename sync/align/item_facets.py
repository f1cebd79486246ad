"""What conditions ask of an item, answered once for each item. Pure."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from config.names import folded
from connectors.model import Ref, WorkItem
from sync.align.ancestry import Ancestry

GRAM = 3
"""Letters in a row by which titles are indexed."""


@dataclass(frozen=True, slots=True)
class MatchContext:
    """What is around the items, as far as conditions ask for it.

    - `ancestry`: what stands above them.
    - `groups`: the groups that each person is in; both folded.
    - `found`: the native queries that found each item, by `RuleQuery.id`.
    - `today`: the day at which open work is judged; None: at the end of all days.
    - `asked`: the names of what is above that rules ask for, folded; None: any. `lines`: those of them that an item and all
      above it have, as far as they were looked up.
    """

    ancestry: Ancestry = field(default_factory=Ancestry)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    found: Mapping[Ref, tuple[str, ...]] = field(default_factory=dict)
    today: date | None = None
    zone: tzinfo = UTC
    asked: frozenset[str] | None = None
    lines: dict[Ref, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def day(self, moment: datetime | None) -> date | None:
        """The day of a moment in the workspace's time zone."""
        return moment.astimezone(self.zone).date() if moment is not None else None

    def effective_day(self, item: WorkItem) -> date:
        """The day at which rules with effective dates are asked of an item: of closed work the day it was closed."""
        if item.is_open:
            return self.today or date.max
        return self.day(item.completed or item.dropped or item.updated) or date.max


class ItemFacets(dict[str, Sequence[str]]):
    """One item's values by facet, folded, each found out when it is first asked for."""

    __slots__ = ("context", "item")

    def __init__(self, item: WorkItem, context: MatchContext) -> None:
        self.item = item
        self.context = context

    def __missing__(self, facet: str) -> Sequence[str]:
        known = self[facet] = FACETS[facet](self.item, self.context)
        return known


Facet = Callable[[WorkItem, MatchContext], Sequence[str]]


NAMES: Mapping[str, Callable[[WorkItem], Sequence[str | None]]] = {
    "key": lambda item: item.names,
    "label": lambda item: (*item.labels, *item.grouped_labels),
    "component": lambda item: item.components,
    "project": lambda item: (item.project, *item.former_projects),
    "assignee": lambda item: (item.assignee,),
    "team": lambda item: (item.team,),
    "type": lambda item: item.called("type"),
    "priority": lambda item: item.called("priority"),
    "level": lambda item: (item.level,),
    "tracker": lambda item: (item.ref.tracker,),
}
"""The names of each kind that an item bears, as they are written; conditions compare them folded."""


@functools.lru_cache(maxsize=50_000)
def _folded(names: tuple[str | None, ...]) -> tuple[str, ...]:
    """The names folded, each once. Many items bear the same ones."""
    return tuple({folded(name): None for name in names if name})


def _named(kind: str) -> Facet:
    read = NAMES[kind]
    return lambda item, _: _folded(tuple(read(item)))


def _keys(item: WorkItem, _: MatchContext) -> tuple[str, ...]:
    # They are each item's own: remembering them would only drive out what comes again.
    return tuple(map(folded, item.names))


def _parent(item: WorkItem, context: MatchContext) -> tuple[str, ...]:
    up, ref = context.ancestry, item.ref
    above = (up.places.get(ref), up.parents.get(ref), up.unseen.get(ref))
    return tuple(folded(name) for one in above if one is not None for name in up.names_of(one))


def _above(item: WorkItem, context: MatchContext) -> tuple[str, ...]:
    """The names of all that is above, as far as rules ask for them."""
    up, ref = context.ancestry, item.ref
    if not up.is_plain(ref):
        above = {folded(name) for one in up.above(ref) for name in up.names_of(one)}
        return tuple(above if context.asked is None else above & context.asked)
    # Of a line what is above the parent is known already, for all that is below it.
    known, line = context.lines, []
    at = up.next_above(ref)
    while at is not None and at not in known:
        line.append(at)
        at = up.next_above(at)
    found = known[at] if at is not None else ()
    for at in reversed(line):
        names = {folded(name): None for name in up.names_of(at)}
        new = [one for one in names if one not in found and (context.asked is None or one in context.asked)]
        known[at] = found = (*found, *new) if new else found
    return found


def _initiatives(item: WorkItem, context: MatchContext) -> tuple[str, ...]:
    """The initiatives above; a project of its own tells them rather than the parent. Of what is unseen nobody knows its level."""
    up = context.ancestry
    place = up.places.get(item.ref)
    if place is not None and (found := tuple(_initiatives_of([place, *up.above(place)], up))):
        return found
    return tuple(_initiatives_of(up.above(item.ref), up))


def _initiatives_of(above: Iterable[Ref], up: Ancestry) -> dict[str, None]:
    found: dict[str, None] = {}
    for ref in above:
        one = up.items.get(ref)
        if one is None or one.level == "initiative":
            names = (*up.names_of(ref), one.title) if one is not None else up.names_of(ref)
            found |= dict.fromkeys(folded(name) for name in names)
    return found


def grams(text: str) -> set[str]:
    """Every three letters in a row, folded."""
    plain = folded(text)
    return {plain[at : at + GRAM] for at in range(len(plain) - GRAM + 1)}


FACETS: Mapping[str, Facet] = {
    "key": _keys,
    "query": lambda item, context: context.found.get(item.ref, ()),
    "parent": _parent,
    "under": _above,
    "label": _named("label"),
    "component": _named("component"),
    "field": lambda item, _: tuple(folded(f"{name}\n{text}") for name, text in item.fields),
    "project": _named("project"),
    "initiative": _initiatives,
    "assignee": _named("assignee"),
    "group": lambda item, context: context.groups.get(folded(item.assignee or ""), ()),
    "grams": lambda item, _: tuple(grams(item.title)),
    "team": _named("team"),
    "type": _named("type"),
    "priority": _named("priority"),
    "level": _named("level"),
    "tracker": _named("tracker"),
}
"""How to read each facet of an item, from the most to the least selective."""
