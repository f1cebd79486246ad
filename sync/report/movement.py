"""How key results moved: since last week, and week by week. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from config.wording import percent
from sync.history.days import History, moved_between, week_before, weekly
from sync.history.movement import KINDS, Movement
from sync.measure import to_percent
from sync.report.table import Cell, Section

_STEPS = "▁▂▃▄▅▆▇█"
_BAR = 20
_WORDS = {"gone": "unlinked", "estimated": "re-estimated"}


def movement(histories: Mapping[str, History]) -> Section:
    """How each key result moved since last week, and the trend of its quarter."""
    since = week_before(histories)
    if since is None:
        return Section("Movement", ("No earlier day to compare with yet.",))
    columns = ("", "before", "now", "points", "by work", "by scope", "what changed", "by week")
    rows = []
    for name, history in histories.items():
        before, now, moved = _compared(history, since)
        points = "–" if before is None or now is None else f"{now - before:+d}"
        trend = "".join(_step(row.progress) for row in weekly(history))
        cells = (Cell(name), Cell(percent(before)), Cell(percent(now)), Cell(points))
        rows.append((*cells, *_split(moved), Cell(trend, "dim")))
    lead = "In percentage points: by work (started, done or reopened) and by changes of scope."
    has_details = any(row[4].text for row in rows)
    return Section(
        f"Movement since {since}",
        (lead,) if has_details else (),
        columns,
        tuple(rows),
        columns[1:6],
        prose=("what changed",),
    )


def movement_data(histories: Mapping[str, History]) -> dict[str, Any] | None:
    """The same for programs; None before there is a day to compare with."""
    since = week_before(histories)
    if since is None:
        return None
    found = []
    for name, history in histories.items():
        before, now, moved = _compared(history, since)
        found.append({"key_result": name, "before": before, "now": now, "moved": _moved_data(moved)})
    return {"since": since.isoformat(), "key_results": found}


def weeks(history: History) -> Section | None:
    """A key result's quarter, a row for each week; None where only today was read."""
    rows = weekly(history)
    if len(rows) < 2:
        return None
    columns: tuple[str, ...] = ("day", "", "now", "expected", "by work", "by scope", "what changed")
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Cell(row.day.isoformat()),
            Cell(bar(row.progress, row.expected)),
            Cell(percent(to_percent(row.progress))),
            Cell(percent(to_percent(row.expected))),
            *_split(row.moved),
        )
        for row in rows
    )
    if not any(cell.text for row in cells for cell in row[4:6]):
        columns, cells = (*columns[:4], *columns[6:]), tuple((*row[:4], *row[6:]) for row in cells)
    return Section(
        "Week by week",
        ("The line in each bar marks the expected progress.",),
        columns,
        cells,
        columns[2:-1],
        prose=("what changed",),
    )


def history_data(history: History) -> list[dict[str, Any]]:
    """Every day that was read, for programs and their charts."""
    return [
        {
            "day": row.day.isoformat(),
            "value": row.value,
            "percent": to_percent(row.progress),
            "expected": round(row.expected, 4),
            "health": row.health,
            "moved": _moved_data(row.moved),
        }
        for row in history
    ]


def bar(progress: float | None, expected: float) -> str:
    """Twenty characters: what is reached, what is not, and a line at what was expected."""
    filled = int((progress or 0.0) * _BAR)
    shown = ["█" if place < filled else "░" for place in range(_BAR)]
    shown[min(_BAR - 1, int(expected * _BAR))] = "│"
    return "".join(shown)


def _compared(history: History, since: date) -> tuple[int | None, int | None, Movement | None]:
    """Percent as of the day `since` and now, and what moved between; None for what is not known."""
    now = history[-1]
    before = next((row.progress for row in reversed(history) if row.day <= since), None)
    return to_percent(before), to_percent(now.progress), moved_between(history, since, now.day)


def _split(moved: Movement | None) -> tuple[Cell, Cell, Cell]:
    if moved is None:
        return Cell(""), Cell(""), Cell("")
    changes = (f"{count} {_WORDS.get(kind, kind)}" for kind in KINDS if (count := getattr(moved, kind)))
    return Cell(_signed(moved.by_work)), Cell(_signed(moved.by_scope)), Cell(", ".join(changes), "dim")


def _moved_data(moved: Movement | None) -> dict[str, Any] | None:
    """The sides in points of percent; None where they are not known."""
    if moved is None:
        return None
    effects = {"by_work": moved.by_work, "by_scope": moved.by_scope}
    return {
        "since": moved.since.isoformat(),
        **{name: None if effect is None else round(effect, 2) for name, effect in effects.items()},
        **{kind: getattr(moved, kind) for kind in KINDS},
    }


def _signed(effect: float | None) -> str:
    return "" if effect is None else f"{round(effect):+d}"


def _step(progress: float | None) -> str:
    return " " if progress is None else _STEPS[round(min(1.0, max(0.0, progress)) * (len(_STEPS) - 1))]
