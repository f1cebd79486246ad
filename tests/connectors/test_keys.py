"""What trackers say that keys mean: old ones lead to what holds now, and what is hidden is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.jira import JiraConnector
from connectors.model import Identity
from connectors.sandbox.company import NOW
from connectors.sandbox.jira import moves
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.jira_site import connector
from tests.support.linear_workspace import LinearWorkspace


@pytest.fixture(params=["cloud", "data_center"])
def jira(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, JiraConnector]]:
    with Sandbox(generate(60, 1)) as sandbox:
        if request.param == "cloud":
            yield sandbox, connector(f"{sandbox.url}/jira")
        else:
            yield (
                sandbox,
                connector(f"{sandbox.url}/jira-dc", email=None, token=SERVER_TOKEN, deployment="data_center"),
            )


def test_jira_answers_by_old_keys(jira: tuple[Sandbox, JiraConnector]) -> None:
    sandbox, tracker = jira
    site = sandbox.world.jira
    moved, hidden = (site.issues[site.keys[key]] for key in ("WEB-1", "WEB-2"))
    sandbox.call(lambda: moves.move(site, moved, site.projects["OPS"]))
    sandbox.call(lambda: site.restricted.update({hidden.id: frozenset()}))
    found = tracker.items_by_key({"WEB-1", "WEB-2", "WEB-99999", "NO-1", moved.key})
    now = Identity(str(moved.id), moved.key)
    assert found == {"WEB-1": now, moved.key: now}
    sandbox.call(lambda: moves.rename_project(site, site.projects["WEB"], "SITE"))
    web = Identity(str(site.projects["SITE"].id), "SITE")
    assert tracker.projects_by_key({"WEB", "SITE", "NO"}) == {"WEB": web, "SITE": web}
    assert tracker.items_by_key({"WEB-3"})["WEB-3"].key == "SITE-3"
    tracker.close()


def test_a_scope_by_an_old_key_is_read_and_said(jira: tuple[Sandbox, JiraConnector]) -> None:
    sandbox, tracker = jira
    site = sandbox.world.jira
    sandbox.call(lambda: moves.rename_project(site, site.projects["WEB"], "SITE"))
    pulled = tracker.pull()
    assert "scope.projects names WEB, which is SITE now." in pulled.notes
    item = next(one for one in pulled.items if one.project == "SITE")
    assert item.in_scope
    assert tracker.fetch([item.ref.id])[0].in_scope
    tracker.close()


def test_jira_names_a_parent_that_is_hidden(jira: tuple[Sandbox, JiraConnector]) -> None:
    sandbox, tracker = jira
    site = sandbox.world.jira
    epic = next(
        one
        for one in site.issues.values()
        if one.type.level == 1 and one.project.key == "WEB" and one.children
    )
    sandbox.call(lambda: site.restricted.update({epic.id: frozenset()}))
    items = {item.key: item for item in tracker.pull().items}
    assert epic.key not in items
    below = [items[site.issues[one].key] for one in epic.children if site.issues[one].key in items]
    assert {one.parent_key for one in below} == {epic.key}
    assert {one.project_id for one in below} <= {str(one.id) for one in site.projects.values()}
    tracker.close()


@pytest.fixture
def linear() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace()
    yield one
    one.close()


def test_linear_answers_by_old_identifiers(linear: LinearWorkspace) -> None:
    issue = linear.an_open_issue()
    linear.box.call(lambda: linear.space.identifiers.update({"OLD-7": issue}))
    found = linear.connector().items_by_key({"OLD-7", issue.identifier, "ENG-99999", "NO-1"})
    assert found == dict.fromkeys(("OLD-7", issue.identifier), Identity(issue.id, issue.identifier))
    assert linear.connector().projects_by_key({"FASTER"}) == {}


def test_linear_tells_old_identifiers_the_parent_the_own_project_and_triage(linear: LinearWorkspace) -> None:
    child, parent = linear.an_open_issue(), linear.an_open_issue("MOB")
    project = linear.project("Faster API")
    triage = next(state for state in child.team.states if state.type == "triage")

    def change() -> None:
        child.parent, child.project, child.state = parent, project, triage
        child.previous_identifiers.append("OLD-7")

    linear.box.call(change)
    item = linear.item(child.identifier)
    assert item.parent is not None
    assert item.own_project is not None
    assert (item.parent.id, item.parent_key) == (parent.id, parent.identifier)
    assert (item.own_project.id, item.project_id) == (project.id, project.id)
    assert (item.triage, item.category, item.former_keys) == (True, "todo", ("OLD-7",))


@pytest.mark.parametrize("team", ["MOB", "PEO"])
def test_a_linear_parent_in_the_trash_is_none(linear: LinearWorkspace, team: str) -> None:
    child = linear.an_open_issue()
    parent = next(one for one in linear.space.issues.values() if one.team.key == team and one is not child)

    def change() -> None:
        child.parent, child.project = parent, None
        parent.trashed = True
        parent.archived_at = NOW

    linear.box.call(change)
    item = linear.item(child.identifier)
    assert (item.parent, item.parent_key) == (None, None)
