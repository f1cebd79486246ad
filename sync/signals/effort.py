"""How much effort is at stake in unaligned work: what is open in an item and below it. Pure.

Effort counts as key results count work. Leaves count and containers do not, but no estimate is lost:

- A leaf has the points that it is estimated at, or 1 where it has none.
- A container has the sum of what is below it; where nothing below it is estimated and it is itself, its own points.

Only open work that serves no key result counts: what below an unaligned epic serves one is nothing that it takes away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from connectors.model import Ref
from sync.align.alignment import Alignment

UNESTIMATED = 1.0
"""Points of a leaf without an estimate."""


@dataclass(frozen=True, slots=True)
class Effort:
    """`points` of the open work, of so many `items`, itself included; `estimated`: any of them has an estimate."""

    points: float
    items: int = 1
    estimated: bool = False


def efforts(alignment: Alignment) -> Mapping[Ref, Effort]:
    """The effort of each piece of open work that serves no key result, mirrored work once; each is counted below one parent."""
    unaligned = {
        ref
        for ref, placement in alignment.placements.items()
        if placement.state == "unaligned"
        and alignment.items[ref].is_open
        and not alignment.counts_elsewhere(ref)
    }
    below: dict[Ref, list[Ref]] = {}
    inside = {child for ref in unaligned for child in alignment.children.get(ref, ()) if child in unaligned}
    roots = sorted(ref for ref in unaligned if ref not in inside)
    found: dict[Ref, Effort] = {}
    # Members of a circle have no root: they begin where nothing else led to them.
    for ref in reversed([*_downwards([*roots, *sorted(inside)], alignment, unaligned, below)]):
        found[ref] = _effort(alignment.items[ref].estimate, [found[child] for child in below.get(ref, ())])
    return found


def _downwards(
    starts: list[Ref], alignment: Alignment, unaligned: Collection[Ref], below: dict[Ref, list[Ref]]
) -> Iterator[Ref]:
    """Each ref after the one that it is counted below."""
    seen: set[Ref] = set()
    for start in starts:
        front = [start] if start not in seen else []
        seen.update(front)
        while front:
            ref = front.pop()
            yield ref
            children = dict.fromkeys(alignment.children.get(ref, ()))
            below[ref] = [one for one in children if one in unaligned and one not in seen]
            seen.update(below[ref])
            front += below[ref]


def _effort(own: float | None, parts: list[Effort]) -> Effort:
    if not parts:
        return Effort(UNESTIMATED if own is None else own, estimated=own is not None)
    items = 1 + sum(part.items for part in parts)
    estimated = any(part.estimated for part in parts)
    if own is not None and not estimated:
        return Effort(own, items, estimated=True)
    return Effort(sum(part.points for part in parts), items, estimated)
