"""What a run costs: requests and CPU of each step, with the sandbox in a process of its own.

    python benchmarks/pipeline.py [--items 10000] [--seed 1]

Counted first in requests, then in CPU seconds of this process, then in wall time. Wall time is of a loopback
server on the same machine, which adds its own CPU and no latency; compare it only within one output.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from pydantic import SecretStr

from config.load import load
from config.settings import Credentials
from sync.align.alignment import align
from sync.collect.pull import pull
from sync.forecast.key_results import outlooks
from sync.jobs.sandbox import JIRA_EMAIL, JIRA_TOKEN, LINEAR_TOKEN, examples
from sync.jobs.session import session_for
from sync.marks.desired import desired_marks
from sync.measure import measure
from sync.plan.plan import make_plan
from sync.signals.orphans import find_signals

T = TypeVar("T")
rows: list[tuple[str, float, float, str]] = []


def timed(what: str, work: Callable[[], T], note: Callable[[T], str] = lambda _: "") -> T:
    """Run a step and keep its CPU and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    rows.append((what, time.process_time() - cpu, time.perf_counter() - wall, note(result)))
    return result


def serve(items: int, seed: int) -> tuple[subprocess.Popen[str], str]:
    """A sandbox in its own process, and its address."""
    command = [
        sys.executable,
        "-m",
        "sync.cli.app",
        "sandbox",
        "--items",
        str(items),
        "--seed",
        str(seed),
        "--port",
        "0",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own command
    assert process.stdout is not None  # noqa: S101  it was asked for
    return process, process.stdout.readline().split()[-1].removesuffix("/jira")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    process, url = serve(given.items, given.seed)
    try:
        bench(url)
    finally:
        process.terminate()
        process.wait()
    sys.stdout.write(f"{'step':<10}{'CPU s':>8}{'wall s':>8}  note\n")
    for what, cpu, wall, note in rows:
        sys.stdout.write(f"{what:<10}{cpu:>8.2f}{wall:>8.2f}  {note}\n")


def bench(url: str) -> None:
    """Every step of a run but the writing."""
    workspace = load(examples())
    keys = {
        "jira": Credentials(token=SecretStr(JIRA_TOKEN), email=JIRA_EMAIL, url=f"{url}/jira"),
        "linear": Credentials(token=SecretStr(LINEAR_TOKEN), email=None, url=f"{url}/linear/graphql"),
    }
    with urllib.request.urlopen(f"{url}/__clock") as reply:  # noqa: S310  loopback
        now = datetime.fromisoformat(json.load(reply)["now"])
    with (
        tempfile.TemporaryDirectory() as folder,
        session_for(workspace, keys, f"sqlite:///{folder}/t.db") as session,
    ):
        observed = timed(
            "pull",
            lambda: pull(workspace, session.connectors, now),
            lambda seen: f"{len(seen.items)} items, {sum(one.requests for one in seen.pulls)} requests",
        )
        alignment = timed("align", lambda: align(observed.items, workspace, observed.answers, now.date()))
        card = timed("measure", lambda: measure(alignment, observed, workspace, now))
        ends = timed("forecast", lambda: outlooks(alignment, card, workspace, {}))
        signals = timed("signals", lambda: find_signals(alignment, card, observed, workspace, now))
        wanted = timed("marks", lambda: desired_marks(alignment, card, signals, workspace, outlooks=ends))
        timed(
            "plan",
            lambda: make_plan(observed.items, wanted, workspace),
            lambda made: f"{len(made.edits)} edits",
        )


if __name__ == "__main__":
    main()
