"""What a person or a program sees of a run that finds nothing changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.model import Ref, WorkItem
from tests.support.builders import NOW
from tests.support.cli import Cli
from tests.support.fake_company import DECLARED, connected
from tests.support.fake_sessions import ITEMS
from tests.support.telling_tracker import TellingTracker

SENTENCE = "Nothing changed since 2026-11-16 09:00 UTC; nothing to write."


class StoppedClock:
    """`datetime` with a clock that stands."""

    @classmethod
    def now(cls, *_: Any) -> Any:
        return NOW


@pytest.fixture
def settled(tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> dict[str, TellingTracker]:
    """Two trackers behind the command line, after a sync that wrote all there is to write."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "truenorth.yaml").write_text(DECLARED, encoding="utf-8")
    items: dict[str, dict[Ref, WorkItem]] = {
        name: {one.ref: one for one in ITEMS if one.ref.tracker == name} for name in ("jira", "linear")
    }
    connected(items, run, monkeypatch)
    there = {name: TellingTracker(name, some) for name, some in items.items()}
    monkeypatch.setattr("sync.jobs.session.connect", lambda name, *_, **__: there[name])
    monkeypatch.setattr("sync.store.store.wall_clock", lambda: NOW)
    monkeypatch.setattr("sync.cli.options.datetime", StoppedClock)
    assert run("sync", "--first-run").code == 0
    return there


def test_it_says_so_in_one_sentence_and_what_is_still_open(
    run: Cli, settled: dict[str, TellingTracker]
) -> None:
    for command in ("sync", "plan"):
        ran = run(command)
        assert ran.code == 0
        said = " ".join(ran.out.split())
        assert said.startswith(f"{SENTENCE} Still open: 2 items warned")
        assert "(`truenorth orphans`)." in said
    assert SENTENCE in run("sync", "--format", "markdown").out
    assert SENTENCE in run("--quiet", "sync").out
    assert run("plan", "--exit-code").code == 0
    assert settled["jira"].asked.count("pull") == 1


def test_json_says_since_when_and_has_the_empty_plan(run: Cli, settled: dict[str, TellingTracker]) -> None:
    found = json.loads(run("sync", "--format", "json").out)
    assert found["unchanged_since"] == NOW.isoformat()
    assert (found["unread"], found["plan"]["changes"], found["guards"]) == ([], [], [])
    assert (found["applied"]["written"], found["warned"]) == (0, 2)
    assert [one["requests"] for one in found["pulled"]] == [1, 1]
    assert "applied" not in json.loads(run("plan", "--format", "json").out)
    before = json.loads(run("plan", "--full", "--format", "json").out)
    assert found["scorecard"] == before["scorecard"]
    assert found["findings"] == before["findings"]
    assert found["plan"] == before["plan"]
    assert settled["jira"].asked[-1] == "pull"


@pytest.mark.parametrize(
    "command",
    [("sync", "--full"), ("plan", "--out", "a.plan"), ("sync", "--as-of", "2026-11-16T09:00")],
    ids=" ".join,
)
def test_whoever_asks_for_more_gets_it(
    run: Cli, settled: dict[str, TellingTracker], command: tuple[str, ...]
) -> None:
    ran = run(*command)
    assert ran.code == 0
    assert "Nothing changed" not in ran.out
    assert settled["linear"].asked
