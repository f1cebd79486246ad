"""The generated Linear workspace, and the pages on which people look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.company import MESSY_TITLES, NOW, Clock
from connectors.sandbox.linear.entities import CLOSED
from connectors.sandbox.linear.entity_base import Entity
from connectors.sandbox.linear.generate import generate_linear
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.sandbox_linear_client import Linear


@pytest.fixture(scope="module")
def linear() -> Iterator[Linear]:
    with Sandbox(generate(300)) as sandbox:
        yield Linear(sandbox.url, sandbox.world.linear)


def as_values(space: LinearSpace) -> list[Any]:
    """Every row with its values; rows that it points at by their ids."""

    def value(one: Any) -> Any:
        if isinstance(one, Entity):
            return one.id
        return [value(part) for part in one] if isinstance(one, list) else one

    tables = (
        space.users,
        space.teams,
        space.labels,
        space.issues,
        space.projects,
        space.comments,
        space.attachments,
    )
    return [
        {field.name: value(getattr(row, field.name)) for field in fields(row)}
        for table in tables
        for row in table.values()
    ]


def test_equal_seeds_give_equal_worlds_and_other_seeds_others() -> None:
    first, again, other = (generate_linear(120, seed, Clock()) for seed in (5, 5, 6))
    assert as_values(first) == as_values(again)
    assert as_values(first) != as_values(other)


@pytest.mark.parametrize("items", [20, 120, 1000])
def test_a_world_has_the_size_that_was_asked_for(items: int) -> None:
    space = generate_linear(items, 1, Clock())
    assert abs(len(space.issues) + len(space.projects) - items) <= 3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_fits_the_example_company(seed: int) -> None:
    space = generate_linear(120, seed, Clock())
    assert [team.key for team in space.teams.values()] == ["ENG", "MOB", "PEO"]
    projects = {project.name: project for project in space.projects.values()}
    for name in (
        "Onboarding v2",
        "Faster API",
        "Continuous delivery",
        "Mobile offline mode",
        "Design system refresh",
    ):
        assert projects[name].issues, name
    issues = list(space.issues.values())
    worn = {label.name for issue in issues for label in issue.labels}
    assert {"onboarding", "GROWTH-KR2", "TRUST-KR3", "kr:SPEED-KR1", "flaky-test", "ktlo", "on-call"} <= worn
    flaky = [
        issue
        for issue in issues
        if issue.state.type not in CLOSED and any(label.name == "flaky-test" for label in issue.labels)
    ]
    assert 5 <= len(flaky) <= 14
    assert {issue.state.type for issue in issues} >= {
        "backlog",
        "unstarted",
        "started",
        "completed",
        "canceled",
        "duplicate",
    }
    assert set(MESSY_TITLES) <= {issue.title for issue in issues}
    assert any(issue.estimate is None for issue in issues)
    assert any(issue.parent and issue.parent.project is issue.project for issue in issues)
    assert any(one.type == "blocks" for one in space.relations.values())
    assert any(issue.archived_at for issue in issues)
    young = [issue for issue in issues if NOW - issue.created_at < timedelta(days=7)]
    assert young
    assert len(young) < len(issues) / 2


@pytest.mark.parametrize("seed", range(4))
def test_it_obeys_its_own_rules(seed: int) -> None:
    for issue in generate_linear(400, seed, Clock()).issues.values():
        assert issue.created_at <= issue.updated_at <= NOW, issue.identifier
        assert issue.state.team is issue.team
        assert issue.parent is None or issue.parent.created_at < issue.created_at
        groups = [label.parent.name for label in issue.labels if label.parent]
        assert len(groups) == len(set(groups))
        assert len(issue.labels) == len(set(issue.labels))
        assert all(label.team in (None, issue.team) for label in issue.labels)
        assert (issue.completed_at is not None) == (issue.state.type == "completed")
        assert (issue.canceled_at is not None) == (issue.state.type in ("canceled", "duplicate"))


# --- Pages ---------------------------------------------------------------------------------------


def test_an_issue_page_shows_titles_literally(linear: Linear) -> None:
    for messy in MESSY_TITLES:
        issue = next(one for one in linear.space.issues.values() if one.title == messy)
        text = linear.page(f"/linear/issue/{issue.identifier}").text
        assert "<script" not in text
        assert 'href="javascript' not in text


def test_an_issue_page_shows_the_marks(linear: Linear) -> None:
    issue = next(one for one in linear.space.issues.values() if one.project and not one.archived_at)
    label = next(one.id for one in linear.space.labels.values() if one.name == "GROWTH-KR2")
    linear.data(
        "mutation ($id: String!, $l: String!, $a: AttachmentCreateInput!, $c: CommentCreateInput!) {"
        " issueAddLabel(id: $id, labelId: $l) { success }"
        " attachmentCreate(input: $a) { success } commentCreate(input: $c) { success } }",
        id=issue.id,
        l=label,
        a={
            "issueId": issue.id,
            "title": "GROWTH-KR2 <b>",
            "subtitle": "40 % & rising",
            "url": "https://okrs.example.com/kr/GROWTH-KR2",
            "metadata": {"truenorth": '{"owner":"acme","v":1}'},
        },
        c={"issueId": issue.id, "body": "**Bold** <img src=x> [x](javascript:alert(1))\n\n- one"},
    )
    reply = linear.page(f"/linear/issue/{issue.identifier}")
    assert "script-src" not in reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    text = reply.text
    for part in (
        'href="https://okrs.example.com/kr/GROWTH-KR2"',
        "GROWTH-KR2 &lt;b&gt;",
        "40 % &amp; rising",
        '<span class="soft">Key result ›</span>',
        "<strong>Bold</strong> &lt;img src=x&gt;",
        "<li>one</li>",
        "Behind the scenes",
        "&#34;owner&#34;: &#34;acme&#34;",
    ):
        assert part in text, part
    assert 'href="javascript' not in text


def test_a_project_page_shows_links_comments_and_issues(linear: Linear) -> None:
    project = next(one for one in linear.space.projects.values() if one.name == "Onboarding v2")
    linear.data(
        "mutation ($l: EntityExternalLinkCreateInput!, $c: CommentCreateInput!) {"
        " entityExternalLinkCreate(input: $l) { success } commentCreate(input: $c) { success } }",
        l={
            "projectId": project.id,
            "label": "GROWTH-KR2 · 40 %",
            "url": "https://okrs.example.com/kr/GROWTH-KR2",
        },
        c={"projectId": project.id, "body": "On *course*"},
    )
    text = linear.page(f"/linear/project/{project.id}").text
    assert "GROWTH-KR2 · 40 %" in text
    assert "On <em>course</em>" in text
    assert "Self-serve growth" in text
    shown = [issue for issue in project.issues if issue.archived_at is None]
    assert all(f'href="/linear/issue/{issue.identifier}"' in text for issue in shown)
    assert linear.page(f"/linear/project/{project.url.rpartition('/')[2]}").text == text


@pytest.mark.parametrize("path", ["/linear/issue/ENG-99999", "/linear/project/none"])
def test_what_is_not_there_is_said_plainly(linear: Linear, path: str) -> None:
    reply = linear.page(path)
    assert reply.status_code == 404
    assert "There is no Linear" in reply.text


def test_every_page_renders(linear: Linear) -> None:
    for issue in list(linear.space.issues.values())[::6]:
        assert linear.page(f"/linear/issue/{issue.identifier}").status_code == 200
    for project in linear.space.projects:
        assert linear.page(f"/linear/project/{project}").status_code == 200
