"""What writing marks costs: requests by route, CPU and seconds, beside the `jira` package and the build before.

    python benchmarks/writes.py [--items 300] [--percents 1] [--rounds 3] [--before PATH] [--json FILE]
    python benchmarks/writes.py --counts 2000 [--tracker jira|linear]
    python benchmarks/writes.py --smoke

In each round, one after the other, each in a process of its own against a fresh loopback server (`servers/jira_writes.py`):

- `connector`: a plan of a field and a comment for each issue, applied through the journal on a SQLite file; `before`: the same of
  the checkout at PATH.
- `jira package`: a script that edits each issue and adds its comment. `issue.update` reads the issue again after each edit.

A write takes 120 ms, a read of one issue 50 ms, of a hundred 150 ms. The bound is the latency alone of as many comments, 8 in flight,
and of what has to come before the first and after the last. Seconds are the least of all rounds.

`--counts` counts the requests of rounds of writing on the sandbox, for both trackers: a first write, a change, nothing, the
removal. Its seconds mean little: the sandbox is strict, not fast. It and `--smoke` fail where a count is not what it should be.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from pydantic import SecretStr

from benchmarks.servers.jira_writes import make
from benchmarks.servers.loopback import serving
from config.settings import Credentials
from config.trackers import JiraScope, JiraTracker, LinearScope, LinearTracker
from connectors.base import Connector
from connectors.jira import JiraConnector
from connectors.linear import LinearConnector
from connectors.model import NOTHING, Comment, KeyResultMark, Marks, WorkItem
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import World, generate
from connectors.text.document import Doc, para
from sync.jobs.sandbox import JIRA_EMAIL, JIRA_TOKEN, LINEAR_TOKEN

HERE = Path(__file__).parent
WRITE, READ, PAGE = 0.12, 0.05, 0.15
"""Seconds that the server takes."""

IN_FLIGHT, BATCH, LOOK = 8, 100, 0.1
Row = dict[str, Any]
Round = tuple[str, Callable[[WorkItem], Marks]]


# --- Against the clock ---------------------------------------------------------------------------


def bound(items: int, scale: float = 1.0) -> float:
    """Seconds that cannot be saved at 8 in flight: reading, stamping and editing before the first comment; then all
    comments; a look and a stamp after the last."""
    before = PAGE + 2 * (WRITE + READ)
    after = PAGE + WRITE + READ
    return scale * (before + math.ceil(items / IN_FLIGHT) * WRITE + after) + 3 * LOOK


def race(given: argparse.Namespace) -> list[Row]:
    """The rows of all contestants, each the best of its rounds."""
    root = HERE.parent
    contestants: dict[str, tuple[str, Path]] = {"connector": ("write_connector", root)}
    if given.before:
        contestants["before"] = ("write_connector", given.before)
    contestants["jira package"] = ("write_package", root)
    found: dict[str, list[Row]] = {name: [] for name in contestants}
    for _ in range(given.rounds):
        for name, (script, checkout) in contestants.items():
            found[name].append(one(script, checkout, given))
    rows: list[Row] = [
        {"what": name} | min(rounds, key=lambda row: row["seconds"]) for name, rounds in found.items()
    ]
    for row in rows:
        row["cpu"] = min(one["cpu"] for one in found[row["what"]])
        row["to_bound"] = row["seconds"] / bound(given.items, given.latency / WRITE)
        row["times_slower"] = row["seconds"] / rows[0]["seconds"]
    return rows


def one(script: str, checkout: Path, given: argparse.Namespace) -> Row:
    """A contestant, in a process of its own, on a site of its own."""
    scale = given.latency / WRITE
    with serving(make, given.items, scale * WRITE, scale * READ, scale * PAGE) as url:
        path = os.pathsep.join((str(checkout), str(HERE.parent)))
        done = subprocess.run(  # noqa: S603  our own script
            [
                sys.executable,
                HERE / "contestants" / f"{script}.py",
                url,
                str(given.items),
                str(given.percents),
            ],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    row: Row = json.loads(done.stdout)
    return row


def show(rows: list[Row], items: int, least: float) -> None:
    """The table."""
    sys.stdout.write(
        f"{items} issues, a field and a comment each; bound {least:.1f} s\n"
        f"{'':<14}{'requests':>9}{'in flight':>10}{'CPU s':>8}{'wall s':>8}{'/ bound':>9}{'times':>7}\n"
    )
    for row in rows:
        requests = sum(row["requests"].values())
        sys.stdout.write(
            f"{row['what']:<14}{requests:>9}{row['in_flight']:>10}{row['cpu']:>8.2f}{row['seconds']:>8.2f}"
            f"{row['to_bound']:>9.2f}{row['times_slower']:>7.1f}\n"
        )
    for route, count in rows[0]["requests"].items():
        sys.stdout.write(f"    {route:<24}{count:>6}\n")


def wrong_requests(rows: list[Row], items: int) -> list[str]:
    """What the connector sent otherwise than it should for equal edits of `items` issues."""
    batches = math.ceil(items / BATCH)
    wanted = {
        "issues: read": 2 * batches,
        "stamps: start": 2 * batches,
        "stamps: ask": 2 * batches,
        "bulk edit: start": batches,
        "bulk edit: ask": batches,
        "comment: add": items,
    }
    row = rows[0]
    wrong = [f"{route}: {row['requests'].get(route, 0)} requests, not {n}" for route, n in wanted.items()
             if row["requests"].get(route, 0) != n]  # fmt: skip
    if row["in_flight"] != IN_FLIGHT or row["written"] != items:
        wrong.append(f"{row['in_flight']} in flight, {row['written']} written")
    return wrong


# --- Counts on the sandbox -----------------------------------------------------------------------


def marks(percent: int, url: str = "https://okrs.example.com/kr/GROW-2") -> Marks:
    """A key result with fields, a label and a comment."""
    mark = KeyResultMark("GROW-2", "New onboarding is live", percent, "on_track", url)
    doc = Doc((para(f"Serves GROW-2, now at {percent} %"),))
    return Marks((mark,), "aligned", ("okr-aligned",), Comment("progress", (("GROW-2", percent),), doc))


JIRA: list[Round] = [
    ("fields, label, comment: new", lambda _: marks(40, url="")),
    ("field and comment: changed", lambda _: marks(50, url="")),
    ("with remote links: new", lambda _: marks(60)),
    ("with remote links: changed", lambda _: marks(70)),
    ("the same again", lambda item: replace(item.shown, stamp=None)),
    ("everything removed", lambda _: NOTHING),
]
LINEAR: list[Round] = [
    ("attachment, label, comment: new", lambda _: marks(40)),
    ("attachment and comment: changed", lambda _: marks(50)),
    ("the same again", lambda item: replace(item.shown, stamp=None)),
    ("everything removed", lambda _: NOTHING),
]


def is_bearer(item: WorkItem) -> bool:
    """Whether the item can carry every mark that a round writes."""
    return item.in_scope and item.writable >= {"key_results", "labels", "comment"}


def unlimited(world: World) -> None:
    """No limits: waits would only hide what is counted. Jobs are done when next asked for, so that counts are exact."""
    world.jira.limits.burst = world.jira.limits.per_issue = False
    world.jira.tasks.delay = world.jira.tasks.pace = 0
    world.linear.quota = (1e9, 1e12)


def jira(sandbox: Sandbox) -> Connector:
    """The Jira connector, on every company-managed project."""
    projects = tuple(p.key for p in sandbox.world.jira.projects.values() if not p.simplified)
    tracker = JiraTracker(kind="jira", url="https://acme.atlassian.net", scope=JiraScope(projects=projects))
    token = Credentials(token=SecretStr(JIRA_TOKEN), email=JIRA_EMAIL, url=f"{sandbox.url}/jira")
    return JiraConnector("jira", tracker, token, "benchmark")


def linear(sandbox: Sandbox) -> Connector:
    """The Linear connector, on every team."""
    teams = tuple(team.key for team in sandbox.world.linear.teams.values())
    tracker = LinearTracker(kind="linear", scope=LinearScope(teams=teams))
    token = Credentials(token=SecretStr(LINEAR_TOKEN), url=f"{sandbox.url}/linear/graphql")
    return LinearConnector("linear", tracker, token, "benchmark")


TRACKERS: Mapping[str, tuple[Callable[[Sandbox], Connector], list[Round]]] = {
    "jira": (jira, JIRA),
    "linear": (linear, LINEAR),
}


def count(name: str, items: int, seed: int) -> list[Row]:
    """Requests of each round on so many items of one tracker."""
    world = generate(items * 3, seed)
    unlimited(world)
    make_connector, rounds = TRACKERS[name]
    rows: list[Row] = []
    with Sandbox(world) as sandbox:
        connector = make_connector(sandbox)
        try:
            chosen = {item.ref for item in connector.pull().items if is_bearer(item)}
            chosen = set(sorted(chosen)[:items])
            for what, wanted in rounds:
                asked = [item for item in connector.pull().items if item.ref in chosen]
                requests = bad = 0
                for start in range(0, len(asked), connector.batch):
                    part = [(item, wanted(item)) for item in asked[start : start + connector.batch]]
                    for receipt in connector.write_batch(part):
                        requests += receipt.requests
                        bad += receipt.outcome != "written"
                rows.append(
                    {"tracker": name, "what": what, "items": len(asked), "requests": requests, "bad": bad}
                )
                sys.stdout.write(
                    f"{name:<8}{what:<32}{len(asked):>6} items{requests:>7} requests"
                    f"{f'  {bad} not written' if bad else ''}\n"
                )
        finally:
            connector.close()
    return rows


EXACT_COUNTS: Mapping[str, Mapping[int, tuple[int, ...]]] = {
    "jira": {40: (48, 48, 88, 88, 0, 126)},
    "linear": {200: (15, 8, 0, 8), 2000: (141, 80, 0, 80)},
}
"""Requests of each round on so many items."""


def wrong_counts(rows: list[Row]) -> list[str]:
    """Rounds that took other numbers of requests than they should."""
    wrong = [f"{row['tracker']}, {row['what']}: {row['bad']} not written" for row in rows if row["bad"]]
    for name, by_items in EXACT_COUNTS.items():
        mine = [row for row in rows if row["tracker"] == name]
        exact = by_items.get(mine[0]["items"]) if mine else None
        for row, wanted in zip(mine, exact, strict=True) if exact else ():
            if row["requests"] != wanted:
                wrong.append(f"{name}, {row['what']}: {row['requests']} requests, not {wanted}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--percents", type=int, default=1, help="how many different edits")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--latency", type=float, default=WRITE, help="seconds of a write; reads in proportion"
    )
    parser.add_argument("--before", type=Path)
    parser.add_argument("--counts", type=int)
    parser.add_argument("--tracker", choices=[*TRACKERS, "all"], default="all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if given.smoke:
        given.items, given.rounds, given.latency = 120, 1, 0.03
    rows: list[Row] = []
    counted: list[Row] = []
    if given.smoke or not given.counts:
        rows = race(given)
        show(rows, given.items, bound(given.items, given.latency / WRITE))
    if given.smoke or given.counts:
        for name in TRACKERS if given.tracker == "all" else [given.tracker]:
            counted += count(name, given.counts or min(EXACT_COUNTS[name]), given.seed)
    if given.json:
        given.json.write_text(json.dumps({"rows": rows, "counts": counted}, indent=1) + "\n")
    wrong = (wrong_requests(rows, given.items) if given.smoke else []) + wrong_counts(counted)
    sys.stdout.write("".join(f"WRONG  {one}\n" for one in wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
