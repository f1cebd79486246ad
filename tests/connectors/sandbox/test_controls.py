"""The record of requests, the clock, the reset, the dump, and compression."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from connectors.sandbox import recorder
from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_jira_client import SERVICE, paragraph

LONG = "/jira/rest/api/3/field"


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


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    """A sandbox that the test may write to."""
    with Sandbox(generate(60)) as sandbox:
        yield sandbox


def rows(sandbox: Sandbox, **query: str) -> list[dict[str, Any]]:
    reply = loopback.get(f"{sandbox.url}/__requests", params=query)
    assert reply.status_code == 200, reply.text
    listed: list[dict[str, Any]] = reply.json()
    return listed


def graphql(sandbox: Sandbox, document: str, **variables: Any) -> httpx.Response:
    return loopback.post(
        f"{sandbox.url}/linear/graphql",
        json={"query": document, "variables": variables},
        headers={"Authorization": TOKEN},
    )


# --- Requests ------------------------------------------------------------------------------------


def test_a_row_tells_all_about_a_request(sandbox: Sandbox) -> None:
    fault = sandbox.fault(LONG, "latency", seconds=0.02)
    loopback.get(f"{sandbox.url}{LONG}?x=1", auth=SERVICE)
    graphql(sandbox, 'mutation Rename { commentDelete(id: "x") { success } }')
    first, second = rows(sandbox)
    assert (first["method"], first["path"], first["query"], first["route"]) == ("GET", LONG, "x=1", LONG)
    assert (first["faults"], first["credential"]) == ([fault.id], SERVICE[0])
    assert first["response_bytes"] > first["wire_bytes"] > 100
    assert first["duration_ms"] >= 20
    assert (second["operation"], second["operation_name"]) == ("mutation", "Rename")
    assert second["number"] == first["number"] + 1
    assert second["request_bytes"] > 40


def test_rows_can_be_chosen(sandbox: Sandbox) -> None:
    loopback.get(f"{sandbox.url}{LONG}")
    middle = sandbox.world.clock.now().isoformat()
    loopback.get(f"{sandbox.url}/jira/rest/api/3/issue/NO-1", auth=SERVICE)
    graphql(sandbox, "query Probe { viewer { id } }")
    numbers = [row["number"] for row in rows(sandbox)]
    assert [row["number"] for row in rows(sandbox, since=str(numbers[0]))] == numbers[1:]
    assert [row["number"] for row in rows(sandbox, since=middle)] == numbers[1:]
    assert [row["status"] for row in rows(sandbox, path="issue/[A-Z]+")] == [404]
    assert [row["operation_name"] for row in rows(sandbox, method="post")] == ["Probe"]
    assert len(rows(sandbox, operation="^Pro")) == len(rows(sandbox, status="404")) == 1
    assert [row["number"] for row in rows(sandbox, limit="2")] == numbers[1:]


@pytest.mark.parametrize("query", ["path=(", "since=yesterday", "since=2026-11-16", "limit=x", "colour=red"])
def test_a_filter_that_cannot_work_is_refused(sandbox: Sandbox, query: str) -> None:
    reply = loopback.get(f"{sandbox.url}/__requests?{query}")
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_the_summary_adds_up_by_route_status_and_bytes(sandbox: Sandbox) -> None:
    for key in ("WEB-1", "WEB-2", "NO-1"):
        loopback.get(f"{sandbox.url}/jira/rest/api/3/issue/{key}", auth=SERVICE)
    graphql(sandbox, "query Probe { viewer { id } }")
    summary = loopback.get(f"{sandbox.url}/__requests/summary").json()
    issue = summary["routes"]["GET /jira/rest/api/3/issue/{issue}"]
    assert (issue["count"], issue["statuses"]) == (3, {"200": 2, "404": 1})
    assert summary["routes"]["POST /linear/graphql query Probe"]["count"] == 1
    assert (summary["count"], summary["kept"], summary["statuses"]) == (4, 4, {"200": 3, "404": 1})
    assert summary["response_bytes"] == sum(row["response_bytes"] for row in rows(sandbox))


def test_requests_in_flight_are_counted(sandbox: Sandbox) -> None:
    sandbox.fault("serverInfo", "latency", seconds=0.5, times=1)
    slow = threading.Thread(target=lambda: loopback.get(f"{sandbox.url}/jira/rest/api/3/serverInfo"))
    slow.start()
    while sandbox.call(lambda: sandbox._running().recorder.in_flight) == 0:
        pass
    loopback.get(f"{sandbox.url}{LONG}")
    slow.join()
    assert [(row["path"][-10:], row["in_flight"]) for row in rows(sandbox)] == [
        ("pi/3/field", 2),
        ("serverInfo", 1),
    ]
    assert loopback.get(f"{sandbox.url}/__requests/summary").json()["max_in_flight"] == 2


def test_the_record_is_bounded_and_its_totals_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MOST_KEPT", 3)
    with Sandbox(generate(50)) as sandbox:
        for _ in range(5):
            loopback.get(f"{sandbox.url}/jira/rest/api/3/serverInfo")
        summary = loopback.get(f"{sandbox.url}/__requests/summary").json()
        assert (summary["kept"], summary["count"]) == (3, 5)
        assert [row["number"] for row in rows(sandbox)] == [3, 4, 5]


def test_replies_are_compressed_for_those_who_ask(sandbox: Sandbox) -> None:
    plain = loopback.get(f"{sandbox.url}{LONG}", headers={"Accept-Encoding": "identity"})
    packed = loopback.get(f"{sandbox.url}{LONG}", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 3
    assert packed.content == plain.content
    short = loopback.get(f"{sandbox.url}/jira/rest/api/3/serverInfo")
    assert "Content-Encoding" not in short.headers


# --- Clock ---------------------------------------------------------------------------------------


def clock(sandbox: Sandbox, **move: object) -> datetime:
    reply = loopback.post(f"{sandbox.url}/__clock", json=move)
    assert reply.status_code == 200, reply.text
    return datetime.fromisoformat(reply.json()["now"])


def test_the_clock_can_be_set_advanced_stopped_and_sped_up(fresh: Sandbox) -> None:
    at = datetime.fromisoformat("2027-01-02T03:04:05+00:00")
    assert timedelta() <= clock(fresh, set=at.isoformat()) - at < timedelta(seconds=30)
    stopped = clock(fresh, speed=0)
    assert clock(fresh, advance_seconds=3600) == stopped + timedelta(hours=1)
    assert clock(fresh, speed=100_000) >= stopped + timedelta(hours=1)
    fast = clock(fresh, advance_seconds=0)
    while clock(fresh, advance_seconds=0) < fast + timedelta(minutes=10):
        pass
    date = loopback.get(f"{fresh.url}/jira/rest/api/3/serverInfo").headers["Date"]
    assert parsedate_to_datetime(date) > at + timedelta(hours=1)


@pytest.mark.parametrize(
    "move",
    [
        {},
        {"advance": 1},
        {"advance_seconds": "x"},
        {"advance_seconds": 1e18},
        {"set": "noon"},
        {"set": "2027-01-02T03:04:05"},
        {"speed": -1},
        {"speed": "fast"},
    ],
)
def test_an_impossible_move_of_the_clock_is_refused(sandbox: Sandbox, move: dict[str, object]) -> None:
    before = sandbox.world.clock.now()
    reply = loopback.post(f"{sandbox.url}/__clock", json=move)
    assert (reply.status_code, bool(reply.json()["error"])) == (400, True)
    assert sandbox.world.clock.now() - before < timedelta(minutes=1)


# --- World and reset -----------------------------------------------------------------------------


def dump(sandbox: Sandbox, query: str = "") -> bytes:
    return loopback.get(f"{sandbox.url}/__world{query}", timeout=60).raise_for_status().content


def test_equal_worlds_dump_equal_bytes_and_others_do_not(fresh: Sandbox) -> None:
    with Sandbox(generate(60)) as twin, Sandbox(generate(60, seed=2)) as other:
        assert dump(fresh) == dump(twin)
        assert dump(fresh, "?times=true") == dump(twin, "?times=true")
        assert dump(fresh) != dump(other)
    dumped = json.loads(dump(fresh))
    assert len(dumped["jira"]["issues"]) == len(fresh.world.jira.issues)
    assert len(dumped["linear"]["issues"]) == len(fresh.world.linear.issues)
    assert any(row["description"] for row in dumped["linear"]["issues"])


def test_every_kind_of_write_shows_in_the_dump_and_its_undoing_undoes_it(fresh: Sandbox) -> None:
    rest = f"{fresh.url}/jira/rest/api/3/issue/WEB-1"
    issue = next(one for one in fresh.world.linear.issues.values() if one.archived_at is None)
    before = dump(fresh)
    writes: list[tuple[str, str, Any]] = [
        ("PUT", "", {"fields": {"customfield_10101": "GROWTH-KR2"}}),
        ("PUT", "", {"update": {"labels": [{"add": "marked"}]}}),
        ("PUT", "/properties/seen", {"by": "us"}),
        ("POST", "/comment", {"body": paragraph("hello")}),
    ]
    seen = {before}
    for method, path, body in writes:
        loopback.request(method, f"{rest}{path}", json=body, auth=SERVICE).raise_for_status()
        seen.add(dump(fresh))
    card = 'mutation Card($issue: String!) { attachmentCreate(input: {issueId: $issue, title: "t", url: "https://x.example"}) { attachment { id } } }'
    made = graphql(fresh, card, issue=issue.id).json()["data"]["attachmentCreate"]["attachment"]["id"]
    seen.add(dump(fresh))
    assert len(seen) == len(writes) + 2
    graphql(fresh, "mutation Undo($id: String!) { attachmentDelete(id: $id) { success } }", id=made)
    comment = loopback.get(f"{rest}/comment", auth=SERVICE).json()["comments"][-1]["id"]
    loopback.delete(f"{rest}/comment/{comment}", auth=SERVICE).raise_for_status()
    loopback.delete(f"{rest}/properties/seen", auth=SERVICE).raise_for_status()
    undo = {"fields": {"customfield_10101": None}, "update": {"labels": [{"remove": "marked"}]}}
    loopback.put(rest, json=undo, auth=SERVICE).raise_for_status()
    assert dump(fresh) == before
    assert dump(fresh, "?times=true") != before


def test_reset_gives_the_generated_world_back(fresh: Sandbox) -> None:
    before, old = dump(fresh, "?times=true"), fresh.world
    fresh.fault("x", "html")
    loopback.delete(f"{fresh.url}/jira/rest/api/3/issue/WEB-2", auth=SERVICE)
    clock(fresh, advance_seconds=86_400)
    fresh.call(lambda: fresh.world.linear.issues.clear())
    assert dump(fresh) != before
    assert loopback.post(f"{fresh.url}/__reset").status_code == 204
    assert dump(fresh, "?times=true") == before
    assert fresh.world is not old
    assert fresh.world.clock.now() < old.clock.now() - timedelta(hours=23)
    assert loopback.get(f"{fresh.url}/__faults").json() == []
    # What is served and what `world` gives are one and the same.
    issue = next(iter(fresh.world.jira.issues.values()))
    fresh.call(lambda: setattr(issue, "summary", "Renamed"))
    address = f"{fresh.url}/jira/browse/{issue.key}"
    assert "Renamed" in loopback.get(address).text
    fresh.reset()
    assert "Renamed" not in loopback.get(address).text


def test_methods_and_paths_that_do_not_exist_are_distinguished(sandbox: Sandbox) -> None:
    assert loopback.get(f"{sandbox.url}/nowhere").status_code == 404
    refused = loopback.delete(f"{sandbox.url}/linear/graphql")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
