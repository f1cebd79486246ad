"""What an item's part in a key result is: why it is linked, how much of it counts, what closing it moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from config.measures import WorkMeasure
from config.okrs import KeyResult
from connectors.model import KeyResultMark, WorkItem
from sync.align.alignment import Alignment, Link, LinkReason
from sync.measure import Piece, Reading

MOST_BECAUSE = 120
"""Characters of a reason; rules can be long, and every marked item carries one."""

HIDDEN = "the key result of an item above that not everybody may see"


def contribution(
    mark: KeyResultMark,
    item: WorkItem,
    link: Link,
    alignment: Alignment,
    key_result: KeyResult,
    reading: Reading,
    piece: Piece | None,
) -> KeyResultMark:
    """The mark of a key result with this item's part in it. `piece`: the one that the item is, where it counts by itself."""
    return replace(
        mark,
        because=because_words(link.because, item, alignment),
        share=None if link.share == 1 else round(link.share * 100),
        moves=impact_of_closing(piece, key_result, reading),
    )


def because_words(because: LinkReason, item: WorkItem, alignment: Alignment) -> str:
    """Why the item is linked; silent about an item above that people who see this one may not see."""
    # One that the account cannot see is named by what the item itself tells of it to everybody.
    if because.at is not None and is_hidden_from(alignment.items[because.at], item):
        return HIDDEN
    text = str(because)
    return text if len(text) <= MOST_BECAUSE else text[: MOST_BECAUSE - 1].rstrip() + "…"


def is_hidden_from(other: WorkItem, reader: WorkItem) -> bool:
    """Whether `other` must not be named on `reader`: those who see the one may not see the other."""
    if not other.private:
        return False
    # Linear's private teams see their own; a Jira security level may differ from issue to issue.
    return not (reader.private and other.team is not None and other.team == reader.team)


def impact_of_closing(piece: Piece | None, key_result: KeyResult, reading: Reading) -> int | None:
    """Points of percent by which closing the item moves the key result, rounded.

    None where work does not measure it, or where the item does not count by itself: it is closed already, or
    what hangs below it counts in its place.
    """
    how = key_result.measure
    if piece is None or not isinstance(how, WorkMeasure) or not piece.item.is_open:
        return None
    # What came after the baseline moves nothing, and what is started was credited in part.
    if piece.left_out is not None:
        return None
    tally = reading.tally
    gain = piece.part - piece.credit(how)
    total = tally.weight
    if how.target is not None:
        total = Fraction(how.target)
        gain = max(Fraction(0), min(gain, total - tally.done_weight))
    return round(gain / total * 100) if total else None


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
