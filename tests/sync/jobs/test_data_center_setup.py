"""Setup of a Jira Data Center: what its API can make is made and found again, the rest is told by name."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from connectors.sandbox.jira.fields import Option
from connectors.sandbox.jira.layout import take_off
from connectors.sandbox.server import Sandbox
from tests.support import loopback
from tests.support.cli import AS_OF, Cli
from tests.support.sandbox_jira_client import ANN, SERVICE

FIELDS = {"Key result", "KR progress", "KR health", "Alignment", "Objective"}
MADE = ["Unaligned work", "Below unaligned work", "Work by key result", "Dangling links"]
OPTIONS = {
    "KR health": ["On track", "At risk", "Off track", "Done", "No data"],
    "Alignment": ["Aligned", "Orphaned", "Exempt"],
}
Plan = dict[str, list[dict[str, str]]]


def told(run: Cli, *more: str) -> Plan:
    ran = run("setup", "--format", "json", *more)
    plan: Plan = json.loads(ran.out)["setup"]["jira"]
    return plan


def verbs(plan: Plan) -> list[str]:
    return [f"{one['verb']} {one['kind']} {one['name']}" for one in plan["actions"]]


def amiss(plan: Plan) -> list[str]:
    return [one["what"] for one in plan["problems"]]


def on_screen(server: Sandbox, screen: str) -> set[str]:
    jira = server.world.jira
    found = next(one for one in jira.screens.values() if one.name == screen)
    return {one.name for one in jira.fields.values() if found.has(one.id)}


def give_options(server: Sandbox) -> None:
    """What the administrator does in Jira's pages."""
    jira = server.world.jira
    for context in jira.contexts.values():
        for value in OPTIONS.get(jira.fields[context.field_id].name, ()):
            option = Option(jira.next_id(), value)
            context.options[option.id] = option


BY_HAND = ["options of KR health", "options of Alignment", "filter At-risk key results"]
BOARD = "dashboard OKR alignment"


def test_what_can_be_made_is_made_once_and_goes_again(run: Cli, server: Sandbox) -> None:
    jira = server.world.jira
    before = loopback.get(f"{server.url}/__world").json()["jira"]
    planned = told(run)
    assert set(amiss(planned)) == {*BY_HAND, BOARD}
    assert loopback.get(f"{server.url}/__world").json()["jira"] == before

    ran = run("setup", "--apply")
    assert (ran.code, "failed" in ran.out) == (0, False), ran.out
    assert {one.name for one in jira.fields.values()} >= FIELDS
    assert all(on_screen(server, one) >= FIELDS for one in ("WEB: Scrum Default Issue Screen",))
    assert not on_screen(server, "Default Screen") & {"KR health", "Alignment", "Objective"}
    assert [one.name for one in jira.filters.values()] == MADE
    assert all([share.type for share in one.shares] == ["authenticated"] for one in jira.filters.values())
    assert all("project in" in one.jql for one in jira.filters.values())
    assert verbs(told(run)) == []

    assert run("setup", "--remove", "--apply").code == 0
    assert verbs(told(run, "--remove")) == []
    assert loopback.get(f"{server.url}/__world").json()["jira"] == before


def test_without_the_store_all_is_found_by_name(
    run: Cli, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("setup", "--apply").code == 0
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///other.db")
    assert verbs(told(run)) == []
    assert run("setup", "--remove", "--apply").code == 0
    assert server.world.jira.filters == {}
    assert "KR health" not in {one.name for one in server.world.jira.fields.values()}


def test_once_an_administrator_has_added_the_options_the_rest_is_made_and_written(
    run: Cli, server: Sandbox
) -> None:
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run").code == 0
    issues = server.world.jira.issues.values()
    health, alignment = (
        next(one.id for one in server.world.jira.fields.values() if one.name == name) for name in OPTIONS
    )
    assert not any(one.custom.get(health) or one.custom.get(alignment) for one in issues)
    quiet = run("sync")
    assert (quiet.code, "Nothing to do" in quiet.out or "nothing" in quiet.out.lower()) == (0, True)

    server.call(partial(give_options, server))
    plan = told(run, "--apply")
    assert (verbs(plan), amiss(plan)) == (["create filter At-risk key results"], [BOARD])
    assert run("sync").code == 0
    assert {one.custom[alignment].value for one in issues if one.custom.get(alignment)} >= {"Aligned"}
    assert {one.custom[health].value for one in issues if one.custom.get(health)} >= {"Off track"}
    server.forget_requests()
    assert run("sync").code == 0
    assert not [one for one in server.requests if one.method == "PUT"]


@pytest.mark.parametrize(
    ("taken", "said", "made"),
    [
        ("ADMINISTER", "Select List (single choice) with the options On track, At risk", {"filter"}),
        ("CREATE_SHARED_OBJECTS", '"Create Shared Objects"', {"field", "screen"}),
        ("EDIT_ISSUES", 'missing permission "Edit Issues"', {"field", "screen", "filter"}),
    ],
)
def test_what_the_account_may_not_do_is_said_beforehand_and_the_rest_works(
    run: Cli, server: Sandbox, taken: str, said: str, made: set[str]
) -> None:
    server.call(lambda: server.world.jira.permissions.take(SERVICE[0], taken))
    planned = run("setup")
    assert said in " ".join(planned.out.split()), planned.out
    plan = told(run, "--apply")
    assert {one["kind"] for one in plan["actions"]} == made
    assert verbs(told(run)) == []


def test_an_account_that_lost_its_rights_says_which_screens_lack_what(run: Cli, server: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    jira = server.world.jira
    server.call(lambda: jira.permissions.take(SERVICE[0], "ADMINISTER"))
    assert not [one for one in amiss(told(run)) if one.startswith("screens")]
    screen = next(one for one in jira.screens.values() if one.name.startswith("OPS: "))
    field = next(one.id for one in jira.fields.values() if one.name == "Objective")
    server.call(lambda: take_off(jira, screen, field))
    plan = told(run)
    assert (verbs(plan), [one for one in amiss(plan) if one.startswith("screens")]) == (
        [],
        ["screens of OPS"],
    )
    removal = told(run, "--remove")
    assert ("field" in str(removal["actions"]), "fields" in amiss(removal)) == (False, True)


def test_a_project_whose_screens_are_named_otherwise_gets_them_on_the_default_one(
    run: Cli, server: Sandbox
) -> None:
    screen = next(one for one in server.world.jira.screens.values() if one.name.startswith("WEB: "))
    server.call(lambda: setattr(screen, "name", "Web team's screen"))
    plan = told(run, "--apply")
    assert "change screen Default Screen: KR health" in verbs(plan)
    assert "every project without its own screens" in str(plan["actions"])
    assert {"KR health", "Alignment", "Objective"} <= on_screen(server, "Default Screen")
    after = told(run)
    assert (verbs(after), "screens of WEB" in amiss(after), "screens of OPS" in amiss(after)) == (
        [],
        True,
        False,
    )


def test_a_persons_filter_of_the_name_is_left_alone(run: Cli, server: Sandbox) -> None:
    person = {"name": "Unaligned work", "jql": "project = WEB", "sharePermissions": [{"type": "global"}]}
    made = loopback.post(f"{server.url}/jira/rest/api/3/filter", json=person, auth=ANN)
    assert made.status_code == 200, made.text
    plan = told(run, "--apply")
    assert ("filter Unaligned work" in amiss(plan), "create filter Unaligned work" in verbs(plan)) == (
        True,
        False,
    )
    (kept,) = [one for one in server.world.jira.filters.values() if one.name == "Unaligned work"]
    assert (kept.jql, kept.owner.email) == ("project = WEB", ANN[0])


def spoil(server: Sandbox) -> None:
    for one in server.world.jira.filters.values():
        one.jql = "project = WEB"


def unshare(server: Sandbox) -> None:
    for one in server.world.jira.filters.values():
        one.shares = []


@pytest.mark.parametrize(
    ("spoilt", "reason"), [(spoil, "different query"), (unshare, "not shared with anyone")]
)
def test_a_filter_that_was_changed_is_mended(
    run: Cli, server: Sandbox, spoilt: Callable[[Sandbox], None], reason: str
) -> None:
    assert run("setup", "--apply").code == 0
    server.call(partial(spoilt, server))
    plan = told(run, "--apply")
    assert verbs(plan) == [f"change filter {name}" for name in MADE]
    assert all(reason in one["reason"] for one in plan["actions"])
    assert verbs(told(run)) == []
    assert all("project in" in one.jql and one.shares for one in server.world.jira.filters.values())


def test_a_filter_of_ours_whose_star_is_gone_is_not_doubled(
    run: Cli, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("setup", "--apply").code == 0
    for one in server.world.jira.filters.values():
        server.call(one.favourites.clear)
    assert verbs(told(run)) == []
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///other.db")
    plan = told(run)
    assert (verbs(plan), {f"filter {name}" for name in MADE} <= set(amiss(plan))) == ([], True)


def test_a_dashboard_made_by_hand_is_not_asked_for_again(run: Cli, server: Sandbox) -> None:
    board = {"name": "OKR alignment", "sharePermissions": [{"type": "global"}], "editPermissions": []}
    made = loopback.post(f"{server.url}/jira/rest/api/3/dashboard", json=board, auth=ANN)
    assert made.status_code == 200, made.text
    assert BOARD not in amiss(told(run))


def test_check_names_the_options_that_are_still_lacking(run: Cli, server: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    said = " ".join(run("check").out.split())
    assert '"KR health" is missing the options On track, At risk, Off track, Done, No data' in said
    assert '"Alignment" is missing the options Aligned, Orphaned, Exempt' in said
    assert (
        "Custom fields, KR health, Configure, Edit options): On track, At risk, Off track, Done, No data."
        in said
    )
    assert "which the guard on mass changes may stop" in said
    server.call(partial(give_options, server))
    assert "is missing the options" not in run("check").out


def test_check_names_each_field_of_ours_that_is_off_the_screen(run: Cli, server: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    jira = server.world.jira
    screen = next(one for one in jira.screens.values() if one.name.startswith("OPS: "))
    field = next(one.id for one in jira.fields.values() if one.name == "Objective")
    server.call(lambda: take_off(jira, screen, field))
    assert '"Objective" missing from the edit screen' in " ".join(run("check").out.split())


def test_what_follows_from_options_that_are_added_by_hand_is_said_before_and_after(
    run: Cli, server: Sandbox
) -> None:
    config = Path(os.environ["TRUENORTH_CONFIG"], "truenorth.yaml")
    assert config.read_text().count("guards: {") == 1
    config.write_text(re.sub("guards: {.*}", "guards: {share: 0.05, floor: 5}", config.read_text()))
    assert told_fills(run) == {}, "no ticket has marks yet"
    assert run("setup", "--apply").code == 0
    assert run("sync", *AS_OF, "--first-run").code == 0
    options = {
        one["what"]: one["remedy"] for one in told(run)["problems"] if one["what"].startswith("options")
    }
    for name, values in OPTIONS.items():
        assert f"{name}, Configure, Edit options): {', '.join(values)}." in options[f"options of {name}"]
    fills = told_fills(run)["jira"]
    said = " ".join(run("setup").out.split())
    assert (
        f"the next sync fills these fields on {fills['items']} items, more than the guard on mass changes lets pass"
        in said
    )

    server.call(partial(give_options, server))
    assert told_fills(run) == {}, "nothing is lacking any more"
    stopped = json.loads(run("sync", *AS_OF, "--format", "json").out)
    (guard,) = stopped["guards"]
    assert guard["guard"] == "mass-change"
    assert "options that an administrator added are the likely cause" in guard["message"]
    assert (fills["stops"], fills["items"]) == (True, stopped["plan"]["items"])
    assert run("sync", *AS_OF, "--accept-plan", stopped["plan"]["digest"]).code == 0
    assert run("plan", *AS_OF, "--exit-code").code == 0


def told_fills(run: Cli) -> dict[str, dict[str, int]]:
    ran = run("setup", "--format", "json")
    assert ran.code == 0, ran.err
    found: dict[str, dict[str, int]] = json.loads(ran.out)["next_sync"]
    return found
