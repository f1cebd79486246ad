"""Each cycle settles its links by itself: overlapping ones, those that are over, and those to come."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import ItemAlignment, align
from sync.align.terms import missing_successors
from tests.support.builders import item, metric, ref, work, workspace

CYCLES = {
    "2026": {"start": "2026-01-01", "end": "2026-12-31"},
    "2026-Q3": {"start": "2026-07-01", "end": "2026-09-30"},
    "2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"},
    "2027-Q1": {"start": "2027-01-01", "end": "2027-03-31"},
}
TODAY = date(2026, 11, 16)


def declared(*goals: tuple[str, dict[str, Any]], **changes: Any) -> Workspace:
    """Each key result in an objective of its own, in the cycle named before it."""
    objectives = [
        {"id": f"O-{goal['id']}", "title": "Objective", "cycle": cycle, "key_results": [goal]}
        for cycle, goal in goals
    ]
    used = {cycle for cycle, _ in goals}
    cycles = {name: span for name, span in CYCLES.items() if name in used}
    return workspace(objectives=objectives, cycles=cycles, **changes)


def place(one: WorkItem, goals: Workspace, today: date = TODAY) -> ItemAlignment:
    return align([one], goals, today=today).placements[one.ref]


def served(links: tuple[Any, ...]) -> dict[str, Fraction]:
    return {link.key_result: link.share for link in links}


def test_a_claim_on_an_annual_key_result_does_not_take_the_item_from_a_quarterly_one() -> None:
    goals = declared(("2026", work("YEAR")), ("2026-Q4", work("QUARTER", {"label": "x"})))
    found = place(item("WEB-1", labels=("x",), claims=("YEAR",)), goals)
    assert served(found.links) == {"YEAR": 1, "QUARTER": 1}
    assert {link.key_result: link.cycle for link in found.links} == {"YEAR": "2026", "QUARTER": "2026-Q4"}


def test_within_a_cycle_only_what_weighs_work_shares_it() -> None:
    goals = declared(
        ("2026-Q4", work("A", {"label": "x"})),
        ("2026-Q4", work("B", {"label": "x", "share": 0.25})),
        ("2026-Q4", metric("M", 0, 10, links=[{"label": "x", "share": 0.5}])),
        ("2026", work("Y", {"label": "x"})),
    )
    found = served(place(item("WEB-1", labels=("x",)), goals).links)
    assert found == {"A": Fraction(3, 4), "B": Fraction(1, 4), "M": 1, "Y": 1}


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(CYCLES)), st.booleans(), st.sampled_from([None, 0.2, 0.7, 1.0])),
        min_size=1,
        max_size=6,
    )
)
def test_shares_of_an_item_within_a_cycle_add_up_to_one(drawn: list[tuple[str, bool, float | None]]) -> None:  # fmt: skip
    goals = []
    for number, (cycle, weighs, share) in enumerate(drawn):
        rule: dict[str, Any] = {"label": "x"} | ({"share": share} if share else {})
        name = f"K{number}"
        goals.append((cycle, work(name, rule) if weighs else metric(name, 0, 1, links=[rule])))
    found = place(item("WEB-1", labels=("x",)), declared(*goals)).of_every_cycle
    assert {link.key_result for link in found} == {goal["id"] for _, goal in goals}
    weighing = {f"K{number}" for number, (_, weighs, _) in enumerate(drawn) if weighs}
    for cycle in {link.cycle for link in found}:
        shares = [link.share for link in found if link.cycle == cycle and link.key_result in weighing]
        assert sum(shares) == bool(shares)
    assert all(link.share == 1 for link in found if link.key_result not in weighing)


def done(day: date) -> WorkItem:
    return item(
        "WEB-1",
        labels=("x",),
        category="done",
        completed=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
    )


BOTH = declared(("2026-Q4", work("OLD", {"label": "x"})), ("2027-Q1", work("NEW", {"label": "x"})))
OPEN = item("WEB-1", labels=("x",))


@pytest.mark.parametrize(
    ("one", "today", "state", "links", "past", "planned"),
    [
        (OPEN, date(2026, 12, 31), "aligned", ["OLD"], [], ["NEW"]),
        (OPEN, date(2027, 1, 1), "aligned", ["NEW"], ["OLD"], []),
        (done(date(2026, 12, 31)), date(2027, 1, 1), "aligned", ["OLD", "NEW"], [], []),
        (done(date(2027, 1, 2)), date(2027, 1, 3), "aligned", ["NEW"], ["OLD"], []),
        (OPEN, date(2026, 9, 30), "planned", [], [], ["OLD", "NEW"]),
        (OPEN, date(2027, 4, 1), "rested", [], ["OLD", "NEW"], []),
        (OPEN, date(2027, 4, 21), "rested", [], ["OLD", "NEW"], []),
        (OPEN, date(2027, 4, 22), "unaligned", [], ["OLD", "NEW"], []),
    ],
    ids=["last day", "first day", "done before the end", "done after it", "before both", "gap", "last of the gap", "after it"],
)  # fmt: skip
def test_a_cycle_that_ended_claims_nothing_of_what_is_open_or_was_finished_later(
    one: WorkItem, today: date, state: str, links: list[str], past: list[str], planned: list[str]
) -> None:
    found = place(one, BOTH, today)
    assert found.state == state
    assert [[link.key_result for link in some] for some in (found.links, found.past, found.planned)] == [
        links,
        past,
        planned,
    ]
    leaves = align([one], BOTH, today=today).leaves
    assert set(leaves) == {"OLD", "NEW"}, "both are measured of it"


def test_the_gap_is_over_once_a_cycle_of_like_length_runs() -> None:
    annual = declared(("2026-Q3", work("OLD", {"label": "x"})), ("2026", work("YEAR")))
    day = date(2026, 10, 2)
    assert place(OPEN, annual, day).state == "rested", "a year does not follow a quarter"
    assert missing_successors(annual, day) == ("2026-Q3",)
    quarterly = declared(("2026-Q3", work("OLD", {"label": "x"})), ("2026-Q4", work("OTHER")))
    assert place(OPEN, quarterly, day).state == "unaligned"
    assert missing_successors(quarterly, day) == ()
    short = declared(("2026-Q3", work("OLD", {"label": "x"})), policy={"roll_over_days": 1})
    assert [place(OPEN, short, date(2026, 10, on)).state for on in (1, 2)] == ["rested", "unaligned"]


@pytest.mark.parametrize(
    ("one", "served_by"),
    [(OPEN, {"B": 1}), (done(date(2026, 11, 1)), {"A": Fraction(1, 2), "B": Fraction(1, 2)}), (done(date(2026, 11, 3)), {"B": 1})],
    ids=["open", "finished before", "finished later"],
)  # fmt: skip
def test_a_closed_key_result_takes_nothing_of_what_it_did_not_live_to_see(
    one: WorkItem, served_by: dict[str, Fraction]
) -> None:
    goals = declared(
        ("2026-Q4", work("A", {"label": "x"}, closed="2026-11-01")), ("2026-Q4", work("B", {"label": "x"}))
    )
    found = place(one, goals)
    assert served(found.links) == served_by
    assert "A" in served(found.of_every_cycle)


def test_work_of_a_closed_key_result_alone_rests() -> None:
    goals = declared(("2026-Q4", work("A", {"label": "x"}, closed="2026-11-01")), ("2026-Q4", work("B")))
    found = place(OPEN, goals)
    assert (found.state, found.links) == ("rested", ())
    assert found.reason == "it serves A, closed on 2026-11-01"
    assert place(item("WEB-1", labels=("x",), claims=("B",)), goals).state == "aligned"


def test_an_exemption_holds_for_every_cycle_without_a_stronger_word() -> None:
    goals = declared(
        ("2026", work("YEAR")),
        ("2026-Q4", work("QUARTER", {"project": "WEB"})),
        exempt=[{"name": "off", "labels": ["off"]}],
    )
    assert place(item("WEB-1", labels=("off",)), goals).state == "exempt"
    found = place(item("WEB-1", labels=("off",), claims=("YEAR",)), goals)
    assert found.state == "aligned"
    assert served(found.links) == {"YEAR": 1}


def test_claim_and_rule_conflict_within_a_cycle_alone() -> None:
    apart = declared(("2026", work("YEAR")), ("2026-Q4", work("QUARTER", {"key": "WEB-1"})))
    assert align([item("WEB-1", claims=("YEAR",))], apart, today=TODAY).conflicting == ()
    within = declared(("2026-Q4", work("A")), ("2026-Q4", work("B", {"key": "WEB-1"})))
    (found,) = align([item("WEB-1", claims=("A",))], within, today=TODAY).conflicting
    assert (found.item, found.claimed, found.ruled) == (ref("WEB-1"), ("A",), ("B",))
