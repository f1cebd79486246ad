"""A sentence before it has a language: the name of its template, and what is put in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from config.text.texts import Texts

Value = str | int | float | date
"""Text as it is; numbers and days as the language writes them."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence by the key of its template in config/languages, such as "signals.aging_work.message".

    `values`: what its names stand for. `count`: the name among them whose plural it takes; "" where it has none.
    """

    key: str
    values: tuple[tuple[str, Value], ...] = ()
    count: str = ""


def phrase(key: str, /, count: str = "", **values: Value) -> Phrase:
    """The phrase with these values."""
    return Phrase(key, tuple(values.items()), count)


def say(what: Phrase, texts: Texts) -> str:
    """The sentence in the language of these texts."""
    shown = {name: _shown(value, texts) for name, value in what.values}
    if not what.count:
        return texts.text(what.key, **shown)
    number = dict(what.values)[what.count]
    if isinstance(number, str | date):
        raise TypeError(f"{what.count} of {what.key} is no number")
    return texts.plural(what.key, number, **shown)


def _shown(value: Value, texts: Texts) -> str:
    if isinstance(value, date):
        return texts.figures.day(value)
    return value if isinstance(value, str) else texts.figures.number(value)
