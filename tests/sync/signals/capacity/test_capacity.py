"""Diverging priorities, disengagement and over-commitment: when each signal fires, for whom, and when it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from config.text.phrases import say
from config.text.texts import Texts
from config.workspace import Workspace
from connectors.model import AssigneeSpan, Ref, WorkItem
from sync.align.alignment import align
from sync.flow.journeys import Journey, Journeys, Stage, ValueStream, Visit
from sync.measure import Past, Sample, measure
from sync.signals.mechanism import SignalContext, signals
from sync.signals.rules import RULES
from sync.signals.signal import BaseRate, Signal
from tests.support.builders import NOW, item, metric, observed, ref, work, workspace

TODO, DOING, DONE = Stage("To Do", 0, "todo"), Stage("Doing", 1, "doing"), Stage("Done", 2, "done")
STREAM = ValueStream("", (TODO, DOING, DONE), declared=False)
WEEKDAYS = {"weekend": ["sat", "sun"]}
DAY = timedelta(days=1)
MONDAY = date(2026, 11, 9)
"""Of the last whole week before now."""


def fired(
    rule: str,
    items: Sequence[WorkItem],
    declared: Workspace,
    journeys: Journeys | None = None,
    readings: Mapping[str, Sequence[Past]] = MappingProxyType({}),
    **observation: Any,
) -> list[Signal]:
    """The signals of a rule, as the command computes them."""
    alignment = align(items, declared, today=NOW.date())
    seen = observed(*items, **observation)
    card = measure(alignment, seen, declared, NOW)
    context = SignalContext(alignment, card, {}, seen, journeys, declared, NOW, readings)
    return list(signals(context, [one for one in RULES if one.id == rule]))


def only(rule: str, *given: Any, **more: Any) -> Signal:
    (found,) = fired(rule, *given, **more)
    return found


def words(found: Signal, language: str = "en") -> str:
    return say(found.message, Texts(language))


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def walk(one: WorkItem, begin: date, end: date | None = None) -> Journey:
    visits = [Visit(TODO, "To Do", one.created, at(begin)), Visit(DOING, "Doing", at(begin), at(end) if end else None)]  # fmt: skip
    return Journey(one, STREAM, (*visits, *((Visit(DONE, "Done", at(end)),) if end else ())))


def goals(*objectives: dict[str, Any], **changes: Any) -> Workspace:
    return workspace(
        objectives=[{"title": one["id"], "cycle": "2026-Q4", **one} for one in objectives],
        calendar=WEEKDAYS,
        flow={},
        **changes,
    )


# --- starved_objective


WEIGHTED = goals(
    {"id": "SPEED", "weight": 3, "key_results": [work("SPEED-1")]},
    {"id": "TRUST", "weight": 1, "key_results": [work("TRUST-1")]},
)


def at_work(speed: int, trust: int, begin: date = date(2026, 10, 5)) -> tuple[list[WorkItem], Journeys]:
    """So many people on each objective since a day, an item each."""
    rows = [
        item(f"WEB-{nr}", claims=(claim,), category="doing", assignee=f"P{nr}")
        for nr, claim in enumerate(["SPEED-1"] * speed + ["TRUST-1"] * trust)
    ]
    return rows, {one.ref: walk(one, begin) for one in rows}


def test_an_objective_under_its_share_is_starved() -> None:
    items, ways = at_work(3, 3)
    waiting = item("WEB-90", claims=("SPEED-1",))
    found = only("starved_objective", [*items, waiting], WEIGHTED, ways)
    assert (found.kind, found.subject, found.items) == ("objective", "SPEED", (waiting.ref,))
    assert (
        words(found)
        == "SPEED (SPEED) got 50 % of the person-days since the cycle began; its weight says 75 %"
    )
    assert found.threshold == "starved_points: 5"
    # Four whole weeks of the cycle lie behind its first two, and in each it would have fired.
    assert found.base_rate == BaseRate(4, 4)


@pytest.mark.parametrize(
    ("speed", "trust", "changes"),
    [
        (9, 3, {}),  # as declared
        (5, 2, {}),  # 71 %, 4 points under
        (3, 3, {"signals": {"starved_points": 25}}),
    ],
)
def test_an_objective_near_its_share_is_not(speed: int, trust: int, changes: dict[str, Any]) -> None:
    items, ways = at_work(speed, trust)
    declared = Workspace.model_validate(WEIGHTED.model_dump(exclude_unset=True) | changes)
    assert fired("starved_objective", items, declared, ways) == []


def test_where_nobody_declared_a_weight_nothing_is_starved() -> None:
    declared = goals(
        {"id": "SPEED", "key_results": [work("SPEED-1")]}, {"id": "TRUST", "key_results": [work("TRUST-1")]}
    )
    assert fired("starved_objective", *at_work(3, 9)[:1], declared, at_work(3, 9)[1]) == []


def test_the_share_of_two_people_is_not_said() -> None:
    items, ways = at_work(2, 6)
    found = only("starved_objective", items, WEIGHTED, ways)
    assert "25 %" not in words(found)
    assert "not shown" in words(found)
    assert "share" not in dict(found.message.values)


def test_without_histories_it_is_not_computed() -> None:
    assert fired("starved_objective", at_work(3, 3)[0], WEIGHTED, None) == []


# --- urgent_orphan, low_priority_heavy


@pytest.mark.parametrize(
    ("changes", "fires"),
    [
        ({"priority": "Highest"}, True),
        ({"priority": "Die höchste", "other_names": (("priority", "Highest"),)}, True),
        ({"priority": "urgent"}, True),
        ({"priority": "High"}, False),
        ({"priority": None}, False),
        ({"priority": "Highest", "category": "todo"}, False),
        ({"priority": "Highest", "claims": ("KR1",)}, False),
        ({"priority": "Highest", "labels": ("ktlo",)}, False),
        ({"priority": "Highest", "in_scope": False}, False),
    ],
)
def test_urgent_orphans(changes: dict[str, Any], fires: bool) -> None:
    declared = workspace(exempt=[{"name": "ktlo", "labels": ["ktlo"]}])
    found = fired("urgent_orphan", [item("WEB-1", **{"category": "doing", **changes})], declared)
    assert [one.items for one in found] == ([(ref("WEB-1"),)] if fires else [])
    assert [one.base_rate for one in found] == ([None] if fires else [])


def test_the_names_of_urgent_priorities_are_declared() -> None:
    declared = workspace(signals={"urgent_priorities": ["P0"]})
    items = [item("WEB-1", category="doing", priority="P0"), item("WEB-2", category="doing", priority="Urgent")]  # fmt: skip
    found = only("urgent_orphan", items, declared)
    assert found.items == (ref("WEB-1"),)
    assert (found.subject, found.threshold) == ("jira/WEB", "urgent_priorities: P0")


LOW: dict[str, Any] = {"priority": "Low", "claims": ("KR1",)}
HEAVY = workspace(work("KR1", weight=2), work("KR2"), work("KR3"))


@pytest.mark.parametrize(
    ("items", "declared", "expected"),
    [
        ([item("WEB-1", **LOW), item("WEB-2", claims=("KR1",))], HEAVY, ["WEB-1"]),
        ([item("WEB-1", **LOW)], workspace(work("KR1"), work("KR2"), work("KR3")), []),  # a third
        ([item("WEB-1", **LOW, category="done"), item("WEB-2", claims=("KR1",))], HEAVY, []),
        ([item("WEB-1", **{**LOW, "priority": "Medium"})], HEAVY, []),
        # Three of four are 75 %: an aspiration succeeds without the fourth.
        (
            [item("WEB-1", **LOW), *(item(f"WEB-{nr}", claims=("KR1",)) for nr in (2, 3, 4))],
            goals({"id": "O", "grading": "aspirational", "key_results": [work("KR1")]}),
            [],
        ),
        # A target of two is met without it.
        (
            [item("WEB-1", **LOW), *(item(f"WEB-{nr}", claims=("KR1",)) for nr in (2, 3))],
            workspace(work("KR1", measure={"target": 2})),
            [],
        ),
        # What it waits for is of low priority, whatever that serves.
        (
            [item("WEB-1", priority="Lowest"), item("WEB-2", claims=("KR1",), blocked_by=(ref("WEB-1"),))],
            HEAVY,
            ["WEB-1"],
        ),
    ],
    ids=["needed", "light", "done", "medium", "aspiration", "target", "blocks"],
)
def test_low_priority_work_that_a_heavy_key_result_depends_on(
    items: list[WorkItem], declared: Workspace, expected: list[str]
) -> None:
    found = fired("low_priority_heavy", items, declared)
    assert [one.id for signal in found for one in signal.items] == expected
    if found:
        assert words(found[0]) == "KR1 (Result KR1) is 50 % of O and depends on 1 open item of low priority: WEB-1"  # fmt: skip


# --- overdue_check_in


@pytest.mark.parametrize(
    ("checked", "changes", "rules", "days"),
    [
        ("2026-11-02", {}, {}, None),  # 14 days are in time
        ("2026-11-01", {}, {}, 15),
        ("2026-11-10", {"checkins_every": 5}, {}, 6),
        ("2026-10-20", {"checkins_every": 40}, {}, None),
        ("2026-11-10", {}, {"stale_days": 5}, 6),
        ("2026-09-01", {"checkins_every": 60}, {}, None),  # the cycle has not run for so long
        ("2026-11-01", {"closed": "2026-11-10"}, {}, None),
        ("2026-11-20", {}, {}, 46),  # of a day to come nothing is known
    ],
)
def test_overdue_check_ins(
    checked: str, changes: dict[str, Any], rules: dict[str, Any], days: int | None
) -> None:
    declared = workspace(metric("KR1", 0, 10, (checked, 5), **changes), signals=rules)
    found = fired("overdue_check_in", [], declared)
    assert [one.days for one in found] == ([] if days is None else [days])


def test_the_days_of_the_measure_come_before_those_of_all() -> None:
    one = metric("KR1", 0, 10, ("2026-11-10", 5))
    one["measure"]["stale_days"] = 5
    assert only("overdue_check_in", [], workspace(one)).threshold == "stale_days: 5"
    assert fired("overdue_check_in", [], workspace({**one, "checkins_every": 9})) == []


def test_a_key_result_that_nobody_ever_checked_in() -> None:
    found = only("overdue_check_in", [], workspace(metric("KR1", 0, 10)))
    assert words(found) == "KR1 (Result KR1) has had no check-in yet, 46 days into its cycle"
    assert found.severity == "high"
    # Fifteen days into the cycle and later: the ends of four of its six weeks.
    assert found.base_rate == BaseRate(4, 6)


def test_a_source_that_tells_no_news_is_overdue_too() -> None:
    one = metric("KR1", 0, 10)
    one["measure"]["file"] = {"path": "x.csv", "at": "v"}
    old, new = Sample(3, NOW.date() - 20 * DAY), Sample(3, NOW.date())
    assert only("overdue_check_in", [], workspace(one), samples={"KR1": old}).days == 20
    assert fired("overdue_check_in", [], workspace(one), samples={"KR1": new}) == []


def test_a_source_is_as_old_as_its_value_however_often_it_is_read() -> None:
    one = metric("KR1", 0, 10)
    one["measure"]["file"] = {"path": "x.csv", "at": "v", "day": "d"}
    kept = {"KR1": [Past(NOW.date() - back * DAY, 3.0, 0.3) for back in range(40, 0, -1)]}
    old = {"KR1": Sample(3, NOW.date() - 20 * DAY)}
    found = only("overdue_check_in", [], workspace(one), samples=old, readings=kept)
    # Of the days of earlier values nothing is kept, so nobody knows how often it was overdue.
    assert (found.days, found.base_rate) == (20, None)


def test_work_has_no_check_ins() -> None:
    assert fired("overdue_check_in", [], workspace(work("KR1", checkins_every=1))) == []


# --- throughput_outside_limits


def finished(counts: Sequence[int], people: int = 3, claims: tuple[str, ...] = ("KR1",)) -> list[WorkItem]:
    """Work that was finished in the weeks up to the last whole one, latest last."""
    found: list[WorkItem] = []
    for back, count in enumerate(reversed(counts)):
        for _ in range(count):
            nr = len(found)
            when = at(MONDAY - 7 * back * DAY + nr % 5 * DAY)
            found.append(item(f"WEB-{nr}", claims=claims, category="done", completed=when, assignee=f"P{nr % people}", created=when - 30 * DAY))  # fmt: skip
    return found


STEADY = [6, 5, 6, 7, 6, 5, 6, 7, 6, 5]


@pytest.mark.parametrize(
    ("counts", "changes", "fires"),
    [
        ([*STEADY, 1], {}, True),
        ([*STEADY, 0], {}, True),
        ([*STEADY, 5], {}, False),  # below the median, and nothing else
        ([*STEADY, 20], {}, False),  # a good week is no warning
        ([6, 6, 6, 6, 6, 6, 6, 1], {}, False),  # seven weeks give no limits
        ([*STEADY, 1], {"people": 2}, False),  # the pace of two is nobody's business
    ],
)
def test_throughput_below_its_natural_limits(counts: list[int], changes: dict[str, Any], fires: bool) -> None:
    declared = workspace(work("KR1"), calendar=WEEKDAYS)
    found = fired("throughput_outside_limits", finished(counts, **changes), declared)
    assert [one.subject for one in found] == (["jira/WEB"] if fires else [])


def test_the_week_is_told_with_its_limits() -> None:
    declared = workspace(work("KR1"), calendar=WEEKDAYS)
    found = only("throughput_outside_limits", finished([*STEADY, 1]), declared)
    # Ranges 1 1 1 1 1 1 1 1 1 around 5.9.
    assert words(found) == (
        "WEB finished 1 piece of key-result work in the week of 9 Nov; in the 10 weeks before it varied between 3.24 and 8.56"
    )
    # Nine and eight weeks are enough as well.
    assert found.base_rate == BaseRate(0, 2)


def test_a_week_of_holidays_is_no_lack_of_throughput() -> None:
    closed = workspace(work("KR1"), calendar={**WEEKDAYS, "closed": ["2026-11-09/2026-11-13"]})
    assert fired("throughput_outside_limits", finished([*STEADY, 1]), closed) == []


def test_work_that_serves_nothing_is_no_throughput() -> None:
    declared = workspace(work("KR1"), calendar=WEEKDAYS)
    busy = [replace(one, ref=ref(f"X-{one.key}")) for one in finished([6] * 11, claims=())]
    assert only("throughput_outside_limits", [*finished([*STEADY, 1]), *busy], declared)


# --- nobody_assigned


def unassigned(counts: Sequence[int], busy: int = 10) -> tuple[list[WorkItem], dict[Ref, Journey], dict[Ref, list[AssigneeSpan]]]:  # fmt: skip
    """How many started items nobody had at the end of each week up to today, latest last; `busy` others were in progress."""
    items, ways, spans = [], {}, {}
    for back, count in enumerate(reversed(counts)):
        end = NOW.date() - 7 * back * DAY
        for nr in range(count + busy):
            one = item(f"WEB-{back}{nr:02}", category="done" if back else "doing", assignee=None if nr < count else "P1")  # fmt: skip
            ways[one.ref] = walk(one, end - 3 * DAY, end + DAY if back else None)
            spans[one.ref] = [AssigneeSpan(one.assignee, one.created)]
            items.append(one)
    return items, ways, spans


@pytest.mark.parametrize(
    ("counts", "fires"),
    [
        ([0] * 10 + [1], True),
        ([2, 3, 2, 3, 2, 3, 2, 3, 2, 3], False),
        ([2, 3, 2, 3, 2, 3, 2, 3, 2, 9], True),  # one in five usually, now 9 of 19: 7 in 1,000 by chance
        ([2, 3, 2, 3, 2, 3, 2, 3, 2, 8], False),  # 8 of 18: 16 in 1,000
        ([1, 1, 1], True),  # too few weeks to know what is usual
        ([0] * 11, False),
    ],
)
def test_more_started_work_without_an_assignee_than_usual(counts: list[int], fires: bool) -> None:
    items, ways, spans = unassigned(counts)
    found = fired("nobody_assigned", items, goals({"id": "O", "key_results": [work("KR1")]}), ways, assigned=spans)  # fmt: skip
    assert [(one.subject, len(one.items)) for one in found] == ([("jira/WEB", counts[-1])] if fires else [])


def test_who_had_it_then_counts_and_who_has_it_now_where_nobody_tells() -> None:
    items, ways, spans = unassigned([0] * 10 + [1])
    declared = goals({"id": "O", "key_results": [work("KR1")]})
    given = next(one for one in items if one.category == "doing" and not one.assignee)
    spans[given.ref] = [AssigneeSpan(None, given.created, NOW - 2 * DAY), AssigneeSpan("a1", NOW - 2 * DAY)]
    assert fired("nobody_assigned", items, declared, ways, assigned=spans) == []
    assert only("nobody_assigned", items, declared, ways, assigned={}).items == (given.ref,)


def test_without_histories_any_started_work_of_nobody_is_told() -> None:
    some = [item("WEB-1", category="doing"), item("WEB-2", category="doing", assignee="P"), item("WEB-3")]
    found = only("nobody_assigned", some, workspace())
    assert (found.items, found.base_rate, found.severity) == ((ref("WEB-1"),), None, "low")


# --- over_committed_team


@pytest.mark.parametrize(
    ("open_", "people", "fires"),
    [(20, 3, False), (300, 3, True), (300, 2, False)],
    ids=["in reach", "far too much", "two people"],
)
def test_a_team_with_more_open_key_result_work_than_it_can_finish(
    open_: int, people: int, fires: bool
) -> None:
    done = finished([4, 5, 4, 5, 4, 5, 4, 5], people)
    waiting = [item(f"OPEN-{nr}", project="WEB", claims=("KR1",), assignee=f"P{nr % people}") for nr in range(open_)]  # fmt: skip
    other = [item(f"OTHER-{nr}", project="WEB") for nr in range(300)]
    declared = workspace(work("KR1"), calendar=WEEKDAYS)
    found = fired("over_committed_team", [*done, *waiting, *other], declared)
    assert [(one.subject, len(one.items)) for one in found] == ([("jira/WEB", open_)] if fires else [])
    if fires:
        assert "31 Dec" in words(found[0])
        # It was as much in each week of the cycle.
        assert found[0].base_rate == BaseRate(6, 6)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_message_is_a_sentence_without_holes(language: str) -> None:
    items, ways = at_work(2, 6)
    told = [
        only("starved_objective", items, WEIGHTED, ways),
        only("urgent_orphan", [item("WEB-1", category="doing", priority="Highest")], workspace()),
        only("low_priority_heavy", [item("WEB-1", **LOW)], HEAVY),
        only("overdue_check_in", [], workspace(metric("KR1", 0, 10))),
        only("nobody_assigned", [item("WEB-1", category="doing")], workspace()),
    ]
    for one in told:
        for sentence in (one.message, one.formula, one.remedy):
            text = say(sentence, Texts(language))
            assert text[0].isalnum()
            assert not {"{", "}"} & set(text)
            assert not text.endswith(".")
