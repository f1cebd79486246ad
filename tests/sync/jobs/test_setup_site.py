"""What setup does on a site where people share, forbid and change things: dashboard, permissions, scope, goals."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.company import NOW
from connectors.sandbox.jira.shared import Dashboard, Gadget
from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import examples
from tests.support.cli import Cli, Ran
from tests.support.sandbox_jira_client import ANN, SERVICE, Jira

VIEWS = [
    "Unaligned work",
    "Below unaligned work",
    "Work by key result",
    "At-risk key results",
    "Dangling links",
]
AT = ("--as-of", "2026-11-16T09:00Z")
Told = dict[str, dict[str, list[dict[str, str]]]]


@pytest.fixture
def company(pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the example company's folder, to be edited."""
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    assert pointed.url
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    return folder


def told(run: Cli, *more: str) -> Told:
    found: Told = json.loads(run("setup", "--format", "json", *more).out)["setup"]
    return found


def verbs(plan: dict[str, list[dict[str, str]]]) -> list[str]:
    return [f"{one['verb']} {one['kind']} {one['name']}" for one in plan["actions"]]


def says(ran: Ran, pattern: str) -> bool:
    """Whether one of the things that it says of Jira is like this, wherever lines break."""
    return any(re.search(pattern, one) for one in ran.words.split("jira: "))


def board(pointed: Sandbox) -> Dashboard:
    (found,) = pointed.world.jira.dashboards.values()
    return found


def gadget(pointed: Sandbox, title: str) -> Gadget:
    (found,) = [one for one in board(pointed).gadgets.values() if one.title == title]
    return found


# --- The dashboard -------------------------------------------------------------------------------


def test_the_dashboard_shows_each_filter_to_everybody(run: Cli, pointed: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    filters = {one.name: one.id for one in pointed.world.jira.filters.values()}
    one = board(pointed)
    assert (one.name, [share.type for share in one.shares]) == ("OKR alignment", ["authenticated"])
    shown = {found.title: found.properties["config"]["filterId"] for found in one.gadgets.values()}
    assert shown == {name: str(filters[name]) for name in VIEWS}
    assert len({(found.row, found.column) for found in one.gadgets.values()}) == len(VIEWS)
    with Jira(pointed) as client:
        page = client.get(f"{pointed.url}/jira/dashboard/{one.id}").text
    assert all(name in page for name in VIEWS)
    assert "names no filter" not in page


def rename(sandbox: Sandbox) -> None:
    board(sandbox).name = "Hidden away"


def unshare(sandbox: Sandbox) -> None:
    board(sandbox).shares = []


def drop_gadget(sandbox: Sandbox) -> None:
    del board(sandbox).gadgets[gadget(sandbox, "Dangling links").id]


def drop_filter(sandbox: Sandbox) -> None:
    filters = sandbox.world.jira.filters
    del filters[next(id_ for id_, one in filters.items() if one.name == "Dangling links")]


def unshare_filter(sandbox: Sandbox) -> None:
    next(one for one in sandbox.world.jira.filters.values() if one.name == "Dangling links").shares = []


def forget_settings(sandbox: Sandbox) -> None:
    gadget(sandbox, "Dangling links").properties.clear()


@pytest.mark.parametrize(
    ("deed", "mended"),
    [
        (rename, ["change dashboard OKR alignment"]),
        (unshare, ["change dashboard OKR alignment"]),
        (drop_gadget, ["create gadget Dangling links"]),
        (forget_settings, ["change gadget Dangling links"]),
        (drop_filter, ["create filter Dangling links", "change gadget Dangling links"]),
        (unshare_filter, ["change filter Dangling links"]),
    ],
)
def test_what_people_took_away_from_the_dashboard_is_mended(
    run: Cli, pointed: Sandbox, deed: Callable[[Sandbox], None], mended: list[str]
) -> None:
    assert run("setup", "--apply").code == 0
    pointed.call(lambda: deed(pointed))
    assert verbs(told(run, "--apply")["jira"]) == mended
    assert verbs(told(run)["jira"]) == []
    filters = {str(one.id): one for one in pointed.world.jira.filters.values()}
    assert (
        filters[gadget(pointed, "Dangling links").properties["config"]["filterId"]].name == "Dangling links"
    )
    assert board(pointed).shares
    assert all(one.shares for one in filters.values())


def test_what_people_put_on_the_dashboard_stays(run: Cli, pointed: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    with Jira(pointed) as client:
        path = f"dashboard/{board(pointed).id}"
        body = {"moduleKey": "com.atlassian.jira.gadgets:text-gadget", "title": "Ours"}
        assert client.post(f"{path}/gadget", json=body).status_code == 200
        moved = gadget(pointed, "Unaligned work")
        settings = moved.properties["config"] | {"columnNames": "issuekey", "num": "5"}
        assert client.put(f"{path}/items/{moved.id}/properties/config", json=settings).status_code == 200
    pointed.call(drop_filter_named(pointed, "Unaligned work"))
    assert run("setup", "--apply").code == 0
    assert {one.title for one in board(pointed).gadgets.values()} == {*VIEWS, "Ours"}
    kept = gadget(pointed, "Unaligned work").properties["config"]
    assert (kept["columnNames"], kept["num"]) == ("issuekey", "5")
    assert kept["filterId"] != settings["filterId"]


def drop_filter_named(sandbox: Sandbox, name: str) -> Callable[[], Any]:
    filters = sandbox.world.jira.filters
    return lambda: filters.pop(next(id_ for id_, one in filters.items() if one.name == name))


def test_a_site_without_the_gadget_gets_the_filters_alone(run: Cli, pointed: Sandbox) -> None:
    pointed.fault("GET .*/dashboard/gadgets", "status", status=404, body={"errorMessages": ["no"]})
    plan = told(run, "--apply")["jira"]
    assert [one["what"] for one in plan["problems"]] == ["dashboard OKR alignment"]
    assert (len(pointed.world.jira.filters), pointed.world.jira.dashboards) == (len(VIEWS), {})


def test_a_dashboard_of_another_is_left_alone_and_said(run: Cli, pointed: Sandbox) -> None:
    with Jira(pointed) as client:
        body = {"name": "OKR alignment", "sharePermissions": [], "editPermissions": []}
        assert client.post("dashboard", json=body).status_code == 200
    assert [one["what"] for one in told(run, "--apply")["jira"]["problems"]] == ["dashboard OKR alignment"]
    assert board(pointed).gadgets == {}
    assert run("setup", "--remove", "--apply").code == 0
    assert board(pointed).description == ""


def test_remove_takes_the_dashboard_away(run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("setup", "--apply").code == 0
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///other.db")
    assert run("setup", "--remove", "--apply").code == 0
    assert (pointed.world.jira.dashboards, pointed.world.jira.filters) == ({}, {})


# --- Permissions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken", "said", "made", "not_made"),
    [
        ("ADMINISTER", r'"Administer Jira".* Ask a Jira administrator to grant', "filter", "field"),
        (
            "CREATE_SHARED_OBJECTS",
            r'"Share dashboards and filters".* Ask a Jira administrator to',
            "field",
            "filter",
        ),
        (
            "EDIT_ISSUES",
            r'project WEB: missing permission "Edit Issues".* administrator of WEB',
            "field",
            None,
        ),
        (
            "ADD_COMMENTS",
            r'project OPS: missing permission "Add Comments".* administrator of OPS',
            "field",
            None,
        ),
    ],
)
def test_a_missing_permission_is_said_beforehand_and_the_rest_works(
    run: Cli, pointed: Sandbox, taken: str, said: str, made: str, not_made: str | None
) -> None:
    permissions = pointed.world.jira.permissions
    pointed.call(lambda: permissions.take(SERVICE[0], taken))
    ran = run("setup")
    assert says(ran, said), ran.out
    plan = told(run, "--apply")["jira"]
    kinds = {one["kind"] for one in plan["actions"]}
    assert made in kinds
    assert not_made not in kinds
    assert verbs(told(run)["jira"]) == []
    pointed.call(lambda: permissions.give(SERVICE[0], taken))
    assert run("setup", "--apply").code == 0
    assert {"KR health", "Alignment"} <= {one.name for one in pointed.world.jira.fields.values()}
    assert len(pointed.world.jira.filters) == len(VIEWS)
    assert told(run)["jira"] == {"actions": [], "problems": [], "addresses": None}


def test_labels_that_only_admins_may_make_are_said_and_the_views_made(run: Cli, pointed: Sandbox) -> None:
    space = pointed.world.linear
    viewer = next(one for one in space.users.values() if one.email == SERVICE[0])
    assert not viewer.admin
    pointed.call(lambda: setattr(space, "labels_by_admins", True))
    ran = run("setup")
    assert "only the role admin can manage labels" in ran.words
    assert "Ask a workspace admin" in ran.words
    ran = run("setup", "--apply")
    assert (ran.code, "failed" in ran.out) == (0, False), ran.out
    assert {one.name for one in space.custom_views.values()} >= set(VIEWS)
    pointed.call(lambda: setattr(space, "labels_by_admins", False))
    assert run("setup", "--apply").code == 0
    assert "Key result" in {one.name for one in space.labels.values()}


def test_what_may_not_be_removed_is_said_beforehand_and_the_rest_goes(run: Cli, pointed: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    pointed.call(lambda: pointed.world.jira.permissions.take(SERVICE[0], "ADMINISTER"))
    pointed.call(lambda: setattr(pointed.world.linear, "labels_by_admins", True))
    ran = run("setup", "--remove")
    assert says(ran, r'KR health.* removal needs the global permission "Administer Jira"')
    assert "only the role admin can manage labels" in ran.words
    ran = run("setup", "--remove", "--apply")
    assert (ran.code, "failed" in ran.out) == (0, False), ran.out
    assert (pointed.world.jira.dashboards, pointed.world.jira.filters) == ({}, {})
    assert "KR health" in {one.name for one in pointed.world.jira.fields.values()}
    assert "Alignment" in {one.name for one in pointed.world.linear.labels.values()}


def test_what_another_account_of_ours_made_is_used_and_its_owner_named(run: Cli, pointed: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    jira = pointed.world.jira
    ann = next(one.assignee for one in jira.issues.values() if one.assignee and one.assignee.email == ANN[0])
    filters = list(jira.filters.values())
    for one in (*filters, board(pointed)):
        pointed.call(partial(setattr, one, "owner", ann))
    assert told(run)["jira"] == {"actions": [], "problems": [], "addresses": None}
    pointed.call(lambda: setattr(filters[0], "jql", "project = WEB"))
    pointed.call(lambda: setattr(board(pointed), "name", "Mine"))
    plan = told(run, "--apply")["jira"]
    assert plan["actions"] == []
    assert [one["what"] for one in plan["problems"]] == [f"filter {filters[0].name}", "dashboard Mine"]
    assert all(f"only its owner {ann.name} can" in one["why"] for one in plan["problems"])
    ran = run("setup", "--remove", "--apply")
    assert f"only its owner {ann.name} can" in ran.words
    assert (ran.code, list(jira.dashboards.values()), jira.filters) == (0, [board(pointed)], {})


# --- Later ---------------------------------------------------------------------------------------


def replace_in(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert text.count(before) == 1
    file.write_text(text.replace(before, after))


def test_a_later_project_gets_its_screens(run: Cli, pointed: Sandbox, company: Path) -> None:
    assert run("setup", "--apply").code == 0
    replace_in(company / "truenorth.yaml", "projects: [WEB, OPS]", "projects: [WEB, OPS, STRAT]")
    plan = told(run, "--apply")["jira"]
    assert "change screens STRAT" in verbs(plan)
    assert not {"change screens WEB", "change screens OPS"} & set(verbs(plan))
    with Jira(pointed) as client:
        key = next(one.key for one in pointed.world.jira.issues.values() if one.project.key == "STRAT")
        names = {one["name"] for one in client.get(f"issue/{key}/editmeta").json()["fields"].values()}
    assert names >= {"KR health", "Alignment", "Objective"}
    assert verbs(told(run)["jira"]) == []


def test_a_field_that_left_every_screen_is_put_back(run: Cli, pointed: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    field = next(one.id for one in pointed.world.jira.fields.values() if one.name == "KR health")
    with Jira(pointed) as client:
        for key in ("WEB", "OPS"):
            project = client.get(f"project/{key}").json()["id"]
            body = {
                "fields": [{"type": "FIELD_ID", "identifier": field}],
                "associationContexts": [{"type": "PROJECT_ID", "identifier": int(project)}],
            }
            assert client.request("DELETE", "field/association", json=body).is_success
    assert verbs(told(run, "--apply")["jira"]) == ["change screens WEB", "change screens OPS"]
    assert verbs(told(run)["jira"]) == []


def test_a_key_result_that_left_is_retired_while_worn_and_removed_after(
    run: Cli, pointed: Sandbox, company: Path
) -> None:
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AT).code == 0
    space = pointed.world.linear
    child = next(one for one in space.labels.values() if one.name.startswith("GROWTH-KR1 · "))
    bearers = [one for one in space.issues.values() if child in one.labels]
    assert bearers
    file = company / "growth.yaml"
    text = file.read_text()
    start, end = text.index("      - id: GROWTH-KR1"), text.index("      - id: GROWTH-KR2")
    file.write_text(text[:start] + text[end:])
    ran = run("setup", "--apply")
    assert "change label Key result: GROWTH-KR1 (no longer declared; retire it" in ran.words
    assert child.retired_at is not None
    assert all(child in one.labels for one in bearers)
    assert verbs(told(run)["linear"]) == []
    file.write_text(text)
    assert verbs(told(run, "--apply")["linear"]) == ["change label Key result: GROWTH-KR1"]
    assert pointed.call(lambda: child.retired_at) is None
    file.write_text(text[:start] + text[end:])
    for one in bearers[1:]:
        pointed.call(partial(one.labels.remove, child))
    pointed.call(lambda: setattr(bearers[0], "archived_at", NOW))
    assert verbs(told(run, "--apply")["linear"]) == ["change label Key result: GROWTH-KR1"], (
        "archived work has it"
    )
    pointed.call(partial(bearers[0].labels.remove, child))
    assert verbs(told(run, "--apply")["linear"]) == ["remove label Key result: GROWTH-KR1"]
    assert child.id not in space.labels
    assert verbs(told(run)["linear"]) == []


@pytest.mark.usefixtures("pointed")
def test_undo_of_everything_says_how_to_take_setup_away(run: Cli) -> None:
    assert "truenorth setup --remove" in run("undo", "--all").out
    assert "truenorth setup --remove" not in run("undo", "--project", "WEB").out
