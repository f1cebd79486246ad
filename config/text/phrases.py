"""A sentence before it has a language: the name of its template, and what is put in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from config.text.texts import Texts

MOST_NAMES = 5
"""How many of several names a sentence says; who needs all of them has them beside it."""


@dataclass(frozen=True, slots=True)
class Percent:
    """A percent, 0 to 100, as a language writes it."""

    value: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A computed figure, with the three digits that it means."""

    value: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence by the key of its template in config/languages, such as "signals.aging_work.message".

    `values`: what its names stand for. `count`: the name among them whose plural it takes; "" where it has none.
    """

    key: str
    values: tuple[tuple[str, Value], ...] = ()
    count: str = ""


Value = str | int | float | date | Percent | Measured | tuple[str | Phrase, ...] | Phrase
"""Text as it is; numbers and days as the language writes them; the first of several names, with how many more there are;
another phrase inside.
"""


def phrase(key: str, /, count: str = "", **values: Value) -> Phrase:
    """The phrase with these values."""
    return Phrase(key, tuple(values.items()), count)


def say(what: Phrase, texts: Texts) -> str:
    """The sentence in the language of these texts."""
    shown = {name: _shown(value, texts) for name, value in what.values}
    if not what.count:
        return texts.text(what.key, **shown)
    number = dict(what.values)[what.count]
    if not isinstance(number, int | float):
        raise TypeError(f"{what.count} of {what.key} is no number")
    return texts.plural(what.key, number, **shown)


def _shown(value: Value, texts: Texts) -> str:
    match value:
        case str():
            return value
        case date():
            return texts.figures.day(value)
        case tuple():
            return _names(value, texts)
        case Phrase():
            return say(value, texts)
        case Percent():
            return texts.figures.percent(value.value)
        case Measured():
            return texts.figures.measured(value.value)
        case _:
            return texts.figures.number(value)


def _names(names: tuple[str | Phrase, ...], texts: Texts) -> str:
    shown, more = ", ".join(_shown(name, texts) for name in names[:MOST_NAMES]), len(names) - MOST_NAMES
    return texts.text("signals.names.more", names=shown, count=str(more)) if more > 0 else shown


def plain(what: Phrase) -> dict[str, Any]:
    """The phrase for programs: its key, and its values as they are."""
    return {"key": what.key, "values": {name: _plain(value) for name, value in what.values}}


def _plain(value: Value) -> Any:
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
        case Phrase():
            return plain(value)
        case Percent() | Measured():
            return value.value
        case _:
            return value
