"""Readings: values written by hand from the rules, and laws that hold for any world."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.measures import WorkMeasure
from config.policy import HealthPolicy
from connectors.model import WorkItem
from sync.align.alignment import align
from sync.measure import (
    FieldValues,
    Reading,
    Tally,
    fold,
    health,
    measure,
    needs_history,
    pieces_of,
    progress_between,
    to_percent,
)
from sync.measure.flow import nearest_rank
from tests.support.builders import NOW, epic, item, metric, observed, query, work, workspace


def read(items: list[WorkItem], key_result: dict[str, Any], counts: dict[str, int] | None = None) -> Reading:
    declared = workspace(key_result)
    card = measure(align(items, declared), observed(counts=counts or {}), declared, NOW)
    return card.readings[key_result["id"]]


def leaf(number: int, category: str, estimate: float | None = None, **changes: Any) -> WorkItem:
    return item(f"WEB-{number}", claims=("A",), category=category, estimate=estimate, **changes)


POINTS = {"measure": {"weigh": "points"}}
NAN, INFINITE = float("nan"), float("inf")

WORK: list[tuple[str, dict[str, Any], list[WorkItem], int | None]] = [
    ("nothing linked", {}, [], None),
    ("all open", {}, [leaf(1, "todo"), leaf(2, "doing")], 0),
    ("one of three, rounded down", {}, [leaf(1, "done"), leaf(2, "todo"), leaf(3, "todo")], 33),
    ("all done", {}, [leaf(1, "done"), leaf(2, "done")], 100),
    ("dropped leaves the scope", {}, [leaf(1, "done"), leaf(2, "dropped")], 100),
    ("all dropped", {}, [leaf(1, "dropped")], None),
    ("points", POINTS, [leaf(1, "done", 8), leaf(2, "todo", 2)], 80),
    ("no estimate counts one", POINTS, [leaf(1, "done", 3), leaf(2, "todo")], 75),
    (
        "declared default",
        {"measure": {"weigh": "points", "default_estimate": 3}},
        [leaf(1, "done", 3), leaf(2, "todo")],
        50,
    ),
    ("negative is no estimate", POINTS, [leaf(1, "done", 1), leaf(2, "todo", -5)], 50),
    ("NaN is no estimate", POINTS, [leaf(1, "done", 1), leaf(2, "todo", NAN)], 50),
    ("infinite is no estimate", POINTS, [leaf(1, "done", 1), leaf(2, "todo", INFINITE)], 50),
    ("absurd is no estimate", POINTS, [leaf(1, "done", 1), leaf(2, "todo", 9e307)], 50),
    ("zero is an estimate", POINTS, [leaf(1, "done", 0), leaf(2, "todo", 4)], 0),
    ("all zero: counted", POINTS, [leaf(1, "done", 0), leaf(2, "todo", 0)], 50),
    ("open work of zero points is not complete", POINTS, [leaf(1, "done", 4), leaf(2, "todo", 0)], 99),
    ("199 of 200", {}, [leaf(n, "done" if n else "todo") for n in range(200)], 99),
    ("29 of 100 is 29", {}, [leaf(n, "done" if n < 29 else "todo") for n in range(100)], 29),
    ("57 of 100 is 57", {}, [leaf(n, "done" if n < 57 else "todo") for n in range(100)], 57),
]


@pytest.mark.parametrize(("name", "changes", "items", "percent"), WORK, ids=[case[0] for case in WORK])
def test_work(name: str, changes: dict[str, Any], items: list[WorkItem], percent: int | None) -> None:
    reading = read(items, work("A", **changes))
    assert reading.percent == percent, name


def test_containers_do_not_count_beside_their_children() -> None:
    items = [epic("WEB-1", claims=("A",)), item("WEB-2", "WEB-1", category="done"), item("WEB-3", "WEB-1")]
    assert read(items, work("A")).percent == 50


def test_a_shared_item_counts_with_its_share() -> None:
    shared = item("WEB-1", claims=("A", "B"), category="done")
    declared = workspace(work("A"), work("B"))
    card = measure(align([shared, leaf(2, "todo")], declared), observed(), declared, NOW)
    assert card.readings["A"].tally.weight == Fraction(3, 2)
    assert card.readings["A"].percent == 33
    assert card.readings["B"].percent == 100


def test_estimate_coverage_is_stated() -> None:
    assert "50 % estimated" in read([leaf(1, "done", 2), leaf(2, "todo")], work("A", **POINTS)).evidence


METRICS: list[tuple[float, float, list[tuple[str, float]], int | None]] = [
    (22, 35, [], None),
    (22, 35, [("2026-10-14", 24.6)], 20),
    (22, 35, [("2026-11-10", 28.5), ("2026-10-14", 24.6)], 50),
    (22, 35, [("2026-11-10", 28.5), ("2026-12-01", 35.0)], 50),
    (22, 35, [("2026-11-10", 20.0)], 0),
    (22, 35, [("2026-11-10", 40.0)], 100),
    (40, 5, [("2026-11-10", 22.5)], 50),
    (40, 5, [("2026-11-10", 5.0)], 100),
    (40, 5, [("2026-11-10", 50.0)], 0),
    (-10, 10, [("2026-11-10", 0.0)], 50),
]


@pytest.mark.parametrize(("start", "target", "checkins", "percent"), METRICS)
def test_metric(start: float, target: float, checkins: list[tuple[str, float]], percent: int | None) -> None:
    assert read([], metric("A", start, target, *checkins)).percent == percent


def test_query_measures_what_the_tracker_answered() -> None:
    reading = read([], query("A", 40, 5), {"A": 12})
    assert (reading.value, reading.percent) == (12, 80)


def test_a_missing_answer_is_never_zero() -> None:
    with pytest.raises(KeyError):
        read([], query("A", 40, 5), {})


@pytest.mark.parametrize(
    ("progress", "elapsed", "expected"),
    [
        (None, 0.5, "no_data"),
        (1.0, 0.1, "done"),
        (0.5, 0.5, "on_track"),
        (0.4, 0.5, "on_track"),
        (0.39, 0.5, "at_risk"),
        (0.25, 0.5, "at_risk"),
        (0.24, 0.5, "off_track"),
        (0.0, 0.0, "on_track"),
        (0.99, 1.0, "on_track"),
    ],
)
def test_health(progress: float | None, elapsed: float, expected: str) -> None:
    assert health(progress, elapsed, HealthPolicy()) == expected


@pytest.mark.parametrize(
    ("moment", "elapsed"),
    [
        (datetime(2026, 9, 1, tzinfo=UTC), 0.0),
        (datetime(2026, 10, 1, tzinfo=UTC), 0.0),
        (datetime(2026, 11, 16, tzinfo=UTC), 0.5),
        (datetime(2027, 1, 1, tzinfo=UTC), 1.0),
        (datetime(2027, 3, 1, tzinfo=UTC), 1.0),
    ],
)
def test_elapsed(moment: datetime, elapsed: float) -> None:
    assert workspace().cycles["2026-Q4"].elapsed(moment) == elapsed


def test_days_begin_in_the_declared_zone() -> None:
    auckland = workspace(metric("A", 0, 10, ("2026-11-17", 10.0)), time_zone="Pacific/Auckland")
    evening = datetime(2026, 11, 16, 20, tzinfo=UTC)
    assert measure(align([], auckland), observed(), auckland, evening).readings["A"].percent == 100
    utc = workspace(metric("A", 0, 10, ("2026-11-17", 10.0)))
    assert measure(align([], utc), observed(), utc, evening).readings["A"].percent is None


def test_objective_is_the_weighted_mean_of_what_has_data() -> None:
    declared = workspace(
        metric("A", 0, 10, ("2026-11-10", 10.0)),
        metric("B", 0, 10, ("2026-11-10", 4.0), weight=2),
        metric("C", 0, 10),
    )
    (objective,) = measure(align([], declared), observed(), declared, NOW).objectives
    assert objective.percent == 60
    assert objective.without_data == 1


def test_objective_is_complete_only_when_each_key_result_is() -> None:
    declared = workspace(*(metric(f"A{n}", 0, 10, ("2026-11-10", 10.0), weight=0.1) for n in range(7)))
    (objective,) = measure(align([], declared), observed(), declared, NOW).objectives
    assert (objective.percent, objective.health) == (100, "done")


CATEGORIES = st.sampled_from(["todo", "doing", "done", "dropped"])
ESTIMATES = st.one_of(
    st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-1, 21).map(float)
)
LEAVES = st.lists(
    st.tuples(CATEGORIES, ESTIMATES, st.fractions(Fraction(1, 10), 1, max_denominator=10)), max_size=12
)
HOW = WorkMeasure(kind="work", weigh="points")


def leaves_from(drawn: list[tuple[str, float | None, Fraction]]) -> list[tuple[WorkItem, Fraction]]:
    return [(leaf(n, category, estimate), share) for n, (category, estimate, share) in enumerate(drawn)]


@given(LEAVES, st.integers(0, 12))
def test_parts_add_up_to_the_whole(drawn: list[tuple[str, float | None, Fraction]], cut: int) -> None:
    leaves = pieces_of(leaves_from(drawn), HOW, UTC)
    assert fold(leaves[:cut], HOW) + fold(leaves[cut:], HOW) == fold(leaves, HOW)
    assert fold(reversed(leaves), HOW) == fold(leaves, HOW)


@given(st.lists(st.tuples(CATEGORIES, ESTIMATES), min_size=1, max_size=8), st.data())
def test_closing_an_item_never_lowers_work(
    drawn: list[tuple[str, float | None]], data: st.DataObject
) -> None:
    items = [leaf(n, category, estimate) for n, (category, estimate) in enumerate(drawn)]
    chosen = data.draw(st.sampled_from([one for one in items if one.is_open] or items))
    if not chosen.is_open:
        return
    after = [replace(one, category="done") if one is chosen else one for one in items]
    before_, after_ = read(items, work("A", **POINTS)).progress, read(after, work("A", **POINTS)).progress
    assert before_ is not None
    assert after_ is not None
    assert after_ >= before_


@given(st.lists(st.tuples(CATEGORIES, ESTIMATES), max_size=8))
def test_percent_is_a_percent(drawn: list[tuple[str, float | None]]) -> None:
    items = [leaf(n, category, estimate) for n, (category, estimate) in enumerate(drawn)]
    percent = read(items, work("A", **POINTS)).percent
    assert percent is None or 0 <= percent <= 100
    living = [one for one in items if one.category != "dropped"]
    assert (percent == 100) == (bool(living) and all(one.category == "done" for one in living))


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_way_is_a_share(start: float, target: float, value: float) -> None:
    if start != target:
        assert 0 <= progress_between(start, target, value) <= 1


@pytest.mark.parametrize(
    ("progress", "percent"), [(None, None), (0.0, 0), (0.29, 29), (0.999, 99), (1.0, 100)]
)
def test_percent_is_floored(progress: float | None, percent: int | None) -> None:
    assert to_percent(progress) == percent


def test_an_empty_tally_is_the_zero_of_addition() -> None:
    one = fold(pieces_of([(leaf(1, "done", 3), Fraction(1))], HOW, UTC), HOW)
    assert one + Tally() == one


@pytest.mark.parametrize(
    ("changes", "what", "needed"),
    [
        ({"category": "done"}, "efficiency", True),
        ({"category": "done"}, "cycle_time", True),
        ({"category": "done", "started": NOW}, "cycle_time", False),
        ({"category": "done", "started": NOW}, "efficiency", True),
        ({"category": "done"}, "lead_time", False),
        ({"category": "done"}, "points", False),
        ({"category": "doing"}, "efficiency", False),
        ({"category": "dropped"}, "efficiency", False),
        ({"category": "done", "level": "project"}, "efficiency", False),
    ],
)
def test_a_history_is_needed_only_where_nothing_else_tells(
    changes: dict[str, Any], what: str, needed: bool
) -> None:
    assert needs_history(item("WEB-1", **changes), what) is needed


def test_an_objective_closed_today_is_closed_and_tomorrow_is_not() -> None:
    for day, shown in (("2026-11-16", True), ("2026-11-17", False)):
        objective = {"id": "O", "title": "O", "cycle": "2026-Q4", "key_results": [work("A")], "closed": day}
        declared = workspace(objectives=[objective])
        (told,) = measure(align([], declared), observed(), declared, NOW).objectives
        assert (told.closed is not None) is shown


def test_a_grade_is_in_tenths() -> None:
    objective = {"id": "O", "title": "O", "cycle": "2026-Q4", "grading": "committed",
                 "key_results": [metric("A", 0, 100, ("2026-11-10", 37.0))]}  # fmt: skip
    declared = workspace(objectives=[objective])
    assert measure(align([], declared), observed(), declared, NOW).objectives[0].grade == 0.4


@pytest.mark.parametrize(
    ("moment", "forecast"),
    [
        (datetime(2026, 10, 5, 14, tzinfo=UTC), None),  # a twentieth of the cycle is over at 14:24
        (datetime(2026, 10, 5, 14, 24, tzinfo=UTC), 1.0),
        (datetime(2026, 10, 5, 15, tzinfo=UTC), 1.0),
        (datetime(2026, 11, 16, tzinfo=UTC), 0.5),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), 0.25),
    ],
)
def test_the_forecast_goes_on_at_the_pace_so_far(moment: datetime, forecast: float | None) -> None:
    declared = workspace(work("A"))
    leaves = [leaf(1, "done"), *(leaf(number, "todo") for number in range(2, 5))]
    told = measure(align(leaves, declared), observed(), declared, moment).readings["A"].forecast
    assert told == (None if forecast is None else pytest.approx(forecast, abs=0.001))


def test_a_guard_rail_has_neither_a_forecast_nor_a_part_in_its_objective() -> None:
    rail = {"id": "B", "title": "B", "measure": {"kind": "keep", "below": 5, "checkins": []}}
    declared = workspace(work("A"), rail)
    told = measure(align([leaf(1, "done")], declared), observed(), declared, NOW)
    assert (told.readings["B"].counts, told.readings["B"].forecast) == (False, None)
    (whole,) = told.objectives
    assert (whole.progress, whole.without_data) == (1.0, 0)


def test_a_key_result_closed_today_is_closed_and_tomorrow_is_not() -> None:
    for day, shown in (("2026-11-16", True), ("2026-11-17", False)):
        assert (read([leaf(1, "done")], work("A", closed=day)).closed is not None) is shown


def test_what_is_expected_of_an_objective_is_weighted_too() -> None:
    late = metric("B", 0, 10, ("2026-11-10", 5.0), pace="step", weight=1)
    declared = workspace(work("A", weight=3), late)
    card = measure(align([], declared), observed(), declared, NOW)
    by_now = card.readings["A"].expected
    assert card.readings["B"].expected == 0
    assert card.objectives[0].expected == pytest.approx(3 * by_now / 4)


def test_an_objective_says_how_it_is_graded() -> None:
    for grading in ("committed", "aspirational", None):
        objective = {"id": "O", "title": "O", "cycle": "2026-Q4", "key_results": [work("A")]}
        declared = workspace(objectives=[objective | ({"grading": grading} if grading else {})])
        assert measure(align([], declared), observed(), declared, NOW).objectives[0].grading == (
            grading or ""
        )


@pytest.mark.parametrize(
    ("how", "unestimated"),
    [
        ({}, 2),
        ({"weigh": "points"}, 2),
        ({"weigh": "time"}, 3),
        ({"weigh": "type", "weights": {"Bug": 2}}, 0),
    ],
)
def test_how_many_items_nobody_estimated(how: dict[str, Any], unestimated: int) -> None:
    leaves = [leaf(1, "done", 3.0), leaf(2, "todo"), leaf(3, "todo")]
    assert read(leaves, work("A", measure={"kind": "work", **how})).tally.unestimated == unestimated


def test_nothing_drawn_covers_nothing() -> None:
    assert (FieldValues().coverage, FieldValues((1.0,)).coverage, FieldValues((1.0,), 1).coverage) == (
        None,
        1.0,
        0.5,
    )


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"kind": "metric", "start": 14, "target": 2, "checkins": []}, True),
        ({"kind": "metric", "start": 2, "target": 14, "checkins": []}, False),
        ({"kind": "keep", "below": 5, "checkins": []}, True),
        ({"kind": "keep", "above": 5, "checkins": []}, False),
        ({"kind": "flow", "of": "cycle_time", "start": 9, "target": 4}, True),
        ({"kind": "work"}, False),
        ({"kind": "binary"}, False),
    ],
)
def test_where_smaller_is_better(how: dict[str, Any], expected: bool) -> None:
    assert read([], {"id": "A", "title": "A", "measure": how}).smaller_is_better is expected


def test_the_team_with_the_most_work_comes_first() -> None:
    leaves = [leaf(1, "done"), item("AAA-1", claims=("A",)), leaf(2, "todo"), item("ZZZ-1", claims=("A",))]
    assert [team for team, _ in read(leaves, work("A")).teams] == ["WEB", "AAA", "ZZZ"]


@pytest.mark.parametrize(
    ("value", "done", "note"),
    [
        (1.0, 4, "hardly moved"),
        (2.0, 4, ""),  # a fifth of the way is a move
        (1.0, 3, ""),
        (8.0, 0, "still needed"),  # four fifths is nearly there
        (7.9, 0, ""),
        (8.0, 1, ""),
    ],
)
def test_where_work_and_value_part(value: float, done: int, note: str) -> None:
    leaves = [leaf(number, "done" if number < done else "todo") for number in range(5)]
    told = read(leaves, metric("A", 0, 10, ("2026-11-10", value))).mismatch
    assert note in str(told)
    assert bool(told) is bool(note)


def test_the_hundredth_percentile_is_the_greatest_of_any_number() -> None:
    for number in (1, 50, 101, 202):
        assert nearest_rank(range(number), 100) == number - 1
        assert nearest_rank(range(number), 1) == -(-number // 100) - 1
