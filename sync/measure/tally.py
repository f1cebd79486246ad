"""Linked work, folded into tallies that add up. Pure.

A partition of the pieces gives the same sum as one pass, so the reading is the same for a whole pull, for a delta,
and for many workers. Sums are exact fractions; floats would make the order of addition visible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction

from config.measures import WorkMeasure
from sync.measure.pieces import Piece

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Tally:
    """Linked pieces of work, folded. Weights are counts, points, hours or declared, each times the piece's share.

    `leaves`, `done`, `doing`, `dropped`, `unestimated` count pieces; dropped ones are in no other figure.
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


def fold(pieces: Iterable[Piece], how: WorkMeasure) -> Tally:
    """The tally of pieces that are weighed as `how` says."""
    total = Tally()
    for piece in pieces:
        total += tally_of(piece, how)
    return total


def tally_of(piece: Piece, how: WorkMeasure) -> Tally:
    """One piece."""
    if piece.left_out == "dropped":
        return Tally(dropped=1)
    if piece.left_out == "late":
        return Tally(late=1, late_weight=piece.part)
    return Tally(
        leaves=1,
        done=int(piece.category == "done"),
        doing=int(piece.category == "doing"),
        unestimated=int(not piece.known),
        weight=piece.part,
        done_weight=piece.credit(how),
    )
