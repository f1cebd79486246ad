"""Cycles and work: each settles by itself, what is over claims nothing that is open, and the days between two orphan nobody."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import Alignment, ItemAlignment, align
from sync.align.terms import missing_successors
from tests.support.builders import epic, item, metric, ref, work, workspace

Q3, Q4, Q1, YEAR = "2026-Q3", "2026-Q4", "2027-Q1", "FY27"
CYCLES = {
    Q3: {"start": "2026-07-01", "end": "2026-09-30"},
    Q4: {"start": "2026-10-01", "end": "2026-12-31"},
    Q1: {"start": "2027-01-01", "end": "2027-03-31"},
    YEAR: {"start": "2026-07-01", "end": "2027-06-30"},
}
IN_Q4, NEW_YEAR = date(2026, 11, 16), date(2027, 1, 1)


def declared(goals: dict[str, list[dict[str, Any]]], **changes: Any) -> Workspace:
    """Key results by cycle."""
    objectives = [
        {"id": f"O-{cycle}", "title": cycle, "cycle": cycle, "key_results": some}
        for cycle, some in goals.items()
    ]
    cycles = {name: CYCLES[name] for name in goals}
    return workspace(cycles=cycles, objectives=objectives, **changes)


def served(one: ItemAlignment) -> dict[str, Fraction]:
    return {link.key_result: link.share for link in one.links}


def placed(one: WorkItem, goals: dict[str, list[dict[str, Any]]], day: date, **more: Any) -> ItemAlignment:
    return align([one], declared(goals, **more), today=day).placements[one.ref]


TICKET = item("WEB-1", labels=("x",))
RULE = {"label": "x"}


def test_each_cycle_counts_the_item_whole() -> None:
    goals = {Q4: [work("A", RULE), work("B", RULE)], YEAR: [work("Y", RULE)]}
    assert served(placed(TICKET, goals, IN_Q4)) == {
        "A": Fraction(1, 2),
        "B": Fraction(1, 2),
        "Y": Fraction(1),
    }


def test_a_claim_on_an_annual_key_result_takes_nothing_from_the_quarter() -> None:
    one = item("WEB-1", labels=("x",), claims=("Y",))
    assert served(placed(one, {Q4: [work("A", RULE)], YEAR: [work("Y")]}, IN_Q4)) == {
        "A": Fraction(1),
        "Y": Fraction(1),
    }


@pytest.mark.parametrize(
    ("day", "category", "completed", "state", "links", "past"),
    [
        (IN_Q4, "todo", None, "aligned", {"A"}, set()),
        (NEW_YEAR, "todo", None, "rested", set(), {"A"}),
        (date(2027, 1, 21), "doing", None, "rested", set(), {"A"}),
        (date(2027, 1, 22), "todo", None, "unaligned", set(), {"A"}),
        (date(2027, 3, 1), "done", datetime(2026, 12, 31, 12, tzinfo=UTC), "aligned", {"A"}, set()),
        (date(2027, 3, 1), "done", datetime(2027, 1, 1, 12, tzinfo=UTC), "unaligned", set(), {"A"}),
    ],
    ids=[
        "runs",
        "on the first of january",
        "on the last day of rest",
        "after it",
        "done in it",
        "done after it",
    ],
)
def test_an_ended_cycle_claims_nothing_that_is_open_or_was_done_later(
    day: date, category: Any, completed: datetime | None, state: str, links: set[str], past: set[str]
) -> None:
    one = item("WEB-1", labels=("x",), category=category, completed=completed)
    found = placed(one, {Q4: [work("A", RULE)]}, day)
    assert (found.state, set(served(found)), {link.key_result for link in found.past}) == (state, links, past)


def test_a_successor_that_runs_takes_over_at_once() -> None:
    goals = {Q4: [work("A", RULE)], Q1: [work("B", RULE)]}
    assert (served(placed(TICKET, goals, IN_Q4))) == {"A": 1}
    assert [link.key_result for link in placed(TICKET, goals, IN_Q4).planned] == ["B"]
    assert (served(placed(TICKET, goals, NEW_YEAR))) == {"B": 1}
    assert missing_successors(declared(goals), NEW_YEAR) == ()


def test_a_longer_cycle_is_no_successor() -> None:
    goals = {Q4: [work("A", RULE)], YEAR: [work("Y", {"label": "other"})]}
    assert placed(TICKET, goals, NEW_YEAR).state == "rested"
    assert missing_successors(declared(goals), NEW_YEAR) == (Q4,)


def test_a_declared_cycle_without_objectives_is_no_successor() -> None:
    cycles = {name: CYCLES[name] for name in (Q4, Q1)}
    goals = declared({Q4: [work("A", RULE)]}).model_copy(update={"cycles": workspace(cycles=cycles).cycles})
    assert align([TICKET], goals, today=NEW_YEAR).placements[TICKET.ref].state == "rested"
    assert missing_successors(goals, NEW_YEAR) == (Q4,)


@pytest.mark.parametrize(
    ("start", "end", "waits"),
    [
        ("2026-11-15", "2027-02-14", True),
        ("2026-11-16", "2027-02-14", False),
        ("2026-12-28", "2027-03-28", False),
    ],
    ids=["in the middle", "after it", "overlaps"],
)
def test_a_cycle_that_began_long_before_is_no_successor(start: str, end: str, waits: bool) -> None:
    cycles = {Q4: CYCLES[Q4], "OTHER": {"start": start, "end": end}}
    objectives = [
        {"id": f"O-{name}", "title": name, "cycle": name, "key_results": [work(f"K-{name}", {"label": name})]}
        for name in cycles
    ]
    goals = workspace(cycles=cycles, objectives=objectives)
    assert missing_successors(goals, NEW_YEAR) == ((Q4,) if waits else ())
    ticket = item("WEB-1", labels=(Q4,))
    state = align([ticket], goals, today=NEW_YEAR).placements[ticket.ref].state
    assert state == ("rested" if waits else "unaligned")


def test_what_rests_came_before_an_exemption() -> None:
    one = item("WEB-1", labels=("x", "off"))
    goals = {Q4: [work("A", RULE)], YEAR: [work("Y", {"label": "other"})]}
    exempt = {"exempt": [{"name": "off", "labels": ["off"]}]}
    assert placed(one, goals, IN_Q4, **exempt).state == "aligned"
    assert placed(one, goals, NEW_YEAR, **exempt).state == "rested"
    assert placed(one, goals, date(2027, 2, 1), **exempt).state == "exempt"


def test_what_rests_does_so_below_a_parent_that_cannot_be_read() -> None:
    one = item("WEB-1", "SEC-1", labels=("x",), parent_key="SEC-1")
    assert placed(one, {Q4: [work("A", RULE)]}, NEW_YEAR).state == "rested"


def test_only_a_cycle_to_come_plans() -> None:
    found = placed(TICKET, {Q4: [work("A", {"label": "other"})], Q1: [work("B", RULE)]}, IN_Q4)
    assert (found.state, found.reason) == ("planned", "it is planned for 2027-Q1")


def test_rest_beats_a_plan() -> None:
    goals = {Q3: [work("A", RULE)], Q1: [work("B", RULE)]}
    assert placed(TICKET, goals, date(2026, 10, 5)).state == "rested"


CONTINUED = {Q4: [work("A")], Q1: [work("B", continues="A"), work("C")]}


@pytest.mark.parametrize(
    ("claims", "day", "links"),
    [
        (("A",), IN_Q4, {"A"}),
        (("A",), NEW_YEAR, {"B"}),
        (("a",), NEW_YEAR, {"B"}),
        (("A", "C"), NEW_YEAR, {"C"}),
    ],
    ids=["in its cycle", "in the next one", "whatever its case", "its own word counts"],
)
def test_a_claim_goes_on_with_what_continues_it(claims: tuple[str, ...], day: date, links: set[str]) -> None:
    one = item("WEB-1", claims=claims)
    assert set(served(placed(one, CONTINUED, day))) == links


def test_a_claim_goes_on_when_the_old_one_is_no_longer_declared() -> None:
    one = item("WEB-1", claims=("A",))
    found = align([one], declared({Q1: [work("B", continues="A")]}), today=NEW_YEAR)
    assert (set(served(found.placements[one.ref])), found.dangling) == ({"B"}, ())


# --- Laws ------------------------------------------------------------------------------------------

NAMES = [f"WEB-{n}" for n in range(1, 6)]
LABELS = ("x", "y", "off")
DAYS = [IN_Q4, date(2026, 12, 31), NEW_YEAR, date(2027, 1, 22), date(2027, 4, 1)]
WATCHING = ("flow", "query", "metric", "binary")


def watching(kr: str, kind: str, rule: dict[str, Any]) -> dict[str, Any]:
    if kind == "metric":
        return metric(kr, 0, 10, links=[rule])
    how = {
        "flow": {"kind": "flow", "of": "throughput", "start": 1, "target": 2},
        "query": {"kind": "query", "start": 1, "target": 2, "jql": "project = WEB"},
        "binary": {"kind": "binary"},
    }[kind]
    return {"id": kr, "title": kr, "measure": how, "links": [rule]}


RULES = st.sampled_from(LABELS[:2]).map(lambda label: {"label": label}) | st.sampled_from(NAMES).map(
    lambda name: {"key": name}
)
KEY_RESULTS = st.lists(
    st.tuples(
        RULES, st.sampled_from([None, 0.25]), st.none() | st.sampled_from(["2026-11-01", "2027-01-10"])
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[WorkItem], dict[str, list[dict[str, Any]]], date]:
    goals = {
        cycle: [
            work(f"{cycle}-{nr}", {**rule, "share": share}, **({"closed": closed} if closed else {}))
            for nr, (rule, share, closed) in enumerate(draw(KEY_RESULTS))
        ]
        for cycle in draw(st.lists(st.sampled_from([Q3, Q4, Q1, YEAR]), unique=True, min_size=1, max_size=3))
    }
    ids = [one["id"] for some in goals.values() for one in some]
    items = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1)):
        category = draw(st.sampled_from(["todo", "done", "dropped"]))
        completed = datetime(2026, 8, 1, tzinfo=UTC) + timedelta(days=draw(st.integers(0, 240)))
        items.append(
            item(
                name,
                draw(st.none() | st.sampled_from(NAMES)),
                labels=tuple(sorted(draw(st.sets(st.sampled_from(LABELS))))),
                claims=tuple(draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))),
                category=category,
                completed=completed if category == "done" else None,
                created=datetime(2026, 7, 1, tzinfo=UTC),
            )
        )
    return items, goals, draw(st.sampled_from(DAYS))


def aligned(items: list[WorkItem], goals: dict[str, list[dict[str, Any]]], day: date) -> Alignment:
    exempt = [{"name": "off", "labels": ["off"]}]
    return align(items, declared(goals, exempt=exempt), today=day)


@given(worlds())
def test_the_shares_of_a_cycle_add_up_to_one(world: Any) -> None:
    for one in aligned(*world).placements.values():
        for links in (one.links, one.planned):
            sums: dict[str, Fraction] = defaultdict(Fraction)
            for link in links:
                sums[link.cycle] += link.share
            assert all(total == 1 for total in sums.values())


@given(worlds(), st.sampled_from([Q3, Q4, Q1, YEAR]), RULES)
def test_another_cycle_changes_no_link(world: Any, cycle: str, rule: dict[str, Any]) -> None:
    items, goals, day = world
    if cycle in goals:
        return
    before = aligned(items, goals, day).placements
    after = aligned(items, {**goals, cycle: [work("NEW", rule)]}, day).placements
    for name, one in before.items():
        for links in ("links", "past", "planned"):
            others = tuple(link for link in getattr(after[name], links) if link.key_result != "NEW")
            assert others == getattr(one, links)


@given(worlds(), st.sampled_from(WATCHING), RULES)
def test_what_watches_takes_nothing(world: Any, kind: str, rule: dict[str, Any]) -> None:
    """Of a rank of its own or the same: where work is linked by the same words, its share stays."""
    items, goals, day = world
    for cycle in goals:
        more = {**goals, cycle: [*goals[cycle], watching("SEEN", kind, rule)]}
        before, after = aligned(items, goals, day).placements, aligned(items, more, day).placements
        for name, one in before.items():
            kept = {
                link.key_result: link.share
                for link in after[name].of_every_cycle
                if link.key_result != "SEEN"
            }
            was = {link.key_result: link.share for link in one.of_every_cycle}
            assert all(was[id_] == share for id_, share in kept.items() if id_ in was)


@given(worlds())
def test_what_is_over_claims_nothing_that_is_open_or_was_done_later(world: Any) -> None:
    items, goals, day = world
    found = aligned(items, goals, day)
    closed = {one["id"]: one.get("closed") for some in goals.values() for one in some}
    for name, one in found.placements.items():
        ticket = found.items[name]
        done_on = ticket.completed.date() if ticket.completed else None
        for link in one.links:
            end = date.fromisoformat(CYCLES[link.cycle]["end"])
            over = closed[link.key_result]
            last = min(end, date.fromisoformat(over)) if over and date.fromisoformat(over) <= day else end
            if last < day and ticket.is_open:
                raise AssertionError(f"{link} of open work")
            assert done_on is None or done_on <= last or last >= day


@given(worlds())
def test_an_item_stands_in_one_place_alone(world: Any) -> None:
    for one in aligned(*world).placements.values():
        ids = [link.key_result for link in one.of_every_cycle]
        assert len(ids) == len(set(ids))


def test_a_child_rests_by_what_its_parent_served() -> None:
    items = [epic("WEB-9"), item("WEB-1", "WEB-9")]
    found = align(items, declared({Q4: [work("A", {"key": "WEB-9"})]}), today=NEW_YEAR)
    assert [one.state for one in found.placements.values()] == ["rested", "rested"]
    assert found.placements[ref("WEB-1")].past[0].because.path == ("WEB-9",)
