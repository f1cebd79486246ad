"""What a mark says of a key result's day, and of its item's own part in it, in the language of a workspace. Pure."""

from __future__ import annotations

from datetime import date

from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.model import KeyResultMark


def due_words(due: str, texts: Texts) -> str:
    """The last day of its cycle. `due`: as ISO date, as a mark has it; a record that people edited may hold anything."""
    try:
        day = texts.figures.day(date.fromisoformat(due), year=True)
    except ValueError:
        day = due
    return texts.text("link.due", date=day)


def part_words(mark: KeyResultMark, texts: Texts = ENGLISH_TEXTS) -> list[str]:
    """Why the item is linked, how much of it counts, what closing it would move; what is not known is left out."""
    words = [texts.text("link.by", reason=mark.because)] if mark.because else []
    if mark.share is not None:
        words.append(texts.text("link.share", percent=texts.figures.percent(mark.share)))
    if mark.moves is not None:
        words.append(
            texts.counted("link.closing", mark.moves) if mark.moves else texts.text("link.closing.less")
        )
    return words
