"""The words and names of a comparison, each short enough for a comment. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.text.figures import ENGLISH
from config.text.redaction import shorten
from config.wording import counted, percent
from connectors.model import WorkItem
from sync.against.comparison import Fate, KeyResultChange, Standing, TicketChange

LONGEST = 80
"""Characters of a title or name; of a sentence three times as many."""
_MOST_NAMES = 4
_FATES: Mapping[Fate, str] = {
    "relinked": "re-linked",
    "orphaned": "orphaned",
    "linked": "newly linked",
    "released": "no longer linked",
}


def fate_words(fate: Fate) -> str:
    """What becomes of a ticket, in a word or two."""
    return _FATES[fate]


def fates_words(fates: Mapping[Fate, int]) -> str:
    """As in "41 tickets re-linked, 5 orphaned"; "" where no ticket is concerned."""
    found = [(fates[fate], words) for fate, words in _FATES.items() if fates.get(fate)]
    first = [f"{counted(count, 'ticket')} {words}" for count, words in found[:1]]
    return ", ".join((*first, *(f"{count} {words}" for count, words in found[1:])))


def percent_words(before: int | None, after: int | None) -> str:
    """As in "25 % → 15 %", or once where both are the same."""
    was, now = percent(before, "no data"), percent(after, "no data")
    return now if was == now else f"{was} → {now}"


def movement_words(one: KeyResultChange) -> str:
    """How the percent of a key result moves; of a new or removed one with a word on that."""
    before, after = one.before, one.after
    if before is None:
        return f"new, {percent(after.percent if after else None, 'no data')}"
    if after is None:
        return f"removed, was {percent(before.percent, 'no data')}"
    return percent_words(before.percent, after.percent)


def effect_words(one: KeyResultChange) -> str:
    """What becomes of its tickets, and what else about it differs."""
    words = [fates_words(one.fates)]
    if one.before is not None and one.after is not None:
        words += _other_words(one.before, one.after)
    return "; ".join(filter(None, words))


def _other_words(before: Standing, after: Standing) -> Iterator[str]:
    if before.target is not None and after.target is not None and before.target != after.target:
        yield f"target {ENGLISH.number(before.target)} → {ENGLISH.number(after.target)}"
    if before.health != after.health:
        yield f"{before.health.replace('_', ' ')} → {after.health.replace('_', ' ')}"


def summary_of(one: KeyResultChange) -> str:
    """A key result in one line, as in "GROWTH-KR2 25 % → 15 %, 41 tickets re-linked, 5 orphaned"."""
    return ", ".join(filter(None, (f"{one.id} {movement_words(one)}", fates_words(one.fates))))


def title_words(item: WorkItem) -> str:
    """Its title. That of work that not everybody may see stays out: a comment is read by more people than the tracker has."""
    if item.private:
        return "(restricted)"
    return shorten(item.title, LONGEST) if item.title != item.name else ""


def served(names: tuple[str, ...]) -> str:
    """The key results of a ticket; "–" without any."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more}" if names else "–"


def ticket_name(one: TicketChange) -> str:
    """The key of the ticket; the name of a restricted project stays out as its title does."""
    item = one.item
    return item.key if item.private else shorten(item.name, LONGEST)


def marks_words(writes: int) -> str:
    """Of how many tickets the marks would differ."""
    if not writes:
        return "The next sync writes the same marks either way."
    return (
        f"After merging, the next sync leaves other marks on {counted(writes, 'ticket')} than it would now."
    )
