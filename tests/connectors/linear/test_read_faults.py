"""Reads that must fail, and counting what a native query finds: over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from config.trackers import NativeQuery
from connectors.errors import (
    BadReply,
    CredentialError,
    QueryError,
    RateLimited,
    ScopeError,
    TrackerError,
    Unreachable,
)
from connectors.sandbox.linear.entities import (
    Issue,
)
from tests.support.linear_workspace import LinearWorkspace
from tests.support.sandbox_linear_client import Linear

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


# --- Refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["wrong-token", "lin_api_wrong", "lin_oauth_wrong"])
def test_a_wrong_credential_is_one_clear_line(workspace: LinearWorkspace, token: str) -> None:
    with pytest.raises(CredentialError, match="rejected the credential") as caught:
        workspace.connector(token=token).pull()
    assert token not in str(caught.value)
    assert len(workspace.box.requests) == 1


@pytest.mark.parametrize(
    ("teams", "words"),
    [
        (["ENGG"], 'team "ENGG" does not exist.*Did you mean "ENG"'),
        (["ENG", "eng"], 'team "eng" does not exist.*Did you mean "ENG"'),
        (["ZZZ"], 'team "ZZZ" does not exist.*Visible teams: ENG, MOB, PEO'),
    ],
)
def test_an_unknown_team_is_named_with_the_nearest(
    workspace: LinearWorkspace, teams: list[str], words: str
) -> None:
    with pytest.raises(ScopeError, match=words):
        workspace.connector(teams=teams).pull()


FAULTS: list[tuple[str, dict[str, Any], type[TrackerError]]] = [
    ("html", {}, BadReply),
    ("truncate", {}, BadReply),
    ("wrong_json", {}, BadReply),
    ("empty", {}, BadReply),
    ("status", {"status": 401}, CredentialError),
    ("status", {"status": 502}, Unreachable),
    ("drop_before", {}, Unreachable),
    (
        "status",
        {
            "status": 400,
            "body": {"errors": [{"message": "x", "extensions": {"type": "ratelimited"}}], "data": None},
            "headers": {"Retry-After": "100000"},
        },
        RateLimited,
    ),
    (
        "status",
        {
            "status": 200,
            "body": {
                "data": {"issues": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}},
                "errors": [{"message": "part is missing", "path": ["issues", "nodes", 3]}],
            },
        },
        BadReply,
    ),
]


@pytest.mark.parametrize("at", [0, 3, 5])
@pytest.mark.parametrize(("kind", "more", "error"), FAULTS)
def test_a_read_that_fails_anywhere_gives_nothing(
    still: LinearWorkspace, at: int, kind: Any, more: dict[str, Any], error: type[TrackerError]
) -> None:
    still.box.fault("POST /linear/graphql", kind, skip=at, **more)
    try:
        with pytest.raises(error):
            still.connector().pull()
    finally:
        still.box.clear_faults()


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_passing_fault_leaves_no_trace_in_what_is_read(still: LinearWorkspace, kind: Any) -> None:
    whole = still.connector().pull().items
    still.box.fault("POST /linear/graphql", kind, skip=3, times=2)
    again = still.connector().pull().items
    still.box.clear_faults()
    assert again == whole


def test_a_pull_is_lean(still: LinearWorkspace) -> None:
    pull = still.connector().pull()
    assert pull.requests < 12


# --- Counting ------------------------------------------------------------------------------------

OPEN_FLAKY = {
    "labels": {"name": {"eq": "flaky-test"}},
    "state": {"type": {"nin": ["completed", "canceled", "duplicate"]}},
}


def is_open_flaky(issue: Issue) -> bool:
    closed = issue.state.type in ("completed", "canceled", "duplicate")
    return not closed and "flaky-test" in [label.name for label in issue.labels]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (OPEN_FLAKY, is_open_flaky),
        ({}, lambda _: True),
        ({"team": {"key": {"eq": "PEO"}}}, lambda issue: issue.team.key == "PEO"),
        ({"title": {"eq": "no such issue"}}, lambda _: False),
    ],
)
def test_counts_exactly_what_the_filter_says(
    still: LinearWorkspace, query: dict[str, Any], expected: Callable[[Issue], bool]
) -> None:
    right = [one for one in still.space.issues.values() if not one.trashed and expected(one)]
    assert still.connector().count(NativeQuery("filter", json.dumps(query))) == len(right)


def test_the_archive_counts_and_the_trash_does_not(workspace: LinearWorkspace) -> None:
    reader = workspace.connector()
    query = NativeQuery("filter", '{"team": {"key": {"eq": "ENG"}}, "state": {"type": {"eq": "completed"}}}')
    before = reader.count(query)
    archived, trashed = [
        one
        for one in workspace.space.issues.values()
        if one.team.key == "ENG" and one.state.type == "completed" and one.archived_at is None
    ][:2]
    workspace.box.call(lambda: setattr(archived, "archived_at", MOMENT))
    assert (reader.count(query), len(reader.find(query))) == (before, before)
    workspace.box.call(lambda: setattr(trashed, "archived_at", MOMENT))
    workspace.box.call(lambda: setattr(trashed, "trashed", True))
    assert (reader.count(query), len(reader.find(query))) == (before - 1, before - 1)
    assert before > 1


def test_finds_what_a_custom_view_shows() -> None:
    workspace = LinearWorkspace()
    try:
        linear = Linear(workspace.box.url, workspace.space)
        flaky = {"name": "Flaky", "shared": True, "filterData": {"labels": {"name": {"eq": "flaky-test"}}}}
        lists = {"name": "Projects", "shared": True, "projectFilterData": {}}
        view, projects = (
            linear.data(VIEW, i=one)["customViewCreate"]["customView"]["id"] for one in (flaky, lists)
        )
        wanted = {
            one.id
            for one in workspace.space.issues.values()
            if "flaky-test" in {label.name for label in one.labels} and not one.trashed
        }
        assert workspace.connector().find(NativeQuery("view", view)) == wanted != set()
        with pytest.raises(QueryError, match="no-such-view"):
            workspace.connector().find(NativeQuery("view", "no-such-view"))
        with pytest.raises(QueryError, match="lists Projects, not issues"):
            workspace.connector().find(NativeQuery("view", projects))
    finally:
        workspace.close()


VIEW = "mutation ($i: CustomViewCreateInput!) { customViewCreate(input: $i) { customView { id } } }"


@pytest.mark.wrong_on_purpose("the filter is the operator's own text, for Linear to judge")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ('{"colour": {"eq": "red"}}', "colour"),
        ('{"labels": {"name": {"equals": "x"}}}', "equals"),
        ("not json", "not valid JSON"),
        ("[1]", "not an object"),
        ("{" * 100_000, "not valid JSON"),
    ],
)
def test_a_query_that_linear_does_not_accept(still: LinearWorkspace, query: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        still.connector().count(NativeQuery("filter", query))
