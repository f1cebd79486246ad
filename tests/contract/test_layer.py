"""The layer sees what it is there to see: planted breaches on both trackers, and nothing where all is well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.company import SERVICE
from connectors.sandbox.jira.http import SERVICE_TOKEN
from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.recorder import Exchange
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.contract import layer as contract
from tests.support.contract.layer import Layer

pytestmark = pytest.mark.skipif(not contract.available(), reason=contract.WHY_OFF)

OURS, OTHERS = "truenorth", "somebody"
ISSUES = "query Some($first: Int) { issues(first: $first) { nodes { id title state { name } } } }"


@pytest.fixture(scope="module")
def layer() -> Layer:
    return Layer()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(items=60, seed=3)) as running:
        yield running


def exchange(
    sandbox: Sandbox, method: str, path: str, agent: str, *, body: Any = None, **params: str
) -> Exchange:
    """A real request and its real reply, caught as a watcher catches them."""
    caught: list[Exchange] = []
    with pytest.MonkeyPatch.context() as patch:
        # In place of the suite's own layer, to which a planted breach would be one.
        patch.setattr(Sandbox, "watchers", [caught.append])
        with Sandbox(sandbox.world) as running:
            jira = path.startswith("/jira")
            loopback.request(
                method,
                running.url + path,
                auth=(SERVICE.email, SERVICE_TOKEN) if jira else None,
                headers={"User-Agent": agent} | ({} if jira else {"Authorization": TOKEN}),
                params=params or None,
                json=body,
            )
    return caught[0]


def altered(one: Exchange, **changes: Any) -> Exchange:
    return Exchange(**{name: getattr(one, name) for name in Exchange.__slots__} | changes)


def verdict(layer: Layer, one: Exchange) -> list[str]:
    layer.watch(one)
    return layer.verdict()


def tampered(one: Exchange, change: Any) -> Exchange:
    """The same with a reply that `change` has edited in place."""
    reply = json.loads(one.reply)
    change(reply)
    return altered(one, reply=json.dumps(reply).encode())


def test_what_is_right_passes(layer: Layer, sandbox: Sandbox) -> None:
    body = {"jql": "project = WEB", "fields": ["*all"]}
    search = exchange(sandbox, "POST", "/jira/rest/api/3/search/jql", OURS, body=body)
    assert (search.status, verdict(layer, search)) == (200, [])
    asked = {"query": ISSUES, "variables": {"first": 5}}
    issues = exchange(sandbox, "POST", "/linear/graphql", OURS, body=asked)
    assert (issues.status, verdict(layer, issues)) == (200, [])


def set_to(value: Any, *path: Any) -> Any:
    def change(reply: Any) -> None:
        for key in path[:-1]:
            reply = reply[key]
        reply[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_to("yes", "isLast"), "isLast"),
        (set_to(7, "issues", 0, "key"), "key"),
        (set_to({}, "issues"), "issues"),
        (set_to("soon", "total"), "total"),
    ],
    ids=["a text for a boolean", "a number for a key", "an object for a list", "a member that there is not"],
)
def test_a_wrong_jira_reply_is_caught(layer: Layer, sandbox: Sandbox, change: Any, said: str) -> None:
    body = {"jql": "project = WEB", "fields": ["summary"]}
    right = exchange(sandbox, "POST", "/jira/rest/api/3/search/jql", OTHERS, body=body)
    found = verdict(layer, tampered(right, change))
    assert len(found) == 1
    assert found[0].startswith("POST /jira/rest/api/3/search/jql (200): reply:")
    assert said in found[0]


@pytest.mark.parametrize(
    ("path", "body", "params"),
    [
        ("/jira/rest/api/3/search/jql", {"jql": 5}, {}),
        ("/jira/rest/api/3/search/jql", {"jql": "project = WEB", "maxResult": 5}, {}),
        ("/jira/rest/api/3/nowhere", {}, {}),
        ("/jira/rest/api/3/issue/WEB-1/comment", {"body": "plain"}, {}),
        (
            "/jira/rest/api/3/issue/WEB-1/comment",
            {"body": {"type": "doc", "version": 1, "content": [{"type": "b"}]}},
            {},
        ),
    ],
    ids=[
        "a number for JQL",
        "a misspelt member",
        "a path that there is not",
        "no document",
        "an unknown node",
    ],
)
def test_a_wrong_jira_request_of_ours_is_caught(
    layer: Layer, sandbox: Sandbox, path: str, body: Any, params: dict[str, str]
) -> None:
    wrong = exchange(sandbox, "POST", path, OURS, body=body, **params)
    assert any("request:" in problem for problem in verdict(layer, wrong))
    assert verdict(layer, exchange(sandbox, "POST", path, OTHERS, body=body, **params)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_to(None, "data", "issues", "nodes", 0, "title"), "non-nullable"),
        (set_to(5, "data", "issues", "nodes", 0, "title"), "title"),
        (set_to("x", "data", "issues", "nodes", 0, "colour"), "colour"),
        (lambda reply: reply["data"]["issues"]["nodes"][0].pop("state"), "missing"),
    ],
    ids=["null where none may be", "a number for a text", "what was not asked for", "what is missing"],
)
def test_a_wrong_linear_reply_is_caught(layer: Layer, sandbox: Sandbox, change: Any, said: str) -> None:
    asked = {"query": ISSUES, "variables": {"first": 5}}
    right = exchange(sandbox, "POST", "/linear/graphql", OTHERS, body=asked)
    found = verdict(layer, tampered(right, change))
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "{ issues { nodes { nonsense } } }"},
        {"query": ISSUES, "variables": {"first": "five"}},
        {"query": "{ issues { nodes { id } }"},
        {"nothing": 1},
    ],
    ids=["a field that there is not", "a text for a number", "no end", "no query"],
)
def test_a_wrong_linear_request_of_ours_is_caught(
    layer: Layer, sandbox: Sandbox, asked: dict[str, Any]
) -> None:
    assert verdict(layer, exchange(sandbox, "POST", "/linear/graphql", OURS, body=asked)) != []
    assert verdict(layer, exchange(sandbox, "POST", "/linear/graphql", OTHERS, body=asked)) == []


def test_what_a_fault_altered_may_be_anything(layer: Layer, sandbox: Sandbox) -> None:
    right = exchange(sandbox, "GET", "/jira/rest/api/3/myself", OURS)
    assert verdict(layer, altered(right, reply=b"<html>", broken=True)) == []


def test_every_exchange_is_seen(layer: Layer, sandbox: Sandbox) -> None:
    before = layer.counts["Jira requests of the connectors"]
    layer.watch(exchange(sandbox, "GET", "/jira/rest/api/3/serverInfo", OURS))
    assert layer.counts["Jira requests of the connectors"] == before + 1
    layer.verdict()
