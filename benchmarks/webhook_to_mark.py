"""Seconds from a change of a ticket to its mark, through `truenorth serve` and the trackers' own webhooks.

    python benchmarks/webhook_to_mark.py                 # 5 tickets on each tracker, among 300 items
    python benchmarks/webhook_to_mark.py --smoke         # 1 ticket on each, among 60

A sandbox and the service are processes of their own. `truenorth setup` registers the webhooks, `truenorth sync` settles the
world; then one ticket after the other gets a `kr:` label, and the world is looked at until the ticket bears that key result.
The bound is 5 seconds (issue 25). `--json FILE` writes the rows. No request writes anything by itself: what is measured is
quiet time (1 s), a run with all its reads, and the write; each ticket waits until the service has rested from the one before.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import requests

from sync.jobs.sandbox import JIRA_EMAIL, JIRA_TOKEN, examples

T = TypeVar("T")
ADMIN = "sandbox-person-token:ines.duarte@acme.example"
KEY_RESULT = "TRUST-KR2"
BOUND = 5.0
PATIENCE = 120.0
_TRUENORTH = (sys.executable, "-m", "sync")
_FIND = """query ($n: Int!) { issues(first: $n, filter: {team: {key: {eq: "ENG"}}, state: {type: {in: ["started", "unstarted"]}}})
 { nodes { id identifier labels { nodes { name } } } } }"""
_LABEL = "mutation ($n: String!) { issueLabelCreate(input: {name: $n}) { issueLabel { id } } }"
_PUT = "mutation ($id: String!, $l: String!) { issueAddLabel(id: $id, labelId: $l) { success } }"
_LOOK = "query ($id: String!) { issue(id: $id) { attachments { nodes { title } } } }"


class Company:
    """Both trackers of a sandbox, by plain HTTP, as the people at work use them."""

    def __init__(self, url: str) -> None:
        self.url = url

    def jira(self, method: str, path: str, body: Any = None) -> Any:
        """A call of REST v3."""
        answer = requests.request(
            method, f"{self.url}/jira/rest/api/3/{path}", json=body, auth=(JIRA_EMAIL, JIRA_TOKEN), timeout=60
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def linear(self, document: str, **variables: Any) -> Any:
        """A GraphQL document."""
        answer = requests.post(
            f"{self.url}/linear/graphql",
            json={"query": document, "variables": variables},
            headers={"Authorization": ADMIN},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()["data"]

    def at_now(self) -> None:
        """Set its clock to the wall's: what is signed with another time is aged."""
        requests.post(
            f"{self.url}/__clock", json={"set": datetime.now(UTC).isoformat()}, timeout=60
        ).raise_for_status()

    def tickets(self, number: int) -> Iterator[tuple[str, str, Callable[[], None], Callable[[], bool]]]:
        """Tracker, key, what re-links it, and whether it bears the key result; open work that claims none."""
        jql = f'project = WEB AND statusCategory != Done AND issuetype = Task AND (labels is EMPTY OR labels != "kr:{KEY_RESULT}")'
        found = self.jira("POST", "search/jql", {"jql": jql, "maxResults": 50, "fields": ["labels"]})[
            "issues"
        ]
        for row in found[:number]:
            yield "jira", row["key"], self._jira_link(row["id"]), self._jira_has(row["id"])
        label = self.linear(_LABEL, n=f"kr:{KEY_RESULT}")["issueLabelCreate"]["issueLabel"]["id"]
        for row in self.linear(_FIND, n=number)["issues"]["nodes"][:number]:
            yield (
                "linear",
                row["identifier"],
                self._linear_link(row["id"], label),
                self._linear_has(row["id"]),
            )

    def _jira_link(self, id_: str) -> Callable[[], None]:
        edit = {"update": {"labels": [{"add": f"kr:{KEY_RESULT}"}]}}
        return lambda: self.jira("PUT", f"issue/{id_}", edit)

    def _jira_has(self, id_: str) -> Callable[[], bool]:
        return lambda: (
            KEY_RESULT in json.dumps(self.jira("GET", f"issue/{id_}/remotelink"))
            or KEY_RESULT
            in json.dumps(
                self.jira("GET", f"issue/{id_}?properties=truenorth&fields=-labels").get("properties", {})
            )
        )

    def _linear_link(self, id_: str, label: str) -> Callable[[], None]:
        return lambda: self.linear(_PUT, id=id_, l=label)

    def _linear_has(self, id_: str) -> Callable[[], bool]:
        return lambda: KEY_RESULT in json.dumps(self.linear(_LOOK, id=id_))


def until(ask: Callable[[], T], patience: float = PATIENCE) -> T:
    """What is given once it is true. Raises TimeoutError."""
    end = time.monotonic() + patience
    while not (found := ask()):
        if time.monotonic() > end:
            raise TimeoutError("it did not happen")
        time.sleep(0.05)
    return found


@contextmanager
def started(*words: str, environment: dict[str, str], log: Path) -> Iterator[str]:
    """A command that serves, and its address."""
    with log.open("w") as stream:
        process = subprocess.Popen(  # noqa: S603  our own command
            [*_TRUENORTH, *words], env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        yield until(lambda: re.findall(r"http://127\.0\.0\.1:\d+", log.read_text()))[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(items: int, number: int) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """A row for each ticket; and what a sync costs by itself, in wall and CPU seconds: how busy the machine is."""
    with tempfile.TemporaryDirectory() as folder:
        place, here, port = Path(folder), dict(os.environ), free_port()
        words = ("sandbox", "--items", str(items), "--port", str(free_port()))
        with started(*words, environment=here, log=place / "sandbox.log") as url:
            company = Company(url)
            company.at_now()
            here |= {
                "TRUENORTH_CONFIG": str(examples()),
                "TRUENORTH_STORE": f"sqlite:///{place / 'store.db'}",
                "TRUENORTH_JIRA_URL": f"{url}/jira",
                "TRUENORTH_JIRA_EMAIL": JIRA_EMAIL,
                "TRUENORTH_JIRA_TOKEN": JIRA_TOKEN,
                "TRUENORTH_LINEAR_URL": f"{url}/linear/graphql",
                "TRUENORTH_LINEAR_TOKEN": ADMIN,
                "TRUENORTH_JIRA_HOOK_SECRET": "0123456789abcdef0123456789abcdef",
                "TRUENORTH_LINEAR_HOOK_SECRET": "fedcba9876543210fedcba9876543210",
                "TRUENORTH_HOOKS_ADDRESS": f"http://127.0.0.1:{port}",
                "TRUENORTH_LOG_FORMAT": "json",
            }

            def run(*given: str) -> None:
                subprocess.run([*_TRUENORTH, *given], env=here, check=True, capture_output=True)  # noqa: S603  our own command

            run("setup", "--apply")
            run("sync", "--first-run")
            serve = ("serve", "--every", "24h", "--listen", f"127.0.0.1:{port}")
            with started(*serve, environment=here, log=place / "serve.log") as service:
                until(lambda: requests.get(f"{service}/readyz", timeout=60).json()["last_run"])
                rows = [_one(company, service, *ticket) for ticket in list(company.tickets(number))]
            before, began = _cpu(), time.monotonic()
            run("sync")
            alone = {"seconds": round(time.monotonic() - began, 2), "cpu": round(_cpu() - before, 2)}
            return rows, alone


def _cpu() -> float:
    """CPU seconds of all processes that ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _is_rested(service: str) -> bool:
    """Whether the service has nothing left to do: it follows news once more, and rests as long as its last run took."""
    told = requests.get(f"{service}/readyz", timeout=60).json()
    last = told["last_run"]
    if last is None or told["running_since"] or last["why"] == "news":
        return False
    begun, ended = (datetime.fromisoformat(last[name]) for name in ("begun", "ended"))
    return datetime.now(UTC) - ended > max(ended - begun, timedelta(seconds=1)) + timedelta(seconds=2)


def _one(
    company: Company, service: str, tracker: str, key: str, link: Callable[[], None], has: Callable[[], bool]
) -> dict[str, Any]:
    until(lambda: _is_rested(service))
    company.at_now()
    link()
    began = time.monotonic()
    until(has)
    return {"tracker": tracker, "ticket": key, "seconds": round(time.monotonic() - began, 2)}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows, alone = measure(60, 1) if given.smoke else measure(300, 5)
    lines = [f"{'tracker':10}{'ticket':12}{'seconds':>9}{'of 5 s':>9}"]
    lines += [
        f"{row['tracker']:10}{row['ticket']:12}{row['seconds']:9.2f}{row['seconds'] / BOUND:9.0%}"
        for row in rows
    ]
    for tracker in ("jira", "linear"):
        middle = statistics.median(row["seconds"] for row in rows if row["tracker"] == tracker)
        lines.append(f"{tracker:10}{'median':12}{middle:9.2f}{middle / BOUND:9.0%}")
    lines.append(f"a sync by itself, with its start: {alone['seconds']:.1f} s, {alone['cpu']:.1f} s of CPU")
    sys.stdout.write("\n".join(lines) + "\n")
    if given.json is not None:
        given.json.write_text(json.dumps({"rows": rows, "sync": alone}, indent=1))


if __name__ == "__main__":
    main()
