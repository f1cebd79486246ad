"""What moved a key result: the effects of work and of scope, for every way to measure work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.measures import WorkMeasure
from config.workspace import Workspace
from connectors.model import Category, WorkItem
from sync.align.alignment import align
from sync.history.movement import (
    KINDS,
    LeafState,
    Movement,
    WorkState,
    movement,
    movements_since,
    sum_movements,
    work_states,
)
from sync.measure import measure
from tests.support.builders import NOW, item, metric, observed, work, workspace

MONDAY, FRIDAY = date(2026, 11, 9), date(2026, 11, 13)
A = {"a": ("done", 1.0), "b": ("todo", 1.0)}


def moved(before: dict[str, LeafState], now: dict[str, LeafState], **how: Any) -> Movement:
    return movement(WorkState(MONDAY, before), WorkState(FRIDAY, now), WorkMeasure(kind="work", **how))


@pytest.mark.parametrize(
    ("name", "how", "before", "now", "by_work", "by_scope"),
    [
        ("added and done since: lowered by the one, raised by the other", {},
         {"a": ("done", 1.0), "b": ("todo", 1.0)}, {**A, "c": ("done", 1.0)}, 100 / 3, -50 / 3),
        ("a fixed target is not moved by new work", {"target": 4}, A, {**A, "c": ("todo", 1.0)}, 0, 0),
        ("but by new work that is done", {"target": 4}, A, {**A, "c": ("done", 1.0)}, 25, 0),
        ("and by done work that is taken away", {"target": 4}, A, {"b": ("todo", 1.0)}, 0, -25),
        ("nothing moves beyond a target that is reached", {"target": 1}, A,
         {"a": ("done", 1.0), "b": ("done", 1.0)}, 0, 0),
        ("work that was begun counts where it is credited", {"started": 0.5}, A,
         {"a": ("done", 1.0), "b": ("doing", 1.0)}, 25, 0),
        ("and not where it is not", {}, A, {"a": ("done", 1.0), "b": ("doing", 1.0)}, 0, 0),
        ("what was dropped and taken up again is new", {}, {"a": ("done", 1.0), "b": ("dropped", 0.0)}, A, 0, -50),
        ("an estimate of what is done", {}, A, {"a": ("done", 3.0), "b": ("todo", 1.0)}, 0, 25),
        ("what was done was dropped", {}, A, {"a": ("dropped", 0.0), "b": ("todo", 1.0)}, 0, -50),
        ("no work before", {}, {}, A, None, None),
        ("no work now", {}, A, {"a": ("dropped", 0.0)}, None, None),
    ],
)  # fmt: skip
def test_what_work_did_and_what_scope_did(
    name: str,
    how: dict[str, Any],
    before: dict[str, LeafState],
    now: dict[str, LeafState],
    by_work: float | None,
    by_scope: float | None,
) -> None:
    found = moved(before, now, **how)
    assert (found.by_work, found.by_scope) == (
        (None, None) if by_work is None else (pytest.approx(by_work), pytest.approx(by_scope))
    ), name


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"a": ("todo", 1.0)}, {"a": ("done", 1.0)}, {"done": 1, "by_work": 100.0, "by_scope": 0.0}),
        ({"a": ("done", 1.0)}, {"a": ("doing", 1.0)}, {"reopened": 1, "by_work": -100.0, "by_scope": 0.0}),
        ({"a": ("done", 1.0)}, {"a": ("done", 1.0), "b": ("todo", 1.0)},
         {"added": 1, "by_work": 0.0, "by_scope": -50.0}),
        ({"a": ("done", 1.0), "b": ("todo", 1.0)}, {"a": ("done", 1.0), "b": ("dropped", 0.0)},
         {"dropped": 1, "by_work": 0.0, "by_scope": 50.0}),
        ({"a": ("done", 1.0), "b": ("todo", 1.0)}, {"a": ("done", 1.0)},
         {"gone": 1, "by_work": 0.0, "by_scope": 50.0}),
        ({"a": ("dropped", 0.0)}, {"a": ("todo", 1.0)}, {"added": 1}),
        ({"a": ("todo", 1.0)}, {"a": ("doing", 1.0)}, {"by_work": 0.0, "by_scope": 0.0}),
        ({"a": ("todo", 1.0)}, {"a": ("todo", 2.0)}, {"estimated": 1, "by_work": 0.0, "by_scope": 0.0}),
        ({}, {"a": ("todo", 2.0)}, {"added": 1}),
        ({}, {}, {}),
    ],
    ids=["done", "reopened", "added", "dropped", "unlinked", "revived", "begun", "re-estimated", "first", "none"],
)  # fmt: skip
def test_every_kind_of_movement(
    before: dict[str, tuple[str, float]], now: dict[str, tuple[str, float]], expected: dict[str, Any]
) -> None:
    assert moved(before, now) == Movement(MONDAY, **expected)


def states_of(items: list[WorkItem], declared: Workspace) -> dict[str, WorkState]:
    """Where the work of every key result stands."""
    return work_states(measure(align(items, declared), observed(), declared, NOW), declared)


def test_what_came_after_the_baseline_moves_nothing() -> None:
    declared = workspace(
        work("A", measure={"kind": "work", "baseline": "2026-11-01"}), time_zone="America/New_York"
    )
    # 1 November in New York ends at 05:00 on the 2nd in UTC.
    inside, outside = datetime(2026, 11, 2, 4, tzinfo=UTC), datetime(2026, 11, 2, 6, tzinfo=UTC)
    old = [
        item("WEB-1", claims=("A",), category="done", created=inside),
        item("WEB-2", claims=("A",), created=inside),
    ]
    new = [*old, item("WEB-3", claims=("A",), category="done", created=outside)]
    stands = [states_of(some, declared) for some in (old, new)]
    (found,) = movements_since(stands[0], stands[1], declared).values()
    assert (found.added, found.by_work, found.by_scope) == (1, 0, 0)
    third = [replace(new[0]), replace(new[1], category="done"), new[2]]
    (found,) = movements_since(stands[1], states_of(third, declared), declared).values()
    assert (found.done, found.by_work, found.by_scope) == (1, 50, 0)


def test_what_work_does_not_measure_has_no_effects() -> None:
    declared = workspace(metric("A", 0, 10, ("2026-11-02", 4)))
    leaves = [item("WEB-1", claims=("A",))]
    before = states_of(leaves, declared)
    after = states_of([replace(leaves[0], category="done")], declared)
    found = movements_since(before, after, declared)["A"]
    assert (found.done, found.by_work, found.by_scope) == (1, None, None)
    assert movements_since({}, after, declared) == {}


STORY = item("WEB-1", claims=("A",), estimate=12.0)
"""Of twelve points, with two sub-tasks; beside it an estimated story that is done."""
BESIDE = item("WEB-9", claims=("A",), estimate=4.0, category="done")
FIRST, SECOND, THIRD = (item(f"WEB-{number}", "WEB-1") for number in (2, 3, 4))


def in_points(before: list[WorkItem], now: list[WorkItem]) -> tuple[dict[str, int], float, float]:
    """The counts that are not 0 of what moved, and both effects; their sum is how the reading moved."""
    declared = workspace(work("A", measure={"kind": "work", "weigh": "points"}))
    cards = [measure(align([*some, BESIDE], declared), observed(), declared, NOW) for some in (before, now)]
    found = movements_since(work_states(cards[0], declared), work_states(cards[1], declared), declared)["A"]
    was, is_now = (card.readings["A"].progress for card in cards)
    assert was is not None
    assert is_now is not None
    assert found.by_work is not None
    assert found.by_scope is not None
    assert found.by_work + found.by_scope == pytest.approx(100 * (is_now - was))
    counts: dict[str, int] = {kind: getattr(found, kind) for kind in KINDS if getattr(found, kind)}
    return counts, round(found.by_work, 6), round(found.by_scope, 6)


@pytest.mark.parametrize(
    ("before", "now", "counts", "by_work", "by_scope"),
    [
        ([STORY, FIRST, SECOND], [STORY, FIRST, SECOND, THIRD], {"added": 1}, 0, 0),
        ([STORY, FIRST, SECOND], [STORY, FIRST], {"gone": 1}, 0, 0),
        ([STORY, FIRST, SECOND], [STORY, FIRST, replace(SECOND, category="dropped")], {"dropped": 1}, 0, 0),
        ([STORY, FIRST, SECOND], [replace(STORY, estimate=16.0), FIRST, SECOND], {"estimated": 2}, 0, -5),
        ([replace(STORY, estimate=None), FIRST, SECOND], [STORY, FIRST, SECOND], {"estimated": 2}, 0, -41.666667),
        ([STORY, FIRST, SECOND], [STORY, replace(FIRST, estimate=3.0), SECOND], {"estimated": 1}, 0, 25),
        ([STORY, replace(FIRST, estimate=3.0), SECOND],
         [replace(STORY, estimate=20.0), replace(FIRST, estimate=3.0), SECOND], {}, 0, 0),
        ([STORY, FIRST, SECOND], [STORY, replace(FIRST, category="done"), SECOND], {"done": 1}, 37.5, 0),
        ([STORY, replace(FIRST, category="done"), SECOND],
         [replace(STORY, category="done"), replace(FIRST, category="done"), SECOND], {"done": 1}, 37.5, 0),
        ([replace(STORY, category="done"), FIRST, SECOND], [STORY, FIRST, SECOND], {"reopened": 2}, -75, 0),
        ([STORY], [STORY, FIRST], {"added": 1, "gone": 1}, 0, 0),
    ],
    ids=["another sub-task", "one fewer", "one dropped", "the story re-estimated", "the story estimated",
         "a sub-task estimated", "an estimate that does not count", "a sub-task done", "the story done",
         "the story reopened", "the first sub-task"],
)  # fmt: skip
def test_what_moves_below_an_estimated_story(
    before: list[WorkItem], now: list[WorkItem], counts: dict[str, int], by_work: float, by_scope: float
) -> None:
    assert in_points(before, now) == (counts, by_work, by_scope)


def test_a_state_that_was_kept_before_estimates_were_spread_accuses_nobody() -> None:
    before = WorkState(MONDAY, {"a": ("todo", 1.0), "b": ("todo", 1.0)})
    now = WorkState(FRIDAY, {"a": ("todo", 6.0), "b": ("todo", 2.0)}, {"a": 12.0})
    assert movement(before, now, WorkMeasure(kind="work", weigh="points")).estimated == 1


CATEGORIES: tuple[Category, ...] = ("todo", "doing", "done", "dropped")
LEAVES = st.dictionaries(
    st.integers(1, 6),
    st.tuples(st.sampled_from(CATEGORIES), st.sampled_from([None, 0.0, 1.0, 2.0, 5.0])),
    min_size=1,
)
HOW = st.sampled_from(
    [
        {},
        {"weigh": "points"},
        {"weigh": "points", "started": 0.25},
        {"target": 4},
        {"weigh": "points", "target": 7},
    ]
)


def world(leaves: dict[int, tuple[Category, float | None]]) -> list[WorkItem]:
    return [
        item(f"WEB-{number}", claims=("A",), category=category, estimate=estimate)
        for number, (category, estimate) in leaves.items()
    ]


@given(LEAVES, LEAVES, HOW)
def test_both_effects_are_how_the_reading_moved(
    before: dict[int, tuple[Category, float | None]],
    now: dict[int, tuple[Category, float | None]],
    how: dict[str, Any],
) -> None:
    declared = workspace(work("A", measure={"kind": "work", **how}))
    cards = [measure(align(world(one), declared), observed(), declared, NOW) for one in (before, now)]
    read = [card.readings["A"].progress for card in cards]
    found = movements_since(work_states(cards[0], declared), work_states(cards[1], declared), declared)["A"]
    if read[0] is None or read[1] is None:
        assert (found.by_work, found.by_scope) == (None, None)
        return
    assert found.by_work is not None
    assert found.by_scope is not None
    assert found.by_work + found.by_scope == pytest.approx(100 * (read[1] - read[0]), abs=1e-6)
    if before.keys() == now.keys() and all(before[one][0] == now[one][0] for one in now):
        assert found.by_work == pytest.approx(0, abs=1e-6)


FORESTS = st.lists(
    st.tuples(st.sampled_from(CATEGORIES), st.integers(0, 5), st.sampled_from([None, None, 0.0, 2.0, 6.0])),
    min_size=1,
    max_size=7,
)


def forest(tree: list[tuple[Category, int, float | None]]) -> list[WorkItem]:
    return [
        item(
            f"WEB-{number}",
            f"WEB-{above}" if 0 < above < number else None,
            claims=("A",),
            category=category,
            estimate=estimate,
        )
        for number, (category, above, estimate) in enumerate(tree, 1)
    ]


@given(FORESTS, FORESTS, HOW)
def test_both_effects_add_up_also_where_estimates_are_spread(
    before: list[tuple[Category, int, float | None]],
    now: list[tuple[Category, int, float | None]],
    how: dict[str, Any],
) -> None:
    declared = workspace(work("A", measure={"kind": "work", **how}))
    cards = [measure(align(forest(one), declared), observed(), declared, NOW) for one in (before, now)]
    read = [card.readings["A"].progress for card in cards]
    found = movements_since(work_states(cards[0], declared), work_states(cards[1], declared), declared)["A"]
    if read[0] is None or read[1] is None:
        assert (found.by_work, found.by_scope) == (None, None)
        return
    assert found.by_work is not None
    assert found.by_scope is not None
    assert found.by_work + found.by_scope == pytest.approx(100 * (read[1] - read[0]), abs=1e-6)


@given(st.lists(LEAVES, min_size=2, max_size=5), HOW)
def test_days_add_up(days: list[dict[int, tuple[Category, float | None]]], how: dict[str, Any]) -> None:
    declared = workspace(work("A", measure={"kind": "work", **how}))
    stands = [states_of(world(one), declared) for one in days]
    steps = [movements_since(first, then, declared)["A"] for first, then in pairwise(stands)]
    whole, straight = sum_movements(steps), movements_since(stands[0], stands[-1], declared)["A"]
    assert whole is not None
    assert {kind: getattr(whole, kind) for kind in KINDS} == {
        kind: sum(getattr(one, kind) for one in steps) for kind in KINDS
    }
    if any(one.by_work is None for one in steps):
        assert (whole.by_work, whole.by_scope) == (None, None)
        return
    assert whole.by_work is not None
    assert whole.by_scope is not None
    assert straight.by_work is not None
    assert straight.by_scope is not None
    assert whole.by_work + whole.by_scope == pytest.approx(straight.by_work + straight.by_scope, abs=1e-6)
    assert sum_movements([]) is None


def test_shares_weigh() -> None:
    declared = workspace(work("A"), work("B"))
    both = item("WEB-1", claims=("A", "B"))
    own = item("WEB-2", claims=("A",))
    before = states_of([both, own], declared)
    after = states_of([replace(both, category="done"), own], declared)
    assert movements_since(before, after, declared)["A"].by_work == pytest.approx(float(100 * Fraction(1, 3)))


OLD: LeafState = ("before", 0.0)


@pytest.mark.parametrize(
    ("name", "before", "now", "counts"),
    [
        ("a state of a version that counted old work: nothing is gone", {**A, "x": ("done", 1.0)}, {**A, "x": OLD}, {}),
        ("it was none before and is none now", {**A, "x": OLD}, {**A, "x": OLD}, {}),
        ("nor is it new when it is linked", A, {**A, "x": OLD}, {}),
        ("nor gone when it is linked no more", {**A, "x": OLD}, A, {}),
        ("what was finished before and is opened again is new", {**A, "x": OLD}, {**A, "x": ("todo", 1.0)}, {"added": 1}),
        ("and what was finished again as well", {**A, "x": OLD}, {**A, "x": ("done", 1.0)}, {"added": 1}),
        ("what was created after the end is none of it", A, {**A, "x": ("later", 0.0)}, {}),
        ("work that is really gone is", {**A, "x": ("done", 1.0)}, A, {"gone": 1}),
    ],
)  # fmt: skip
def test_what_is_outside_of_the_cycle_moves_nothing(
    name: str, before: dict[str, LeafState], now: dict[str, LeafState], counts: dict[str, int]
) -> None:
    found = moved(before, now)
    assert {kind: getattr(found, kind) for kind in KINDS if getattr(found, kind)} == counts, name
    if not counts:
        assert (found.by_work, found.by_scope) == (0, 0), name


def test_old_work_is_kept_as_such() -> None:
    long_ago = datetime(2026, 8, 3, tzinfo=UTC)
    items = [
        item("WEB-1", claims=("A",), category="done", completed=long_ago),
        item("WEB-2", claims=("A",), category="done"),
        item("WEB-3", claims=("A",), category="dropped"),
    ]
    declared = workspace(work("A"))
    card = measure(align(items, declared), observed(), declared, NOW)
    assert dict(work_states(card, declared)["A"].leaves) == {
        "jira:WEB-1": ("before", 0.0),
        "jira:WEB-2": ("done", 1.0),
        "jira:WEB-3": ("dropped", 0.0),
    }
