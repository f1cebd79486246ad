"""Undo: every trace of ours goes, on what was selected and nowhere else; what people wrote stays to the byte.

Worlds are compared as `GET /__world` gives them: everything that people and clients wrote, without the times of
change that every tracker moves by itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from connectors.sandbox.jira.moves import move
from connectors.sandbox.jira.state import Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import World
from sync.jobs.sandbox import examples
from sync.plan.undo import Selection
from tests.support import loopback
from tests.support.builders import item
from tests.support.cli import Cli

OWNER = load(examples()).workspace
JIRA = ("truenorth@acme.example", "sandbox-jira-token")


def world(sandbox: Sandbox) -> bytes:
    return loopback.get(f"{sandbox.url}/__world").content


@pytest.fixture
def written(run: Cli, pointed: Sandbox) -> bytes:
    """The world as it was before a first sync."""
    before = world(pointed)
    assert run("sync", "--first-run").code == 0
    assert world(pointed) != before
    return before


def marked_issues(sandbox: Sandbox) -> list[Issue]:
    issues = sandbox.world.jira.issues.values()
    return sorted((one for one in issues if "truenorth" in one.properties), key=lambda one: one.id)


def test_undoing_all_leaves_the_world_as_it_was(run: Cli, pointed: Sandbox, written: bytes) -> None:
    assert run("undo", "--all", "--apply").code == 0
    assert world(pointed) == written
    again = run("undo", "--all", "--apply")
    assert (again.code, "No Truenorth marks found." in again.out) == (0, True)
    assert world(pointed) == written


def test_what_a_move_has_hidden_is_said_and_goes_once_it_is_seen_again(
    run: Cli, pointed: Sandbox, written: bytes
) -> None:
    """Jira keeps values of fields that a project does not show, and lets nobody clear them (contracts, section 1.4)."""
    site = pointed.world.jira
    issue = next(one for one in marked_issues(pointed) if any("·" in str(v) for v in one.custom.values()))
    home, team_managed = issue.project, next(one for one in site.projects.values() if one.key == "HR")
    pointed.call(lambda: move(site, issue, team_managed))
    hidden = dict(issue.custom)
    ran = run("undo", "--all", "--apply")
    assert ran.code == 3
    assert "Jira keeps hidden values of Truenorth's fields" in " ".join(ran.out.split())
    assert issue.custom == hidden
    assert "truenorth" in issue.properties, "the stamp proves whose they are"
    assert [one.id for one in marked_issues(pointed)] == [issue.id], "all else is gone"
    assert not [label for label in issue.labels if label.startswith("okr-")]
    pointed.call(lambda: move(site, issue, home))
    assert run("undo", "--all", "--apply").code == 0
    assert marked_issues(pointed) == []
    assert not any("·" in str(value) for value in issue.custom.values())
    assert written


def test_without_apply_nothing_is_removed(run: Cli, pointed: Sandbox, written: bytes) -> None:
    assert written
    after = world(pointed)
    pointed.forget_requests()
    ran = run("undo", "--all")
    assert (ran.code, "add --apply" in ran.out) == (0, True)
    assert world(pointed) == after
    assert [
        one for one in pointed.requests if one.operation == "mutation" or one.method in ("PUT", "DELETE")
    ] == []


def test_what_people_did_meanwhile_stays(run: Cli, pointed: Sandbox, written: bytes) -> None:
    assert written
    one = marked_issues(pointed)[0]
    url = f"{pointed.url}/jira/rest/api/3/issue/{one.id}"
    ann = ("ann.lee@acme.example", "sandbox-person-token")
    edit = {"fields": {"summary": "Renamed"}, "update": {"labels": [{"add": "mine"}]}}
    assert loopback.put(url, auth=ann, json=edit).status_code == 204
    assert run("undo", "--all", "--apply").code == 0
    assert (one.summary, "mine" in one.labels, "okr-aligned" in one.labels) == ("Renamed", True, False)
    assert "truenorth" not in one.properties


def test_one_item(run: Cli, pointed: Sandbox, written: bytes) -> None:
    assert written
    one, *others = marked_issues(pointed)
    assert run("undo", "--item", one.key.lower(), "--apply").code == 0
    assert marked_issues(pointed) == others
    assert "okr-aligned" not in one.labels


def test_one_project(run: Cli, pointed: Sandbox, written: bytes) -> None:
    assert written
    assert {one.project.key for one in marked_issues(pointed)} == {"OPS", "WEB"}
    before = linear_traces(pointed.world)
    assert run("undo", "--project", "WEB", "--apply").code == 0
    assert {one.project.key for one in marked_issues(pointed)} == {"OPS"}
    assert linear_traces(pointed.world) == before


def linear_traces(space: World) -> list[str]:
    issues = space.linear.issues.values()
    found = [a.url for one in issues for a in one.attachments if "truenorth=" in a.url]
    return sorted(found)


def test_one_tracker(run: Cli, pointed: Sandbox, written: bytes) -> None:
    assert written
    jira = marked_issues(pointed)
    assert linear_traces(pointed.world)
    assert run("undo", "--tracker", "linear", "--apply").code == 0
    assert linear_traces(pointed.world) == []
    assert marked_issues(pointed) == jira


def narrowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From now on only one project and one team are in scope."""
    folder = tmp_path / "narrow"
    folder.mkdir()
    for file in examples().glob("*.yaml"):
        text = file.read_text().replace("[WEB, OPS]", "[WEB]").replace("[ENG, MOB]", "[ENG]")
        (folder / file.name).write_text(text)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    scopes = [tracker.scope for tracker in load(folder).trackers.values()]
    assert [len(getattr(one, "projects", getattr(one, "teams", ()))) for one in scopes] == [1, 1]


def test_what_left_the_scope_is_found_too(
    run: Cli, pointed: Sandbox, written: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    narrowed(monkeypatch, tmp_path)
    assert run("undo", "--all", "--apply").code == 0
    assert world(pointed) == written


def test_a_comment_whose_stamp_a_person_took_away_goes(run: Cli, pointed: Sandbox, written: bytes) -> None:
    one = next(one for one in marked_issues(pointed) if one.comments)
    fields = [f"customfield_{number}" for number in (10101, 10102)]
    url = f"{pointed.url}/jira/rest/api/3/issue/{one.id}"
    ours = [label for label in one.labels if label.startswith("okr-")]
    loopback.delete(f"{url}/properties/truenorth", auth=JIRA).raise_for_status()
    # Without the stamp, fields and labels can be anybody's: only the comment still proves that it is ours.
    bare = {"fields": dict.fromkeys(fields), "update": {"labels": [{"remove": label} for label in ours]}}
    loopback.put(url, auth=JIRA, json=bare).raise_for_status()
    assert run("undo", "--all", "--apply").code == 0
    assert world(pointed) == written


def test_so_does_one_on_linear(run: Cli, pointed: Sandbox, written: bytes) -> None:
    query = "{ projects { nodes { comments { nodes { id } } externalLinks { nodes { id url } } } } }"
    reply = loopback.post(
        f"{pointed.url}/linear/graphql",
        headers={"Authorization": "sandbox-linear-token"},
        json={"query": query},
    )
    links = [
        link["id"]
        for project in reply.json()["data"]["projects"]["nodes"]
        if project["comments"]["nodes"]
        for link in project["externalLinks"]["nodes"]
        if "truenorth=" in link["url"]
    ]
    assert links
    drop = "mutation M($id: String!) { entityExternalLinkDelete(id: $id) { success } }"
    for link in links:
        mutated(pointed, drop, {"id": link})
    assert world(pointed) != written
    assert run("undo", "--all", "--apply").code == 0
    assert world(pointed) == written


def test_a_stamp_of_an_older_version_is_undone(run: Cli, pointed: Sandbox) -> None:
    before = world(pointed)
    mark = {
        "id": "GROWTH-KR1",
        "title": "Old",
        "percent": 10,
        "health": "on_track",
        "url": "https://x.example/k",
    }
    stamp = {"v": 1, "owner": OWNER, "key_results": [mark], "alignment": "aligned", "labels": ["okr-aligned"]}
    url = f"{pointed.url}/jira/rest/api/3/issue/WEB-1"
    loopback.put(f"{url}/properties/truenorth", auth=JIRA, json=stamp).raise_for_status()
    add = {"update": {"labels": [{"add": "okr-aligned"}]}}
    loopback.put(url, auth=JIRA, json=add).raise_for_status()
    space = pointed.world.linear
    issue = next(
        one.id for one in space.issues.values() if one.archived_at is None and one.team.key in ("ENG", "MOB")
    )
    metadata = {"owner": OWNER, "key_result": "GROWTH-KR1", "title": "Old", "percent": 10, "health": "on_track",
                "url": mark["url"], "truenorth": json.dumps(stamp | {"labels": [], "alignment": None})}  # fmt: skip
    given = {"issueId": issue, "title": "x", "url": f"{mark['url']}?truenorth={OWNER}", "metadata": metadata}
    query = "mutation M($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }"
    mutated(pointed, query, {"input": given})
    assert world(pointed) != before
    assert run("undo", "--all", "--apply").code == 0
    assert world(pointed) == before


def mutated(sandbox: Sandbox, query: str, variables: dict[str, Any]) -> None:
    reply = loopback.post(
        f"{sandbox.url}/linear/graphql",
        headers={"Authorization": "sandbox-linear-token"},
        json={"query": query, "variables": variables},
    )
    assert "errors" not in reply.json(), reply.text


def test_another_workspaces_marks_are_refused_aloud(run: Cli, pointed: Sandbox) -> None:
    url = f"{pointed.url}/jira/rest/api/3/issue/WEB-1/properties/truenorth"
    loopback.put(url, auth=JIRA, json={"v": 1, "owner": "others", "labels": ["x"]}).raise_for_status()
    before = world(pointed)
    ran = run("undo", "--all", "--apply")
    assert (ran.code, '"others"' in ran.out) == (4, True), (
        "nothing else is there, so the workspace may have been renamed"
    )
    assert world(pointed) == before


def test_a_label_stays_where_an_archived_issue_has_it(run: Cli, pointed: Sandbox, written: bytes) -> None:
    assert written
    space = pointed.world.linear
    label = next(one for one in space.labels.values() if one.name == "okr-aligned")
    bare = next(one for one in space.issues.values() if not one.labels and one.archived_at is None)
    query = (
        "mutation M($id: String!, $label: String!) { issueAddLabel(id: $id, labelId: $label) { success } }"
    )
    mutated(pointed, query, {"id": bare.id, "label": label.id})
    mutated(pointed, "mutation A($id: String!) { issueArchive(id: $id) { success } }", {"id": bare.id})
    ran = run("undo", "--all", "--apply")
    assert (ran.code, f"{bare.identifier} is read-only" in ran.out) == (3, True)
    assert label.id in space.labels


@pytest.mark.parametrize("arguments", [(), ("--tracker", "gitlab")], ids=["nothing", "an unknown tracker"])
def test_wrong_usage(run: Cli, pointed: Sandbox, arguments: tuple[str, ...]) -> None:
    ran = run("undo", *arguments)
    assert (ran.code, "Traceback" in ran.err, pointed.requests) == (2, False, [])


def test_a_name_that_nothing_answers_to_is_said(run: Cli, pointed: Sandbox, written: bytes) -> None:
    after = world(pointed)
    assert after != written
    ran = run("undo", "--item", "WEB-99999", "--apply")
    assert (ran.code, "WEB-99999 not found" in ran.err) == (2, True)
    bare = next(
        one.key
        for one in pointed.world.jira.issues.values()
        if one.project.key == "WEB" and "truenorth" not in one.properties
    )
    ran = run("undo", "--item", bare, "--apply")
    assert (ran.code, f"under {bare}" in ran.out) == (0, True)
    assert world(pointed) == after


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(everything=True), True),
        (Selection(items=frozenset({"web-1"})), True),
        (Selection(items=frozenset({"WEB-11"})), False),
        (Selection(projects=frozenset({"web"})), True),
        (Selection(projects=frozenset({"WE"})), False),
        (Selection(trackers=frozenset({"jira"})), True),
        (Selection(trackers=frozenset({"linear"})), False),
        (Selection(items=frozenset({"WEB-1"}), trackers=frozenset({"jira"})), True),
        (Selection(items=frozenset({"WEB-1"}), trackers=frozenset({"linear"})), False),
        (
            Selection(items=frozenset({"WEB-2"}), projects=frozenset({"WEB"}), trackers=frozenset({"jira"})),
            False,
        ),
        (Selection(items=frozenset({"WEB-2", "Jira:WEB-1"})), True),
        (Selection(items=frozenset({"linear:WEB-1"})), False),
        (Selection(), False),
    ],
    ids=[
        "all",
        "its key",
        "a longer key",
        "its project",
        "half a name",
        "its tracker",
        "another",
        "its key and tracker",
        "its key elsewhere",
        "another key of its project",
        "one of two keys",
        "its key of another tracker",
        "nothing",
    ],
)
def test_what_is_selected(selection: Selection, taken: bool) -> None:
    assert selection.takes(item("WEB-1", project="WEB")) is taken


def test_syncing_again_after_an_undo_costs_the_same_each_time(run: Cli, pointed: Sandbox) -> None:
    """Linear refuses ids that were ever used, so every round needs others: with as many requests, without end."""
    as_of = ("--as-of", "2026-11-16T09:00Z")
    digest = json.loads(run("plan", *as_of, "--format", "json").out)["plan"]["digest"]
    counts = []
    for _ in range(4):
        pointed.forget_requests()
        # All of it is read after an undo, and so the first time, that the rounds compare.
        assert run("sync", "--full", *as_of, "--first-run", "--accept-plan", digest).code == 0
        counts.append(sum("linear" in one.path for one in pointed.requests))
        assert run("undo", "--all", "--apply").code == 0
    assert len(set(counts[1:])) == 1, counts
    assert counts[-1] <= counts[0]
