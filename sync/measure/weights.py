"""What one item weighs by itself: by its estimate, or by what the declaration lists. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from config.measures import WorkMeasure
from config.names import folded
from connectors.model import WorkItem

MOST_POINTS = 1_000_000
"""A greater estimate of one item is a slip of the keyboard, and counts as missing."""


def weight_of(item: WorkItem, how: WorkMeasure) -> tuple[Fraction, bool]:
    """What an item weighs by itself, and whether somebody estimated it."""
    match how.weigh:
        case "count":
            return Fraction(1), usable(item.estimate) is not None
        case "points":
            known = usable(item.estimate)
        case "time":
            known = usable(item.hours)
        case _:
            known = _declared(item, how)
    weight = _exact(how.default_estimate if known is None else known)
    return weight, known is not None or how.weigh == "type"


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


def _declared(item: WorkItem, how: WorkMeasure) -> float | None:
    """The weight by what the item is: the greatest of those that are listed, None where none is."""
    if how.weigh == "field" and not how.weights:
        return usable(number_in(item, how.field or ""))
    listed = {folded(name): weight for name, weight in how.weights.items()}
    match how.weigh:
        case "type":
            names: Iterable[str] = item.called("type")
        case "key":
            names = item.names
        case "label":
            names = (*item.labels, *item.grouped_labels)
        case _:
            names = (text for name, text in item.fields if name == how.field)
    return max((listed[folded(name)] for name in names if folded(name) in listed), default=None)


def _exact(number: float) -> Fraction:
    return Fraction(number).limit_denominator(1_000_000)
