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
