"""Where a number comes from: the same sum by hand, for every kind of measure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.model import WorkItem
from sync.collect.rewind import rewound
from sync.decide import decide
from sync.explain.key_result import Derivation, derive
from sync.memory import Memory
from sync.report.explanation import derivation, derivation_data
from tests.support.builders import NOW, epic, item, metric, observed, query, work, workspace

LONG_AGO = datetime(2026, 8, 3, tzinfo=UTC)


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
    assert told.steps[1:6] == (
        "Done: 2 + 8 = 10.",
        "Scope: 2 + 8 + 2.5 = 12.5.",
        "10 / 12.5 = 80 %.",
        "Not counted, dropped: 1 item, weight 50: WEB-4.",
        "By team: WEB 1 of 2, OPS 1 of 1.",
    )
    assert told.steps[6] == "Shown as 80 %; expected by now: 50 % (linear pace). Health: on track."


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


def test_milestones_are_shown_themselves_with_state_and_day() -> None:
    how = {"kind": "milestones", "weights": {"WEB-1": 2}}
    items = [
        epic("WEB-1", claims=("A",), category="done", completed=NOW - timedelta(days=3)),
        item("WEB-2", "WEB-1", category="done"),
        epic("WEB-3", claims=("A",), category="doing", status="In Progress", due=date(2026, 12, 1)),
        item("WEB-4", "WEB-3"),
        epic("WEB-5", claims=("A",), category="done", completed=LONG_AGO),
        epic("WEB-6", claims=("A",)),
    ]
    told = derived(items, {"id": "A", "title": "A", "measure": how})
    section = derivation(told)
    assert section.columns == ("milestone", "title", "state", "day", "weight", "linked by")
    assert [[cell.text for cell in row][:1] + [cell.text for cell in row][2:5] for row in section.rows] == [
        ["WEB-1", "done", "2026-11-13", "2"],
        ["WEB-3", "In Progress", "due 2026-12-01", "1"],
        ["WEB-5", "finished before 2026-10-01, not counted", "2026-08-03", "1"],
        ["WEB-6", "To Do", "", "1"],
    ]
    assert "2 / 4 = 50 %." in told.steps
    rows = derivation_data(told, ())["milestones"]
    assert [(row["key"], row["reached"], row["on"]) for row in rows][:2] == [
        ("WEB-1", True, "2026-11-13"),
        ("WEB-3", False, "2026-12-01"),
    ]
    assert derivation_data(derived(WORK, work("A"), work("B")), ())["milestones"] == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1_499_999, ("(1,499,999 − 1,200,000) / (1,500,000 − 1,200,000) = 99.99 %.", "Shown as 99 %")),
        (
            1_499_999.996,
            ("(1,499,999.996 − 1,200,000) / (1,500,000 − 1,200,000) = 99.99 %.", "Shown as 99 %"),
        ),
        (1_500_000, ("(1,500,000 − 1,200,000) / (1,500,000 − 1,200,000) = 100 %.", "Shown as 100 %")),
        (1_600_000, ("= 133.3 %.", "Shown as 100 %")),
    ],
)
def test_large_numbers_are_written_out_and_agree_with_the_percent(
    value: float, said: tuple[str, ...]
) -> None:
    told = " ".join(derived([], metric("A", 1_200_000, 1_500_000, ("2026-11-01", value))).steps)
    assert all(words in told for words in said), told


def test_what_weighs_nothing_keeps_it_from_a_hundred_in_one_sentence() -> None:
    items = [
        item("WEB-1", claims=("A",), category="done", estimate=3),
        item("WEB-2", claims=("A",), estimate=0),
    ]
    told = derived(items, work("A", measure={"weigh": "points"})).steps
    assert "All of that weight is done, but open items with zero weight remain, so it shows 99 %." in told
    assert not any("= 100 %" in step for step in told)


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
    assert told.steps[1:3] == (
        "No estimate, so the default of 2 is used: WEB-2, WEB-3.",
        "Done: 8.",
    )
    assert "Not counted, added after 2026-10-15: 2 items, weight 5: WEB-4, WEB-5." in told.steps
    assert [row.item.key for row in told.rows if row.left_out == "late"] == ["WEB-4", "WEB-5"]
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


SPREAD = [
    epic("WEB-1", claims=("A",), estimate=40.0),
    item("WEB-2", "WEB-1", estimate=12.0),
    item("WEB-3", "WEB-2", category="done"),
    item("WEB-4", "WEB-2"),
    item("WEB-5", "WEB-2", claims=("B",)),
    item("WEB-6", "WEB-1"),
    item("WEB-7", "WEB-1", category="done", estimate=5.0),
    item("WEB-8", "WEB-7"),
    item("OPS-1", estimate=7.0, in_scope=False),
    item("WEB-9", "OPS-1", claims=("A",)),
    item("WEB-10", estimate=6.0),
    item("WEB-11", "WEB-10", claims=("A",)),
    item("WEB-12", "WEB-10"),
    item("WEB-13", category="dropped", estimate=2.0),
    item("WEB-14", "WEB-13", claims=("A",)),
]
IN_POINTS = work("A", measure={"weigh": "points"}), work("B", measure={"weigh": "points"})


def test_every_weight_says_where_it_comes_from() -> None:
    told = derived(SPREAD, *IN_POINTS)
    assert {row.item.key: (float(row.weight), row.origin, row.known) for row in told.rows} == {
        "WEB-3": (4, "12 points of WEB-2, spread over 3 items", True),
        "WEB-4": (4, "12 points of WEB-2, spread over 3 items", True),
        "WEB-6": (1, "", False),
        "WEB-7": (5, "5 points, in place of 1 item below it", True),
        "WEB-9": (1, "", False),
        "WEB-11": (3, "6 points of WEB-10, spread over 2 items", True),
        "WEB-14": (1, "", False),
    }
    data = {row["key"]: row["spread"] for row in derivation_data(told, ())["items"]}
    assert data["WEB-3"] == {"tracker": "jira", "key": "WEB-2", "estimate": 12.0, "items": 3}
    assert data["WEB-6"] is None
    table = derivation(told)
    assert table.columns[3:5] == ("weight", "weight from")
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert "weight from" not in derivation(derived(WORK, work("A"), work("B"))).columns


def test_points_that_do_not_count_as_people_might_expect_are_named() -> None:
    told = derived(SPREAD, *IN_POINTS)
    assert told.steps[5:11] == (
        "OPS-1 is out of scope, so its 7 points count nowhere.",
        "Estimated work below WEB-1 counts in place of its 40 points: 18 points, 22 fewer.",
        "Of the 6 points of WEB-10, 3 go elsewhere: WEB-12 (serves no key result).",
        "WEB-13 was dropped, so its 2 points count nowhere.",
        "Of the 12 points of WEB-2, 4 go elsewhere: WEB-5 (serves B).",
        "WEB-7 is done and counts whole, with 5 points, in place of 1 item below it.",
    )
    fates = {one["key"]: one["fate"] for one in derivation_data(told, ())["parent_estimates"]}
    assert fates == {
        "OPS-1": "barred",
        "WEB-1": "outdone",
        "WEB-10": "spread",
        "WEB-13": "barred",
        "WEB-2": "spread",
        "WEB-7": "whole",
    }


def test_what_adds_up_needs_no_words_and_many_are_not_all_told() -> None:
    items = [item("WEB-1", claims=("A",), estimate=5.0), item("WEB-2", "WEB-1", estimate=5.0)]
    assert len(derived(items, *IN_POINTS).steps) == 5
    for number in range(10, 25):
        items += [
            item(f"WEB-{number}", claims=("A",), estimate=5.0),
            item(f"WEB-{number}0", f"WEB-{number}", estimate=2.0),
        ]
    steps = derived(items, *IN_POINTS).steps
    assert sum("in place of its 5 points: 2 points, 3 fewer" in step for step in steps) == 12
    assert any(step.startswith("The estimates of 3 more parents are not counted") for step in steps)


def test_where_all_of_it_goes_elsewhere_that_is_named_too() -> None:
    items = [item("WEB-1", claims=("A",), estimate=8.0), item("WEB-2", "WEB-1", claims=("B",))]
    told = derived(items, *IN_POINTS)
    assert told.steps == ("No linked work.", "Of the 8 points of WEB-1, 8 go elsewhere: WEB-2 (serves B).")


@pytest.mark.parametrize("how", [{}, {"weigh": "type", "weights": {"Bug": 3}}])
def test_a_count_or_a_type_leaves_nothing_to_guess(how: dict[str, Any]) -> None:
    told = derived([item("WEB-1", claims=("A",))], work("A", measure=how))
    assert told.steps[1] == "Done: 0."


def test_what_is_left_out_is_named_with_the_reason_and_the_first_keys() -> None:
    old = [item(f"WEB-{n}", claims=("A",), category="done", completed=LONG_AGO) for n in range(10, 30)]
    told = derived(
        [*old, item("WEB-1", claims=("A",)), item("WEB-2", claims=("A",), category="dropped")], work("A")
    )
    assert told.steps[-3:-1] == (
        (
            "Not counted, finished before 2026-10-01: 20 items: WEB-10, WEB-11, WEB-12, WEB-13, WEB-14, WEB-15, WEB-16, WEB-17, "
            "WEB-18, WEB-19, WEB-20, WEB-21 and 8 more."
        ),
        "Not counted, dropped: 1 item: WEB-2.",
    )
    left_out = derivation_data(told, ())["left_out"]
    assert [(one["reason"], one["items"], one["weight"]) for one in left_out] == [
        ("before", 20, 20.0),
        ("dropped", 1, 1.0),
    ]
    assert left_out[0]["keys"] == [one.key for one in old]
    assert {row.fate for row in told.rows if row.left_out == "before"} == {
        "finished before 2026-10-01, not counted"
    }


def test_in_a_look_back_nobody_knows_what_was_in_progress() -> None:
    declared, items = workspace(work("A")), [item("WEB-1", claims=("A",), category="doing")]
    fates = []
    for moment in (NOW, NOW - timedelta(days=1)):
        told = derive("A", decide(rewound(observed(*items), moment), Memory(), declared, moment), declared)
        assert told is not None
        fates += [row.fate for row in told.rows]
    assert fates == ["doing", "open"]


def test_of_points_it_is_said_what_they_would_weigh() -> None:
    items = [
        item("WEB-1", claims=("A",), estimate=3),
        item("WEB-2", claims=("A",), estimate=8, category="done", completed=LONG_AGO),
    ]
    told = derived(items, work("A", measure={"weigh": "points"}))
    assert "Not counted, finished before 2026-10-01: 1 item, weight 8: WEB-2." in told.steps


def test_milestones_name_what_was_reached_before() -> None:
    items = [
        epic("WEB-1", claims=("A",), category="done", completed=LONG_AGO),
        epic("WEB-2", claims=("A",)),
    ]
    told = derived(items, {"id": "A", "title": "A", "measure": {"kind": "milestones"}})
    assert "Not counted, finished before 2026-10-01: 1 item: WEB-1." in told.steps
