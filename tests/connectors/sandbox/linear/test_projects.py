"""Projects, initiatives, their updates, and custom views of the Linear workspace.

The facts are those of contracts/linear.md, sections 10 and 14 to 16.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.linear.entities import Project
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.sandbox_linear_client import ANN, INES, Linear

POST = (
    "mutation ($i: ProjectUpdateCreateInput!) { projectUpdateCreate(input: $i)"
    " { projectUpdate { id health body project { health } } } }"
)
PROJECT = "query ($id: String!) { project(id: $id) { health healthUpdatedAt lastUpdate { id } } }"
EDIT = "mutation ($id: String!, $i: ProjectUpdateInput!) { projectUpdate(id: $id, input: $i) { project { id } } }"
VIEW = (
    "mutation ($i: CustomViewCreateInput!) { customViewCreate(input: $i)"
    " { customView { id modelName filterData shared slugId } } }"
)


@pytest.fixture(scope="module")
def linear() -> Iterator[Linear]:
    with Sandbox(generate(120, seed=5)) as sandbox:
        yield Linear(sandbox.url, sandbox.world.linear)


@pytest.fixture
def project(linear: Linear) -> Project:
    """A new project of the engineers, of this test alone."""
    given = {"name": "Of a test", "teamIds": [linear.space.team("ENG").id]}
    made = linear.data(
        "mutation ($i: ProjectCreateInput!) { projectCreate(input: $i) { project { id } } }", i=given
    )
    return linear.space.projects[made["projectCreate"]["project"]["id"]]


# --- Updates -------------------------------------------------------------------------------------


def post(linear: Linear, project: Project, **given: Any) -> Any:
    made = linear.data(POST, i={"projectId": project.id, **given})
    return made["projectUpdateCreate"]["projectUpdate"]


def test_health_comes_from_the_latest_update_alone(linear: Linear, project: Project) -> None:
    assert linear.data(PROJECT, id=project.id)["project"]["health"] is None
    post(linear, project, health="atRisk", body="- one")
    last = post(linear, project, health="offTrack")
    assert linear.data(PROJECT, id=project.id)["project"] == {
        "health": "offTrack",
        "healthUpdatedAt": linear.space.status_updates[last["id"]]
        .created_at.isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
        "lastUpdate": {"id": last["id"]},
    }
    assert post(linear, project)["health"] == "offTrack"  # that of the update before


def test_an_archived_update_gives_the_health_back_to_the_one_before(linear: Linear, project: Project) -> None:
    post(linear, project, health="onTrack", body="- one")
    last = post(linear, project, health="atRisk")
    archive = "mutation ($id: String!) { projectUpdateArchive(id: $id) { entity { archivedAt } } }"
    assert linear.data(archive, id=last["id"])["projectUpdateArchive"]["entity"]["archivedAt"]
    assert project.health == "onTrack"
    linear.data("mutation ($id: String!) { projectUpdateUnarchive(id: $id) { success } }", id=last["id"])
    assert project.health == "atRisk"


def test_an_update_is_normalised_edited_by_its_author_and_found_by_filter(
    linear: Linear, project: Project
) -> None:
    made = post(linear, project, health="onTrack", body="- [a](https://acme.example)")
    assert made["body"] == "* [a](<https://acme.example>)"
    edit = (
        'mutation ($id: String!) { projectUpdateUpdate(id: $id, input: {body: "New", health: offTrack})'
        " { projectUpdate { body editedAt } } }"
    )
    assert linear.error(edit, token=ANN, id=made["id"])["extensions"]["type"] == "forbidden"
    assert linear.data(edit, id=made["id"])["projectUpdateUpdate"]["projectUpdate"]["editedAt"]
    found = linear.data(
        "query ($id: ID!) { projectUpdates(filter: {project: {id: {eq: $id}}}) { nodes { id } } }",
        id=project.id,
    )
    assert found["projectUpdates"]["nodes"] == [{"id": made["id"]}]
    by_health = linear.data(
        '{ projects(filter: {projectUpdates: {some: {health: {eq: "offTrack"}}}}) { nodes { id } } }'
    )
    assert {"id": project.id} in by_health["projects"]["nodes"]


def test_the_query_and_the_mutation_of_one_name_are_different_things(
    linear: Linear, project: Project
) -> None:
    made = post(linear, project, health="onTrack")
    read = "query ($id: String!) { projectUpdate(id: $id) { id } }"
    assert linear.data(read, id=made["id"])["projectUpdate"]["id"] == made["id"]
    assert linear.error(read, id=project.id)["message"] == "Entity not found: ProjectUpdate"
    linear.data(EDIT, id=project.id, i={"name": "Renamed"})
    assert project.name == "Renamed"


def test_initiatives_have_updates_and_health_too(linear: Linear) -> None:
    initiative = next(iter(linear.space.initiatives.values()))
    linear.data(
        "mutation ($i: InitiativeUpdateCreateInput!) { initiativeUpdateCreate(input: $i) { success } }",
        i={"initiativeId": initiative.id, "health": "atRisk", "body": "Late"},
    )
    seen = linear.data(
        '{ initiatives(filter: {healthWithAge: {eq: "atRisk"}}) { nodes { id lastUpdate { body } } } }'
    )
    assert seen["initiatives"]["nodes"] == [{"id": initiative.id, "lastUpdate": {"body": "Late"}}]


def test_an_update_can_be_commented_on(linear: Linear, project: Project) -> None:
    made = post(linear, project, health="onTrack")
    linear.data(
        "mutation ($i: CommentCreateInput!) { commentCreate(input: $i) { success } }",
        i={"projectUpdateId": made["id"], "body": "Well done"},
    )
    found = linear.data(
        "query ($id: ID!) { comments(filter: {projectUpdate: {id: {eq: $id}}})"
        " { nodes { body projectUpdate { commentCount } } } }",
        id=made["id"],
    )
    assert found["comments"]["nodes"] == [{"body": "Well done", "projectUpdate": {"commentCount": 1}}]


# --- Labels, trash, initiatives ------------------------------------------------------------------


def test_labels_of_projects_are_exclusive_by_group_and_may_be_retired(
    linear: Linear, project: Project
) -> None:
    create = (
        "mutation ($i: ProjectLabelCreateInput!) { projectLabelCreate(input: $i) { projectLabel { id } } }"
    )

    def label(**given: Any) -> str:
        made: str = linear.data(create, i=given)["projectLabelCreate"]["projectLabel"]["id"]
        return made

    group = label(name="Bet", isGroup=True)
    big, small = label(name="Big", parentId=group), label(name="Small", parentId=group)
    add = "mutation ($id: String!, $l: String!) { projectAddLabel(id: $id, labelId: $l) { success } }"
    linear.data(add, id=project.id, l=big)
    assert linear.error(add, id=project.id, l=small)["message"] == "labelIds not exclusive child labels"
    linear.data(EDIT, id=project.id, i={"labelIds": [small]})
    linear.data("mutation ($id: String!) { projectLabelRetire(id: $id) { success } }", id=big)
    assert linear.error(EDIT, id=project.id, i={"labelIds": [big]})["message"] == "label is retired"


def test_a_project_goes_to_the_trash_and_comes_back(linear: Linear, project: Project) -> None:
    listed = '{ projects(filter: {name: {eq: "Of a test"}}) { nodes { id } } }'
    linear.data("mutation ($id: String!) { projectDelete(id: $id) { success } }", id=project.id)
    assert {"id": project.id} not in linear.data(listed)["projects"]["nodes"]
    read = "query ($id: String!) { project(id: $id) { trashed } }"
    assert linear.data(read, id=project.id)["project"]["trashed"] is True
    linear.data("mutation ($id: String!) { projectUnarchive(id: $id) { success } }", id=project.id)
    assert {"id": project.id} in linear.data(listed)["projects"]["nodes"]


def test_a_project_appears_once_in_a_hierarchy(linear: Linear, project: Project) -> None:
    parent = next(one for one in linear.space.initiatives.values() if one.sub_initiatives)
    join = (
        "mutation ($i: InitiativeToProjectCreateInput!) { initiativeToProjectCreate(input: $i)"
        " { initiativeToProject { id } } }"
    )
    below = {"initiativeId": parent.sub_initiatives[0].id, "projectId": project.id}
    made = linear.data(join, i=below)["initiativeToProjectCreate"]["initiativeToProject"]["id"]
    clash = linear.error(join, i=below | {"initiativeId": parent.id})
    assert clash["message"] == "project already in initiative hierarchy"
    linear.data("mutation ($id: String!) { initiativeToProjectDelete(id: $id) { success } }", id=made)
    linear.data(join, i=below | {"initiativeId": parent.id})


def test_scope_histories_have_an_entry_for_each_week_and_end_with_today(
    linear: Linear, project: Project
) -> None:
    project.created_at -= timedelta(weeks=3, days=1)
    team = linear.space.team("ENG")
    make = "mutation ($i: IssueCreateInput!) { issueCreate(input: $i) { success } }"
    for name, points in (("done", 3), ("started", 2), ("backlog", 1)):
        kind = "completed" if name == "done" else name
        given = {"teamId": team.id, "title": name, "projectId": project.id, "estimate": points}
        linear.data(make, i=given | {"stateId": team.state(kind).id})
    read = (
        "query ($id: String!) { project(id: $id) { scope progress scopeHistory completedScopeHistory"
        " inProgressScopeHistory issueCountHistory } }"
    )
    assert linear.data(read, id=project.id)["project"] == {
        "scope": 6,
        "progress": pytest.approx((3 + 0.25 * 2) / 6),
        "scopeHistory": [0, 0, 0, 6],
        "completedScopeHistory": [0, 0, 0, 3],
        "inProgressScopeHistory": [0, 0, 0, 2],
        "issueCountHistory": [0, 0, 0, 3],
    }


# --- Custom views --------------------------------------------------------------------------------


def test_a_view_lists_what_its_filter_says_and_stores_it_in_another_shape(linear: Linear) -> None:
    given = {"team": {"key": {"eq": "ENG"}}, "labels": {"name": {"eq": "Bug"}}}
    made = linear.data(VIEW, i={"name": "Bugs", "filterData": given})["customViewCreate"]["customView"]
    assert made["modelName"] == "Issue"
    assert made["filterData"] != given
    read = (
        "query ($id: String!) { customView(id: $id) { issues(first: 100) { nodes { identifier } }"
        " projects { nodes { id } } } }"
    )
    seen = linear.data(read, id=made["slugId"])["customView"]
    expected = {
        issue.identifier
        for issue in linear.space.team("ENG").issues
        if issue.archived_at is None and any(label.name == "Bug" for label in issue.labels)
    }
    assert {issue["identifier"] for issue in seen["issues"]["nodes"]} == expected != set()
    assert seen["projects"]["nodes"] == []
    # The stored form is a filter of the same meaning.
    again = "query ($f: IssueFilter) { issues(first: 100, filter: $f) { nodes { identifier } } }"
    assert {
        row["identifier"] for row in linear.data(again, f=made["filterData"])["issues"]["nodes"]
    } == expected


def test_a_view_that_is_not_shared_is_its_owners_alone(linear: Linear) -> None:
    made = linear.data(VIEW, i={"name": "Mine"})["customViewCreate"]["customView"]["id"]
    read = "query ($id: String!) { customView(id: $id) { name } }"
    assert linear.error(read, token=ANN, id=made)["message"] == "Entity not found: CustomView"
    share = "mutation ($id: String!) { customViewUpdate(id: $id, input: {shared: true}) { success } }"
    assert linear.error(share, token=ANN, id=made)["message"] == "Entity not found: CustomView"
    linear.data(share, id=made)
    assert linear.data(read, ANN, id=made)["customView"] == {"name": "Mine"}
    linear.data("mutation ($id: String!) { customViewDelete(id: $id) { success } }", ANN, id=made)
    linear.error(read, id=made)


def test_views_of_one_project_are_left_out_of_the_list(linear: Linear, project: Project) -> None:
    linear.data(VIEW, i={"name": "Inside", "projectId": project.id})
    linear.data(VIEW, i={"name": "Outside", "projectFilterData": {"health": {"eq": "atRisk"}}})
    seen = linear.data("{ customViews(sort: [{name: {order: Descending}}]) { nodes { name modelName } } }")
    names = [view["name"] for view in seen["customViews"]["nodes"]]
    assert "Inside" not in names
    assert "Outside" in names
    assert names == sorted(names, reverse=True)


def test_a_view_with_a_filter_that_does_not_fit_is_refused(linear: Linear) -> None:
    wrong = linear.error(VIEW, 400, i={"name": "X", "filterData": {"identifier": {"eq": "ENG-1"}}})
    assert wrong["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    both: dict[str, Any] = {"filterData": {}, "projectFilterData": {}}
    assert linear.error(VIEW, i={"name": "X", **both})["extensions"]["code"] == "INVALID_INPUT"


# --- Pages ---------------------------------------------------------------------------------------


def test_a_view_has_a_page_with_what_a_lead_would_see(linear: Linear) -> None:
    given = {"name": "<b>Bugs</b>", "filterData": {"labels": {"name": {"eq": "Bug"}}}, "shared": True}
    made = linear.data(VIEW, i=given)["customViewCreate"]["customView"]
    page = linear.page(f"/linear/view/bugs-{made['slugId']}")
    assert page.status_code == 200
    assert "&lt;b&gt;Bugs&lt;/b&gt;" in page.text
    issue = next(
        one
        for one in linear.space.issues.values()
        if one.archived_at is None and any(label.name == "Bug" for label in one.labels)
    )
    assert f"/linear/issue/{issue.identifier}" in page.text
    assert linear.page("/linear/view/none").status_code == 404


def test_a_team_has_a_page_with_its_projects_views_and_issues(linear: Linear) -> None:
    linear.data(VIEW, i={"name": "For everybody", "shared": True})
    page = linear.page("/linear/team/eng").text
    for text in ("Engineering", "Faster API", "At risk", "For everybody", "In Review"):
        assert text in page, text
    assert linear.page("/linear/team/NONE").status_code == 404


def test_a_project_page_shows_its_updates_with_health(linear: Linear, project: Project) -> None:
    post(linear, project, health="offTrack", body="**No** way")
    page = linear.page(f"/linear/project/{project.id}").text
    assert "Off track" in page
    assert "<strong>No</strong> way" in page


def test_the_views_of_an_admin_open_for_projects_and_initiatives(linear: Linear) -> None:
    for name in ("projectFilterData", "initiativeFilterData"):
        made = linear.data(VIEW, INES, i={"name": name, name: {"name": {"contains": "a"}}})
        page = linear.page(f"/linear/view/{made['customViewCreate']['customView']['id']}")
        assert page.status_code == 200
        assert "Faster API" in page.text or "Fast and safe" in page.text
