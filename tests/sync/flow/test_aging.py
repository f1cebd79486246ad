"""Ages, and the ages at which work left its stages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from connectors.model import StatusSpan, WorkItem
from sync.flow.aging import Aging, Bands, age_at, aging_bands, finished_at, started_at
from sync.flow.building import journeys, value_streams
from sync.flow.journeys import Journey, Journeys
from tests.support.builders import NOW, workspace
from tests.support.walks import walked

Walked = tuple[WorkItem, Sequence[StatusSpan]]


def travelled(*some: Walked) -> Journeys:
    histories = {one.ref: walk for one, walk in some}
    items = [one for one, _ in some]
    return journeys(items, histories, value_streams(workspace(flow={}), items, histories))


def one_journey(*walk: tuple[str, float], category: str | None = None) -> Journey:
    given = {"category": category} if category else {}
    return next(iter(travelled(walked("WEB-1", *walk, **given)).values()))


@pytest.mark.parametrize(
    ("walk", "started", "finished", "age"),
    [
        ((("To Do", 9), ("In Progress", 5)), 5, None, 5),
        ((("To Do", 9), ("In Progress", 5), ("In Review", 2)), 5, None, 5),
        ((("To Do", 9), ("In Progress", 5), ("Done", 2)), 5, 2, None),
        ((("To Do", 9), ("In Progress", 5), ("To Do", 2)), 5, None, None),
        ((("To Do", 9), ("In Progress", 5), ("Done", 3), ("In Progress", 2)), 5, None, 5),
        ((("To Do", 9), ("In Progress", 5), ("Done", 3), ("QA", 2), ("Closed", 1)), 5, 1, None),
        ((("To Do", 9), ("Done", 3)), None, 3, None),
        ((("To Do", 9), ("?", 5), ("In Progress", 3)), None, None, None),
        ((("To Do", 9),), None, None, None),
    ],
    ids=[
        "started",
        "as old in the next stage",
        "done",
        "put back",
        "opened again",
        "done again",
        "never in progress",
        "unknown before",
        "not begun",
    ],
)
def test_when_it_started_and_finished_and_how_old_it_is(
    walk: tuple[tuple[str, float], ...], started: float | None, finished: float | None, age: float | None
) -> None:
    found = one_journey(*walk)
    assert [one and (NOW - one) / timedelta(days=1) for one in (started_at(found), finished_at(found))] == [
        started,
        finished,
    ]
    assert age_at(found, NOW) == age


def test_age_can_be_asked_of_the_past() -> None:
    found = one_journey(("To Do", 9), ("In Progress", 5), ("Done", 2))
    assert [age_at(found, NOW - timedelta(days=days)) for days in (6, 5, 3.5, 2)] == [None, 0, 1.5, None]


def test_what_was_dropped_has_no_age() -> None:
    found = one_journey(("To Do", 9), ("In Progress", 5), ("Done", 2), category="dropped")
    assert (started_at(found), finished_at(found), age_at(found, NOW)) == (
        NOW - timedelta(days=5),
        None,
        None,
    )


def test_bands_are_of_the_ages_at_which_work_left_the_stage_for_good() -> None:
    some = travelled(
        *(
            walked(f"WEB-{n}", ("To Do", 60), ("In Progress", 50), ("QA", 50 - n), ("Done", 50 - 2 * n))
            for n in range(1, 21)
        ),
        walked("WEB-30", ("In Progress", 90)),
        walked("WEB-31", ("To Do", 60), ("QA", 49), ("In Progress", 40), ("QA", 39)),
    )
    assert aging_bands(some, NOW) == {
        "In Progress": Bands(10, 14, 17, 19, 21),
        "QA": Bands(20, 28, 34, 38, 20),
    }
    assert aging_bands(some, NOW - timedelta(days=40))["In Progress"] == Bands(5, 7, 9, 10, 10)
    assert Aging(some).bands("linear", NOW) == {}
    assert Aging(some).bands("jira/WEB", NOW) == aging_bands(some, NOW)
