"""low_priority_heavy: a heavy key result cannot come to its goal without work of low priority. Pure.

Priorities and blocks have no history: no base rate.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.names import folded
from config.okrs import KeyResult, Objective
from config.text.figures import ENGLISH
from config.text.phrases import Percent, phrase
from connectors.model import Ref
from sync.forecast.key_results import goal_of
from sync.measure import Reading
from sync.signals.capacity.urgent_orphan import has_priority
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Signal

ID = "low_priority_heavy"
_NOISE = 1e-9


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each key result that weighs so much of its objective, is made of work, and has such work in its way.

    Either the rest of its work does not come to its goal, or open work of it is blocked by open work of low priority.
    """
    low = _low(context)
    for objective, key_result in context.workspace.key_results():
        reading = context.scorecard.readings[key_result.id]
        share = _share(key_result, objective)
        if reading.phase != "running" or reading.closed is not None or reading.health == "done":
            continue
        if share < context.workspace.signals.heavy_weight:
            continue
        items = sorted({*_needed(reading, objective, low), *_blocking(reading, context, low)})
        if items:
            names = tuple(context.alignment.items[ref].name for ref in items)
            yield Signal(
                ID,
                "medium",
                "key_result",
                key_result.id,
                tuple(items),
                phrase(
                    f"signals.{ID}.message",
                    key_result=key_result.id,
                    title=key_result.title,
                    share=Percent(round(share)),
                    objective=objective.id,
                    items=len(items),
                    names=names,
                    count="items",
                ),
                phrase(f"signals.{ID}.formula"),
                f"heavy_weight: {ENGLISH.number(context.workspace.signals.heavy_weight)}",
                phrase(f"signals.{ID}.remedy"),
            )


def _share(key_result: KeyResult, objective: Objective) -> float:
    """The percent of its objective that it weighs."""
    return 100 * key_result.weight / sum(one.weight for one in objective.key_results)


def _low(context: SignalContext) -> frozenset[Ref]:
    names = {folded(name) for name in context.workspace.signals.low_priorities}
    items = context.alignment.items.items()
    return frozenset(ref for ref, item in items if item.is_open and has_priority(item, names))


def _needed(reading: Reading, objective: Objective, low: frozenset[Ref]) -> list[Ref]:
    """Its open work of low priority, where all of the rest would not do."""
    counted = [piece for piece in reading.pieces if piece.left_out is None]
    mine = [piece for piece in counted if piece.item.ref in low and piece.category != "done"]
    whole = float(reading.tally.weight) if reading.target is None else reading.target
    if not mine or not whole or reading.output is not None:
        return []
    refs = {piece.item.ref for piece in mine}
    others = float(sum(piece.part for piece in counted if piece.item.ref not in refs))
    return [piece.item.ref for piece in mine] if others / whole < goal_of(objective) - _NOISE else []


def _blocking(reading: Reading, context: SignalContext, low: frozenset[Ref]) -> Iterator[Ref]:
    """Open work of low priority that blocks open work of it."""
    for piece in reading.pieces:
        if piece.left_out is None and piece.category != "done":
            yield from (ref for ref in piece.item.blocked_by if ref in low and ref in context.alignment.items)


LOW_PRIORITY_HEAVY = SignalRule(ID, fire)
