"""The first pull of a Linear workspace, beside Linear's own SDK and a plain loop over one cursor.

    python benchmarks/pull_linear.py [--issues 10000] [--rounds 3] [--latency 0.15] [--json FILE] [--smoke]

The server stands in a process of its own (`benchmarks/servers`), answers every page after the same latency and knows nothing of
the product. `bound`: the latency bound, the least number of pages one after another at 16 in flight. The SDK is measured where Node
is: `npm` puts it into a temporary folder. `--smoke` is small, counts requests and judges no time.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import SecretStr

from benchmarks.servers.linear_pages import linear
from benchmarks.servers.loopback import counts, serving
from config.settings import Credentials
from config.trackers import LinearScope, LinearTracker
from connectors.http.throttle import Throttle
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.connector import LinearConnector
from connectors.linear.read.issues import IssueReader

PAGE = 250
MORE = 5
"""Requests for issues beyond those of one cursor: the sample, and pages that windows leave half full."""
SDK = """
import { LinearClient } from "@linear/sdk";
const linear = new LinearClient({ apiKey: "lin_api_x", apiUrl: process.argv[2] });
let count = 0;
for (const list of process.argv[3].split(",")) {
  let page = await linear[list]({ first: list === "projects" ? 50 : 250 });
  count += page.nodes.length;
  while (page.pageInfo.hasNextPage) { const before = page.nodes.length; await page.fetchNext(); count += page.nodes.length - before; }
}
console.log(count);
"""
ALL = "teams,issueLabels,issues,projects,initiatives,attachments"


def pull(url: str) -> int:
    """The product: a whole pull."""
    tracker = LinearTracker(kind="linear", scope=LinearScope(teams=("T0", "T1", "T2", "T3")))
    connector = LinearConnector(
        "linear", tracker, Credentials(token=SecretStr("lin_api_x"), url=url), "bench"
    )
    try:
        return len(connector.pull().items)
    finally:
        connector.close()


def pull_flow(url: str) -> int:
    """The product where `flow` is declared: a whole pull, and the histories of all issues."""
    tracker = LinearTracker(kind="linear", scope=LinearScope(teams=("T0", "T1", "T2", "T3")))
    connector = LinearConnector(
        "linear", tracker, Credentials(token=SecretStr("lin_api_x"), url=url), "bench"
    )
    try:
        return len(connector.histories(connector.pull().items, everything=True))
    finally:
        connector.close()


def pull_issues(url: str) -> int:
    """The product: the issues alone, as it reads them in windows."""
    client = LinearClient("linear", url, SecretStr("lin_api_x"), Throttle())
    try:
        reader = IssueReader(client, [], None)
        return len(reader.of_teams(["t0", "t1", "t2", "t3"], {}, lambda _spread: None))
    finally:
        client.close()


def one_cursor(url: str, lists: str) -> int:
    """A plain loop: the same lists, one page after another."""
    documents = {"issues": queries.ISSUES.document}
    count = 0
    with httpx.Client(timeout=60) as client:
        for name in lists.split(","):
            query = documents.get(name, f"query All {{ {name}(first: $first) }}")
            after, size = None, 50 if name == "projects" else PAGE
            while True:
                given = {"query": query, "variables": {"first": size, "after": after, "filter": {}}}
                found = client.post(url, json=given).json()["data"][name]
                count += len(found["nodes"])
                if not found["pageInfo"]["hasNextPage"]:
                    break
                after = found["pageInfo"]["endCursor"]
    return count


def sdk_folder() -> Path | None:
    """Where Linear's SDK was put; None without Node, or where it cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    folder = Path(tempfile.gettempdir()) / "truenorth-bench-linear-sdk"
    folder.mkdir(exist_ok=True)
    (folder / "pull.mjs").write_text(SDK)
    if not (folder / "node_modules" / "@linear" / "sdk").exists():
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "@linear/sdk"],  # noqa: S607
            cwd=folder,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return None
    return folder


def by_sdk(folder: Path, url: str, lists: str) -> int:
    """Linear's own client: every list by `fetchNext`."""
    done = subprocess.run(  # noqa: S603
        ["node", str(folder / "pull.mjs"), url, lists],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    return int(done.stdout)


def cpu() -> float:
    return time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--issues", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.15)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    issues, rounds, latency = given.issues, given.rounds, given.latency
    if given.smoke:
        issues, rounds, latency = 2_500, 1, 0.01
    folder = None if given.smoke else sdk_folder()
    contests: dict[str, Callable[[str], int]] = {
        "pull, whole": pull,
        "pull, whole, flow": pull_flow,
        "pull, issues": pull_issues,
        "one cursor, issues": lambda url: one_cursor(url, "issues"),
        "one cursor, all lists": lambda url: one_cursor(url, ALL),
    }
    if folder is not None:
        contests["@linear/sdk, issues"] = lambda url: by_sdk(folder, url, "issues")
        contests["@linear/sdk, all lists"] = lambda url: by_sdk(folder, url, ALL)
    walls: dict[str, list[float]] = {name: [] for name in contests}
    cpus: dict[str, list[float]] = {name: [] for name in contests}
    asked: dict[str, dict[str, int]] = {}
    with serving(linear, issues, latency) as url:
        counts(url)
        for _ in range(rounds):
            for name, contest in contests.items():
                began, used = time.perf_counter(), cpu()
                contest(url)
                walls[name].append(time.perf_counter() - began)
                cpus[name].append(cpu() - used)
                asked[name] = counts(url)["requests"]
    least = -(-issues // PAGE)
    rows: list[dict[str, Any]] = [
        {
            "what": name,
            "requests": sum(asked[name].values()),
            "issue_pages": sum(asked[name].get(one, 0) for one in ("Issues", "issues", "Sample")),
            "wall": round(statistics.median(walls[name]), 3),
            "fastest": round(min(walls[name]), 3),
            "cpu": round(statistics.median(cpus[name]), 3),
        }
        for name in contests
    ]
    bound = -(-least // 16) * latency
    say(f"{issues} issues: at least {least} pages; bound {bound:.2f} s at 16 in flight")
    for row in rows:
        ratio = row["wall"] / rows[0]["wall"]
        say(
            f"{row['what']:24} {row['requests']:5} requests ({row['issue_pages']} for issues)"
            f" {row['wall']:8.3f} s ({ratio:4.1f} x)  fastest {row['fastest']:.3f} s  {row['cpu']:.2f} s CPU"
        )
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))
    extra = rows[0]["issue_pages"] - least
    if extra > MORE:
        say(f"too many requests for issues: {extra} more than one cursor needs")
        return 1
    if asked["pull, whole, flow"].get("Pasts") != -(-issues // 50):
        say(f"histories took {asked['pull, whole, flow'].get('Pasts')} requests: one for 50 issues is enough")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
