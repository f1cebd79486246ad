"""What comes of Linear's odd replies: one error of ours for each, and never a part taken for the whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import respx
from pydantic import SecretStr

from connectors.errors import (
    BadReply,
    CredentialError,
    MissingScope,
    PermissionDenied,
    RateLimited,
    Refused,
    TrackerError,
    Unreachable,
)
from connectors.http.exchange import Limits
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import Throttle
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.errors import Conflict, NotFound, TooComplex

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

ERRORS: list[tuple[str, int, dict[str, Any], type[TrackerError], str]] = [
    (
        "wrong credential",
        401,
        failing(error("Authentication required", "authentication error", "AUTHENTICATION_ERROR")),
        CredentialError,
        "rejected the credential",
    ),
    (
        "credential error in a 200",
        200,
        failing(error("no", "authentication error")),
        CredentialError,
        "new API key",
    ),
    ("bare 401", 401, {}, CredentialError, "rejected"),
    (
        "scope missing",
        400,
        failing(error("Invalid scope: `initiative:read` or `initiative:write` required", "invalid input")),
        MissingScope,
        "the token lacks the scope initiative:read or initiative:write. For an app, grant it",
    ),
    (
        "forbidden",
        200,
        failing(error("no", "forbidden", "FORBIDDEN", "You lack access.")),
        PermissionDenied,
        "You lack access",
    ),
    (
        "feature not accessible",
        200,
        failing(error("Not on this plan", "feature not accessible")),
        PermissionDenied,
        "Not on this plan",
    ),
    ("bare 403", 403, {}, PermissionDenied, "permission denied"),
    (
        "not found",
        200,
        failing(error("Entity not found: Issue", "invalid input", "INPUT_ERROR")),
        NotFound,
        "Entity not found",
    ),
    (
        "id clash",
        400,
        failing(error("conflict on insert of Comment", "invalid input", "INPUT_ERROR")),
        Conflict,
        "conflict",
    ),
    ("too complex", 400, failing(TOO_COMPLEX), TooComplex, "12304.9"),
    (
        "invalid input, by code alone",
        200,
        failing(error("Argument Validation Error", "", "INVALID_INPUT")),
        Refused,
        "Argument Validation",
    ),
    (
        "unknown field",
        400,
        failing(error("Cannot query field x", "graphql error", "GRAPHQL_VALIDATION_FAILED")),
        Refused,
        "field x",
    ),
    (
        "partial data",
        200,
        failing({"message": "boom", "path": ["viewer", "name"]}, data=VIEWER["data"]),
        BadReply,
        "boom (at viewer.name)",
    ),
    (
        "extensions of a wrong type",
        200,
        failing({"message": "boom", "extensions": ["?"]}, data=VIEWER["data"]),
        BadReply,
        "boom",
    ),
    ("no data", 200, {"data": None}, BadReply, "does not match its schema"),
    ("no reply at all", 200, {}, BadReply, "does not match its schema"),
    ("wrong types", 200, {"data": {"viewer": {"id": 7, "name": "T"}}}, BadReply, "$.viewer.id"),
    ("bare 404", 404, {}, BadReply, "HTTP 404"),
    (
        "internal error",
        200,
        failing(error("oops", "internal error", "INTERNAL_SERVER_ERROR")),
        Unreachable,
        "internal error",
    ),
    ("lock timeout", 200, failing(error("busy", "lock timeout")), Unreachable, "busy"),
    ("gateway", 502, {}, Unreachable, "is unavailable (HTTP 502)"),
    (
        "quota, as a 400",
        400,
        failing(error("Rate limit exceeded", "ratelimited", "RATELIMITED")),
        RateLimited,
        "quota",
    ),
    (
        "quota, by code alone",
        400,
        failing(error("Rate limit exceeded", "", "RATELIMITED")),
        RateLimited,
        "quota",
    ),
    (
        "quota, behind another error",
        400,
        failing(error("x", "invalid input"), error("y", "ratelimited")),
        RateLimited,
        "quota",
    ),
    ("quota, as a bare 429", 429, {}, RateLimited, "quota"),
]


@pytest.mark.parametrize(
    ("status", "reply", "kind", "words"), [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS]
)
def test_errors(client: LinearClient, status: int, reply: Any, kind: type[TrackerError], words: str) -> None:
    with respx.mock:
        respx.post(URL).respond(status, json=reply)
        with pytest.raises(TrackerError) as caught:
            client.execute(queries.VIEWER)
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert "lin_api_secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><html>Down for maintenance</html>", "a web page"),
        (b"", "an empty reply"),
        (json.dumps(VIEWER).encode()[:-9], "invalid or incomplete JSON"),
        (b"[1, 2]", "invalid or incomplete JSON"),
        (b"\xff\xfe\x00", "invalid or incomplete JSON"),
        (b'{"data": ' + b"[" * 100_000, "invalid or incomplete JSON"),
    ],
)
def test_what_is_not_a_reply(client: LinearClient, body: bytes, words: str) -> None:
    with respx.mock:
        route = respx.post(URL).respond(200, content=body)
        with pytest.raises(BadReply, match=words):
            client.execute(queries.VIEWER)
    assert route.call_count == 1


def test_a_reply_beyond_the_cap_is_not_kept(client: LinearClient) -> None:
    client.exchange.limits = Limits(body=1024 * 1024)
    with respx.mock:
        respx.post(URL).respond(200, content=b" " * (1024 * 1024 + 1))
        with pytest.raises(BadReply, match="larger than 1 MB"):
            client.execute(queries.VIEWER)


def test_redirects_are_not_followed(client: LinearClient) -> None:
    with respx.mock:
        elsewhere = respx.post("https://evil.example/").respond(200, json=VIEWER)
        respx.post(URL).respond(307, headers={"location": "https://evil.example/"})
        with pytest.raises(BadReply, match="redirects"):
            client.execute(queries.VIEWER)
    assert not elsewhere.called


@pytest.mark.parametrize(
    ("token", "header"),
    [
        ("lin_api_abc", "lin_api_abc"),
        ("lin_oauth_abc", "Bearer lin_oauth_abc"),
        ("sandbox-linear-token", "sandbox-linear-token"),
    ],
)
def test_keys_go_bare_and_oauth_tokens_as_bearer(naps: Naps, token: str, header: str) -> None:
    one = make(naps, token)
    with respx.mock:
        route = respx.post(URL).respond(200, json=VIEWER)
        one.execute(queries.VIEWER)
    one.close()
    assert route.calls.last.request.headers["authorization"] == header


@pytest.mark.parametrize("token", ["pass\nword", "pass word", "pässword"])
def test_a_token_that_cannot_be_sent_is_not_shown(naps: Naps, token: str) -> None:
    one = make(naps, token)
    with pytest.raises(CredentialError) as caught:
        one.execute(queries.VIEWER)
    one.close()
    assert token not in str(caught.value)
    assert caught.value.__cause__ is None
