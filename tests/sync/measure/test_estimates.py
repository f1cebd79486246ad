"""No estimate is lost: over random forests each point counts once for the key results of a cycle, or is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.measures import WorkMeasure
from config.workspace import Workspace
from connectors.model import Category, Mirror, Ref, WorkItem
from sync.align.alignment import Alignment, align
from sync.collect.rewind import rewound
from sync.measure import EstimateBook, Piece, Scorecard, measure
from tests.support.builders import NOW, item, observed, ref, work, workspace

CATEGORIES: tuple[Category, ...] = ("todo", "doing", "done", "dropped")
POINTS = WorkMeasure(kind="work", weigh="points")

Tree = list[tuple[Category, int, float | None, tuple[str, ...], bool]]
"""Of each item: category, which earlier one is its parent (0: none), estimate, claims, whether it is in scope."""

TREES: st.SearchStrategy[Tree] = st.lists(
    st.tuples(
        st.sampled_from(CATEGORIES),
        st.integers(0, 8),
        st.sampled_from([None, None, None, 0.0, 1.0, 3.0, 8.0, -1.0]),
        st.sampled_from([(), (), (), ("A",), ("B",), ("A", "B"), ("C",), ("A", "C"), ("D",), ("A", "D")]),
        st.sampled_from([True, True, True, True, False]),
    ),
    min_size=1,
    max_size=11,
)


def declared() -> Workspace:
    """A and B in points and D by count in the quarter, C in points in the year."""
    points = {"kind": "work", "weigh": "points"}
    quarter = [work("A", measure=points), work("B", measure=points), work("D")]
    return workspace(
        cycles={
            "2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"},
            "2026": {"start": "2026-01-01", "end": "2026-12-31"},
        },
        objectives=[
            {"id": "O", "title": "O", "cycle": "2026-Q4", "key_results": quarter},
            {"id": "P", "title": "P", "cycle": "2026", "key_results": [work("C", measure=points)]},
        ],
    )


CYCLES = {"2026-Q4": ("A", "B"), "2026": ("C",)}
"""The key results that are weighed in points, by cycle."""


def planted(tree: Tree) -> list[WorkItem]:
    made = []
    for number, (category, above, estimate, claims, in_scope) in enumerate(tree, 1):
        parent = f"WEB-{above}" if 0 < above < number else None
        changes: dict[str, Any] = {"category": category, "estimate": estimate, "claims": claims}
        changes["completed"] = NOW if category == "done" else None
        made.append(item(f"WEB-{number}", parent, in_scope=in_scope, **changes))
    return made


def read(items: Iterable[WorkItem]) -> tuple[Alignment, Scorecard]:
    goals = declared()
    alignment = align(items, goals, today=NOW.date())
    return alignment, measure(alignment, observed(), goals, NOW)


# --- By brute force ------------------------------------------------------------------------------


class Forest:
    """The same items, looked at one by one."""

    def __init__(self, alignment: Alignment) -> None:
        self.alignment = alignment
        self.items = alignment.items

    def is_live(self, at: Ref) -> bool:
        return self.items[at].in_scope and self.items[at].category != "dropped"

    def children(self, at: Ref) -> list[Ref]:
        return [one for one, item in self.items.items() if item.parent == at and self.is_live(one)]

    def below(self, at: Ref) -> list[Ref]:
        """All that is live below an item, however far, also below what is not."""
        under = [one for one, item in self.items.items() if item.parent == at]
        return [*filter(self.is_live, under), *(one for child in under for one in self.below(child))]

    def estimate(self, at: Ref) -> Fraction | None:
        said = self.items[at].estimate
        return Fraction(said) if said is not None and said >= 0 else None

    def links(self, at: Ref, cycle: str) -> dict[str, Fraction]:
        """The key results of a cycle that an item serves, with its shares."""
        links = self.alignment.placements[at].of_every_cycle
        return {one.key_result: one.share for one in links if one.cycle == cycle}

    def served(self, at: Ref, cycle: str) -> Fraction:
        """How much of an item goes to those that are weighed in points."""
        served = self.links(at, cycle)
        return sum((served[name] for name in CYCLES[cycle] if name in served), Fraction(0))

    def bearers(self, at: Ref, cycle: str) -> list[Ref]:
        """Which items bear the estimate of an item: none where what is below it is estimated."""
        below = self.below(at)
        if not self.children(at):
            return [at]
        if any(self.estimate(one) is not None for one in below):
            return []
        leaves = [one for one in below if not self.children(one)]
        if self.items[at].category == "done" and (own := self.links(at, cycle)) and self.served(at, cycle):
            # It counts in place of what serves nothing else.
            return [at if self.links(one, cycle) in ({}, own) else one for one in leaves]
        return leaves


def counted(pieces: Iterable[Piece]) -> Fraction:
    return sum((one.part for one in pieces if one.known and one.left_out is None), Fraction(0))


@given(TREES)
def test_each_estimated_point_counts_once_or_is_named(tree: Tree) -> None:
    alignment, card = read(planted(tree))
    forest = Forest(alignment)
    for cycle, names in CYCLES.items():
        estimated = named = Fraction(0)
        for at in filter(forest.is_live, alignment.items):
            if (points := forest.estimate(at)) is None:
                continue
            estimated += points
            bearers = forest.bearers(at, cycle)
            borne = sum((points / len(bearers) * forest.served(one, cycle) for one in bearers), Fraction(0))
            named += points - borne
        counts = sum((counted(card.readings[name].pieces) for name in names), Fraction(0))
        assert counts + named == estimated


@given(TREES)
def test_what_does_not_count_is_what_the_estimates_name(tree: Tree) -> None:
    alignment, _ = read(planted(tree))
    forest, found = Forest(alignment), EstimateBook(alignment, declared()).of(POINTS)
    live = [at for at in alignment.items if forest.is_live(at) and forest.estimate(at) is not None]
    assert set(found.own) == set(live)
    assert set(found.outdone) == {at for at in live if not forest.bearers(at, "2026-Q4")}
    parents = {at for at in live if forest.children(at)}
    assert set(found.spreads) == parents - set(found.outdone)
    for at, spread in found.spreads.items():
        leaves = [one for one in forest.below(at) if not forest.children(one)]
        assert sorted(spread.over) == sorted(leaves)
        assert spread.each * len(leaves) == forest.estimate(at)
        assert all(found.carried[one] is spread for one in leaves)


@given(TREES)
def test_no_item_counts_twice_for_a_key_result_and_none_beside_what_stands_for_it(tree: Tree) -> None:
    _, card = read(planted(tree))
    for name in ("A", "B", "C", "D"):
        pieces = card.readings[name].pieces
        refs = [piece.item.ref for piece in pieces]
        assert refs == sorted(set(refs))
        for piece in pieces:
            assert not set(piece.stands_for) & set(refs)
            assert not piece.stands_for or piece.category == "done"


@given(TREES)
def test_where_no_parent_is_estimated_nothing_changes(tree: Tree) -> None:
    bare = planted(tree)
    parents = {one.parent for one in bare}
    flat = [replace(one, estimate=None) if one.ref in parents else one for one in bare]
    _, card = read(flat)
    assert all(piece.spread is None for one in card.readings.values() for piece in one.pieces)


@given(TREES)
def test_what_is_counted_knows_no_estimates(tree: Tree) -> None:
    items = planted(tree)
    _, card = read(items)
    _, without = read([replace(one, estimate=None) for one in items])
    own, bare = card.readings["D"], without.readings["D"]
    assert [(one.item.ref, one.part, one.category) for one in own.pieces] == [
        (one.item.ref, one.part, one.category) for one in bare.pieces
    ]


# --- At an earlier moment ------------------------------------------------------------------------

END, LATE = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 20, tzinfo=UTC)
DAYS = st.lists(st.tuples(st.integers(-100, 40), st.integers(0, 80)), min_size=11, max_size=11)
"""Of each item when it was created, from the end of the cycle, and how many days later it was done or dropped."""


def planted_by_day(tree: Tree, days: list[tuple[int, int]]) -> list[WorkItem]:
    made = []
    for one, (created, lasted) in zip(planted(tree), days, strict=False):
        begun = END + timedelta(days=created)
        ended = min(LATE, begun + timedelta(days=lasted))
        made.append(
            replace(
                one,
                claims=(),
                created=begun,
                updated=LATE,
                completed=ended if one.category == "done" else None,
                dropped=ended if one.category == "dropped" else None,
            )
        )
    return made


@given(TREES, DAYS, st.sampled_from(["count", "points"]))
def test_an_ended_cycle_counts_each_item_once_as_a_look_back_does(
    tree: Tree, days: list[tuple[int, int]], weigh: str
) -> None:
    items = planted_by_day(tree, days)
    goals = workspace(work("A", {"project": "WEB"}, measure={"weigh": weigh}))
    now = measure(align(items, goals, today=LATE.date()), observed(*items, at=LATE), goals, LATE)
    seen, moment = rewound(observed(*items, at=LATE), END), END - timedelta(seconds=1)
    then = measure(align(seen.items, goals, today=moment.date()), seen, goals, moment)
    told = [piece for piece in now.readings["A"].pieces if piece.left_out != "later"]
    refs = [piece.item.ref for piece in now.readings["A"].pieces]
    assert refs == sorted(set(refs))
    assert [(one.item.ref, one.weight, one.category, one.left_out) for one in told] == [
        (one.item.ref, one.weight, one.category, one.left_out) for one in then.readings["A"].pieces
    ]


# --- By example ----------------------------------------------------------------------------------


def test_estimates_are_reckoned_once_for_each_unit() -> None:
    alignment, _ = read([item("WEB-1", claims=("A",), estimate=4.0), item("WEB-2", "WEB-1")])
    book = EstimateBook(alignment, declared())
    assert book.of(POINTS) is book.of(WorkMeasure(kind="work", weigh="points", default_estimate=5))
    assert book.of(WorkMeasure(kind="work", weigh="time")).spreads == {}
    assert book.of(WorkMeasure(kind="work")).unit is None


def test_a_leaf_below_two_estimated_parents_carries_one_of_them_and_the_other_is_named() -> None:
    items = [
        item("WEB-1", claims=("A",), estimate=4.0),
        item("eng-2", level="project", claims=("A",), estimate=6.0),
        item("WEB-3", "WEB-1", own_project=ref("eng-2")),
    ]
    alignment, card = read(items)
    found = EstimateBook(alignment, declared()).of(POINTS)
    assert {at.id: float(one.each) for at, one in found.spreads.items()} == {"WEB-1": 4.0}
    assert [at.id for at in found.outdone] == ["eng-2"]
    assert [(one.item.key, float(one.part)) for one in card.readings["A"].pieces] == [("WEB-3", 4.0)]


def test_the_day_of_a_done_parent_is_its_own() -> None:
    closed = NOW.replace(day=9)
    items = [
        item("WEB-1", claims=("A",), estimate=4.0, category="done", completed=closed),
        item("WEB-2", "WEB-1", category="done", completed=NOW.replace(day=2)),
        item("WEB-3", "WEB-1"),
    ]
    (piece,) = read(items)[1].readings["A"].pieces
    assert (piece.item.key, piece.done_on, float(piece.weight)) == ("WEB-1", closed.date(), 4.0)
    assert piece.known
    assert [at.id for at in piece.stands_for] == ["WEB-2", "WEB-3"]


@pytest.mark.parametrize(
    ("how", "ours", "theirs", "weighs", "known"),
    [
        ({"weigh": "points"}, {"estimate": 2.0}, {"hours": 8.0}, 2, True),
        ({"weigh": "time"}, {"estimate": 2.0}, {"hours": 8.0}, 8, True),
        ({"weigh": "time"}, {"estimate": 2.0, "hours": 3.0}, {"hours": 8.0}, 3, True),
        ({"weigh": "points"}, {"estimate": -1.0}, {"estimate": 5.0}, 5, True),
        ({"weigh": "field", "field": "Size"}, {"estimate": 2.0}, {"fields": (("Size", "13"),)}, 13, True),
        ({"weigh": "time"}, {"estimate": 2.0}, {}, 1, False),
    ],
)
@pytest.mark.parametrize("depth", [0, 1])
def test_mirrored_work_is_estimated_in_each_unit_on_the_first_side_that_tells_it(
    how: dict[str, Any],
    ours: dict[str, Any],
    theirs: dict[str, Any],
    weighs: int,
    known: bool,
    depth: int,
) -> None:
    """Of an issue, and of one whose estimate is spread over the sub-issue below it."""
    goals = workspace(work("A", measure={"kind": "work", **how}))
    sides = [
        item("eng-1", claims=("A",), mirrors=(Mirror("jira", "WEB-1", "WEB-1"),), **ours),
        item("WEB-1", **theirs),
        item("eng-2", "eng-1", level="subtask"),
    ][: depth + 2]
    alignment = align(sides, goals, today=NOW.date())
    (piece,) = measure(alignment, observed(), goals, NOW).readings["A"].pieces
    assert piece.item.key == ("eng-2" if depth else "eng-1")
    assert (piece.weight, piece.known) == (Fraction(weighs), known)


def test_a_copy_that_was_made_after_the_baseline_is_not_late() -> None:
    goals = workspace(work("A", measure={"kind": "work", "baseline": "2026-10-20"}))
    old, new = NOW.replace(month=10, day=2), NOW.replace(month=11, day=2)
    sides = [
        item("eng-1", claims=("A",), created=new, mirrors=(Mirror("jira", "WEB-1", "WEB-1"),)),
        item("WEB-1", created=old),
    ]
    alignment = align(sides, goals, today=NOW.date())
    assert [one.left_out for one in measure(alignment, observed(), goals, NOW).readings["A"].pieces] == [None]
