"""The view of projects that each sync keeps fresh: planned, counted, written and told like everything else that is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli
from tests.support.linear_workspace import begin_projects

NAME = "Unaligned projects"
FILE = "plan.json"


def told(run: Cli, *command: str, code: int = 0) -> Any:
    ran = run(*command, "--format", "json")
    assert ran.code == code, ran.out + ran.err
    return json.loads(ran.out)


def shown(sandbox: Sandbox) -> list[str]:
    views = sandbox.world.linear.custom_views.values()
    found: list[str] = next(one.given["id"]["in"] for one in views if one.name == NAME)
    return found


@pytest.fixture
def settled(run: Cli, pointed: Sandbox) -> Sandbox:
    """Everything is written; then one of the two orphaned projects goes to the trash, and no item has anything to be written.

    Linear does not tell of it by `updatedAt`: only a read of everything notices it at once.
    """
    begin_projects(pointed)
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    assert run("plan", "--exit-code", *AS_OF).code == 0
    trash(pointed, shown(pointed)[1])
    return pointed


def trash(sandbox: Sandbox, project: str) -> None:
    def throw() -> None:
        gone = sandbox.world.linear.projects[project]
        gone.trashed, gone.archived_at = True, sandbox.world.clock.now()

    sandbox.call(throw)


def test_a_plan_counts_the_view_and_a_sync_renews_it(run: Cli, settled: Sandbox) -> None:
    two = shown(settled)
    ran = run("plan", "--full", "--exit-code", *AS_OF)
    assert ran.code == 10
    assert "Nothing to write" not in ran.out
    assert "1 view would be updated. Plan " in ran.out
    assert f'linear: the view "{NAME}" will list 1 orphaned project.' in ran.out
    planned = told(run, "plan", "--exit-code", *AS_OF, code=10)["plan"]
    assert planned["items"] == 0
    assert [(one["tracker"], one["name"], one["projects"]) for one in planned["views"]] == [
        ("linear", NAME, two[:1])
    ]
    assert "every item is up to date, 1 view to update." in run("status").out
    done = told(run, "sync", *AS_OF)
    assert done["plan"]["digest"] == planned["digest"]
    assert [(one["outcome"], one["projects"]) for one in done["applied"]["views"]] == [("written", two[:1])]
    assert shown(settled) == two[:1]
    assert told(run, "status", *AS_OF)["last_run"]["summary"]["views"] == done["applied"]["views"]
    (row,) = told(run, "log")["views"][-1:]
    assert (row["tracker"], row["name"], row["outcome"], row["projects"]) == (
        "linear",
        NAME,
        "written",
        two[:1],
    )
    assert f'linear: view "{NAME}"' in " ".join(run("log").out.split())
    again = run("plan", "--exit-code", *AS_OF)
    assert (again.code, "Nothing to write: every item is up to date." in again.out) == (0, True)


def test_a_saved_plan_renews_the_view_as_it_said(run: Cli, settled: Sandbox) -> None:
    two = shown(settled)
    assert run("plan", "--full", "--out", FILE, *AS_OF).code == 0
    assert shown(settled) == two
    ran = run("apply", FILE, *AS_OF)
    assert ran.code == 0, ran.out + ran.err
    assert f'linear: the view "{NAME}" lists 1 orphaned project.' in ran.out
    assert shown(settled) == two[:1]
    assert run("plan", "--exit-code", *AS_OF).code == 0
    again = run("apply", FILE, *AS_OF)
    assert (again.code, "was applied already" in again.err) == (2, True)


def test_a_saved_plan_does_not_set_back_a_view_that_was_renewed_since(run: Cli, settled: Sandbox) -> None:
    two = shown(settled)
    assert run("plan", "--full", "--out", FILE, *AS_OF).code == 0
    trash(settled, two[0])
    assert run("sync", "--full", *AS_OF).code == 0
    assert shown(settled) == []
    late = told(run, "apply", FILE, *AS_OF, code=3)
    assert ("linear", NAME, "it was updated or found missing") in [
        (one["tracker"], one["key"], one["why"]) for one in late["moved"]
    ]
    assert shown(settled) == []


def test_a_saved_plan_renews_the_view_from_another_store(
    run: Cli, settled: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = shown(settled)
    ran = run("plan", "--full", "--out", FILE, *AS_OF)
    content = json.loads(Path(FILE).read_text())["content"]
    assert ran.code == 0
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///other.db")
    assert run("apply", FILE, "--accept-plan", content, *AS_OF).code == 0
    assert shown(settled) == two[:1]
    assert told(run, "plan", *AS_OF)["plan"]["notes"] == [], "that store knows of no setup"


def test_a_view_that_may_not_be_written_is_no_success(run: Cli, settled: Sandbox) -> None:
    two = shown(settled)
    settled.fault("/linear/graphql", "status", operation="SetView", status=403)
    for how in (["--full"], []):
        ran = run("sync", *how, *AS_OF)
        assert ran.code == 3
        assert f'linear: view "{NAME}" failed permission denied' in " ".join(ran.out.split())
    (view,) = told(run, "sync", *AS_OF, code=3)["applied"]["views"]
    assert (view["outcome"], "permission denied" in view["error"]) == ("failed", True)
    last = told(run, "status", *AS_OF)["last_run"]
    assert (last["outcome"], last["summary"]["views"]) == ("partial", [view])
    assert shown(settled) == two
    settled.clear_faults()
    assert run("sync", *AS_OF).code == 0
    assert shown(settled) == two[:1]


def test_a_view_in_a_plan_file_that_somebody_edited_is_not_written(run: Cli, settled: Sandbox) -> None:
    two = shown(settled)
    assert run("plan", "--full", "--out", FILE, *AS_OF).code == 0
    text = Path(FILE).read_text()
    assert text.count(two[0]) == 1
    Path(FILE).write_text(text.replace(two[0], two[1]))
    ran = run("apply", FILE, *AS_OF)
    assert (ran.code, "was modified after it was created" in ran.err) == (2, True)
    assert shown(settled) == two


@pytest.mark.usefixtures("settled")
def test_a_plan_of_another_version_says_so(run: Cli) -> None:
    assert run("plan", "--out", FILE, *AS_OF).code == 0
    plan = json.loads(Path(FILE).read_text())
    assert plan["truenorth_plan"] == 3
    del plan["views"]
    Path(FILE).write_text(json.dumps(plan | {"truenorth_plan": 2, "edits": [{"item": 1}]}))
    ran = run("apply", FILE, *AS_OF)
    assert (ran.code, "was created by another version of Truenorth" in ran.err) == (2, True)


def test_a_rebuild_keeps_what_setup_made(run: Cli, settled: Sandbox) -> None:
    two = shown(settled)
    rebuilt = run("rebuild", *AS_OF)
    assert rebuilt.code == 0, rebuilt.err
    assert told(run, "plan", *AS_OF)["plan"]["views"][0]["projects"] == two[:1]
    assert run("sync", *AS_OF).code == 0
    assert shown(settled) == two[:1]
