"""On which day a key result reached its target. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from config.measures import BinaryMeasure, CheckIn, MetricMeasure, MilestonesMeasure, WorkMeasure
from config.okrs import KeyResult
from sync.measure import Piece, Reading, progress_between


def reached_on(
    key_result: KeyResult, reading: Reading, milestones: Sequence[Piece], today: date
) -> date | None:
    """The day since which it is complete; None where it is not, or where nobody tells.

    `milestones`: those of a key result that counts milestones.
    """
    if reading.percent != 100 or reading.by_hand:
        return None
    match key_result.measure:
        case WorkMeasure(target=target):
            return _last_needed(reading.pieces, None if target is None else Fraction(target))
        case MilestonesMeasure():
            return _last_needed(milestones, None)
        case BinaryMeasure(done=day):
            return day
        case MetricMeasure() as how if how.file is None and how.http is None:
            return _since(how, [one for one in how.checkins if one.on <= today])
        case _:
            return None


def _last_needed(pieces: Iterable[Piece], needed: Fraction | None) -> date | None:
    """When the last piece of those that it takes was done; None where that of any of them is not told."""
    done = [piece for piece in pieces if piece.left_out is None and piece.category == "done"]
    days = [piece.done_on for piece in done]
    known = [day for day in days if day is not None]
    if len(known) < len(days) or not known:
        return None
    if needed is None:
        return max(known)
    amount = Fraction(0)
    for day, part in sorted((day, piece.part) for day, piece in zip(known, done, strict=True)):
        amount += part
        if amount >= needed:
            return day
    return None  # what is in progress has credit, too


def _since(how: MetricMeasure, checkins: Iterable[CheckIn]) -> date | None:
    """The first of the latest check-ins that are all at the target."""
    found = None
    for one in sorted(checkins, key=lambda one: one.on, reverse=True):
        if progress_between(how.start, how.target, one.value) < 1:
            break
        found = one.on
    return found
