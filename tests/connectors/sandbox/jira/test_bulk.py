"""Many issues in one request: bulk edits and their queue, properties of many, the jobs behind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.jira.moves import archive
from tests.support.sandbox_jira_client import ANN, SERVICE, Jira, running

NUMBER = "customfield_10102"
TEXT = "customfield_10101"


@pytest.fixture
def jira() -> Iterator[Jira]:
    """A site whose clock stands still."""
    with running(240) as client:
        client.sandbox.call(lambda: client.sandbox.world.clock.run_at(0))
        client.sandbox.call(client.site.limits.off)
        yield client


def wait(jira: Jira, seconds: float) -> None:
    jira.sandbox.call(lambda: jira.sandbox.world.clock.advance(timedelta(seconds=seconds)))


def labelled(keys: list[str], *labels: str, verb: str = "ADD", **more: Any) -> dict[str, Any]:
    """A bulk edit of labels."""
    entry = {
        "fieldId": "labels",
        "bulkEditMultiSelectFieldOption": verb,
        "labels": [{"name": label} for label in labels],
    }
    return {
        "selectedIssueIdsOrKeys": keys,
        "selectedActions": ["labels"],
        "editedFieldsInput": {"labelsFields": [entry]},
        **more,
    }


def submit(jira: Jira, body: dict[str, Any]) -> str:
    reply = jira.post("bulk/issues/fields", json=body)
    assert reply.status_code == 201, reply.text
    number: str = reply.json()["taskId"]
    return number


def progress(jira: Jira, task: str) -> dict[str, Any]:
    found: dict[str, Any] = jira.get(f"bulk/queue/{task}").json()
    return found


def done(jira: Jira, body: dict[str, Any]) -> dict[str, Any]:
    task = submit(jira, body)
    wait(jira, 60)
    return progress(jira, task)


def test_a_bulk_edit_waits_runs_and_completes(jira: Jira) -> None:
    keys = jira.keys("project = WEB")[:40]
    jira.site.tasks.delay, jira.site.tasks.pace = 5, 0.5
    task = submit(jira, labelled(keys, "swept"))
    before = progress(jira, task)
    assert (before["status"], before["progressPercent"], "started" in before) == ("ENQUEUED", 0, False)
    assert jira.keys("labels = swept") == []
    wait(jira, 15)
    half = progress(jira, task)
    assert (half["status"], half["progressPercent"]) == ("RUNNING", 50)
    assert len(jira.keys("labels = swept")) == 20
    wait(jira, 60)
    after = progress(jira, task)
    assert (after["status"], after["totalIssueCount"]) == ("COMPLETE", 40)
    assert sorted(after["processedAccessibleIssues"]) == sorted(jira.site.keys[key] for key in keys)
    assert isinstance(after["created"], int)
    assert after["created"] < after["started"] < after["updated"]
    assert sorted(jira.keys("labels = swept")) == sorted(keys)


def test_complete_can_hold_failures(jira: Jira) -> None:
    web, hr, gone = "WEB-1", jira.keys("project = HR")[0], jira.keys("project = OPS")[0]
    body = {
        "selectedIssueIdsOrKeys": [web, hr, gone, "NONE-1"],
        "selectedActions": [NUMBER, TEXT],
        "editedFieldsInput": {
            "clearableNumberFields": [{"fieldId": NUMBER, "value": 12.5}],
            "singleLineTextFields": [{"fieldId": TEXT, "text": "GROWTH-KR1"}],
        },
    }
    task = submit(jira, body)
    issue = jira.site.issues[jira.site.keys[gone]]
    jira.sandbox.call(lambda: archive(jira.site, issue))
    wait(jira, 60)
    report = progress(jira, task)
    assert report["status"] == "COMPLETE"
    assert report["processedAccessibleIssues"] == [jira.site.keys[web]]
    assert set(report["failedAccessibleIssues"]) == {str(jira.site.keys[hr]), str(issue.id)}
    assert any(
        "appropriate screen" in text for text in report["failedAccessibleIssues"][str(jira.site.keys[hr])]
    )
    assert report["invalidOrInaccessibleIssueCount"] == 1
    fields = jira.issue(web)["fields"]
    assert (fields[NUMBER], fields[TEXT]) == (12.5, "GROWTH-KR1")
    clear = body | {"selectedActions": [NUMBER], "selectedIssueIdsOrKeys": [web]}
    clear["editedFieldsInput"] = {"clearableNumberFields": [{"fieldId": NUMBER}]}
    done(jira, clear)
    assert jira.issue(web)["fields"][NUMBER] is None


def test_labels_know_four_verbs(jira: Jira) -> None:
    jira.put("issue/WEB-1", json={"fields": {"labels": ["mine", "swept"]}})
    for verb, given, expected in (
        ("ADD", ["new", "mine"], ["mine", "swept", "new"]),
        ("REMOVE", ["swept", "absent"], ["mine", "new"]),
        ("REPLACE", ["a", "b"], ["a", "b"]),
        ("REMOVE_ALL", [], []),
    ):
        done(jira, labelled(["WEB-1"], *given, verb=verb))
        assert jira.issue("WEB-1")["fields"]["labels"] == expected, verb


def test_a_status_and_a_priority_in_bulk(jira: Jira) -> None:
    body = {
        "selectedIssueIdsOrKeys": ["WEB-1", jira.keys("project = OPS")[0]],
        "selectedActions": ["status", "priority"],
        "editedFieldsInput": {"status": {"statusId": "10003"}, "priority": {"priorityId": "1"}},
    }
    report = done(jira, body)
    assert report["processedAccessibleIssues"] == [jira.site.keys["WEB-1"]]
    assert len(report["failedAccessibleIssues"]) == 1
    fields = jira.issue("WEB-1")["fields"]
    assert (fields["status"]["name"], fields["priority"]["name"]) == ("Done", "Highest")


WRONG: dict[str, dict[str, Any]] = {
    "not-selected": {"selectedActions": ["priority"]},
    "no-actions": {"selectedActions": []},
    "no-issues": {"selectedIssueIdsOrKeys": []},
    "too-many-issues": {"selectedIssueIdsOrKeys": [f"WEB-{n}" for n in range(1001)]},
    "too-many-fields": {"selectedActions": ["labels", *(f"customfield_{n}" for n in range(200))]},
    "no-input": {"editedFieldsInput": {}},
    "unknown-list": {"editedFieldsInput": {"labelFields": []}},
    "unknown-member": {"startAt": 0},
    "wrong-type": {
        "selectedActions": [TEXT],
        "editedFieldsInput": {"clearableNumberFields": [{"fieldId": TEXT, "value": 1}]},
    },
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_bad_bulk_edit_is_refused_in_its_own_words(jira: Jira, change: dict[str, Any]) -> None:
    reply = jira.post("bulk/issues/fields", json=labelled(["WEB-1"], "x") | change)
    assert reply.status_code == 400
    assert set(reply.json()) == {"errors"}
    assert reply.json()["errors"][0]["message"]


def test_five_bulk_edits_at_once_and_no_more(jira: Jira) -> None:
    for _ in range(5):
        submit(jira, labelled(["WEB-1"], "x"))
    assert jira.post("bulk/issues/fields", json=labelled(["WEB-1"], "x")).status_code == 429
    wait(jira, 60)
    submit(jira, labelled(["WEB-1"], "x"))


def test_a_bulk_edit_needs_the_permission(jira: Jira) -> None:
    jira.sandbox.call(lambda: jira.site.permissions.take(SERVICE[0], "BULK_CHANGE"))
    assert jira.post("bulk/issues/fields", json=labelled(["WEB-1"], "x")).status_code == 400
    assert jira.get("bulk/issues/fields?issueIdsOrKeys=WEB-1").status_code == 403
    with jira.acting_as(None) as nobody:
        assert nobody.post("bulk/issues/fields", json=labelled(["WEB-1"], "x")).status_code == 401


def test_one_mail_tells_of_all_or_none_is_sent(jira: Jira) -> None:
    keys = jira.keys("project = WEB")[:10]
    for wanted, mails in ((False, 0), (True, 1)):
        jira.sandbox.call(jira.site.notifications.clear)
        done(jira, labelled(keys, f"mail-{wanted}".lower(), sendBulkNotification=wanted))
        assert len(jira.site.notifications) == mails


def test_the_fields_of_a_bulk_edit_come_in_pages(jira: Jira) -> None:
    plugin = "com.atlassian.jira.plugin.system.customfieldtypes"
    made = []
    for number in range(50):
        body = {"name": f"Bulk {number}", "type": f"{plugin}:float"}
        made.append(jira.post("field", json=body).json()["id"])
    association = {
        "fields": [{"type": "FIELD_ID", "identifier": field} for field in made],
        "associationContexts": [{"type": "PROJECT_ID", "identifier": 10000}],
    }
    assert jira.put("field/association", json=association).status_code == 204
    asked = {"issueIdsOrKeys": f"WEB-1,{jira.keys('project = OPS')[0]}"}
    first = jira.get("bulk/issues/fields", params=asked).json()
    assert len(first["fields"]) == 50
    rest = jira.get("bulk/issues/fields", params=asked | {"startingAfter": first["startingAfter"]}).json()
    assert "startingAfter" not in rest
    report = {row["id"]: row for row in first["fields"] + rest["fields"]}
    assert set(made) < set(report)
    assert "unavailableMessage" in report[made[0]]
    assert "unavailableMessage" not in report["labels"]
    assert report["labels"]["multiSelectFieldOptions"] == ["ADD", "REMOVE", "REPLACE", "REMOVE_ALL"]
    back = jira.get("bulk/issues/fields", params=asked | {"endingBefore": rest["endingBefore"]}).json()
    assert back["fields"] == first["fields"]


def job(jira: Jira, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The finished job that a request leads to by its Location, which nobody follows blindly."""
    reply = jira.post(path, json=body)
    assert (reply.status_code, reply.content) == (303, b""), reply.text
    assert jira.get(reply.headers["Location"]).json()["status"] == "ENQUEUED"
    wait(jira, 60)
    found: dict[str, Any] = jira.get(reply.headers["Location"]).json()
    return found


def test_the_same_properties_reach_all_issues_or_none(jira: Jira) -> None:
    ids = [int(number) for number in jira.ids("project = WEB")[:20]]
    body = {"entitiesIds": ids, "properties": {"truenorth": {"v": 1}}}
    assert job(jira, "issue/properties", body)["status"] == "COMPLETE"
    assert all(jira.site.issues[n].properties["truenorth"] == {"v": 1} for n in ids)
    body = {"entitiesIds": [*ids, 1], "properties": {"truenorth": {"v": 2}}}
    failed = job(jira, "issue/properties", body)
    assert (failed["status"], bool(failed["message"])) == ("FAILED", True)
    assert all(jira.site.issues[n].properties["truenorth"] == {"v": 1} for n in ids)


def test_properties_of_their_own_fail_one_by_one(jira: Jira) -> None:
    good = jira.site.keys["WEB-1"]
    rows = [{"issueID": number, "properties": {"truenorth": {"n": number}}} for number in (good, 1)]
    report = job(jira, "issue/properties/multi", {"issues": rows})
    assert report["status"] == "COMPLETE"
    assert set(report["result"]["failed"]) == {"1"}
    assert jira.get("issue/WEB-1/properties/truenorth").json()["value"] == {"n": good}


def take(jira: Jira, body: dict[str, Any]) -> set[int]:
    """The issues that still bear the property after a bulk deletion by this filter."""
    reply = jira.request("DELETE", "issue/properties/truenorth", json=body)
    assert (reply.status_code, reply.content) == (303, b""), reply.text
    wait(jira, 60)
    assert jira.get(reply.headers["Location"]).json()["status"] == "COMPLETE"
    return {number for number, issue in jira.site.issues.items() if "truenorth" in issue.properties}


def test_a_property_goes_from_the_issues_that_the_filter_takes(jira: Jira) -> None:
    ids = [int(number) for number in jira.ids("project = WEB")[:20]]
    for part, value in ((ids[:10], {"v": 1}), (ids[10:], {"v": 2})):
        job(jira, "issue/properties", {"entitiesIds": part, "properties": {"truenorth": value}})
    # Ids of no issue are passed over.
    assert take(jira, {"entityIds": [*ids[:2], 1]}) == set(ids[2:])
    assert take(jira, {"currentValue": {"v": 2}, "entityIds": ids[:11]}) == {*ids[2:10], *ids[11:]}
    assert take(jira, {"entityIds": []}) == {*ids[2:10], *ids[11:]}
    assert take(jira, {"currentValue": {"v": 2}}) == set(ids[2:10])
    assert take(jira, {}) == set()


def test_a_property_stays_where_the_account_may_not_edit(jira: Jira) -> None:
    ids = [int(number) for number in jira.ids("project = WEB")[:4]]
    job(jira, "issue/properties", {"entitiesIds": ids, "properties": {"truenorth": 1}})
    jira.sandbox.call(lambda: jira.site.permissions.take(SERVICE[0], "EDIT_ISSUES"))
    assert take(jira, {"entityIds": ids}) == set(ids)


@pytest.mark.parametrize("body", [None, {"entityIds": ["WEB-1"]}, {"entityIds": 1}, {"entitiesIds": [1]}])
def test_a_bulk_deletion_without_a_good_filter_is_refused(jira: Jira, body: Any) -> None:
    sent = {} if body is None else {"json": body}
    headers = {"Content-Type": "application/json"}
    reply = jira.request("DELETE", "issue/properties/truenorth", headers=headers, **sent)
    assert reply.status_code == 400


MANY = {f"p{n}": n for n in range(11)}
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "too-many-properties": ("issue/properties", {"entitiesIds": [1], "properties": MANY}),
    "none": ("issue/properties", {"entitiesIds": [1], "properties": {}}),
    "too-many-issues": ("issue/properties", {"entitiesIds": list(range(10_001)), "properties": {"a": 1}}),
    "too-long": ("issue/properties", {"entitiesIds": [1], "properties": {"a": "x" * 32_768}}),
    "multi-too-many": (
        "issue/properties/multi",
        {"issues": [{"issueID": 1, "properties": {"a": 1}}] * 101},
    ),
    "multi-keys": ("issue/properties/multi", {"issues": [{"issueID": "WEB-1", "properties": {"a": 1}}]}),
}


@pytest.mark.parametrize(("path", "body"), REFUSED.values(), ids=REFUSED)
def test_bad_properties_are_refused_at_once(jira: Jira, path: str, body: dict[str, Any]) -> None:
    assert jira.post(path, json=body).status_code == 400


def test_a_job_is_seen_by_who_started_it_and_by_administrators(jira: Jira) -> None:
    body = {"entitiesIds": [jira.site.keys["WEB-1"]], "properties": {"a": 1}}
    with jira.acting_as(ANN) as ann:
        address = ann.post("issue/properties", json=body).headers["Location"]
        assert ann.get(address).status_code == 200
        assert jira.get(address).status_code == 200
        address = jira.post("issue/properties", json=body).headers["Location"]
        assert ann.get(address).status_code == 403
    assert jira.get("task/1").status_code == 404
    wait(jira, 15 * 24 * 3600)
    jira.get("myself")
    assert jira.get(address).status_code == 404


def test_the_report_of_limits_tells_who_is_near(jira: Jira) -> None:
    report = jira.get("issue/limit/report").json()
    assert report["limits"]["comment"] == 5000
    assert report["issuesApproachingLimit"] == report["issuesBreachingLimit"] == {}
    issue = jira.site.issues[jira.site.keys["WEB-1"]]
    jira.post("issue/WEB-1/remotelink", json={"object": {"url": "https://x.example", "title": "x"}})
    jira.sandbox.call(lambda: issue.remote_links.extend(issue.remote_links * 1700))
    report = jira.get("issue/limit/report?isReturningKeys=true").json()
    assert report["issuesApproachingLimit"] == {"remoteIssueLinks": {"WEB-1": 1701}}
