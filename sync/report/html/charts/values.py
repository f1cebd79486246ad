"""What charts are drawn from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from config.text.figures import Figures
from sync.report.html.page import Tone


@dataclass(frozen=True, slots=True)
class ChartWords:
    """How numbers, days, percents (0 to 100) and durations in days are written, such as by `words_of(texts.figures)`."""

    number: Callable[[float], str]
    day: Callable[[date], str]
    percent: Callable[[float], str]


def words_of(figures: Figures) -> ChartWords:
    """Numbers with the digits that they mean, days in short."""
    return ChartWords(figures.measured, figures.day, figures.percent)


@dataclass(frozen=True, slots=True)
class Band:
    """A series: a value for each day or week. `tone` "": its colour is that of its place in the series.

    `href`: where its items are.
    """

    name: str
    values: Sequence[float]
    tone: Tone = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """An item on a day with a value; `text` says it in full, such as "ENG-1: 12.5 days, done on 3 Nov"."""

    day: date
    value: float
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """A line across at a value, with what it means, such as "85 %: 21 days"."""

    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Aged:
    """An open item and its age in days; `text` says it in full."""

    age: float
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class AgingColumn:
    """A stage: its open items, and the ages that 50, 70, 85 and 95 % of finished work had not passed when it left."""

    name: str
    p50: float | None
    p70: float | None
    p85: float | None
    p95: float | None
    dots: Sequence[Aged]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar. `marker`: a value to hold it against, such as the declared share; `text`: its value as read."""

    name: str
    value: float
    marker: float | None
    text: str
    href: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Bullet:
    """A key result in a list of bullets: shares 0 to 1, None where it is not known; `text`: its value as read."""

    name: str
    value: float | None
    pace: float | None
    low: float | None
    middle: float | None
    high: float | None
    text: str
    title: str
    href: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class StageBox:
    """A stage of the value stream. `now`: items in it; `touch_days`, `wait_days`: how long an item is worked on and waits
    in it, None where it is not known; `text`: a line beneath its name."""

    name: str
    is_waiting: bool
    now: int
    touch_days: float | None
    wait_days: float | None
    text: str
    is_bottleneck: bool = False
    href: str = ""
