"""Where the number of a key result or an objective comes from, as a section and for programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from config.text.figures import ENGLISH
from config.wording import percent
from sync.explain.estimates import ParentEstimate
from sync.explain.key_result import Counted, Derivation, Milestone
from sync.explain.objective import ObjectiveDerivation
from sync.forecast.outlook import KeptForecast
from sync.measure import Spread, to_percent
from sync.report import data
from sync.report.table import HEALTH_STYLES, Cell, Section, title_of


def derivation(derived: Derivation) -> Section:
    """Every item with its weight, then the formula with its numbers, then what is forecast of it."""
    reading = derived.reading
    columns, rows = _milestones(derived.milestones) if derived.milestones else _work(derived.rows)
    return Section(
        f"{reading.key_result}  {reading.title}",
        lead=(
            f"{derived.objective.id} · {derived.objective.title}",
            f"Progress: {percent(reading.percent, 'no data')}.",
        ),
        columns=columns,
        rows=rows,
        right=("weight", "share", "done"),
        prose=("title", "weight from", "linked by"),
        tail=("", *derived.steps, *derived.outlook_words),
    )


_Table = tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]


def _work(rows: Sequence[Counted]) -> _Table:
    is_spread = any(row.origin for row in rows)
    return (_columns(is_spread) if rows else (), tuple(_row(row, is_spread) for row in rows))


def _milestones(milestones: Sequence[Milestone]) -> _Table:
    """All of them with state and day. Most weigh 1: the column is there for those that do not."""
    weighs = any(one.weight != 1 for one in milestones)
    weight = ("weight",) if weighs else ()
    rows = (
        (
            Cell(one.item.name),
            Cell(one.item.title),
            Cell(one.state, "good" if one.reached and one.left_out is None else "plain"),
            Cell(_day(one)),
            *((Cell(ENGLISH.number(one.weight)),) if weighs else ()),
            Cell(one.because, "dim"),
        )
        for one in milestones
    )
    return ("milestone", "title", "state", "day", *weight, "linked by"), tuple(rows)


def _day(one: Milestone) -> str:
    if one.on is None:
        return ""
    return str(one.on) if one.reached else f"due {one.on}"


def _columns(is_spread: bool) -> tuple[str, ...]:
    spread = ("weight from",) if is_spread else ()
    return ("key", "title", "state", "weight", *spread, "share", "done", "linked by")


def _row(row: Counted, is_spread: bool) -> tuple[Cell, ...]:
    share = "" if row.share == 1 else f"{row.share.numerator}/{row.share.denominator}"
    return (
        Cell(row.item.name),
        Cell(title_of(row.item)),
        Cell(row.fate),
        Cell(ENGLISH.number(row.weight)),
        *((Cell(row.origin, "dim"),) if is_spread else ()),
        Cell(share),
        Cell(ENGLISH.number(row.done) if row.done else ""),
        Cell(row.because, "dim"),
    )


def objective_derivation(derived: ObjectiveDerivation) -> Section:
    """Every part with its weight, then the formula with its numbers."""
    reading = derived.reading
    rows = tuple(
        (
            Cell(one.kind, "dim"),
            Cell(one.id),
            Cell(one.title),
            Cell("" if one.kind == "guard-rail" else ENGLISH.number(one.weight)),
            Cell(percent(to_percent(one.progress))),
            Cell(percent(to_percent(one.expected))),
            Cell(one.stands, HEALTH_STYLES[one.health]),
        )
        for one in derived.parts
    )
    return Section(
        f"{reading.objective}  {reading.title}",
        lead=(f"Progress: {percent(reading.percent, 'no data')}.",),
        columns=("", "part", "title", "weight", "percent", "expected", "health") if rows else (),
        rows=rows,
        right=("weight", "percent", "expected"),
        prose=("title",),
        tail=("", *derived.steps),
    )


def objective_data(derived: ObjectiveDerivation) -> dict[str, Any]:
    """The same for programs."""
    reading = derived.reading
    return {
        "objective": reading.objective,
        "title": reading.title,
        "percent": reading.percent,
        "expected": round(reading.expected, 4),
        "health": reading.health,
        "at_target": reading.at_target,
        "grade": reading.grade,
        "succeeds": reading.succeeds,
        "parts": [
            {
                "kind": one.kind,
                "id": one.id,
                "title": one.title,
                "weight": one.weight,
                "percent": to_percent(one.progress),
                "expected": round(one.expected, 4),
                "health": one.health,
            }
            for one in derived.parts
        ],
        "steps": list(derived.steps),
    }


def derivation_data(derived: Derivation, forecasts: Iterable[KeptForecast]) -> dict[str, Any]:
    """The same for programs, with the `forecasts` that were made day by day."""
    return {
        **data.of_reading(derived.reading),
        **data.of_outlook(derived.reading, derived.outlook),
        "objective": derived.objective.id,
        "items": [
            {
                "tracker": row.item.ref.tracker,
                "key": row.item.key,
                "title": row.item.title,
                "restricted": row.item.private,
                "state": row.item.category,
                "weight": float(row.weight),
                "share": float(row.share),
                "done": float(row.done),
                "fate": row.fate,
                "because": row.because,
                "known": row.known,
                "left_out": row.left_out,
                "spread": _spread_data(row.spread) if row.spread is not None else None,
            }
            for row in derived.rows
        ],
        "milestones": [
            {
                "tracker": one.item.ref.tracker,
                "key": one.item.key,
                "title": one.item.title,
                "state": one.state,
                "reached": one.reached,
                "on": one.on.isoformat() if one.on is not None else None,
                "weight": float(one.weight),
                "because": one.because,
                "left_out": one.left_out,
            }
            for one in derived.milestones
        ],
        "left_out": [
            {
                "reason": one.reason,
                "words": one.words,
                "items": len(one.keys),
                "weight": float(one.weight),
                "keys": list(one.keys),
            }
            for one in derived.excluded
        ],
        "parent_estimates": [_parent_data(one) for one in derived.parents],
        "steps": [*derived.steps, *derived.outlook_words],
        "forecasts": [
            {name: value if name == "day" else round(value, 4) for name, value in asdict(one).items()}
            | {"day": one.day.isoformat()}
            for one in forecasts
        ],
    }


def _spread_data(spread: Spread) -> dict[str, Any]:
    """The estimate of a parent, and over how many items it is spread; of the parent itself: for how many it counts."""
    return {
        "tracker": spread.parent.ref.tracker,
        "key": spread.parent.key,
        "estimate": float(spread.estimate),
        "items": len(spread.over),
    }


def _parent_data(one: ParentEstimate) -> dict[str, Any]:
    return {
        "tracker": one.item.ref.tracker,
        "key": one.item.key,
        "estimate": float(one.estimate),
        "fate": one.fate,
        "items": len(one.leaves),
        "elsewhere": len(one.elsewhere),
        "below": float(one.add_up),
    }
