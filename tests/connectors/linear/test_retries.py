"""Waiting as told, trying again, and paging to the end, whatever Linear answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpcore
import httpx
import pytest
import respx
from pydantic import SecretStr

from connectors.errors import BadReply, CredentialError
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import Throttle
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.errors import TooComplex

URL = "https://linear.example/graphql"
VIEWER = {"data": {"viewer": {"id": "u1", "name": "Truenorth"}}}


class Naps:
    """Stands for sleeping: remembers how long was asked for."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def client(naps: Naps) -> Iterator[LinearClient]:
    one = make(naps)
    yield one
    one.close()


def make(naps: Naps, token: str = "lin_api_secret") -> LinearClient:  # noqa: S107
    return LinearClient("linear", URL, SecretStr(token), Throttle(RetryPolicy(attempts=3, sleep=naps)))


def error(message: str, kind: str = "", code: str = "", shown: str = "") -> dict[str, Any]:
    extensions = {"type": kind, "code": code, "userPresentableMessage": shown}
    return {"message": message, "extensions": {key: value for key, value in extensions.items() if value}}


def failing(*errors: dict[str, Any], data: Any = None) -> dict[str, Any]:
    return {"data": data, "errors": list(errors)}


def issues(ids: list[str], cursor: str | None, more: bool) -> dict[str, Any]:
    nodes = [{"id": one} for one in ids]
    return {"data": {"issues": {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": cursor}}}}


def walk(client: LinearClient) -> list[str]:
    return [one.id for one in client.walk(queries.ISSUE_IDS, lambda reply: reply.issues, filter={})]


TOO_COMPLEX = error(
    "Query too complex",
    "invalid input",
    "INPUT_ERROR",
    "Complexity: 12304.9. Maximum allowed complexity: 10000.",
)

# --- Trying again --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [httpcore.ConnectError("x"), httpcore.ReadTimeout("x"), httpcore.RemoteProtocolError("x")]
)
def test_a_dropped_connection_is_tried_again(client: LinearClient, naps: Naps, fault: Exception) -> None:
    with respx.mock:
        respx.post(URL).mock(side_effect=[fault, httpx.Response(200, json=VIEWER)])
        assert client.execute(queries.VIEWER).viewer.id == "u1"
    assert len(naps.taken) == 1
    assert client.requests == 2


def test_what_cannot_succeed_is_not_tried_again(client: LinearClient, naps: Naps) -> None:
    with respx.mock:
        route = respx.post(URL).respond(401, json={})
        with pytest.raises(CredentialError):
            client.execute(queries.VIEWER)
    assert route.call_count == 1
    assert naps.taken == []


def limited(now: float, *, reset: float | None = None, retry_after: str | None = None) -> httpx.Response:
    headers = {"date": format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)}
    if reset is not None:
        headers |= {
            "X-RateLimit-Requests-Limit": "2500",
            "X-RateLimit-Requests-Remaining": "0",
            "X-RateLimit-Requests-Reset": str(int((now + reset) * 1000)),
        }
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return httpx.Response(400, headers=headers, json=failing(error("x", "ratelimited", "RATELIMITED")))


@pytest.mark.parametrize(
    ("reset", "retry_after", "at_least", "at_most"),
    [
        (120.0, None, 119, 121),
        (120.0, "7", 7, 7),
        (None, "9", 9, 9),
        (3600.0, None, 0.1, 2),  # always an hour ahead: says nothing about the leaky bucket
        (-500.0, None, 0.1, 2),
        (None, None, 0.1, 2),
        (120.0, "soon", 119, 121),
    ],
)
def test_waits_as_told(
    client: LinearClient,
    naps: Naps,
    reset: float | None,
    retry_after: str | None,
    at_least: float,
    at_most: float,
) -> None:
    now = float(int(time.time()))
    with respx.mock:
        respx.post(URL).mock(
            side_effect=[
                limited(now, reset=reset, retry_after=retry_after),
                httpx.Response(200, json=VIEWER),
            ]
        )
        client.execute(queries.VIEWER)
    (slept,) = naps.taken
    assert at_least <= slept <= at_most


def test_the_last_reading_of_the_quotas_is_kept(client: LinearClient) -> None:
    headers = {
        "X-RateLimit-Requests-Limit": "2500",
        "X-RateLimit-Requests-Remaining": "2400",
        "X-RateLimit-Requests-Reset": "1793538000000",
        "X-RateLimit-Complexity-Limit": "many",
        "Date": "Mon, 16 Nov 2026 09:00:00 GMT",
    }
    with respx.mock:
        respx.post(URL).respond(200, json=VIEWER, headers=headers)
        client.execute(queries.VIEWER)
    assert client.quotas.keys() == {"Requests"}
    assert client.quotas["Requests"].remaining == 2400
    assert client.quotas["Requests"].reset == 1793538000
    assert client.server_time == datetime(2026, 11, 16, 9, tzinfo=UTC)


# --- Paging --------------------------------------------------------------------------------------


def test_a_row_that_comes_twice_counts_once(client: LinearClient) -> None:
    with respx.mock:
        respx.post(URL).mock(
            side_effect=[
                httpx.Response(200, json=issues(["a", "b"], "c1", more=True)),
                httpx.Response(200, json=issues(["b", "c"], "c2", more=False)),
            ]
        )
        assert walk(client) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("cursors", "words"), [([None], "without a cursor"), (["c1", "c1"], "that it gave before")]
)
def test_paging_that_cannot_end_is_an_error(
    client: LinearClient, cursors: list[str | None], words: str
) -> None:
    with respx.mock:
        respx.post(URL).mock(
            side_effect=[httpx.Response(200, json=issues(["a"], cursor, more=True)) for cursor in cursors]
        )
        with pytest.raises(BadReply, match=words):
            walk(client)


def test_a_page_that_is_too_complex_is_halved(client: LinearClient) -> None:
    asked: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        first = json.loads(request.content)["variables"]["first"]
        asked.append(first)
        if first > 100:
            return httpx.Response(400, json=failing(TOO_COMPLEX))
        return httpx.Response(200, json=issues(["a"], None, more=False))

    with respx.mock:
        respx.post(URL).mock(side_effect=answer)
        assert walk(client) == ["a"]
    assert asked == [250, 125, 62]


def test_a_single_row_that_is_too_complex_is_an_error(client: LinearClient) -> None:
    with respx.mock:
        route = respx.post(URL).respond(400, json=failing(TOO_COMPLEX))
        with pytest.raises(TooComplex):
            walk(client)
    assert route.call_count == 8
