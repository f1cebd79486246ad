"""What an account lacks is hidden, refused, or named a bad field: each in Jira's own way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.support.sandbox_jira_client import ANN, SERVICE, Jira, paragraph, running

LINK = {"object": {"url": "https://x.example", "title": "x"}}
SAID = {"body": paragraph("x")}
NEW = {"fields": {"project": {"key": "WEB"}, "issuetype": {"name": "Task"}, "summary": "x"}}
REFUSALS: dict[str, tuple[str, str, str, Any, int]] = {
    "comment": ("ADD_COMMENTS", "POST", "issue/WEB-1/comment", SAID, 400),
    "edit": ("EDIT_ISSUES", "PUT", "issue/WEB-1", {"fields": {"summary": "x"}}, 400),
    "remark": ("ADD_COMMENTS", "PUT", "issue/WEB-1", {"update": {"comment": [{"add": SAID}]}}, 400),
    "property": ("EDIT_ISSUES", "PUT", "issue/WEB-1/properties/a", 1, 403),
    "web-link": ("LINK_ISSUES", "POST", "issue/WEB-1/remotelink", LINK, 403),
    "link": (
        "LINK_ISSUES",
        "POST",
        "issueLink",
        {"type": {"name": "Blocks"}, "inwardIssue": {"key": "WEB-1"}, "outwardIssue": {"key": "WEB-2"}},
        404,
    ),
    "delete": ("DELETE_ISSUES", "DELETE", "issue/WEB-1?deleteSubtasks=true", None, 403),
    "assign": ("ASSIGN_ISSUES", "PUT", "issue/WEB-1/assignee", {"accountId": None}, 403),
    "transition": (
        "TRANSITION_ISSUES",
        "POST",
        "issue/WEB-1/transitions",
        {"transition": {"id": "10003"}},
        400,
    ),
    "create": ("CREATE_ISSUES", "POST", "issue", NEW, 400),
    "browse": ("BROWSE_PROJECTS", "GET", "issue/WEB-1", None, 404),
}


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with running(100) as client:
        yield client


@pytest.mark.parametrize(("name", "method", "path", "body", "status"), REFUSALS.values(), ids=REFUSALS)
def test_each_missing_permission_has_its_own_refusal(
    jira: Jira, name: str, method: str, path: str, body: Any, status: int
) -> None:
    web = jira.site.projects["WEB"].id
    jira.sandbox.call(lambda: jira.site.permissions.take(ANN[0], name, project=web))
    try:
        with jira.acting_as(ANN) as ann:
            before = jira.issue("WEB-1")
            reply = ann.request(method, path, json=body)
            assert reply.status_code == status, reply.text
            assert reply.json()["errorMessages"] or reply.json()["errors"]
            assert jira.issue("WEB-1") == before
            for project, expected in (("WEB", False), ("OPS", True)):
                asked = ann.get("mypermissions", params={"permissions": name, "projectKey": project})
                granted = asked.json().get("permissions", {}).get(name, {}).get("havePermission", False)
                assert granted is expected
            anywhere = ann.get("mypermissions", params={"permissions": name}).json()["permissions"]
            assert anywhere[name]["havePermission"] is True
    finally:
        jira.sandbox.call(lambda: jira.site.permissions.give(ANN[0], name, project=web))


def test_without_the_edit_permission_no_field_is_on_the_screen(jira: Jira) -> None:
    jira.sandbox.call(lambda: jira.site.permissions.take(ANN[0], "EDIT_ISSUES"))
    with jira.acting_as(ANN) as ann:
        body = {"fields": {"summary": "x"}, "update": {"labels": [{"add": "y"}]}}
        errors = ann.put("issue/WEB-1", json=body).json()["errors"]
    jira.sandbox.call(lambda: jira.site.permissions.give(ANN[0], "EDIT_ISSUES"))
    assert set(errors) == {"summary", "labels"}
    assert all("not on the appropriate screen" in text for text in errors.values())


def test_the_comment_refusal_names_the_person(jira: Jira) -> None:
    jira.sandbox.call(lambda: jira.site.permissions.take(ANN[0], "ADD_COMMENTS"))
    with jira.acting_as(ANN) as ann:
        reply = ann.post("issue/WEB-1/comment", json=SAID).json()
    jira.sandbox.call(lambda: jira.site.permissions.give(ANN[0], "ADD_COMMENTS"))
    assert reply["errorMessages"] == ["Ann Lee, you do not have the permission to comment on this issue."]


def test_own_comments_can_be_out_of_reach_too(jira: Jira) -> None:
    number = jira.post("issue/WEB-1/comment", json=SAID).json()["id"]
    path = f"issue/WEB-1/comment/{number}"
    for name, method, body in (("EDIT_OWN_COMMENTS", "PUT", SAID), ("DELETE_OWN_COMMENTS", "DELETE", None)):
        jira.sandbox.call(partial(jira.site.permissions.take, SERVICE[0], name))
        assert jira.request(method, path, json=body).status_code == 400
        jira.sandbox.call(partial(jira.site.permissions.give, SERVICE[0], name))
        assert jira.request(method, path, json=body).status_code in (200, 204)


def test_a_permission_that_there_is_not_cannot_be_taken(jira: Jira) -> None:
    with pytest.raises(KeyError):
        jira.sandbox.call(lambda: jira.site.permissions.take(ANN[0], "FLY"))
    assert jira.get("mypermissions?permissions=FLY").status_code == 400
