"""Of several key results on one item, which comes first. Pure.

The first one is the one that an item can show where it has room for one: its percent, its health, its objective, its
child of a label group. That is one of the cycle that ends first, which people work for now; within a cycle whoever looks
for work at risk must find it, so the worst health comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from config.workspace import Workspace
from connectors.model import Health, WorkItem
from sync.align.alignment import Link
from sync.measure import Reading

WORST_FIRST: tuple[Health, ...] = ("off_track", "at_risk", "no_data", "on_track", "done")


def severity(health: Health) -> int:
    """The place of a health, the worst being 0."""
    return WORST_FIRST.index(health)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key result stands: the last day of its cycle, the days of that, and its own place in the declaration."""

    end: date
    days: int
    nr: int


def in_precedence(
    links: Iterable[Link], item: WorkItem, readings: Mapping[str, Reading], places: Mapping[str, Place]
) -> list[Link]:
    """The links of an item in their order: the cycle that ends first, of those that end together the longer one; within it
    the worst health first, then the larger share, then the place in the declaration. Closed key results, whose marks
    rest, come last; those of a cycle that has ended keep the order in which the item shows them.

    Of several that differ by their places alone, the one that the item shows first stays the first: moving key results
    within the declaration writes nothing.
    """
    shown = [mark.id for mark in item.shown.key_results]

    def key(link: Link) -> tuple[bool, date, int, int, Fraction, bool, int]:
        name, place = link.key_result, places[link.key_result]
        reading = readings[name]
        rank = severity(reading.health)
        if reading.closed is None and reading.stands_on is not None and name in shown:
            rank = shown.index(name)
        return (
            reading.closed is not None,
            place.end,
            -place.days,
            rank,
            -link.share,
            name != shown[0] if shown else True,
            place.nr,
        )

    return sorted(links, key=key)


def places_in(workspace: Workspace) -> Mapping[str, Place]:
    """The place of each key result, by its id."""
    found = {}
    for nr, (objective, key_result) in enumerate(workspace.key_results()):
        cycle = workspace.cycles[objective.cycle]
        found[key_result.id] = Place(cycle.end, (cycle.end - cycle.start).days, nr)
    return found
