"""The outlook of every key result: where it will end, or why that cannot be said. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from config.measures import BinaryMeasure, KeepMeasure
from config.okrs import Cycle, KeyResult, Objective
from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.forecast.outlook import Lack, Outlook
from sync.forecast.past import ProgressByDay, past_of
from sync.forecast.simulation import LEAST_WEEKS, Forecast, forecast, weeks_behind
from sync.forecast.working_days import WorkCalendar, WorkingDays, WorkPlace, place_of
from sync.measure import ASPIRATION, Reading, Scorecard
from sync.observation import Past


def outlooks(
    alignment: Alignment, card: Scorecard, workspace: Workspace, recent: Mapping[str, Sequence[Past]]
) -> dict[str, Outlook]:
    """The outlook of every key result whose cycle runs. `recent`: readings of earlier days, oldest first."""
    today = card.as_of.astimezone(workspace.zone).date()
    calendar = WorkCalendar(alignment.items.values(), workspace, card.as_of)
    readings, found = card.readings, {}
    for objective, key_result in workspace.key_results():
        cycle = workspace.cycles[objective.cycle]
        if not cycle.start <= today <= cycle.end:
            continue
        reading = readings[key_result.id]
        days = calendar.of(_main_place(reading))
        past = None
        if is_foretold(key_result, reading):
            kept = recent.get(key_result.id, ())
            past = past_of(key_result, cycle, reading, kept, today)
        found[key_result.id] = _outlook(goal_of(objective), past, days, cycle, today)
    return found


def goal_of(objective: Objective) -> float:
    """The progress of a key result that is success, 0..1: of an aspirational objective less than all of it."""
    return ASPIRATION if objective.grading == "aspirational" else 1.0


def is_foretold(key_result: KeyResult, reading: Reading) -> bool:
    """Whether its end can be foretold at all: it goes on by itself, and more or less of it can be done."""
    if reading.progress is None or reading.stands_on is not None or reading.by_hand:
        return False
    return not isinstance(key_result.measure, KeepMeasure | BinaryMeasure)


def _main_place(reading: Reading) -> WorkPlace:
    """Where most of the work that is left lies, or most of all of it; nowhere without work."""
    weights: defaultdict[WorkPlace, Fraction] = defaultdict(Fraction)
    live = [one for one in reading.pieces if one.left_out is None]
    for piece in [one for one in live if one.category != "done"] or live:
        weights[place_of(piece.item)] += piece.share
    return min(weights, key=lambda place: (-weights[place], place), default=WorkPlace())


def _outlook(
    goal: float, past: ProgressByDay | None, days: WorkingDays, cycle: Cycle, today: date
) -> Outlook:
    left = days.between(today, cycle.end)
    if past is None:
        return Outlook(goal, None, "", today, cycle.end, left, days)
    found = forecast_of(past, cycle.end, goal, days)
    if found is not None:
        return Outlook(goal, found, "", today, cycle.end, left, days)
    is_short = not past.enough or len(weeks_behind(past.rows, days)) < LEAST_WEEKS
    lack: Lack = "history" if is_short else "movement"
    return Outlook(goal, None, lack, today, cycle.end, left, days)


def forecast_of(past: ProgressByDay, end: date, goal: float, days: WorkingDays) -> Forecast | None:
    """The forecast at the end of a day for what went so until now; None where too little is known, or nothing moved."""
    found = forecast(past.rows, end, goal, days, can_fall=past.can_fall) if past.enough else None
    return None if found is None else _within(found)


def _within(found: Forecast) -> Forecast:
    """With its range within 0..1, as progress is."""
    low, middle, high = (min(1.0, max(0.0, one)) for one in (found.low, found.middle, found.high))
    return Forecast(low, middle, high, found.chance, found.weeks, found.goal)
