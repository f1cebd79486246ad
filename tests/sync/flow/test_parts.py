"""The flow of parts of the work: the same figures as of the whole, counted over fewer items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.model import StatusSpan, WorkItem
from sync.align.alignment import Alignment, align
from sync.flow.building import place_name
from sync.flow.figures import FlowFigures, PlaceFlow, flow_figures
from sync.flow.parts import FlowParts
from sync.observation import Observation
from tests.support.builders import NOW, observed, ref, workspace
from tests.support.walks import walked

REVIEW = {"name": "Review", "statuses": ["In Review"], "waiting": True}
ALL = {"stages": [REVIEW]}
BY_TRACKER = {"streams": [{"tracker": "jira", "stages": [REVIEW]}]}


def went(key: str, *walk: tuple[str, float]) -> tuple[WorkItem, Sequence[StatusSpan]]:
    item, spans = walked(key, *walk)
    return (replace(item, completed=spans[-1].begin) if item.category == "done" else item), spans


WALKS = [
    went("WEB-1", ("To Do", 40), ("In Progress", 30), ("In Review", 22), ("Done", 18)),
    went("WEB-2", ("To Do", 40), ("In Progress", 12), ("In Review", 9)),
    went("WEB-3", ("To Do", 40), ("In Progress", 11), ("To Do", 3)),
    went("OPS-1", ("To Do", 40), ("In Progress", 25), ("Done", 20.5)),
    went("OPS-2", ("To Do", 40), ("Done", 20)),
    went("OPS-3", ("To Do", 40), ("In Progress", 2)),
    went("OPS-4", ("To Do", 40), ("In Progress", 5), ("Done", 0.1)),
    went("lin-1", ("To Do", 40), ("In Progress", 25), ("In Review", 16), ("Done", 10)),
    went("lin-2", ("To Do", 40), ("?", 20), ("Done", 10)),
]  # fmt: skip
UNREAD = [walked(key, ("In Progress", 5))[0] for key in ("WEB-8", "lin-8")]


def world(flow: dict[str, Any]) -> tuple[FlowFigures, FlowParts]:
    space = workspace(flow=flow)
    seen: Observation = observed(
        *(one for one, _ in WALKS), *UNREAD, histories={one.ref: spans for one, spans in WALKS}
    )
    aligned: Alignment = align(seen.items, space, today=NOW.date())
    figures = flow_figures(seen, aligned, space, NOW, 4)
    return figures, FlowParts(figures, seen, aligned)


EVERY = [one for one, _ in WALKS] + UNREAD


@pytest.mark.parametrize("flow", [ALL, BY_TRACKER, {}], ids=["one stream", "a tracker's", "derived"])
def test_all_work_is_the_whole_of_each_stream(flow: dict[str, Any]) -> None:
    figures, parts = world(flow)
    assert parts.places([one.ref for one in EVERY]) == tuple(one for one in figures.places if not one.team)


@pytest.mark.parametrize("flow", [ALL, BY_TRACKER], ids=["one stream", "a tracker's"])
def test_the_work_of_a_team_has_the_figures_of_the_team(flow: dict[str, Any]) -> None:
    figures, parts = world(flow)
    teams = [one for one in figures.places if one.team]
    assert {"jira/OPS", "jira/WEB"} <= {one.team for one in teams}
    for place in teams:
        (found,) = parts.places([one.ref for one in EVERY if place_name(one) == place.team])
        assert replace(found, team=place.team) == place


def test_a_part_over_several_streams_has_a_place_in_each_and_only_there() -> None:
    _, parts = world({})
    found = parts.places([ref("WEB-2"), ref("lin-8")])
    assert [(one.stream.name, one.items, one.unread) for one in found] == [
        ("jira/WEB", 1, 0),
        ("linear/lin", 0, 1),
    ]
    assert parts.places([]) == ()


def test_a_stage_is_left_at_the_ages_of_the_whole_stream() -> None:
    figures, parts = world(ALL)
    (whole,) = [one for one in figures.places if not one.team]
    (part,) = parts.places([ref("WEB-2")])

    def left(place: PlaceFlow) -> dict[str, object]:
        return {one.stage.name: one.aging for one in place.stages if one.aging is not None}

    assert left(part)["Review"] == left(whole)["Review"]


def test_what_was_finished_is_each_piece_with_its_cycle_time_the_latest_last() -> None:
    figures, parts = world(ALL)
    found = parts.finished()
    assert [(one.ref, round(one.days, 6)) for one in found] == [
        (ref("OPS-1"), 4.5),
        (ref("WEB-1"), 12.0),
        (ref("lin-1"), 15.0),
    ]
    # OPS-4 was finished this week, which is no whole one yet.
    assert found[0].at == NOW - timedelta(days=20.5)
    (whole,) = [one for one in figures.places if not one.team]
    assert whole.cycle_time is not None
    assert whole.cycle_time.days.of == len(found)
    assert [one.ref for one in parts.finished([ref("lin-1"), ref("lin-2"), ref("WEB-8")])] == [ref("lin-1")]


def test_where_flow_is_not_declared_no_part_has_figures() -> None:
    space = workspace()
    seen = observed(*EVERY)
    aligned = align(seen.items, space, today=NOW.date())
    figures = flow_figures(seen, aligned, space, NOW)
    parts = FlowParts(figures, seen, aligned)
    assert (parts.places([one.ref for one in EVERY]), parts.finished()) == ((), ())
