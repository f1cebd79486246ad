"""The natural limits of a figure that varies from week to week: those of an XmR chart. Pure.

Mean ± 2.66 × mean moving range (Wheeler, "Understanding Variation", 2000; 2.66 is 3 / d2 with d2 = 1.128 of ranges of two
values). A value outside them has a cause of its own; one inside does not, however far it lies below a median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, fsum, lgamma, log, log1p

FACTOR = 2.66
LEAST_VALUES = 8
"""Fewer values give limits that move with every one of them (Wheeler calls those of five or six trial limits)."""


@dataclass(frozen=True, slots=True)
class NaturalLimits:
    """The limits, both inside; `low` is none below zero, for figures that cannot be."""

    mean: float
    low: float
    high: float

    def side(self, value: float) -> int:
        """-1 below, 1 above, 0 within."""
        return (value > self.high) - (value < self.low)


def natural_limits(values: Sequence[float]) -> NaturalLimits | None:
    """The limits of values in their order; None with too few of them."""
    if len(values) < LEAST_VALUES:
        return None
    mean = fsum(values) / len(values)
    moving = [abs(later - before) for before, later in pairwise(values)]
    reach = FACTOR * fsum(moving) / len(moving)
    return NaturalLimits(mean, max(0.0, mean - reach), mean + reach)


def chance_of(hits: int, whole: int, share: float) -> float:
    """How likely so many hits or more are among `whole` tries, each of which hits by a chance of `share` (binomial)."""
    if not 0 < share < 1:
        return float(hits <= 0 or share >= 1)
    odds = (log(share), log1p(-share))
    return fsum(
        exp(lgamma(whole + 1) - lgamma(n + 1) - lgamma(whole - n + 1) + n * odds[0] + (whole - n) * odds[1])
        for n in range(hits, whole + 1)
    )
