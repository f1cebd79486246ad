"""What a customer of a service project can see of Truenorth: nothing, whatever the site does with its comments."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from connectors.sandbox.jira.state import Comment
from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli, writes


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest) -> Sandbox:
    """The example company with its Jira on the Cloud, or on Data Center."""
    box: Sandbox = request.getfixturevalue("pointed" if request.param == "cloud" else "server")
    return box


def become(site: Sandbox, **how: Any) -> None:
    """Every project of the site is one with customers, and as said."""
    for project in site.world.jira.projects.values():
        for name, value in how.items():
            site.call(partial(setattr, project, name, value))


def ours(site: Sandbox) -> list[Comment]:
    comments = (one for issue in site.world.jira.issues.values() for one in issue.comments.values())
    return [one for one in comments if "truenorth" in one.properties]


def test_progress_and_orphan_comments_are_internal(site: Sandbox, run: Cli) -> None:
    become(site, kind="service_desk")
    assert run("sync", *AS_OF, "--first-run").code == 0
    purposes = {one.properties["truenorth"]["purpose"] for one in ours(site)}
    assert purposes == {"progress", "orphan"}
    assert all(one.internal for one in ours(site))


def test_comments_from_before_the_project_had_customers_are_planned_and_replaced(
    site: Sandbox, run: Cli
) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    before = {one.id for one in ours(site)}
    become(site, kind="service_desk")
    assert "remove 1 comment that customers can see" in run("plan", *AS_OF).out
    assert run("sync", *AS_OF).code == 0
    assert len(ours(site)) == len(before)
    assert before.isdisjoint(one.id for one in ours(site))
    assert all(one.internal for one in ours(site))
    site.forget_requests()
    assert (run("sync", *AS_OF).code, writes(site)) == (0, [])


def test_where_all_comments_are_public_none_is_left_and_none_is_tried_again(site: Sandbox, run: Cli) -> None:
    become(site, kind="service_desk", publishes=True)
    assert run("sync", *AS_OF, "--first-run").code == 0
    posted = [one for one in writes(site) if one.startswith("POST") and one.endswith("/comment")]
    assert ours(site) == []
    assert 1 <= len(posted) <= len(site.world.jira.projects)
    site.forget_requests()
    again = run("sync", *AS_OF)
    assert (again.code, writes(site)) == (0, [])
    assert "so it stays without" in again.out
    assert run("undo", "--all", "--apply").code == 0
    assert not any("truenorth" in one.properties for one in site.world.jira.issues.values())
