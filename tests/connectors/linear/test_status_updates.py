"""Status updates and the app's name on Linear: over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import Credentials
from config.trackers import AppActor, LinearScope, LinearTracker
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import Throttle
from connectors.linear import LinearConnector
from connectors.linear.api.wire import UpdateNode
from connectors.linear.marks.status_updates import body_of, ours, update_id
from connectors.model import NOTHING, GivenHealth, Update, WorkItem
from connectors.sandbox.linear.entities import StatusUpdate
from connectors.sandbox.linear.state import APP_TOKEN, TOKEN
from connectors.text.document import Doc, para
from tests.support import loopback
from tests.support.linear_workspace import EVERYTHING, OWNER, LinearWorkspace, write
from tests.support.writing import write_one

MONDAY = Update(
    "at_risk",
    date(2026, 11, 16),
    (("GROWTH-KR2 percent", 61), ("GROWTH-KR2 health", "at_risk")),
    Doc((para("61 % of [everything](x) @ann"),)),
    "Posted by Truenorth",
    "https://okrs.example.com/kr/GROWTH-KR2",
)
TUESDAY = replace(MONDAY, on=date(2026, 11, 17), health="on_track")
PROJECT, INITIATIVE = "Faster API", "Fast and safe"


@pytest.fixture
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace(120)
    yield one
    one.close()


def post(workspace: LinearWorkspace, key: str, update: Update | None) -> WorkItem:
    item = workspace.item(key)
    receipt = write_one(workspace.connector(), item, replace(item.shown, update=update, stamp=None))
    assert receipt.outcome == "written", receipt.error
    return workspace.item(key)


def standing(workspace: LinearWorkspace, key: str) -> list[StatusUpdate]:
    return [
        one
        for one in workspace.space.status_updates.values()
        if one.archived_at is None and (one.project or one.initiative).name == key  # type: ignore[union-attr]  # one of the two
    ]


@pytest.mark.parametrize("key", [PROJECT, INITIATIVE])
def test_what_is_posted_is_read_back_and_taken_away(workspace: LinearWorkspace, key: str) -> None:
    before = standing(workspace, key)
    assert post(workspace, key, MONDAY).shown.update == MONDAY
    last = post(workspace, key, TUESDAY)
    assert last.shown.update == TUESDAY
    new = standing(workspace, key)[len(before) :]
    assert [one.health for one in new] == ["atRisk", "onTrack"]
    assert r"\[everything\]\(x\) \@ann" in new[0].body, "a title can hold no link and no mention"
    (left,) = [one for one in workspace.connector().owned_items(()).items if one.key == key]
    receipt = write_one(workspace.connector(), left, NOTHING)
    assert receipt.outcome == "written", receipt.error
    assert standing(workspace, key) == before
    assert [one.key for one in workspace.connector().owned_items(()).items] == []


def test_the_health_of_the_project_follows_and_falls_back(workspace: LinearWorkspace) -> None:
    project = workspace.project(PROJECT)
    assert project.health == "atRisk"
    post(workspace, PROJECT, TUESDAY)
    assert project.health == "onTrack"
    (left,) = workspace.connector().owned_items(()).items
    write_one(workspace.connector(), left, NOTHING)
    assert project.health == "atRisk"


def test_marks_and_update_are_written_together(workspace: LinearWorkspace) -> None:
    wanted = replace(EVERYTHING, alignment=None, labels=(), update=MONDAY)
    assert write(workspace, PROJECT, wanted).shown == wanted


@pytest.mark.parametrize("key", [PROJECT, INITIATIVE])
def test_a_write_that_landed_unseen_is_not_repeated(workspace: LinearWorkspace, key: str) -> None:
    item = workspace.item(key)
    wanted = replace(item.shown, update=MONDAY, stamp=None)
    assert write_one(workspace.connector(), item, wanted).outcome == "written"
    count = len(workspace.space.status_updates)
    assert write_one(workspace.connector(), item, wanted).outcome == "written"
    assert len(workspace.space.status_updates) == count


def test_a_lost_reply_is_no_second_update(workspace: LinearWorkspace) -> None:
    item = workspace.item(PROJECT)
    fault = {"kind": "drop_after", "match": "linear", "operation_kind": "mutation", "times": 1}
    loopback.post(f"{workspace.box.url}/__faults", json=fault).raise_for_status()
    count = len(workspace.space.status_updates)
    receipt = write_one(workspace.connector(), item, replace(item.shown, update=MONDAY, stamp=None))
    assert receipt.outcome == "written", receipt.error
    assert len(workspace.space.status_updates) == count + 1


def test_todays_that_was_deleted_for_good_does_not_come_back(workspace: LinearWorkspace) -> None:
    item = workspace.item(PROJECT)
    post(workspace, PROJECT, MONDAY)
    row = standing(workspace, PROJECT)[-1]

    def purge(_: object) -> None:
        del workspace.space.status_updates[row.id]
        workspace.space.deleted_ids.add(row.id)
        workspace.project(PROJECT).project_updates.remove(row)

    workspace.do(purge)
    receipt = write_one(workspace.connector(), item, replace(item.shown, update=MONDAY, stamp=None))
    assert receipt.outcome == "failed"
    assert "permanently deleted" in (receipt.error or "")
    assert row.id not in workspace.space.status_updates


def test_others_updates_are_seen_but_not_ours(workspace: LinearWorkspace) -> None:
    item = workspace.item(PROJECT)
    assert item.shown.update is None
    assert item.last_update_by_others is not None
    assert item.last_update_by_others.date() == date(2026, 11, 12)
    assert item.given_health == GivenHealth("at_risk", item.last_update_by_others)
    post(workspace, PROJECT, MONDAY)
    after = workspace.item(PROJECT)
    assert after.last_update_by_others == item.last_update_by_others
    assert after.given_health == item.given_health, "ours is no word of a person"
    assert workspace.item(PROJECT, workspace.connector(owner="other")).shown.update is None


def test_a_team_out_of_scope_is_found_again_to_be_undone(workspace: LinearWorkspace) -> None:
    post(workspace, PROJECT, MONDAY)
    assert [one.key for one in workspace.connector(teams=("MOB",)).owned_items(()).items] == [PROJECT]


# --- What makes one ours -------------------------------------------------------------------------


def node(**changes: Any) -> UpdateNode:
    values: dict[str, Any] = {
        "id": update_id(OWNER, "p1", MONDAY.on),
        "body": body_of("p1", MONDAY),
        "health": "atRisk",
        "created_at": "2026-11-16T09:00:00Z",
    }
    return UpdateNode(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, MONDAY),
        ({"archived_at": "2026-11-16T10:00:00Z"}, MONDAY),
        ({"edited_at": "2026-11-16T10:00:00Z"}, None),
        ({"id": "a-copy"}, None),
        ({"body": "Truenorth"}, None),
        ({"body": body_of("p2", MONDAY)}, None),
        ({"body": body_of("p1", TUESDAY)}, None),
        ({"body": "x#" + "A" * 60}, None),
        ({"body": "#" + "_" * 16}, None),
    ],
    ids=["it", "in the archive", "edited", "copied", "no record", "moved", "another day", "garbage", "noise"],
)
def test_ours(changes: dict[str, Any], expected: Update | None) -> None:
    assert ours(node(**changes), "p1", OWNER) == expected


# --- The app's name ------------------------------------------------------------------------------


def speaking(workspace: LinearWorkspace, token: str, app: AppActor | None) -> LinearConnector:
    tracker = LinearTracker(kind="linear", scope=LinearScope(teams=("ENG", "MOB")), app=app)
    credentials = Credentials(token=SecretStr(token), url=f"{workspace.box.url}/linear/graphql")
    connector = LinearConnector(
        "linear", tracker, credentials, OWNER, throttle=Throttle(RetryPolicy(attempts=1))
    )
    workspace._open.append(connector)
    return connector


NAMED = AppActor(name="Acme goals", icon="https://acme.example/goals.png")


@pytest.mark.parametrize(
    ("token", "app", "seen"),
    [
        (APP_TOKEN, NAMED, ("Acme goals", "https://acme.example/goals.png")),
        (APP_TOKEN, AppActor(name="Acme goals"), ("Acme goals", None)),
        (APP_TOKEN, None, None),
        (TOKEN, NAMED, None),
    ],
    ids=["an app, named", "without icon", "an app as it is", "a person's key"],
)
def test_comments_name_their_author(
    workspace: LinearWorkspace, token: str, app: AppActor | None, seen: tuple[str, str | None] | None
) -> None:
    connector = speaking(workspace, token, app)
    issue = workspace.an_open_issue()
    item = next(one for one in connector.pull().items if one.key == issue.identifier)
    receipt = write_one(connector, item, EVERYTHING)
    assert receipt.outcome == "written", receipt.error
    (comment,) = issue.comments
    bot = comment.bot_actor
    assert (bot and (bot.user_display_name, bot.avatar_url)) == seen
    again = next(one for one in connector.pull().items if one.key == issue.identifier)
    assert again.shown == EVERYTHING
    assert write_one(connector, again, EVERYTHING).requests == 0
    assert write_one(connector, again, NOTHING).outcome == "written"
    assert issue.comments == []


@pytest.mark.parametrize(
    ("scopes", "verdict", "said"),
    [
        ({"read", "write"}, "wrong", "lacks the scope initiative:read or initiative:write"),
        ({"read", "write", "initiative:read"}, "ok", "needs initiative:write"),
        ({"read", "write", "initiative:write"}, "ok", "needs initiative:write"),
    ],
    ids=["neither scope", "reading", "both"],
)
def test_check_foresees_what_updates_on_initiatives_need(
    workspace: LinearWorkspace, scopes: set[str], verdict: str, said: str
) -> None:
    space = workspace.box.world.linear
    person = space.user_by_token(TOKEN)
    assert person is not None
    connector = speaking(
        workspace, workspace.box.call(lambda: space.grant("lin_api_scoped", person, sorted(scopes))), None
    )
    (check,) = [
        one for one in connector.preflight((), ("project", "initiative")) if one.about == "initiatives"
    ]
    assert (check.verdict, said in check.found) == (verdict, True)


@pytest.mark.parametrize(("token", "verdict"), [(APP_TOKEN, "ok"), (TOKEN, "warning")])
def test_check_says_whether_the_name_is_shown(workspace: LinearWorkspace, token: str, verdict: str) -> None:
    (check,) = [one for one in speaking(workspace, token, NAMED).preflight(()) if one.about == "app"]
    assert check.verdict == verdict
    assert "Acme goals" in check.found
    assert [one for one in speaking(workspace, token, None).preflight(()) if one.about == "app"] == []
