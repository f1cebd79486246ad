"""The figures of flow, on walks that can be counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.model import FlagSpan, Ref, StatusSpan, WorkItem
from sync.align.alignment import align
from sync.flow.aging import Bands
from sync.flow.blocked import Blocked
from sync.flow.bottleneck import Bottleneck, Queue, bottleneck
from sync.flow.figures import FlowFigures, PlaceFlow, StageFlow, flow_figures
from sync.flow.finished import Efficiency
from sync.flow.journeys import Stage
from sync.flow.weeks import Weeks
from tests.support.builders import NOW, epic, observed, ref, workspace
from tests.support.walks import walked

Walked = tuple[WorkItem, Sequence[StatusSpan]]
DAY = timedelta(days=1)
REVIEW = {"name": "Review", "statuses": ["In Review"], "waiting": True}
WAITING = {"stages": [REVIEW]}
# NOW is a Monday at nine: the last whole week ended 9 hours before. Walks are told in days before the end of that week.
END = NOW - timedelta(hours=9)


def figures(
    *some: Walked,
    flow: dict[str, Any] | None = WAITING,
    weeks: int = 4,
    others: Sequence[WorkItem] = (),
    **more: Any,
) -> FlowFigures:
    space = workspace(flow=flow)
    histories: dict[Ref, Sequence[StatusSpan]] = {one.ref: walk for one, walk in some}
    seen = observed(*(one for one, _ in some), *others, histories=histories, **more)
    return flow_figures(seen, align(seen.items, space, today=NOW.date()), space, NOW, weeks)


def went(key: str, *walk: tuple[str, float], **changes: Any) -> Walked:
    """As `walked`, in days before the end of the last whole week."""
    moved = [(status, days + 9 / 24) for status, days in walk]
    item, spans = walked(key, *moved, **changes)
    if item.category == "done":
        item = replace(item, completed=spans[-1].begin)
    return item, spans


def whole(of: FlowFigures) -> PlaceFlow:
    return of.places[0]


def stage(of: FlowFigures, name: str) -> StageFlow:
    return next(one for one in whole(of).stages if one.stage.name == name)


DONE = went("WEB-1", ("To Do", 20), ("In Progress", 16), ("In Review", 10), ("Done", 8))
QUICK = went("WEB-2", ("To Do", 20), ("In Progress", 5), ("Done", 4))
OPEN = went("WEB-3", ("To Do", 20), ("In Progress", 12), ("In Review", 3))


# --- Weeks ---------------------------------------------------------------------------------------


def test_weeks_are_whole_ones_of_the_zone_and_the_clock_may_change_in_one() -> None:
    zone = ZoneInfo("Europe/Paris")
    weeks = Weeks.before(datetime(2026, 10, 28, 9, tzinfo=UTC), 2, zone)
    assert weeks.days == (date(2026, 10, 12), date(2026, 10, 19), date(2026, 10, 26))
    assert [one.hour for one in weeks.bounds] == [22, 22, 23]
    last = weeks.end - timedelta(microseconds=1)
    assert weeks.counted([weeks.begin, weeks.bounds[1], last, weeks.end, None]) == (1, 2)
    assert (weeks.holds(last), weeks.holds(weeks.end)) == (True, False)


def test_days_of_the_calendar_are_those_of_the_zone() -> None:
    late, early = datetime(2026, 11, 2, 22, 30, tzinfo=UTC), datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    assert Weeks.before(NOW, 1, UTC).inclusive_days(late, early) == 1
    assert Weeks.before(NOW, 1, ZoneInfo("Europe/Paris")).inclusive_days(late, early) == 2
    assert Weeks.before(NOW, 1, UTC).inclusive_days(early, late - DAY) == 1


# --- Where nothing can be known ------------------------------------------------------------------


def test_where_flow_is_not_declared_nothing_is_known() -> None:
    found = figures(DONE, flow=None)
    assert (found.declared, found.places) == (False, ())


def test_without_a_waiting_stage_there_is_no_efficiency_and_never_all_of_it() -> None:
    place = whole(figures(DONE, QUICK, flow={}))
    assert not place.knows_waiting
    assert place.efficiency == Efficiency(undeclared=2)
    assert place.efficiency.share is None


def test_what_has_no_history_is_counted_as_unread() -> None:
    alive, gone = walked("WEB-8", ("To Do", 3))[0], went("WEB-9", ("Done", 90))[0]
    place = whole(figures(DONE, others=[alive, gone]))
    assert (place.items, place.unread) == (1, 1)


# --- Times ---------------------------------------------------------------------------------------


def test_efficiency_is_the_sum_of_active_time_over_the_sum_of_all_time() -> None:
    """8 days from start to done of which 6 active, and 1 day, all active: 7/9, and no mean of 75 % and 100 %."""
    efficiency = whole(figures(DONE, QUICK, OPEN)).efficiency
    assert efficiency == Efficiency(7 * DAY, 9 * DAY, 2)
    assert efficiency.share == pytest.approx(7 / 9)


def test_time_back_in_what_is_not_begun_and_time_done_before_it_was_opened_again_waits() -> None:
    again = went(
        "WEB-1",
        ("In Progress", 20),
        ("To Do", 18),
        ("In Progress", 15),
        ("Done", 12),
        ("In Progress", 8),
        ("Done", 6),
    )
    assert whole(figures(again, OPEN)).efficiency == Efficiency(7 * DAY, 14 * DAY, 1)


def test_what_cannot_be_told_is_left_out_of_efficiency_by_cause() -> None:
    gap = went("WEB-5", ("To Do", 20), ("In Progress", 10), ("?", 5), ("Done", 1))
    never = went("WEB-6", ("To Do", 20), ("Done", 1))
    lost = went("WEB-7", ("?", 20), ("In Progress", 10), ("Done", 1))
    assert whole(figures(DONE, gap, never, lost)).efficiency == Efficiency(6 * DAY, 8 * DAY, 1, 2, 1)


def test_only_what_was_finished_in_whole_weeks_counts() -> None:
    today = walked("WEB-5", ("To Do", 9), ("In Progress", 5), ("Done", 0.1))
    before = went("WEB-6", ("To Do", 90), ("In Progress", 50), ("Done", 28.1))
    place = whole(figures(DONE, today, before))
    assert (place.efficiency.items, place.departures) == (1, (0, 0, 1, 0))
    assert place.items == 2


def test_cycle_and_lead_time_have_fractions_and_whole_inclusive_days() -> None:
    place = whole(figures(DONE, QUICK))
    assert place.cycle_time is not None
    assert place.lead_time is not None
    assert place.cycle_time.days == Bands(1, 8, 8, 8, 2)
    assert place.cycle_time.whole_days == Bands(2, 9, 9, 9, 2)
    assert place.lead_time.days == Bands(12, 16, 16, 16, 2)


def test_time_in_a_stage_is_cut_at_the_weeks() -> None:
    """OPEN was in progress from 12 to 3 days before the end, DONE from 16 to 10: 14 days of the last two weeks."""
    found = figures(DONE, OPEN, weeks=2)
    assert [(one.stage.name, one.time) for one in whole(found).stages] == [
        ("To Do", 2 * DAY),
        ("In Progress", 4 * DAY + 9 * DAY),
        ("Review", 2 * DAY + 3 * DAY),
        ("Done", 8 * DAY),
    ]


def test_time_per_item_is_all_time_in_the_stage_of_what_was_finished() -> None:
    found = figures(DONE, QUICK, OPEN)
    assert [one.per_item for one in whole(found).stages] == [
        Bands(4, 15, 15, 15, 2),
        Bands(1, 6, 6, 6, 2),
        Bands(2, 2, 2, 2, 1),
        None,
    ]


# --- Weeks counted, and queues -------------------------------------------------------------------


def test_arrivals_and_departures_are_by_week() -> None:
    place = whole(figures(DONE, QUICK, OPEN))
    assert place.arrivals == (0, 1, 1, 1)
    assert place.departures == (0, 0, 1, 1)


def test_what_was_done_without_being_in_progress_arrives_and_departs_at_once() -> None:
    place = whole(figures(went("WEB-6", ("To Do", 20), ("Done", 1))))
    assert (place.arrivals, place.departures) == ((0, 0, 0, 1), (0, 0, 0, 1))


def test_work_that_was_begun_and_dropped_is_counted_by_itself() -> None:
    begun = went("WEB-5", ("To Do", 20), ("In Progress", 9), ("Done", 2), category="dropped")
    never = went("WEB-6", ("To Do", 20), ("Done", 2), category="dropped")
    place = whole(figures(DONE, begun, never))
    assert (place.dropped, place.departures) == ((0, 0, 0, 1), (0, 0, 1, 0))


def test_lines_of_cumulative_flow_never_fall_and_moves_backwards_are_counted() -> None:
    back = went("WEB-4", ("To Do", 27), ("In Progress", 22), ("In Review", 15), ("In Progress", 5))
    found = figures(DONE, back)
    assert stage(found, "To Do").reached == (0, 1, 2, 2, 2)
    assert stage(found, "In Progress").reached == (0, 1, 2, 2, 2)
    assert stage(found, "Review").reached == (0, 0, 1, 2, 2)
    assert stage(found, "Done").reached == (0, 0, 0, 1, 1)
    assert stage(found, "Review").queue == (0, 0, 1, 1, 0)
    place = whole(found)
    assert (place.backwards, place.behind) == ((0, 0, 0, 1), 1)


def test_work_in_progress_is_listed_by_age_with_where_it_stands() -> None:
    newer = went("WEB-4", ("To Do", 20), ("In Progress", 2))
    lost = went("WEB-5", ("?", 20), ("In Progress", 9))
    shown = [
        (one.ref, one.stage.name, one.days_in_stage, one.age, one.whole_days)
        for one in whole(figures(DONE, newer, OPEN, lost)).in_progress
    ]
    assert shown == [
        (ref("WEB-3"), "Review", 3.375, 12.375, 13),
        (ref("WEB-4"), "In Progress", 2.375, 2.375, 3),
        (ref("WEB-5"), "In Progress", 9.375, None, None),
    ]


DOING = Stage("In Progress", 1, "doing")
LATER = Stage("Review", 2, "doing", waiting=True)


@pytest.mark.parametrize(
    ("queues", "expected"),
    [
        ([(DOING, 5, [2] * 9), (LATER, 4, [4] * 9)], Bottleneck(DOING, queue=5, usual=2, limit=2)),
        ([(DOING, 6, [5] * 9), (LATER, 4, [2] * 9)], Bottleneck(LATER, queue=4, usual=2, limit=2)),
        ([(DOING, 4, [2] * 9), (LATER, 4, [2] * 9)], Bottleneck(LATER, queue=4, usual=2, limit=2)),
        ([(DOING, 4, [2] * 9), (LATER, 6, [3] * 9)], Bottleneck(LATER, queue=6, usual=3, limit=3)),
        ([(DOING, 5, [2] * 7 + [5] * 2)], Bottleneck()),
        ([(DOING, 1, [0] * 5 + [1] * 4), (LATER, 2, [2] * 9)], Bottleneck()),
        ([(DOING, 9, [0, 0, *[2] * 7])], Bottleneck(known=False)),
        ([(Stage("To Do", 0, "todo"), 99, [1] * 9), (DOING, 2, [2] * 9)], Bottleneck()),
        ([], Bottleneck(known=False)),
    ],
    ids=[
        "longest",
        "against itself",
        "nearest to done",
        "longer",
        "within",
        "one",
        "new",
        "backlog",
        "nothing",
    ],
)
def test_the_bottleneck_is_the_longest_queue_against_its_own_history(
    queues: list[tuple[Stage, int, list[int]]], expected: Bottleneck
) -> None:
    assert bottleneck([Queue(one, now, tuple(weeks)) for one, now, weeks in queues]) == expected


# --- Blocked -------------------------------------------------------------------------------------


def blocked_work(*since: float | None, **changes: Any) -> Walked:
    links = tuple((ref(f"WEB-9{at}"), END - days * DAY) for at, days in enumerate(since) if days is not None)
    by = tuple(ref(f"WEB-9{at}") for at in range(len(since)))
    return went("WEB-3", ("To Do", 20), ("In Progress", 12), blocked_by=by, blocked_since=links, **changes)


OPEN_BLOCKER = went("WEB-90", ("To Do", 40))
CLOSED_BLOCKER = went("WEB-90", ("To Do", 40), ("Done", 6))


@pytest.mark.parametrize(
    ("some", "flags", "expected"),
    [
        ([blocked_work(10), OPEN_BLOCKER], [], Blocked(10 * DAY, 10 * DAY, items=1, now=1)),
        ([blocked_work(10), CLOSED_BLOCKER], [], Blocked(4 * DAY, 4 * DAY, items=1)),
        ([blocked_work(50), OPEN_BLOCKER], [], Blocked(20 * DAY, 20 * DAY, items=1, now=1)),
        ([blocked_work(None), OPEN_BLOCKER], [], Blocked(now=1, undated=1)),
        ([blocked_work(3)], [], Blocked(now=1, undated=1)),
        ([OPEN], [(7, 5)], Blocked(2 * DAY, by_flag=2 * DAY, items=1)),
        ([OPEN], [(7, None)], Blocked(7 * DAY, by_flag=7 * DAY, items=1, now=1)),
        ([blocked_work(10), CLOSED_BLOCKER], [(7, 5)], Blocked(5 * DAY, 4 * DAY, 2 * DAY, 1)),
        ([DONE], [(10, None)], Blocked(2 * DAY, by_flag=2 * DAY, items=1)),
        ([OPEN], [], Blocked()),
    ],
    ids=["link", "until closed", "no longer than it is", "undated", "unseen", "flag", "flag now", "once", "until done", "no"],
)  # fmt: skip
def test_blocked_time_is_by_link_and_by_flag_and_both_at_once_count_once(
    some: list[Walked], flags: list[tuple[float, float | None]], expected: Blocked
) -> None:
    raised = [FlagSpan(END - begin * DAY, None if end is None else END - end * DAY) for begin, end in flags]
    assert whole(figures(*some, flagged={some[0][0].ref: raised})).blocked == expected


# --- Places --------------------------------------------------------------------------------------


def test_each_team_is_shown_below_its_stream_where_there_are_several() -> None:
    ops = went("OPS-1", ("To Do", 20), ("In Progress", 6), ("Done", 1))
    eng = went("eng-1", ("To Do", 20), ("In Progress", 6), ("In Review", 4), ("Done", 1), team="ENG")
    found = figures(DONE, ops, eng)
    assert [(one.stream.name, one.team, one.items) for one in found.places] == [
        ("", "", 3),
        ("", "jira/OPS", 1),
        ("", "jira/WEB", 1),
        ("", "linear/ENG", 1),
    ]
    assert [one.knows_waiting for one in found.places] == [True, False, True, True]
    # OPS has no stage that waits: what of its time was active nobody tells.
    assert found.places[0].efficiency == Efficiency(6 * DAY + 2 * DAY, 8 * DAY + 5 * DAY, 2, undeclared=1)


def test_a_stream_of_one_team_is_one_row() -> None:
    assert [(one.stream.name, one.team) for one in figures(DONE, flow={}).places] == [("jira/WEB", "")]


def test_containers_and_what_is_out_of_scope_do_not_flow() -> None:
    parent, spans = epic("WEB-50", category="doing", status="In Progress"), OPEN[1]
    child = went("WEB-3", ("To Do", 20), ("In Progress", 12), parent="WEB-50")
    beyond = went("WEB-4", ("To Do", 20), ("In Progress", 12), in_scope=False)
    assert set(figures((parent, spans), child, beyond).journeys) == {ref("WEB-3")}


def test_the_order_of_what_was_read_changes_nothing() -> None:
    one, other = figures(DONE, QUICK, OPEN), figures(OPEN, DONE, QUICK)
    assert one == other


def test_what_came_after_the_moment_is_not_known_then() -> None:
    space, at = workspace(flow=WAITING), END - 9 * DAY
    seen = observed(replace(DONE[0], category="doing", completed=None), histories={DONE[0].ref: DONE[1]})
    found = flow_figures(seen, align(seen.items, space), space, at, 4)
    assert [(one.stage.name, one.now) for one in whole(found).stages][1:] == [
        ("In Progress", 0),
        ("Review", 1),
    ]
    assert whole(found).in_progress[0].age == 7
