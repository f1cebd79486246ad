"""No person is in what signals, indicators and the brief say: no name, address or account of anybody on the trackers."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from connectors.sandbox.company import PEOPLE
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.cli import app
from sync.jobs.sandbox import environment
from tests.support.cli import AS_OF, Cli

ASKED = [
    command
    for command in (
        ("signals", "--all", "--format", "text"),
        ("signals", "--all", "--format", "json"),
        ("signals", "--language", "fr", "--format", "markdown"),
        ("brief", "--format", "text"),
        ("brief", "--format", "json"),
        ("brief", "--format", "markdown"),
    )
    if any(command[0] in section.commands for section in app._Truenorth.sections)
]


def told_people(text: str) -> list[str]:
    """Everything in a text by which somebody can be known."""
    lowered = text.casefold()
    return sorted({one for one in _marks() if one.casefold() in lowered})


def _marks() -> Iterator[str]:
    for one in PEOPLE:
        yield from (one.name, one.email, one.email.partition("@")[0], one.account_id, one.linear_id)


def test_the_judge_knows_people_by_any_mark() -> None:
    one = PEOPLE[0]
    assert told_people(f"x {one.name.upper()}, {one.account_id}") == sorted([one.name, one.account_id])


@pytest.fixture
def small() -> Iterator[Sandbox]:
    with Sandbox(generate(items=60, seed=3)) as running:
        yield running


def test_nobody_is_in_any_output(run: Cli, small: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(small).items():
        monkeypatch.setenv(name, value)
    world = small.world
    assert {one.assignee.name for one in world.jira.issues.values() if one.assignee} & {
        one.name for one in PEOPLE
    }
    for command in ASKED:
        ran = run(*command, *AS_OF)
        assert ran.code == 0, ran.err
        assert told_people(ran.out) == [], command
        if command[0] == "signals" and "json" in command:
            said = json.loads(ran.out)
            assert said["signals"]
            assert said["indicators"]["person_days"]["cells"]
