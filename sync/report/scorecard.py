"""The scorecard as a section: objectives and key results by where their cycles are. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.wording import percent
from sync.marks.comments import health_words, value_against_target
from sync.measure import ObjectiveReading, Reading, Scorecard, to_percent
from sync.report.moments import moment_words
from sync.report.table import HEALTH_STYLES, Cell, Section


def scorecard(card: Scorecard) -> Section:
    """Objectives and key results with value, percent, expected and health: those of running cycles, then those of cycles
    that have ended, each with the day, then those of cycles yet to come.
    """
    rows: list[tuple[Cell, ...]] = []
    for heading, objectives in _by_phase(card):
        if heading:
            rows.append((Cell(""), Cell(heading, "dim"), *(Cell("") for _ in range(5))))
        for objective in objectives:
            rows.append(
                (
                    Cell(objective.objective, "strong"),
                    Cell(objective.title, "strong"),
                    Cell(""),
                    Cell(percent(objective.percent), "strong"),
                    Cell(percent(int(objective.expected * 100)), "dim"),
                    _health_cell(objective),
                    Cell(_objective_words(objective), "dim"),
                )
            )
            rows += [_reading_row(reading) for reading in objective.readings]
    return Section(
        f"Scorecard as of {moment_words(card.as_of, card.zone)}",
        columns=("", "objective, key result", "value", "percent", "expected", "health", "source"),
        rows=tuple(rows),
        right=("value", "percent", "expected"),
        prose=("objective, key result", "source"),
    )


def _by_phase(card: Scorecard) -> Iterator[tuple[str, list[ObjectiveReading]]]:
    """Objectives in declared order below a heading; those of running cycles have none."""
    groups: dict[tuple[int, int, str], list[ObjectiveReading]] = {}
    for one in card.objectives:
        # The cycle that ended last comes first, and so does the one that begins next.
        key = {
            "running": (0, 0, ""),
            "ended": (1, -one.ends.toordinal(), f"{one.cycle}, ended on {one.ends}"),
            "planned": (2, one.begins.toordinal(), f"{one.cycle}, begins on {one.begins}"),
        }[one.phase]
        groups.setdefault(key, []).append(one)
    for key in sorted(groups):
        yield key[2], groups[key]


def _health_cell(one: Reading | ObjectiveReading) -> Cell:
    words, health = health_words(one), one.health
    if one.phase == "planned":
        return Cell("not begun", "dim")
    if one.phase == "ended" and health not in ("done", "no_data"):
        # Nothing is at risk any more: what was reached is said by the percent.
        return Cell(f"ended {words}", HEALTH_STYLES[health])
    return Cell(words, HEALTH_STYLES[health])


def _objective_words(objective: ObjectiveReading) -> str:
    words = [f"grade {objective.grade:.1f} ({objective.grading})"] if objective.grade is not None else []
    words += [f"part of {objective.parent}"] if objective.parent else []
    words += [f"{objective.without_data} without data"] if objective.without_data else []
    words += [f"{objective.not_begun} not begun"] if objective.not_begun else []
    return ", ".join(words)


def _reading_row(reading: Reading) -> tuple[Cell, ...]:
    return (
        Cell(reading.key_result),
        Cell(reading.title),
        Cell(value_against_target(reading)),
        Cell(percent(reading.percent)),
        Cell(percent(int(reading.expected * 100)), "dim"),
        _health_cell(reading),
        Cell(_evidence_words(reading), "dim"),
    )


def _evidence_words(reading: Reading) -> str:
    """Beside a value that is not made of work stands how much of its work is done."""
    if reading.output is None:
        return reading.evidence
    return f"{reading.evidence}; {percent(to_percent(reading.output))} of its work done"
