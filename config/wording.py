"""Counts and percents in words, the same everywhere."""

from __future__ import annotations

from config.text.figures import ENGLISH

_MONTHS_FROM = 90
_YEARS_FROM = 730
"""Days from which an age is told in months, and in years."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """The count with its noun: "1 item", "2 items", "1,200 items"; `plural` where it is not the noun with an s."""
    # Below a thousand nothing is grouped, and nothing has to be loaded to say so.
    number = str(count) if 0 <= count < 1000 else ENGLISH.count(count)
    return f"{number} {noun if count == 1 else plural or noun + 's'}"


def part_of(part: int, whole: int, noun: str, plural: str = "") -> str:
    """A part of a count, such as "1 of 2 items" and "2 of 1,200 items"."""
    return f"{ENGLISH.count(part)} of {counted(whole, noun, plural)}"


def age(days: int) -> str:
    """How long something lasts in the unit in which people would say it: "12 days", "14 months", "3 years"."""
    if days < _MONTHS_FROM:
        return counted(days, "day")
    if days < _YEARS_FROM:
        return counted(round(days / 30.44), "month")
    return counted(round(days / 365.25), "year")


def percent(value: float | None, unknown: str = "–") -> str:
    """A percent, 0 to 100, with at most four significant digits: "53 %", "12.5 %"; `unknown` without a value.

    It does not round to whole percents: how a value is rounded is for the caller to say.
    """
    return unknown if value is None else ENGLISH.percent(value)


def amount(weight: float) -> str:
    """An amount of work, with at most one decimal: "51.3", "40", "4,562". Shares and spread estimates have many."""
    return ENGLISH.measured(round(weight, 1))


def agree(count: float, one: str, many: str) -> str:
    """The verb that goes with a count: `one` for 1, else `many`."""
    return one if count == 1 else many


def sentence(text: str) -> str:
    """The text as a sentence: a capital first and a full stop last."""
    return f"{text[:1].upper()}{text[1:]}."
