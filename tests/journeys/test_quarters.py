"""One quarter after the other, day by day across the boundary: as a user types it, on Jira Cloud, Jira Data Center and Linear."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import Cli, writes
from tests.support.user_actions import JiraTicket, LinearTicket

pytestmark = pytest.mark.needs_server

EPIC, PROJECT = "WEB-1", "Onboarding v2"
"""What carries GROWTH-KR2 of 2026-Q4 on each tracker."""
UNLINKED = ("WEB-27", "ENG-16")
"""What serves nothing on each."""

YEAR = """\
cycles:
  FY27: {start: 2026-07-01, end: 2027-06-30}
objectives:
  - id: YEAR
    title: Everybody can start alone
    cycle: FY27
    key_results:
      - id: YEAR-KR1
        title: No one asks for help
        measure: {kind: work}
        links: [{key: WEB-1}, {tracker: linear, project: Onboarding v2}]
"""


def at(day: str) -> tuple[str, str]:
    return "--as-of", f"{day}T09:00"


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The example company with its Jira on the Cloud, or on Data Center; its OKR files are there to be edited."""
    box: Sandbox = request.getfixturevalue("pointed" if request.param == "cloud" else "server")
    folder = tmp_path / "edited"
    shutil.copytree(os.environ["TRUENORTH_CONFIG"], folder)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    return box


@pytest.fixture
def quarter(pointed: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The same on the Cloud alone."""
    folder = tmp_path / "edited"
    shutil.copytree(os.environ["TRUENORTH_CONFIG"], folder)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    return pointed


def declare(name: str, text: str) -> None:
    Path(os.environ["TRUENORTH_CONFIG"], name).write_text(text, encoding="utf-8")


def change(name: str, before: str, after: str) -> None:
    file = Path(os.environ["TRUENORTH_CONFIG"], name)
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, before
    file.write_text(text.replace(before, after), encoding="utf-8")


def told(run: Cli, *arguments: str, code: int = 0) -> dict[str, Any]:
    ran = run(*arguments, "--format", "json")
    assert ran.code == code, ran.out + ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def kinds(found: dict[str, Any]) -> set[str]:
    return {one["kind"] for one in found["findings"]}


def readings(run: Cli, day: str) -> dict[str, dict[str, Any]]:
    card = told(run, "status", *at(day))["scorecard"]
    return {one["key_result"]: one for objective in card for one in objective["key_results"]}


def test_the_first_of_january_orphans_nothing(site: Sandbox, run: Cli) -> None:
    assert run("sync", *at("2026-12-30"), "--first-run").code == 0
    last = told(run, "sync", *at("2026-12-31"))
    orphans = {one["key"] for one in last["orphans"]}
    site.forget_requests()
    for day in ("2027-01-01", "2027-01-02", "2027-01-21"):
        found = told(run, "sync", *at(day))
        assert writes(site) == [], day
        assert (found["plan"]["changes"], found["guards"], found["in_grace"]) == ([], [], [])
        assert {one["key"] for one in found["orphans"]} == orphans
        (missing,) = [one for one in found["findings"] if one["kind"] == "missing_cycle"]
        assert "cycle 2026-Q4 ended on 2026-12-31" in missing["message"]
        assert missing["message"].endswith("rest until 2027-01-21")
        assert "truenorth roll-over 2026-Q4" in missing["remedy"]
        assert not {"closed_key_result", "unserved_key_result", "two_objectives"} & kinds(found)
    words = " ".join(run("explain", EPIC, *at("2027-01-21")).out.split())
    assert "Its marks stay as they are." in words
    assert (
        "Not in force: GROWTH-KR2 · The new onboarding is live for everyone, its cycle 2026-Q4 ended" in words
    )
    after = told(run, "sync", *at("2027-01-22"), code=4)
    (guard,) = after["guards"]
    assert guard["guard"] == "lost-links"
    assert "Cycle 2026-Q4 ended on 2026-12-31, and no running one goes on with this work" in guard["message"]
    assert "changed in the tracker" not in guard["message"]
    assert writes(site) == []
    assert {one["warned_from"] for one in after["in_grace"]} == {"2027-01-29"}
    assert {one["key"] for one in after["orphans"]} == orphans


def test_the_roll_over_is_one_quiet_edit_a_ticket(site: Sandbox, run: Cli) -> None:
    assert run("sync", *at("2026-12-30"), "--first-run").code == 0
    epic, project = JiraTicket(site, EPIC), LinearTicket(site, PROJECT)
    claimed = JiraTicket(site, UNLINKED[0])
    claimed.label("kr:TRUST-KR2")
    assert run("sync", *at("2026-12-31")).code == 0
    assert set(epic.shown) == set(project.shown) == {"GROWTH-KR2"}
    printed = run("roll-over", "2026-Q4", "2027-Q1", *at("2027-01-01"))
    assert printed.code == 0
    declare("q1.yaml", printed.out)
    assert run("validate").code == 0
    shown = told(run, "plan", *at("2027-01-01"))
    assert shown["guards"] == []
    moving = {one["key"] for one in shown["plan"]["changes"] if one["mark"] == "key_results"}
    assert {EPIC, PROJECT, claimed.key} <= moving
    assert any(" from 2026-Q4 to 2027-Q1: one edit each" in note for note in shown["plan"]["notes"])
    for one in shown["plan"]["changes"]:
        if one["mark"] == "comment" and one["after"] is not None:
            assert one["before"] is not None, one["key"]
    assert not {"two_objectives", "closed_key_result", "missing_cycle"} & kinds(shown)
    site.forget_requests()
    assert run("sync", *at("2027-01-01")).code == 0
    edits = [one for one in writes(site) if one.startswith("PUT") and one.endswith(f"/issue/{EPIC}")]
    assert len(edits) <= 1
    comments = [one for one in writes(site) if one.startswith("POST") and one.endswith("/comment")]
    assert comments == []
    assert set(epic.shown) == set(project.shown) == {"GROWTH-KR2-2027-Q1"}
    assert set(claimed.shown) == {"TRUST-KR2-2027-Q1"}
    assert len(epic.comments) == len(project.comments) == 1
    assert "GROWTH-KR2-2027-Q1" in epic.comments[0]
    for day in ("2027-01-01", "2027-01-02"):
        site.forget_requests()
        assert run("sync", *at(day)).code == 0
        assert writes(site) == []


def test_work_that_a_cycle_to_come_claims_is_planned(quarter: Sandbox, run: Cli) -> None:
    printed = run("roll-over", "2026-Q4", "2027-Q1", *at("2026-12-15"))
    change("truenorth.yaml", "policy:\n", "policy:\n  warn: all\n")
    assert run("sync", *at("2026-12-15"), "--first-run").code == 0
    tickets = (JiraTicket(quarter, UNLINKED[0]), LinearTicket(quarter, UNLINKED[1]))
    assert [one.ours for one in tickets] == [{"okr-orphaned"}] * 2
    rules = "          - {label: activation}\n"
    assert printed.out.count(rules) == 1
    added = "".join(f"          - {{key: {key}}}\n" for key in UNLINKED)
    declare("q1.yaml", printed.out.replace(rules, rules + added))
    assert run("sync", *at("2026-12-16")).code == 0
    assert [(one.ours, one.comments, one.shown) for one in tickets] == [(set(), [], {})] * 2
    again = told(run, "sync", *at("2026-12-17"))
    assert not {one["key"] for one in again["plan"]["changes"]} & set(UNLINKED)
    assert {one["key"]: one["cycles"] for one in again["planned"]} == {key: ["2027-Q1"] for key in UNLINKED}
    said = told(run, "explain", UNLINKED[0])
    assert (said["verdict"], said["links"]) == ("planned", [])
    assert [one["key_result"] for one in said["planned"]] == ["GROWTH-KR1-2027-Q1"]
    assert "2 open items planned for 2027-Q1, not counted." in run("orphans").out
    suggested = told(run, "suggest")["suggestions"]
    assert not set(UNLINKED) & {one["key"] for one in suggested}
    assert not any("2027" in one["key_result"] for row in suggested for one in row["suggestions"])
    status = run("status").out
    assert "2027-Q1, begins on 2027-01-01" in status
    assert "not begun" in status


def test_a_ticket_shows_the_cycle_that_ends_first_and_rests_beside_the_longer_one(
    quarter: Sandbox, run: Cli
) -> None:
    declare("year.yaml", YEAR)
    # The longer cycle has the worse health: work of the quarter is what is shown all the same.
    shown = {
        one["key"]: [mark["id"] for mark in one["after"]]
        for one in told(run, "sync", *at("2026-12-30"), "--first-run")["plan"]["changes"]
        if one["mark"] == "key_results"
    }
    assert shown[EPIC] == shown[PROJECT] == ["GROWTH-KR2", "YEAR-KR1"]
    said = told(run, "explain", EPIC)
    assert [(one["key_result"], one["share"]) for one in said["links"]] == [
        ("GROWTH-KR2", 1.0),
        ("YEAR-KR1", 1.0),
    ]
    words = " ".join(run("explain", EPIC).out.split())
    assert "It counts whole in each of 2026-Q4 and FY27" in words
    assert run("sync", *at("2026-12-31")).code == 0
    quarter.forget_requests()
    for day in ("2027-01-01", "2027-01-20"):
        assert run("sync", *at(day)).code == 0
        assert writes(quarter) == [], day


def test_a_cycle_that_has_ended_stands_as_it_was_read(quarter: Sandbox, run: Cli) -> None:
    assert run("sync", *at("2026-12-31"), "--first-run").code == 0
    ended = readings(run, "2026-12-31")
    for item in ("WEB-19", "WEB-24"):
        JiraTicket(quarter, item).close()
    assert run("sync", *at("2027-01-04")).code == 0
    stands = readings(run, "2027-01-04")
    assert {name: one["percent"] for name, one in stands.items()} == {
        name: one["percent"] for name, one in ended.items()
    }
    kept = stands["GROWTH-KR2"]
    assert (kept["phase"], kept["stands_on"], kept["read_on"], kept["chance"]) == (
        "ended",
        "2026-12-31",
        "2026-12-31",
        None,
    )
    change(
        "growth.yaml",
        "            - {on: 2026-11-16, value: 29.1}",
        "            - {on: 2026-11-16, value: 29.1}\n            - {on: 2026-12-30, value: 33.7}\n            - {on: 2027-01-03, value: 35}",
    )
    later = readings(run, "2027-01-05")["GROWTH-KR1"]
    assert (later["percent"], later["value"], later["read_on"]) == (90, 33.7, None)
    assert "check-in of 2026-12-30, entered later; 29.1 as read that day" in later["evidence"]
    status = run("status", *at("2027-01-05")).out
    assert "2026-Q4, ended on 2026-12-31" in status
    assert "Forecast" not in status


def test_an_unknown_cycle_ends_with_2(quarter: Sandbox, run: Cli) -> None:  # noqa: ARG001
    ran = run("roll-over", "2026-Q5", "2027-Q1", *at("2026-12-15"))
    assert ran.code == 2
    words = " ".join(ran.err.replace("│", "").split())
    assert 'no cycle "2026-Q5" is declared' in words
    assert "2026-Q4" in words
    back = run("roll-over", "2026-Q4", "2026-Q3", *at("2026-12-15"))
    assert back.code == 2
    assert "name a later cycle" in " ".join(back.err.replace("│", "").split())
