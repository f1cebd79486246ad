"""Progress belongs to its cycle, as a lead sees it: typed as a user types it, on Jira Cloud, Jira Data Center and Linear."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli
from tests.support.user_actions import JiraTicket, LinearTicket, Ticket

pytestmark = pytest.mark.needs_server

FIRST_DAY, WORK = "2026-10-01", ("GROWTH-KR2", "SPEED-KR1", "TRUST-KR2")
"""The key results of the example company that are measured by work."""


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The example company with its Jira on the Cloud, or on Data Center; its OKR files are there to be edited."""
    box: Sandbox = request.getfixturevalue("pointed" if request.param == "cloud" else "server")
    folder = tmp_path / "edited"
    shutil.copytree(os.environ["TRUENORTH_CONFIG"], folder)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    return box


def declare(file: str, before: str, after: str) -> None:
    path = Path(os.environ["TRUENORTH_CONFIG"], file)
    text = path.read_text()
    assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {file}"
    path.write_text(text.replace(before, after))


def told(run: Cli, *arguments: str) -> dict[str, Any]:
    ran = run(*arguments, "--format", "json")
    assert ran.code in (0, 4), ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def readings(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["key_result"]: one for row in found["scorecard"] for one in row["key_results"]}


def ended_in(site: Sandbox) -> dict[str, str]:
    """By key, the day (in UTC) on which each tracker says that an item was done; read off the world itself."""
    jira = {
        one.key: one.category_changed
        for one in site.world.jira.issues.values()
        if one.status.category == "done"
    }
    linear = {one.identifier: one.completed_at for one in site.world.linear.issues.values()}
    return {key: f"{at:%Y-%m-%dT%H:%M}" for key, at in (*jira.items(), *linear.items()) if at is not None}


@pytest.mark.usefixtures("site")
def test_in_its_first_moment_the_cycle_has_no_progress(run: Cli) -> None:
    seen = told(run, "status", "--fresh", "--as-of", FIRST_DAY)
    # Midnight of the first day where the workspace is, which is Paris.
    assert seen["as_of"] == "2026-09-30T22:00:00+00:00"
    assert seen["rewound"] is True
    assert seen["unwritten"] is None
    for name in WORK:
        one = readings(seen)[name]
        assert (one["percent"], one["work"]["done"], one["value"]) in ((0, 0, 0.0), (None, 0, None)), name
    assert any(readings(seen)[name]["percent"] == 0 for name in WORK)
    shown = run("status", "--fresh", "--as-of", FIRST_DAY)
    assert "Scorecard as of 2026-10-01 00:00 CEST" in shown.out
    assert "Work is shown as it was on 2026-10-01 00:00 CEST" in shown.out


@pytest.mark.parametrize("name", WORK)
def test_what_was_finished_before_is_left_out_and_named(site: Sandbox, run: Cli, name: str) -> None:
    whole = told(run, "explain", name, "--fresh", *AS_OF)
    days, first = ended_in(site), "2026-09-30T22:00"
    for row in whole["items"]:
        if row["state"] == "done":
            assert (row["left_out"] == "before") == (days[row["key"]] < first), row["key"]
    before = [row for row in whole["items"] if row["left_out"] == "before"]
    counted = [row for row in whole["items"] if row["left_out"] is None]
    assert whole["since"] == FIRST_DAY
    assert whole["work"]["finished_before"] == len(before)
    assert whole["value"] == sum(row["done"] for row in counted)
    assert whole["work"]["weight"] == sum(row["weight"] * row["share"] for row in counted)
    left_out = {one["reason"]: one for one in whole["left_out"]}
    if before:
        assert left_out["before"]["weight"] == sum(row["weight"] * row["share"] for row in before)
        assert len(left_out["before"]["keys"]) == left_out["before"]["items"] == len(before)
        text = run("explain", name).out
        assert f"Not counted, finished before {FIRST_DAY}: {len(before)} item" in text.replace("\n", " ")


@pytest.mark.usefixtures("site")
def test_since_ever_it_counts_again(run: Cli) -> None:
    bounded = readings(told(run, "status", "--fresh", *AS_OF))["TRUST-KR2"]
    assert bounded["work"]["finished_before"] > 0
    declare("trust.yaml", "measure: {kind: work}", "measure: {kind: work, since: ever}")
    ever = readings(told(run, "status", "--fresh", *AS_OF))["TRUST-KR2"]
    assert ever["work"]["finished_before"] == 0
    assert ever["since"] is None
    old = bounded["work"]["finished_before"]
    assert ever["work"]["done"] == bounded["work"]["done"] + old
    assert ever["work"]["leaves"] == bounded["work"]["leaves"] + old


def test_as_of_before_it_was_done_it_is_open(pointed: Sandbox, run: Cli) -> None:
    """A ticket of each tracker is closed now: an hour ago both were open, and no scorecard says otherwise."""
    hour_ago = ("--as-of", "2026-11-16T08:00Z")
    was = told(run, "explain", "SPEED-KR1", "--fresh", *AS_OF)
    open_ = [row for row in was["items"] if row["state"] in ("todo", "doing")]
    tickets: list[Ticket] = []
    for kind in (JiraTicket, LinearTicket):
        tracker = "jira" if kind is JiraTicket else "linear"
        ticket = kind(pointed, next(row["key"] for row in open_ if row["tracker"] == tracker))
        ticket.close()
        tickets.append(ticket)
    now = told(run, "explain", "SPEED-KR1", "--fresh")
    then = told(run, "explain", "SPEED-KR1", "--fresh", *hour_ago)
    assert now["work"]["done"] == was["work"]["done"] + 2
    assert then["work"]["done"] == was["work"]["done"]
    assert then["percent"] == was["percent"]
    states = {row["key"]: row["state"] for row in then["items"]}
    assert {states[ticket.key] for ticket in tickets} <= {"todo", "doing"}
    assert run("status", "--fresh").code == 0
    # What is asked of another time is not kept as what was read last.
    assert told(run, "explain", "SPEED-KR1")["work"]["done"] == now["work"]["done"]


def test_what_was_created_later_is_absent_and_said_so(pointed: Sandbox, run: Cli) -> None:
    linear = [one for one in pointed.world.linear.issues.values() if one.team.key == "ENG"]
    newest = max(linear, key=lambda one: one.created_at)
    day_before = f"{newest.created_at:%Y-%m-%d}T00:00Z"
    ran = run("explain", newest.identifier, "--fresh", "--as-of", day_before)
    assert ran.code == 2
    assert f"{newest.identifier} was not there then: it was created on" in ran.err
    found = told(run, "orphans", "--fresh", "--as-of", day_before)
    assert newest.identifier not in {one["key"] for one in found["orphans"]}
    assert run("explain", newest.identifier, "--fresh").code == 0


@pytest.mark.usefixtures("pointed")
def test_an_upgrade_moves_nothing_that_it_leaves_out(
    run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that was kept by a version that counted old work: the next run reports none of it as gone."""
    edited = tmp_path / "edited"
    shutil.copytree(os.environ["TRUENORTH_CONFIG"], edited)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(edited))
    declare("trust.yaml", "measure: {kind: work}", "measure: {kind: work, since: ever}")
    assert run("sync", "--as-of", "2026-11-09T09:00Z", "--first-run").code == 0
    declare("trust.yaml", "measure: {kind: work, since: ever}", "measure: {kind: work}")
    assert run("plan", *AS_OF).code == 0
    seen = told(run, "status")
    assert readings(seen)["TRUST-KR2"]["work"]["finished_before"] > 0
    moved = {one["key_result"]: one["moved"] for one in seen["movement"]["key_results"]}
    assert moved["TRUST-KR2"]["gone"] == 0
    assert moved["TRUST-KR2"]["done"] == moved["TRUST-KR2"]["added"] == 0


@pytest.mark.usefixtures("pointed")
def test_what_may_write_takes_work_as_it_is_and_says_so(run: Cli) -> None:
    then = run("plan", "--as-of", "2026-10-20")
    assert "--as-of only moves the clock here" in " ".join(then.out.split())
    now = " ".join(run("plan", *AS_OF).out.split())
    assert "only moves the clock" not in now
    assert "Work is shown as it was" not in now
