"""Where the number of a key result or an objective comes from, as a section and for programs. Pure."""

from __future__ import annotations

from typing import Any

from config.wording import percent
from sync.explain.key_result import Counted, Derivation
from sync.explain.objective import ObjectiveDerivation
from sync.forecast.simulation import Forecast
from sync.measure import to_percent
from sync.report import data
from sync.report.table import HEALTH_STYLES, Cell, Section


def derivation(derived: Derivation, forecast: Forecast | None) -> Section:
    """Every item with its weight, then the formula with its numbers."""
    reading = derived.reading
    steps = list(derived.steps) + ([forecast_words(forecast)] if forecast else [])
    return Section(
        f"{reading.key_result}  {reading.title}",
        lead=(
            f"{derived.objective.id} · {derived.objective.title}",
            f"Progress: {percent(reading.percent, 'no data')}.",
        ),
        columns=("key", "title", "state", "weight", "share", "done", "linked by") if derived.rows else (),
        rows=tuple(_row(row) for row in derived.rows),
        right=("weight", "share", "done"),
        tail=("", *steps),
    )


def _row(row: Counted) -> tuple[Cell, ...]:
    share = "" if row.share == 1 else f"{row.share.numerator}/{row.share.denominator}"
    return (
        Cell(row.item.name),
        Cell(row.item.title),
        Cell(row.fate),
        Cell(f"{float(row.weight):g}"),
        Cell(share),
        Cell(f"{float(row.done):g}" if row.done else ""),
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
            Cell("" if one.kind == "guard-rail" else f"{one.weight:g}"),
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


def forecast_words(forecast: Forecast) -> str:
    """The range and the chance, in a sentence."""
    low, high = round(100 * forecast.low), round(100 * forecast.high)
    return (
        f"Forecast from the last {forecast.weeks:.0f} weeks: {low}–{percent(high)} at the end of the cycle, which covers "
        f"80 % of simulated outcomes; median {percent(round(100 * forecast.middle))}; chance of reaching 100 %: "
        f"{percent(round(100 * forecast.chance))}."
    )


def derivation_data(derived: Derivation, forecast: Forecast | None) -> dict[str, Any]:
    """The same for programs."""
    return {
        **data.of_reading(derived.reading),
        "objective": derived.objective.id,
        "items": [
            {
                "tracker": row.item.ref.tracker,
                "key": row.item.key,
                "title": row.item.title,
                "state": row.item.category,
                "weight": float(row.weight),
                "share": float(row.share),
                "done": float(row.done),
                "fate": row.fate,
                "because": row.because,
                "known": row.known,
            }
            for row in derived.rows
        ],
        "steps": list(derived.steps),
        "outlook": forecast_data(forecast) if forecast else None,
    }


def forecast_data(forecast: Forecast) -> dict[str, float]:
    """A range and a chance, 0..1."""
    return {name: round(getattr(forecast, name), 4) for name in ("low", "middle", "high", "chance", "weeks")}
