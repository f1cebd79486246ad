"""What a first pull of Jira costs: requests and bytes, CPU, memory and time, against its latency bound and its peers.

    python benchmarks/pull_jira.py [--items 10000] [--rounds 3] [--latency 0.15] [--before PATH] [--loop-items 10000] [--json FILE]
    python benchmarks/pull_jira.py --smoke

In each round, one after the other, each in a process of its own against one loopback server (`servers/jira_site.py`):

- `connector`: ours, through its public `pull`; `before`: the same of the checkout at PATH; `connector, flow`: with the histories of all
  work below the epics, as where `flow` is declared.
- `prototype`: `prototype_pull.py`, ids and then issues, 16 in flight, without mapping; its own bound is the third column.
- `jira package`: page after page as JSON. Beyond `--loop-items` it is not run, for it would take minutes.

The bound is the latency alone of the least set of requests at 16 in flight: identity, fields and projects at once, the id pages one
after another, the issues by hundreds. Seconds and CPU are of the pull alone, the least of all rounds; memory is the most of the process, its
imports included. Requests are exact: `--smoke` fails where the connector sends others than it should.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.servers.jira_site import ID_PAGE, ISSUE_PAGE, PROJECTS, make
from benchmarks.servers.loopback import counts, serving

HERE = Path(__file__).parent
IN_FLIGHT = 16
Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.15)
    parser.add_argument("--loop-items", type=int, default=10_000)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.smoke:
        given.items, given.rounds, given.latency = 600, 1, 0.02
    with serving(make, given.items, given.latency) as url:
        rows = measure(url, given)
    show(rows)
    if given.json:
        given.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n")
    return wrong(rows, given.items) if given.smoke else 0


def contestants(given: argparse.Namespace) -> dict[str, tuple[str, Path, tuple[str, ...]]]:
    """Script, checkout and what else it is told, by name, in the order of a round."""
    root, ours = HERE.parent, "contestants/jira_connector.py"
    found: dict[str, tuple[str, Path, tuple[str, ...]]] = {"connector": (ours, root, ())}
    found["connector, flow"] = (ours, root, ("--flow",))
    if given.before:
        found["before"] = (ours, given.before.resolve(), ())
    found["prototype"] = ("prototype_pull.py", root, ())
    if given.items <= given.loop_items:
        found["jira package"] = ("contestants/jira_package.py", root, ())
    return found


def measure(url: str, given: argparse.Namespace) -> list[Row]:
    """A row for each contestant, of the best round."""
    told: dict[str, list[Row]] = {}
    counts(url)
    for _ in range(given.rounds):
        for name, (script, checkout, more) in contestants(given).items():
            command = [sys.executable, str(HERE / script), url, *more]
            done = subprocess.run(  # noqa: S603  our own
                command,
                env={**os.environ, "PYTHONPATH": str(checkout)},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                sys.exit(f"{name} failed:\n{done.stderr}")
            told.setdefault(name, []).append(
                json.loads(done.stdout.splitlines()[-1]) | {"asked": counts(url)}
            )
    own = {"prototype": bound(given.items, given.latency, first=0)}
    whole = bound(given.items, given.latency)
    loop = min((one["seconds"] for one in told.get("jira package", ())), default=None)
    least = min(one["seconds"] for one in told["prototype"])
    spent = min(one["cpu"] for one in told["prototype"])
    return [row(name, rounds, own.get(name, whole), loop, least, spent) for name, rounds in told.items()]


def bound(items: int, latency: float, first: int = 1) -> float:
    """Seconds of latency at 16 in flight: `first` turns that come before the ids, the id pages, the issues."""
    turns = first + math.ceil(items / ID_PAGE) + math.ceil(math.ceil(items / ISSUE_PAGE) / IN_FLIGHT)
    return turns * latency


def row(name: str, rounds: list[Row], least: float, loop: float | None, prototype: float, cpu: float) -> Row:
    """What is told of a contestant."""
    seconds = min(one["seconds"] for one in rounds)
    asked = rounds[-1]["asked"]
    return {
        "who": name,
        "issues": rounds[-1]["issues"],
        "histories": rounds[-1].get("histories", 0),
        "requests": sum(asked["requests"].values()),
        "megabytes received": round(sum(asked["bytes"].values()) / 1e6, 1),
        "in flight": asked["in_flight"],
        "seconds": round(seconds, 3),
        "of its bound": round(seconds / least, 2),
        "of the prototype": round(seconds / prototype, 2),
        "faster than the loop": round(loop / seconds, 1) if loop else "",
        "cpu": round(min(one["cpu"] for one in rounds), 3),
        "cpu of the prototype": round(min(one["cpu"] for one in rounds) / cpu, 2),
        "memory MB": round(min(one["megabytes"] for one in rounds), 1),
        "by route": asked["requests"],
    }


def show(rows: list[Row]) -> None:
    """A table, and the requests by route of each."""
    columns = [key for key in rows[0] if key != "by route"]
    widths = [max(len(column), *(len(str(one[column])) for one in rows)) for column in columns]
    for cells in (columns, *([str(one[column]) for column in columns] for one in rows)):
        sys.stdout.write(
            "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)) + "\n"
        )
    for one in rows:
        routes = ", ".join(f"{count} {route}" for route, count in sorted(one["by route"].items()))
        sys.stdout.write(f"{one['who']}: {routes}\n")


def wrong(rows: list[Row], items: int) -> int:
    """1 where the connector sends other requests than it should."""
    expected = {
        "GET /serverInfo": 1,
        "GET /myself": 1,
        "GET /field": 1,
        "GET /project/*": len(PROJECTS),
        "POST /search/jql": math.ceil(items / ID_PAGE),
        "POST /issue/bulkfetch": math.ceil(items / ISSUE_PAGE),
    }
    by_name = {one["who"]: one for one in rows}
    flow = by_name["connector, flow"]
    thousands = math.ceil(flow["histories"] / 1000)
    wanted = {
        "connector": expected,
        "connector, flow": expected | {"GET /status": 1, "POST /changelog/bulkfetch": thousands},
    }
    failed = 0
    for name, routes in wanted.items():
        if (sent := by_name[name]["by route"]) != routes:
            sys.stderr.write(f"{name} sent {sent}, and should send {routes}\n")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
