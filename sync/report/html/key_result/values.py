"""The value of a key result beside what it is to reach, and where its cycle will leave it, in the language of the report. Pure."""

from __future__ import annotations

from config.measures import (
    FlowMeasure,
    KeepMeasure,
    MetricMeasure,
    MilestonesMeasure,
    QueryMeasure,
    WorkMeasure,
)
from config.okrs import KeyResult
from config.text.texts import Texts
from sync.forecast.outlook import Outlook
from sync.measure import Reading, to_percent
from sync.report.html.cells import NOTHING
from sync.report.html.page import Cell

_UNITS = {"points": "points", "hours": "hours", "items": "tickets"}


def value_cell(reading: Reading, key_result: KeyResult, texts: Texts) -> Cell:
    """The value in the one unit of its measure, such as "29.1, from 22 to 35 %" or "3 of 8 tickets"."""
    words = value_words(reading, key_result, texts)
    value = None if reading.value is None else round(reading.value, 4)
    return Cell(words, value) if words else NOTHING


def value_words(reading: Reading, key_result: KeyResult, texts: Texts) -> str:
    """The same as text; "" where the percent says all, or where there are no data."""
    how, value = key_result.measure, reading.value
    if value is None:
        return ""
    if isinstance(how, WorkMeasure | MilestonesMeasure):
        unit = "milestones" if isinstance(how, MilestonesMeasure) else _UNITS.get(reading.unit, "weight")
        target = reading.target or 0
        done, total = texts.figures.apart((value, target), measured=True)
        return texts.plural(f"progress.done.{unit}", target, done=done, total=total)
    if isinstance(how, KeepMeasure):
        return _kept(how, value, texts)
    if isinstance(how, MetricMeasure | QueryMeasure | FlowMeasure):
        ends = (value, how.start, how.target)
        now = texts.figures.apart(ends, measured=reading.is_computed)[0]
        first, last = texts.figures.ratio(how.start, how.target, _unit(reading.unit, how, texts))
        return texts.text("progress.from", value=now, first=first, last=last)
    return ""


def _kept(how: KeepMeasure, value: float, texts: Texts) -> str:
    limits = [one for one in (how.above, how.below) if one is not None]
    now = texts.figures.apart((value, *limits))[0]
    if len(limits) == 2:
        first, last = texts.figures.ratio(limits[0], limits[1], how.unit)
        return texts.text("progress.between", value=now, first=first, last=last)
    key = "progress.at_least" if how.above is not None else "progress.at_most"
    return texts.text(key, value=now, limit=texts.figures.number(limits[0], how.unit))


def _unit(unit: str, how: MetricMeasure | QueryMeasure | FlowMeasure, texts: Texts) -> str:
    """One of ours in the language; what people declare stays as they wrote it."""
    is_ours = not isinstance(how, MetricMeasure) and f"unit.{unit}.other" in texts
    return texts.plural(f"unit.{unit}", how.target) if is_ours else unit


def end_cell(outlook: Outlook | None, texts: Texts) -> Cell:
    """The range in which four of five simulated futures end, or why there is none; its value is the middle, in percent."""
    found = outlook.forecast if outlook is not None else None
    if found is not None:
        low, middle, high = (to_percent(one) or 0 for one in (found.low, found.middle, found.high))
        return Cell(range_words(low, high, texts), middle)
    if outlook is not None and outlook.lack:
        return Cell(texts.text(f"progress.forecast.{outlook.lack}"), None, tone="quiet")
    return NOTHING


def range_words(low: int, high: int, texts: Texts) -> str:
    """A range of whole percents."""
    last = texts.figures.percent(high)
    return last if low == high else f"{texts.figures.count(low)}–{last}"
