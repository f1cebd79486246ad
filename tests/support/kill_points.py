"""The command line, killed just before its n-th step: a word in the journal, a request, or a comment on Jira.

It dies by SIGKILL, so nothing can be cleaned up. What lies after a step and what lies before the next one are the same state of
the world.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from connectors.linear.api.client import LinearClient
from sync.jobs.distributed import worker as workers
from sync.store.journal import Journal
from tests.support.processes import command

UNDER_WAY = 0.3
"""Seconds between the last comment that was sent and the kill before the next, in which those reach the server."""


class Killer:
    """Counts steps by kind and ends the process before one of them."""

    def __init__(self, kind: str, at: int, steps: Path) -> None:
        self._kind, self._at, self._steps = kind, at, steps
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def before(
        self, owner: type[Any], name: str, kind: str, counts: Callable[..., bool] = lambda *_, **__: True
    ) -> None:
        """Make those calls of a method steps that count."""
        real = getattr(owner, name)

        def step(*given: Any, **named: Any) -> Any:
            if not counts(*given, **named):
                return real(*given, **named)
            with self._lock:
                self._counts[kind] += 1
                with self._steps.open("a") as lines:
                    lines.write(f"{kind}\n")
                if (kind, self._counts[kind]) == (self._kind, self._at):
                    time.sleep(UNDER_WAY if kind == "comment" else 0)
                    os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        setattr(owner, name, step)


def killed(kind: str, at: int, steps: str, *arguments: str) -> None:
    """A command, as the entry of a process that dies before that step.

    `kind` is journal, jira, comment or linear. `steps`: a file that gets a line for each step that was begun; with 0 for `at`
    nothing is killed, and the file tells all the steps that there are.
    """
    killer = Killer(kind, at, Path(steps))
    killer.before(Journal, "begin", "journal")
    killer.before(Journal, "complete", "journal")
    killer.before(requests.Session, "send", "jira")
    killer.before(requests.Session, "send", "comment", _is_comment)
    killer.before(LinearClient, "_send", "linear")
    command(*arguments)


def _is_comment(_: requests.Session, request: requests.PreparedRequest, **__: Any) -> bool:
    return request.method == "POST" and (request.url or "").endswith("/comment")


def killed_worker(kind: str, at: int, steps: str, *arguments: str) -> None:
    """The same for a worker whose death others notice within seconds."""
    workers.HEARTBEAT, workers.STALLED = 0.5, 3.0
    killed(kind, at, steps, *arguments)
