"""What several texts on tickets say alike: healths, days, chances. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from connectors.model import Health
from connectors.text.document import Colour, Inline, Line, Lozenge, Text, Tone
from sync.marks.facts import StatedKeyResult
from sync.marks.messages import Messages

COLOURS: dict[Health, Colour] = {
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "done": "blue",
    "no_data": "neutral",
}

TONES: dict[Health, Tone] = {
    "on_track": "success",
    "at_risk": "warning",
    "off_track": "error",
    "done": "info",
    "no_data": "note",
}

_SURE_NOT, _SURE = 5, 95
"""Percents beyond which a chance is not told apart: no simulation tells 1 % from 3 %."""


def health_words(one: StatedKeyResult, messages: Messages, *, at_target: bool) -> str:
    """The health; of what is on track at its target, that it is there."""
    return messages.text(
        "health.at_target" if at_target and one.health == "on_track" else f"health.{one.health}"
    )


def health_lozenge(one: StatedKeyResult, messages: Messages, *, at_target: bool) -> Lozenge:
    """The health as a coloured word."""
    return Lozenge(health_words(one, messages, at_target=at_target).upper(), COLOURS[one.health])


def chance(percent: int, messages: Messages) -> str:
    """A chance in whole percent, such as "6 %" or "< 5 %"."""
    if percent < _SURE_NOT:
        return f"< {messages.figures.percent(_SURE_NOT)}"
    if percent > _SURE:
        return f"> {messages.figures.percent(_SURE)}"
    return messages.figures.percent(percent)


def day(iso: str, messages: Messages, *, near: str = "") -> str:
    """A day such as "17 Nov"; with its year where that is not the one of the day `near`. Raises ValueError for none."""
    return messages.figures.day(date.fromisoformat(iso[:10]), year=bool(near) and iso[:4] != near[:4])


def one_stop(sentence: str) -> str:
    """The sentence with one full stop at its end, where what it ends with has one of its own: "depuis le 17 nov."."""
    return sentence[:-1] if sentence.endswith("..") else sentence


def separated(parts: Iterable[Line | str], between: str = " · ", *, em: bool = False) -> Line:
    """The parts in a row, with the same words between each two."""
    found: list[Inline] = []
    for part in parts:
        found += [Text(between, em=em)] if found else []
        found += [Text(part, em=em)] if isinstance(part, str) else part
    return tuple(found)


def listed(names: Sequence[str], messages: Messages, *, code: bool = False, em: bool = False) -> Line:
    """Names as in "a, b or c", each set apart."""
    last = messages.text("orphan.or")
    parts: list[Inline] = []
    for place, name in enumerate(names):
        parts += [Text(last if place == len(names) - 1 else ", ")] if place else []
        parts.append(Text(name, code=code, em=em))
    return tuple(parts)
