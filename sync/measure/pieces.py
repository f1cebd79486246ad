"""The pieces of work that count for a key result, each with its weight, its state and its day. Pure.

This is the one place that decides what counts, how much and why not. Tallies, movement, forecasts, the part that a
ticket has in a key result, and its explanation are all made of these pieces.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo
from fractions import Fraction
from typing import Literal

from config.measures import WorkMeasure
from config.okrs import KeyResult
from connectors.model import Category, WorkItem
from sync.measure.weights import weight_of

LeftOut = Literal["dropped", "late"]
"""Why a piece counts nowhere: it was dropped, or was added after the baseline."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work that is linked to a key result.

    - `share`: the part of the item that counts here, 0 < share <= 1. `weight`: what the whole item weighs, in the unit of
      the measure; `known`: whether somebody estimated it, or the declaration lists its weight.
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
    leaves: Iterable[tuple[WorkItem, Fraction]], how: WorkMeasure, zone: tzinfo
) -> tuple[Piece, ...]:
    """The pieces by the leaves that serve a key result, with their shares."""
    return tuple(_piece(item, share, how, zone) for item, share in leaves)


def _piece(item: WorkItem, share: Fraction, how: WorkMeasure, zone: tzinfo) -> Piece:
    weight, known = weight_of(item, how)
    done_on = None
    if item.category == "done" and item.completed is not None:
        done_on = item.completed.astimezone(zone).date()
    left_out: LeftOut | None = None
    if item.category == "dropped":
        left_out = "dropped"
    elif how.baseline is not None and item.created.astimezone(zone).date() > how.baseline:
        left_out = "late"
    return Piece(item, share, weight, known, item.category, done_on, left_out)
