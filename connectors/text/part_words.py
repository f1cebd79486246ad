"""What a mark says of a key result's day, and of its item's own part in it, in the language of a workspace. Pure."""

from __future__ import annotations

from datetime import date

from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.model import KeyResultMark

_HALF = 50


def due_words(due: str, texts: Texts) -> str:
    """The last day of its cycle. `due`: as ISO date, as a mark has it; a record that people edited may hold anything."""
    try:
        day = texts.figures.day(date.fromisoformat(due), year=True)
    except ValueError:
        day = due
    return texts.text("link.due", date=day)


def part_words(mark: KeyResultMark, texts: Texts = ENGLISH_TEXTS) -> list[str]:
    """What closing the item would bring, how much of it counts, why it is linked; what is not known is left out."""
    words = []
    if mark.percent is not None and mark.percent_after is not None and mark.percent_after > mark.percent:
        before, after = texts.figures.percent(mark.percent), texts.figures.percent(mark.percent_after)
        words.append(texts.text("link.closing", before=before, after=after))
    if mark.share is not None:
        percent = texts.figures.percent(mark.share)
        words.append(texts.text("link.half" if mark.share == _HALF else "link.share", percent=percent))
    return [*words, texts.text("link.by", reason=mark.because)] if mark.because else words
