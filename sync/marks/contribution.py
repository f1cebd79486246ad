"""What an item's part in a key result is: why it is linked, how much of it counts, what closing it moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from fractions import Fraction

from config.measures import WorkMeasure
from config.okrs import KeyResult
from config.text.texts import Texts
from connectors.model import KeyResultMark, Ref, WorkItem
from sync.align.alignment import Alignment, Link, LinkReason
from sync.align.reason_words import reason_words
from sync.marks.identity import HIDDEN_REASON, reason_id
from sync.measure import Piece, Reading, Tally, fold, progress_of, to_percent

MOST_BECAUSE = 120
"""Characters of a reason; rules can be long, and every marked item carries one."""


class Contributions:
    """The parts of items in the key results of a workspace, each thing that several of them share worked out once.

    `marks`: by key result, without any item's part. `pieces`: those of each key result, by item. `texts`: those of each
    tracker; `goals`: the short goal of each key result in them.
    """

    def __init__(
        self,
        alignment: Alignment,
        key_results: Mapping[str, KeyResult],
        readings: Mapping[str, Reading],
        pieces: Mapping[str, Mapping[Ref, Piece]],
        marks: Mapping[str, KeyResultMark],
        texts: Mapping[str, Texts],
        goals: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._alignment = alignment
        self._key_results = key_results
        self._readings = readings
        self._pieces = pieces
        self._marks = marks
        self._texts = texts
        self._goals = goals
        self._said: dict[tuple[object, ...], str] = {}
        self._ids: dict[tuple[str, ...], str] = {}
        self._moves: dict[tuple[object, ...], Impact] = {}
        self._known: dict[tuple[object, ...], KeyResultMark] = {}

    def mark(self, item: WorkItem, link: Link, page: str) -> KeyResultMark:
        """The mark of the link's key result with this item's part in it, leading to a page."""
        name, tracker = link.key_result, item.ref.tracker
        impact = self._impact(item, link)
        hidden = _is_hidden(link.because, item, self._alignment)
        because = self._because(link.because, tracker, is_hidden=hidden)
        reason = HIDDEN_REASON if hidden else self._reason_id(link.because)
        share = None if link.share == 1 else round(link.share * 100)
        key = (name, tracker, page, because, reason, share, impact)
        if (known := self._known.get(key)) is None:
            mark = self._marks[name]
            self._known[key] = known = KeyResultMark(
                mark.id,
                mark.title,
                mark.percent,
                mark.health,
                page,
                objective=mark.objective,
                due=mark.due,
                because=because,
                share=share,
                moves=impact.moves,
                goal=self._goals[tracker][name],
                reason_id=reason,
                basis_id=mark.basis_id,
                percent_after=impact.percent_after,
            )
        return known

    def _because(self, because: LinkReason, tracker: str, *, is_hidden: bool) -> str:
        texts = self._texts[tracker]
        if is_hidden:
            return texts.text("reason.hidden")
        # Conditions are those of the workspace, which outlives this.
        where = because.path[-1:], len(because.line), because.mirror, because.linked
        key = (tracker, id(because.condition), because.claim, *where)
        if (found := self._said.get(key)) is None:
            text = reason_words(because, texts)
            found = text if len(text) <= MOST_BECAUSE else text[: MOST_BECAUSE - 1].rstrip() + "…"
            self._said[key] = found
        return found

    def _reason_id(self, because: LinkReason) -> str:
        key = (because.rank, because.identity, because.place)
        if (found := self._ids.get(key)) is None:
            self._ids[key] = found = reason_id(because)
        return found

    def _impact(self, item: WorkItem, link: Link) -> Impact:
        """What closing the item would do; work that weighs the same does the same."""
        name = link.key_result
        key_result, reading, pieces = self._key_results[name], self._readings[name], self._pieces[name]
        piece = pieces.get(item.ref)
        if piece is None or not item.is_open:
            return impact_of_closing(item, link.share, key_result, reading, pieces)
        key = (name, piece.part, piece.category, piece.left_out)
        if (found := self._moves.get(key)) is None:
            self._moves[key] = found = impact_of_closing(item, link.share, key_result, reading, pieces)
        return found


def _is_hidden(because: LinkReason, item: WorkItem, alignment: Alignment) -> bool:
    # One that the account cannot see is named by what the item itself tells of it to everybody.
    return because.at is not None and is_hidden_from(alignment.items[because.at], item)


def is_hidden_from(other: WorkItem, reader: WorkItem) -> bool:
    """Whether `other` must not be named on `reader`: those who see the one may not see the other."""
    if not other.private:
        return False
    # Linear's private teams see their own; a Jira security level may differ from issue to issue.
    return not (reader.private and other.team is not None and other.team == reader.team)


@dataclass(frozen=True, slots=True)
class Impact:
    """What closing an item would do to a key result: by how many points of percent, rounded, and to which percent.

    None where that cannot be said; of `percent_after` also where the percent is set by hand.
    """

    moves: int | None = None
    percent_after: int | None = None


_NO_IMPACT = Impact()


def impact_of_closing(
    item: WorkItem,
    share: Fraction,
    key_result: KeyResult,
    reading: Reading,
    pieces: Mapping[Ref, Piece],
) -> Impact:
    """What closing the item would do to the key result.

    None where work does not measure it, or where closing it moves nothing by itself: it is closed already, or what hangs
    below it counts in its place. A parent whose estimate is spread over what is below it counts whole once it is done, in
    place of what serves the same below it.
    """
    how = key_result.measure
    if not isinstance(how, WorkMeasure) or not item.is_open:
        return _NO_IMPACT
    piece, spread = pieces.get(item.ref), reading.estimates.spreads.get(item.ref)
    if piece is not None:
        before, after = [piece], piece.part
    elif spread is not None:
        alike = spread.alike.get(key_result.id, ())
        before, after = [pieces[leaf] for leaf in alike if leaf in pieces], spread.each * len(alike) * share
    else:
        return _NO_IMPACT
    # What came after the baseline moves nothing, and what is started or done already was credited.
    before = [one for one in before if one.left_out is None]
    if not before:
        return _NO_IMPACT
    tally = reading.tally
    then = tally - fold(before, how) + Tally(leaves=1, done=1, weight=after, done_weight=after)
    percent_after = None if reading.by_hand else to_percent(float(progress_of(then, how)))
    if how.target is None and not (tally.weight and then.weight):
        return Impact(None, percent_after)
    if how.target is not None:
        total = Fraction(how.target)
        gain = min(max(then.done_weight - tally.done_weight, Fraction(0)), total - tally.done_weight)
        return Impact(round(max(gain, Fraction(0)) / total * 100), percent_after)
    gain = then.done_weight / then.weight - tally.done_weight / tally.weight
    return Impact(round(gain * 100), percent_after)


@dataclass(frozen=True, slots=True)
class Blocking:
    """Open work that waits for other open work, by their keys. `since`: the day; None where no tracker tells."""

    key: str
    blocker: str
    since: date | None = None


def blocked_for(
    reader: WorkItem, items: Iterable[WorkItem], alignment: Alignment, zone: tzinfo
) -> tuple[Blocking, ...]:
    """Which open items wait for what, as far as those who see `reader` may see both. Days are those of the `zone`."""
    tracker = reader.ref.tracker
    found = []
    for item in items:
        if not item.is_open or is_hidden_from(item, reader):
            continue
        since = dict(item.blocked_since)
        for ref in item.blocked_by:
            blocker = alignment.items.get(ref)
            if blocker is not None and blocker.is_open and not is_hidden_from(blocker, reader):
                at = since.get(ref)
                day = at.astimezone(zone).date() if at is not None else None
                found.append(Blocking(item.name_on(tracker), blocker.name_on(tracker), day))
    return tuple(found)
