"""`truenorth serve` under webhooks: 20 deliveries a second, then a burst of 2,000, signed as Jira and Linear sign them.

    python benchmarks/serve_load.py [--seconds 600] [--rate 20] [--burst 2000] [--items 300] [--counts] [--json FILE]
    python benchmarks/serve_load.py --smoke

The sandbox and the service are processes of their own, on loopback; the service syncs meanwhile, as it always does after deliveries. An answer
is timed from the first byte sent to the last received, on connections that stay open: one for the rate, fifty for the burst. It fails where a
delivery is lost (its answer is not 200, or the service's log counts another number), where the p95 of an answer under the
rate is not below 50 ms, where memory of the service grows by more than a tenth between the first and the last quarter, where a run fails, or where
anything is written though nothing changed. `--counts`: counts are judged, times and memory are not, for a machine that does other work. `--smoke`: that,
for 5 seconds and a burst of 200.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TRUENORTH = (sys.executable, "-m", "sync")
SECRET = "a-secret-of-this-benchmark-alone"  # noqa: S105  known to everybody
P95 = 0.050
CONNECTIONS = 50


@dataclass
class Found:
    """What was seen; `memory`: MB of the service, once a second."""

    rate: list[float] = field(default_factory=list)
    burst: list[float] = field(default_factory=list)
    burst_took: float = 0.0
    codes: dict[int, int] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)

    def count(self, code: int) -> None:
        self.codes[code] = self.codes.get(code, 0) + 1


class Caller:
    """A connection that stays open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, number: int) -> tuple[int, float]:
        """Deliver, and say the status and the seconds of the answer."""
        request = delivery(number)
        begun = time.perf_counter()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        await reader.readexactly(int(length[1]) if length else 0)
        return int(head.split(b" ", 2)[1]), time.perf_counter() - begun


def delivery(number: int, issue: str = "10001") -> bytes:
    """A request, of Jira and of Linear by turns. Each is another delivery."""
    now, secret = int(time.time() * 1000), SECRET.encode()
    if number % 2:
        body = json.dumps({"timestamp": now, "issue": {"id": issue}, "pad": "x" * 4000}).encode()
        path = "/hooks/jira"
        headers = {
            "X-Hub-Signature": f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}",
            "X-Atlassian-Webhook-Identifier": f"benchmark-{number}",
        }
    else:
        said = {
            "type": "Issue",
            "action": "update",
            "data": {"id": f"item-{number}"},
            "webhookTimestamp": now,
        }
        body, path = json.dumps(said | {"pad": "x" * 4000}).encode(), "/hooks/linear"
        headers = {
            "Linear-Signature": hmac.new(secret, body, hashlib.sha256).hexdigest(),
            "Linear-Delivery": f"benchmark-{number}",
        }
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def load(port: int, pid: int, seconds: int, rate: int, burst: int) -> Found:
    found, caller, begun = Found(), Caller(port), time.monotonic()
    for number in range(seconds * rate):
        if number % rate == 0:
            found.memory.append(memory_of(pid))
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        code, took = await caller.send(number)
        found.count(code)
        found.rate.append(took)
    waiting = iter(range(seconds * rate, seconds * rate + burst))

    async def some() -> None:
        one = Caller(port)
        for number in waiting:
            code, took = await one.send(number)
            found.count(code)
            found.burst.append(took)

    begun = time.monotonic()
    await asyncio.gather(*(some() for _ in range(min(CONNECTIONS, burst))))
    found.burst_took = time.monotonic() - begun
    found.memory.append(memory_of(pid))
    return found


def memory_of(pid: int) -> float:
    (found,) = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    return int(found) / 1024


@contextlib.contextmanager
def running(
    *words: str, log: Path, environment: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A command that stays, with what it said until it was ready."""
    with log.open("w") as errors:
        process = subprocess.Popen(  # noqa: S603  our own
            [*TRUENORTH, *words],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environment},
        )
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        if "Serving on" in line or "Its clock stands" in line:
            break
    try:
        yield process, said
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)


def settled(log: Path, seconds: float) -> None:
    """Until the run that follows the last news has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and '.why": "after news"' not in log.read_text().rpartition('"news from')[2]:
        time.sleep(0.2)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=int, default=20)
    parser.add_argument("--burst", type=int, default=2000)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--counts", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    if given.smoke:
        given.seconds, given.burst, given.items, given.counts = 5, 200, 60, True
    with tempfile.TemporaryDirectory() as folder:
        rows, faults = measured(given, Path(folder))
    for row in rows:
        sys.stdout.write(f"{row['what']:<44} {row['value']}\n")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))
    for fault in faults:
        sys.stdout.write(f"FAILED: {fault}\n")
    return 1 if faults else 0


def measured(given: argparse.Namespace, folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    with running(
        *("sandbox", "--items", str(given.items), "--port", "0"), log=folder / "sandbox.log", environment={}
    ) as (_, said):
        environment = dict(re.findall(r"export (\S+)=(\S+)", "".join(said)))
        environment |= {
            "TRUENORTH_STORE": f"sqlite:///{folder / 'store.db'}",
            "TRUENORTH_LOG_FORMAT": "json",
            **dict.fromkeys(("TRUENORTH_JIRA_HOOK_SECRET", "TRUENORTH_LINEAR_HOOK_SECRET"), SECRET),
        }
        first = [*TRUENORTH, "sync", "--first-run", "--quiet"]
        subprocess.run(  # noqa: S603  our own
            first, check=True, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
        )
        log = folder / "serve.log"
        with running(
            *("serve", "--every", "24h", "--listen", "127.0.0.1:0"), log=log, environment=environment
        ) as (service, words):
            (port,) = (int(one) for one in re.findall(r":(\d+)\. Syncs", "".join(words)))
            while '"run ended"' not in log.read_text():
                time.sleep(0.1)
            found = asyncio.run(load(port, service.pid, given.seconds, given.rate, given.burst))
            settled(log, 180)
        events = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        return judged(given, found, events)


def judged(
    given: argparse.Namespace, found: Found, events: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    sent = given.seconds * given.rate + given.burst
    heard = sum(one["truenorth.deliveries"] for one in events if one["body"] == "news from trackers")
    runs = [one for one in events if one["body"] == "run ended"]
    written = sum(one["truenorth.written"] or 0 for one in runs)
    p95 = statistics.quantiles(found.rate, n=20)[-1]
    quarter = max(1, len(found.memory) // 4)
    growth = statistics.median(found.memory[-quarter:]) / statistics.median(found.memory[:quarter])
    rows: dict[str, Any] = {
        "deliveries": sent,
        "answered 200": found.codes.get(200, 0),
        "counted by the service": heard,
        "answers under the rate, p50 ms": round(statistics.median(found.rate) * 1000, 2),
        "answers under the rate, p95 ms": round(p95 * 1000, 2),
        "answers under the rate, max ms": round(max(found.rate) * 1000, 2),
        "burst, p95 ms": round(statistics.quantiles(found.burst, n=20)[-1] * 1000, 2),
        "burst, deliveries a second": round(given.burst / found.burst_took),
        "memory of the service, MB": round(found.memory[-1], 1),
        "memory, last quarter to the first": round(growth, 3),
        "runs": len(runs),
        "of them by news": sum(one["truenorth.why"] == "news" for one in runs),
        "writes, though nothing changed": written,
    }
    faults = []
    if found.codes != {200: sent} or heard != sent:
        faults.append(f"of {sent} deliveries {heard} were counted; answers: {found.codes}")
    if written:
        faults.append(f"{written} items were written to though nothing changed")
    if any(one["truenorth.exit_code"] for one in runs):
        faults.append("a run failed")
    if not given.counts and p95 >= P95:
        faults.append("the p95 of an answer is not below 50 ms")
    if not given.counts and growth > 1.1:
        faults.append("memory grows")
    return [{"what": what, "value": value} for what, value in rows.items()], faults


if __name__ == "__main__":
    sys.exit(main())
