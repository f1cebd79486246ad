"""Where a key result will end: a range and a chance, from how it went so far. Pure, and seeded.

Monte Carlo by the bootstrap: the days ahead are drawn, week by week, from the weeks behind. How fast it usually goes
is itself uncertain when few weeks are known, so each run first draws the weeks that it believes in (a Bayesian
bootstrap: Rubin, "The Bayesian Bootstrap", Annals of Statistics 9, 1981), and then the weeks ahead from these.
`benchmarks/forecasts.py` says how well calibrated it is.
"""

from __future__ import annotations

import math
import random
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

RUNS = 400
"""Simulated futures; the chance is then exact to about 2.5 points."""
BEHIND_DAYS = 56
"""How far back weeks are drawn from: they tell the pace of today rather than that of long ago."""
PACE_CHANGE = 0.45
"""How much the pace itself changes from one stretch to the next: the spread of its logarithm.

Fitted with BEHIND_DAYS to seeds 4 to 6 of the sandbox, so that four of five ends lie in the range; what the benchmark prints
is of other seeds.
"""
_LEAST_DAYS = 14
_WEEK = 7
LOW, HIGH = 0.1, 0.9
"""The range holds four of five futures."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What may become of a value by a day: the middle, the range of 80 %, and the chance of `goal` or more, 0..1.

    `weeks`: how many weeks behind were drawn from.
    """

    low: float
    middle: float
    high: float
    chance: float
    weeks: float


def forecast(past: Sequence[tuple[date, float]], end: date, goal: float, name: str = "") -> Forecast | None:
    """The forecast at the end of `end` for a value that grows towards `goal`.

    `past`: values by day, in order of days, the last one is of today. None with less than two weeks behind, or
    when nothing has ever moved. The same past gives the same forecast; `name` only seeds.
    """
    if len(past) < 2:
        return None
    today, now = past[-1]
    begin = max(past[0][0], today - timedelta(days=BEHIND_DAYS))
    behind = (today - begin).days
    ahead = (end - today).days
    if now >= goal or ahead <= 0:
        return Forecast(now, now, now, float(now >= goal), behind / _WEEK)
    if behind < _LEAST_DAYS:
        return None
    steps = _weekly(past, begin, today)
    if not any(steps):
        return None
    chance = random.Random(zlib.crc32(f"{name} {today} {end} {now:.9g}".encode()))  # noqa: S311  no secret is drawn
    ends = sorted(now + _future(steps, ahead, chance) for _ in range(RUNS))
    reached = sum(value >= goal for value in ends) / RUNS
    return Forecast(
        ends[int(LOW * RUNS)], ends[RUNS // 2], ends[int(HIGH * RUNS) - 1], reached, behind / _WEEK
    )


def _weekly(past: Sequence[tuple[date, float]], begin: date, today: date) -> list[float]:
    """What each whole week behind brought, the latest first."""
    steps = []
    until = today
    while (until - begin).days >= _WEEK:
        since = until - timedelta(days=_WEEK)
        steps.append(_at(past, until) - _at(past, since))
        until = since
    return steps


def _at(past: Sequence[tuple[date, float]], day: date) -> float:
    """The value on a day: the last one that was known then."""
    place = bisect_right(past, day, key=lambda row: row[0])
    return past[max(0, place - 1)][1]


def _future(steps: Sequence[float], ahead: int, chance: random.Random) -> float:
    # Exponential draws, normalised, are the weights of the Bayesian bootstrap.
    weights = [chance.expovariate(1.0) for _ in steps]
    whole, rest = divmod(ahead, _WEEK)
    drawn = chance.choices(steps, weights, k=whole + 1)
    change = math.exp(chance.gauss(0.0, PACE_CHANGE))
    return change * (sum(drawn[:whole]) + drawn[whole] * rest / _WEEK)
