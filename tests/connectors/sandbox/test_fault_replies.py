"""Faults that spoil the reply itself: its JSON, its size, its pages."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_clients import found, jira, linear


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(generate(60)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Iterator[Sandbox]:
    shared.clear_faults()
    shared.forget_requests()
    yield shared
    shared.clear_faults()


def test_truncate_and_compression_go_together(sandbox: Sandbox) -> None:
    sandbox.fault("field", "truncate", share=0.9)
    reply = jira(sandbox, "field")
    assert reply.headers["Content-Encoding"] == "gzip"
    with pytest.raises(json.JSONDecodeError):
        reply.json()


@pytest.mark.parametrize("kind", ["huge", "bomb"])
def test_endless_replies_are_valid_json_of_the_size_asked_for(sandbox: Sandbox, kind: Any) -> None:
    sandbox.fault("myself", kind, megabytes=3)
    with loopback.stream("GET", f"{sandbox.url}/jira/rest/api/3/myself") as reply:
        raw = b"".join(reply.iter_raw())
    assert (len(raw) < 20_000) is (kind == "bomb")
    body = gzip.decompress(raw) if kind == "bomb" else raw
    assert len(json.loads(body)["data"]) == 3 * 1_048_576


def test_a_client_may_hang_up_on_a_huge_reply(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    sandbox.fault("myself", "huge", megabytes=1024, times=1)
    with loopback.stream("GET", f"{sandbox.url}/jira/rest/api/3/myself") as reply:
        assert next(reply.iter_bytes())
    while not (rows := [row for row in sandbox.requests if row.path.endswith("/myself")]):
        assert jira(sandbox, "serverInfo").status_code == 200
    assert rows[0].status == 0
    assert caplog.records == []


def test_deep_json_is_too_deep_for_most_parsers(sandbox: Sandbox) -> None:
    sandbox.fault("myself", "deep", depth=50_000)
    reply = jira(sandbox)
    assert reply.text.count("[") == reply.text.count("]") == 50_000


def test_wrong_types_at_a_place_and_at_random(sandbox: Sandbox) -> None:
    sandbox.fault("search/jql", "wrong_types", at="issues.*.fields.labels", times=1)
    sandbox.fault("search/jql", "wrong_types", share=0.001)
    aimed = found(sandbox, fields=["labels", "summary"])["issues"]
    assert [type(one["fields"]["labels"]) for one in aimed] == [dict] * 3
    assert [type(one["fields"]["summary"]) for one in aimed] == [str] * 3
    spoiled = found(sandbox, fields=["labels", "summary"])
    sandbox.clear_faults()
    assert leaves_that_differ(spoiled, found(sandbox, fields=["labels", "summary"])) == 1


def leaves_that_differ(one: Any, other: Any) -> int:
    if isinstance(one, dict):
        return sum(leaves_that_differ(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return sum(map(leaves_that_differ, one, other))
    return int(type(one) is not type(other))


def test_partial_nulls_the_field_and_says_so(sandbox: Sandbox) -> None:
    whole = linear(sandbox).json()["data"]["issues"]["nodes"]
    sandbox.fault("graphql", "partial", at="issues.nodes.1.assignee", message="lost", times=1)
    reply = linear(sandbox)
    value = reply.json()
    assert reply.status_code == 200
    assert value["data"]["issues"]["nodes"] == [whole[0], whole[1] | {"assignee": None}, whole[2]]
    assert value["errors"][0]["path"] == ["issues", "nodes", 1, "assignee"]
    assert value["errors"][0]["extensions"]["type"] == "internal error"
    # A field that may not be null takes the nearest that may, here all of `data`.
    sandbox.fault("graphql", "partial", at="issues.nodes.*.identifier", type="lock timeout")
    value = linear(sandbox).json()
    assert value["data"] is None
    assert value["errors"][0]["extensions"]["type"] == "lock timeout"


def test_a_repeated_page_token_leads_round_and_round(sandbox: Sandbox) -> None:
    sandbox.fault("search/jql", "repeat_page")
    first = found(sandbox)
    second = found(sandbox, nextPageToken=first["nextPageToken"])
    assert second["nextPageToken"] == first["nextPageToken"]
    last = found(sandbox, "key = WEB-1")
    assert (last["isLast"], last["nextPageToken"]) == (False, first["nextPageToken"])
    sandbox.fault("graphql", "repeat_page")
    pages = [linear(sandbox).json()["data"]["issues"]["pageInfo"]]
    pages.append(linear(sandbox, after=pages[0]["endCursor"]).json()["data"]["issues"]["pageInfo"])
    assert pages[0] == pages[1] == {"hasNextPage": True, "endCursor": pages[0]["endCursor"]}


def test_rows_repeat_and_get_lost_between_pages(sandbox: Sandbox) -> None:
    def walk() -> list[list[str]]:
        first = found(sandbox)
        second = found(sandbox, nextPageToken=first["nextPageToken"])
        return [[one["id"] for one in page["issues"]] for page in (first, second)]

    first, second = walk()
    sandbox.fault("search/jql", "repeat_rows", rows=2, times=2)
    assert walk() == [first, [*first[-2:], *second]]
    sandbox.fault("search/jql", "lose_rows", rows=1)
    assert walk() == [first[1:], second[1:]]
    sandbox.fault("graphql", "lose_rows", rows=2)
    assert len(linear(sandbox).json()["data"]["issues"]["nodes"]) == 1
