"""Statuses in declared stages that nobody knows: a finding with its place, and the nearest name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.load import load
from sync.align.alignment import align
from sync.observation import Unread
from sync.signals.declared.unknown_stages import find_unknown_stages
from tests.support.builders import NOW, observed, workspace
from tests.support.declarations import GOOD, written
from tests.support.walks import walked

WEB = walked("WEB-1", ("To Do", 9), ("In Review", 5), ("In Progress", 2))
ENG = walked("eng-1", ("In Progress", 2), team="ENG")


def told(flow: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    seen = observed(WEB[0], ENG[0], histories={one.ref: spans for one, spans in (WEB, ENG)}, **more)
    found = find_unknown_stages(align(seen.items, workspace(flow=flow)), seen, workspace(flow=flow))
    return [(one.message, one.remedy) for one in found]


def stage(*statuses: str) -> dict[str, Any]:
    return {"name": "Review", "statuses": list(statuses)}


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ({"stages": [stage("in review")]}, []),
        (
            {"stages": [stage("In Reveiw", "In Progress")]},
            [('the stage "Review" names what no work is in or ever was: status "In Reveiw"', 'did you mean "In Review"?')],
        ),
        (
            {"stages": [stage("Shipped")]},
            [],
        ),
        (
            {"streams": [{"tracker": "linear", "team": "eng", "stages": [stage("In Progres", "In Progress")]}]},
            [('the stage "Review" names what no work is in or ever was: status "In Progres"', 'did you mean "In Progress"?')],
        ),
        ({}, []),
    ],
    ids=["known by its history", "mistyped", "like no other", "of a team", "nothing declared"],
)  # fmt: skip
def test_a_status_that_nobody_knows_is_a_finding(
    flow: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert told(flow) == expected


def test_nothing_is_said_where_a_tracker_was_not_read() -> None:
    unread = (Unread("tracker", "jira", "unreachable", "is away"),)
    assert told({"stages": [stage("In Progres")]}, unread=unread) == []
    of_linear = {"streams": [{"tracker": "linear", "stages": [stage("In Progres")]}]}
    assert len(told(of_linear, unread=unread)) == 1


def test_it_says_where_it_stands(tmp_path: Path) -> None:
    flow = "flow:\n  stages:\n    - {name: Build, statuses: [In Progress]}\n    - {name: Review, statuses: [In Reveiw]}\n"
    file = written(tmp_path, f"{GOOD}{flow}")
    line = (GOOD + flow).splitlines().index("    - {name: Review, statuses: [In Reveiw]}") + 1
    seen = observed(WEB[0], histories={WEB[0].ref: WEB[1]})
    space = load(file)
    (finding,) = find_unknown_stages(align(seen.items, space, today=NOW.date()), seen, space)
    assert finding.place == f"{file}:{line}"
    assert finding.message.startswith(f"{file}:{line}: the stage")
