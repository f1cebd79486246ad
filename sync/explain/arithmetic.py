"""The sums of an explanation as people would write them down, with numbers that agree with the percent that is shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from config.text.figures import ENGLISH
from config.wording import percent
from sync.measure import exact_percent

Number = float | Fraction

MOST_TERMS = 12
"""Terms of a sum that are written out; the rows hold them all."""


def ratio_words(part: Number, whole: Number, progress: float) -> str:
    """A part of a whole: "7 / 13 = 53.84 %"."""
    shown, of = ENGLISH.apart((part, whole))
    return f"{shown} / {of} = {percent(exact_percent(progress))}."


def way_words(start: float, target: float, value: float) -> str:
    """What is behind of the way from start to target: "(28.5 − 22) / (35 − 22) = 50 %"."""
    at, begin, end = ENGLISH.apart((value, start, target))
    progress = (value - start) / (target - start)
    behind = percent(exact_percent(progress)).replace("-", "−")
    return f"({at} − {begin}) / ({end} − {begin}) = {behind}."


def mean_words(parts: Sequence[tuple[float, float]]) -> str:
    """A mean of shares of progress, 0..1, each with its weight before it."""
    terms = " + ".join(f"{ENGLISH.number(weight)} × {percent(exact_percent(part))}" for weight, part in parts)
    total = sum(weight for weight, _ in parts)
    mean = sum(weight * part for weight, part in parts) / total
    if any(part < 1 for _, part in parts):
        mean = min(mean, 0.9999)
    return f"({terms}) / {ENGLISH.number(total)} = {percent(exact_percent(mean))}."


def sum_words(terms: Sequence[Number], total: Number) -> str:
    """A sum with its terms, the first of many: "2 + 8 = 10"; what is no sum by itself."""
    if len(terms) < 2:
        return ENGLISH.number(total)
    shown = [ENGLISH.number(term) for term in terms[:MOST_TERMS]]
    if len(terms) > MOST_TERMS:
        shown.append(f"{ENGLISH.count(len(terms) - MOST_TERMS)} more")
    return f"{' + '.join(shown)} = {ENGLISH.number(total)}"
