"""A small HTTP server on loopback that answers after a set latency, in a process of its own.

It knows nothing of the product. A benchmark gives it a table of answers, made beforehand, so that what it costs itself is next to
nothing; it counts requests and bytes by route, and tells them to `GET /__counts`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer: a body, after how many seconds, and under what name the request is counted."""

    body: bytes
    seconds: float
    route: str
    status: str = "200 OK"
    headers: str = ""


Answer = Callable[[str, str, bytes], Reply]
"""Given method, target and body."""

Make = Callable[..., Answer]
"""Makes the answers, in the server's own process. A function of a module, given what `serving` was."""


@contextlib.contextmanager
def serving(make: Make, *given: object) -> Iterator[str]:
    """The address of a server with these answers, until the block ends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(there, make, given), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


def counts(url: str) -> dict[str, Any]:
    """What was asked since the last call: `requests` and `bytes` sent, by route; and the most `in_flight` at once."""
    with urllib.request.urlopen(f"{url}/__counts") as reply:  # noqa: S310  loopback
        found: dict[str, Any] = json.load(reply)
    return found


def _run(there: Connection, make: Make, given: tuple[object, ...]) -> None:
    asyncio.run(_serve(there, make(*given)))


async def _serve(there: Connection, answer: Answer) -> None:
    asked: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    flying = most = 0

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal flying, most
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(END)).decode("latin-1")
                first, *lines = head.split("\r\n")
                method, target, _ = first.split(" ")
                named = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
                body = await reader.readexactly(int(named.get("content-length", 0)))
                if target == "/__counts":
                    told = {"requests": asked, "bytes": sent, "in_flight": most}
                    reply = Reply(json.dumps(told).encode(), 0, "")
                    asked.clear()
                    sent.clear()
                    most = 0
                else:
                    flying += 1
                    most = max(most, flying)
                    reply = answer(method, target, body)
                    asked[reply.route] += 1
                    sent[reply.route] += len(reply.body)
                    await asyncio.sleep(reply.seconds)
                    flying -= 1
                writer.write(
                    f"HTTP/1.1 {reply.status}\r\nContent-Type: application/json;charset=UTF-8\r\n"
                    f"Content-Length: {len(reply.body)}\r\n{reply.headers}\r\n".encode()
                )
                writer.write(reply.body)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, limit=1 << 24, backlog=256)
    there.send(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()
