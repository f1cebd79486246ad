"""Every kind of fault does to a request what it says, over real HTTP."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from connectors.sandbox.faults import KINDS
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_clients import found, jira, linear
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


# --- Limits and refusals -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason",
    [
        "jira-quota-global-based",
        "jira-quota-tenant-based",
        "jira-burst-based",
        "jira-per-issue-on-write",
        "jira-cost-based",
    ],
)
def test_jira_says_429_with_the_reason_and_its_headers(sandbox: Sandbox, reason: str) -> None:
    sandbox.fault("myself", "rate_limit", reason=reason, seconds=60)
    reply = jira(sandbox)
    assert reply.status_code == 429
    assert reply.headers["RateLimit-Reason"] == reason
    assert reply.headers["Retry-After"] == "60"
    assert reply.headers["X-RateLimit-Remaining"] == "0"
    reset = datetime.fromisoformat(reply.headers["X-RateLimit-Reset"])
    assert timedelta() <= reset - parsedate_to_datetime(reply.headers["Date"]) <= timedelta(seconds=60)


@pytest.mark.parametrize(
    ("given", "header"), [(0, "0"), (-5, "-5"), (10**12, "1000000000000"), ("soon", "soon"), (None, None)]
)
def test_retry_after_is_as_odd_as_one_likes(sandbox: Sandbox, given: object, header: str | None) -> None:
    sandbox.fault("myself", "rate_limit", retry_after=given)
    assert jira(sandbox).headers.get("Retry-After") == header


def test_retry_after_can_be_a_date_by_the_trackers_clock(sandbox: Sandbox) -> None:
    sandbox.fault("myself", "rate_limit", retry_after="date", seconds=120)
    headers = jira(sandbox).headers
    wait = parsedate_to_datetime(headers["Retry-After"]) - parsedate_to_datetime(headers["Date"])
    assert timedelta(seconds=118) <= wait <= timedelta(seconds=120)


def test_a_gateway_says_neither_why_nor_how_long_and_tomcat_says_it_in_html(sandbox: Sandbox) -> None:
    sandbox.fault("myself", "rate_limit", reason="gateway", times=1)
    sandbox.fault("myself", "rate_limit", reason="tomcat", retry_after=0)
    gateway, tomcat = jira(sandbox), jira(sandbox)
    assert not {"RateLimit-Reason", "Retry-After"} & {name.title() for name in gateway.headers}
    assert gateway.headers["X-Failure-Category"] == "FAILURE CLIENT RATE LIMITED"
    assert tomcat.headers["Content-Type"].startswith("text/html")
    assert (tomcat.status_code, tomcat.headers["Retry-After"]) == (429, "0")


def test_linear_says_400_with_ratelimited_in_the_body(sandbox: Sandbox) -> None:
    sandbox.fault("graphql", "rate_limit", times=1)
    reply = linear(sandbox)
    assert (reply.status_code, reply.headers.get("Retry-After")) == (400, None)
    assert reply.json()["errors"][0]["extensions"]["code"] == "RATELIMITED"
    assert reply.headers["X-RateLimit-Requests-Remaining"] == "0"
    assert linear(sandbox).status_code == 200


def test_a_revoked_credential_is_anonymous_at_jira_and_401_at_linear(sandbox: Sandbox) -> None:
    sandbox.fault("search|graphql", "revoked")
    reply = jira(sandbox, "search/jql?jql=project=WEB")
    assert (reply.status_code, reply.json()["issues"]) == (200, [])
    assert reply.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    refused = linear(sandbox)
    assert refused.status_code == 401
    assert refused.json()["errors"][0]["extensions"]["code"] == "AUTHENTICATION_ERROR"
    sandbox.fault("myself", "revoked", form="401")
    assert (jira(sandbox).status_code, jira(sandbox).json()["code"]) == (401, 401)


def test_lost_access_makes_a_project_vanish_with_a_200(sandbox: Sandbox) -> None:
    assert found(sandbox, "project in (WEB, OPS)")["issues"]
    sandbox.fault("/jira/", "lost_access", keys=["WEB", "OPS"])
    listed = jira(sandbox, "project/search")
    assert (listed.status_code, "WEB" in [one["key"] for one in listed.json()["values"]]) == (200, False)
    assert jira(sandbox, "issue/WEB-1").status_code == 404
    sandbox.clear_faults()
    assert jira(sandbox, "issue/WEB-1").status_code == 200


def test_lost_access_makes_a_team_vanish_with_a_200(sandbox: Sandbox) -> None:
    everything = """{ teams { nodes { key } } issues(first: 250) { nodes { identifier } }
                      comments { nodes { issue { identifier } project { name } } } }"""
    team = sandbox.world.linear.team("ENG")
    sandbox.fault("/linear/", "lost_access", keys=["ENG"])
    reply = linear(sandbox, everything)
    assert reply.status_code == 200
    assert "ENG" not in reply.text.replace("ENGINE", "")
    assert "MOB" in reply.text
    lost = linear(sandbox, "query One($id: String!) { issue(id: $id) { id } }", id=team.issues[0].id).json()
    assert lost["data"] is None
    assert lost["errors"][0]["message"] == "Entity not found: Issue"
    write = 'mutation W($id: String!) { commentCreate(input: {issueId: $id, body: "x"}) { success } }'
    assert linear(sandbox, write, id=team.issues[0].id).json()["data"] is None
    sandbox.clear_faults()
    assert "ENG" in linear(sandbox, everything).text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("to", "place"),
    [
        ("host", "http://localhost:{port}"),
        ("scheme", "https://127.0.0.1:{port}"),
        ("port", "http://127.0.0.1:{next}"),
        ("self", "http://127.0.0.1:{port}"),
        ("https://elsewhere.example/", "https://elsewhere.example"),
    ],
)
def test_a_redirect_names_the_same_path_elsewhere(sandbox: Sandbox, status: int, to: str, place: str) -> None:
    sandbox.fault("myself", "redirect", status=status, to=to)
    reply = jira(sandbox, "myself?expand=groups")
    assert reply.status_code == status
    where = place.format(port=sandbox.port, next=sandbox.port + 1)
    assert reply.headers["Location"] == f"{where}/jira/rest/api/3/myself?expand=groups"


# --- The connection ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_reset_ends_the_connection_rudely(sandbox: Sandbox, kind: Any) -> None:
    sandbox.fault("myself", kind, reset=True)
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as raw:
        raw.sendall(b"GET /jira/rest/api/3/myself HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            raw.recv(1)
    assert sandbox.requests[-1].status == 0


def test_cut_short_promises_more_than_it_sends(sandbox: Sandbox) -> None:
    whole = jira(sandbox, "field").content
    sandbox.fault("field", "cut_short", share=0.25)
    with loopback.stream("GET", f"{sandbox.url}/jira/rest/api/3/field", auth=SERVICE) as reply:
        assert int(reply.headers["Content-Length"]) > len(whole)
        pieces = reply.iter_bytes(chunk_size=len(whole) // 4)
        came = next(pieces)
        with pytest.raises(httpx.RemoteProtocolError):
            next(pieces)
    assert came == whole[: len(whole) // 4]


def test_drip_and_latency_lose_nothing(sandbox: Sandbox) -> None:
    whole = jira(sandbox, "field").json()
    sandbox.fault("field", "latency", seconds=0.001, jitter=0.002)
    sandbox.fault("field", "drip", seconds=0, bytes=1000)
    assert jira(sandbox, "field").json() == whole
    assert [rule["hits"] for rule in rules(sandbox)] == [1, 1]


def test_clock_skew_shifts_the_date_and_all_times_given(sandbox: Sandbox) -> None:
    sandbox.fault("serverInfo|comment|graphql", "clock_skew", seconds=-7200)
    true = sandbox.world.clock.now()
    reply = jira(sandbox, "serverInfo")
    written = loopback.post(
        f"{sandbox.url}/jira/rest/api/3/issue/WEB-1/comment",
        json={"body": paragraph("early")},
        auth=SERVICE,
    )
    for moment in (
        parsedate_to_datetime(reply.headers["Date"]),
        datetime.fromisoformat(reply.json()["serverTime"]),
        datetime.fromisoformat(written.json()["created"]),
    ):
        assert timedelta(minutes=119) < true - moment < timedelta(minutes=121)
    reset = int(linear(sandbox).headers["X-RateLimit-Requests-Reset"]) / 1000
    assert abs(reset - true.timestamp() + 3600) < 60
    assert parsedate_to_datetime(jira(sandbox).headers["Date"]) >= true.replace(microsecond=0)


def test_search_lag_lasts_as_long_as_its_rule(sandbox: Sandbox) -> None:
    rule = loopback.post(f"{sandbox.url}/__faults", json={"kind": "search_lag", "seconds": 90}).json()
    assert sandbox.world.jira.lag == 90
    assert loopback.delete(f"{sandbox.url}/__faults/{rule['id']}").status_code == 204
    assert sandbox.world.jira.lag == 0


def rules(sandbox: Sandbox) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = loopback.get(f"{sandbox.url}/__faults").json()
    return listed


OPTIONS: dict[str, dict[str, Any]] = {
    "lost_access": {"keys": ["WEB"]},
    "partial": {"at": "issues"},
    "huge": {"megabytes": 1},
    "bomb": {"megabytes": 1},
    "latency": {"seconds": 0},
    "drip": {"seconds": 0.001},
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_breaks_both_trackers_and_the_sandbox_stands(sandbox: Sandbox, kind: Any) -> None:
    sandbox.fault(".", kind, **OPTIONS.get(kind, {}))
    with contextlib.suppress(httpx.TransportError):
        assert jira(sandbox, "field").status_code != 500
    with contextlib.suppress(httpx.TransportError):
        assert linear(sandbox).status_code != 500
    assert rules(sandbox)[0]["hits"] == 2
    sandbox.clear_faults()
    assert (jira(sandbox).status_code, linear(sandbox).status_code) == (200, 200)
