"""A brief is posted once for each week and place, to that place alone, and nothing shows its address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.origins import origin_of
from config.posting.webhooks import Service, Webhook
from connectors.http.retry import RetryPolicy
from sync.jobs.brief.errors import BriefDelayed, BriefNotPosted
from sync.jobs.brief.post import Posting, post
from sync.store.briefs import PostedBrief
from sync.store.store import Store

BODY = {"text": "Monday, naïvely: <b>"}
HOOK = "/services/T0001/abcdefghij0123456789"
QUICK = RetryPolicy(sleep=lambda _: None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store(f"sqlite:///{tmp_path}/store.db")
    yield found
    found.close()


def place(server: HTTPServer, name: str = "team", service: Service = "slack", path: str = HOOK) -> Webhook:
    url = server.url_for(path)
    return Webhook(name, SecretStr(url), origin_of(url), service)


def posting(week: str = "2026-W47") -> Posting:
    return Posting(BODY, week, "abc", "acme")


def send(store: Store, to: Webhook, week: str = "2026-W47", *, anew: bool = False) -> PostedBrief | None:
    return post(store, to, posting(week), anew=anew, retry=QUICK)


def answer(server: HTTPServer, *replies: Any) -> list[Any]:
    """Let the server give these, one after the other, and note what it was sent."""
    heard: list[Any] = []
    waiting = list(replies)

    def reply(request: Request) -> Response:
        heard.append(json.loads(request.get_data()))
        found = waiting.pop(0) if waiting else Response("ok")
        return found if isinstance(found, Response) else Response("no", status=found)

    server.expect_request(HOOK, method="POST").respond_with_handler(reply)
    return heard


def test_the_same_week_is_posted_once_to_a_place(store: Store, httpserver: HTTPServer) -> None:
    heard = answer(httpserver)
    team = place(httpserver)
    assert send(store, team) is None
    before = send(store, team)
    assert before is not None
    assert before.sending == "posted"
    assert heard == [BODY]
    assert send(store, team, "2026-W48") is None
    assert send(store, place(httpserver, "other")) is None
    assert send(store, team, anew=True) is None
    assert len(heard) == 4
    assert store.briefs.posted() == 4


def test_another_channel_of_the_same_name_is_another_place(store: Store, httpserver: HTTPServer) -> None:
    heard = answer(httpserver)
    assert send(store, place(httpserver)) is None
    assert send(store, place(httpserver, path=f"{HOOK}?thread=2")) is None
    assert len(heard) == 2


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_what_was_refused_may_be_posted_again(store: Store, httpserver: HTTPServer, status: int) -> None:
    heard = answer(httpserver, status)
    with pytest.raises(BriefNotPosted, match=f"HTTP {status}") as caught:
        send(store, place(httpserver))
    assert not isinstance(caught.value, BriefDelayed)
    assert HOOK not in str(caught.value)
    assert send(store, place(httpserver)) is None
    assert len(heard) == 2


def test_a_redirect_is_not_followed(store: Store, httpserver: HTTPServer) -> None:
    elsewhere = httpserver.url_for("/elsewhere")
    heard = answer(httpserver, Response("", status=307, headers={"location": elsewhere}))
    httpserver.expect_request("/elsewhere").respond_with_data("ok")
    with pytest.raises(BriefNotPosted, match="redirects"):
        send(store, place(httpserver))
    assert [request.path for request, _ in httpserver.log] == [HOOK]
    assert heard == [BODY]


def test_a_limit_is_waited_for(store: Store, httpserver: HTTPServer) -> None:
    limited = Response("", status=429, headers={"retry-after": "1"})
    heard = answer(httpserver, limited, limited)
    assert send(store, place(httpserver)) is None
    assert heard == [BODY] * 3


def test_what_may_have_arrived_is_not_sent_again_by_itself(store: Store, httpserver: HTTPServer) -> None:
    heard = answer(httpserver, 502)
    with pytest.raises(BriefDelayed, match="may be posted") as caught:
        send(store, place(httpserver))
    assert "--again" in str(caught.value)
    assert HOOK not in str(caught.value)
    before = send(store, place(httpserver))
    assert before is not None
    assert before.sending == "unknown"
    assert heard == [BODY]
    assert send(store, place(httpserver), anew=True) is None


def test_teams_says_so_with_a_good_status(store: Store, httpserver: HTTPServer) -> None:
    failed = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413"
    answer(httpserver, Response(failed), Response(failed))
    with pytest.raises(BriefNotPosted, match="could not deliver"):
        send(store, place(httpserver, service="teams"))
    assert send(store, place(httpserver, "slack")) is None
