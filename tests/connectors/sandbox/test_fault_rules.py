"""Which requests a fault rule chooses, how often, and what the controls say about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_jira_client import ANN, SERVICE


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(generate(50)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Iterator[Sandbox]:
    shared.clear_faults()
    yield shared
    shared.clear_faults()


def add(sandbox: Sandbox, **rule: Any) -> dict[str, Any]:
    reply = loopback.post(f"{sandbox.url}/__faults", json={"kind": "status", "status": 418, **rule})
    assert reply.status_code == 201, reply.text
    value: dict[str, Any] = reply.json()
    return value


def rule(sandbox: Sandbox, place: int = 0) -> dict[str, Any]:
    listed: list[dict[str, Any]] = loopback.get(f"{sandbox.url}/__faults").json()
    return listed[place]


def jira(sandbox: Sandbox, path: str = "myself", auth: tuple[str, str] | None = SERVICE) -> int:
    return loopback.get(f"{sandbox.url}/jira/rest/api/3/{path}", auth=auth).status_code


def linear(sandbox: Sandbox, document: str, **more: Any) -> int:
    return loopback.post(
        f"{sandbox.url}/linear/graphql",
        json={"query": document, **more},
        headers={"Authorization": TOKEN},
    ).status_code


def test_skip_and_times_count_and_the_rule_tells_its_hits(sandbox: Sandbox) -> None:
    number = add(sandbox, match="^GET .*/myself$", skip=1, times=2)["id"]
    assert [jira(sandbox) for _ in range(5)] == [200, 418, 418, 200, 200]
    assert jira(sandbox, "serverInfo") == 200
    row = rule(sandbox)
    assert (row["id"], row["hits"], row["seen"], row["kind"]) == (number, 2, 3, "status")


def test_ids_go_on_after_removal_and_one_rule_can_be_removed(sandbox: Sandbox) -> None:
    first, second = add(sandbox, match="myself")["id"], add(sandbox, match="serverInfo")["id"]
    assert loopback.delete(f"{sandbox.url}/__faults/{first}").status_code == 204
    assert (jira(sandbox), jira(sandbox, "serverInfo")) == (200, 418)
    assert loopback.delete(f"{sandbox.url}/__faults/{first}").status_code == 404
    assert add(sandbox, match="x")["id"] > second
    sandbox.clear_faults()
    assert add(sandbox, match="x")["id"] > second + 1


def test_a_rate_breaks_its_share_and_the_same_ones_for_the_same_seed(sandbox: Sandbox) -> None:
    def drawn(seed: int) -> list[int]:
        sandbox.clear_faults()
        add(sandbox, match="serverInfo", rate=0.3, seed=seed)
        with httpx.Client(verify=loopback.NO_CERTIFICATES, base_url=sandbox.url) as client:
            return [client.get("/jira/rest/api/3/serverInfo").status_code for _ in range(100)]

    once = drawn(7)
    assert 15 <= once.count(418) <= 45
    assert once == drawn(7)
    assert once != drawn(8)


def test_a_credential_chooses_its_own_requests(sandbox: Sandbox) -> None:
    add(sandbox, credential=ANN[0])
    assert [jira(sandbox, auth=one) for one in (SERVICE, ANN, ("x", "y"), None)] == [200, 418, 401, 401]
    sandbox.clear_faults()
    add(sandbox, credential="truenorth@acme.example")
    assert jira(sandbox) == linear(sandbox, "{ viewer { id } }") == 418
    sandbox.clear_faults()
    add(sandbox, credential="anonymous")
    add(sandbox, credential="unknown", status=451)
    assert [jira(sandbox, auth=one) for one in (None, ("x", "y"))] == [418, 451]


@pytest.mark.parametrize(
    ("selector", "broken"),
    [
        ({"operation_kind": "mutation"}, [False, False, False, True]),
        ({"operation_kind": "query"}, [True, True, True, False]),
        ({"operation": "^Probe$"}, [True, True, False, False]),
        ({"operation": "^teams$"}, [False, False, True, False]),
        ({"operation": "^commentDelete$"}, [False, False, False, True]),
        ({"operation": "Probe", "match": "^GET "}, [False] * 4),
    ],
)
def test_a_graphql_operation_is_chosen_by_name_and_kind(
    sandbox: Sandbox, selector: dict[str, Any], broken: list[bool]
) -> None:
    add(sandbox, **selector)
    asked = [
        ("query Probe { viewer { id } }", {}),
        (
            "fragment F on User { id }\nquery Other { teams { nodes { id } } } query Probe { viewer { ...F } }",
            {"operationName": "Probe"},
        ),
        ("{ alias: teams { nodes { id } } }", {}),
        ('mutation { commentDelete(id: "00000000-0000-4000-8000-000000000000") { success } }', {}),
    ]
    assert [linear(sandbox, document, **more) == 418 for document, more in asked] == broken
    assert jira(sandbox) == 200


def test_the_first_that_fires_wins_unless_it_only_changes_the_circumstances(sandbox: Sandbox) -> None:
    sandbox.fault("myself", "latency", seconds=0)
    add(sandbox, match="myself", times=1)
    add(sandbox, match="myself", status=451)
    assert [jira(sandbox), jira(sandbox)] == [418, 451]
    assert [rule(sandbox, place)["hits"] for place in range(3)] == [2, 1, 1]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"match": "x", "kind": "explode"}, "choose from status, rate_limit"),
        ({"match": "x", "kind": 7}, "unknown kind 7"),
        ({"match": "x"}, "missing key 'kind'"),
        ({"kind": "html"}, "missing key 'match'"),
        ({"match": "(", "kind": "html"}, "not a regular expression"),
        ({"match": 7, "kind": "html"}, "not a regular expression"),
        ({"match": "x", "kind": "html", "colour": "red"}, "unknown key 'colour' for the kind 'html'"),
        ({"match": "x", "kind": "status", "status": "500"}, "`$.status`"),
        ({"match": "x", "kind": "status", "status": 99}, "`$.status`"),
        ({"match": "x", "kind": "latency", "seconds": -1}, "`$.seconds`"),
        ({"match": "x", "kind": "status", "rate": 0}, "`$.rate`"),
        ({"match": "x", "kind": "status", "rate": 1.1}, "`$.rate`"),
        ({"match": "x", "kind": "status", "times": -1}, "`$.times`"),
        ({"match": "x", "kind": "status", "headers": {"A": 1}}, "`$.headers[...]`"),
        ({"match": "x", "kind": "redirect", "status": 200}, "`$.status`"),
        ({"match": "x", "kind": "redirect", "to": "nowhere"}, "to is host, scheme"),
        ({"match": "x", "kind": "bomb", "megabytes": 100_000}, "`$.megabytes`"),
        ({"match": "x", "kind": "partial"}, "`at`"),
        ({"match": "x", "kind": "rate_limit", "reason": "bored"}, "`$.reason`"),
        (["x"], "must be a JSON object"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_with_the_reason(
    sandbox: Sandbox, given: object, word: str
) -> None:
    reply = loopback.post(f"{sandbox.url}/__faults", json=given)
    assert reply.status_code == 400
    assert word in reply.json()["error"]
    assert loopback.get(f"{sandbox.url}/__faults").json() == []


def test_a_rule_in_python_is_checked_alike(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match=r"\$\.status"):
        sandbox.fault("x", "status", status="500")
    kept = sandbox.fault("myself", "empty")
    assert (jira(sandbox), kept.hits) == (200, 1)
