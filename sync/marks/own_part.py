"""What of a key result's linked work stands at an item and below it, and what finishing that would bring. Pure.

Nothing of it is named, only counted and weighed: so it may count work that not everybody sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from config.measures import MilestonesMeasure, WorkMeasure
from config.okrs import KeyResult
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, Leaves
from sync.marks.details import Part, PartUnit
from sync.measure import Piece, Reading, Tally, fold, progress_of, tally_of, to_percent, weighting_of

_UNITS: dict[str, PartUnit] = {"points": "points", "time": "hours", "count": ""}


@dataclass(frozen=True, slots=True)
class OwnPart:
    """An item's part in a key result. `percent`: how much of it is done, 0..100; 100 only when all is."""

    part: Part
    percent: int


def below(item: WorkItem, alignment: Alignment) -> frozenset[Ref]:
    """The item, its mirrored sides, and all that hangs below them."""
    found: set[Ref] = set()
    front = {item.ref, *(side.ref for side in alignment.sides(item.ref))}
    while front:
        found |= front
        front = {child for ref in front for child in alignment.children.get(ref, ())} - found
    return frozenset(found)


class WorkOf:
    """The work of one key result, found by where it hangs without looking through all of it."""

    def __init__(self, leaves: Leaves, pieces: Sequence[Piece]) -> None:
        self._leaves = {leaf.ref: leaf for leaf, _ in leaves}
        self._pieces = {piece.item.ref: piece for piece in pieces}
        self._all = pieces

    @property
    def pieces(self) -> Mapping[Ref, Piece]:
        """Each by the ref of its item."""
        return self._pieces

    def leaves_within(self, refs: Collection[Ref]) -> list[WorkItem]:
        """The leaves among these, in order of ref."""
        return [self._leaves[ref] for ref in _in_both(refs, self._leaves)]

    def pieces_within(self, refs: Collection[Ref]) -> list[Piece]:
        """The pieces among these, in order of ref."""
        return [self._pieces[ref] for ref in _in_both(refs, self._pieces)]

    @cached_property
    def shared(self) -> tuple[tuple[int, int], ...]:
        """How many pieces count with which percent of themselves, where that is not all of it."""
        return _shared(piece for piece in self._all if piece.left_out is None)


def _in_both(refs: Collection[Ref], known: Mapping[Ref, object]) -> list[Ref]:
    fewer, more = (refs, known) if len(refs) < len(known) else (known, refs)
    return sorted(ref for ref in fewer if ref in more)


def own_part(
    item: WorkItem,
    within: frozenset[Ref],
    key_result: KeyResult,
    reading: Reading,
    work: WorkOf,
    milestones: Sequence[Piece] = (),
) -> OwnPart | None:
    """The part of an item, with all `within` it; None where nothing there counts, or what is told is of an earlier day.

    `work`: that of the key result. `milestones`: those of a key result that counts milestones.
    """
    how = weighting_of(key_result)
    first = reading.bounds.first
    here_too = work.pieces_within(within)
    own = [piece for piece in here_too if piece.left_out is None]
    before = [piece for piece in here_too if piece.left_out == "before"]
    if not own or reading.read_on is not None:
        return None
    here, all_ = fold(own, how), reading.tally
    measured = isinstance(key_result.measure, WorkMeasure)
    weighed = measured and how.weigh != "count"
    scope = all_.weight if how.target is None else Fraction(how.target)
    part = Part(
        done=here.done,
        items=here.leaves,
        all_done=all_.done,
        all_items=all_.leaves,
        left=_figure(here.weight - here.done_weight) if weighed else None,
        all_left=_figure(max(Fraction(0), scope - all_.done_weight)) if weighed else None,
        unit=_UNITS.get(how.weigh, "weight") if weighed else "",
        is_bounded=measured and how.target is not None,
        after=_percent_after(item, own, key_result, reading, milestones),
        is_itself=[piece.item.ref for piece in own] == [item.ref],
        shared=() if weighed or not measured else work.shared,
        started=round(how.started * 100) if measured and not weighed and all_.doing else 0,
        before=len(before) if first is not None else 0,
        first=first.isoformat() if before and first is not None else "",
    )
    return OwnPart(part, _percent_done(here))


def _figure(weight: Fraction) -> float:
    # With the digits that are shown, so that a record of it gives the same words again.
    return round(float(weight), 1)


def _percent_done(here: Tally) -> int:
    done = progress_of(here, WorkMeasure(kind="work"))
    return to_percent(float(done)) or 0


def _shared(pieces: Iterable[Piece]) -> tuple[tuple[int, int], ...]:
    """How many pieces count with which percent of themselves, where that is not all of it."""
    found = Counter(round(piece.share * 100) for piece in pieces if piece.share != 1)
    return tuple(sorted(found.items(), reverse=True))


def _percent_after(
    item: WorkItem,
    own: Sequence[Piece],
    key_result: KeyResult,
    reading: Reading,
    milestones: Sequence[Piece],
) -> int | None:
    """The percent with the item and all within it done; None where nothing of it is open, or work does not move it."""
    if reading.by_hand or reading.stands_on is not None or not item.is_open:
        return None
    if isinstance(key_result.measure, MilestonesMeasure):
        return _after_milestone(item, reading, milestones)
    return percent_with(own, [replace(one, category="done") for one in own], key_result, reading)


def _after_milestone(item: WorkItem, reading: Reading, milestones: Sequence[Piece]) -> int | None:
    if reading.value is None or not reading.target:
        return None
    gains = [one.part for one in milestones if one.item.ref == item.ref and one.left_out is None]
    return to_percent(min(1.0, (reading.value + float(sum(gains))) / reading.target)) if gains else None


def percent_with(
    before: Iterable[Piece], after: Iterable[Piece], key_result: KeyResult, reading: Reading
) -> int | None:
    """The percent of a key result with these pieces of its work in place of those; None where work does not measure it."""
    how = key_result.measure
    if not isinstance(how, WorkMeasure):
        return None
    tally = sum((tally_of(one, how) for one in after), reading.tally - fold(before, how))
    return to_percent(float(progress_of(tally, how)))
