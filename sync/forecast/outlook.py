"""What can be said of the end of a key result's cycle: the one forecast that there is, or why there is none. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sync.forecast.simulation import Forecast
from sync.forecast.working_days import WorkingDays

Lack = Literal["", "history", "movement"]
"""Why there is no forecast where one would be expected: too little history, or nothing moved in it."""


_SURE_NOT, _SURE = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Outlook:
    """A key result of a running cycle, and the end of that cycle.

    - `goal`: the progress that is success, 0..1: everything, of an aspiration less.
    - `forecast`: where its progress will end, 0..1; None where there is none. `lack` says why, "" where none is expected: of
      guard-rails, of what is done or not, is closed or set by hand, or has no data.
    - `days_left`: working days after today, up to the `end`, the cycle's last day, which is included; `days`: which these are.
    """

    goal: float
    forecast: Forecast | None
    lack: Lack
    today: date
    end: date
    days_left: int
    days: WorkingDays


Outlooks = Mapping[str, Outlook]
"""By key result id; none for those whose cycle does not run."""


@dataclass(frozen=True, slots=True)
class KeptForecast:
    """The forecast of a day, as it was kept: to be held against what came. As in Forecast."""

    day: date
    low: float
    middle: float
    high: float
    chance: float
    goal: float
    weeks: float


def chance_percent(chance: float) -> int:
    """A chance, 0..1, in whole percent; less than 5 and more than 95 stay so."""
    if chance < _SURE_NOT:
        return int(chance * 100)
    return math.ceil(chance * 100) if chance > _SURE else round(chance * 100)


def chance_words(percent: int) -> str:
    """A chance in whole percent, as people read it: no simulation tells 1 % from 3 %."""
    if percent < 100 * _SURE_NOT:
        return "< 5 %"
    return "> 95 %" if percent > 100 * _SURE else f"{percent} %"


def range_words(low: int, high: int) -> str:
    """A range of whole percents."""
    return f"{high} %" if low == high else f"{low}–{high} %"


def to_keep(outlooks: Outlooks, day: date) -> dict[str, KeptForecast]:
    """The day's forecasts, by key result."""
    return {
        name: KeptForecast(day, one.low, one.middle, one.high, one.chance, one.goal, one.weeks)
        for name, outlook in outlooks.items()
        if (one := outlook.forecast) is not None
    }
