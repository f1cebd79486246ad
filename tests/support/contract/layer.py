"""The layer around every sandbox of the test suite: no exchange passes that the vendors' own files forbid.

What Truenorth's connectors send (they say so in `User-Agent`) must be right; what raw clients of tests send may be
wrong on purpose. What the sandbox answers must be right always, unless a fault rule altered it. REST v2 and the
Data Center have no document, so they are not looked at.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.sandbox.recorder import Exchange

if TYPE_CHECKING:
    from tests.support.contract.jira import JiraContract
    from tests.support.contract.linear import LinearContract

CONTRACTS = Path(__file__).parents[4] / "shared" / "contracts"
JIRA = CONTRACTS / "jira-cloud-v3.openapi.json"
ADF = CONTRACTS / "adf.schema.json"
LINEAR = CONTRACTS / "linear.schema.graphql"
AGENT = "truenorth"
_GATEWAY = re.compile(r"^/ex/jira/[^/]+/rest/")
WHY_OFF = "the contract files are not beside the repository"


def available() -> bool:
    """Whether the vendors' files are there to check against."""
    return JIRA.exists() and ADF.exists() and LINEAR.exists()


class Layer:
    """Collects exchanges as they happen, in whichever thread, and judges them when asked."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._waiting: list[tuple[bytes, Exchange]] = []
        self._seen: set[bytes] = set()
        self._jira: JiraContract | None = None
        self._linear: LinearContract | None = None

    def watch(self, exchange: Exchange) -> None:
        """Take note of an exchange: cheap, for it runs in the server's thread."""
        exchange = _at_the_site(exchange)
        tracker = _tracker(exchange)
        if tracker is None:
            return
        ours = _is_ours(exchange)
        with self._lock:
            self.counts[f"{tracker} requests of the connectors" if ours else f"{tracker} other requests"] += 1
            self.counts[f"{tracker} replies"] += not exchange.broken
            identity = _identity(exchange, ours)
            if identity not in self._seen:
                self._seen.add(identity)
                self._waiting.append((identity, exchange))

    def verdict(self, *, excused: bool = False) -> list[str]:
        """The breaches since the last call. `excused`: what the connectors sent may be wrong, as if others had."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        found: list[str] = []
        for identity, exchange in waiting:
            ours = _is_ours(exchange)
            contract = self._judge(exchange)
            where = f"{exchange.method} {exchange.path} ({exchange.status})"
            problems = [
                f"{where}: {problem}" for problem in contract.problems(exchange, ours=ours and not excused)
            ]
            found += problems
            if problems or (ours and excused):
                # Not settled: the next test in which it happens is judged for itself.
                with self._lock:
                    self._seen.discard(identity)
        return list(dict.fromkeys(found))

    def _judge(self, exchange: Exchange) -> JiraContract | LinearContract:
        """Each contract is read when its first exchange is judged: it takes a second."""
        if _tracker(exchange) == "Jira":
            if self._jira is None:
                from tests.support.contract.jira import JiraContract

                self._jira = JiraContract(JIRA, ADF)
            return self._jira
        if self._linear is None:
            from tests.support.contract.linear import LinearContract

            self._linear = LinearContract()
        return self._linear


def _at_the_site(exchange: Exchange) -> Exchange:
    """The exchange as it would be without Atlassian's gateway, before which the document's paths stand."""
    path = _GATEWAY.sub("/jira/rest/", exchange.path)
    return exchange if path == exchange.path else replace(exchange, path=path)


def _is_ours(exchange: Exchange) -> bool:
    agent = exchange.headers.get("User-Agent", "")
    return agent.partition("/")[0] == AGENT


def _tracker(exchange: Exchange) -> str | None:
    if exchange.path.startswith("/jira/rest/api/3/"):
        return "Jira"
    return "Linear" if exchange.path == "/linear/graphql" and exchange.method == "POST" else None


def _identity(exchange: Exchange, ours: bool) -> bytes:
    """Equal for exchanges of which one verdict holds for all."""
    parts = (exchange.method, exchange.path, exchange.query, exchange.status, exchange.broken, ours)
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=16)
    digest.update(exchange.body)
    digest.update(b"\0" + exchange.reply)
    return digest.digest()
