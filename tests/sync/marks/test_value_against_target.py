"""A value beside what it is held against: digits as they mean something, and different ones looking different."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.model import WorkItem
from sync.align.alignment import align
from sync.marks.comments import value_against_target
from sync.measure import Reading, measure
from tests.support.builders import NOW, item, metric, observed, work, workspace


def reading(*results: dict[str, Any], items: list[WorkItem] | None = None) -> Reading:
    declared = workspace(*results)
    return measure(align(items or [], declared), observed(), declared, NOW).readings[results[0]["id"]]


def keep(value: float, **limits: Any) -> dict[str, Any]:
    how = {"kind": "keep", **limits, "checkins": [{"on": "2026-11-01", "value": value}]}
    return {"id": "A", "title": "A", "measure": how}


def unit(one: dict[str, Any], words: str) -> dict[str, Any]:
    return {**one, "measure": {**one["measure"], "unit": words}}


WEIGHED = [
    item(f"WEB-{n}", claims=("A",), estimate=11.1958, category="done" if n < 3 else "todo")
    for n in range(1, 4)
]


@pytest.mark.parametrize(
    ("result", "items", "shown"),
    [
        (unit(metric("A", 22, 35, ("2026-11-01", 29.1)), "%"), [], "29.1 / 35 %"),
        (unit(metric("A", 90, 99.99, ("2026-11-01", 99.95)), "%"), [], "99.95 / 99.99 %"),
        (unit(metric("A", 9, 1, ("2026-11-01", 2.3456)), "ms"), [], "2.3456 / ≤ 1 ms"),
        (unit(metric("A", 1.2e6, 1.5e6, ("2026-11-01", 1_499_999.6)), "€"), [], "1,499,999.6 / €1,500,000"),
        (keep(465, below=250, unit="ms"), [], "465 / ≤ 250 ms"),
        (keep(99.4, above=99.5, unit="%"), [], "99.4 / ≥ 99.5 %"),
        (keep(5, above=1, below=5), [], "5 / 1 – 5"),
        (work("A", measure={"weigh": "points"}), WEIGHED, "22.4 / 33.6 points"),
        (work("A", measure={"weigh": "points", "target": 4561.5}), WEIGHED, "22.4 / 4,562 points"),
        (work("A"), [], "–"),
    ],
)  # fmt: skip
def test_a_value_has_the_digits_that_it_means(
    result: dict[str, Any], items: list[WorkItem], shown: str
) -> None:
    assert value_against_target(reading(result, items=items)) == shown


def test_a_mean_that_is_not_complete_is_below_a_hundred() -> None:
    mean = {"id": "A", "title": "A", "measure": {"kind": "composite", "of": {"B": 1}}}
    almost = reading(mean, metric("B", 0, 1, ("2026-11-01", 0.99999)))
    assert (value_against_target(almost), almost.percent) == ("99.9 / 100 %", 99)
    whole = reading(mean, metric("B", 0, 1, ("2026-11-01", 1.0)))
    assert (value_against_target(whole), whole.percent) == ("100 / 100 %", 100)
