"""What was promised of a key result's work, and what became of that: the scope of a day, against that of the end. Pure.

The day is the declared baseline, or the first day of the cycle. Estimates are those of today: no tracker tells what they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from config.measures import WorkMeasure
from config.okrs import Cycle, KeyResult
from sync.measure import Piece, Reading, weighting_of


@dataclass(frozen=True, slots=True)
class Amount:
    """Pieces of work: how many, and what they weigh in the unit of the measure, by their shares."""

    items: int
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Promise:
    """The work of a key result that was there on a day, and what came of it.

    - `is_declared`: whether the day is the baseline that people declared. `unit`: what weights are: "count", "points", ….
    - `promised`: what was there, of which `done` is done by now and `dropped` was dropped since.
    - `added`: what came since, of which `added_done` is done; with a baseline it counts nowhere.
    """

    day: date
    is_declared: bool
    unit: str
    promised: Amount
    done: Amount
    dropped: Amount
    added: Amount
    added_done: Amount

    @property
    def kept(self) -> float | None:
        """The done share of what was promised, 0..1; None where that weighs nothing."""
        return _share(self.done, self.promised)

    @property
    def growth(self) -> float | None:
        """What was added as a share of what was promised; None where that weighs nothing."""
        return _share(self.added, self.promised)

    @property
    def scope(self) -> Amount:
        """What there is to do by now: what was promised without what was dropped, with what was added."""
        return Amount(
            self.promised.items - self.dropped.items + self.added.items,
            self.promised.weight - self.dropped.weight + self.added.weight,
        )


def _share(part: Amount, whole: Amount) -> float | None:
    return float(part.weight / whole.weight) if whole.weight else None


def promise_of(key_result: KeyResult, reading: Reading, cycle: Cycle) -> Promise | None:
    """The promise of a key result that has work; None where it has none."""
    how = key_result.measure
    baseline = how.baseline if isinstance(how, WorkMeasure) else None
    day = baseline or cycle.start
    there, added = [], []
    for piece in reading.pieces:
        if piece.left_out in ("before", "later") or _was_gone(piece, day, reading):
            continue
        if _came_later(piece, day, reading, has_baseline=baseline is not None):
            if piece.left_out != "dropped":
                added.append(piece)
        else:
            there.append(piece)
    if not there and not added:
        return None
    return Promise(
        day,
        baseline is not None,
        weighting_of(key_result).weigh,
        promised=_amount(there),
        done=_amount(one for one in there if one.left_out is None and one.category == "done"),
        dropped=_amount(one for one in there if one.left_out == "dropped"),
        added=_amount(added),
        added_done=_amount(one for one in added if one.category == "done"),
    )


def _was_gone(piece: Piece, day: date, reading: Reading) -> bool:
    """Whether it was dropped before the day already."""
    dropped = piece.item.dropped
    return piece.left_out == "dropped" and dropped is not None and reading.bounds.day(dropped) < day


def _came_later(piece: Piece, day: date, reading: Reading, *, has_baseline: bool) -> bool:
    if piece.left_out == "late":
        return True
    # What a baseline lets count was there, whatever its own day: a done parent counts for leaves that came later.
    is_counted = has_baseline and piece.left_out is None
    return not is_counted and reading.bounds.day(piece.item.created) > day


def _amount(pieces: Iterable[Piece]) -> Amount:
    some = list(pieces)
    return Amount(len(some), sum((piece.part for piece in some), Fraction(0)))
