"""Mutations of the Linear workspace over real HTTP: what is stored, what moves, what is refused.

The facts are those of contracts/linear.md, sections 8 to 14.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.sandbox_linear_client import ANN, Linear

UPDATE = "mutation ($id: String!, $i: IssueUpdateInput!) { issueUpdate(id: $id, input: $i) { success issue { updatedAt labelIds } } }"
COMMENT = "mutation ($i: CommentCreateInput!) { commentCreate(input: $i) { comment { id body user { name } issue { id } } } }"
EDIT = (
    "mutation ($id: String!, $b: String!, $s: Boolean) { commentUpdate(id: $id, input: {body: $b}, skipEditedAt: $s)"
    " { comment { body editedAt updatedAt } } }"
)
ATTACH = (
    "mutation ($i: AttachmentCreateInput!) { attachmentCreate(input: $i)"
    " { attachment { id title subtitle metadata url } } }"
)
LABEL = (
    "mutation ($i: IssueLabelCreateInput!, $r: Boolean) { issueLabelCreate(input: $i, replaceTeamLabels: $r)"
    " { issueLabel { id name isGroup parent { name } team { key } } } }"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(120, seed=2)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def linear(sandbox: Sandbox) -> Linear:
    return Linear(sandbox.url, sandbox.world.linear)


@pytest.fixture
def issue(linear: Linear) -> Issue:
    """A new issue of the engineers, of this test alone."""
    team = linear.space.team("ENG")
    made = linear.data(
        'mutation ($t: String!) { issueCreate(input: {teamId: $t, title: "Of a test"}) { issue { id } } }',
        t=team.id,
    )
    return linear.space.issues[made["issueCreate"]["issue"]["id"]]


def label(linear: Linear, name: str) -> str:
    return next(one.id for one in linear.space.labels.values() if one.name == name)


def mark(issue: Issue, linear: Linear, *names: str) -> None:
    linear.data(UPDATE, id=issue.id, i={"labelIds": [label(linear, name) for name in names]})


def shown(issue: Issue) -> set[str]:
    return {one.name for one in issue.labels}


# --- updatedAt -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ({"title": "Another"}, True),
        ({"priority": 2}, True),
        ({"dueDate": "2026-12-01"}, True),
        ({"sortOrder": 4.5}, False),
        ({"title": "Of a test"}, False),  # says what is there already
        ({"labelIds": []}, False),
    ],
    ids=str,
)
def test_only_a_meaningful_change_moves_updated_at(
    linear: Linear, issue: Issue, change: dict[str, Any], moves: bool
) -> None:
    before = issue.updated_at
    linear.data(UPDATE, id=issue.id, i=change)
    assert (issue.updated_at > before) is moves


def test_labels_move_updated_at_and_comments_attachments_and_the_archive_do_not(
    linear: Linear, issue: Issue
) -> None:
    before = issue.updated_at
    linear.data(COMMENT, i={"issueId": issue.id, "body": "Hello"})
    linear.data(ATTACH, i={"issueId": issue.id, "title": "A", "url": "https://acme.example/a"})
    assert issue.updated_at == before
    mark(issue, linear, "Bug")
    after = issue.updated_at
    assert after > before
    linear.data("mutation ($id: String!) { issueArchive(id: $id) { success } }", id=issue.id)
    assert issue.updated_at == after
    assert issue.archived_at is not None


def test_what_is_not_established_can_be_switched(sandbox: Sandbox, linear: Linear, issue: Issue) -> None:
    before, usual = issue.updated_at, linear.space.meaningful
    sandbox.call(lambda: setattr(linear.space, "meaningful", usual | {"comment"}))
    linear.data(COMMENT, i={"issueId": issue.id, "body": "Hello"})
    sandbox.call(lambda: setattr(linear.space, "meaningful", usual))
    assert issue.updated_at > before


# --- Labels --------------------------------------------------------------------------------------


def test_label_ids_replace_and_deltas_leave_the_rest_alone(linear: Linear, issue: Issue) -> None:
    mark(issue, linear, "Bug", "ktlo")
    added = {"addedLabelIds": [label(linear, "security")], "removedLabelIds": [label(linear, "Bug")]}
    linear.data(UPDATE, id=issue.id, i=added)
    assert shown(issue) == {"ktlo", "security"}
    mark(issue, linear, "Feature")
    assert shown(issue) == {"Feature"}


def test_a_group_is_exclusive_and_a_swap_in_one_go_is_fine(linear: Linear, issue: Issue) -> None:
    mark(issue, linear, "GROWTH-KR2")
    other = label(linear, "TRUST-KR3")
    error = linear.error(UPDATE, id=issue.id, i={"addedLabelIds": [other]})
    assert error["message"] == "labelIds not exclusive child labels"
    assert error["extensions"]["code"] == "INPUT_ERROR"
    assert "GROWTH-KR2" in error["extensions"]["userPresentableMessage"]
    assert "TRUST-KR3" in error["extensions"]["userPresentableMessage"]
    assert shown(issue) == {"GROWTH-KR2"}
    linear.data(
        UPDATE, id=issue.id, i={"addedLabelIds": [other], "removedLabelIds": [label(linear, "GROWTH-KR2")]}
    )
    assert shown(issue) == {"TRUST-KR3"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Key result", "label is a group"),
        ("ios", "label not associated with team"),
        ("q3-launch", "label is retired"),
    ],
)
def test_labels_that_cannot_be_put_on_the_issue(
    linear: Linear, issue: Issue, name: str, message: str
) -> None:
    error = linear.error(UPDATE, id=issue.id, i={"addedLabelIds": [label(linear, name)]})
    assert error["message"] == message
    assert shown(issue) == set()


def test_one_label_at_a_time(linear: Linear, issue: Issue) -> None:
    one = "mutation ($id: String!, $l: String!) { %s(id: $id, labelId: $l) { success } }"
    linear.data(one.replace("%s", "issueAddLabel"), id=issue.id, l=label(linear, "Bug"))
    assert shown(issue) == {"Bug"}
    linear.data(one.replace("%s", "issueRemoveLabel"), id=issue.id, l=label(linear, "Bug"))
    assert shown(issue) == set()


def test_labels_are_made_in_groups_and_names_are_unique_in_both_scopes(linear: Linear) -> None:
    group = linear.data(LABEL, i={"name": "Sticky", "isGroup": True})["issueLabelCreate"]["issueLabel"]
    child = linear.data(LABEL, i={"name": "one", "parentId": group["id"]})["issueLabelCreate"]["issueLabel"]
    assert (group["isGroup"], child["parent"]) == (True, {"name": "Sticky"})
    refused = {
        "duplicate label name": [
            {"name": "KTLO"},
            {"name": "IOS"},
            {"name": "bug", "teamId": linear.space.team("ENG").id},
        ],
        "parent label is not a group": [{"name": "new", "parentId": child["id"]}],
    }
    for message, inputs in refused.items():
        for given in inputs:
            assert linear.error(LABEL, i=given)["message"] == message
    # Another team's name is free.
    linear.data(LABEL, i={"name": "hiring", "teamId": linear.space.team("ENG").id})


def test_a_workspace_label_can_fold_the_team_labels_of_its_name(linear: Linear, issue: Issue) -> None:
    mark(issue, linear, "needs-spec")
    made = linear.data(LABEL, i={"name": "Needs-Spec"}, r=True)["issueLabelCreate"]["issueLabel"]
    assert [one.id for one in issue.labels] == [made["id"]]


# --- Comments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("- a\n- b", "* a\n* b"),
        ("See [it](https://acme.example/x).", "See [it](<https://acme.example/x>)."),
        ("See [it](<https://acme.example/x>).", "See [it](<https://acme.example/x>)."),
        ("Hello<!-- hidden -->", "Hello"),
        ("| a | b |\n|----|:----|\n| 1 | 2 |", "| a | b |\n| -- | :-- |\n| 1 | 2 |"),
        ("```\n- a [t](u)\n```", "```\n- a [t](u)\n```"),
        ("`[t](u)` and \\[x\\](y)", "`[t](u)` and \\[x\\](y)"),
    ],
)
def test_a_body_comes_back_normalised_and_then_stays(
    linear: Linear, issue: Issue, sent: str, stored: str
) -> None:
    made = linear.data(COMMENT, i={"issueId": issue.id, "body": sent})["commentCreate"]["comment"]
    assert made["body"] == stored
    again = linear.data(EDIT, id=made["id"], b=stored)["commentUpdate"]["comment"]
    assert again["body"] == stored


def test_a_comment_keeps_its_chosen_id_which_is_never_free_again(linear: Linear, issue: Issue) -> None:
    chosen = str(uuid.uuid4())
    given = {"id": chosen, "issueId": issue.identifier, "body": "Once"}
    made = linear.data(COMMENT, i=given)["commentCreate"]["comment"]
    assert made == {"id": chosen, "body": "Once", "user": {"name": "Truenorth"}, "issue": {"id": issue.id}}
    for _ in range(2):  # while it is there, and after it has gone
        error = linear.error(COMMENT, i=given)
        assert error["message"] == "conflict on insert of Comment"
        assert chosen in error["extensions"]["userPresentableMessage"]
        linear.post("mutation ($id: String!) { commentDelete(id: $id) { success } }", id=chosen)
    assert linear.error(EDIT, id=chosen, b="x")["message"].startswith("Entity not found")


def test_an_id_that_is_no_uuid_v4_is_refused(linear: Linear, issue: Issue) -> None:
    for given in ("abc", str(uuid.uuid5(uuid.NAMESPACE_URL, "https://acme.example"))):
        error = linear.error(COMMENT, i={"id": given, "issueId": issue.id, "body": "x"})
        assert error["extensions"]["code"] == "INVALID_INPUT"


def test_edits_tell_when_unless_asked_not_to(linear: Linear, issue: Issue) -> None:
    made = linear.data(COMMENT, i={"issueId": issue.id, "body": "One"})["commentCreate"]["comment"]
    quiet = linear.data(EDIT, id=made["id"], b="Two", s=True)["commentUpdate"]["comment"]
    assert (quiet["body"], quiet["editedAt"]) == ("Two", None)
    loud = linear.data(EDIT, id=made["id"], b="Three")["commentUpdate"]["comment"]
    assert loud["editedAt"] is not None


def test_another_authors_comment_is_refused(linear: Linear, issue: Issue) -> None:
    made = linear.data(COMMENT, ANN, i={"issueId": issue.id, "body": "Mine"})["commentCreate"]["comment"]
    assert linear.error(EDIT, id=made["id"], b="Yours")["extensions"]["type"] == "forbidden"
    gone = linear.error("mutation ($id: String!) { commentDelete(id: $id) { success } }", id=made["id"])
    assert gone["extensions"]["code"] == "FORBIDDEN"
    assert linear.space.comments[made["id"]].body == "Mine"


def test_a_bot_can_stay_out_of_the_subscribers(linear: Linear, issue: Issue) -> None:
    linear.data(COMMENT, ANN, i={"issueId": issue.id, "body": "x", "doNotSubscribeToIssue": True})
    assert "Ann Lee" not in {user.name for user in issue.subscribers}
    linear.data(COMMENT, ANN, i={"issueId": issue.id, "body": "x"})
    assert "Ann Lee" in {user.name for user in issue.subscribers}


def test_a_project_carries_comments_too_and_they_are_found_by_filter(linear: Linear) -> None:
    project = next(iter(linear.space.projects.values()))
    made = linear.data(COMMENT, i={"projectId": project.id, "body": "On course"})["commentCreate"]["comment"]
    assert made["issue"] is None
    found = linear.data(
        "query ($p: ID!) { comments(filter: {project: {id: {eq: $p}}, user: {isMe: {eq: true}}})"
        " { nodes { id projectId issueId } } }",
        p=project.id,
    )
    assert found["comments"]["nodes"] == [{"id": made["id"], "projectId": project.id, "issueId": None}]


@pytest.mark.parametrize("both", [True, False])
def test_a_comment_has_exactly_one_place(linear: Linear, issue: Issue, both: bool) -> None:
    project = next(iter(linear.space.projects))
    places = {"issueId": issue.id, "projectId": project} if both else {}
    assert linear.error(COMMENT, i={"body": "x", **places})["extensions"]["code"] == "INPUT_ERROR"


# --- Attachments, links --------------------------------------------------------------------------


def test_an_attachment_is_keyed_by_its_url_on_its_issue(linear: Linear, issue: Issue) -> None:
    given = {
        "issueId": issue.id,
        "title": "KR 1",
        "url": "https://okrs.example.com/kr/1",
        "metadata": {"n": 1, "s": "x"},
    }
    first = linear.data(ATTACH, i=given)["attachmentCreate"]["attachment"]
    second = linear.data(ATTACH, i=given | {"title": "KR 1 (40 %)", "subtitle": "40 %"})["attachmentCreate"]
    assert second["attachment"] == first | {"title": "KR 1 (40 %)", "subtitle": "40 %"}
    elsewhere = next(one for one in linear.space.issues.values() if one is not issue and not one.archived_at)
    linear.data(ATTACH, i=given | {"issueId": elsewhere.id})
    found = linear.data(
        "query ($u: String!) { attachmentsForURL(url: $u) { nodes { issue { id } } } }", u=given["url"]
    )
    assert {row["issue"]["id"] for row in found["attachmentsForURL"]["nodes"]} == {issue.id, elsewhere.id}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"metadata": {"flag": True}}, 200),
        ({"metadata": {"deep": {"a": 1}}}, 200),
        ({"metadata": {"none": None}}, 200),
        ({"url": "not a url"}, 200),
        ({"url": "javascript:alert(1)"}, 200),
        ({"title": None}, 400),
    ],
    ids=str,
)
def test_attachments_outside_the_contract_are_refused(
    linear: Linear, issue: Issue, change: dict[str, Any], status: int
) -> None:
    given = {"issueId": issue.id, "title": "A", "url": "https://acme.example/a"} | change
    linear.error(ATTACH, status, i=given)
    assert issue.attachments == []


def test_an_attachment_update_needs_the_title_and_keeps_what_is_not_named(
    linear: Linear, issue: Issue
) -> None:
    given = {"issueId": issue.id, "title": "A", "subtitle": "S", "url": "https://acme.example/a"}
    made = linear.data(ATTACH, i=given)["attachmentCreate"]["attachment"]
    update = (
        "mutation ($id: String!, $i: AttachmentUpdateInput!) { attachmentUpdate(id: $id, input: $i)"
        " { attachment { title subtitle } } }"
    )
    assert linear.error(update, 400, id=made["id"], i={"subtitle": "T"})
    changed = linear.data(update, id=made["id"], i={"title": "B"})["attachmentUpdate"]["attachment"]
    assert changed == {"title": "B", "subtitle": "S"}
    linear.data("mutation ($id: String!) { attachmentDelete(id: $id) { entityId } }", id=made["id"])
    assert issue.attachments == []


def test_external_links_come_change_and_go_on_a_project(linear: Linear) -> None:
    project = list(linear.space.projects.values())[1]
    made = linear.data(
        "mutation ($i: EntityExternalLinkCreateInput!) { entityExternalLinkCreate(input: $i)"
        " { entityExternalLink { id project { id } } } }",
        i={"projectId": project.id, "label": "KR", "url": "https://okrs.example.com/kr/1"},
    )["entityExternalLinkCreate"]["entityExternalLink"]
    linear.data(
        'mutation ($id: String!) { entityExternalLinkUpdate(id: $id, input: {label: "KR · 40 %"}) { success } }',
        id=made["id"],
    )
    seen = linear.data(
        "query ($id: String!) { project(id: $id) { externalLinks { nodes { id label url } } } }",
        id=project.id,
    )
    link = {"id": made["id"], "label": "KR · 40 %", "url": "https://okrs.example.com/kr/1"}
    assert seen["project"]["externalLinks"]["nodes"] == [link]
    linear.data("mutation ($id: String!) { entityExternalLinkDelete(id: $id) { success } }", id=made["id"])
    assert project.external_links == []


# --- Issues and projects -------------------------------------------------------------------------


def test_states_set_their_stamps_and_must_be_of_the_team(linear: Linear, issue: Issue) -> None:
    states = {state.name: state.id for state in issue.team.states}
    linear.data(UPDATE, id=issue.id, i={"stateId": states["In Review"]})
    assert issue.started_at is not None
    linear.data(UPDATE, id=issue.id, i={"stateId": states["Done"]})
    assert issue.completed_at is not None
    linear.data(UPDATE, id=issue.id, i={"stateId": states["Backlog"]})
    seen = linear.data("query ($id: String!) { issue(id: $id) { startedAt completedAt } }", id=issue.id)
    assert seen["issue"] == {"startedAt": None, "completedAt": None}
    foreign = linear.space.team("MOB").states[0].id
    assert "does not belong" in linear.error(UPDATE, id=issue.id, i={"stateId": foreign})["message"]


def test_a_move_gives_a_new_identifier_and_the_old_one_still_finds_it(linear: Linear, issue: Issue) -> None:
    old = issue.identifier
    linear.data(UPDATE, id=issue.id, i={"teamId": linear.space.team("MOB").id})
    seen = linear.data(
        "query ($id: String!) { issue(id: $id) { id identifier previousIdentifiers } }", id=old
    )
    assert seen["issue"] == {"id": issue.id, "identifier": issue.identifier, "previousIdentifiers": [old]}
    assert issue.identifier.startswith("MOB-")
    assert issue.state.team.key == "MOB"


def test_delete_is_the_trash_and_archived_issues_are_read_only(linear: Linear, issue: Issue) -> None:
    linear.data("mutation ($id: String!) { issueDelete(id: $id) { success } }", id=issue.id)
    seen = linear.data("query ($id: String!) { issue(id: $id) { trashed archivedAt } }", id=issue.id)["issue"]
    assert seen["trashed"] is True
    assert seen["archivedAt"] is not None
    assert linear.error(UPDATE, id=issue.id, i={"title": "x"})["extensions"]["code"] == "INPUT_ERROR"
    linear.data("mutation ($id: String!) { issueUnarchive(id: $id) { success } }", id=issue.id)
    linear.data(UPDATE, id=issue.id, i={"title": "x"})


def test_an_issue_cannot_become_its_own_ancestor(linear: Linear, issue: Issue) -> None:
    made = linear.data(
        "mutation ($i: IssueCreateInput!) { issueCreate(input: $i) { issue { id parent { id } } } }",
        i={"teamId": issue.team.id, "title": "Below", "parentId": issue.identifier, "estimate": 3},
    )["issueCreate"]["issue"]
    assert made["parent"] == {"id": issue.id}
    assert linear.error(UPDATE, id=issue.id, i={"parentId": made["id"]})
    assert issue.parent is None


def test_a_blocker_is_found_as_an_inverse_relation(linear: Linear, issue: Issue) -> None:
    other = next(iter(linear.space.issues.values()))
    linear.data(
        "mutation ($i: IssueRelationCreateInput!) { issueRelationCreate(input: $i) { success } }",
        i={"issueId": other.id, "relatedIssueId": issue.id, "type": "blocks"},
    )
    seen = linear.data(
        "query ($id: String!) { issue(id: $id) { relations { nodes { id } } inverseRelations"
        " { nodes { type issue { identifier } } } } }",
        id=issue.id,
    )["issue"]
    assert seen["relations"]["nodes"] == []
    assert seen["inverseRelations"]["nodes"] == [
        {"type": "blocks", "issue": {"identifier": other.identifier}}
    ]


def test_project_progress_is_completed_and_a_quarter_of_started_points(linear: Linear) -> None:
    project = next(one for one in linear.space.projects.values() if one.name == "Faster API")
    points = {"completed": 0.0, "started": 0.0, "all": 0.0}
    for one in project.issues:
        if one.state.type in ("canceled", "duplicate"):
            continue
        size = one.estimate if one.estimate is not None else 1
        points["all"] += size
        if one.state.type in points:
            points[one.state.type] += size
    seen = linear.data("query ($id: String!) { project(id: $id) { progress scope } }", id=project.id)[
        "project"
    ]
    assert seen["scope"] == points["all"]
    assert seen["progress"] == pytest.approx((points["completed"] + points["started"] / 4) / points["all"])


def test_a_project_changes_status_and_teams(linear: Linear) -> None:
    project = next(one for one in linear.space.projects.values() if one.name == "Design system refresh")
    paused = next(one for one in linear.space.project_statuses.values() if one.type == "paused")
    changed = linear.data(
        "mutation ($id: String!, $i: ProjectUpdateInput!) { projectUpdate(id: $id, input: $i)"
        " { project { status { type name } state teams { nodes { key } } targetDate } } }",
        id=project.id,
        i={"statusId": paused.id, "teamIds": [linear.space.team("MOB").id], "targetDate": "2027-03-31"},
    )["projectUpdate"]["project"]
    assert changed["status"] == {"type": "paused", "name": "On hold"}
    assert changed["state"] == "paused"
    assert changed["teams"]["nodes"] == [{"key": "MOB"}]
    assert changed["targetDate"] == "2027-03-31"


def test_a_refused_mutation_changes_nothing(linear: Linear, issue: Issue) -> None:
    before = (issue.title, issue.updated_at, issue.priority)
    linear.error(UPDATE, id=issue.id, i={"title": "New", "priority": 1, "addedLabelIds": [str(uuid.uuid4())]})
    linear.error(UPDATE, id=issue.id, i={"title": "New", "priority": 9})
    assert (issue.title, issue.updated_at, issue.priority) == before
    assert linear.post("{ viewer { id } }", TOKEN).status_code == 200
