"""An objective is deleted: its tickets lose their marks once somebody agreed, and are warned after the grace period alone.

Typed as a user types it, on Jira Cloud, Jira Data Center and Linear, with the store that there was, a new one, and one
that was rebuilt.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli, writes
from tests.support.in_turn import in_turn
from tests.support.user_actions import JiraTicket, LinearTicket, Ticket

pytestmark = pytest.mark.needs_server

TODAY, UNTIL = "2026-11-16", "2026-11-23"
STORE = ".truenorth/truenorth.db"


def at(day: str) -> tuple[str, str]:
    return "--as-of", f"{day}T09:00Z"


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
    # Work that is not started has its grace, too: test_warn.py is about what the policy warns about.
    declare("truenorth.yaml", "  grace_days: 7 ", "  warn: all\n  grace_days: 7 ")
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


@pytest.fixture
def deleted(site: Sandbox, run: Cli) -> Sandbox:
    """Written to once, and then an objective left the configuration, with work on Jira and on Linear."""
    assert run("sync", *AS_OF, "--first-run").code == 0
    Path(os.environ["TRUENORTH_CONFIG"], "trust.yaml").unlink()
    site.forget_requests()
    return site


def agree(run: Cli) -> dict[str, Any]:
    """Somebody reads the plan, and lets it through."""
    plan = told(run, "plan", *AS_OF)
    done = told(run, "sync", *AS_OF, "--accept-plan", plan["plan"]["digest"])
    assert done["applied"]["failed"] == 0
    return plan


def tickets(box: Sandbox, plan: dict[str, Any]) -> list[Ticket]:
    """What lost its last key result, on both trackers."""
    kinds: dict[str, Callable[[Sandbox, str], Ticket]] = {"jira": JiraTicket, "linear": LinearTicket}
    return [kinds[one["tracker"]](box, one["key"]) for one in plan["in_grace"]]


def warned(run: Cli, day: str) -> set[str]:
    changes = told(run, "plan", *at(day))["plan"]["changes"]
    return {one["key"] for one in changes if one["mark"] == "alignment" and one["after"] == "orphaned"}


def test_a_deleted_objective_stops_the_run_and_says_why(deleted: Sandbox, run: Cli) -> None:
    stopped = told(run, "sync", *AS_OF)
    assert (stopped["applied"], writes(deleted)) == (None, [])
    (guard,) = stopped["guards"]
    assert guard["guard"] == "lost-links"
    assert (
        'No longer declared: objective "Customers can rely on us at any hour" with TRUST-KR'
        in guard["message"]
    )
    assert "The configuration changed since run 1 of " in guard["message"]
    assert guard["flag"] == f"--accept-plan {stopped['plan']['digest']}"
    (note,) = stopped["plan"]["notes"]
    assert note.endswith(f"lose their last key result; without another one they are warned from {UNTIL}.")
    assert run("sync", *AS_OF).code == 4


@both_sites
def test_the_marks_go_and_the_warning_waits(deleted: Sandbox, run: Cli) -> None:
    plan = agree(run)
    lost = tickets(deleted, plan)
    assert {type(one) for one in lost} == {JiraTicket, LinearTicket}
    assert {(one["unaligned_since"], one["warned_from"]) for one in plan["in_grace"]} == {(TODAY, UNTIL)}
    for one in lost:
        assert not one.ours & {"okr-aligned", "okr-orphaned"}, one.key
        assert (one.comments, one.shown) == ([], {}), one.key
    deleted.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert writes(deleted) == []
    keys = {one.key for one in lost}
    assert not keys & warned(run, "2026-11-22")
    # Linear's projects have no labels: they get the comment alone.
    assert {key for key in keys if " " not in key} <= warned(run, UNTIL)
    assert run("sync", *at(UNTIL)).code == 0
    for one in lost:
        assert (one.ours & {"okr-aligned", "okr-orphaned"}) == (
            {"okr-orphaned"} if " " not in one.key else set()
        )


def test_status_orphans_and_explain_say_so(deleted: Sandbox, run: Cli) -> None:  # noqa: ARG001
    key = agree(run)["in_grace"][0]["key"]
    for command in ("orphans", "status"):
        for way in ((), ("--fresh", *AS_OF), at("2026-11-22")):
            found = told(run, command, *way)["in_grace"]
            assert {(one["unaligned_since"], one["warned_from"]) for one in found} == {(TODAY, UNTIL)}
        assert "Unaligned, not warned yet" in run(command).out
        assert told(run, command, *at(UNTIL))["in_grace"] == []
    assert f"It has been unaligned since {TODAY}, and warned from {UNTIL}" in " ".join(
        run("explain", key).out.split()
    )
    assert told(run, "explain", key)["warned_from"] == UNTIL
    assert told(run, "explain", key, *at(UNTIL))["verdict"] == "orphaned"
    since = {one["key"]: one["unaligned_since"] for one in told(run, "orphans", *at(UNTIL))["orphans"]}
    assert since[key] == TODAY
    assert since.pop("WEB-27") is None


def test_without_a_grace_period_it_is_warned_at_once(deleted: Sandbox, run: Cli) -> None:
    declare("truenorth.yaml", "  grace_days: 7 ", "  grace_days: 0 ")
    plan = told(run, "plan", *AS_OF)
    assert plan["in_grace"] == []
    assert [one["guard"] for one in plan["guards"]] == ["lost-links"]
    assert run("sync", *AS_OF, "--accept-plan", plan["plan"]["digest"]).code == 0
    assert JiraTicket(deleted, "OPS-1").ours == {"okr-orphaned"}


def test_a_new_store_counts_from_today(deleted: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///new.db")
    plan = agree(run)
    assert {one["unaligned_since"] for one in plan["in_grace"]} == {TODAY}
    assert not {one.key for one in tickets(deleted, plan)} & warned(run, "2026-11-22")


def test_a_rebuilt_store_still_knows(deleted: Sandbox, run: Cli) -> None:
    keys = {one.key for one in tickets(deleted, agree(run))}
    with closing(sqlite3.connect(STORE)) as store, store:
        store.execute("UPDATE items SET body = '{}'")
    assert run("rebuild", *AS_OF).code == 0
    assert not keys & warned(run, "2026-11-22")
    assert keys & warned(run, UNTIL)


def test_a_saved_plan_that_another_store_applies_takes_no_grace_away(
    deleted: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = told(run, "plan", *AS_OF, "--out", "saved.plan")
    shutil.copytree(".truenorth", "before")  # that store, as it was before anything was written
    with closing(sqlite3.connect("before/truenorth.db")) as store, store:
        store.execute("DELETE FROM lost_links")
        store.execute("DELETE FROM plans")
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///before/truenorth.db")
    content = json.loads(Path("saved.plan").read_text())["content"]
    applied = run("apply", "saved.plan", *AS_OF, "--accept-plan", content)
    assert applied.code == 0, applied.out + applied.err
    keys = {one.key for one in tickets(deleted, plan)}
    assert keys
    assert not keys & warned(run, "2026-11-17")


@pytest.mark.parametrize(
    ("site", "key"), [("cloud", "WEB-27"), ("data_center", "WEB-27"), ("cloud", "ENG-16")], indirect=["site"]
)
def test_a_claim_that_is_taken_back_leaves_the_same_grace(site: Sandbox, run: Cli, key: str) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    ticket = (JiraTicket if key == "WEB-27" else LinearTicket)(site, key)
    assert (ticket.ours, len(ticket.comments)) == ({"okr-orphaned"}, 1)
    ticket.label("kr:TRUST-KR2")
    assert run("sync", *at("2026-11-17")).code == 0
    assert ticket.ours == {"okr-aligned"}
    ticket.unlabel("kr:TRUST-KR2")
    for day in ("2026-11-18", "2026-11-24"):
        assert run("sync", *at(day)).code == 0
        assert (ticket.ours, ticket.comments) == (set(), [])
    assert run("sync", *at("2026-11-25")).code == 0
    assert (ticket.ours, len(ticket.comments)) == ({"okr-orphaned"}, 1)


def test_what_an_undo_took_off_was_linked_all_the_same(deleted: Sandbox, run: Cli) -> None:
    assert run("undo", "--all", "--apply").code == 0
    plan = told(run, "plan", *AS_OF)
    assert {type(one) for one in tickets(deleted, plan)} == {JiraTicket, LinearTicket}
    assert {one["unaligned_since"] for one in plan["in_grace"]} == {TODAY}


RULES = "          - {label: failover}\n"
DRAFT = RULES + "          - {key: WEB-27}\n          - {key: ENG-16}\n"


def test_a_plan_with_a_draft_leaves_nothing_behind(site: Sandbox, run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    tickets = (JiraTicket(site, "WEB-27"), LinearTicket(site, "ENG-16"))
    before = [(one.ours, one.comments) for one in tickets]
    declare("trust.yaml", RULES, DRAFT)
    assert {"WEB-27", "ENG-16"} <= {one["key"] for one in told(run, "plan", *AS_OF)["plan"]["changes"]}
    declare("trust.yaml", DRAFT, RULES)
    site.forget_requests()
    assert told(run, "plan", *AS_OF)["in_grace"] == []
    assert run("sync", *AS_OF).code == 0
    assert writes(site) == []
    assert [(one.ours, one.comments) for one in tickets] == before


def test_work_that_only_plans_linked_was_never_linked(site: Sandbox, run: Cli) -> None:  # noqa: ARG001
    declare("trust.yaml", RULES, DRAFT)
    told(run, "plan", *AS_OF)
    declare("trust.yaml", DRAFT, RULES)
    plan = told(run, "plan", *AS_OF)
    assert plan["in_grace"] == []
    assert {"WEB-27", "ENG-16"} <= {one["key"] for one in plan["orphans"] if not one["unaligned_since"]}


def test_what_is_known_of_the_last_sync_tells_it_at_once(deleted: Sandbox, run: Cli) -> None:
    """No read in between: the snapshot, as that sync left it, is decided anew."""
    for command in ("orphans", "status"):
        found = told(run, command)["in_grace"]
        assert {(one["unaligned_since"], one["warned_from"]) for one in found} == {(TODAY, UNTIL)}
        assert {one["tracker"] for one in found} == {"jira", "linear"}
    assert told(run, "explain", found[0]["key"])["warned_from"] == UNTIL
    assert writes(deleted) == []
