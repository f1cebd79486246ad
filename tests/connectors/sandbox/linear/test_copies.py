"""A copy has what stands on the issue, and a life of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_linear_client import ANN, INES, Linear

KEPT = "title description priority estimate dueDate assignee { id } project { id } parent { id } team { id } labelIds"
SHOWN = (
    f"query ($id: String!) {{ issue(id: $id) {{ {KEPT} identifier createdAt creator {{ email }} state {{ type }}"
    " history { nodes { id } } comments { nodes { id } }"
    " attachments { nodes { id title subtitle url metadata } } } }"
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(120, seed=2)) as sandbox:
        yield sandbox


@pytest.fixture
def linear(sandbox: Sandbox) -> Linear:
    return Linear(sandbox.url, sandbox.world.linear)


@pytest.fixture
def issue(linear: Linear) -> Issue:
    """A started sub-issue in a project, with labels, an estimate, a comment and an attachment with metadata."""
    found = next(
        one for one in linear.space.issues.values()
        if one.parent and one.project and one.state.type == "started" and one.archived_at is None
    )  # fmt: skip
    (label,) = [one.id for one in linear.space.labels.values() if one.name == "ktlo"][:1]
    linear.data(
        "mutation ($id: String!, $l: String!) { issueUpdate(id: $id, input: {addedLabelIds: [$l], estimate: 3,"
        ' description: "Why it matters", dueDate: "2026-12-01"}) { success } }',
        id=found.id,
        l=label,
    )
    linear.data(
        'mutation ($id: String!) { commentCreate(input: {issueId: $id, body: "Hi"}) { success } }',
        id=found.id,
    )
    linear.data(
        "mutation ($i: AttachmentCreateInput!) { attachmentCreate(input: $i) { success } }",
        i={
            "issueId": found.id,
            "title": "The KR",
            "url": "https://okr.example/A",
            "metadata": {"stamp": "v1"},
        },
    )
    return found


def copy(linear: Linear, key: str, status: int = 201, **more: Any) -> str:
    reply = loopback.post(f"{linear.url}/__copy", json={"key": key} | more)
    assert reply.status_code == status, reply.text
    return str(reply.json()["key" if status == 201 else "error"])


def shown(linear: Linear, key: str) -> dict[str, Any]:
    found: dict[str, Any] = linear.data(SHOWN, id=key)["issue"]
    return found


@pytest.mark.parametrize("along", [False, True], ids=["without attachments", "with attachments"])
def test_a_copy_has_what_stands_on_the_issue_and_starts_anew(
    linear: Linear, sandbox: Sandbox, issue: Issue, along: bool
) -> None:
    sandbox.call(lambda: sandbox.world.clock.advance(timedelta(days=3)))
    new = copy(linear, issue.identifier, attachments=along)
    old, got = shown(linear, issue.identifier), shown(linear, new)
    own = {"identifier", "createdAt", "creator", "state", "history", "comments", "attachments"}
    assert {name: got[name] for name in got if name not in own} == {
        name: old[name] for name in old if name not in own
    }
    assert (got["labelIds"] != [], got["estimate"], got["parent"] is not None) == (True, 3, True)
    assert got["identifier"] == new != issue.identifier
    assert got["createdAt"].startswith("2026-11-19")
    assert got["creator"]["email"] == "ann.lee@acme.example"
    assert got["state"]["type"] in ("triage", "backlog")
    assert (got["comments"]["nodes"], len(old["comments"]["nodes"]) > 0) == ([], True)
    cards = [{name: one[name] for name in one if name != "id"} for one in got["attachments"]["nodes"]]
    theirs = [{name: one[name] for name in one if name != "id"} for one in old["attachments"]["nodes"]]
    assert cards == (theirs if along else [])
    assert {one["id"] for one in got["attachments"]["nodes"]}.isdisjoint(
        one["id"] for one in old["attachments"]["nodes"]
    )
    made = next(one.id for one in linear.space.issues.values() if one.identifier == new)
    assert f'"id":"{made}"' in loopback.get(f"{linear.url}/__world").text


def test_a_copy_leaves_out_what_could_not_be_given_anew(
    linear: Linear, sandbox: Sandbox, issue: Issue
) -> None:
    label = next(one for one in issue.labels if one.name == "ktlo")
    linear.data(
        "mutation ($id: String!) { issueLabelRetire(id: $id) { success } }",
        "sandbox-linear-token",
        id=label.id,
    )
    sandbox.call(lambda: setattr(issue, "assignee", next(iter(sandbox.world.linear.users.values()))))
    sandbox.call(lambda: setattr(issue.assignee, "active", False))
    got = shown(linear, copy(linear, issue.identifier))
    assert label.id not in got["labelIds"]
    assert got["assignee"] is None


def test_a_copy_is_by_whoever_makes_it_and_only_where_the_team_can_be_seen(
    linear: Linear, issue: Issue
) -> None:
    got = shown(linear, copy(linear, issue.identifier, by="ines.duarte@acme.example"))
    assert got["creator"]["email"] == "ines.duarte@acme.example"
    issue.team.visibility = "private"
    issue.team.members = []
    assert copy(linear, issue.identifier, 400)


def test_webhooks_hear_of_a_copy(linear: Linear, sandbox: Sandbox, issue: Issue) -> None:
    linear.data(
        'mutation { webhookCreate(input: {url: "http://127.0.0.1:9/hook", allPublicTeams: true, resourceTypes: ["Issue"]})'
        " { success } }",
        INES,
    )
    new = copy(linear, issue.identifier)
    (event,) = sandbox.call(lambda: list(sandbox.world.linear.outbox))
    assert (event.action, event.data["identifier"]) == ("create", new)
    assert linear.data("{ viewer { id } }", ANN)
    assert sandbox.call(lambda: list(sandbox.world.linear.outbox)) == []
