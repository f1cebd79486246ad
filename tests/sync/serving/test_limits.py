"""What one caller may take of the service, asked of the application itself, without a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from sync.serving import limits
from sync.serving.limits import Buckets, Limits, Rate

Parts = list[bytes]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body."""
    body = (await receive())["body"] if scope["type"] == "http" else b""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def ask(app: Limits, method: str = "GET", path: str = "/", caller: str = "192.0.2.1", *, parts: Parts | None = None, declared: int | None = None) -> tuple[int, bytes, dict[str, str]]:  # fmt: skip
    """Status, body and headers of the answer. A part that is empty never comes."""
    waiting = list(parts or [b""])
    sent: list[Message] = []

    async def receive() -> Message:
        part = waiting.pop(0)
        if parts and not part:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if declared is None else [(b"content-length", str(declared).encode())]
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": headers,
        "client": (caller, 1),
    }
    asyncio.run(app(scope, receive, send))
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], sent[1]["body"], told


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def app(clock: list[float]) -> Limits:
    return Limits(echo, Rate(3, 0.5), Rate(5, 1), lambda: clock[0])


def test_a_body_arrives_whole_from_its_parts(app: Limits) -> None:
    assert ask(app, "POST", parts=[b"a", b"b", b"c"])[:2] == (200, b"abc")


@pytest.mark.parametrize(("method", "burst", "wait"), [("GET", 3, 2), ("HEAD", 3, 2), ("POST", 5, 1)])
def test_more_than_the_burst_is_told_when_to_come_back(
    app: Limits, clock: list[float], method: str, burst: int, wait: int
) -> None:
    answers = [ask(app, method) for _ in range(burst + 1)]
    assert [status for status, *_ in answers] == [200] * burst + [429]
    assert answers[-1][2]["retry-after"] == str(wait + 1)
    assert ask(app, method, caller="192.0.2.2")[0] == 200
    clock[0] += wait
    assert [ask(app, method)[0] for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_never_turned_away(app: Limits, path: str) -> None:
    assert {ask(app, path=path)[0] for _ in range(20)} == {200}


def test_a_caller_saves_up_no_more_than_the_burst_and_few_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "_CALLERS", 2)
    now = 0.0
    buckets = Buckets(Rate(1, 1), lambda: now)
    assert [buckets.wait("a"), buckets.wait("a")] == [0, 1]
    now = 100
    assert [buckets.wait("a"), buckets.wait("a")] == [0, 1]
    assert [buckets.wait(name) for name in "bca"] == [0, 0, 0]


@pytest.mark.parametrize(
    ("parts", "declared", "change", "status"),
    [
        ([b"12345"], None, {}, 200),
        ([b"123456"], None, {}, 413),
        ([b"123", b"456"], None, {}, 413),
        ([b"1"], 6, {}, 413),
        ([b"1"], 5, {}, 200),
        ([b"1", b""], None, {}, 408),
        ([b"12345"], None, {"MOST_TOGETHER": 4}, 503),
    ],
)
def test_too_large_and_too_slow_bodies_are_refused(
    app: Limits,
    monkeypatch: pytest.MonkeyPatch,
    parts: Parts,
    declared: int | None,
    change: dict[str, int],
    status: int,
) -> None:
    for name, value in ({"MOST_BYTES": 5, "BODY_SECONDS": 0.01} | change).items():
        monkeypatch.setattr(limits, name, value)
    found, _, headers = ask(app, "POST", parts=parts, declared=declared)
    assert found == status
    assert ("connection" in headers) == (status != 200)
    # What was held is given back.
    assert ask(app, "POST", parts=[b"1234"])[0] == 200


def test_who_goes_away_within_a_body_gets_no_answer(app: Limits) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": [], "client": None}
    asyncio.run(app(scope, receive, send))
    assert sent == []
