"""Who had Linear's issues, over real HTTP: what the history of the world says, in a request for fifty issues."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.linear.api import queries
from connectors.linear.api.complexity import CAP, points
from connectors.model import GivenHealth
from connectors.sandbox.flow.linear_deeds import give_health, hand_over
from connectors.sandbox.linear.history import entries_of
from tests.support.known_items import Known
from tests.support.linear_workspace import LinearWorkspace


@pytest.fixture(scope="module")
def workspace() -> Iterator[LinearWorkspace]:
    made = LinearWorkspace(300, 5, flow=True)
    yield made
    made.close()


def test_fifty_issues_fit_into_a_request() -> None:
    assert points(queries.PASTS.document, {"first": queries.PASTS.page}) < CAP
    assert queries.PASTS.page == 50


def test_who_had_the_issues_is_told_in_a_request_for_fifty(workspace: LinearWorkspace) -> None:
    connector = workspace.connector()
    items = [one for one in connector.pull().items if one.level in ("issue", "subtask")]
    workspace.box.forget_requests()
    found = connector.histories(items, everything=True)
    assert [row.operation_name for row in workspace.box.requests] == ["Pasts"] * -(-len(items) // 50)
    handed = 0
    for item in items:
        history, issue = found[item.ref], workspace.space.issues[item.ref.id]
        rows = [one for one in entries_of(workspace.space, issue) if "to_assignee" in one.changes]
        had = [one.changes["from_assignee"] for one in rows[:1]] + [
            one.changes["to_assignee"] for one in rows
        ]
        people = [one and one.id for one in had] or [item.assignee_id]
        assert [one.person for one in history.assignees or ()] == people, item.key
        assert history.flags == ()
        handed += len(rows)
    assert handed > 5


def test_of_a_long_history_the_latest_part_is_told(workspace: LinearWorkspace) -> None:
    space, connector = workspace.space, workspace.connector()
    issue = next(one for one in space.issues.values() if one.assignee and not one.completed_at)
    others = [one for one in issue.team.members if one is not issue.assignee]
    first = space.now() - timedelta(hours=20)

    def busy(_: object) -> None:
        for n in range(20):
            at = first + timedelta(minutes=20 * n)
            hand_over(space, issue, at, issue.assignee, others[0], None)
            hand_over(space, issue, at + timedelta(minutes=10), others[0], issue.assignee, None)

    workspace.do(busy)
    (item,) = [one for one in connector.pull().items if one.ref.id == issue.id]
    workspace.box.forget_requests()
    spans = connector.histories([item], everything=True)[item.ref].assignees
    assert [row.operation_name for row in workspace.box.requests] == ["Pasts"]
    assert spans is not None
    assert (len(spans), spans[-1].person, spans[-1].end) == (34, item.assignee_id, None)
    assert spans[0].begin > item.created


def test_given_health_comes_with_the_changes(workspace: LinearWorkspace) -> None:
    space, connector = workspace.space, workspace.connector()
    pulled = connector.pull()
    known = Known(pulled.items)
    project = next(one for one in pulled.items if one.level == "project" and one.is_open and one.given_health)
    row = space.projects[project.ref.id]
    at = space.now() + timedelta(minutes=5)

    def said(_: object) -> None:
        space.clock.advance(timedelta(minutes=6))
        give_health(
            space, row, "offTrack", at, row.lead or row.creator or next(iter(space.users.values())), "Late."
        )

    workspace.do(said)
    changes = connector.changes(pulled.bookmark, known)
    assert {one.ref: one.given_health for one in changes.items}[project.ref] == GivenHealth("off_track", at)
