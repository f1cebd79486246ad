"""The routes that receive webhooks: what is answered, and what the loop of runs is told."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from structlog.testing import capture_logs

from config.hooks.hook import Hook
from connectors.model import Ref
from sync.serving.hooks import routes
from sync.serving.hooks.routes import hook_routes
from sync.serving.hooks.seen import SeenDeliveries
from tests.support.builders import workspace

SECRET = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@dataclass
class Service:
    """The routes with a clock of their own, and what they told."""

    now: datetime = NOW
    told: list[tuple[str, list[str]]] = field(default_factory=list)
    hook: Hook = field(default_factory=lambda: Hook("jira", SecretStr(SECRET)))

    def __post_init__(self) -> None:
        found = hook_routes(workspace(), {"jira": self.hook}, self.nudge, lambda: self.now)
        self.app = Starlette(routes=found)

    def nudge(self, tracker: str, refs: Sequence[Ref]) -> None:
        self.told.append((tracker, [one.id for one in refs]))

    def send(self, *sent: tuple[str, bytes, dict[str, str]], method: str = "POST") -> list[int]:
        """The statuses of the answers."""

        async def run() -> list[int]:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                found = [
                    await client.request(method, path, content=body, headers=headers)
                    for path, body, headers in sent
                ]
            self.texts = [one.text for one in found]
            return [one.status_code for one in found]

        return asyncio.run(run())


def body(issue: str = "10001", at: datetime = NOW, **more: Any) -> bytes:
    return json.dumps({"timestamp": at.timestamp() * 1000, "issue": {"id": issue}} | more).encode()


def delivery(raw: bytes, name: str = "", secret: str = SECRET) -> tuple[str, bytes, dict[str, str]]:
    made = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    known = {"X-Atlassian-Webhook-Identifier": name} if name else {}
    return "/hooks/jira", raw, {"X-Hub-Signature": f"sha256={made}", **known}


def test_a_signed_one_names_what_changed() -> None:
    service = Service()
    assert service.send(delivery(body())) == [200]
    assert service.told == [("jira", ["10001"])]
    assert service.texts == [""]


def test_what_is_repeated_or_aged_is_answered_well_and_only_hastens() -> None:
    service = Service()
    old = body("10003", NOW - timedelta(hours=1))
    sent = [delivery(body(), "w-1"), delivery(body(), "w-1"), delivery(body("10002"), "w-2"), delivery(old)]
    assert service.send(*sent) == [200] * 4
    assert service.told == [("jira", ["10001"]), ("jira", []), ("jira", ["10002"]), ("jira", [])]


def test_a_false_signature_is_refused_and_tells_nothing() -> None:
    service = Service()
    path, raw, headers = delivery(body())
    sent = [(path, raw, {}), delivery(body(), secret="another"), (path, raw + b" ", headers)]
    assert service.send(*sent) == [401] * 3
    assert service.told == []
    assert "10001" not in "".join(service.texts)


def test_a_false_one_does_not_hide_the_true_one_of_the_same_id() -> None:
    service = Service()
    forged = delivery(body("666"), "w-1", secret="another")
    assert service.send(forged, delivery(body(), "w-1")) == [401, 200]
    assert service.told == [("jira", ["10001"])]


def test_the_operator_hears_of_false_ones_once_a_minute() -> None:
    service = Service()
    false = delivery(body(), secret="another")
    with capture_logs() as logs:
        service.send(*[false] * 5)
        service.now += timedelta(seconds=61)
        service.send(false)
    assert [(one["event"], one["tracker"], one["refused"]) for one in logs] == [
        ("webhook refused", "jira", 1),
        ("webhook refused", "jira", 5),
    ]


def test_an_unsigned_one_has_a_path_of_its_own_and_only_hastens() -> None:
    service = Service()
    path = f"/hooks/jira/{service.hook.token}"
    assert service.send((path, body(), {}), (path, b"no JSON", {})) == [200, 200]
    assert service.told == [("jira", []), ("jira", [])]


@pytest.mark.parametrize(
    "path", ["/hooks/jira/", "/hooks/jira/0123", "/hooks/jira/é", "/hooks/linear", "/hooks/off/x", "/hooks"]
)
def test_nothing_else_is_there(path: str) -> None:
    service = Service()
    assert service.send((path, body(), delivery(body())[2]))[0] in (307, 404)
    assert service.told == []


def test_another_trackers_path_is_not_this_ones() -> None:
    service = Service()
    other = Hook("linear", SecretStr(SECRET))
    assert service.send((f"/hooks/jira/{other.token}", body(), {})) == [404]


def test_only_deliveries_are_taken() -> None:
    assert Service().send(("/hooks/jira", b"", {}), method="GET") == [405]


def test_a_body_beyond_all_measure_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_BYTES", 100)
    service = Service()
    assert service.send(delivery(b"x" * 101), delivery(body())) == [413, 200]


def test_without_a_secret_there_is_no_route() -> None:
    assert hook_routes(workspace(), {}, Service().nudge) == []


def test_memory_of_deliveries_is_bounded() -> None:
    seen = SeenDeliveries(most=2)
    assert [seen.is_new("jira", one) for one in "aabac"] == [True, False, True, False, True]
    assert [seen.is_new("jira", one) for one in "acb"] == [False, False, True]
    assert seen.is_new("linear", "a")
