"""Small worlds for the impact map, and a map in lines."""

from __future__ import annotations

from typing import Any

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.decide import Decision, look
from sync.impact_map.build import impact_map
from sync.impact_map.values import ImpactMap
from sync.impact_map.work import Work, shown_cycles, work_of
from sync.memory import Memory
from tests.support.builders import NOW, observed


def decided(space: Workspace, *items: WorkItem) -> Decision:
    """What is known of these items."""
    return look(observed(*items), Memory(), space, NOW)


def work_in(run: Decision, space: Workspace) -> Work:
    """The work on the map of the running cycles."""
    signals = run.unaligned
    warned = {*signals.orphans, *signals.in_grace}
    return work_of(run.alignment, run.scorecard, warned, space, shown_cycles(space, NOW))


def map_of(space: Workspace, *items: WorkItem, **part: Any) -> ImpactMap:
    """The map of these items, whole or the part that is asked for."""
    run = decided(space, *items)
    return impact_map(work_in(run, space), run.scorecard, space, run.alignment.items, **part)


def lines(found: ImpactMap) -> list[str]:
    """Each place with its effort, what is done of it and how many pieces of work that is; each below what leads to it."""
    places = {one.id: one for one in found.nodes}
    shown: list[str] = []

    def show(name: str, depth: int, amount: float) -> None:
        one = places[name]
        words = one.name or (f"{one.folded} more" if one.kind == "more" else one.kind)
        shown.append(f"{'  ' * depth}{words} {amount:g}")
        for band in found.after(one):
            show(band.target, depth + 1, band.effort.amount)

    for one in found.of_layer("goal"):
        show(one.id, 0, one.effort.amount)
    return shown
