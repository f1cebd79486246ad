"""Where a number comes from: the same sum by hand, for every kind of measure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.model import WorkItem
from sync.decide import decide
from sync.explain.key_result import Derivation, derive
from sync.memory import Memory
from sync.report.explanation import derivation_data
from tests.support.builders import NOW, epic, item, metric, observed, query, work, workspace


def derived(items: list[WorkItem], *results: dict[str, Any], counts: Any = None) -> Derivation:
    declared = workspace(*results)
    run = decide(observed(*items, counts=counts or {}), Memory(), declared, NOW)
    told = derive("a", run, declared)
    assert told is not None
    assert derive("nothing", run, declared) is None
    return told


WORK = [
    epic("WEB-1", claims=("A",)),
    item("WEB-2", "WEB-1", category="done", estimate=8),
    item("WEB-3", "WEB-1", estimate=2.5),
    item("WEB-4", "WEB-1", category="dropped", estimate=50),
    item("OPS-5", claims=("A", "B"), category="done", estimate=4),
]


def test_work_is_added_up() -> None:
    told = derived(WORK, work("A", measure={"weigh": "points"}), work("B"))
    assert [(row.item.key, float(row.weight), float(row.share), float(row.done)) for row in told.rows] == [
        ("OPS-5", 4, 0.5, 2),
        ("WEB-2", 8, 1, 8),
        ("WEB-3", 2.5, 1, 0),
        ("WEB-4", 50, 1, 0),
    ]
    assert told.rows[3].fate == "dropped, not counted"
    assert told.steps[1:5] == (
        "Done: 2 + 8 = 10.",
        "Scope: 2 + 8 + 2.5 = 12.5.",
        "10 / 12.5 = 80 %.",
        "By team: WEB 1 of 2, OPS 1 of 1.",
    )
    assert told.steps[5] == "Shown as 80 %; expected by now: 50 % (linear pace). Health: on track."


@pytest.mark.parametrize(
    ("result", "counts", "said"),
    [
        (work("A", measure={"target": 4}), {}, "1 / 4 (fixed target) = 25 %."),
        (metric("A", 22, 35, ("2026-11-01", 28.5)), {}, "(28.5 − 22) / (35 − 22) = 50 %."),
        (query("A", 40, 5), {"A": 12}, "(12 − 40) / (5 − 40) = 80 %."),
        ({"id": "A", "title": "A", "measure": {"kind": "milestones"}}, {}, "1 / 2 = 50 %."),
    ],
)
def test_other_measures(result: dict[str, Any], counts: dict[str, int], said: str) -> None:
    items = [item("WEB-1", claims=("A",), category="done"), item("WEB-2", claims=("A",))]
    assert said in derived(items, result, counts=counts).steps


def test_a_composite_names_its_parts() -> None:
    mean = {"id": "A", "title": "A", "measure": {"kind": "composite", "of": {"B": 3, "C": 1}}}
    parts = [metric("B", 0, 10, ("2026-11-01", 5.0)), metric("C", 0, 10, ("2026-11-01", 1.0))]
    assert "(3 × 50 % + 1 × 10 %) / 4 = 40 %." in derived([], mean, *parts).steps


def test_what_is_closed_or_by_hand_has_no_formula() -> None:
    closed = derived(WORK, work("A", closed="2026-11-01"))
    assert closed.steps[0].startswith("Closed on 2026-11-01")
    assert not any(" / " in step for step in closed.steps)


def test_what_nobody_estimated_is_named_and_what_came_later_is_added_up() -> None:
    early = NOW - timedelta(days=50)
    items = [
        item("WEB-1", claims=("A",), category="done", estimate=8, created=early),
        item("WEB-2", claims=("A",), created=early),
        item("WEB-3", claims=("A",), estimate=-1, created=early),
        item("WEB-4", claims=("A", "B"), estimate=6, created=NOW),
        item("WEB-5", claims=("A",), created=NOW),
    ]
    how = {"weigh": "points", "default_estimate": 2, "baseline": "2026-10-15"}
    told = derived(items, work("A", measure=how), work("B"))
    assert told.steps[1:4] == (
        "No estimate, so the default of 2 is used: WEB-2, WEB-3.",
        "Added after the baseline of 2026-10-15; not counted: 3 + 2 = 5.",
        "Done: 8 = 8.",
    )
    assert [row.item.key for row in told.rows if row.late] == ["WEB-4", "WEB-5"]
    assert [row["key"] for row in derivation_data(told, ())["items"] if not row["known"]] == [
        "WEB-2",
        "WEB-3",
        "WEB-5",
    ]


def test_many_without_an_estimate_are_not_all_named() -> None:
    items = [item(f"WEB-{number}", claims=("A",)) for number in range(10, 30)]
    told = derived(items, work("A", measure={"weigh": "points"}))
    assert told.steps[1].endswith("WEB-20, WEB-21 and 8 more.")
    told = derived(items, work("A", measure={"weigh": "label", "weights": {"big": 5}}))
    assert told.steps[1].startswith("No weight, so the default of 1 is used: WEB-10")


@pytest.mark.parametrize("how", [{}, {"weigh": "type", "weights": {"Bug": 3}}])
def test_a_count_or_a_type_leaves_nothing_to_guess(how: dict[str, Any]) -> None:
    told = derived([item("WEB-1", claims=("A",))], work("A", measure=how))
    assert told.steps[1] == "Done: none = 0."
