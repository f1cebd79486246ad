"""Hundreds of runs over a world that people change in between: does anything grow, and does anything drift?

    python benchmarks/soak.py [--runs 500] [--items 60] [--seed 1] [--hours 6] [--json FILE]

One process makes all the runs, each by the command line as a user types it, so that what a run leaves behind shows. The
sandbox lives in another process; its clock goes on by `--hours` from run to run, so the default covers four months. Prints the
resident memory of the runs' process, the store's size and rows, the requests of quiet runs, and at the end, after a run that reads
all, the drift: what a new store, which only reads the marks, would change on the same world. That must be nothing. Memory is told, not judged;
the exit code is 1 for a drift, a failed run, or a quiet run that wrote.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, cast

import httpx

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment, examples

BEGIN = datetime(2026, 11, 16, 9, tzinfo=UTC)
PERSON = ("ann.lee@acme.example", "sandbox-person-token")
Look = Mapping[str, int | str]
"""What was seen at a moment, by name."""
TABLES = ("journal", "runs", "readings", "items", "quarantine", "histories", "answers")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run came to: its exit code, the memory of its process in kB, requests and writes it sent."""

    code: int
    memory: int
    requests: int
    writes: int


def say(line: str) -> None:
    """A line of what was seen, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def child() -> None:
    """Make a run for each line of input, which holds its arguments; answer with exit code and memory."""
    from sync.cli import app

    for line in sys.stdin:
        sys.argv = ["truenorth", *json.loads(line)]
        code: object = 0
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            try:
                app.main()
            except SystemExit as ended:
                code = ended.code
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        told = {"code": code or 0, "memory": pages * os.sysconf("SC_PAGE_SIZE") // 1024}
        say(json.dumps(told))


class Runs:
    """The process that makes the runs, in a folder of its own."""

    def __init__(self, box: Sandbox, folder: Path) -> None:
        self._box = box
        root = str(Path(__file__).parents[1])
        env = {
            **os.environ,
            **environment(box),
            "TRUENORTH_CONFIG": str(folder / "goals"),
            "PYTHONPATH": root,
        }
        self._process = subprocess.Popen(  # noqa: S603  this very file
            [sys.executable, __file__, "--child"],
            cwd=folder,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "said").open("w"),
            text=True,
        )
        self._asked = cast("IO[str]", self._process.stdin)
        self._told = cast("IO[str]", self._process.stdout)

    def run(self, *arguments: str) -> Seen:
        """Make a run and wait for it."""
        self._box.forget_requests()
        self._asked.write(json.dumps(arguments) + "\n")
        self._asked.flush()
        told = json.loads(self._told.readline())
        sent = self._box.requests
        writes = sum(
            one.method in ("PUT", "DELETE")
            or one.operation == "mutation"
            or one.path.endswith(("/comment", "/remotelink"))
            for one in sent
        )
        return Seen(int(told["code"]), int(told["memory"]), len(sent), writes)

    def close(self) -> None:
        """End the process."""
        self._asked.close()
        self._process.wait(60)


def somebody_works(box: Sandbox, chance: random.Random) -> None:
    """A person changes a thing or two on either tracker."""
    for _ in range(chance.randint(0, 2)):
        issue = chance.choice(sorted(box.world.jira.issues))
        url = f"{box.url}/jira/rest/api/3/issue/{issue}"
        changed: dict[str, object] = chance.choice(
            [
                {"fields": {"summary": f"Said anew, {chance.randint(1, 999)}"}},
                {
                    "update": {
                        "labels": [{chance.choice(["add", "remove"]): chance.choice(["onboarding", "ktlo"])}]
                    }
                },
            ]
        )
        httpx.put(url, auth=PERSON, json=changed)
        if chance.random() < 0.4:
            offered = httpx.get(f"{url}/transitions", auth=PERSON).json().get("transitions", [])
            if offered:
                step = {"transition": {"id": chance.choice(offered)["id"]}}
                httpx.post(f"{url}/transitions", auth=PERSON, json=step)
    ticket = chance.choice(sorted(box.world.linear.issues))
    states = sorted(one.id for one in box.world.linear.issues[ticket].team.states if one.type != "duplicate")
    query = "mutation M($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }"
    given = chance.choice([{"stateId": chance.choice(states)}, {"estimate": chance.randint(1, 5)}])
    headers = {"Authorization": ":".join(reversed(PERSON))}
    sent = {"query": query, "variables": {"id": ticket, "input": given}}
    httpx.post(f"{box.url}/linear/graphql", headers=headers, json=sent)


def rows(store: Path) -> dict[str, int]:
    """How many rows each table of the store has."""
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}  # noqa: S608


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """A folder with the example company's goals; their cycle lasts as long as any soak, and no guard stops it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(examples(), folder / "goals")
        main = folder / "goals" / "truenorth.yaml"
        text = main.read_text().replace("end: 2026-12-31", "end: 2029-12-31")
        main.write_text(text.replace("share: 0.3, floor: 50", "share: 1, floor: 5000, removed_floor: 5000"))
        yield folder


def soak(count: int, items: int, seed: int, hours: float, looks: list[Look]) -> bool:
    """Make the runs, print what was seen and note it in `looks`; whether nothing failed, drifted, or wrote without need."""
    chance, well = random.Random(seed), True  # noqa: S311  a repeatable course, no secret
    with workplace() as folder, Sandbox(generate(items, seed)) as box:
        runs, store = Runs(box, folder), folder / ".truenorth" / "truenorth.db"
        for number in range(count):
            now = BEGIN + timedelta(hours=hours * number)
            httpx.post(f"{box.url}/__clock", json={"set": now.isoformat()}).raise_for_status()
            if number:
                somebody_works(box, chance)
            moment = f"{now:%Y-%m-%dT%H:%M}Z"
            seen = runs.run("sync", "--as-of", moment, "--first-run")
            if seen.code:
                well = False
                say(f"run {number + 1}: exit {seen.code}")
            if number + 1 in (1, 10, count // 4, count // 2, 3 * count // 4, count):
                quiet = runs.run("sync", "--as-of", moment)
                well &= quiet.code == 0 and quiet.writes == 0
                size = sum(file.stat().st_size for file in store.parent.iterdir()) // 1024
                kept = rows(store)
                told = ", ".join(f"{table} {n}" for table, n in kept.items())
                looks.append(
                    {"run": number + 1, "MB": quiet.memory // 1024, "store kB": size, **kept}
                    | {"quiet requests": quiet.requests, "quiet writes": quiet.writes}
                )
                say(
                    f"run {number + 1:4}: {quiet.memory // 1024} MB, store {size:,} kB ({told}); "
                    f"quiet run: {quiet.requests} requests, {quiet.writes} writes"
                )
        # What is told late is known from here on, as a new store knows it.
        well &= runs.run("sync", "--as-of", moment, "--full").code == 0
        store.rename(folder / "aside.db")
        for file in store.parent.iterdir():
            file.unlink()
        drift = runs.run("plan", "--as-of", moment, "--exit-code")
        say("drift against a new store: " + ("none" if drift.code == 0 else f"exit {drift.code}"))
        looks.append({"run": "a new store", "exit code": drift.code})
        runs.close()
        if drift.code or not well:
            say((folder / "said").read_text()[-3000:])
        return well and drift.code == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hours", type=float, default=6.0)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child()
        return
    looks: list[Look] = []
    well = soak(given.runs, given.items, given.seed, given.hours, looks)
    if given.json:
        given.json.write_text(json.dumps(looks, indent=1) + "\n", encoding="utf-8")
    if not well:
        sys.exit(1)


if __name__ == "__main__":
    main()
