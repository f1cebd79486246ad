"""The places of the impact map, and the effort that leads to each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import Ref
from tests.support.builders import EARLY, NOW, epic, item, metric, work, workspace
from tests.support.maps import decided, lines, map_of, work_in

EPICS = (epic("WEB-1"), epic("WEB-2"))


def goals(*key_results: dict[str, Any], **changes: Any) -> Workspace:
    return workspace(*key_results, exempt=[{"name": "ktlo", "labels": ["ktlo"]}], **changes)


def to(key: str, **changes: Any) -> dict[str, Any]:
    return work("KR1", {"under": key}, **changes)


def test_actors_and_impacts_stand_between_a_goal_and_its_key_results() -> None:
    space = goals(
        work("KR1", {"under": "WEB-1"}, actor="New teams", impact="Invite a colleague"),
        work("KR2", {"under": "WEB-2"}, actor=" new  teams ", impact="Come back"),
        work("KR3", actor="New teams", impact="Come back"),
        work("KR4", impact="Pay"),
        metric("KR5", 0, 10),
    )
    found = map_of(space, *EPICS, item("WEB-3", "WEB-1"), item("WEB-4", "WEB-1"), item("WEB-5", "WEB-2"))
    assert lines(found) == [
        "O 3",
        "  New teams 3",
        "    Invite a colleague 2",
        "      KR1 2",
        "        WEB-1 2",
        "    Come back 1",
        "      KR2 1",
        "        WEB-2 1",
        "      KR3 0",
        "  Pay 0",
        "    KR4 0",
        "  KR5 0",
    ]
    assert found.unit == "items"


def test_effort_is_points_where_any_work_is_estimated_and_one_where_it_is_not() -> None:
    found = map_of(
        goals(to("WEB-1")),
        *EPICS,
        item("WEB-3", "WEB-1", estimate=5, category="done"),
        item("WEB-4", "WEB-1"),
        item("WEB-5", estimate=3, category="doing"),
    )
    assert found.unit == "points"
    assert lines(found) == ["O 6", "  KR1 6", "    WEB-1 6", "unaligned 3", "  loose 3"]
    (goal, *_) = found.nodes
    assert (goal.effort.done, goal.effort.share_done) == (5, 5 / 6)
    assert found.effort.items == tuple(Ref("jira", f"WEB-{nr}") for nr in (3, 4, 5))


def test_the_estimate_of_a_parent_is_spread_over_its_children() -> None:
    found = map_of(
        goals(to("WEB-1"), work("KR2", {"under": "WEB-2"})),
        epic("WEB-1", estimate=12),
        epic("WEB-2", estimate=8),
        *(item(f"WEB-{nr}", "WEB-1") for nr in (3, 4, 5)),
        item("WEB-6", "WEB-2", estimate=2),
    )
    assert lines(found) == ["O 14", "  KR1 12", "    WEB-1 12", "  KR2 2", "    WEB-2 2"]


def test_work_that_serves_several_key_results_counts_once() -> None:
    rule = {"under": "WEB-1"}
    space = goals(work("KR1", {**rule, "share": 0.75}), work("KR2", rule))
    found = map_of(space, *EPICS, *(item(f"WEB-{nr}", "WEB-1") for nr in range(3, 7)))
    assert lines(found) == ["O 4", "  KR1 3", "    WEB-1 3", "  KR2 1", "    WEB-1 1"]
    (shared,) = found.of_layer("deliverable")
    assert (shared.effort.amount, len(shared.effort.items)) == (4, 4)


def test_what_only_watches_work_has_a_part_of_it_on_the_map() -> None:
    space = goals(to("WEB-1"), metric("KR2", 0, 10, links=[{"under": "WEB-1"}]))
    found = map_of(space, *EPICS, *(item(f"WEB-{nr}", "WEB-1") for nr in range(3, 7)))
    assert lines(found) == ["O 4", "  KR1 2", "    WEB-1 2", "  KR2 2", "    WEB-1 2"]


def test_each_cycle_has_the_same_part_of_work_that_serves_several() -> None:
    cycles = {name: {"start": "2026-10-01", "end": end} for name, end in (("Q", "2026-12-31"), ("Y", "2027-09-30"))}  # fmt: skip
    objectives = [
        {"id": name, "title": name, "cycle": cycle, "key_results": [work(f"{name}1", {"under": "WEB-1"})]}
        for name, cycle in (("A", "Q"), ("B", "Q"), ("C", "Y"))
    ]
    space = goals(objectives=objectives, cycles=cycles)
    found = map_of(space, *EPICS, *(item(f"WEB-{nr}", "WEB-1") for nr in range(3, 7)))
    assert [(one.name, one.effort.amount) for one in found.of_layer("goal")] == [("A", 1), ("B", 1), ("C", 2)]


def test_exempt_and_unaligned_work_are_branches_of_their_own() -> None:
    space = goals(to("WEB-1"))
    found = map_of(
        space,
        *EPICS,
        item("WEB-3", "WEB-1"),
        item("WEB-4", "WEB-2", category="doing", started=NOW - timedelta(days=20)),
        item("WEB-5", "WEB-2", category="done"),
        item("WEB-6", "WEB-2"),
        item("WEB-7", category="doing", labels=("ktlo",)),
        item("WEB-8", labels=("ktlo",)),
        item("WEB-9", category="done", completed=EARLY - timedelta(days=30)),
        item("WEB-10", parent_unknown=True, category="doing"),
        item("WEB-11", category="dropped"),
    )
    assert lines(found) == [
        "O 1",
        "  KR1 1",
        "    WEB-1 1",
        "unaligned 2",
        "  WEB-2 2",
        "exempt 1",
        "  ktlo 1",
        "    loose 1",
        "unknown 1",
        "  loose 1",
    ]
    assert [one.branch for one in found.nodes if one.kind == "deliverable"] == ["", "unaligned"]


def test_work_that_was_finished_before_the_cycle_is_not_on_it() -> None:
    found = map_of(
        goals(to("WEB-1")),
        *EPICS,
        item("WEB-3", "WEB-1", category="done", completed=EARLY - timedelta(days=30)),
        item("WEB-4", "WEB-1", category="done"),
        item("WEB-5", "WEB-1", category="dropped"),
    )
    assert lines(found) == ["O 1", "  KR1 1", "    WEB-1 1"]


def test_the_nearest_epic_or_project_is_what_work_belongs_to() -> None:
    project = item("eng-p", level="project", kind="Project", title="Onboarding", project="Onboarding")
    found = map_of(
        goals(work("KR1", {"label": "go"})),
        project,
        epic("WEB-1"),
        item("WEB-2", "WEB-1", labels=("go",)),
        item("WEB-3", "WEB-2", level="subtask", labels=("go",)),
        item("eng-4", "eng-p", labels=("go",)),
        item("eng-5", "eng-4", level="subtask", labels=("go",)),
        item("WEB-6", labels=("go",)),
        epic("WEB-7", labels=("go",)),
    )
    assert sorted(lines(found)[2:]) == ["    WEB-1 1", "    WEB-7 1", "    eng-p 1", "    loose 1"]


def test_an_item_that_not_everybody_may_see_shows_its_key_alone() -> None:
    found = map_of(
        goals(to("WEB-1")), epic("WEB-1", title="Buy a rival", private=True), item("WEB-3", "WEB-1")
    )
    (shown,) = found.of_layer("deliverable")
    assert (shown.name, shown.title) == ("WEB-1", "")


def test_health_is_the_worst_of_what_a_place_leads_to_or_serves() -> None:
    """KR1 is far behind; KR2 is done."""
    space = goals(to("WEB-1", actor="Teams"), work("KR2", {"under": "WEB-2"}, actor="Teams"))
    found = map_of(space, *EPICS, item("WEB-3", "WEB-1"), item("WEB-4", "WEB-2", category="done"))
    healths = {one.name: one.health for one in found.nodes}
    assert healths == {
        "O": "on_track", "Teams": "off_track", "KR1": "off_track", "KR2": "done", "WEB-1": "off_track", "WEB-2": "done",
    }  # fmt: skip


def test_a_part_is_of_one_objective_or_of_one_team() -> None:
    one, other = ({"id": name, "title": name, "cycle": "2026-Q4", "key_results": [work(f"{name}1", {"under": key})]} for name, key in (("A", "WEB-1"), ("B", "WEB-2")))  # fmt: skip
    space = goals(objectives=[one, other])
    items = (
        *EPICS,
        item("WEB-3", "WEB-1"),
        item("OPS-4", "WEB-2"),
        item("OPS-5", category="doing"),
        item("OPS-6", category="doing", private=True),
    )
    assert lines(map_of(space, *items, objective="B")) == ["B 1", "  B1 1", "    WEB-2 1"]
    of_team = map_of(space, *items, teams=["jira/OPS"])
    assert lines(of_team) == ["B 1", "  B1 1", "    WEB-2 1", "unaligned 1", "  loose 1"]


def test_goals_stand_below_what_they_contribute_to() -> None:
    objectives = [
        {"id": name, "title": name, "cycle": "2026-Q4", "parent": parent, "key_results": [work(f"{name}1")]}
        for name, parent in (("C", "A"), ("A", None), ("B", "C"), ("D", None))
    ]
    found = map_of(goals(objectives=objectives))
    assert [(one.name, one.parent) for one in found.of_layer("goal")] == [("A", ""), ("C", "A"), ("B", "C"), ("D", "")]  # fmt: skip


@pytest.mark.parametrize(
    ("cycles", "shown"),
    [
        ({"a": ("2026-10-01", "2026-12-31"), "b": ("2026-01-01", "2026-12-31")}, ("a", "b")),
        ({"a": ("2026-01-01", "2026-03-31"), "b": ("2026-04-01", "2026-06-30")}, ("b",)),
        ({"a": ("2027-04-01", "2027-06-30"), "b": ("2027-01-01", "2027-03-31")}, ("b",)),
        ({"a": ("2026-07-01", "2026-09-30"), "b": ("2026-10-01", "2026-12-31"), "none": ("2026-11-01", "2026-11-30")}, ("b",)),
    ],
    ids=["those that run", "what ended last", "what begins first", "no goals in it"],
)  # fmt: skip
def test_cycles_that_run_are_shown(cycles: dict[str, tuple[str, str]], shown: tuple[str, ...]) -> None:
    objectives = [
        {"id": f"O{name}", "title": name, "cycle": name, "key_results": [work(f"{name}1")]}
        for name in cycles
        if name != "none"
    ]
    days = {name: {"start": start, "end": end} for name, (start, end) in cycles.items()}
    space = goals(objectives=objectives, cycles=days)
    assert work_in(decided(space), space).cycles == shown
