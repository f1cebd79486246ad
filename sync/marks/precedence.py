"""Of several key results on one item, which comes first. Pure.

The first one is the one that an item can show where it has room for one: its percent, its health, its objective, its
child of a label group. Whoever looks for work at risk must find it, so the worst health comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from config.workspace import Workspace
from connectors.model import Health, WorkItem
from sync.align.alignment import Link
from sync.measure import Reading

WORST_FIRST: tuple[Health, ...] = ("off_track", "at_risk", "no_data", "on_track", "done")


def severity(health: Health) -> int:
    """The place of a health, the worst being 0."""
    return WORST_FIRST.index(health)


def in_precedence(
    links: Iterable[Link], item: WorkItem, readings: Mapping[str, Reading], places: Mapping[str, int]
) -> list[Link]:
    """The links of an item in their order: the worst health first, then the larger share, then the place in the
    declaration. Closed key results, whose marks rest, come last.

    Of several that differ by their places alone, the one that the item shows first stays the first: moving key results
    within the declaration writes nothing.
    """
    shown = item.shown.key_results[0].id if item.shown.key_results else None

    def key(link: Link) -> tuple[bool, int, Fraction, bool, int]:
        reading = readings[link.key_result]
        rank = severity(reading.health)
        return (
            reading.closed is not None,
            rank,
            -link.share,
            link.key_result != shown,
            places[link.key_result],
        )

    return sorted(links, key=key)


def places_in(workspace: Workspace) -> Mapping[str, int]:
    """The place of each key result in the declaration, by its id."""
    return {key_result.id: place for place, (_, key_result) in enumerate(workspace.key_results())}
