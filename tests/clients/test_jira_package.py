"""The `jira` package, unmodified but for the address, against the sandbox, in both versions of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.clients.jira_tour import Tour


@pytest.fixture(scope="module", params=["2", "3"], ids=["v2", "v3"])
def walked(request: pytest.FixtureRequest) -> Iterator[tuple[Tour, Sandbox]]:
    """A tour that was walked to its end, and the sandbox that it walked through."""
    with Sandbox(generate(120)) as sandbox:
        tour = Tour(f"{sandbox.url}/jira", request.param)
        assert len(list(tour.walk())) == 12
        yield tour, sandbox


@pytest.fixture
def seen(walked: tuple[Tour, Sandbox]) -> dict[str, Any]:
    return walked[0].seen


def test_the_package_took_the_version_that_it_was_told(walked: tuple[Tour, Sandbox]) -> None:
    tour, sandbox = walked
    asked = [row.path for row in sandbox.requests if "/rest/api/" in row.path]
    own = [path for path in asked if f"/rest/api/{tour.version}/" in path]
    # It assigns through "latest", whatever version it is told.
    assert {path for path in asked if path not in own} == {path for path in asked if "/latest/" in path}
    assert len(own) > 60


def test_it_knows_the_site_and_itself(seen: dict[str, Any]) -> None:
    assert seen["deployment"] == "Cloud"
    assert seen["me"] == "truenorth@acme.example"
    assert seen["account"].startswith("712020:")


def test_it_lists_what_there_is(seen: dict[str, Any]) -> None:
    assert seen["field"] == "customfield_10101"
    assert {"WEB", "OPS"} <= set(seen["projects"])
    assert seen["project types"] == ["Epic", "Story", "Task", "Sub-task", "Bug"]
    assert set(seen["project types"]) <= set(seen["types"])
    assert seen["priorities"][0] == "Highest"
    assert "Done" in seen["resolutions"]
    assert seen["status"] == "done"


def test_it_pages_through_a_search(seen: dict[str, Any]) -> None:
    assert seen["page"][0] == "WEB-1"
    assert len(seen["page"]) == len(seen["next page"]) == 10
    assert seen["all"][:20] == [*seen["page"], *seen["next page"]]
    assert seen["count"] == len(seen["all"])
    assert seen["raw"] == seen["all"][:3]
    assert seen["summary of the first"]
    assert seen["field by name"]


def test_it_creates_and_updates_an_issue(seen: dict[str, Any]) -> None:
    key, *rest = seen["created"]
    assert key.startswith("WEB-")
    assert rest == ["Made by the package", ["first"]]
    assert seen["description"] == "Why we do this"
    assert seen["renamed"] == ("Renamed", ["first", "second"])
    assert seen["labels"] == ["second", "third"]
    assert seen["key result"] == "GROWTH-KR1"
    assert seen["refused"] == (400, "The label 'two words' contains spaces which is invalid.")


def test_it_moves_an_issue_on_and_reads_its_history(seen: dict[str, Any]) -> None:
    assert "Done" in seen["transitions"]
    assert seen["moved on"] == ("Done", "Done")
    # Newest first.
    assert seen["history"][:2] == ["resolution", "status"]
    assert {"summary", "labels", "Key result"} <= set(seen["history"])


def test_it_writes_edits_and_deletes_comments(seen: dict[str, Any]) -> None:
    # The first two came along with a transition and an edit.
    assert seen["comments"] == ["Off it goes", "And edited", "One remark, edited", "Another"]
    assert seen["author"] == "Truenorth"
    assert seen["comments left"] == [False, False, True]


def test_it_keeps_issue_properties(seen: dict[str, Any]) -> None:
    assert seen["property"] == {"step": 2, "deep": [1, {"a": None}]}
    assert seen["properties"] == ["tour"]
    assert seen["properties left"] == []


def test_it_keeps_remote_links(seen: dict[str, Any]) -> None:
    # The same globalId a second time is an update.
    assert seen["remote links"] == ["GROWTH-KR1 at 40 %", "Another"]
    assert seen["remote link"] == ("Another one", "another")
    assert seen["remote links left"] == []


def test_it_links_issues(seen: dict[str, Any]) -> None:
    assert "Blocks" in seen["link types"]
    assert seen["link"] == ("blocks", True)
    assert seen["whole link"]
    assert seen["links left"] == []


def test_it_finds_people_and_assigns_them(seen: dict[str, Any]) -> None:
    assert seen["found"] == seen["user"] == seen["assignee"] == "Ann Lee"
    assert seen["assignable"]
    assert seen["unassigned"] is None


def test_it_keeps_filters(seen: dict[str, Any], walked: tuple[Tour, Sandbox]) -> None:
    name = f"Unaligned work, version {walked[0].version}"
    assert seen["filter"] == (name, "project = WEB")
    assert seen["favourites"]
    assert seen["changed filter"] == (name, "project = WEB AND labels = second")
    assert seen["filter again"] == "project = WEB AND labels = second"
    assert seen["found by filter"] == [seen["created"][0]]


def test_what_it_deletes_is_gone(seen: dict[str, Any]) -> None:
    assert seen["part of"]
    assert seen["gone"] == [404, 404, 404]
