"""The one forecast, as a user sees it: in status, explain, plans, comments and JSON, on both deployments."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import examples
from tests.support.cli import AS_OF, Cli

Declare = Callable[[str], None]


@pytest.fixture(params=["cloud", "data center"])
def both(request: pytest.FixtureRequest) -> Sandbox:
    name = "pointed" if request.param == "cloud" else "server"
    sandbox: Sandbox = request.getfixturevalue(name)
    return sandbox


@pytest.fixture
def declare(pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Declare:
    """Adds text to the example company's declaration."""
    assert pointed
    folder = tmp_path / "declared"
    shutil.copytree(examples(), folder)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    file = folder / "truenorth.yaml"
    before = file.read_text(encoding="utf-8")

    def add(text: str) -> None:
        if text.startswith("health"):
            file.write_text(before.replace("health: {at_risk: 10, off_track: 25}", text), encoding="utf-8")
        else:
            file.write_text(f"{before}\n{text}\n", encoding="utf-8")

    return add


def key_results(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["key_result"]: one for objective in told["scorecard"] for one in objective["key_results"]}


def test_text_json_and_explain_say_one_forecast(run: Cli, both: Sandbox) -> None:
    assert both
    known = key_results(json.loads(run("status", *AS_OF, "--format", "json").out))
    planned = key_results(json.loads(run("plan", *AS_OF, "--format", "json").out))
    told = json.loads(run("explain", "SPEED-KR1", *AS_OF, "--format", "json").out)
    one = known["SPEED-KR1"]
    for name in ("chance", "range", "goal", "health", "health_reason", "working_days_left", "no_forecast"):
        assert one[name] == planned["SPEED-KR1"][name] == told[name], name
    assert 0 <= one["chance"] <= 1
    assert 0 <= one["range"]["low"] <= one["range"]["middle"] <= one["range"]["high"] <= 1
    assert not any("forecast" in row for row in known.values()), "the straight line is gone"
    text, markdown = (
        run("status", *AS_OF).out,
        run("status", *AS_OF, "--format", "markdown").out.replace("\\", ""),
    )
    for shown in (text, markdown):
        assert "Forecast for 2026-Q4" in shown
        assert "not enough history for a forecast yet" in shown
        assert "at this pace" not in shown
    assert "chance of reaching 100 %: " in run("explain", "SPEED-KR1", *AS_OF).out


def test_comments_say_it_and_the_next_day_writes_none_for_it(run: Cli, pointed: Sandbox) -> None:
    written = run("sync", *AS_OF, "--first-run", "--format", "json")
    assert written.code == 0, written.err
    foretold = {
        name for name, row in key_results(json.loads(written.out)).items() if row["chance"] is not None
    }
    assert "GROWTH-KR2" in foretold
    comments = [one for one in json.loads(written.out)["plan"]["changes"] if one["mark"] == "comment"]
    told = {
        one["key"]: {name.split(" ")[0] for name in one["after"]["facts"]}
        for one in comments
        if one["tracker"] == "jira" and one["after"]["purpose"] == "progress"
    }
    assert any(names & foretold for names in told.values())
    for key, names in told.items():
        page = urlopen(f"{pointed.url}/jira/browse/{key}").read().decode()  # noqa: S310  loopback
        assert ("chance of 100 %: " in page) is bool(names & foretold), key
        assert "at this pace" not in page
    later = json.loads(run("plan", "--as-of", "2026-11-17T09:00", "--format", "json").out)
    before = {
        name: (row["percent"], row["health"]) for name, row in key_results(json.loads(written.out)).items()
    }
    after = {name: (row["percent"], row["health"]) for name, row in key_results(later).items()}
    assert before == after, "this test is about a day on which the range alone moves"
    assert later["plan"]["items"] == 0


def test_a_declared_calendar_moves_the_forecast_and_nothing_else(run: Cli, declare: Declare) -> None:
    declare("calendar: {closed: [2026-12-07/2026-12-31], weekend: [sat, sun]}")
    shut = json.loads(run("explain", "GROWTH-KR2", *AS_OF, "--format", "json").out)
    assert shut["working_days_left"] == 14
    words = " ".join(shut["steps"])
    assert "Days off as declared: Saturday and Sunday." in words
    assert "Closed as declared: 2026-12-07 to 2026-12-31." in words
    declare(
        "calendar: {weekend: [sat, sun], teams: {WEB: {closed: [2026-12-24/2027-01-01]}, OPS: {weekend: []}}}"
    )
    usual = json.loads(run("explain", "GROWTH-KR2", *AS_OF, "--format", "json").out)
    assert usual["range"]["middle"] > shut["range"]["middle"]
    for name in ("percent", "expected", "value", "work", "evidence"):
        assert usual[name] == shut[name], name


def test_the_chance_is_why_something_is_at_risk_and_0_switches_it_off(run: Cli, declare: Declare) -> None:
    declare("health: {at_risk: 10, off_track: 25, chance: 1}")
    first = run("sync", *AS_OF, "--first-run", "--format", "json")
    strict = key_results(json.loads(first.out))
    doubtful = {name for name, one in strict.items() if one["health_reason"]}
    assert doubtful
    assert {strict[name]["health"] for name in doubtful} == {"at_risk"}
    assert all("is below policy.health.chance" in strict[name]["health_reason"] for name in doubtful)
    declare("health: {at_risk: 10, off_track: 25, chance: 0}")
    calm = key_results(json.loads(run("status", *AS_OF, "--format", "json").out))
    assert {calm[name]["health"] for name in doubtful} == {"on_track"}
    assert not any(one["health_reason"] for one in calm.values())


def test_a_plan_says_in_one_line_what_it_changes_because_of_a_chance(run: Cli, declare: Declare) -> None:
    declare("health: {at_risk: 10, off_track: 25, chance: 0}")
    assert run("sync", *AS_OF, "--first-run").code == 0
    declare("health: {at_risk: 10, off_track: 25, chance: 1}")
    plan = json.loads(run("plan", *AS_OF, "--format", "json").out)["plan"]
    notes = [note for note in plan["notes"] if "policy.health.chance" in note]
    assert len(notes) == 1
    assert "showed it as on track" in notes[0]
    assert plan["items"] > 0


def test_explain_lists_what_was_forecast_day_by_day(run: Cli, pointed: Sandbox) -> None:
    assert pointed
    for day in ("2026-11-09", "2026-11-16"):
        assert run("sync", "--as-of", f"{day}T09:00", "--first-run").code == 0
    told = json.loads(run("explain", "SPEED-KR1", "--format", "json").out)
    assert [one["day"] for one in told["forecasts"]] == ["2026-11-09", "2026-11-16"]
    assert told["forecasts"][-1]["chance"] == told["chance"]
    assert told["forecasts"][-1]["low"] == told["range"]["low"]
