"""Linked work, folded into tallies that add up. Pure.

A partition of the items gives the same sum as one pass, so the reading is the same for a whole pull, for a delta,
and for many workers. Sums are exact fractions; floats would make the order of addition visible.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, tzinfo
from fractions import Fraction

from config.measures import WorkMeasure
from config.names import folded
from connectors.model import WorkItem

ZERO = Fraction(0)

MOST_POINTS = 1_000_000
"""A greater estimate of one item is a slip of the keyboard, and counts as missing."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Linked leaves, folded. Weights are counts, points, hours or declared, each times the leaf's share.

    `leaves`, `done`, `doing`, `dropped`, `unestimated` count items; dropped ones are in no other figure.
    `late` counts what came after the baseline and `late_weight` weighs it: in no other figure either.
    `done_weight` is what is done, with the declared credit for what is started.
    """

    leaves: int = 0
    done: int = 0
    doing: int = 0
    dropped: int = 0
    unestimated: int = 0
    late: int = 0
    weight: Fraction = ZERO
    done_weight: Fraction = ZERO
    late_weight: Fraction = ZERO

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))


def fold(leaves: Iterable[tuple[WorkItem, Fraction]], how: WorkMeasure, zone: tzinfo = UTC) -> Tally:
    """The tally of leaves with their shares. Dropped leaves leave the scope."""
    total = Tally()
    for item, share in leaves:
        total += tally_of(item, share, how, zone)
    return total


def tally_of(item: WorkItem, share: Fraction, how: WorkMeasure, zone: tzinfo = UTC) -> Tally:
    """One leaf. An estimate that is missing, negative, absurd or no number is the declared default."""
    if item.category == "dropped":
        return Tally(dropped=1)
    own, estimated = weight_of(item, how)
    weight = share * own
    if how.baseline is not None and item.created.astimezone(zone).date() > how.baseline:
        return Tally(late=1, late_weight=weight)
    credit = {"done": Fraction(1), "doing": _exact(how.started)}.get(item.category, ZERO)
    return Tally(
        leaves=1,
        done=int(item.category == "done"),
        doing=int(item.category == "doing"),
        unestimated=int(not estimated),
        weight=weight,
        done_weight=weight * credit,
    )


def weight_of(item: WorkItem, how: WorkMeasure) -> tuple[Fraction, bool]:
    """What an item weighs by itself, and whether somebody estimated it."""
    match how.weigh:
        case "count":
            return Fraction(1), usable(item.estimate) is not None
        case "points":
            known = usable(item.estimate)
        case "time":
            known = usable(item.hours)
        case _:
            known = _declared(item, how)
    weight = _exact(how.default_estimate if known is None else known)
    return weight, known is not None or how.weigh == "type"


def usable(estimate: float | None) -> float | None:
    """The estimate, or None where it is missing, negative, absurd or no number."""
    return estimate if estimate is not None and 0 <= estimate <= MOST_POINTS else None  # false for NaN too


def number_in(item: WorkItem, field: str) -> float | None:
    """The number in a custom field; None where there is no single one."""
    texts = [text for name, text in item.fields if name == field]
    try:
        value = float(texts[0]) if len(texts) == 1 else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _declared(item: WorkItem, how: WorkMeasure) -> float | None:
    """The weight by what the item is: the greatest of those that are listed, None where none is."""
    if how.weigh == "field" and not how.weights:
        return usable(number_in(item, how.field or ""))
    listed = {folded(name): weight for name, weight in how.weights.items()}
    match how.weigh:
        case "type":
            names: Iterable[str] = item.called("type")
        case "key":
            names = item.names
        case "label":
            names = (*item.labels, *item.grouped_labels)
        case _:
            names = (text for name, text in item.fields if name == how.field)
    return max((listed[folded(name)] for name in names if folded(name) in listed), default=None)


def _exact(number: float) -> Fraction:
    return Fraction(number).limit_denominator(1_000_000)
