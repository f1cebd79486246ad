"""What writing marks costs: requests and seconds for many items, with the sandbox in this process.

    python benchmarks/writes.py [--tracker jira|linear] [--items 2000] [--seed 1]

Requests are the measure; seconds are of a loopback server that adds no latency and takes CPU from the client.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import SecretStr

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

Round = tuple[str, Callable[[WorkItem], Marks]]


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
    """No limits: waits would only hide what is counted."""
    world.jira.limits.burst = world.jira.limits.per_issue = False
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


def bench(name: str, count: int, seed: int) -> None:
    """Each round on `count` items of one tracker."""
    world = generate(count * 3, seed)
    unlimited(world)
    make, rounds = TRACKERS[name]
    with Sandbox(world) as sandbox:
        connector = make(sandbox)
        try:
            chosen = {item.ref for item in connector.pull().items[: count * 3] if is_bearer(item)}
            chosen = set(sorted(chosen)[:count])
            for what, wanted in rounds:
                items = [item for item in connector.pull().items if item.ref in chosen]
                began, requests, bad = time.perf_counter(), 0, 0
                for start in range(0, len(items), connector.batch):
                    part = [(item, wanted(item)) for item in items[start : start + connector.batch]]
                    for receipt in connector.write_batch(part):
                        requests += receipt.requests
                        bad += receipt.outcome != "written"
                took = time.perf_counter() - began
                sys.stdout.write(
                    f"{name:<8}{what:<32}{len(items):>6} items{requests:>7} requests"
                    f"{took:>8.1f} s{f'  {bad} not written' if bad else ''}\n"
                )
        finally:
            connector.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracker", choices=[*TRACKERS, "all"], default="all")
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for name in TRACKERS if given.tracker == "all" else [given.tracker]:
        bench(name, given.items, given.seed)


if __name__ == "__main__":
    main()
