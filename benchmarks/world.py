"""What a world costs: time to make it, memory to keep and to serve it, time of the first pages.

    python benchmarks/world.py [--items 100000] [--seed 1] [--truth]

Memory is the peak of this whole process, which serves and asks in one; CPU of other processes on the machine
shows in the seconds.
"""

from __future__ import annotations

import argparse
import base64
import json
import resource
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

from connectors.sandbox.company import SERVICE
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.http import SERVICE_TOKEN
from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate

T = TypeVar("T")
JQL = "project in (WEB, OPS) ORDER BY key ASC"
ISSUES = (
    "query ($after: String) { issues(first: 250, after: $after, filter: {team: {key: {in: [ENG, MOB]}}}) {"
    " nodes { id identifier title state { type } labelIds } pageInfo { hasNextPage endCursor } } }"
).replace("[ENG, MOB]", '["ENG", "MOB"]')


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(what: str, work: Callable[[], T], note: Callable[[T], str] = lambda _: "") -> T:
    """Do it, and print what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sys.stdout.write(f"{what:<34}{wall:>9.2f}{cpu:>9.2f}{peak():>10.0f}  {note(result)}\n")
    sys.stdout.flush()
    return result


def post(url: str, authorization: str, body: Any) -> Any:
    """The decoded reply."""
    request = urllib.request.Request(  # noqa: S310  loopback
        url,
        data=json.dumps(body).encode(),
        headers={"Authorization": authorization, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as reply:  # noqa: S310  loopback
        return json.load(reply)


def pages(url: str) -> None:
    """The first pages of each tracker, as a reader asks for them."""
    basic = "Basic " + base64.b64encode(f"{SERVICE.email}:{SERVICE_TOKEN}".encode()).decode()
    search, bulk = f"{url}/jira/rest/api/3/search/jql", f"{url}/jira/rest/api/3/issue/bulkfetch"
    asked = {"jql": JQL, "maxResults": 5000, "fields": ["id"]}
    first = timed("Jira: 5,000 ids, page 1", lambda: post(search, basic, asked))
    if token := first.get("nextPageToken"):
        timed("Jira: 5,000 ids, page 2", lambda: post(search, basic, asked | {"nextPageToken": token}))
    ids = [row["id"] for row in first["issues"][:100]]
    timed("Jira: 100 whole issues", lambda: post(bulk, basic, {"issueIdsOrKeys": ids, "fields": ["*all"]}))
    body: dict[str, Any] = {"query": ISSUES, "variables": {}}
    for number in (1, 2):
        reply = timed(
            f"Linear: 250 issues, page {number}", lambda: post(f"{url}/linear/graphql", TOKEN, body)
        )
        body["variables"] = {"after": reply["data"]["issues"]["pageInfo"]["endCursor"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--truth", action="store_true", help="also count the right answers and all histories")
    given = parser.parse_args()
    sys.stdout.write(f"{'step':<34}{'wall s':>9}{'CPU s':>9}{'peak MB':>10}\n")
    world = timed(
        "generate",
        lambda: generate(given.items, given.seed),
        lambda made: f"{len(made.jira.issues)} in Jira, {len(made.linear.issues)} in Linear",
    )
    with Sandbox(world) as sandbox:
        pages(sandbox.url)
    if given.truth:
        timed("truth", lambda: sum(map(len, world.truth.written())), lambda size: f"{size / 1e6:.0f} MB")
        timed(
            "every history",
            lambda: sum(len(history_of(issue)) for issue in world.jira.issues.values()),
            lambda count: f"{count} entries",
        )


if __name__ == "__main__":
    main()
