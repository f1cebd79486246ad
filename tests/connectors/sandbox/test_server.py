"""The sandbox as a process: starting, stopping, recording, misbehaving."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_jira_client import SERVICE, paragraph


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


def get(sandbox: Sandbox, path: str = "myself", **more: Any) -> httpx.Response:
    return loopback.get(f"{sandbox.url}/jira/rest/api/3/{path}", auth=SERVICE, **more)


def test_it_listens_on_loopback_only_and_closes_its_port_and_thread() -> None:
    with Sandbox(generate(50)) as sandbox:
        port = sandbox.port
        assert loopback.get(sandbox.url).status_code == 200
        assert [t.name for t in threading.enumerate()].count("sandbox") >= 1
        # 127.0.0.2 is this machine too, but nobody listens there.
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=5)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    sandbox.stop()  # once more does no harm


def test_a_taken_port_is_an_error_of_the_caller(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="address already in use"):
        Sandbox(sandbox.world, port=sandbox.port).start()


def test_every_request_is_recorded_and_controls_are_not(sandbox: Sandbox) -> None:
    get(sandbox, "issue/WEB-1?fields=summary")
    loopback.post(f"{sandbox.url}/jira/rest/api/3/search/jql", json={"jql": "project = WEB"}, auth=SERVICE)
    rows = loopback.get(f"{sandbox.url}/__requests").json()
    assert [(row["method"], row["path"], row["query"], row["status"]) for row in rows] == [
        ("GET", "/jira/rest/api/3/issue/WEB-1", "fields=summary", 200),
        ("POST", "/jira/rest/api/3/search/jql", "", 200),
    ]
    assert rows[1]["request_bytes"] > 10
    assert all(row["response_bytes"] > 10 and row["at"].startswith("2026-11-16T09:") for row in rows)
    assert len(sandbox.requests) == 2
    assert loopback.delete(f"{sandbox.url}/__requests").status_code == 204
    assert sandbox.requests == []


def test_a_status_fault_carries_its_headers_and_body_and_fires_as_often_as_asked(sandbox: Sandbox) -> None:
    rule = {
        "match": "^GET /jira/rest/api/3/myself$",
        "kind": "status",
        "status": 429,
        "headers": {"Retry-After": "7"},
        "body": {"error": "slow down"},
        "times": 2,
        "skip": 1,
    }
    assert loopback.post(f"{sandbox.url}/__faults", json=rule).status_code == 201
    replies = [get(sandbox) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 429, 429, 200]
    assert replies[1].headers["Retry-After"] == "7"
    assert replies[1].json() == {"error": "slow down"}


def test_other_requests_and_cleared_rules_are_left_alone(sandbox: Sandbox) -> None:
    sandbox.fault("PUT ", "status", status=500)
    sandbox.fault("serverInfo", "status")
    assert get(sandbox).status_code == 200
    assert get(sandbox, "serverInfo").status_code == 503
    assert loopback.delete(f"{sandbox.url}/__faults").status_code == 204
    assert get(sandbox, "serverInfo").status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        {"match": "x", "kind": "explode"},
        {"match": "(", "kind": "html"},
        {"kind": "html"},
        {"match": "x", "kind": "html", "colour": "red"},
        ["x"],
    ],
)
def test_a_rule_that_cannot_work_is_refused_with_a_reason(sandbox: Sandbox, rule: object) -> None:
    reply = loopback.post(f"{sandbox.url}/__faults", json=rule)
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_a_dropped_connection_gives_no_reply(sandbox: Sandbox) -> None:
    sandbox.fault("myself", "drop_before", times=1)
    with pytest.raises(httpx.TransportError):
        get(sandbox)
    assert get(sandbox).status_code == 200
    assert [entry.status for entry in sandbox.requests] == [0, 200]


@pytest.mark.parametrize(("kind", "landed"), [("drop_before", 0), ("drop_after", 1)])
def test_drop_after_lets_the_write_land_and_drop_before_does_not(
    sandbox: Sandbox, kind: Any, landed: int
) -> None:
    address = f"{sandbox.url}/jira/rest/api/3/issue/OPS-1/comment"
    before = loopback.get(address, auth=SERVICE).json()["total"]
    sandbox.fault("POST .*/comment", kind, times=1)
    with pytest.raises(httpx.TransportError):
        loopback.post(address, json={"body": paragraph("landed?")}, auth=SERVICE)
    assert loopback.get(address, auth=SERVICE).json()["total"] == before + landed


def test_truncate_cuts_the_json_but_not_the_message(sandbox: Sandbox) -> None:
    sandbox.fault("serverInfo", "truncate", times=1)
    reply = get(sandbox, "serverInfo")
    assert reply.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert get(sandbox, "serverInfo").text.startswith(reply.text)


def test_html_wrong_json_and_empty_stand_in_for_the_reply(sandbox: Sandbox) -> None:
    for kind in ("html", "wrong_json", "empty"):
        sandbox.fault("myself", kind, times=1)
    page, wrong, empty = get(sandbox), get(sandbox), get(sandbox)
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "accountId" not in wrong.json()
    assert (empty.status_code, empty.content) == (200, b"")


def test_anonymous_serves_the_request_as_with_a_revoked_credential(sandbox: Sandbox) -> None:
    sandbox.fault("search/jql", "anonymous", times=1)
    query = {"jql": "project = WEB"}
    reply = loopback.post(f"{sandbox.url}/jira/rest/api/3/search/jql", json=query, auth=SERVICE)
    assert (reply.status_code, reply.json()["issues"]) == (200, [])
    assert reply.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    assert loopback.post(reply.url, json=query, auth=SERVICE).json()["issues"]


def test_latency_only_delays(sandbox: Sandbox) -> None:
    sandbox.fault("myself", "latency", seconds=0.01, times=1)
    assert get(sandbox).json()["displayName"] == "Truenorth"


def test_the_clock_starts_at_the_worlds_moment_and_can_be_moved() -> None:
    with Sandbox(generate(50)) as sandbox:
        assert loopback.get(f"{sandbox.url}/__clock").json()["now"].startswith("2026-11-16T09:00")
        moved = loopback.post(f"{sandbox.url}/__clock", json={"advance_seconds": 86400 * 8})
        assert moved.json()["now"].startswith("2026-11-24T09:00")
        assert loopback.post(f"{sandbox.url}/__clock", json={"advance": 1}).status_code == 400


def test_call_runs_in_the_sandboxs_thread_and_hands_back_results_and_errors(sandbox: Sandbox) -> None:
    assert sandbox.call(lambda: threading.current_thread().name) == "sandbox"
    with pytest.raises(ZeroDivisionError):
        sandbox.call(lambda: 1 / 0)


def test_a_stopped_sandbox_says_so() -> None:
    with pytest.raises(RuntimeError, match="does not run"):
        Sandbox(generate(50)).call(lambda: None)


def test_the_front_page_names_the_credentials_and_lets_nothing_run(sandbox: Sandbox) -> None:
    reply = loopback.get(sandbox.url)
    for text in ("sandbox-jira-token", "sandbox-linear-token", f"{sandbox.url}/jira", "Operations"):
        assert text in reply.text
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_stops_on_a_signal(number: signal.Signals) -> None:
    code = (
        "from connectors.sandbox.server import serve\n"
        "from connectors.sandbox.world import generate\n"
        "serve(generate(50), 0, lambda url: print(url, flush=True))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(  # noqa: S603  our own interpreter and our own code
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert loopback.get(url).status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
