"""One issue at a time: edits all or nothing, properties, remote links, history, moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.jira.moves import move
from tests.support.sandbox_jira_client import ANN, Jira, running

KEY_RESULT, PROGRESS = "customfield_10101", "customfield_10102"


@pytest.fixture(scope="module")
def shared() -> Iterator[Jira]:
    with running(100) as client:
        yield client


@pytest.fixture
def jira(shared: Jira) -> Jira:
    """The shared site; each test works on an issue of its own, see `fresh`."""
    return shared


def fresh(jira: Jira, project: str = "WEB", kind: str = "Task", **fields: Any) -> str:
    """The key of a new issue, created by a person."""
    body = {"project": {"key": project}, "issuetype": {"name": kind}, "summary": "Fresh", **fields}
    with jira.acting_as(ANN) as ann:
        reply = ann.post("issue", json={"fields": body})
    assert reply.status_code == 201, reply.text
    key: str = reply.json()["key"]
    return key


def test_one_put_edits_fields_labels_and_properties_together(jira: Jira) -> None:
    key = fresh(jira, labels=["ux", "old"])
    reply = jira.put(
        f"issue/{key}",
        params={"notifyUsers": "false"},
        json={
            "fields": {KEY_RESULT: "GROWTH-KR2 · Onboarding", PROGRESS: 40},
            "update": {"labels": [{"add": "okr-aligned"}, {"add": "ux"}, {"remove": "old"}, {"remove": "x"}]},
            "properties": [{"key": "truenorth", "value": {"v": 1, "owner": "acme"}}],
        },
    )
    assert (reply.status_code, reply.content) == (204, b"")
    shown = jira.issue(key, properties="truenorth,absent")
    assert shown["fields"][KEY_RESULT] == "GROWTH-KR2 · Onboarding"
    assert shown["fields"][PROGRESS] == 40.0
    assert isinstance(shown["fields"][PROGRESS], float)
    assert sorted(shown["fields"]["labels"]) == ["okr-aligned", "ux"]
    assert shown["properties"] == {"truenorth": {"v": 1, "owner": "acme"}}


@pytest.mark.parametrize(
    ("fields", "bad", "said"),
    [
        ({"customfield_99999": 1}, "customfield_99999", "It is not on the appropriate screen, or unknown."),
        ({PROGRESS: "40"}, PROGRESS, "must be a number"),
        ({PROGRESS: True}, PROGRESS, "must be a number"),
        ({KEY_RESULT: 4}, KEY_RESULT, "must be a string"),
        ({KEY_RESULT: "x" * 256}, KEY_RESULT, "255 characters"),
        ({"labels": ["two words"]}, "labels", "contains spaces which is invalid"),
        ({"labels": ["x" * 256]}, "labels", "255"),
        ({"summary": ""}, "summary", "You must specify a summary"),
        ({"summary": "a\nb"}, "summary", "newline"),
        ({"priority": {"name": "Urgent"}}, "priority", "valid value"),
        ({"parent": {"key": "STRAT-1"}}, "parent", "hierarchy"),
        ({"duedate": "tomorrow"}, "duedate", "yyyy-MM-dd"),
        ({"assignee": {"accountId": "nobody"}}, "assignee", "valid value"),
        ({"description": "text"}, "description", "Atlassian Document"),
        ({"customfield_10014": "WEB-99999"}, "customfield_10014", "epic"),
        ({"created": "2020-01-01"}, "created", "cannot be set"),
    ],
)
def test_one_bad_field_fails_the_whole_put_and_nothing_is_saved(
    jira: Jira, fields: dict[str, Any], bad: str, said: str
) -> None:
    key = fresh(jira)
    before = jira.issue(key, properties="*all")
    body = {
        "fields": {"duedate": "2026-12-24", **fields},
        "update": {} if "labels" in fields else {"labels": [{"add": "okr-aligned"}]},
        "properties": [{"key": "truenorth", "value": 1}],
    }
    reply = jira.put(f"issue/{key}", json=body)
    assert reply.status_code == 400
    assert reply.json()["errorMessages"] == []
    assert set(reply.json()["errors"]) == {bad}
    assert said in reply.json()["errors"][bad]
    assert jira.issue(key, properties="*all") == before


def test_every_bad_field_is_named(jira: Jira) -> None:
    reply = jira.put("issue/WEB-1", json={"fields": {"customfield_1": 1, PROGRESS: "x"}})
    assert set(reply.json()["errors"]) == {"customfield_1", PROGRESS}


def test_a_field_may_not_be_in_fields_and_in_update(jira: Jira) -> None:
    body = {"fields": {"labels": ["a"]}, "update": {"labels": [{"add": "b"}]}}
    assert set(jira.put("issue/WEB-1", json=body).json()["errors"]) == {"labels"}


@pytest.mark.parametrize(
    ("params", "body", "status"),
    [
        ({"overrideScreenSecurity": "true"}, {"fields": {}}, 403),
        ({"overrideEditableFlag": "true"}, {"fields": {}}, 403),
        ({}, {"fields": {}, "surprise": 1}, 400),
        ({}, {"properties": [{"key": "x" * 256, "value": 1}]}, 400),
        ({}, {"properties": [{"key": "x", "value": "y" * 33_000}]}, 400),
        ({}, {"properties": [{"key": "x"}]}, 400),
    ],
)
def test_other_refusals_of_an_edit(
    jira: Jira, params: dict[str, str], body: dict[str, Any], status: int
) -> None:
    assert jira.put("issue/WEB-1", params=params, json=body).status_code == status


def test_team_managed_projects_do_not_have_the_global_fields(jira: Jira) -> None:
    reply = jira.put("issue/HR-1", json={"fields": {KEY_RESULT: "A"}})
    assert "appropriate screen" in reply.json()["errors"][KEY_RESULT]
    assert KEY_RESULT not in jira.issue("HR-1")["fields"]


def test_updated_moves_on_real_edits_and_comments_but_not_on_properties_or_equal_writes(jira: Jira) -> None:
    key = fresh(jira, labels=["a"])

    def updated() -> str:
        text: str = jira.issue(key, fields="updated")["fields"]["updated"]
        return text

    born = updated()
    jira.put(f"issue/{key}/properties/truenorth", json={"v": 1})
    jira.put(f"issue/{key}", json={"properties": [{"key": "truenorth", "value": 2}]})
    jira.put(f"issue/{key}", json={"fields": {"labels": ["a"], "summary": "Fresh"}})
    jira.put(f"issue/{key}", json={"update": {"labels": [{"add": "a"}, {"remove": "zzz"}]}})
    assert updated() == born
    assert jira.get(f"issue/{key}/changelog").json()["total"] == 0
    jira.put(f"issue/{key}", json={"update": {"labels": [{"add": "b"}]}})
    edited = updated()
    assert edited > born
    body = {"type": "doc", "version": 1, "content": []}
    body["content"] = [{"type": "paragraph", "content": [{"type": "text", "text": "hello"}]}]
    assert jira.post(f"issue/{key}/comment", json={"body": body}).status_code == 201
    assert updated() > edited


def test_times_have_milliseconds_and_the_profiles_offset_without_a_colon(jira: Jira) -> None:
    created = jira.issue(fresh(jira))["fields"]["created"]
    assert created.startswith("2026-11-16T10:")
    assert created.endswith("+0100")
    assert len(created) == len("2026-11-16T10:00:00.000+0100")


def test_the_changelog_tells_who_changed_what(jira: Jira) -> None:
    key = fresh(jira, labels=["a"])
    jira.put(f"issue/{key}", json={"update": {"labels": [{"add": "b"}]}, "fields": {PROGRESS: 5}})
    page = jira.get(f"issue/{key}/changelog").json()
    (entry,) = page["values"]
    assert (page["total"], page["isLast"], entry["author"]["displayName"]) == (1, True, "Truenorth")
    items = {item["fieldId"]: (item["fromString"], item["toString"]) for item in entry["items"]}
    assert items == {"labels": ("a", "a b"), PROGRESS: (None, "5.0")}
    expanded = jira.issue(key, expand="changelog")["changelog"]["histories"]
    assert [history["id"] for history in expanded] == [entry["id"]]


def test_notify_users_false_is_quiet_for_an_admin_and_refused_for_others(jira: Jira) -> None:
    key = fresh(jira)

    def mails() -> int:
        return jira.sandbox.call(lambda: sum(n.key == key for n in jira.site.notifications))

    quiet = {"notifyUsers": "false"}
    jira.put(f"issue/{key}", params=quiet, json={"fields": {"summary": "one"}})
    assert mails() == 0
    jira.put(f"issue/{key}", json={"fields": {"summary": "two"}})
    assert mails() == 1
    with jira.acting_as(ANN) as ann:
        reply = ann.put(f"issue/{key}", params=quiet, json={"fields": {"summary": "three"}})
    assert reply.status_code == 403
    assert jira.issue(key)["fields"]["summary"] == "two"


def test_a_moved_issue_keeps_its_id_and_answers_to_its_old_key(jira: Jira) -> None:
    key = fresh(jira)
    number = jira.issue(key)["id"]
    jira.sandbox.call(lambda: move(jira.site, jira.site.issues[int(number)], jira.site.projects["OPS"]))
    shown = jira.issue(key.lower())
    assert shown["id"] == number
    assert shown["key"].startswith("OPS-")
    assert jira.issue(number)["key"] == shown["key"]


def test_absent_issues_are_404_in_jiras_words(jira: Jira) -> None:
    for reply in (jira.get("issue/WEB-99999"), jira.get("issue/999999999"), jira.put("issue/X-1", json={})):
        assert reply.status_code == 404
        assert reply.json()["errorMessages"] == [
            "Issue does not exist or you do not have permission to see it."
        ]


def test_properties_are_bare_values(jira: Jira) -> None:
    path = f"issue/{fresh(jira)}/properties"
    assert jira.put(f"{path}/truenorth", json={"v": 1}).status_code == 201
    assert jira.put(f"{path}/truenorth", json=[1, "two"]).status_code == 200
    assert jira.get(f"{path}/truenorth").json() == {"key": "truenorth", "value": [1, "two"]}
    assert [entry["key"] for entry in jira.get(path).json()["keys"]] == ["truenorth"]
    assert jira.put(f"{path}/big", json="x" * 33_000).status_code == 400
    assert jira.put(f"{path}/{'k' * 256}", json=1).status_code == 400
    assert jira.delete(f"{path}/truenorth").status_code == 204
    assert jira.delete(f"{path}/truenorth").status_code == 404
    assert jira.get(f"{path}/truenorth").status_code == 404


def test_remote_links_are_upserted_by_global_id_and_omissions_become_null(jira: Jira) -> None:
    path = f"issue/{fresh(jira)}/remotelink"
    link = {"globalId": "kr=A", "relationship": "serves", "object": {"url": "https://x/kr/A", "title": "A"}}
    first = jira.post(path, json=link | {"object": {**link["object"], "summary": "old"}})  # type: ignore[dict-item]
    again = jira.post(path, json={"globalId": "kr=A", "object": link["object"]})
    other = jira.post(path, json={"object": link["object"]})
    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 201]
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    shown = jira.get(path, params={"globalId": "kr=A"}).json()
    assert (shown["relationship"], shown["object"]["summary"]) == (None, None)
    assert len(jira.get(path).json()) == 2
    assert jira.post(path, json={"globalId": "x" * 256, "object": link["object"]}).status_code == 400
    assert jira.delete(path, params={"globalId": "kr=A"}).status_code == 204
    assert jira.get(path, params={"globalId": "kr=A"}).status_code == 404


def test_a_person_can_move_work_on_and_back(jira: Jira) -> None:
    key = fresh(jira)
    offered = {t["name"]: t["id"] for t in jira.get(f"issue/{key}/transitions").json()["transitions"]}
    done = {"transition": {"id": offered["Done"]}, "fields": {"resolution": {"name": "Won't Do"}}}
    assert jira.post(f"issue/{key}/transitions", json=done).status_code == 204
    fields = jira.issue(key)["fields"]
    assert fields["status"]["statusCategory"]["key"] == "done"
    assert fields["resolution"]["name"] == "Won't Do"
    assert fields["resolutiondate"] == fields["statuscategorychangedate"] == fields["updated"]
    jira.post(f"issue/{key}/transitions", json={"transition": {"id": offered["To Do"]}})
    assert jira.issue(key)["fields"]["resolution"] is None
    assert jira.post(f"issue/{key}/transitions", json={"transition": {"id": "1"}}).status_code == 400


def test_a_refused_creation_leaves_nothing_behind(jira: Jira) -> None:
    last = jira.site.projects["WEB"].last_number
    good = {"project": {"key": "WEB"}, "issuetype": {"name": "Task"}, "summary": "x"}
    for change in (
        {"project": {"key": "NOPE"}},
        {"issuetype": {"name": "Initiative"}},
        {"summary": ""},
        {PROGRESS: "much"},
        {"issuetype": {"name": "Sub-task"}},
        {"issuetype": {"name": "Sub-task"}, "parent": {"key": "WEB-1"}},
    ):
        assert jira.post("issue", json={"fields": good | change}).status_code == 400
    assert jira.site.projects["WEB"].last_number == last
    epic = jira.issue("WEB-1")["id"]
    assert all(int(n) in jira.site.issues for n in jira.site.issues[int(epic)].children)


def test_a_new_issue_hangs_where_it_was_put(jira: Jira) -> None:
    key = fresh(jira, parent={"key": "WEB-2"})
    assert jira.issue(key)["fields"]["parent"]["key"] == "WEB-2"
    assert key in jira.keys("parent = WEB-2")
    below = fresh(jira, kind="Sub-task", parent={"key": key})
    assert [sub["key"] for sub in jira.issue(key)["fields"]["subtasks"]] == [below]
    jira.put(f"issue/{key}", json={"update": {"parent": [{"set": {"none": True}}]}})
    assert "parent" not in jira.issue(key)["fields"]
    assert jira.delete(f"issue/{key}").status_code == 400
    assert jira.delete(f"issue/{key}", params={"deleteSubtasks": "true"}).status_code == 204
    assert jira.get(f"issue/{below}").status_code == 404


def test_a_blocking_link_is_seen_from_both_ends(jira: Jira) -> None:
    issue = next(i for i in jira.site.issues.values() if any(k.type.name == "Blocks" for k in i.links))
    link = next(link for link in issue.links if link.type.name == "Blocks")
    blocker, blocked = (jira.issue(str(n))["fields"]["issuelinks"] for n in (link.source, link.target))
    (out,) = [entry for entry in blocker if entry["id"] == str(link.id)]
    (into,) = [entry for entry in blocked if entry["id"] == str(link.id)]
    assert out["outwardIssue"]["id"] == str(link.target)
    assert into["inwardIssue"]["id"] == str(link.source)
    assert into["type"]["inward"] == "is blocked by"
