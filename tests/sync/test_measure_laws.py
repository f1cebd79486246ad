"""Laws of measuring, for every way to weigh work, and a recount by brute force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from config.measures import WorkMeasure
from connectors.model import WorkItem
from sync.align import align
from sync.measure import Reading, fold, measure
from tests.sync.build import NOW, item, work, workspace

Tree = list[tuple[str, int, str, float | None, str, int]]
"""Of each item: category, which earlier one is its parent (0: none), type, estimate, claim, day of creation."""

TREES: st.SearchStrategy[Tree] = st.lists(
    st.tuples(
        st.sampled_from(["todo", "doing", "done", "dropped"]),
        st.integers(0, 6),
        st.sampled_from(["Story", "Bug"]),
        st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0, 3.0, 8.0, -1.0, float("nan"), float("inf")])),
        st.sampled_from(["", "", "A", "B", "AB"]),
        st.integers(1, 31),
    ),
    min_size=1,
    max_size=9,
)
HOWS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("work"), "weigh": st.sampled_from(["count", "points", "time"])},
        optional={
            "started": st.sampled_from([0.0, 0.3, 0.5]),
            "default_estimate": st.sampled_from([1.0, 2.5]),
        },
    ),
    st.just({"kind": "work", "weigh": "type", "weights": {"Bug": 1.5, "Story": 4}}),
    st.just({"kind": "work", "weigh": "points", "target": 7.5}),
    st.just({"kind": "work", "weigh": "count", "baseline": date(2026, 10, 15), "started": 0.5}),
)


def planted(tree: Tree) -> list[WorkItem]:
    made = []
    for nr, (category, above, kind, estimate, claims, day) in enumerate(tree, 1):
        parent = f"WEB-{above}" if 0 < above < nr else None
        changes: dict[str, Any] = {
            "category": category,
            "kind": kind,
            "estimate": estimate,
            "hours": estimate,
        }
        changes |= {"claims": tuple(claims), "created": datetime(2026, 10, day, tzinfo=UTC)}
        made.append(item(f"WEB-{nr}", parent, **changes))
    return made


def reading(items: list[WorkItem], how: dict[str, Any]) -> Reading:
    declared = workspace(work("A", measure=how), work("B"))
    return measure(align(items, declared), {}, declared, NOW).readings["A"]


@given(TREES, HOWS, st.randoms())
def test_the_order_of_items_never_matters(tree: Tree, how: dict[str, Any], chance: Any) -> None:
    items = planted(tree)
    before = reading(items, how)
    chance.shuffle(items)
    assert reading(items, how) == before


@given(TREES, HOWS, st.integers(0, 9))
def test_parts_add_up_to_one_pass(tree: Tree, how: dict[str, Any], cut: int) -> None:
    declared = WorkMeasure.model_validate(how)
    leaves = [(one, Fraction(1, nr)) for nr, one in enumerate(planted(tree), 1)]
    assert fold(leaves[:cut], declared) + fold(leaves[cut:], declared) == fold(leaves, declared)


@given(TREES, HOWS, st.data())
def test_closing_a_leaf_never_lowers_work(tree: Tree, how: dict[str, Any], data: st.DataObject) -> None:
    items = planted(tree)
    chosen = data.draw(st.sampled_from(items))
    if not chosen.is_open:
        return
    closed = [replace(one, category="done") if one is chosen else one for one in items]
    before, after = reading(items, how).progress, reading(closed, how).progress
    assert (before is None) == (after is None)
    assert before is None or after is None or after >= before


@given(TREES, HOWS)
def test_percents_are_percents(tree: Tree, how: dict[str, Any]) -> None:
    told = reading(planted(tree), how)
    assert told.percent is None or 0 <= told.percent <= 100
    if "target" not in how and told.percent == 100:
        assert told.tally.done == told.tally.leaves


@given(TREES)
def test_shares_of_an_item_add_up_to_one(tree: Tree) -> None:
    alignment = align(planted(tree), workspace(work("A"), work("B")))
    for placement in alignment.placements.values():
        if placement.state == "aligned":
            assert sum(link.share for link in placement.links) == 1


@given(TREES)
def test_a_recount_by_brute_force_says_the_same(tree: Tree) -> None:
    items = {one.key: one for one in planted(tree)}
    above = {key: one.parent.id if one.parent else None for key, one in items.items()}
    total = done = Fraction(0)
    for key, one in items.items():
        below = [
            child for child, parent in above.items() if parent == key and items[child].category != "dropped"
        ]
        if below or one.category == "dropped":
            continue
        nearest: str | None = key
        while nearest is not None and not items[nearest].claims:
            nearest = above[nearest]
        claims = items[nearest].claims if nearest is not None else ()
        if "A" in claims:
            share = Fraction(1, len(claims))
            total += share
            done += share if one.category == "done" else 0
    told = reading(list(items.values()), {"kind": "work"})
    assert (told.tally.weight, told.tally.done_weight) == (total, done)
