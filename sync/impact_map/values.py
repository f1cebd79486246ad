"""The impact map as values: goals, whose behaviour they are about, key results, and the epics and projects that serve them. Pure.

After Gojko Adzic, "Impact Mapping" (2012): goal, actor, impact, deliverable; with the key result that an impact is measured by
before the deliverables.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from connectors.model import Health, Ref

Kind = Literal[
    "objective", "branch", "actor", "impact", "key_result", "category", "deliverable", "loose", "more"
]
Layer = Literal["goal", "actor", "impact", "key_result", "deliverable"]
LAYERS: tuple[Layer, ...] = ("goal", "actor", "impact", "key_result", "deliverable")
"""The columns of the map, from left to right."""

Branch = Literal["unaligned", "exempt", "unknown"]
BRANCHES: tuple[Branch, ...] = ("unaligned", "exempt", "unknown")
"""Work beside the goals: it serves no key result; it is exempt; it hangs on what cannot be read, so nobody knows."""

Unit = Literal["points", "items"]


@dataclass(frozen=True, slots=True)
class Effort:
    """The effort of work, in the unit of the map, and the part of it that is done; `items`: the pieces of work, in order of ref."""

    amount: float = 0.0
    done: float = 0.0
    items: tuple[Ref, ...] = ()

    @property
    def share_done(self) -> float | None:
        """0..1; None where there is no work."""
        return min(1.0, self.done / self.amount) if self.amount else None


NO_WORK = Effort()


def combined(parts: Iterable[Effort]) -> Effort:
    """All of them, each piece of work once; the sums are the same in whatever order."""
    some = list(parts)
    if len(some) == 1:
        return some[0]
    refs = {ref for part in some for ref in part.items}
    return Effort(
        math.fsum(part.amount for part in some), math.fsum(part.done for part in some), tuple(sorted(refs))
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A place on the map.

    - `id`: made up, the same for the same map. `name`: the id of an objective or key result, the key of a ticket, the category
      of exempt work, the branch, or the words that are declared of an actor or impact; "" for what has none.
    - `title`: of an objective, key result or ticket; "" for one that not everybody may see, and for what has none.
    - `health`: of an objective or key result; else the worst of the key results that it leads to or serves; None beside the goals.
    - `ref`: the epic or project. `cycle`, `parent`: of an objective. `branch`: the branch that it is on, "" for goals; what
      serves both is on none.
    - `folded`: how many places it stands for, for the kind "more".
    """

    id: str
    kind: Kind
    layer: Layer
    name: str
    title: str
    effort: Effort
    health: Health | None = None
    branch: Branch | Literal[""] = ""
    ref: Ref | None = None
    cycle: str = ""
    parent: str = ""
    folded: int = 0


@dataclass(frozen=True, slots=True)
class Band:
    """Work that leads from a place to the next one, by their ids; without effort where nothing serves it yet."""

    source: str
    target: str
    effort: Effort
    health: Health | None = None


@dataclass(frozen=True, slots=True)
class ImpactMap:
    """A map of cycles: its places, by layer in the order in which they are drawn, and the bands between them.

    `effort`: of all of it. `unit`: points where any of the work is estimated, else items.
    """

    cycles: tuple[str, ...]
    unit: Unit
    nodes: tuple[Node, ...]
    bands: tuple[Band, ...]
    effort: Effort

    def of_layer(self, layer: Layer) -> tuple[Node, ...]:
        """The places of a column, from top to bottom."""
        return tuple(one for one in self.nodes if one.layer == layer)

    def after(self, node: Node) -> tuple[Band, ...]:
        """The bands that leave a place."""
        return tuple(one for one in self.bands if one.source == node.id)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The columns that hold something."""
        there = {one.layer for one in self.nodes}
        return tuple(one for one in LAYERS if one in there)
