"""What was forecast early in a cycle, against what came. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config.okrs import Cycle
from sync.forecast.outlook import KeptForecast
from sync.measure import to_percent

WEEKS = (4, 8)
"""The weeks of a cycle whose last forecast is held against what came."""


@dataclass(frozen=True, slots=True)
class ForecastCheck:
    """The last forecast that was kept of a week of the cycle, counted from 1.

    - `held`: whether what came lies in its range of 80 %; None while the cycle runs, or where nothing came that can be told.
    - `succeeded`: whether what came is the goal, to which `made.chance` belongs; None likewise.
    """

    week: int
    made: KeptForecast
    held: bool | None
    succeeded: bool | None


def checks(
    kept: Sequence[KeptForecast], cycle: Cycle, came: float | None, *, is_over: bool
) -> tuple[ForecastCheck, ...]:
    """The forecasts of weeks 4 and 8 of a key result whose progress came to `came`, 0..1."""
    found = []
    for week in WEEKS:
        last = cycle.start + timedelta(weeks=week, days=-1)
        made = _last_of(kept, last - timedelta(days=6), min(last, cycle.end))
        if made is not None:
            known = came if is_over else None
            found.append(ForecastCheck(week, made, _held(made, known), _succeeded(made, known)))
    return tuple(found)


def _last_of(kept: Iterable[KeptForecast], first: date, last: date) -> KeptForecast | None:
    return max((one for one in kept if first <= one.day <= last), key=lambda one: one.day, default=None)


def _held(made: KeptForecast, came: float | None) -> bool | None:
    if came is None:
        return None
    # In whole percent, as people read both: what looks inside is inside.
    low, high, is_now = (to_percent(one) or 0 for one in (made.low, made.high, came))
    return low <= is_now <= high


def _succeeded(made: KeptForecast, came: float | None) -> bool | None:
    return None if came is None else came >= made.goal - 1e-9


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of the forecasts of a week, how many ranges held what came, and what chances they gave, against how many succeeded.

    `expected`: the sum of the chances: how many should have succeeded.
    """

    week: int
    of: int
    held: int
    expected: float
    succeeded: int


def calibrations(found: Iterable[ForecastCheck]) -> tuple[Calibration, ...]:
    """By week, of all that can be judged."""
    some = [one for one in found if one.held is not None]
    return tuple(
        Calibration(
            week,
            len(mine),
            sum(bool(one.held) for one in mine),
            sum(one.made.chance for one in mine),
            sum(bool(one.succeeded) for one in mine),
        )
        for week in WEEKS
        if (mine := [one for one in some if one.week == week])
    )
