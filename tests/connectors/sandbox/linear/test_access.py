"""Who may do what in the Linear workspace: apps, scopes, private teams, limits of single fields.

The facts are those of contracts/linear.md, sections 2, 3, 7 and 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_linear_client import ANN, APP, INES, Linear

COMMENT = (
    "mutation ($i: CommentCreateInput!) { commentCreate(input: $i)"
    " { comment { id user { id } botActor { name userDisplayName } } } }"
)
LABEL = "mutation ($i: IssueLabelCreateInput!) { issueLabelCreate(input: $i) { issueLabel { id } } }"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(200, seed=6)) as sandbox:
        yield sandbox


@pytest.fixture
def linear(sandbox: Sandbox) -> Linear:
    return Linear(sandbox.url, sandbox.world.linear)


def some_issue(linear: Linear, key: str = "ENG") -> Issue:
    return next(issue for issue in linear.space.team(key).issues if issue.archived_at is None)


# --- Apps ----------------------------------------------------------------------------------------


def test_an_app_token_acts_as_the_app_user_with_an_apps_quota(linear: Linear) -> None:
    assert linear.data("{ viewer { app isMe } }", APP)["viewer"] == {"app": True, "isMe": True}
    headers = linear.post("{ viewer { id } }", APP).headers
    assert headers["X-RateLimit-Requests-Limit"] == "5000"
    assert headers["X-RateLimit-Complexity-Limit"] == "2000000"


def test_an_app_token_needs_the_word_bearer(linear: Linear) -> None:
    linear.error("{ viewer { id } }", 401, APP.removeprefix("Bearer "))


def test_only_an_app_may_write_for_somebody_else(linear: Linear) -> None:
    given = {"issueId": some_issue(linear).id, "body": "Hi", "createAsUser": "Zoe"}
    assert "actor=app" in linear.error(COMMENT, i=given)["extensions"]["userPresentableMessage"]
    comment = linear.data(COMMENT, APP, i=given)["commentCreate"]["comment"]
    assert comment["user"] is None
    assert comment["botActor"] == {"name": "Truenorth app", "userDisplayName": "Zoe"}


def test_an_app_writes_as_itself_and_may_edit_what_it_wrote(linear: Linear) -> None:
    edit = 'mutation ($id: String!) { commentUpdate(id: $id, input: {body: "New"}) { success } }'
    for more in ({}, {"createAsUser": "Zoe"}):
        given = {"issueId": some_issue(linear).id, "body": "Hi", **more}
        made = linear.data(COMMENT, APP, i=given)["commentCreate"]["comment"]["id"]
        assert linear.data(edit, APP, id=made)["commentUpdate"]["success"]
        assert linear.error(edit, id=made)["extensions"]["type"] == "forbidden"


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        ("{ initiatives { nodes { id } } }", "`initiative:read` or `initiative:write`"),
        ('mutation { issueDelete(id: "x") { success } }', "`write`"),
        ('mutation { initiativeDelete(id: "x") { success } }', "`initiative:write`"),
    ],
    ids=["initiatives", "write", "initiative-write"],
)
def test_a_missing_scope_refuses_the_whole_reply(linear: Linear, query: str, needed: str) -> None:
    ann = linear.space.user_by_token(ANN)
    assert ann is not None
    error = linear.error(query, 400, linear.space.grant("lin_api_reader", ann, ["read"]))
    assert error["message"] == f"Invalid scope: {needed} required"


def test_a_key_may_be_good_for_comments_only(linear: Linear) -> None:
    ann = linear.space.user_by_token(ANN)
    assert ann is not None
    token = linear.space.grant("lin_api_talker", ann, ["read", "comments:create"])
    issue = some_issue(linear)
    linear.data(COMMENT, token, i={"issueId": issue.id, "body": "Hi"})
    retitle = 'mutation ($id: String!) { issueUpdate(id: $id, input: {title: "X"}) { success } }'
    linear.error(retitle, 400, token, id=issue.id)


# --- Teams out of reach --------------------------------------------------------------------------

EVERYTHING = """{
    teams { nodes { key } }
    issues(first: 250, includeArchived: true) { nodes { id identifier } }
    comments(first: 250) { nodes { issue { identifier } } }
    workflowStates(first: 250) { nodes { team { key } } }
    projects(includeArchived: true) { nodes { name } }
}"""


def keys_in(value: Any) -> set[str]:
    """The team keys that a reply tells of."""
    if isinstance(value, dict):
        own = {value["key"]} if "key" in value else set()
        own |= {value["identifier"].partition("-")[0]} if "identifier" in value else set()
        return own.union(*(keys_in(one) for one in value.values()))
    return set().union(*(keys_in(one) for one in value)) if isinstance(value, list) else set()


def test_a_private_team_is_absent_for_those_outside(linear: Linear) -> None:
    team, hidden = linear.space.team("PEO"), some_issue(linear, "PEO")
    assert "PEO" in keys_in(linear.data(EVERYTHING))
    team.visibility = "private"
    seen = linear.data(EVERYTHING)
    assert keys_in(seen) == {"ENG", "MOB"}
    assert "Handbook" not in {project["name"] for project in seen["projects"]["nodes"]}
    member = f"sandbox-person-token:{team.members[0].email}"
    assert "PEO" in keys_in(linear.data(EVERYTHING, member))
    read = "query ($id: String!) { issue(id: $id) { id } }"
    assert linear.error(read, id=hidden.id)["message"].startswith("Entity not found")
    comment = "mutation ($i: CommentCreateInput!) { commentCreate(input: $i) { success } }"
    assert linear.error(comment, i={"issueId": hidden.id})["message"].startswith("Entity not found")
    linear.data(read, member, id=hidden.id)


def test_a_key_can_be_limited_to_teams(linear: Linear) -> None:
    ines = linear.space.user_by_token(INES)
    assert ines is not None
    token = linear.space.grant("lin_api_limited", ines, teams=["MOB"])
    assert keys_in(linear.data(EVERYTHING, token)) == {"MOB"}


def test_a_row_of_a_hidden_team_is_null_where_it_may_be(linear: Linear) -> None:
    parent, child = some_issue(linear, "PEO"), some_issue(linear, "ENG")
    move = "mutation ($id: String!, $p: String) { issueUpdate(id: $id, input: {parentId: $p}) { success } }"
    linear.data(move, id=child.id, p=parent.id)
    read = "query ($id: String!) { issue(id: $id) { parent { id } } }"
    assert linear.data(read, id=child.id)["issue"]["parent"] == {"id": parent.id}
    linear.space.team("PEO").visibility = "private"
    assert linear.data(read, id=child.id)["issue"]["parent"] is None


def test_label_management_can_be_kept_to_admins(linear: Linear) -> None:
    linear.space.labels_by_admins = True
    error = linear.error(LABEL, i={"name": "fresh"})
    assert error["extensions"]["type"] == "forbidden"
    linear.data(LABEL, INES, i={"name": "fresh"})


# --- Limits and partial replies ------------------------------------------------------------------


def test_searches_have_a_limit_of_their_own(sandbox: Sandbox, linear: Linear) -> None:
    linear.space.searches = 2.0
    search = '{ searchIssues(term: "the") { totalCount nodes { id title } } }'
    found = linear.post(search)
    assert found.json()["data"]["searchIssues"]["totalCount"] > 0
    assert found.headers["X-RateLimit-Endpoint-Name"] == "searchIssues"
    assert found.headers["X-RateLimit-Endpoint-Requests-Limit"] == "2"
    linear.data(search)
    refused = linear.error(search, 400)
    assert refused["message"].endswith("Only 2 requests are allowed per 1 minute.")
    assert refused["extensions"]["code"] == "RATELIMITED"
    linear.data('{ searchProjects(term: "api") { nodes { name } } }')
    assert "X-RateLimit-Endpoint-Name" not in linear.post("{ viewer { id } }").headers
    loopback.post(f"{sandbox.url}/__clock", json={"advance_seconds": 61}).raise_for_status()
    linear.data(search)


def test_search_finds_words_wherever_they_are_and_titles_first(linear: Linear) -> None:
    make = "mutation ($i: IssueCreateInput!) { issueCreate(input: $i) { issue { id } } }"
    team = linear.space.team("ENG").id
    for title, text in (("Other", "a Quokka in the text"), ("The quokka bug", None), ("Unlike", None)):
        linear.data(make, i={"teamId": team, "title": title, "description": text})
    found = linear.data('{ searchIssues(term: "QUOKKA") { totalCount nodes { title metadata } } }')
    assert [row["title"] for row in found["searchIssues"]["nodes"]] == ["The quokka bug", "Other"]


def test_a_failure_below_a_nullable_field_leaves_the_rest(linear: Linear) -> None:
    child = next(issue for issue in linear.space.issues.values() if issue.parent is not None)
    query = "query ($id: String!) { issue(id: $id) { identifier parent { children(first: 251) { nodes { id } } } } }"
    response = linear.post(query, id=child.id)
    assert response.status_code == 200
    body = response.json()
    assert body["data"] == {"issue": {"identifier": child.identifier, "parent": None}}
    assert body["errors"][0]["path"] == ["issue", "parent", "children"]


@pytest.mark.parametrize("status", [200, 400], ids=["200", "400"])
def test_a_reused_id_clashes_with_the_status_that_is_set(linear: Linear, status: int) -> None:
    linear.space.conflict_status = status
    given = {"issueId": some_issue(linear).id, "id": "3d1f6a52-7f0e-4c3a-9b1e-0f6f1c2d3e4a"}
    linear.data(COMMENT, i=given)
    assert linear.error(COMMENT, status, i=given)["message"] == "conflict on insert of Comment"
