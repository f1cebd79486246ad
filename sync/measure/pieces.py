"""The pieces of work that count for a key result, each with its weight, its state and its day. Pure.

This is the one place that decides what counts, how much and why not. Tallies, movement, forecasts, the part that a
ticket has in a key result, and its explanation are all made of these pieces.

A partition of the pieces gives tallies that add up to that of one pass, so the reading is the same for a whole pull, for a
delta, and for many workers. Sums are exact fractions; floats would make the order of addition visible.
"""

from __future__ import annotations

import functools
import operator
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from typing import Literal, get_args

from config.measures import WorkMeasure
from config.okrs import KeyResult
from connectors.model import Category, Ref, WorkItem
from sync.align.alignment import Leaves
from sync.measure.bounds import Bounds, standing
from sync.measure.estimates import NO_ESTIMATES, Candidate, Estimates, Spread, weight_in

LeftOut = Literal["before", "dropped", "late", "later"]
"""Why a piece counts nowhere: it was finished before the first day that counts, was dropped, was added after the
baseline, or was created after the moment that is judged.
"""
LEFT_OUT: tuple[LeftOut, ...] = get_args(LeftOut)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work that is linked to a key result.

    - `share`: the part of the item that counts here, 0 < share <= 1. `weight`: what the whole item weighs, in the unit of
      the measure; `known`: whether somebody estimated it, or the declaration lists its weight.
    - `spread`: the estimate above it of which the weight is a part; of a done parent that counts whole, its own. `basis`:
      what stands on it or on the nearest item above that is estimated, whether that counts or not. `stands_for`: the leaves
      in whose place a done parent counts whole; () for a piece that is a leaf.
    - `category`: its state at the moment that is judged, `done_on` the day on which it was done by then, in the workspace's
      zone; None where it was not, or the tracker does not tell.
    - `left_out`: why it counts nowhere; None where it counts.
    """

    item: WorkItem
    share: Fraction
    weight: Fraction
    known: bool
    category: Category
    done_on: date | None = None
    left_out: LeftOut | None = None
    spread: Spread | None = None
    basis: Fraction | None = None
    stands_for: tuple[Ref, ...] = ()

    @property
    def part(self) -> Fraction:
        """What counts here of its weight."""
        # Nearly all work counts whole, and a product of fractions is dear.
        return self.weight if self.share == 1 else self.share * self.weight

    def credit(self, how: WorkMeasure) -> Fraction:
        """What of that part is done, with the declared credit for what is started; 0 where it is left out."""
        if self.left_out is not None or self.category not in ("done", "doing"):
            return Fraction(0)
        if self.category == "done":
            return self.part
        return self.part * credit_of_started(how)


def weighting_of(key_result: KeyResult) -> WorkMeasure:
    """How a key result's linked work is weighed: as declared, or by count where work does not measure it."""
    how = key_result.measure
    return how if isinstance(how, WorkMeasure) else WorkMeasure(kind="work")


@functools.lru_cache(maxsize=256)
def _exact_credit(started: float) -> Fraction:
    return Fraction(started).limit_denominator(1_000_000)


def credit_of_started(how: WorkMeasure) -> Fraction:
    """The declared credit for what is started, 0..1, exact."""
    return _exact_credit(how.started)


def pieces_of(
    leaves: Leaves,
    how: WorkMeasure,
    bounds: Bounds,
    key_result: str = "",
    estimates: Estimates = NO_ESTIMATES,
) -> tuple[Piece, ...]:
    """The pieces by the leaves that serve a key result, with their shares, and the estimates in the measure's unit, as they
    stand within the bounds. Leaves and estimates are those of the moment that is judged.
    """
    return tuple(_piece(one, how, bounds) for one in estimates.candidates(key_result, leaves))


def _piece(candidate: Candidate, how: WorkMeasure, bounds: Bounds) -> Piece:
    item = candidate.item
    weight, known = weight_in(candidate, how)
    now = standing(item, bounds)
    left_out: LeftOut | None = now.outside
    if left_out is None and now.category == "dropped":
        left_out = "dropped"
    elif left_out is None and how.baseline is not None and bounds.day(candidate.since) > how.baseline:
        left_out = "late"
    return Piece(
        item,
        candidate.share,
        weight,
        known,
        now.category,
        now.done_on,
        left_out,
        candidate.spread,
        candidate.basis,
        tuple(sorted(candidate.stands_for)),
    )


# --- Folded --------------------------------------------------------------------------------------

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Tally:
    """Linked pieces of work, folded. Weights are counts, points, hours or declared, each times the piece's share.

    `leaves`, `done`, `doing`, `dropped`, `unestimated` count pieces; dropped ones are in no other figure.
    `late` counts what came after the baseline and `late_weight` weighs it, `before` what was finished before the first day
    that counts, `later` what was created after the moment that is judged: in no other figure either. `undated` counts
    what is done on an unknown day, `done` with it.
    `done_weight` is what is done, with the declared credit for what is started.
    """

    leaves: int = 0
    done: int = 0
    doing: int = 0
    dropped: int = 0
    unestimated: int = 0
    late: int = 0
    before: int = 0
    later: int = 0
    undated: int = 0
    weight: Fraction = ZERO
    done_weight: Fraction = ZERO
    late_weight: Fraction = ZERO
    before_weight: Fraction = ZERO

    def __add__(self, other: Tally) -> Tally:
        return Tally(*map(operator.add, _figures(self), _figures(other)))

    def __sub__(self, other: Tally) -> Tally:
        return Tally(*map(operator.sub, _figures(self), _figures(other)))


_figures = operator.attrgetter(*(one.name for one in fields(Tally)))


class _Sum:
    """A sum of fractions, added up by denominator: nearly all have the same few, and the common one is found once."""

    def __init__(self) -> None:
        self._numerators: dict[int, int] = {}

    def add(self, part: Fraction) -> None:
        below = part.denominator
        self._numerators[below] = self._numerators.get(below, 0) + part.numerator

    @property
    def total(self) -> Fraction:
        """All of them; exact, whatever the order."""
        return sum((Fraction(above, below) for below, above in self._numerators.items()), ZERO)


def fold(pieces: Iterable[Piece], how: WorkMeasure) -> Tally:
    """The tally of pieces that are weighed as `how` says: the sum of `tally_of` each."""
    states: Counter[Category] = Counter()
    left_out: Counter[LeftOut] = Counter()
    done, doing, rest, late, before = _Sum(), _Sum(), _Sum(), _Sum(), _Sum()
    undated = unestimated = 0
    for piece in pieces:
        if (why := piece.left_out) is not None:
            left_out[why] += 1
            if why in ("late", "before"):
                (late if why == "late" else before).add(piece.part)
            continue
        state = piece.category
        states[state] += 1
        unestimated += not piece.known
        undated += state == "done" and piece.done_on is None
        (done if state == "done" else doing if state == "doing" else rest).add(piece.part)
    begun, ended = doing.total, done.total
    return Tally(
        leaves=states.total(),
        done=states["done"],
        doing=states["doing"],
        dropped=left_out["dropped"],
        unestimated=unestimated,
        late=left_out["late"],
        before=left_out["before"],
        later=left_out["later"],
        undated=undated,
        weight=ended + begun + rest.total,
        done_weight=ended + begun * credit_of_started(how),
        late_weight=late.total,
        before_weight=before.total,
    )


def tally_of(piece: Piece, how: WorkMeasure) -> Tally:
    """One piece."""
    match piece.left_out:
        case "dropped":
            return Tally(dropped=1)
        case "late":
            return Tally(late=1, late_weight=piece.part)
        case "before":
            return Tally(before=1, before_weight=piece.part)
        case "later":
            return Tally(later=1)
    return Tally(
        leaves=1,
        undated=int(piece.category == "done" and piece.done_on is None),
        done=int(piece.category == "done"),
        doing=int(piece.category == "doing"),
        unestimated=int(not piece.known),
        weight=piece.part,
        done_weight=piece.credit(how),
    )
