"""Odd replies: what each of them means, and that nothing secret or endless comes through."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.errors import (
    BadReply,
    CredentialError,
    MissingScope,
    PermissionDenied,
    RateLimited,
    Refused,
    TrackerError,
    Transient,
    Unreachable,
)
from connectors.http.exchange import Limits
from connectors.jira import JiraConnector
from connectors.jira.api.bulk_read import search_ids
from connectors.jira.api.client import JiraClient
from tests.support.hostile_server import HostileServer, reply
from tests.support.jira_site import TOKEN, Waits
from tests.support.jira_site import connector as made_connector

PATH = "/jira/rest/api/3/thing"


def connector(url: str, **more: Any) -> JiraConnector:
    """A connector that does not ask first what the site is: these servers answer one path."""
    made = made_connector(url, **more)
    made._client._introduction = None
    return made


class Thing(msgspec.Struct):
    id: str


THING = msgspec.json.Decoder(Thing)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client(httpserver: HTTPServer, waits: Waits) -> Iterator[JiraClient]:
    made = connector(httpserver.url_for("/jira"), waits=waits)
    yield made._client
    made.close()


def get(client: JiraClient, *, repeatable: bool = True) -> Thing:
    return client.call("GET", "thing", THING, repeatable=repeatable)


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (200, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, CredentialError),
        (200, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}, CredentialError),
        (403, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}, CredentialError),
        (401, {}, CredentialError),
        (403, {}, PermissionDenied),
        (404, {}, Refused),
        (400, {}, Refused),
        (410, {}, Refused),
        (409, {}, Transient),
        (429, {}, RateLimited),
        (408, {}, Unreachable),
        (500, {}, Unreachable),
        (502, {}, Unreachable),
        (503, {"Retry-After": "1"}, Unreachable),
        (504, {}, Unreachable),
        (301, {"Location": "/elsewhere"}, BadReply),
        (302, {"Location": "https://evil.example/rest"}, BadReply),
        (307, {"Location": "https://evil.example/rest"}, BadReply),
    ],
)
def test_what_a_status_means(
    httpserver: HTTPServer,
    client: JiraClient,
    status: int,
    headers: dict[str, str],
    error: type[TrackerError],
) -> None:
    httpserver.expect_request(PATH).respond_with_json({"id": "1"}, status=status, headers=headers)
    with pytest.raises(TrackerError) as caught:
        get(client)
    assert isinstance(caught.value, error)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"errorMessages":["No such thing."],"errors":{}}', "No such thing."),
        ('{"errorMessages":[],"errors":{"labels":"Too many."}}', "labels: Too many."),
        ('{"errors":[{"message":"Not selected."}]}', "Not selected."),
        ('{"type":"about:blank","title":"Bad","status":400,"detail":"Not a number."}', "Not a number."),
        ('{"code":400,"message":"Path is odd"}', "Path is odd"),
        ('{"error":"Oddness"}', "Oddness"),
        ('{"errorMessages":["two\\nlines \\u202e\\u0007here"]}', "two lines here"),
        ("<html><body>Tomcat</body></html>", "HTTP 400"),
        ("", "HTTP 400"),
        ("null", "HTTP 400"),
        ("[1]", "HTTP 400"),
        ('{"errorMessages":null}', "HTTP 400"),
        ('{"errors":null}', "HTTP 400"),
        ('{"errors":{"a":{"b":1}}}', "HTTP 400"),
        ("\ufffd\udcff", "HTTP 400"),
        ('{"x": ' + "[" * 100_000, "HTTP 400"),
    ],
)
def test_jiras_words_in_every_envelope(
    httpserver: HTTPServer, client: JiraClient, body: str, words: str
) -> None:
    raw = body.encode("utf-8", "surrogateescape")
    httpserver.expect_request(PATH).respond_with_data(raw, status=400, content_type="application/json")
    with pytest.raises(Refused) as caught:
        get(client)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind", "said"),
    [
        (
            401,
            {},
            '{"code":401,"message":"Unauthorized; scope does not match"}',
            MissingScope,
            'was answered "Unauthorized; scope does not match". Grant the token read:jira-work',
        ),
        (401, {}, '{"code":401,"message":"Unauthorized"}', CredentialError, "rejected the credential: Unauthorized."),
        (
            401,
            {},
            '{"message":"Client must be authenticated to access this resource.","status-code":401}',
            CredentialError,
            "rejected the credential: Client must be authenticated to access this resource.",
        ),
        (401, {}, "<html>Unauthorized</html>", CredentialError, "Jira rejected the credential. Check the e-mail"),
        (
            200,
            {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"},
            '{"issues": []}',
            CredentialError,
            "rejected the credential: the e-mail address or the token is wrong, expired or revoked.",
        ),
        (
            403,
            {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"},
            "<html></html>",
            CredentialError,
            "rejected the credential: it asks for a CAPTCHA",
        ),
        (403, {"X-Seraph-LoginReason": "NEW_ONE"}, "", CredentialError, "rejected the credential: NEW_ONE."),
        (500, {}, '{"message":"Search limit exceeded."}', Unreachable, "failed with HTTP 500: Search limit exceeded."),
    ],
    ids=["scope", "gateway", "site", "a page", "anonymous", "captcha", "unknown reason", "broken"],
)  # fmt: skip
def test_refusals_are_passed_on_in_words(
    httpserver: HTTPServer,
    client: JiraClient,
    status: int,
    headers: dict[str, str],
    body: str,
    kind: type[TrackerError],
    said: str,
) -> None:
    httpserver.expect_request(PATH).respond_with_data(body, status=status, headers=headers)
    with pytest.raises(TrackerError) as caught:
        get(client)
    assert type(caught.value) is kind
    assert said in str(caught.value)
    assert "OK" not in str(caught.value)


def test_long_words_are_cut(httpserver: HTTPServer, client: JiraClient) -> None:
    httpserver.expect_request(PATH).respond_with_json({"errorMessages": ["x" * 10_000]}, status=400)
    with pytest.raises(Refused) as caught:
        get(client)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<!doctype html><title>Log in</title>",
        '{"id": "1"',
        '{"id": 7}',
        "[]",
        "null",
        '{"id": "1", "x": ' + "[" * 100_000,
    ],
)
def test_a_reply_that_is_none(httpserver: HTTPServer, client: JiraClient, body: str) -> None:
    httpserver.expect_request(PATH).respond_with_data(body, content_type="text/html")
    with pytest.raises(BadReply):
        get(client)


def test_text_that_is_no_utf8(httpserver: HTTPServer, client: JiraClient) -> None:
    httpserver.expect_request(PATH).respond_with_data(b'{"id": "\xff"}')
    with pytest.raises(BadReply):
        get(client)


def test_a_body_that_does_not_unpack(httpserver: HTTPServer, client: JiraClient) -> None:
    httpserver.expect_request(PATH).respond_with_data(b"no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(BadReply):
        get(client)


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_bomb_is_not_unpacked(httpserver: HTTPServer, client: JiraClient, status: int) -> None:
    client.exchange.limits = Limits(body=1 << 20)
    bomb = gzip.compress(b" " * (8 << 20))
    headers = {"Content-Encoding": "gzip"}
    httpserver.expect_request(PATH).respond_with_data(bomb, status=status, headers=headers)
    with pytest.raises(BadReply, match="larger than"):
        get(client)


def test_a_redirect_is_not_followed(httpserver: HTTPServer, client: JiraClient) -> None:
    target = httpserver.url_for("/stolen")
    httpserver.expect_request(PATH).respond_with_data("", status=302, headers={"Location": target})
    with pytest.raises(BadReply):
        get(client)
    assert [request.path for request, _ in httpserver.log] == [PATH]


@pytest.mark.needs_server
@pytest.mark.parametrize(
    "place", ["http://[", "//[", "https://evil.example/rest/api/3/task/7", "http://a b/", ""]
)
def test_the_address_of_a_job_is_read_and_never_asked(place: str) -> None:
    # The `requests` package would parse it, and trip over some, although it is told not to follow.
    server = HostileServer(reply(b"", f"Location: {place}", status="303 See Other"))
    made = connector(f"{server.url}/jira")
    try:
        if place.endswith("/7"):
            assert made._client.submit("POST", "issue/properties/multi", {}) == "7"
        else:
            with pytest.raises(BadReply, match="did not return its id"):
                made._client.submit("POST", "issue/properties/multi", {})
    finally:
        made.close()
        server.close()
    assert len(server.heads) == 1


def test_cookies_are_kept_for_the_site(httpserver: HTTPServer, client: JiraClient) -> None:
    """Clusters of Data Center find the node of a session by them."""
    httpserver.expect_request(PATH).respond_with_json({"id": "1"}, headers={"Set-Cookie": "node=7; Path=/"})
    get(client)
    get(client)
    assert [request.headers.get("Cookie") for request, _ in httpserver.log] == [None, "node=7"]


def test_no_netrc_and_no_proxy_is_asked_on_loopback(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    httpserver.expect_request(PATH).respond_with_json({"id": "1"})
    made = connector(httpserver.url_for("/jira"))
    try:
        assert get(made._client).id == "1"
    finally:
        made.close()


@pytest.mark.needs_server
def test_nobody_listens() -> None:
    waits = Waits()
    made = connector("http://127.0.0.1:9/jira", waits=waits)
    try:
        with pytest.raises(Unreachable) as caught:
            get(made._client)
    finally:
        made.close()
    assert "the connection to 127.0.0.1:9 failed during GET thing" in str(caught.value)
    assert len(waits) == 3


@pytest.mark.parametrize("repeatable", [True, False])
def test_only_what_may_be_repeated_is(httpserver: HTTPServer, client: JiraClient, repeatable: bool) -> None:
    httpserver.expect_request(PATH).respond_with_data("", status=503)
    with pytest.raises(Unreachable):
        get(client, repeatable=repeatable)
    assert client.requests == (4 if repeatable else 1)


@pytest.mark.parametrize(("email", "scheme"), [("truenorth@acme.example", "Basic "), (None, "Bearer ")])
def test_how_the_credential_travels(httpserver: HTTPServer, email: str | None, scheme: str) -> None:
    seen: list[str] = []

    def answer(request: Request) -> Response:
        seen.append(request.headers["Authorization"])
        return Response('{"id": "1"}')

    httpserver.expect_request(PATH).respond_with_handler(answer)
    made = connector(httpserver.url_for("/jira"), email=email)
    try:
        get(made._client)
    finally:
        made.close()
    assert seen[0].startswith(scheme)


@pytest.mark.parametrize("token", ["schlüssel-漢字", "two\nlines"])
def test_a_token_that_no_header_can_hold(httpserver: HTTPServer, token: str) -> None:
    for email in ("truenorth@acme.example", None):
        made = connector(httpserver.url_for("/jira"), email=email, token=token)
        try:
            with pytest.raises(TrackerError) as caught:
                get(made._client)
        finally:
            made.close()
        assert token not in str(caught.value)


def test_no_error_holds_the_secret(
    httpserver: HTTPServer, client: JiraClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for status in (400, 401, 403, 404, 409, 429, 500, 503):
        httpserver.expect_oneshot_request(PATH).respond_with_json({}, status=status)
        with pytest.raises(TrackerError) as caught:
            get(client, repeatable=False)
        chain: BaseException | None = caught.value
        while chain:
            assert TOKEN not in repr(chain)
            chain = chain.__cause__
        httpserver.clear()
    assert TOKEN not in caplog.text


def test_a_closed_client_makes_no_call(httpserver: HTTPServer) -> None:
    made = connector(httpserver.url_for("/jira"))
    made.close()
    with pytest.raises(TrackerError):
        get(made._client)
    assert httpserver.log == []


# --- paging --------------------------------------------------------------------------------------

SEARCH = "/jira/rest/api/3/search/jql"


def pages(httpserver: HTTPServer, *replies: dict[str, object]) -> None:
    for page in replies:
        httpserver.expect_ordered_request(SEARCH, method="POST").respond_with_json(page)


def rows(*ids: int) -> list[dict[str, str]]:
    return [{"id": str(id_)} for id_ in ids]


def test_short_empty_and_repeated_pages_are_not_the_end(httpserver: HTTPServer, client: JiraClient) -> None:
    pages(
        httpserver,
        {"issues": rows(1, 2), "nextPageToken": "a", "isLast": False},
        {"issues": [], "nextPageToken": "b"},
        {"issues": rows(2, 3), "nextPageToken": "c", "isLast": False},
        {"issues": rows(4), "isLast": True},
    )
    assert search_ids(client, "project = WEB") == ["1", "2", "3", "4"]


def test_a_missing_token_is_the_end(httpserver: HTTPServer, client: JiraClient) -> None:
    pages(httpserver, {"issues": rows(1), "surprise": {"total": 7}})
    assert search_ids(client, "project = WEB") == ["1"]


@pytest.mark.parametrize(
    "replies",
    [
        [{"issues": rows(1), "nextPageToken": "a"}, {"issues": rows(2), "nextPageToken": "a"}],
        [{"issues": rows(1), "isLast": False}],
        [{"isLast": True}],
    ],
)
def test_a_search_that_cannot_be_whole_is_refused(
    httpserver: HTTPServer, client: JiraClient, replies: list[dict[str, object]]
) -> None:
    pages(httpserver, *replies)
    with pytest.raises(BadReply):
        search_ids(client, "project = WEB")
