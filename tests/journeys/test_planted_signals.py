"""Every planted case of a warning signal is found, and what is said of it names nobody: one small world."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.signals import recalled
from connectors.sandbox.company import PEOPLE
from connectors.sandbox.flow.planted_goals import planted_goals
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import World, generate
from sync.jobs.sandbox import environment, examples
from tests.support.cli import AS_OF, Cli
from tests.support.world_digest import digest

SAID = (
    ("signals", "--all", "--language", "fr", "--format", "text"),
    ("signals", "--all", "--format", "markdown"),
    ("signals", "--language", "fr", "--format", "json"),
    ("signals", "--all", "--format", "text"),
    ("brief", "--language", "fr", "--format", "text"),
    ("brief", "--format", "markdown"),
    ("brief", "--format", "json"),
    ("status", "--format", "json"),
)


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


@pytest.fixture(scope="module")
def world() -> World:
    return generate(60, 1, signals=True)


def test_planting_changes_nothing_else(world: World) -> None:
    other = generate(60, 1, flow=True)
    assert digest(other) == digest(generate(60, 1, flow=True)) != digest(world)
    assert b"".join(other.truth.written()) != b""
    for key, issue in other.jira.issues.items():
        same = world.jira.issues[key]
        assert (same.key, same.updated, same.labels, same.status) == (
            issue.key,
            issue.updated,
            issue.labels,
            issue.status,
        )


@pytest.mark.needs_server
def test_all_are_found_and_name_nobody(
    run: Cli, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    planted = world.add_signals()
    texts = {file.name: file.read_text(encoding="utf-8") for file in examples().glob("*.yaml")}
    for name, text in planted_goals(texts, planted).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with Sandbox(world) as running:
        for name, value in (environment(running) | {"TRUENORTH_CONFIG": str(tmp_path)}).items():
            monkeypatch.setenv(name, value)
        assert run("plan", *AS_OF).code in (0, 4)
        running.forget_requests()
        said = json.loads(run("signals", "--format", "json").out)
        assert said["indicators"]["person_days"]["cells"]
        rows = recalled(json.loads(planted.written()), said["signals"])
        assert {name: row for name, row in rows.items() if row["recall"] < 1} == {}
        assert len(rows) == 29
        assert told_people(json.dumps(said, ensure_ascii=False)) == []
        for command in SAID:
            ran = run(*command)
            assert ran.code == 0, ran.err
            assert told_people(ran.out) == [], command
        assert running.requests == [], "they are those of the last read"
