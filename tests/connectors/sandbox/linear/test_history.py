"""What becomes of Linear issues over time: histories, moves, batches, archive and trash.

The facts are those of contracts/linear.md, sections 8, 9 and 13.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_linear_client import ANN, INES, Linear

UPDATE = (
    "mutation ($id: String!, $i: IssueUpdateInput!) { issueUpdate(id: $id, input: $i)"
    " { issue { id identifier previousIdentifiers state { type } labelIds description } } }"
)
HISTORY = (
    "query ($id: String!) { issue(id: $id) { history(first: 100) { nodes { actor { name } fromState { name }"
    " toState { name } fromTitle toTitle addedLabelIds removedLabels { name } toEstimate archived trashed } } } }"
)
SPANS = (
    "query ($id: String!) { issue(id: $id) { stateHistory(first: 100)"
    " { nodes { startedAt endedAt stateId state { type } } } } }"
)
BATCH = (
    "mutation ($ids: [UUID!]!, $i: IssueUpdateInput!) { issueBatchUpdate(ids: $ids, input: $i)"
    " { issues { id priority } } }"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(120, seed=8)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def linear(sandbox: Sandbox) -> Linear:
    return Linear(sandbox.url, sandbox.world.linear)


@pytest.fixture
def issue(sandbox: Sandbox, linear: Linear) -> Issue:
    """A new issue of the engineers, old enough for its changes to be recorded."""
    given = {"teamId": linear.space.team("ENG").id, "title": "Of a test"}
    make = "mutation ($i: IssueCreateInput!) { issueCreate(input: $i) { issue { id } } }"
    made = linear.data(make, i=given)["issueCreate"]["issue"]["id"]
    pass_time(sandbox, 600)
    return linear.space.issues[made]


def pass_time(sandbox: Sandbox, seconds: float) -> None:
    loopback.post(f"{sandbox.url}/__clock", json={"advance_seconds": seconds}).raise_for_status()


def change(linear: Linear, issue: Issue, **given: Any) -> Any:
    return linear.data(UPDATE, id=issue.id, i=given)["issueUpdate"]["issue"]


def entries(linear: Linear, issue: Issue) -> list[dict[str, Any]]:
    """The history, oldest first, without what it does not tell."""
    nodes = linear.data(HISTORY, id=issue.id)["issue"]["history"]["nodes"]
    return [{key: value for key, value in node.items() if value is not None} for node in reversed(nodes)]


def test_history_tells_who_changed_what_from_what(sandbox: Sandbox, linear: Linear, issue: Issue) -> None:
    doing = issue.team.state("started")
    change(linear, issue, title="Another")
    pass_time(sandbox, 600)
    linear.data(UPDATE, ANN, id=issue.id, i={"stateId": doing.id})
    assert entries(linear, issue)[-2:] == [
        {"actor": {"name": "Truenorth"}, "fromTitle": "Of a test", "toTitle": "Another"},
        {
            "actor": {"name": "Ann Lee"},
            "fromState": {"name": issue.team.state("triage", "backlog").name},
            "toState": {"name": doing.name},
        },
    ]


def test_rapid_edits_of_one_person_are_one_entry(linear: Linear, issue: Issue) -> None:
    change(linear, issue, title="First")
    change(linear, issue, title="Second", estimate=3)
    (shown,) = entries(linear, issue)
    assert shown == {
        "actor": {"name": "Truenorth"}, "fromTitle": "Of a test", "toTitle": "Second", "toEstimate": 3,
    }  # fmt: skip


def test_state_history_remembers_every_reopening(sandbox: Sandbox, linear: Linear, issue: Issue) -> None:
    for kind in ("started", "completed", "started"):
        change(linear, issue, stateId=issue.team.state(kind).id)
        pass_time(sandbox, 60)
    spans = linear.data(SPANS, id=issue.id)["issue"]["stateHistory"]["nodes"]
    assert [span["state"]["type"] for span in spans][1:] == ["started", "completed", "started"]
    assert [span["endedAt"] for span in spans[:-1]] == [span["startedAt"] for span in spans[1:]]
    assert spans[-1]["endedAt"] is None
    assert issue.completed_at is None


def test_generated_work_has_a_past_that_fits_its_stamps(linear: Linear) -> None:
    done = next(
        one for one in linear.space.issues.values() if one.state.type == "completed" and one.started_at
    )
    spans = linear.data(SPANS, id=done.id)["issue"]["stateHistory"]["nodes"]
    assert spans[0]["startedAt"] == done.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert spans[-1]["stateId"] == done.state.id
    states = [entry["toState"]["name"] for entry in entries(linear, done) if "toState" in entry]
    assert states[-1] == done.state.name


def test_archiving_is_recorded_and_moves_no_stamp(linear: Linear, issue: Issue) -> None:
    before = issue.updated_at
    linear.data("mutation ($id: String!) { issueArchive(id: $id) { success } }", id=issue.id)
    assert issue.updated_at == before
    assert issue.trashed is None
    assert entries(linear, issue)[-1]["archived"] is True


# --- Moves ---------------------------------------------------------------------------------------


def test_a_move_maps_the_state_and_drops_the_labels_of_the_team(linear: Linear, issue: Issue) -> None:
    labels = {label.name: label.id for label in linear.space.labels.values()}
    change(linear, issue, labelIds=[labels["needs-spec"], labels["Bug"]])
    change(linear, issue, stateId=issue.team.state("completed").id)
    before = issue.identifier
    mobile = linear.space.team("MOB")
    after = change(linear, issue, teamId=mobile.id)
    assert after["identifier"] == f"MOB-{mobile.last_number}"
    assert after["previousIdentifiers"] == [before]
    assert after["state"]["type"] == "completed"
    assert issue.state.team is mobile
    assert after["labelIds"] == [labels["Bug"]]


# --- Batches -------------------------------------------------------------------------------------


def test_a_batch_changes_all_or_nothing_and_takes_ids_only(linear: Linear, issue: Issue) -> None:
    other = next(one for one in linear.space.issues.values() if one.archived_at is None and one is not issue)
    changed = linear.data(BATCH, ids=[issue.id, other.id], i={"priority": 1})
    assert [row["priority"] for row in changed["issueBatchUpdate"]["issues"]] == [1, 1]
    missing = "7f0e3a52-3d1f-4c3a-9b1e-0f6f1c2d3e4a"
    linear.error(BATCH, ids=[issue.id, missing], i={"priority": 2})
    assert issue.priority == 1
    linear.error(BATCH, 400, ids=[issue.identifier], i={"priority": 2})
    too_many = [f"7f0e3a52-3d1f-4c3a-9b1e-{number:012}" for number in range(51)]
    assert linear.error(BATCH, ids=too_many, i={})["message"] == "Argument Validation Error"


def test_a_batch_of_new_issues_with_one_that_cannot_be_makes_none(linear: Linear) -> None:
    make = "mutation ($i: IssueBatchCreateInput!) { issueBatchCreate(input: $i) { issues { identifier } } }"
    team = linear.space.team("ENG")
    good = {"teamId": team.id, "title": "Good"}
    count, number = len(linear.space.issues), team.last_number
    linear.error(make, i={"issues": [good, good | {"title": " "}]})
    assert (len(linear.space.issues), team.last_number) == (count, number)
    made = linear.data(make, i={"issues": [good, good]})["issueBatchCreate"]["issues"]
    assert [row["identifier"] for row in made] == [f"ENG-{number + 1}", f"ENG-{number + 2}"]


# --- Descriptions --------------------------------------------------------------------------------


def test_a_description_is_normalised_on_save(linear: Linear, issue: Issue) -> None:
    after = change(linear, issue, description="- a\n- [b](https://acme.example)<!-- hidden -->")
    assert after["description"] == "* a\n* [b](<https://acme.example>)"
    assert change(linear, issue, description=after["description"])["description"] == after["description"]


# --- The end -------------------------------------------------------------------------------------


def test_the_trash_is_emptied_after_thirty_days() -> None:
    with Sandbox(generate(120, seed=8)) as sandbox:
        linear = Linear(sandbox.url, sandbox.world.linear)
        issue = next(
            one
            for one in linear.space.issues.values()
            if one.comments and one.attachments and one.archived_at is None
        )
        comment, attachment = issue.comments[0].id, issue.attachments[0].id
        linear.data("mutation ($id: String!) { issueDelete(id: $id) { success } }", id=issue.id)
        read = "query ($id: String!) { issue(id: $id) { trashed } }"
        pass_time(sandbox, 29 * 86_400)
        assert linear.data(read, id=issue.id)["issue"]["trashed"] is True
        pass_time(sandbox, 2 * 86_400)
        assert linear.error(read, id=issue.id)["message"] == "Entity not found: Issue"
        for kind, row in (("comment", comment), ("attachment", attachment)):
            linear.error(f"query ($id: String!) {{ {kind}(id: $id) {{ id }} }}", id=row)
        # Nor does any list stumble over the gap.
        linear.data("{ issues(first: 250, includeArchived: true) { nodes { id parent { id } } } }")


def test_an_admin_deletes_for_good_at_once(linear: Linear, issue: Issue) -> None:
    delete = "mutation ($id: String!) { issueDelete(id: $id, permanentlyDelete: true) { success } }"
    linear.data(delete, id=issue.id)
    assert issue.id in linear.space.issues
    linear.data(delete, INES, id=issue.id)
    linear.error("query ($id: String!) { issue(id: $id) { id } }", id=issue.id)
    again = "mutation ($i: IssueCreateInput!) { issueCreate(input: $i) { success } }"
    clash = linear.error(again, i={"id": issue.id, "teamId": issue.team.id, "title": "Again"})
    assert clash["message"] == "conflict on insert of Issue"


# --- Sorting -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("{priority: {order: Ascending}}", lambda one: one.priority or 5),
        ("{priority: {order: Ascending, noPriorityFirst: true}}", lambda one: one.priority),
        (
            "{assignee: {order: Ascending, nulls: first}}",
            lambda one: one.assignee.name if one.assignee else "",
        ),
        ("{team: {order: Ascending}}", lambda one: one.team.name),
        ("{linkCount: {order: Descending}}", lambda one: -len(one.attachments)),
        ("{title: {order: Ascending}}", lambda one: one.title),
    ],
    ids=["priority", "no-priority-first", "assignee", "team", "links", "title"],
)
def test_lists_sort_as_asked_for_and_page_so_too(linear: Linear, sort: str, key: Any) -> None:
    query = (
        f"query ($after: String) {{ issues(first: 40, after: $after, sort: [{sort}])"
        " { nodes { id } pageInfo { hasNextPage endCursor } } }"
    )
    seen: list[Issue] = []
    after = None
    while True:
        page = linear.data(query, after=after)["issues"]
        seen += [linear.space.issues[node["id"]] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    there = [one for one in linear.space.issues.values() if one.archived_at is None]
    assert len(seen) == len(set(seen)) == len(there)
    assert [key(one) for one in seen] == sorted(map(key, there))
