"""Value streams, declared and derived, and the journeys through them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from connectors.model import Ref, StatusSpan, WorkItem
from sync.flow.building import ValueStreams, journeys, value_streams
from sync.flow.journeys import Journey, Stage
from tests.support.builders import NOW, item, workspace
from tests.support.walks import spans, walked

Walked = tuple[WorkItem, Sequence[StatusSpan]]


def built(flow: dict[str, Any] | None, *some: Walked) -> tuple[ValueStreams, dict[Ref, Sequence[StatusSpan]]]:
    histories = {one.ref: walk for one, walk in some if walk}
    return value_streams(workspace(flow=flow), [one for one, _ in some], histories), histories


def names(streams: ValueStreams, name: str = "jira/WEB") -> list[str]:
    return [one.name for stream in streams.streams if stream.name == name for one in stream.stages]


def journey(flow: dict[str, Any] | None, of: Walked, *others: Walked) -> Journey:
    streams, histories = built(flow, of, *others)
    return journeys([of[0]], histories, streams)[of[0].ref]


def walk(one: Journey) -> list[tuple[str | None, str, float]]:
    return [
        (visit.stage.name if visit.stage else None, visit.status, (NOW - visit.begin) / timedelta(days=1))
        for visit in one.visits
    ]


FORTH = walked("WEB-1", ("To Do", 9), ("In Progress", 7), ("In Review", 5), ("QA", 3), ("Done", 1))
AGAIN = walked("WEB-2", ("To Do", 9), ("In Progress", 7), ("In Review", 5), ("QA", 3), ("Done", 2))
BACK = walked("WEB-3", ("To Do", 9), ("QA", 8), ("In Review", 7), ("In Progress", 5))


@pytest.mark.parametrize("order", [(FORTH, AGAIN, BACK), (BACK, AGAIN, FORTH)], ids=["forth", "back"])
def test_stages_are_derived_as_most_work_walks(order: tuple[Walked, ...]) -> None:
    assert names(built({}, *order)[0]) == ["To Do", "In Progress", "In Review", "QA", "Done"]


def test_derived_stages_say_neither_that_they_wait_nor_that_they_do_not() -> None:
    stream = built({}, FORTH)[0].of(FORTH[0])
    assert {one.waiting for one in stream.stages} == {None}
    assert not stream.knows_waiting
    assert not stream.declared


def test_ties_go_by_category_then_name() -> None:
    some = [walked("WEB-1", ("QA", 2)), walked("WEB-2", ("In Review", 2)), walked("WEB-3", ("To Do", 2))]
    assert names(built({}, *some)[0]) == ["To Do", "In Review", "QA"]


def test_what_is_not_begun_and_not_declared_is_one_stage_beside_declared_ones() -> None:
    some = [walked(f"WEB-{n}", ("To Do", 9), ("Ready", 8), ("In Progress", 3)) for n in range(2)]
    ready = walked("WEB-5", ("Ready", 2))
    assert names(built({}, *some, ready)[0]) == ["To Do", "Ready", "In Progress"]
    assert names(built({"stages": [BUILD]}, *some, ready)[0], "") == ["Ready", "Build"]
    first = {"name": "Next", "statuses": ["Ready"]}
    assert names(built({"stages": [first, BUILD]}, *some, ready)[0], "") == ["To Do", "Next", "Build"]


def test_whatever_is_done_is_one_stage_called_as_most_of_it_is() -> None:
    some = [walked(f"WEB-{n}", ("To Do", 3), ("Closed" if n else "Done", 1)) for n in range(3)]
    stream = built({}, *some)[0].of(some[0][0])
    assert stream.stages == (Stage("To Do", 0, "todo"), Stage("Closed", 1, "done"))
    assert walk(journey({}, *some))[-1] == ("Closed", "Done", 1)


REVIEW = {"name": "Review", "statuses": ["in review"], "waiting": True}
BUILD = {"name": "Build", "statuses": ["In Progress"]}


def test_declared_stages_stand_in_their_order_with_the_others_where_work_walks() -> None:
    streams, _ = built({"stages": [BUILD, REVIEW]}, FORTH, AGAIN)
    assert names(streams, "") == ["To Do", "Build", "Review", "QA", "Done"]
    assert [one.waiting for one in streams.of(FORTH[0]).stages] == [None, False, True, None, None]
    assert streams.unnamed == {"": ("Done", "QA", "To Do")}


def test_a_status_that_is_not_declared_stands_before_what_it_precedes() -> None:
    streams, _ = built({"stages": [{"name": "Test", "statuses": ["QA"]}]}, FORTH, AGAIN)
    assert names(streams, "") == ["To Do", "In Progress", "In Review", "Test", "Done"]


def test_a_declared_order_is_kept_against_all_walks() -> None:
    assert names(built({"stages": [REVIEW, BUILD]}, FORTH, AGAIN)[0], "")[1:3] == ["Review", "Build"]


def test_the_nearest_declaration_wins() -> None:
    ops, eng = walked("OPS-1", ("In Progress", 2)), walked("eng-1", ("In Progress", 2), team="ENG")
    flow = {
        "stages": [BUILD],
        "streams": [
            {"tracker": "jira", "stages": [{"name": "Work", "statuses": ["In Progress"]}]},
            {"tracker": "jira", "team": "web", "stages": [{"name": "Code", "statuses": ["In Progress"]}]},
        ],
    }
    streams, _ = built(flow, FORTH, ops, eng)
    assert [streams.of(one).name for one in (FORTH[0], ops[0], eng[0])] == ["jira/web", "jira", ""]
    assert names(streams, "jira/web")[1] == "Code"
    assert (names(streams, "jira"), names(streams, "")) == (["Work"], ["Build"])


def test_where_only_a_team_is_declared_the_others_are_derived() -> None:
    ops = walked("OPS-1", ("In Progress", 2))
    streams, _ = built({"streams": [{"tracker": "jira", "team": "WEB", "stages": [BUILD]}]}, FORTH, ops)
    assert (streams.of(ops[0]).name, streams.of(ops[0]).declared) == ("jira/OPS", False)


def test_a_status_is_known_by_its_other_names() -> None:
    one = walked("WEB-1", ("To Do", 2))[0]
    history = (StatusSpan("doing", "En revue", NOW - timedelta(days=2), None, ("In Review",)),)
    assert walk(journey({"stages": [REVIEW]}, (one, history)))[0][0] == "Review"


def test_visits_to_one_stage_in_a_row_are_one() -> None:
    flow = {"stages": [{"name": "Work", "statuses": ["In Progress", "QA"]}]}
    one = walked("WEB-1", ("To Do", 9), ("In Progress", 7), ("QA", 5), ("In Progress", 2), ("Done", 1))
    assert walk(journey(flow, one)) == [
        ("To Do", "To Do", 9),
        ("Work", "In Progress", 7),
        ("Done", "Done", 1),
    ]


def test_what_was_dropped_is_in_no_stage_from_then_on() -> None:
    one = walked("WEB-5", ("To Do", 9), ("In Progress", 7), ("Done", 1), category="dropped")
    assert walk(journey({}, one, FORTH)) == [
        ("To Do", "To Do", 9),
        ("In Progress", "In Progress", 7),
        (None, "Done", 1),
    ]


def test_a_status_in_which_work_is_only_dropped_is_no_stage_for_what_was_opened_again_either() -> None:
    dropped = walked("WEB-5", ("To Do", 9), ("Canceled", 7), category="dropped")
    reopened = walked("WEB-6", ("To Do", 9), ("Canceled", 7), ("To Do", 3))
    assert names(built({}, dropped, reopened, FORTH)[0])[-1] == "Done"
    assert walk(journey({}, reopened, dropped, FORTH))[1] == (None, "Canceled", 7)


def test_a_history_has_no_gap_and_begins_with_the_item() -> None:
    later = NOW - timedelta(days=3)
    history = (
        StatusSpan("todo", "To Do", later, later + timedelta(hours=1)),
        StatusSpan("doing", "In Progress", later + timedelta(hours=5)),
    )
    found = journey({}, (item("WEB-1", created=NOW - timedelta(days=4)), history))
    assert [(visit.begin, visit.end) for visit in found.visits] == [
        (NOW - timedelta(days=4), later + timedelta(hours=5)),
        (later + timedelta(hours=5), None),
    ]


def test_what_no_one_knows_is_in_no_stage() -> None:
    one = walked("WEB-1", ("To Do", 9), ("?", 7), ("In Progress", 2))
    assert walk(journey({}, one))[1] == (None, "", 7)


def test_only_what_was_alive_has_a_journey() -> None:
    done, dropped = AGAIN, walked("WEB-4", ("To Do", 9), ("Done", 8), category="dropped")
    streams, histories = built({}, done, dropped, BACK)
    items = [done[0], dropped[0], BACK[0], item("WEB-9")]
    assert list(journeys(items, histories, streams)) == [done[0].ref, BACK[0].ref, dropped[0].ref]
    since = NOW - timedelta(days=5)
    assert set(journeys(items, histories, streams, since)) == {done[0].ref, BACK[0].ref}
    assert set(journeys(items, histories, streams, NOW)) == {BACK[0].ref}


def test_it_can_be_asked_where_it_was() -> None:
    found = journey({}, FORTH)
    assert found.at(NOW - timedelta(days=10)) is None
    assert [one and one.status for one in (found.at(NOW - timedelta(days=7)), found.at(NOW))] == [
        "In Progress",
        "Done",
    ]
    assert spans(("To Do", 1))[0].end is None
