"""What a pull of Linear gives: the right items, the right ancestors, or an error; over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.model import MARKS, Category, Marks, Ref
from connectors.sandbox.linear.entities import (
    ExternalLink,
    InitiativeToProject,
    Issue,
    Relation,
    WorkflowState,
)
from tests.support.linear_workspace import ONBOARDING, LinearWorkspace
from tests.support.writing import write_one

MOMENT = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)


@pytest.fixture
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace()
    yield one
    one.close()


@pytest.fixture(scope="module")
def still() -> Iterator[LinearWorkspace]:
    """A larger world that no test alters."""
    one = LinearWorkspace(300)
    yield one
    one.close()


# --- Items ---------------------------------------------------------------------------------------


def test_all_issues_of_the_teams_in_scope_are_read_once(still: LinearWorkspace) -> None:
    items = still.connector().pull().items
    issues = [item for item in items if item.level in ("issue", "subtask") and item.in_scope]
    expected = {
        one.identifier
        for one in still.space.issues.values()
        if one.team.key in ("ENG", "MOB")
        and not one.trashed
        and (one.archived_at is None or one.state.type == "completed")
    }
    assert sorted(item.key for item in issues) == sorted(expected)
    assert len({item.ref for item in items}) == len(items)


def test_an_issue_as_it_stands(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    parent, blocker = workspace.an_open_issue(skip=1), workspace.an_open_issue("MOB")
    project = workspace.project("Faster API")

    def shape(_: object) -> None:
        issue.title = "Cache <b>tokens</b> 🚀"
        issue.labels.clear()
        for name in ("zeta", "kr:SPEED-KR1", "Backend"):
            workspace.add_label(issue, name)
        workspace.add_label(issue, "TRUST-KR3", group="Key result")
        issue.state = issue.team.state("started")
        issue.estimate, issue.priority, issue.due_date = 5, 2, date(2026, 12, 1)
        issue.started_at, issue.completed_at = MOMENT, None
        issue.assignee = next(iter(workspace.space.users.values()))
        issue.parent, issue.project = parent, project
        issue.inverse_relations = [
            relation(workspace, blocker, issue),
            relation(workspace, parent, issue, "related"),
        ]

    workspace.do(shape)
    item = workspace.item(issue.identifier)
    assert item.ref == Ref("linear", issue.id)
    assert item.url == issue.url
    assert (item.level, item.kind, item.title) == ("subtask", "Sub-issue", "Cache <b>tokens</b> 🚀")
    assert (item.category, item.status) == ("doing", issue.state.name)
    assert (item.team, item.project, item.parent) == ("ENG", "Faster API", Ref("linear", parent.id))
    assert item.labels == ("Backend", "kr:SPEED-KR1", "zeta")
    assert item.claims == ("TRUST-KR3", "SPEED-KR1")
    assert (item.estimate, item.priority, item.due) == (5.0, "High", date(2026, 12, 1))
    assert item.assignee == issue.assignee.name if issue.assignee else None
    assert (item.started, item.completed) == (MOMENT, None)
    assert item.created.tzinfo is UTC
    assert item.blocked_by == (Ref("linear", blocker.id),)
    assert item.blocked_since == ((Ref("linear", blocker.id), issue.inverse_relations[0].created_at),)
    assert item.in_scope
    assert item.writable == frozenset(MARKS)


def relation(workspace: LinearWorkspace, source: Issue, target: Issue, kind: str = "blocks") -> Relation:
    moment = workspace.space.now()
    return Relation(
        id=workspace.space.new_id(),
        created_at=moment,
        updated_at=moment,
        type=kind,
        issue=source,
        related_issue=target,
    )


def test_what_is_absent_is_none(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()

    def strip(_: object) -> None:
        issue.labels.clear()
        issue.estimate = issue.due_date = issue.assignee = issue.project = issue.started_at = None
        issue.priority = 0

    workspace.do(strip)
    item = workspace.item(issue.identifier)
    assert (item.level, item.kind, item.parent) == ("issue", "Issue", None)
    assert (item.estimate, item.priority, item.due, item.assignee, item.project) == (None,) * 5
    assert (item.labels, item.claims, item.blocked_by, item.started) == ((), (), (), None)


def test_an_issue_without_a_parent_hangs_below_its_project(workspace: LinearWorkspace) -> None:
    issue, project = workspace.an_open_issue(), workspace.project("Faster API")
    workspace.do(lambda _: setattr(issue, "project", project))
    assert workspace.item(issue.identifier).parent == Ref("linear", project.id)


@pytest.mark.parametrize(
    ("kind", "name", "category"),
    [
        ("triage", "Triage", "todo"),
        ("backlog", "Backlog", "todo"),
        ("unstarted", "Todo", "todo"),
        ("started", "Done, really", "doing"),
        ("completed", "Canceled upstream", "done"),
        ("canceled", "Canceled", "dropped"),
        ("duplicate", "Duplicate", "dropped"),
        ("completed", "won't do", "dropped"),
        ("invented", "New", "todo"),
    ],
)
def test_the_type_of_a_state_decides_not_its_name(
    workspace: LinearWorkspace, kind: str, name: str, category: Category
) -> None:
    issue = workspace.an_open_issue()
    state = WorkflowState(
        id=workspace.space.new_id(),
        created_at=MOMENT,
        updated_at=MOMENT,
        name=name,
        type=kind,
        color="#fff",
        position=9,
        team=issue.team,
    )
    workspace.do(lambda _: setattr(issue, "state", state))
    pull = workspace.connector(dropped=("Won't Do",)).pull()
    (item,) = [one for one in pull.items if one.key == issue.identifier]
    assert item.category == category
    assert any("invented" in note for note in pull.notes) == (kind == "invented")


@pytest.mark.parametrize(
    ("state", "archived", "trashed", "found", "writable"),
    [
        ("completed", False, False, True, True),
        ("completed", True, False, True, False),
        ("unstarted", True, False, False, False),
        ("canceled", True, False, False, False),
        ("completed", True, True, False, False),
    ],
)
def test_archived_work_counts_when_it_was_done_but_is_read_only(
    workspace: LinearWorkspace, state: str, archived: bool, trashed: bool, found: bool, writable: bool
) -> None:
    issue = workspace.an_open_issue()

    def shape(_: object) -> None:
        issue.state = issue.team.state(state)
        issue.completed_at = MOMENT if state == "completed" else None
        issue.archived_at = MOMENT if archived else None
        issue.trashed = True if trashed else None

    workspace.do(shape)
    items = workspace.pulled()
    assert (issue.identifier in items) == found
    if found:
        item = items[issue.identifier]
        assert (item.category, item.completed) == ("done", MOMENT)
        assert bool(item.writable) == writable


def test_more_blockers_than_the_page_holds_are_drained(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    blockers = [one for one in workspace.space.issues.values() if one is not issue][:13]
    workspace.do(
        lambda _: setattr(issue, "inverse_relations", [relation(workspace, one, issue) for one in blockers])
    )
    assert {ref.id for ref in workspace.item(issue.identifier).blocked_by} == {one.id for one in blockers}


def test_parents_of_other_teams_are_read_up_to_the_top(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    parent, top = workspace.an_open_issue("MOB"), workspace.an_open_issue("MOB", skip=1)

    def adopt(_: object) -> None:
        issue.parent, parent.parent = parent, top

    workspace.do(adopt)
    items = workspace.pulled(workspace.connector(teams=["ENG"]))
    assert items[issue.identifier].parent == items[parent.identifier].ref
    assert items[parent.identifier].parent == items[top.identifier].ref
    for key in (parent.identifier, top.identifier):
        assert (items[key].in_scope, items[key].writable) == (False, frozenset())
    others = [one for one in items.values() if one.level in ("issue", "subtask") and one.team != "ENG"]
    assert len(others) == 2


def test_a_circle_of_parents_ends(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    one, other = workspace.an_open_issue("MOB"), workspace.an_open_issue("MOB", skip=1)

    def knot(_: object) -> None:
        issue.parent, one.parent, other.parent = one, other, one

    workspace.do(knot)
    assert {one.identifier, other.identifier} < workspace.pulled(workspace.connector(teams=["ENG"])).keys()


# --- Projects and initiatives --------------------------------------------------------------------


def test_projects_hang_below_initiatives(still: LinearWorkspace) -> None:
    items = still.pulled()
    by_ref = {item.ref: item for item in items.values()}
    project = items["Onboarding v2"]
    stored = still.project("Onboarding v2")
    assert (project.level, project.kind, project.project) == ("project", "Project", "Onboarding v2")
    assert project.writable == {"key_results", "comment", "update"}
    assert project.url == stored.url
    assert project.parent is not None
    initiative = by_ref[project.parent]
    assert initiative.level == "initiative"
    assert initiative.key in {join.initiative.name for join in stored.initiative_to_projects}
    assert (initiative.in_scope, initiative.writable) == (False, frozenset({"update"}))
    assert initiative.parent in by_ref


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("backlog", "todo"),
        ("planned", "todo"),
        ("paused", "todo"),
        ("started", "doing"),
        ("completed", "done"),
        ("canceled", "dropped"),
    ],
)
def test_project_statuses_have_types_of_their_own(
    workspace: LinearWorkspace, kind: str, category: Category
) -> None:
    project = workspace.project("Faster API")
    workspace.do(lambda _: setattr(project.status, "type", kind))
    assert workspace.item("Faster API").category == category


@pytest.mark.parametrize(
    ("kind", "name", "stamps", "dropped"),
    [
        ("canceled", "Canceled", {"canceled_at": MOMENT, "completed_at": None}, MOMENT),
        ("duplicate", "Duplicate", {"canceled_at": MOMENT, "completed_at": None}, MOMENT),
        # To Linear it is completed: only the name of its state says otherwise.
        ("completed", "Won't do", {"canceled_at": None, "completed_at": MOMENT}, MOMENT),
        ("completed", "Done", {"canceled_at": None, "completed_at": MOMENT}, None),
        ("started", "Doing", {"canceled_at": None, "completed_at": None}, None),
    ],
)
def test_the_day_of_dropping_is_read(
    workspace: LinearWorkspace, kind: str, name: str, stamps: dict[str, Any], dropped: datetime | None
) -> None:
    issue = workspace.an_open_issue()

    def change(_: object) -> None:
        issue.state = replace(issue.state, type=kind, name=name)
        for stamp, at in stamps.items():
            setattr(issue, stamp, at)

    workspace.do(change)
    pull = workspace.connector(dropped=("Won't Do",)).pull()
    (item,) = [one for one in pull.items if one.key == issue.identifier]
    assert (item.dropped, item.completed) == (dropped, None if dropped else stamps["completed_at"])


def test_the_day_on_which_a_project_was_canceled_is_read(workspace: LinearWorkspace) -> None:
    project = workspace.project("Faster API")

    def change(_: object) -> None:
        project.status.type = "canceled"
        project.canceled_at = MOMENT

    workspace.do(change)
    assert workspace.item("Faster API").dropped == MOMENT


def test_a_project_in_several_initiatives_is_told_of(workspace: LinearWorkspace) -> None:
    project = workspace.project("Faster API")
    linked = {join.initiative.id for join in project.initiative_to_projects}
    other = next(one for one in workspace.space.initiatives.values() if one.id not in linked)

    def join(space: Any) -> None:
        row = InitiativeToProject(
            id=space.new_id(),
            created_at=MOMENT,
            updated_at=MOMENT,
            initiative=other,
            project=project,
            sort_order="a",
        )
        project.initiative_to_projects.append(row)
        other.initiative_to_projects.append(row)
        space.initiative_to_projects[row.id] = row

    workspace.do(join)
    pull = workspace.connector().pull()
    assert any("'Faster API' belongs to 2 initiatives" in note for note in pull.notes)
    (item,) = [one for one in pull.items if one.key == "Faster API"]
    assert item.parent is not None
    assert item.parent.id == min([*linked, other.id])


def test_a_project_with_more_links_than_the_page_holds_is_read_whole(workspace: LinearWorkspace) -> None:
    project = workspace.project("Faster API")
    tracker = workspace.connector()
    wanted = Marks((ONBOARDING,))
    assert write_one(tracker, workspace.item("Faster API", tracker), wanted).outcome == "written"

    def clutter(space: Any) -> None:
        for at in range(30):
            link = ExternalLink(
                id=space.new_id(),
                created_at=MOMENT,
                updated_at=MOMENT,
                label=f"Link {at}",
                url=f"https://example.com/{at}",
                project=project,
            )
            space.external_links[link.id] = link
            project.external_links.append(link)
        project.external_links.reverse()

    workspace.do(clutter)
    assert workspace.item("Faster API").shown == wanted
