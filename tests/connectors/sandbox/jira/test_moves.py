"""Work that goes elsewhere: moved, renamed, archived, hidden, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.jira.moves import move
from tests.support.sandbox_jira_client import ANN, Jira, running


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running(120) as client:
        yield client


def with_subtasks(jira: Jira) -> str:
    """The key of a story in WEB that has sub-tasks."""
    return next(
        issue.key
        for issue in jira.site.issues.values()
        if issue.project.key == "WEB" and issue.type.level == 0 and issue.children
    )


def moved(jira: Jira, key: str, to: str) -> dict[str, Any]:
    issue = jira.site.issues[jira.site.keys[key]]
    jira.sandbox.call(lambda: move(jira.site, issue, jira.site.projects[to]))
    return jira.issue(key)


def test_a_move_takes_sub_tasks_along_and_tells_of_key_project_and_status(jira: Jira) -> None:
    key = with_subtasks(jira)
    before = jira.issue(key)
    after = moved(jira, key, "OPS")
    assert after["id"] == before["id"]
    assert after["fields"]["project"]["key"] == "OPS"
    assert after["fields"]["updated"] > before["fields"]["updated"]
    assert {sub["key"].split("-")[0] for sub in after["fields"]["subtasks"]} == {"OPS"}
    categories = [shown["fields"]["statusCategory"]["key"] for shown in (before, after)]
    assert categories[0] == categories[1]
    assert after["fields"]["status"]["name"] in {"Open", "Working", "Closed"}
    entry = jira.get(f"issue/{key}/changelog").json()["values"][-1]
    changes = {item["field"]: (item["fromString"], item["toString"]) for item in entry["items"]}
    assert changes["project"] == ("Web", "Operations")
    assert changes["Key"] == (key, after["key"])
    assert changes["status"] == (before["fields"]["status"]["name"], after["fields"]["status"]["name"])
    fetched = jira.post("issue/bulkfetch", json={"issueIdsOrKeys": [key], "fields": ["summary"]}).json()
    assert [row["key"] for row in fetched["issues"]] == [after["key"]]
    assert jira.keys(f"key = {key}") == [after["key"]]


def test_a_key_that_was_left_is_not_given_out_again(jira: Jira) -> None:
    first = moved(jira, "WEB-1", "OPS")["key"]
    assert moved(jira, first, "WEB")["key"] not in ("WEB-1", first)
    assert jira.issue("WEB-1")["key"] == jira.issue(first)["key"]


def test_epic_links_follow_their_epic(jira: Jira) -> None:
    child = next(
        issue
        for issue in jira.site.issues.values()
        if issue.custom.get("customfield_10014") and issue.parent is None
    )
    old = child.custom["customfield_10014"]
    new = moved(jira, old, "OPS" if old.startswith("WEB") else "WEB")["key"]
    assert jira.issue(child.key)["fields"]["customfield_10014"] == new


def test_a_project_gets_another_key_and_the_old_one_still_leads_there(jira: Jira) -> None:
    updated = jira.issue("WEB-1")["fields"]["updated"]
    ids = jira.ids("project = WEB")
    reply = jira.put("project/WEB", json={"key": "SITE"})
    assert (reply.status_code, reply.json()["key"]) == (200, "SITE")
    shown = jira.issue("WEB-1")
    assert (shown["key"], shown["fields"]["updated"]) == ("SITE-1", updated)
    assert jira.ids("project = SITE") == ids == jira.ids("project = WEB")
    assert jira.get("project/WEB").json()["key"] == "SITE"
    fields = {"project": {"key": "SITE"}, "issuetype": {"name": "Task"}, "summary": "x"}
    assert jira.post("issue", json={"fields": fields}).json()["key"].startswith("SITE-")


@pytest.mark.parametrize("key", ["OPS", "lower", "X", "1ABC"])
def test_a_bad_or_taken_project_key_is_refused(jira: Jira, key: str) -> None:
    reply = jira.put("project/WEB", json={"key": key})
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"projectKey"})
    assert jira.issue("WEB-1")["key"] == "WEB-1"


def test_only_administrators_move_projects(jira: Jira) -> None:
    with jira.acting_as(ANN) as ann:
        assert ann.put("project/WEB", json={"key": "SITE"}).status_code == 403
        assert ann.delete("project/WEB").status_code == 403
        assert ann.put("issue/archive", json={"issueIdsOrKeys": ["WEB-1"]}).status_code == 403


@pytest.mark.parametrize("way", ["delete", "archive"])
def test_a_project_that_is_gone_takes_its_issues_and_gives_them_back(jira: Jira, way: str) -> None:
    ids = jira.ids("project = OPS")
    gone = jira.delete("project/OPS") if way == "delete" else jira.post("project/OPS/archive")
    assert gone.status_code == 204
    assert jira.get("issue/OPS-1").status_code == 404
    assert jira.get("project/OPS").status_code == 404
    assert jira.search(jql="project = OPS").status_code == 400
    assert jira.post("issue/bulkfetch", json={"issueIdsOrKeys": ids[:3]}).json()["issues"] == []
    assert jira.post("project/OPS/restore").status_code == 200
    assert jira.ids("project = OPS") == ids


def test_an_archived_issue_is_as_good_as_deleted_until_it_comes_back(jira: Jira) -> None:
    key = with_subtasks(jira)
    sub = jira.issue(key)["fields"]["subtasks"][0]["key"]
    family = 1 + len(jira.issue(key)["fields"]["subtasks"])
    reply = jira.put("issue/archive", json={"issueIdsOrKeys": [key, sub, "WEB-99999"]}).json()
    assert reply["numberOfIssuesUpdated"] == family
    assert {kind: entry["issueIdsOrKeys"] for kind, entry in reply["errors"].items()} == {
        "issueIsSubtask": [sub],
        "issuesNotFound": ["WEB-99999"],
    }
    for hidden in (key, sub):
        assert jira.get(f"issue/{hidden}").status_code == 404
        assert str(jira.site.keys[hidden]) not in jira.ids("project = WEB")
    assert jira.put("issue/archive", json={"issueIdsOrKeys": [sub]}).status_code == 400
    assert jira.put("issue/archive", json={"issueIdsOrKeys": ["WEB-1"] * 1001}).status_code == 412
    assert jira.put("issue/unarchive", json={"issueIdsOrKeys": [key]}).status_code == 200
    assert jira.issue(sub)["key"] == sub


def test_a_restricted_issue_is_there_for_some_only(jira: Jira) -> None:
    number = jira.site.keys["WEB-1"]
    jira.sandbox.call(lambda: jira.site.restricted.update({number: frozenset({ANN[0]})}))
    assert jira.get("issue/WEB-1").status_code == 404
    assert str(number) not in jira.ids("project = WEB")
    child = next(issue for issue in jira.site.issues.values() if issue.parent == number)
    parent = jira.issue(child.key)["fields"]["parent"]
    assert {**parent, "self": ""} == {"id": str(number), "key": "WEB-1", "self": ""}
    with jira.acting_as(ANN) as ann:
        assert ann.issue("WEB-1")["key"] == "WEB-1"
