"""Where a value will end: a range and a chance, from how it went so far. Pure, and seeded.

Monte Carlo by the bootstrap: the working days ahead are drawn, week by week, from the working weeks behind. How fast it
usually goes is itself uncertain when few weeks are known, so each run first draws the weeks that it believes in (a Bayesian
bootstrap: Rubin, "The Bayesian Bootstrap", Annals of Statistics 9, 1981), and then the weeks ahead from these.
`benchmarks/forecasts.py` says how well calibrated it is.
"""

from __future__ import annotations

import functools
import math
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

from sync.forecast.working_days import EVERY_DAY, WorkingDays

RUNS = 400
"""Simulated futures; the chance is then exact to about 2.5 points."""
WEEKS_BEHIND = 8
"""How many working weeks are drawn from: they tell the pace of today rather than that of long ago."""
LEAST_WEEKS = 2
"""Fewer working weeks behind tell no pace."""
FARTHEST_DAYS = 2 * 7 * WEEKS_BEHIND
"""How far back working weeks are looked for, where days off lie between them."""
PACE_CHANGE = 0.45
"""How much the pace itself changes from one stretch to the next: the spread of its logarithm.

Fitted with WEEKS_BEHIND to seeds 4 to 6 of the sandbox, so that four of five ends lie in the range; what the benchmark prints
is of other seeds.
"""
LOW, HIGH = 0.1, 0.9
"""The range holds four of five futures."""
_SEED = 1
_NOISE = 1e-9
"""What sums of binary fractions may lack of the goal."""


def paces(spread: float) -> tuple[float, ...]:
    """What the pace is multiplied with in each run: one value for each stratum, as spread out as drawn ones, with less noise."""
    return tuple(math.exp(spread * NormalDist().inv_cdf((run + 0.5) / RUNS)) for run in range(RUNS))


PACES = paces(PACE_CHANGE)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What may become of a value by a day: the middle, the range of 80 %, and the chance of `goal` or more, 0..1.

    `weeks`: how many working weeks behind were drawn from.
    """

    low: float
    middle: float
    high: float
    chance: float
    weeks: float
    goal: float


def weeks_behind(past: Sequence[tuple[date, float]], days: WorkingDays = EVERY_DAY) -> list[float]:
    """What each whole working week behind brought, the latest first; on days off too, if something was.

    `past`: values by day, in order of days, the last one is of today.
    """
    steps: list[float] = []
    if not past:
        return steps
    begin, today = past[0][0], past[-1][0]
    day = until = today
    worked = 0
    while begin < day and (today - day).days < FARTHEST_DAYS and len(steps) < WEEKS_BEHIND:
        worked += days.holds(day)
        day -= timedelta(days=1)
        if worked == days.per_week:
            steps.append(_at(past, until) - _at(past, day))
            until, worked = day, 0
    return steps


def forecast(
    past: Sequence[tuple[date, float]],
    end: date,
    goal: float,
    days: WorkingDays = EVERY_DAY,
    *,
    can_fall: bool = False,
) -> Forecast | None:
    """The forecast at the end of `end` for a value that grows towards `goal`.

    `past`: as for `weeks_behind`. `can_fall`: what has reached the goal may still lose it. None with less than two working
    weeks behind, or when nothing moved in them. The same past gives the same forecast. The draws are the same for all, so that
    from one day to the next a forecast moves by what happened, and not by other draws.
    """
    if not past:
        return None
    today, now = past[-1]
    ahead = days.between(today, end)
    steps = weeks_behind(past, days)
    reached = now >= goal - _NOISE
    stands = Forecast(now, now, now, float(reached), len(steps), goal)
    if reached and not can_fall and (ahead <= 0 or not any(steps)):
        return stands
    if len(steps) < LEAST_WEEKS or not any(steps):
        return None
    if ahead <= 0:
        return stands
    weeks, rest = divmod(ahead, days.per_week)
    futures = zip(PACES, _futures(len(steps), weeks), strict=True)
    ends = sorted(now + pace * _brought(steps, one, rest / days.per_week) for pace, one in futures)
    hits = sum(value >= goal - _NOISE for value in ends) / RUNS
    return Forecast(
        low=ends[int(LOW * RUNS)],
        middle=ends[RUNS // 2],
        high=ends[int(HIGH * RUNS) - 1],
        chance=1.0 if reached and not can_fall else hits,
        weeks=len(steps),
        goal=goal,
    )


def _at(past: Sequence[tuple[date, float]], day: date) -> float:
    """The value on a day: the last one that was known then."""
    place = bisect_right(past, day, key=lambda row: row[0])
    return past[max(0, place - 1)][1]


@dataclass(frozen=True, slots=True)
class _Future:
    """How often each of the weeks behind comes again, and which of them the last week, of which only a part is left."""

    weeks: tuple[int, ...]
    last: int


@functools.lru_cache(maxsize=128)
def _futures(behind: int, ahead: int) -> tuple[_Future, ...]:
    """Draws of whole weeks ahead, and of one more, from so many weeks behind: the same for everybody who asks."""
    chance = random.Random(_SEED)  # noqa: S311  no secret is drawn
    found = []
    for _ in range(RUNS):
        # Exponential draws, normalised, are the weights of the Bayesian bootstrap.
        weights = [chance.expovariate(1.0) for _ in range(behind)]
        drawn = chance.choices(range(behind), weights, k=ahead + 1)
        counts = Counter(drawn[:ahead])
        found.append(_Future(tuple(counts[week] for week in range(behind)), drawn[ahead]))
    return tuple(found)


def _brought(steps: Sequence[float], future: _Future, rest: float) -> float:
    """What the weeks of a future bring, and the rest of one more, at the pace of those behind."""
    whole = sum(count * step for count, step in zip(future.weeks, steps, strict=True))
    return whole + steps[future.last] * rest
