"""Where an objective's number comes from: its parts, their weights, the formula, and the same sum by hand. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from config.okrs import Objective
from config.wording import percent
from config.workspace import Workspace
from connectors.model import Health
from sync.decide import Decision
from sync.explain.arithmetic import mean_words
from sync.marks.comments import health_words
from sync.measure import ObjectiveReading, exact_percent, to_percent

PartKind = Literal["key result", "guard-rail", "objective", "not begun"]


@dataclass(frozen=True, slots=True)
class Part:
    """A key result, guard-rail or objective below. `progress`: 0..1, None without data; that of a guard-rail counts nowhere,
    and so does an objective whose cycle has not begun. `stands`: the health in words.
    """

    kind: PartKind
    id: str
    title: str
    weight: float
    progress: float | None
    expected: float
    health: Health
    stands: str


@dataclass(frozen=True, slots=True)
class ObjectiveDerivation:
    """An objective's reading with the parts that made it. `steps` are sentences, as of a key result."""

    reading: ObjectiveReading
    parts: tuple[Part, ...]
    steps: tuple[str, ...]


def derive_objective(key: str, run: Decision, workspace: Workspace) -> ObjectiveDerivation | None:
    """The derivation of the objective with that id, whatever its case; None when there is none."""
    wanted = key.strip().casefold()
    objective = next((one for one in workspace.objectives if one.id.casefold() == wanted), None)
    if objective is None:
        return None
    reading = next(one for one in run.scorecard.objectives if one.objective == objective.id)
    parts = tuple(_parts(objective, reading, run, workspace))
    return ObjectiveDerivation(reading, parts, tuple(_steps(objective, reading, parts)))


def _parts(
    objective: Objective, reading: ObjectiveReading, run: Decision, workspace: Workspace
) -> Iterator[Part]:
    weights = {one.id: one.weight for one in objective.key_results}
    for one in reading.readings:
        kind: PartKind = "key result" if one.counts else "guard-rail"
        weight = weights[one.key_result]
        yield Part(
            kind, one.key_result, one.title, weight, one.progress, one.expected, one.health, health_words(one)
        )
    below = {one.id: one.weight for one in workspace.objectives if one.parent == objective.id}
    for row in run.scorecard.objectives:
        if row.objective in below:
            weight = below[row.objective]
            yield Part(
                "not begun" if row.phase == "planned" else "objective",
                row.objective,
                row.title,
                weight,
                row.progress,
                row.expected,
                row.health,
                health_words(row),
            )


def _steps(objective: Objective, reading: ObjectiveReading, parts: tuple[Part, ...]) -> Iterator[str]:
    counting = [one for one in parts if one.kind not in ("guard-rail", "not begun")]
    if waiting := [one.id for one in parts if one.kind == "not begun"]:
        yield f"Not begun, left out: {', '.join(waiting)}."
    if missing := [one.id for one in counting if one.progress is None]:
        yield f"No data, left out: {', '.join(missing)}."
    known = [(one, one.progress) for one in counting if one.progress is not None]
    if known:
        yield _formula(objective, known)
    yield from _grade(reading)
    mean = "weighted mean of its parts" if counting else "elapsed share of the cycle"
    shown = "No data" if reading.percent is None else f"Shown as {percent(reading.percent)}"
    expected = f"expected by now: {percent(to_percent(reading.expected))} ({mean})"
    yield f"{shown}; {expected}. Health: {health_words(reading)}."
    broken = [one.id for one in parts if one.kind == "guard-rail" and one.health == "off_track"]
    if broken:
        yield f"Broken guard-rail ({', '.join(broken)}), so the health is at risk at best."


def _formula(objective: Objective, known: list[tuple[Part, float]]) -> str:
    if all(progress >= 1 for _, progress in known):
        return "All parts are complete: 100 %."
    if objective.roll_up == "minimum":
        part, progress = min(known, key=lambda one: one[1])
        return f"Minimum of its parts: {part.id} at {percent(exact_percent(progress))}."
    return mean_words([(part.weight, progress) for part, progress in known])


def _grade(reading: ObjectiveReading) -> Iterator[str]:
    if reading.grade is None:
        return
    held = ", 0.7 is success" if reading.grading == "aspirational" else ""
    short = ", short of success" if reading.succeeds is False and reading.grading == "aspirational" else ""
    yield (
        f"Grade {reading.grade:.1f} ({reading.grading}{held}): {percent(to_percent(reading.progress))} in tenths{short}."
    )
