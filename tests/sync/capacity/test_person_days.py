"""Person-days by team and objective, against a recount day by day in fractions."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import AssigneeSpan, Ref, WorkItem
from sync.align.alignment import align
from sync.capacity.person_days import PersonDays, person_days, window
from sync.capacity.serving import NONE, Part
from sync.capacity.suppression import TOTAL
from sync.flow.journeys import Journey, Journeys, Stage, ValueStream, Visit
from sync.forecast.working_days import WorkPlace
from tests.support.builders import NOW, item, work, workspace

TODO, DOING, DONE = Stage("To Do", 0, "todo"), Stage("Doing", 1, "doing"), Stage("Done", 2, "done")
STREAM = ValueStream("", (TODO, DOING, DONE), declared=False)
WEEKEND = {"weekend": ["sat", "sun"]}
WEB, OPS = WorkPlace("jira", "WEB"), WorkPlace("jira", "OPS")
SPEED, TRUST = Part("objective", "SPEED"), Part("objective", "TRUST")
MONDAY = date(2026, 11, 2)


def goals(**changes: Any) -> Workspace:
    objectives = [
        {"id": name, "title": name, "cycle": "2026-Q4", "key_results": [work(f"{name}-1")], **more}
        for name, more in (changes.pop("objectives", None) or {"SPEED": {}, "TRUST": {}}).items()
    ]
    declared = {"calendar": WEEKEND, "flow": {}, "exempt": [{"name": "ktlo", "labels": ["ktlo"]}]}
    return workspace(objectives=objectives, **{**declared, **changes})


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def journey(one: WorkItem, begin: datetime, end: datetime | None = None) -> Journey:
    visits = [Visit(TODO, "To Do", one.created, begin), Visit(DOING, "Doing", begin, end)]
    return Journey(one, STREAM, (*visits, *((Visit(DONE, "Done", end),) if end else ())))


def counted(
    rows: Sequence[tuple[WorkItem, date, date | None]],
    declared: Workspace | None = None,
    assigned: dict[Ref, list[AssigneeSpan]] | None = None,
    now: datetime = NOW,
) -> PersonDays:
    """Of items in progress from a morning to an evening."""
    declared = declared or goals()
    ways = {one.ref: journey(one, at(begin), at(end, 18) if end else None) for one, begin, end in rows}
    alignment = align([one for one, *_ in rows], declared, today=now.date())
    return person_days(ways, assigned or {}, alignment, declared, MONDAY, now)


def trio(key: str, claim: str, **changes: Any) -> list[WorkItem]:
    """An item of each of three people."""
    claims = (f"{claim}",) if claim else ()
    return [
        item(f"{key}-{nr}", claims=claims, category="doing", assignee=f"P{nr}", **changes) for nr in range(3)
    ]


def test_a_day_of_a_person_is_split_over_what_is_in_progress() -> None:
    rows = [(one, MONDAY, MONDAY + timedelta(days=4)) for one in trio("WEB", "SPEED-1")]
    rows += [(one, MONDAY + timedelta(days=3), MONDAY + timedelta(days=7)) for one in trio("OPS", "TRUST-1")]
    found = counted(rows)
    # Monday to Wednesday whole, Thursday and Friday half; then the weekend, Monday whole.
    assert found.cells[WEB, SPEED] == pytest.approx(3 * (3 + 2 / 2))
    assert found.cells[OPS, TRUST] == pytest.approx(3 * (2 / 2 + 1))
    assert found.cells[TOTAL, TOTAL] == pytest.approx(3 * 6)


def test_the_assignee_of_the_day_has_the_day() -> None:
    one = item("WEB-9", claims=("SPEED-1",), category="doing", assignee="Noor")
    others = [(other, MONDAY, MONDAY + timedelta(days=4)) for other in trio("WEB", "SPEED-1")[1:]]
    spans = [
        AssigneeSpan(None, one.created, at(MONDAY)),
        AssigneeSpan("a-1", at(MONDAY), at(MONDAY + timedelta(days=2), 0)),
        AssigneeSpan("a-2", at(MONDAY + timedelta(days=2), 0)),
    ]
    found = counted([(one, MONDAY, MONDAY + timedelta(days=4)), *others], assigned={one.ref: spans})
    assert found.cells[WEB, SPEED] == pytest.approx(5 + 5 + 5)
    # Handed over in the middle of a day, each of the two worked on it that day.
    later = [spans[0], AssigneeSpan("a-1", at(MONDAY), at(MONDAY, 15)), AssigneeSpan("a-2", at(MONDAY, 15))]
    found = counted([(one, MONDAY, MONDAY), *others], assigned={one.ref: later})
    assert found.cells[WEB, SPEED] == pytest.approx(2 + 5 + 5)


def test_links_share_and_what_serves_nothing_or_is_exempt_stands_apart() -> None:
    week = (MONDAY, MONDAY + timedelta(days=4))
    both = [item(f"WEB-{nr}", claims=("SPEED-1", "TRUST-1"), category="doing", assignee=f"P{nr}") for nr in range(3)]  # fmt: skip
    none = [item(f"WEB-{nr}", category="doing", assignee=f"P{nr}") for nr in range(3, 6)]
    ktlo = [item(f"WEB-{nr}", labels=("ktlo",), category="doing", assignee=f"P{nr}") for nr in range(6, 9)]
    found = counted([(one, *week) for one in (*both, *none, *ktlo)])
    assert found.cells[WEB, SPEED] == found.cells[WEB, TRUST] == pytest.approx(7.5)
    assert found.cells[WEB, NONE] == found.cells[WEB, Part("category", "ktlo")] == pytest.approx(15)
    assert found.parts == (SPEED, TRUST, Part("category", "ktlo"), NONE)
    assert found.cells[WEB, TOTAL] == pytest.approx(45)


def test_no_cell_of_two_people_is_shown_nor_what_gives_it_away() -> None:
    week = (MONDAY, MONDAY + timedelta(days=4))
    rows = [(one, *week) for one in (*trio("WEB", "SPEED-1"), *trio("OPS", "SPEED-1"))]
    rows += [(one, *week) for one in trio("OPS", "TRUST-1")[:2]]
    found = counted(rows)
    assert found.cells[OPS, TRUST] is None
    assert found.cells[OPS, SPEED] is None
    assert found.of(TRUST) is None
    assert found.cells[TOTAL, TOTAL] == pytest.approx(15)
    assert [one.share for one in found.shares] == [None, None]


def test_a_share_is_hidden_with_its_sum_and_a_sum_with_its_share() -> None:
    """SPEED is of two people. In the table the unaligned work of three hides it, among the shares the objective of four must."""
    declared = goals(objectives={"SPEED": {}, "TRUST": {}, "FAST": {}})
    each = {"SPEED-1": 2, "TRUST-1": 4, "FAST-1": 5, "": 3}
    people = [(claim, nr) for claim, count in each.items() for nr in range(count)]
    items = [
        item(f"WEB-{at}", claims=(claim,) if claim else (), category="doing", assignee=f"{claim}{nr}")
        for at, (claim, nr) in enumerate(people)
    ]
    found = counted([(one, MONDAY, None) for one in items], declared)
    hidden = [one.objective for one in found.shares if one.share is None]
    assert hidden == ["SPEED", "TRUST"]
    assert [name for name in each if name and found.of(Part("objective", name[:-2])) is None] == ["SPEED-1", "TRUST-1"]  # fmt: skip


@pytest.mark.parametrize(
    ("weights", "declared", "under"),
    [
        ({"SPEED": {"weight": 3}, "TRUST": {"weight": 1}}, [0.75, 0.25], [25, -25]),
        ({"SPEED": {}, "TRUST": {}}, [0.5, 0.5], [0, 0]),
    ],
)
def test_shares_stand_beside_declared_weights(
    weights: dict[str, Any], declared: list[float], under: list[float]
) -> None:
    week = (MONDAY, MONDAY + timedelta(days=4))
    rows = [(one, *week) for one in (*trio("WEB", "SPEED-1"), *trio("OPS", "TRUST-1"))]
    found = counted(rows, goals(objectives=weights)).shares
    assert [one.declared for one in found] == declared
    assert [one.share for one in found] == pytest.approx([0.5, 0.5])
    assert [one.under for one in found] == pytest.approx(under)
    assert {one.is_declared for one in found} == {declared[0] != declared[1]}


def test_an_objective_has_what_serves_those_below_it() -> None:
    declared = goals(objectives={"SPEED": {}, "TRUST": {}, "FAST": {"parent": "SPEED"}})
    week = (MONDAY, MONDAY + timedelta(days=4))
    rows = [(one, *week) for one in (*trio("WEB", "FAST-1"), *trio("OPS", "TRUST-1"))]
    found = counted(rows, declared).shares
    assert [one.objective for one in found] == ["SPEED", "TRUST"]
    assert [one.share for one in found] == pytest.approx([0.5, 0.5])


def test_a_cycle_of_another_length_takes_nothing_away() -> None:
    declared = goals(
        cycles={
            "2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"},
            "2026": {"start": "2026-01-01", "end": "2026-12-31"},
        },
        objectives={"SPEED": {}, "TRUST": {}, "YEAR": {"cycle": "2026"}},
    )
    week = (MONDAY, MONDAY + timedelta(days=4))
    rows = [(one, *week) for one in trio("OPS", "TRUST-1")]
    rows += [(item(one.key, claims=("SPEED-1", "YEAR-1"), category="doing", assignee=one.assignee), *week) for one in trio("WEB", "")]  # fmt: skip
    found = counted(rows, declared)
    # Parts add up, so each cycle has half; shares are asked cycle by cycle.
    assert found.cells[WEB, SPEED] == found.cells[WEB, Part("objective", "YEAR")] == pytest.approx(7.5 / 2)
    assert [one.share for one in found.shares] == pytest.approx([0.5, 0.5])


def test_containers_and_what_is_out_of_scope_take_no_days() -> None:
    week = (MONDAY, MONDAY + timedelta(days=4))
    above = item("WEB-9", category="doing", assignee="P0", level="epic")
    rows = [(one, *week) for one in trio("WEB", "SPEED-1", parent="WEB-9")]
    out = item("WEB-8", category="doing", assignee="P0", in_scope=False)
    assert counted([*rows, (above, *week), (out, *week)]).cells[WEB, TOTAL] == pytest.approx(15)


def test_without_a_history_work_is_in_progress_from_start_to_end() -> None:
    declared = goals()
    some = [
        item(one.key, category="done", claims=("SPEED-1",), assignee=one.assignee, started=at(MONDAY), completed=at(MONDAY + timedelta(days=1)))
        for one in trio("WEB", "")
    ]  # fmt: skip
    alignment = align(some, declared, today=NOW.date())
    assert person_days({}, {}, alignment, declared, MONDAY, NOW).cells[WEB, SPEED] == pytest.approx(6)


def test_each_place_has_its_own_days_off() -> None:
    declared = goals(calendar={**WEEKEND, "teams": {"OPS": {"closed": [MONDAY.isoformat()]}}})
    week = (MONDAY, MONDAY + timedelta(days=1))
    rows = [(one, *week) for one in (*trio("WEB", "SPEED-1"), *trio("OPS", "TRUST-1"))]
    found = counted(rows, declared)
    assert found.cells[WEB, SPEED] == pytest.approx(3 * 1.5)
    assert found.cells[OPS, TRUST] == pytest.approx(3 * 0.5)


def test_the_window_begins_with_the_running_cycles_as_far_as_histories_go() -> None:
    assert window(goals(), NOW) == date(2026, 10, 1)
    assert window(goals(flow={"window_weeks": 4}), NOW) == NOW.date() - timedelta(weeks=4)
    assert window(goals(flow=None), NOW) is None
    assert window(goals(), NOW + timedelta(days=100)) is None


@pytest.mark.parametrize("seed", range(4))
def test_sums_are_those_of_a_recount_day_by_day(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret is drawn
    declared = goals(calendar={**WEEKEND, "teams": {"OPS": {"closed": ["2026-11-04"]}}})
    items, ways = [], {}
    assigned: dict[Ref, list[AssigneeSpan]] = {}
    for nr in range(60):
        claims = chance.choice([(), ("SPEED-1",), ("TRUST-1",), ("SPEED-1", "TRUST-1")])
        one = item(f"{chance.choice(('WEB', 'OPS'))}-{nr}", category="doing", claims=claims, assignee=f"P{chance.randrange(8)}")  # fmt: skip
        begin = NOW - timedelta(hours=chance.randrange(24, 24 * 20))
        ways[one.ref] = journey(one, begin, begin + timedelta(hours=chance.randrange(1, 24 * 12)))
        if chance.random() < 0.5:
            middle = begin + timedelta(hours=chance.randrange(1, 100))
            assigned[one.ref] = [AssigneeSpan("x1", one.created, middle), AssigneeSpan(None, middle, middle + timedelta(hours=5)), AssigneeSpan(one.assignee, middle + timedelta(hours=5))]  # fmt: skip
        items.append(one)
    alignment = align(items, declared, today=NOW.date())
    found = person_days(ways, assigned, alignment, declared, MONDAY, NOW)
    told = {cell: days for cell, days in found.cells.items() if days is not None}
    assert len(told) > 5
    expected = recount(items, ways, assigned)
    assert {cell: pytest.approx(float(expected[cell])) for cell in told} == told


def recount(items: list[WorkItem], ways: Journeys, assigned: dict[Ref, list[AssigneeSpan]]) -> Any:
    """By asking of each quarter of an hour of each day who had what in progress."""
    found: defaultdict[Any, Fraction] = defaultdict(Fraction)
    for ahead in range((NOW.date() - MONDAY).days + 1):
        day = MONDAY + timedelta(days=ahead)
        mine: dict[str, set[Ref]] = defaultdict(set)
        if day.weekday() > 4:
            continue
        for one in items:
            if one.project == "OPS" and day == date(2026, 11, 4):
                continue
            for quarter in range(96):
                moment = datetime.combine(day, time(), UTC) + timedelta(minutes=15 * quarter, seconds=1)
                visit = ways[one.ref].at(moment)
                if moment >= NOW or visit is None or visit.stage != DOING:
                    continue
                spans = assigned.get(one.ref, [AssigneeSpan(one.assignee, one.created)])
                person = next(span.person for span in spans if span.end is None or moment < span.end)
                if person is not None:
                    mine[person].add(one.ref)
        for refs in mine.values():
            for one in (one for one in items if one.ref in refs):
                place = WorkPlace("jira", one.project or "")
                parts = [Part("objective", claim[:5]) for claim in one.claims] or [NONE]
                for part in parts:
                    for cell in ((place, part), (place, TOTAL), (TOTAL, part), (TOTAL, TOTAL)):
                        found[cell] += Fraction(1, len(refs) * len(parts))
    return found
