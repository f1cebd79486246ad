"""Which unaligned work is warned about, typed as a user types it: on Jira Cloud, Jira Data Center and Linear."""

from __future__ import annotations

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.jira import layout
from connectors.sandbox.jira.fields import SPRINT, Sprint
from connectors.sandbox.linear.entities import Cycle
from connectors.sandbox.recorder import Exchange
from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli, writes
from tests.support.in_turn import in_turn
from tests.support.user_actions import JiraTicket, LinearTicket, Ticket

pytestmark = pytest.mark.needs_server

BACKLOG = {"WEB-15", "Design system refresh", "ENG-16", "ENG-32", "MOB-9"}
"""What serves no key result and was never started; MOB-9 lies in a state named Icebox."""
STARTED = {"WEB": "WEB-14", "OPS": "OPS-18", "LIN": "Mobile offline mode"}


SITES = ("cloud", "data_center")
both_sites = pytest.mark.parametrize("site", SITES, indirect=True)
"""For tests of what the two do otherwise; the other tests take them in turn."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    in_turn(metafunc, "site", SITES)


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The example company with its Jira on the Cloud, or on Data Center; its OKR files are there to be edited."""
    box: Sandbox = request.getfixturevalue("pointed" if request.param == "cloud" else "server")
    folder = tmp_path / "edited"
    shutil.copytree(os.environ["TRUENORTH_CONFIG"], folder)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    return box


def policy(line: str) -> None:
    """Put a line into the policy."""
    declare("  grace_days: 7 ", f"  {line}\n  grace_days: 7 ")


def declare(before: str, after: str) -> None:
    file = Path(os.environ["TRUENORTH_CONFIG"], "truenorth.yaml")
    text = file.read_text()
    assert text.count(before) == 1
    file.write_text(text.replace(before, after))


def told(run: Cli, *arguments: str) -> dict[str, Any]:
    ran = run(*arguments, "--format", "json")
    assert ran.code in (0, 4), ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def keys(rows: list[dict[str, Any]]) -> set[str]:
    return {one["key"] for one in rows}


def at(day: str) -> tuple[str, str]:
    return "--as-of", f"{day}T09:00"


def ticket(box: Sandbox, key: str) -> Ticket:
    return (JiraTicket if key[:3] in ("WEB", "OPS") else LinearTicket)(box, key)


def bears_nothing(box: Sandbox, key: str) -> bool:
    one = ticket(box, key)
    return not one.comments and (" " in key or not one.ours & {"okr-orphaned"})


def plain(text: str) -> str:
    """Without what a terminal or a tracker's markup puts between the words."""
    return " ".join(text.replace("\\", "").split())


# --- By default -----------------------------------------------------------------------------------


def test_what_is_not_started_is_not_warned_and_bears_nothing(site: Sandbox, run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    found = told(run, "orphans", "--all")
    assert set(STARTED.values()) <= keys(found["orphans"])
    assert not BACKLOG & keys(found["orphans"])
    rest = {one["key"]: one["because"] for one in found["unwarned"]}
    assert {key for key, why in rest.items() if why == "not started"} == BACKLOG
    assert found["not_warned"] == {"not_started": len(BACKLOG), "in_grace": len(rest) - len(BACKLOG)}
    for key in BACKLOG:
        assert bears_nothing(site, key), key
    assert ticket(site, STARTED["WEB"]).ours == {"okr-orphaned"}
    assert len(ticket(site, STARTED["LIN"]).comments) == 1
    site.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert writes(site) == []


@pytest.mark.usefixtures("site")
def test_the_rest_is_counted_and_listed_on_request(run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    short, whole = run("orphans").out, run("orphans", "--all").out
    assert "12 more serve none and are not warned: 5 not started, 7 within their grace period." in plain(
        short
    )
    assert "Show them: truenorth orphans --all" in plain(short)
    assert "MOB-9" not in short
    assert "12 open items serve no key result and are not warned." in plain(whole)
    row = next(line for line in whole.splitlines() if line.startswith("MOB-9"))
    assert "Icebox" in row
    assert "not started" in row
    assert "MOB-9" in plain(run("orphans", "--all", "--format", "markdown").out)
    assert "12 more serve none and are not warned" in plain(run("status").out)
    assert told(run, "status")["not_warned"] == {"not_started": 5, "in_grace": 7}
    assert "unwarned" not in told(run, "orphans")
    assert "Unaligned and not warned: 12; include them with --all." in plain(run("suggest").out)
    assert BACKLOG & keys(told(run, "suggest", "--all")["suggestions"])
    assert not BACKLOG & keys(told(run, "suggest")["suggestions"])


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("key", "what"), [("WEB-15", "not started, nor is anything below it,"), ("MOB-9", "not started,")]
)
def test_explain_says_why_there_is_no_warning(run: Cli, key: str, what: str) -> None:
    found = told(run, "explain", key, *AS_OF)
    assert found["verdict"] == "not started"
    assert f"It is {what} so there is no warning (policy.warn: started)." in found["summary"]


@both_sites
def test_the_grace_period_runs_from_the_start(site: Sandbox, run: Cli) -> None:
    one = JiraTicket(site, "WEB-15")
    move(one, "In Progress")
    assert run("sync", *at("2026-11-17"), "--first-run").code == 0
    assert bears_nothing(site, "WEB-15"), "it is 48 days old, and in progress since yesterday"
    assert told(run, "explain", "WEB-15")["warned_from"] == "2026-11-23"
    assert run("sync", *at("2026-11-24")).code == 0
    assert one.ours == {"okr-orphaned"}
    summary = told(run, "explain", "WEB-15", *at("2026-11-24"))["summary"]
    assert "has been in progress since 2026-11-16; the grace period is 7 days." in summary


def move(one: JiraTicket, status: str) -> None:
    """What a person does on the board."""
    moves = {row["to"]["name"]: row["id"] for row in one._ask("GET", "/transitions")["transitions"]}
    one._ask("POST", "/transitions", transition={"id": moves[status]})


def test_work_that_is_put_back_loses_its_warning(site: Sandbox, run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    one = JiraTicket(site, STARTED["WEB"])
    assert len(one.comments) == 1
    move(one, "To Do")
    plan = told(run, "plan", *AS_OF)["plan"]
    assert (
        "The warning is removed from 1 item not started, which policy.warn does not warn about."
        in plan["notes"]
    )
    assert run("sync", *AS_OF).code == 0
    assert bears_nothing(site, one.key)


# --- As declared ----------------------------------------------------------------------------------


def test_a_tracker_may_warn_about_its_backlog_alone(site: Sandbox, run: Cli) -> None:
    declare(
        "{kind: linear, scope: {teams: [ENG, MOB]}}",
        "{kind: linear, scope: {teams: [ENG, MOB]}, policy: {warn: all}}",
    )
    assert run("sync", *AS_OF, "--first-run").code == 0
    found = told(run, "orphans")
    assert {"ENG-16", "MOB-9", "Design system refresh"} <= keys(found["orphans"])
    assert "WEB-15" not in keys(found["orphans"])
    assert ticket(site, "MOB-9").ours == {"okr-orphaned"}


def planned(box: Sandbox) -> None:
    """WEB-15 is in the sprint that runs, ENG-16 in the cycle that runs; MOB-9 in a cycle to come."""
    jira, linear = box.world.jira, box.world.linear
    layout.add_field(jira, SPRINT)
    jira.issues[jira.keys["WEB-15"]].custom[SPRINT.id] = [
        Sprint(30, "Growth 30, state=ACTIVE", "closed", goal="a,state=CLOSED"),
        Sprint(31, "Growth 31,state=FUTURE", goal="done, state=CLOSED"),
    ]
    jira.issues[jira.keys["WEB-26"]].custom[SPRINT.id] = [Sprint(32, "Growth 32", "future")]
    now = linear.now()
    for key, days in (("ENG-16", -3), ("MOB-9", 4)):
        issue = linear.identifiers[key]
        begin = now + timedelta(days=days)
        cycle = Cycle(
            id=linear.new_id(),
            created_at=now,
            updated_at=now,
            number=len(issue.team.cycles) + 1,
            team=issue.team,
            starts_at=begin,
            ends_at=begin + timedelta(days=14),
        )
        issue.team.cycles.append(cycle)
        issue.cycle = cycle


@both_sites
def test_what_is_planned_for_now_is_warned_where_the_policy_says_so(site: Sandbox, run: Cli) -> None:
    site.call(lambda: planned(site))
    policy("warn: committed")
    assert run("sync", *AS_OF, "--first-run").code == 0
    found = keys(told(run, "orphans")["orphans"])
    assert found & BACKLOG == {"WEB-15", "ENG-16"}
    assert ticket(site, "WEB-15").ours == {"okr-orphaned"}
    assert ticket(site, "ENG-16").ours == {"okr-orphaned"}
    assert bears_nothing(site, "MOB-9")
    assert "and in no active sprint or cycle" in told(run, "explain", "MOB-9")["summary"]
    site.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert writes(site) == []


def test_an_older_read_does_not_tell_what_is_committed(site: Sandbox, run: Cli) -> None:
    site.call(lambda: planned(site))
    assert "WEB-15" not in keys(told(run, "orphans", "--fresh", *AS_OF)["orphans"])
    assert run("sync", *AS_OF, "--first-run").code == 0
    policy("warn: committed")
    assert {"WEB-15", "ENG-16"} <= keys(told(run, "orphans")["orphans"])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every request to a sandbox that is started after this, in full."""
    found: list[str] = []

    def watch(one: Exchange) -> None:
        found.append(f"{one.path} {one.query} {one.body.decode()}")

    monkeypatch.setattr(Sandbox, "watchers", [*Sandbox.watchers, watch])
    return found


@both_sites
def test_where_nobody_asks_for_it_sprints_and_cycles_are_not_read(
    sent: list[str], site: Sandbox, run: Cli
) -> None:
    site.call(lambda: planned(site))
    assert run("sync", *AS_OF, "--first-run").code == 0
    counts = []
    for line in ("warn: started", "warn: committed"):
        policy(line)
        sent.clear()
        assert run("plan", "--full", *AS_OF).code == 0
        asked = [any(word in one for one in sent) for word in (SPRINT.id, "isActive")]
        assert asked == [line == "warn: committed"] * 2, line
        counts.append(len(sent))
        declare(f"  {line}\n", "")
    assert counts[0] == counts[1] > 0


@pytest.mark.usefixtures("site")
def test_a_site_without_sprints_says_so(run: Cli) -> None:
    policy("warn: committed")
    assert (
        "policy.warn is committed, but jira has no Sprint field: work there is warned about once it or work below it "
        "is in progress, or work below it is in an active sprint or cycle of another tracker."
        in plain(run("plan", *AS_OF).out)
    )


# --- An upgrade -----------------------------------------------------------------------------------


def test_after_an_upgrade_the_plan_says_how_many_warnings_go(site: Sandbox, run: Cli) -> None:
    policy("warn: all")
    assert run("sync", *AS_OF, "--first-run").code == 0
    before = keys(told(run, "orphans")["orphans"])
    assert before > BACKLOG - {"ENG-32"}
    declare("  warn: all\n", "")
    found = told(run, "plan", *AS_OF)
    gone = keys(found["plan"]["changes"])
    assert gone
    assert gone <= before & BACKLOG, "a warning that stands is not taken off for a later start"
    noun = f"{len(gone)} items"
    assert (
        f"The warning is removed from {noun} not started, which policy.warn does not warn about."
        in (found["plan"]["notes"])
    )
    assert run("sync", *AS_OF).code == 0
    assert all(bears_nothing(site, key) for key in gone)
    site.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert writes(site) == []


# --- Claims that lead nowhere ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "level"), [("cloud", "jira"), ("data_center", "jira"), ("cloud", "linear")], indirect=["site"]
)
def test_the_warning_names_the_claim_and_the_nearest_key_result(site: Sandbox, run: Cli, level: str) -> None:
    policy("warn: all")
    key = STARTED["WEB"] if level == "jira" else "ENG-16"
    assert run("sync", *AS_OF, "--first-run").code == 0
    one = ticket(site, key)
    (first,) = one.comments
    assert "This work serves no key result." in plain(first)
    one.label("kr:GROWTH-KR9")
    plan = told(run, "plan", *AS_OF)["plan"]
    assert "1 warning will name a claim that leads to no key result." in plan["notes"]
    assert run("sync", *AS_OF).code == 0
    (second,) = one.comments
    for words in (
        "kr:GROWTH-KR9",
        "is not a declared key result.",
        "Did you mean",
        "GROWTH-KR3",
        "Until it is corrected, this work counts nowhere.",
    ):
        assert words in plain(second)
    assert "This work serves no key result." not in plain(second)
    (row,) = [row for row in told(run, "orphans")["orphans"] if row["key"] == key]
    assert row["claims"] == [{"claim": "GROWTH-KR9", "nearest": "GROWTH-KR3", "ended": None}]
    said = "it claims GROWTH-KR9, which is not a declared key result (the nearest is GROWTH-KR3)"
    assert said in row["why"]
    assert said in told(run, "explain", key)["summary"]
    assert "GROWTH-KR9, which is not a declared key result" in plain(run("orphans").out)
    site.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert writes(site) == []


def test_a_claim_on_closed_work_is_no_finding(site: Sandbox, run: Cli) -> None:
    one = JiraTicket(site, STARTED["WEB"])
    one.label("kr:GROWTH-KR9")

    def dangling() -> set[str]:
        # A look at the moment before would show the ticket as it was then.
        found = told(run, "orphans", "--fresh", "--as-of", "2026-11-16T12:00Z")["findings"]
        return {key for row in found if row["kind"] == "dangling_claim" for key in row["items"]}

    assert one.key in dangling()
    one.close()
    assert one.key not in dangling()
