"""What an item's part in a key result is: why it is linked, how much of it counts, what closing it moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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


def contribution(
    mark: KeyResultMark,
    item: WorkItem,
    link: Link,
    alignment: Alignment,
    key_result: KeyResult,
    reading: Reading,
    pieces: Mapping[Ref, Piece],
    texts: Texts,
) -> KeyResultMark:
    """The mark of a key result with this item's part in it. `pieces`: those of the key result, by item; `texts`: those of
    the item's tracker."""
    impact = impact_of_closing(item, link.share, key_result, reading, pieces)
    return replace(
        mark,
        because=because_words(link.because, item, alignment, texts),
        reason_id=HIDDEN_REASON if _is_hidden(link.because, item, alignment) else reason_id(link.because),
        share=None if link.share == 1 else round(link.share * 100),
        moves=impact.moves,
        percent_after=impact.percent_after,
    )


def because_words(because: LinkReason, item: WorkItem, alignment: Alignment, texts: Texts) -> str:
    """Why the item is linked; silent about an item above that people who see this one may not see."""
    if _is_hidden(because, item, alignment):
        return texts.text("reason.hidden")
    text = reason_words(because, texts)
    return text if len(text) <= MOST_BECAUSE else text[: MOST_BECAUSE - 1].rstrip() + "…"


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
