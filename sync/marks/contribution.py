"""What an item's part in a key result is: why it is linked, how much of it counts, what closing it moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from config.measures import WorkMeasure
from config.okrs import KeyResult
from config.text.texts import Texts
from connectors.model import KeyResultMark, Ref, WorkItem
from sync.align.alignment import Alignment, Link, LinkReason
from sync.align.reason_words import reason_words
from sync.marks.identity import HIDDEN_REASON, reason_id
from sync.measure import Piece, Reading

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
    return replace(
        mark,
        because=because_words(link.because, item, alignment, texts),
        reason_id=HIDDEN_REASON if _is_hidden(link.because, item, alignment) else reason_id(link.because),
        share=None if link.share == 1 else round(link.share * 100),
        moves=impact_of_closing(item, link.share, key_result, reading, pieces),
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


def impact_of_closing(
    item: WorkItem,
    share: Fraction,
    key_result: KeyResult,
    reading: Reading,
    pieces: Mapping[Ref, Piece],
) -> int | None:
    """Points of percent by which closing the item moves the key result, rounded.

    None where work does not measure it, or where closing it moves nothing by itself: it is closed already, or what hangs
    below it counts in its place. A parent whose estimate is spread over what is below it counts whole once it is done, in
    place of what serves the same below it.
    """
    how = key_result.measure
    if not isinstance(how, WorkMeasure) or not item.is_open:
        return None
    piece, spread = pieces.get(item.ref), reading.estimates.spreads.get(item.ref)
    if piece is not None:
        before, after = [piece], piece.part
    elif spread is not None:
        alike = spread.alike.get(key_result.id, ())
        before, after = [pieces[leaf] for leaf in alike if leaf in pieces], spread.each * len(alike) * share
    else:
        return None
    # What came after the baseline moves nothing, and what is started or done already was credited.
    before = [one for one in before if one.left_out is None]
    if not before:
        return None
    tally = reading.tally
    gain = after - sum((one.credit(how) for one in before), Fraction(0))
    if how.target is not None:
        total = Fraction(how.target)
        gain = max(Fraction(0), min(gain, total - tally.done_weight))
        return round(gain / total * 100)
    total = tally.weight + after - sum((one.part for one in before), Fraction(0))
    if not total or not tally.weight:
        return None
    return round(((tally.done_weight + gain) / total - tally.done_weight / tally.weight) * 100)


def blocked_for(
    reader: WorkItem, leaves: Iterable[WorkItem], alignment: Alignment
) -> tuple[tuple[str, str], ...]:
    """Keys of open leaves with what blocks each, as far as those who see `reader` may see both."""
    found = []
    for leaf in leaves:
        if not leaf.is_open or is_hidden_from(leaf, reader):
            continue
        for ref in leaf.blocked_by:
            blocker = alignment.items.get(ref)
            if blocker is not None and blocker.is_open and not is_hidden_from(blocker, reader):
                found.append((leaf.name_on(reader.ref.tracker), blocker.name_on(reader.ref.tracker)))
    return tuple(found)
