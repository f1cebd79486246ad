"""What a key result stands at once its time is over: the last reading that was kept, or what is told of that day now. Pure.

Its time is over when it is closed, by itself or with its objective, or else when its cycle has ended. What people date
within that time counts whenever they enter it: check-ins, and the day on which something was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from config.measures import (
    BinaryMeasure,
    CompositeMeasure,
    KeepMeasure,
    MetricMeasure,
    ProjectMeasure,
    QueryMeasure,
)
from config.okrs import Cycle, KeyResult, Objective
from config.text.figures import ENGLISH
from sync.measure.context import MeasureContext, MeasuredValue, latest
from sync.observation import Past

Teller = Literal["items", "declaration", "nobody"]


@dataclass(frozen=True, slots=True)
class EndedReading:
    """What stands. `read_on`: the day of the reading that was kept; None where it is told anew."""

    value: float | None
    progress: float | None
    evidence: str
    read_on: date | None


def closed_on(key_result: KeyResult, objective: Objective, today: date) -> date | None:
    """The day on which a key result was closed, by itself or with its objective; None while it is open."""
    days = [day for day in (key_result.closed, objective.closed) if day is not None and day <= today]
    return min(days, default=None)


def last_day(key_result: KeyResult, objective: Objective, cycle: Cycle, today: date) -> date | None:
    """The day as of which it stands: that of its closing, or else the last one of its cycle; None while it goes on."""
    closed = closed_on(key_result, objective, today)
    if closed is not None:
        return closed
    return cycle.end if today > cycle.end else None


def ended_reading(
    key_result: KeyResult, now: MeasuredValue, last: date, how_ended: str, context: MeasureContext
) -> EndedReading:
    """What stands since `last`. `now`: what is told today of the end of that day, or while that is today, of this moment;
    `context`: of then.

    `how_ended`: "closed" or "ended".
    """
    how = f"{how_ended} on {last}"
    past, teller = context.past.get(key_result.id), _teller(key_result, context)
    if context.bounds.until is None:
        # The day is not over: it is as it was read just now.
        return EndedReading(now.value, now.progress, f"{how}; {now.evidence}", None)
    if past is not None and past.on != last and teller == "items":
        # Items tell of the last day what was finished after an older reading.
        past = None
    if past is None:
        words = {
            "items": "not read then, told by today's items: ",
            "nobody": "not read then, as of today: ",
            "declaration": "",
        }[teller]
        return EndedReading(now.value, now.progress, f"{how}; {words}{now.evidence}", None)
    if _was_told_later(key_result, now, past, teller, context):
        before = "no value" if past.value is None else ENGLISH.measured(past.value)
        later = f"{now.evidence}, entered later; {before} {_read(past, last)}"
        return EndedReading(now.value, now.progress, f"{how}; {later}", None)
    return EndedReading(past.value, past.progress, f"{how}, {_read(past, last)}", past.on)


def _read(past: Past, last: date) -> str:
    return "as read that day" if past.on == last else f"as read on {past.on}"


def _teller(key_result: KeyResult, context: MeasureContext) -> Teller:
    """Who tells today of a day that is over: its items, what is declared, or nobody."""
    how = key_result.measure
    if isinstance(how, QueryMeasure | ProjectMeasure):
        return "nobody"
    if isinstance(how, MetricMeasure | KeepMeasure):
        return "declaration" if how.file is None and how.http is None else "nobody"
    if isinstance(how, CompositeMeasure):
        stand = all(context.others[name].stands_on is not None for name in how.of)
        return "declaration" if stand else "nobody"
    return "declaration" if isinstance(how, BinaryMeasure) else "items"


def _was_told_later(
    key_result: KeyResult, now: MeasuredValue, past: Past, teller: Teller, context: MeasureContext
) -> bool:
    """Whether people have dated something within its time since it was read."""
    how = key_result.measure
    if now.value is None or isinstance(how, QueryMeasure | ProjectMeasure):
        return False
    if isinstance(how, MetricMeasure | KeepMeasure):
        checkin = latest(how.checkins, context.now, context.workspace)
        # Where a source gives values too, what it gave then is not known any more: only a later day beats it.
        if checkin is None or (teller == "nobody" and checkin.on <= past.on):
            return False
    elif teller != "declaration":
        return False
    return now.value != past.value or (past.progress is None and now.progress is not None)
