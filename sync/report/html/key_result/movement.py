"""How key results moved: since a Monday and week by week, by work and by scope, and what that did to their chances. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from config.text.phrases import phrase, say
from config.text.texts import Texts
from sync.forecast.attribution import CAUSES, Attribution, Cause, Untold
from sync.forecast.outlook import chance_percent
from sync.history.days import History, HistoryRow, moved_between, weekly
from sync.history.movement import KINDS, Movement
from sync.measure import to_percent
from sync.report.html.cells import NOTHING, TONES, bearing, chance_cell, day_cell, percent_cell, signed_cell
from sync.report.html.page import Cell, Column, Kind, Row, Table

_WEEKLY = "report_key_result.column"


def reached_then(history: History, since: date) -> int | None:
    """The percent as it was known on a day; None where nothing was read until then."""
    return to_percent(next((row.progress for row in reversed(history) if row.day <= since), None))


def moved_cells(history: History, since: date, texts: Texts) -> tuple[Cell, ...]:
    """The percent on a day and now, the points between them, those by work and by scope, and what changed."""
    now, before = history[-1], reached_then(history, since)
    percent = to_percent(now.progress)
    points = None if percent is None or before is None else percent - before
    moved = moved_between(history, since, now.day)
    return (
        percent_cell(before, texts),
        percent_cell(percent, texts),
        signed_cell(points, texts),
        *_effects(moved, texts),
        changes_cell(moved, texts),
    )


def chance_cells(found: Attribution | Untold | None, texts: Texts) -> tuple[Cell, ...]:
    """The chance then and now, and the points that work, scope and time took or gave: they add up to what the two differ by."""
    if not isinstance(found, Attribution):
        return (NOTHING,) * (3 + len(CAUSES))
    points = chance_percent(float(found.after)) - chance_percent(float(found.before))
    return (
        chance_cell(found.before, texts),
        chance_cell(found.after, texts),
        signed_cell(points, texts),
        *(_cause(found, cause, texts) for cause in CAUSES),
    )


def _cause(found: Attribution, cause: Cause, texts: Texts) -> Cell:
    # A value that no work makes has no scope that could change.
    is_absent = found.is_value and cause == "scope"
    return NOTHING if is_absent else signed_cell(found.points(cause), texts)


def untold_words(found: Mapping[str, Attribution | Untold], texts: Texts) -> str:
    """Of which key results it cannot be said what moved their chance, and why; "" where it can of all."""
    reasons: dict[Untold, list[str]] = {}
    for name, one in found.items():
        if not isinstance(one, Attribution):
            reasons.setdefault(one, []).append(name)
    what = tuple(phrase(f"brief.missing.{why}", key_results=tuple(some)) for why, some in reasons.items())
    return say(phrase("brief.missing", what=what), texts) if what else ""


def changes_cell(moved: Movement | None, texts: Texts) -> Cell:
    """How much of the work changed, kind by kind; its value is how many items that are."""
    if moved is None:
        return NOTHING
    counts = {kind: count for kind in KINDS if (count := getattr(moved, kind))}
    words = (texts.counted(f"progress.since.{kind}", count) for kind, count in counts.items())
    return Cell(", ".join(words) or "–", sum(counts.values()), tone="" if counts else "quiet")


def _effects(moved: Movement | None, texts: Texts) -> tuple[Cell, Cell]:
    by_work, by_scope = (moved.by_work, moved.by_scope) if moved is not None else (None, None)
    return signed_cell(by_work, texts), signed_cell(by_scope, texts)


def week_table(history: History, texts: Texts) -> Table:
    """A quarter of a key result, a row for each week that was read; the latest first."""
    names = ("day", "reached", "expected", "health", "by_work", "by_scope", "changed")
    columns = tuple(
        Column(name, texts.text(f"{_WEEKLY}.{name}"), _KINDS.get(name, "number")) for name in names
    )
    rows = tuple(Row(cells) for cells in _week_rows(weekly(history), texts))
    return bearing(Table("weeks", texts.text("report_key_result.weeks"), columns, rows[::-1]))


_KINDS: Mapping[str, Kind] = {"day": "day", "health": "text", "changed": "text"}


def _week_rows(rows: Sequence[HistoryRow], texts: Texts) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        yield (
            day_cell(row.day, texts, near=rows[-1].day),
            percent_cell(to_percent(row.progress), texts),
            percent_cell(to_percent(row.expected), texts),
            Cell(texts.text(f"health.{row.health}"), row.health, tone=TONES.get(row.health, "")),
            *_effects(row.moved, texts),
            changes_cell(row.moved, texts),
        )


def trend(history: History) -> tuple[tuple[date, float | None], ...]:
    """The progress, 0..1, of each week of a quarter that was read."""
    return tuple((row.day, row.progress) for row in weekly(history))
