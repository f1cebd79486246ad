"""The sandbox of both trackers in a process of its own, and what containers did to it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine import Failed, Missing

ITEMS, SEED = 80, 5
MOMENT = "2026-11-16T18:00Z"
"""Later than the sandbox's clock for hours, as its first lines advise."""

SECRETS = {
    "TRUENORTH_JIRA_EMAIL": "truenorth@acme.example",
    "TRUENORTH_JIRA_TOKEN": "sandbox-jira-token",
    "TRUENORTH_LINEAR_TOKEN": "sandbox-linear-token",
}
"""The sandbox's own, known to everybody."""


class World:
    """A running sandbox. Raises Missing where it is not installed, Failed where it does not serve."""

    def __init__(self, root: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._command = [str(root / ".venv" / "bin" / "truenorth"), "sandbox", "--port", str(port)]
        self._command += ["--items", str(ITEMS), "--seed", str(SEED)]

    def __enter__(self) -> Self:
        if not Path(self._command[0]).exists():
            raise Missing("the sandbox is not installed: run `make setup`")
        self._process = subprocess.Popen(  # noqa: S603  our own words
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        end = time.monotonic() + 60
        while True:
            if self._process.poll() is not None:
                raise Failed(f"the sandbox does not serve: {self._process.communicate()[1].strip()}")
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                self.ask("GET", "/__requests?limit=1")
                return self
            if time.monotonic() > end:
                self.__exit__(None, None, None)
                raise Failed("the sandbox did not answer within a minute")
            time.sleep(0.2)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate(timeout=30)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One of the sandbox's controls."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, method=method)  # noqa: S310  loopback
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310  likewise
            told = reply.read()
        return json.loads(told) if told else None

    def writes(self) -> int:
        """How many requests since the log was emptied could have changed a ticket."""
        return sum(1 for one in self.ask("GET", "/__requests?limit=100000") if _writes(one))

    def forget(self) -> None:
        """Empty the log of requests."""
        self.ask("DELETE", "/__requests")

    def slow_down(self, seconds: float) -> None:
        """Let each write on either tracker take so long."""
        slow = {"kind": "latency", "seconds": seconds, "times": 100_000}
        self.ask(
            "POST", "/__faults", {"match": "(PUT|POST|DELETE) /jira/.*/(issue|comment|properties)", **slow}
        )
        self.ask("POST", "/__faults", {"operation_kind": "mutation", **slow})

    def speed_up(self) -> None:
        """Take all faults away."""
        self.ask("DELETE", "/__faults")

    def marks(self) -> dict[str, Any]:
        """What stands on the tickets, without what trackers choose by themselves: ids and moments."""
        world = self.ask("GET", "/__world")
        jira, linear = world["jira"], world["linear"]
        return {
            "jira": {
                one["key"]: [
                    sorted(one["labels"]),
                    len(one["comments"]),
                    len(one["remote_links"]),
                    sorted(one["properties"]),
                ]
                for one in jira["issues"]
            },
            "linear": {one["id"]: len(one["labels"]) for one in linear["issues"]},
            "linear tables": {name: len(rows) for name, rows in linear.items()},
            "linear comments": Counter(one["issue"] for one in linear["comments"]),
            "linear attachments": Counter(one["issue"] for one in linear["attachments"]),
        }


def _writes(request: dict[str, Any]) -> bool:
    operation, method, path = (str(request[name]) for name in ("operation", "method", "path"))
    if path.endswith("/graphql"):
        return operation == "mutation"
    created = ("/comment", "/remotelink", "/properties", "/issueLink", "/bulk/issues/fields")
    return method in ("PUT", "DELETE") or (method == "POST" and path.endswith(created))
