"""Histories: what each edit leaves behind, and the two ways to read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.support.sandbox_jira_client import Jira, running

PROGRESS = "customfield_10102"


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running(100) as client:
        client.sandbox.call(client.site.limits.off)
        yield client


def fresh(jira: Jira, kind: str = "Task", **fields: Any) -> str:
    body = {"project": {"key": "WEB"}, "issuetype": {"name": kind}, "summary": "x", **fields}
    reply = jira.post("issue", json={"fields": body})
    assert reply.status_code == 201, reply.text
    key: str = reply.json()["key"]
    return key


def items(jira: Jira, key: str) -> list[dict[str, Any]]:
    """The items of the newest entry."""
    found: list[dict[str, Any]] = jira.get(f"issue/{key}/changelog").json()["values"][-1]["items"]
    return found


def fetch(jira: Jira, **body: Any) -> dict[str, Any]:
    reply = jira.post("changelog/bulkfetch", json=body)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def test_a_parent_that_changed_is_shown_in_both_forms(jira: Jira) -> None:
    key = fresh(jira)
    epic = str(jira.site.keys["WEB-1"])
    jira.put(f"issue/{key}", json={"fields": {"parent": {"key": "WEB-1"}}})
    by_field = {item["field"]: item for item in items(jira, key)}
    assert set(by_field) == {"IssueParentAssociation", "Epic Link"}
    assert "fieldId" not in by_field["IssueParentAssociation"]
    assert by_field["Epic Link"]["fieldId"] == "customfield_10014"
    for item in by_field.values():
        assert (item["from"], item["to"], item["toString"]) == (None, epic, "WEB-1")


def test_an_initiative_above_an_epic_is_shown_once_and_a_sub_tasks_parent_by_its_own_name(jira: Jira) -> None:
    epic, story = fresh(jira, "Epic"), fresh(jira, "Story")
    sub = fresh(jira, "Sub-task", parent={"key": story})
    jira.put(f"issue/{epic}", json={"fields": {"parent": {"key": "STRAT-1"}}})
    assert [item["field"] for item in items(jira, epic)] == ["IssueParentAssociation"]
    jira.put(f"issue/{sub}", json={"fields": {"parent": {"key": fresh(jira, "Story")}}})
    assert [(item["field"], item["fieldId"]) for item in items(jira, sub)] == [("Parent", "parent")]


def test_values_with_ids_are_shown_with_them(jira: Jira) -> None:
    key = fresh(jira)
    me = jira.get("myself").json()
    jira.put(
        f"issue/{key}",
        json={"fields": {"priority": {"name": "High"}, "assignee": {"accountId": me["accountId"]}}},
    )
    values = {item["fieldId"]: (item["from"], item["to"], item["toString"]) for item in items(jira, key)}
    assert values == {"priority": ("3", "2", "High"), "assignee": (None, me["accountId"], me["displayName"])}


def test_finishing_and_reopening_tell_of_the_resolution_too(jira: Jira) -> None:
    key = fresh(jira)
    for status, resolution in ((10003, "Done"), (10000, None)):
        jira.post(f"issue/{key}/transitions", json={"transition": {"id": str(status)}})
        values = {item["fieldId"]: item["toString"] for item in items(jira, key)}
        assert set(values) == {"resolution", "status"}
        assert values["resolution"] == resolution


def test_many_histories_at_once_come_by_time_and_split_over_pages(jira: Jira) -> None:
    keys = [fresh(jira), fresh(jira)]
    for number in range(3):
        for key in reversed(keys):
            jira.put(f"issue/{key}", json={"fields": {PROGRESS: number + 1}})
    whole = fetch(jira, issueIdsOrKeys=keys)
    assert "nextPageToken" not in whole
    ids = {str(jira.site.keys[key]) for key in keys}
    assert {log["issueId"] for log in whole["issueChangeLogs"]} == ids
    one = jira.get(f"issue/{keys[0]}/changelog").json()["values"]
    many = next(
        log["changeHistories"]
        for log in whole["issueChangeLogs"]
        if log["issueId"] == str(jira.site.keys[keys[0]])
    )
    # The same entries, with their times as numbers.
    times_of_one = [datetime.fromisoformat(row.pop("created")) for row in one]
    assert [row.pop("created") for row in many] == [at.timestamp() * 1000 for at in times_of_one]
    assert one == many
    seen: list[str] = []
    times: list[int] = []
    token: dict[str, str] = {}
    while True:
        page = fetch(jira, issueIdsOrKeys=keys, maxResults=2, **token)
        rows = [row for log in page["issueChangeLogs"] for row in log["changeHistories"]]
        assert 0 < len(rows) <= 2
        seen += [row["id"] for row in rows]
        times += [row["created"] for row in rows]
        if "nextPageToken" not in page:
            break
        token = {"nextPageToken": page["nextPageToken"]}
    assert len(seen) == len(set(seen)) == 6
    assert times == sorted(times)


def test_bulk_histories_narrow_to_fields_and_leave_out_what_is_hidden(jira: Jira) -> None:
    key = fresh(jira)
    jira.put(f"issue/{key}", json={"fields": {PROGRESS: 1, "summary": "y"}})
    jira.put(f"issue/{key}", json={"fields": {"summary": "z"}})
    logs = fetch(jira, issueIdsOrKeys=[key, "WEB-99999"], fieldIds=[PROGRESS])["issueChangeLogs"]
    (entry,) = logs[0]["changeHistories"]
    assert [item["fieldId"] for item in entry["items"]] == [PROGRESS]
    jira.sandbox.call(lambda: setattr(jira.site.projects["WEB"], "browsers", frozenset()))
    assert fetch(jira, issueIdsOrKeys=[key]) == {"issueChangeLogs": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"issueIdsOrKeys": []},
        {"issueIdsOrKeys": ["WEB-1"] * 1001},
        {"issueIdsOrKeys": ["WEB-1"], "fieldIds": [str(n) for n in range(11)]},
        {"issueIdsOrKeys": ["WEB-1"], "maxResults": 0},
        {"issueIdsOrKeys": ["WEB-1"], "maxResults": 10_001},
        {"issueIdsOrKeys": ["WEB-1"], "nextPageToken": "garbage"},
        {"issueIdsOrKeys": ["WEB-1"], "startAt": 0},
    ],
    ids=["nothing", "no issues", "1001 issues", "11 fields", "size 0", "size 10001", "token", "startAt"],
)
def test_bulk_histories_have_limits(jira: Jira, body: dict[str, object]) -> None:
    assert jira.post("changelog/bulkfetch", json=body).status_code == 400


def test_an_issue_carries_only_the_newest_part_of_a_long_history(jira: Jira) -> None:
    key = fresh(jira)
    for number in range(45):
        jira.put(f"issue/{key}", json={"fields": {PROGRESS: number + 1}})
    embedded = jira.issue(key, expand="changelog")["changelog"]
    assert (len(embedded["histories"]), embedded["total"]) == (40, 45)
    assert embedded["histories"][0]["items"][0]["toString"] == "45.0"
    assert jira.get(f"issue/{key}/changelog", params={"maxResults": 500}).json()["total"] == 45
