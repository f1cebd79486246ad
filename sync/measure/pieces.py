"""The pieces of work that count for a key result, each with its weight, its state and its day. Pure.

This is the one place that decides what counts, how much and why not. Tallies, movement, forecasts, the part that a
ticket has in a key result, and its explanation are all made of these pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo
from fractions import Fraction
from typing import Literal

from config.measures import WorkMeasure
from config.okrs import KeyResult
from connectors.model import Category, Ref, WorkItem
from sync.align.alignment import Leaves
from sync.measure.estimates import NO_ESTIMATES, Candidate, Estimates, Spread, weight_in

LeftOut = Literal["dropped", "late"]
"""Why a piece counts nowhere: it was dropped, or was added after the baseline."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work that is linked to a key result.

    - `share`: the part of the item that counts here, 0 < share <= 1. `weight`: what the whole item weighs, in the unit of
      the measure; `known`: whether somebody estimated it, or the declaration lists its weight.
    - `spread`: the estimate above it of which the weight is a part; of a done parent that counts whole, its own. `basis`:
      what stands on it or on the nearest item above that is estimated, whether that counts or not.
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

    @property
    def stands_for(self) -> tuple[Ref, ...]:
        """The leaves in whose place a done parent counts whole; () for a piece that is a leaf."""
        return self.spread.over if self.spread is not None and self.spread.parent.ref == self.item.ref else ()

    @property
    def part(self) -> Fraction:
        """What counts here of its weight."""
        return self.share * self.weight

    def credit(self, how: WorkMeasure) -> Fraction:
        """What of that part is done, with the declared credit for what is started; 0 where it is left out."""
        if self.left_out is not None or self.category not in ("done", "doing"):
            return Fraction(0)
        if self.category == "done":
            return self.part
        return self.part * Fraction(how.started).limit_denominator(1_000_000)


def weighting_of(key_result: KeyResult) -> WorkMeasure:
    """How a key result's linked work is weighed: as declared, or by count where work does not measure it."""
    how = key_result.measure
    return how if isinstance(how, WorkMeasure) else WorkMeasure(kind="work")


def pieces_of(
    leaves: Leaves,
    how: WorkMeasure,
    zone: tzinfo,
    key_result: str = "",
    estimates: Estimates = NO_ESTIMATES,
) -> tuple[Piece, ...]:
    """The pieces by the leaves that serve a key result, with their shares, and the estimates in the measure's unit."""
    return tuple(_piece(one, how, zone) for one in estimates.candidates(key_result, leaves))


def _piece(candidate: Candidate, how: WorkMeasure, zone: tzinfo) -> Piece:
    item = candidate.item
    weight, known = weight_in(candidate, how)
    done_on = None
    if item.category == "done" and item.completed is not None:
        done_on = item.completed.astimezone(zone).date()
    left_out: LeftOut | None = None
    if item.category == "dropped":
        left_out = "dropped"
    elif how.baseline is not None and candidate.since.astimezone(zone).date() > how.baseline:
        left_out = "late"
    return Piece(
        item,
        candidate.share,
        weight,
        known,
        item.category,
        done_on,
        left_out,
        candidate.spread,
        candidate.basis,
    )
