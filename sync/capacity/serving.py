"""What a piece of work serves, as parts of itself that add up to one. Pure.

A piece that serves several objectives of a cycle is split by the shares of its links. Each cycle asks by itself (ADR 46), so
that of work which serves objectives of a quarter and of a year each cycle has half, and the parts still add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from config.workspace import Workspace
from connectors.model import Ref
from sync.align.alignment import Alignment, ItemAlignment, Link

PartKind = Literal["objective", "category", "unknown", "none"]


@dataclass(frozen=True, slots=True)
class Part:
    """What days go into: an objective or an exempt category by its name, nothing, or what cannot be told ("unknown").

    Of work whose ancestors cannot be read nobody can say that it serves nothing.
    """

    kind: PartKind
    name: str = ""


NONE, UNKNOWN = Part("none"), Part("unknown")


@dataclass(frozen=True, slots=True)
class Serving:
    """The parts of a piece of work, which add up to one; and by cycle its objectives, which add up to one in each."""

    parts: tuple[tuple[Part, Fraction], ...]
    by_cycle: Mapping[str, Mapping[str, Fraction]]


class Servings:
    """The serving of every item of an alignment; those that serve alike have the same one."""

    def __init__(self, alignment: Alignment, workspace: Workspace) -> None:
        self._alignment = alignment
        self._objectives = {one.id: objective.id for objective, one in workspace.key_results()}
        self._known: dict[tuple[object, ...], Serving] = {}

    def of(self, ref: Ref) -> Serving | None:
        """What an item serves; None where it is out of scope."""
        placement = self._alignment.placements[ref]
        if placement.state == "out_of_scope":
            return None
        links = _reasons(placement, self._alignment)
        key = (placement.state, placement.category, tuple((one.key_result, one.share) for one in links))
        if (found := self._known.get(key)) is None:
            self._known[key] = found = self._serving(placement, links)
        return found

    def _serving(self, placement: ItemAlignment, links: Iterable[Link]) -> Serving:
        shares: defaultdict[str, defaultdict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for link in links:
            shares[self._alignment.terms[link.key_result].cycle][self._objectives[link.key_result]] += (
                link.share
            )
        if not shares:
            return Serving(((_part_of(placement), Fraction(1)),), {})
        by_cycle = {
            cycle: {name: share / sum(some.values()) for name, share in some.items()}
            for cycle, some in shares.items()
        }
        parts: defaultdict[Part, Fraction] = defaultdict(Fraction)
        for some in by_cycle.values():
            for name, share in some.items():
                parts[Part("objective", name)] += share / len(by_cycle)
        return Serving(tuple(parts.items()), by_cycle)


def _reasons(placement: ItemAlignment, alignment: Alignment) -> tuple[Link, ...]:
    """The links of an item; where it rests, or is planned, those that it had last, or will have."""
    if placement.state == "rested":
        return tuple(link for link in placement.past if alignment.terms[link.key_result].rests)
    return placement.planned if placement.state == "planned" else placement.links


def _part_of(placement: ItemAlignment) -> Part:
    if placement.category is not None:
        return Part("category", placement.category)
    return UNKNOWN if placement.state == "unknown" else NONE
