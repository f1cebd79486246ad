"""Where an objective's number comes from, for every way to roll up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync.decide import decide
from sync.explain.objective import ObjectiveDerivation, derive_objective
from sync.memory import Memory
from sync.report.explanation import objective_derivation
from tests.support.builders import NOW, metric, observed, work, workspace
from tests.support.cli import Cli

DONE = {"kind": "binary", "done": "2026-11-01"}
OPEN = {"kind": "binary"}


def of(objective: dict[str, Any], *others: dict[str, Any]) -> ObjectiveDerivation:
    cycle = {"cycle": "2026-Q4"}
    declared = workspace(
        objectives=[
            {"id": "O", "title": "Whole", **cycle, **objective},
            *({**cycle, **one} for one in others),
        ]
    )
    run = decide(observed(), Memory(), declared, NOW)
    assert derive_objective("nothing", run, declared) is None
    told = derive_objective(" o ", run, declared)
    assert told is not None
    return told


def result(name: str, measure: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "measure": measure, **more}


def at(name: str, percent: float, **more: Any) -> dict[str, Any]:
    return metric(name, 0, 100, ("2026-11-10", percent), **more)


BROKEN = result("RAIL", {"kind": "keep", "below": 5, "checkins": [{"on": "2026-11-01", "value": 9}]})
HELD = result("RAIL", {"kind": "keep", "below": 5, "checkins": [{"on": "2026-11-01", "value": 1}]})


@pytest.mark.parametrize(
    ("objective", "percent", "steps"),
    [
        ({"key_results": [at("A", 60), at("B", 30, weight=2)]}, 40,
         ["(1 × 60 % + 2 × 30 %) / 3 = 40 %.", "Shown as 40 %; expected by now: 50 % (weighted mean of its parts). Health: at risk."]),
        ({"key_results": [at("A", 60), at("B", 30)], "roll_up": "minimum"}, 30,
         ["Minimum of its parts: B at 30 %.", "Shown as 30 %; expected by now: 50 % (weighted mean of its parts). Health: at risk."]),
        ({"key_results": [result("A", DONE), result("B", DONE)]}, 100,
         ["All parts are complete: 100 %.", "Shown as 100 %; expected by now: 50 % (weighted mean of its parts). Health: done."]),
        ({"key_results": [at("A", 60), work("B")]}, 60,
         ["No data, left out: B.", "(1 × 60 %) / 1 = 60 %.",
          "Shown as 60 %; expected by now: 50 % (weighted mean of its parts). Health: on track."]),
        ({"key_results": [work("B")]}, None,
         ["No data, left out: B.", "No data; expected by now: 50 % (weighted mean of its parts). Health: no data."]),
        ({"key_results": [at("A", 60), BROKEN]}, 60,
         ["(1 × 60 %) / 1 = 60 %.", "Shown as 60 %; expected by now: 50 % (weighted mean of its parts). Health: at risk.",
          "Broken guard-rail (RAIL), so the health is at risk at best."]),
        ({"key_results": [at("A", 60), HELD]}, 60,
         ["(1 × 60 %) / 1 = 60 %.", "Shown as 60 %; expected by now: 50 % (weighted mean of its parts). Health: on track."]),
        ({"key_results": [HELD]}, None, ["No data; expected by now: 50 % (elapsed share of the cycle). Health: no data."]),
        ({"key_results": [at("A", 64)], "grading": "committed"}, 64,
         ["(1 × 64 %) / 1 = 64 %.", "Grade 0.6 (committed): 64 % in tenths.",
          "Shown as 64 %; expected by now: 50 % (weighted mean of its parts). Health: on track."]),
        ({"key_results": [at("A", 70)], "grading": "aspirational"}, 70,
         ["(1 × 70 %) / 1 = 70 %.", "Grade 0.7 (aspirational, 0.7 is success): 70 % in tenths.",
          "Shown as 70 %; expected by now: 50 % (weighted mean of its parts). Health: at target."]),
        ({"key_results": [at("A", 66)], "grading": "aspirational"}, 66,
         ["(1 × 66 %) / 1 = 66 %.", "Grade 0.6 (aspirational, 0.7 is success): 66 % in tenths, short of success.",
          "Shown as 66 %; expected by now: 50 % (weighted mean of its parts). Health: on track."]),
    ],
)  # fmt: skip
def test_the_same_sum_by_hand(objective: dict[str, Any], percent: int | None, steps: list[str]) -> None:
    told = of(objective)
    assert told.reading.percent == percent
    assert list(told.steps) == steps


def test_objectives_below_are_parts_by_their_own_weight() -> None:
    below = {"id": "P", "title": "Part", "parent": "O", "weight": 3, "key_results": [at("B", 20)]}
    deeper = {"id": "Q", "title": "Deeper", "parent": "P", "key_results": [at("C", 40)]}
    told = of({"key_results": [at("A", 60)]}, below, deeper)
    assert [(one.kind, one.id, one.weight) for one in told.parts] == [
        ("key result", "A", 1),
        ("objective", "P", 3),
    ]
    assert told.steps[0] == "(1 × 60 % + 3 × 30 %) / 4 = 37.5 %."
    assert told.reading.percent == 37


def test_it_is_the_objective_that_was_asked_for() -> None:
    cycle = {"cycle": "2026-Q4"}
    other = {"id": "N", "title": "Other", **cycle, "key_results": [at("B", 20), work("C"), work("D")]}
    declared = workspace(
        objectives=[other, {"id": "O", "title": "Whole", **cycle, "key_results": [at("A", 60)]}]
    )
    run = decide(observed(), Memory(), declared, NOW)
    first, second = (derive_objective(name, run, declared) for name in ("N", "O"))
    assert first is not None
    assert second is not None
    assert (second.reading.objective, second.reading.percent) == ("O", 60)
    assert first.steps[0] == "No data, left out: C, D."


def test_a_guard_rail_shows_no_weight() -> None:
    sheet = objective_derivation(of({"key_results": [at("A", 60), BROKEN]}))
    rows = [[cell.text for cell in row] for row in sheet.rows]
    assert rows[0] == ["key result", "A", "Result A", "1", "60 %", "50 %", "on track"]
    assert rows[1] == ["guard-rail", "RAIL", "RAIL", "", "0 %", "50 %", "off track"]


@pytest.mark.usefixtures("pointed")
def test_explain_takes_the_id_of_an_objective(run: Cli) -> None:
    told = run("explain", "growth", "--as-of", "2026-11-16T09:00Z")
    assert told.code == 0, told.err
    assert "GROWTH-KR2" in told.out
    data = json.loads(run("explain", "GROWTH", "--format", "json").out)
    assert [one["weight"] for one in data["parts"]] == [1, 2, 1]
    assert f"Shown as {data['percent']} %" in data["steps"][-1]
    assert data["steps"][-1] in run("explain", "GROWTH", "--format", "markdown").out.replace("\\", "")
