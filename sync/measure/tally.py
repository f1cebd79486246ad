"""Linked work, folded into tallies that add up. Pure.

A partition of the items gives the same sum as one pass, so the reading is the same for a whole pull, for a delta,
and for many workers. Sums are exact fractions; floats would make the order of addition visible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, tzinfo
from fractions import Fraction

from config.measures import WorkMeasure
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
    if how.weigh == "type":
        known = {name.casefold(): weight for name, weight in how.weights.items()}
        return _exact(known.get(item.kind.casefold(), how.default_estimate)), True
    estimate = item.hours if how.weigh == "time" else item.estimate
    usable = estimate is not None and 0 <= estimate <= MOST_POINTS  # false for NaN too
    if how.weigh == "count":
        return Fraction(1), usable
    return _exact(estimate if usable and estimate is not None else how.default_estimate), usable


def _exact(number: float) -> Fraction:
    return Fraction(number).limit_denominator(1_000_000)
