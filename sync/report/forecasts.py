"""Where the key results will end, as a section for each cycle. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.wording import counted, percent
from config.workspace import Workspace
from sync.explain.outlook import NO_FORECAST, end_words, goal_words
from sync.forecast.outlook import Outlook, Outlooks, chance_percent, chance_words
from sync.measure import Scorecard
from sync.report.table import Cell, Section


def sections(outlooks: Outlooks, card: Scorecard, workspace: Workspace) -> Iterator[Section]:
    """Of every running cycle the key results that can be forecast, and those that will be once there is more history."""
    readings = card.readings
    cycles: dict[str, list[tuple[Cell, ...]]] = {}
    left: dict[str, set[int]] = {}
    for objective, key_result in workspace.key_results():
        outlook, reading = outlooks.get(key_result.id), readings[key_result.id]
        if outlook is None or reading.health == "done":
            continue
        left.setdefault(objective.cycle, set()).add(outlook.days_left)
        if outlook.forecast is not None or outlook.lack:
            row = (
                Cell(key_result.id),
                Cell(key_result.title),
                Cell(percent(reading.percent)),
                *_told(outlook),
            )
            cycles.setdefault(objective.cycle, []).append(row)
    columns = ("", "key result", "now", "at the end", "goal", "chance")
    for cycle, rows in cycles.items():
        fewest, most = min(left[cycle]), max(left[cycle])
        days = counted(most, "working day") if fewest == most else f"{fewest}–{counted(most, 'working day')}"
        lead = (
            f"{days} left after today, until {workspace.cycles[cycle].end}. "
            "The range at the end holds four of five simulated futures."
        )
        yield Section(
            f"Forecast for {cycle}",
            (lead,),
            columns,
            tuple(rows),
            right=("now", "goal", "chance"),
            prose=("key result",),
        )


def _told(outlook: Outlook) -> tuple[Cell, ...]:
    found = outlook.forecast
    if found is None:
        return Cell(NO_FORECAST[outlook.lack], "dim"), Cell(goal_words(outlook)), Cell("–")
    chance = chance_words(chance_percent(found.chance))
    return Cell(end_words(outlook)), Cell(goal_words(outlook)), Cell(chance)
