"""The whole service on a Jira Data Center: sync, a quiet second run, marks as people see them, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from tests.support import loopback
from tests.support.cli import Cli

PAT = {"Authorization": f"Bearer {SERVER_TOKEN}"}


def get(server: Sandbox, path: str, **params: str) -> Any:
    reply = loopback.get(f"{server.url}/jira-dc/rest/api/2/{path}", headers=PAT, params=params)
    assert reply.status_code == 200, reply.text
    return reply.json()


def writes(server: Sandbox) -> list[str]:
    asked = [one for one in server.requests if one.operation == "mutation" or one.method in ("PUT", "DELETE")]
    asked += [one for one in server.requests if one.method == "POST" and "/comment" in one.path]
    return [f"{one.method} {one.path}" for one in asked]


def test_sync_twice_and_undo(run: Cli, server: Sandbox) -> None:
    before = loopback.get(f"{server.url}/__world").content
    first = run("sync", "--first-run")
    assert first.code == 0, first.out + first.err
    paths = {one.path for one in server.requests if "/rest/api/" in one.path}
    assert all(path.startswith("/jira-dc/rest/api/2/") for path in paths)
    marked = [one for one in server.world.jira.issues.values() if "truenorth" in one.properties]
    assert len(marked) > 20

    server.forget_requests()
    second = run("sync")
    assert (second.code, writes(server)) == (0, []), second.out
    asked = [one.path.split("/")[-3] for one in server.requests if one.path.endswith("/properties/truenorth")]
    claimed = [
        str(one.id) for one in server.world.jira.issues.values() if one.custom.get("customfield_10101")
    ]
    may_bear = {*(str(one.id) for one in marked), *claimed}
    assert {str(one.id) for one in marked} <= set(asked) <= may_bear
    assert len(asked) == len(set(asked))

    assert run("undo", "--all", "--apply").code == 0
    assert loopback.get(f"{server.url}/__world").content == before


def test_comments_are_wiki_markup(run: Cli, server: Sandbox) -> None:
    assert run("sync", "--first-run").code == 0
    bodies = [
        comment["body"]
        for issue in server.world.jira.issues.values()
        if "truenorth" in issue.properties
        for comment in get(server, f"issue/{issue.key}/comment", expand="properties")["comments"]
        if any(one["key"] == "truenorth" for one in comment["properties"])
    ]
    assert bodies
    assert all(isinstance(body, str) and "{" in body for body in bodies)


def test_an_epic_gives_its_key_result_to_what_is_linked_to_it(run: Cli, server: Sandbox) -> None:
    assert run("sync", "--first-run").code == 0
    epic = get(server, "issue/WEB-2")["fields"]
    children = get(server, "search", jql='cf[10014] = "WEB-2"')["issues"]
    assert children
    ours = epic["customfield_10101"]
    assert ours
    shown = [get(server, f"issue/{one['key']}")["fields"] for one in children]
    assert {one["customfield_10101"] for one in shown if "okr-aligned" in one["labels"]} == {ours}


@pytest.mark.parametrize(
    ("deployment", "url", "token", "email", "says"),
    [
        ("cloud", "jira-dc", SERVER_TOKEN, "truenorth@acme.example", "deployment: data_center"),
        ("data_center", "jira-dc", "no-such-token", "", "personal access token"),
    ],
)
def test_the_wrong_kind_of_site_or_token(
    run: Cli,
    server: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    deployment: str,
    url: str,
    token: str,
    email: str,
    says: str,
) -> None:
    file = tmp_path / "okrs" / "truenorth.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("deployment: data_center", f"deployment: {deployment}")
    )
    monkeypatch.setenv("TRUENORTH_JIRA_URL", f"{server.url}/{url}")
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", token)
    if email:
        monkeypatch.setenv("TRUENORTH_JIRA_EMAIL", email)
    ran = run("check")
    assert ran.code != 0
    assert says in " ".join((ran.out + ran.err).split())
    assert "Traceback" not in ran.out + ran.err


def test_a_kind_of_site_that_is_none(run: Cli, server: Sandbox, tmp_path: Path) -> None:
    assert server
    file = tmp_path / "okrs" / "truenorth.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("deployment: data_center", "deployment: datacenter")
    )
    ran = run("check")
    assert ran.code == 2
    assert "truenorth.yaml:" in ran.err
    assert "data_center" in ran.err
