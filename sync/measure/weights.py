"""What one item weighs by itself: by its estimate, or by what the declaration lists. Pure."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from fractions import Fraction

from config.measures import WorkMeasure
from config.names import folded
from connectors.model import WorkItem

MOST_POINTS = 1_000_000
"""A greater estimate of one item is a slip of the keyboard, and counts as missing."""


Unit = tuple[str, str]
"""What people estimate work in: "points", "time", or "field" with the name of the field."""


def unit_of(how: WorkMeasure) -> Unit | None:
    """The unit in which work is estimated; None where each item weighs what the declaration says."""
    if how.weigh in ("points", "time"):
        return how.weigh, ""
    return ("field", how.field or "") if how.weigh == "field" and not how.weights else None


_ONE = Fraction(1)


def weight_of(item: WorkItem, how: WorkMeasure) -> tuple[Fraction, bool]:
    """What an item weighs by itself, and whether somebody estimated it."""
    if how.weigh == "count":
        return _ONE, usable(item.estimate) is not None
    known = estimate_in(item, how) if unit_of(how) is not None else _listed(item, how)
    weight = _exact(how.default_estimate) if known is None else known
    return weight, known is not None or how.weigh == "type"


def estimate_in(item: WorkItem, how: WorkMeasure) -> Fraction | None:
    """What an item itself is estimated at in the unit of a measure that has one; None where it is not."""
    match how.weigh:
        case "points":
            known = usable(item.estimate)
        case "time":
            known = usable(item.hours)
        case _:
            known = usable(number_in(item, how.field or ""))
    return None if known is None else _exact(known)


def usable(estimate: float | None) -> float | None:
    """The estimate, or None where it is missing, negative, absurd or no number."""
    return estimate if estimate is not None and 0 <= estimate <= MOST_POINTS else None  # false for NaN too


def number_in(item: WorkItem, field: str) -> float | None:
    """The number in a custom field; None where there is no single one."""
    texts = [text for name, text in item.fields if name == field]
    try:
        value = float(texts[0]) if len(texts) == 1 else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _listed(item: WorkItem, how: WorkMeasure) -> Fraction | None:
    """The weight by what the item is: the greatest of those that are listed, None where none is."""
    listed = _folded_weights(tuple(how.weights.items()))
    match how.weigh:
        case "type":
            names: Iterable[str] = item.called("type")
        case "key":
            names = item.names
        case "label":
            names = (*item.labels, *item.grouped_labels)
        case _:
            names = (text for name, text in item.fields if name == how.field)
    found = [listed[folded(name)] for name in names if folded(name) in listed]
    return _exact(max(found)) if found else None


@functools.lru_cache(maxsize=64)
def _folded_weights(weights: tuple[tuple[str, float], ...]) -> dict[str, float]:
    return {folded(name): weight for name, weight in weights}


@functools.lru_cache(maxsize=4096)
def _exact(number: float) -> Fraction:
    """The number as a fraction; estimates are few different ones."""
    return Fraction(number).limit_denominator(1_000_000)
