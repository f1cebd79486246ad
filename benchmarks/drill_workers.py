"""Distributed syncs under fire: 1, 2 and 4 workers, 40 partitions, a worker killed at every stage, PostgreSQL restarted in between.

    python benchmarks/drill_workers.py [--workers 1 2 4] [--projects 38] [--items 600] [--seed 3] [--json FILE] [--smoke]

Each run works on a world of its own, and one process alone on its twin. After it the plan has to be that of the one process, byte
for byte, the worlds have to be the same row for row, the next plan empty, and no ticket may bear two comments of ours. Needs
PostgreSQL's server, as the tests do. `--smoke`: 2 workers, 5 partitions.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from tests.support.cli import AS_OF
from tests.support.fault_run import comments_of_ours
from tests.support.partitions import declare, spread
from tests.support.postgres import Cluster, why_not
from tests.support.world_dump import dump

SYNC = ("sync", *AS_OF, "--first-run", "--format", "json")
STAGES = ("read", "decide", "write", "close")
_WORKER = (
    "import sync.jobs.distributed.worker as w; w.HEARTBEAT, w.STALLED = 1.0, 4.0; "
    "from sync.cli.app import main; main()"
)
"""A worker whose death is noticed after four seconds, so that a drill takes minutes and not an hour."""


@dataclass(frozen=True)
class Row:
    """What came of one run."""

    workers: int
    partitions: int
    items: int
    seconds: float
    killed: tuple[str, ...]
    restarted: int
    requests: int
    requests_alone: int
    cpu: float
    cpu_alone: float
    same_plan: bool
    same_world: bool
    next_plan_empty: bool
    twice: int
    exit_code: int

    @property
    def holds(self) -> bool:
        """Whether all is as one process alone leaves it."""
        return (
            self.same_plan and self.same_world and self.next_plan_empty and not (self.twice or self.exit_code)
        )


class Workers:
    """Worker processes; one that is killed is replaced."""

    def __init__(self, count: int, variables: Mapping[str, str], folder: Path) -> None:
        self._variables = variables
        self._folder = folder
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        for _ in range(count):
            self.start()

    def start(self) -> None:
        """One more."""
        log = (self._folder / f"worker-{time.monotonic_ns()}.log").open("wb")
        one = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _WORKER, "worker", "--concurrency", "2"],
            env=dict(self._variables),
            stderr=log,
        )
        self._running[one.pid] = one

    def kill(self, pid: int) -> bool:
        """Kill one of ours as the kernel would, and start another."""
        one = self._running.pop(pid, None)
        if one is None:
            return False
        one.send_signal(signal.SIGKILL)
        one.wait()
        self.start()
        return True

    def stop(self) -> None:
        """End all, as a platform does."""
        for one in self._running.values():
            one.terminate()
        for one in self._running.values():
            one.wait(timeout=30)


class Assassin(threading.Thread):
    """Kills the worker that is at work on each stage, once, and restarts PostgreSQL while partitions are read and written."""

    def __init__(self, cluster: Cluster, database: str, workers: Workers, stages: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self._cluster, self._database, self._workers = cluster, database, workers
        self._left = list(stages)
        self._restarts = ["read", "write"] if stages else []
        self.killed: list[str] = []
        self.restarted = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set() and (self._left or self._restarts):
            with suppress(psycopg.Error):
                self._watch()
            time.sleep(0.1)

    def _watch(self) -> None:
        with psycopg.connect(self._cluster.url(self._database), autocommit=True) as connection:
            while not self.ended.is_set() and (self._left or self._restarts):
                rows = connection.execute(
                    "SELECT stage, worker, (SELECT count(*) FROM shared_parts o WHERE o.run = p.run AND o.stage = p.stage "
                    "AND o.state = 'done') FROM shared_parts p WHERE state = 'working'"
                ).fetchall()
                for stage, worker, done in rows:
                    if stage in self._left and (done or stage in ("decide", "close")):
                        if self._workers.kill(int(worker.split("/")[1])):
                            self._left.remove(stage)
                            self.killed.append(stage)
                        break
                    if stage in self._restarts and stage not in self._left and done > 1:
                        self._restarts.remove(stage)
                        self._cluster.stop()
                        time.sleep(0.5)
                        self._cluster.start()
                        self.restarted += 1
                        return
                time.sleep(0.005)


@contextmanager
def place(
    folder: Path, store: str, arguments: argparse.Namespace
) -> Iterator[tuple[Sandbox, dict[str, str]]]:
    """A world of its own, and the variables to work on it."""
    folder.mkdir()
    world = generate(items=arguments.items, seed=arguments.seed)
    goals = declare(folder, spread(world, arguments.projects))
    with Sandbox(world) as box:
        log = {"TRUENORTH_LOG_LEVEL": "info", "NO_COLOR": "1"}
        yield (
            box,
            {
                **os.environ,
                **environment(box),
                **log,
                "TRUENORTH_STORE": store,
                "TRUENORTH_CONFIG": str(goals),
            },
        )


def typed(variables: Mapping[str, str], *arguments: str) -> tuple[dict[str, Any], int]:
    """A command, and what it printed as JSON."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "sync", *arguments],
        env=dict(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout:
        raise SystemExit(f"{arguments}: {done.returncode} {done.stderr[-2000:]}")
    return json.loads(done.stdout), done.returncode


def cpu_of_children() -> float:
    """CPU seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def drill(cluster: Cluster, count: int, arguments: argparse.Namespace, stages: Sequence[str]) -> Row:
    """One run with so many workers, against one process alone."""
    folder = Path(tempfile.mkdtemp(prefix="truenorth-drill-"))
    database = cluster.make()
    with (
        place(folder / "alone", f"sqlite:///{folder}/alone.db", arguments) as (single, alone),
        place(folder / "shared", cluster.url(database), arguments) as (many, shared),
    ):
        before = cpu_of_children()
        expected, code = typed(alone, *SYNC)
        cpu_alone = cpu_of_children() - before
        requests_alone = len(single.requests)
        before = cpu_of_children()
        workers = Workers(count, shared, folder)
        assassin = Assassin(cluster, database, workers, stages)
        assassin.start()
        begun = time.monotonic()
        found, code_shared = typed(shared, *SYNC, "--distributed")
        seconds = time.monotonic() - begun
        assassin.ended.set()
        assassin.join()
        workers.stop()
        cpu = cpu_of_children() - before
        requests = len(many.requests)
        again, _ = typed(shared, "plan", *AS_OF, "--format", "json")
        if code or code_shared:
            sys.stderr.write(f"exit codes {code} and {code_shared}: {json.dumps(found['applied'])[:2000]}\n")
        return Row(
            count,
            arguments.projects + 2,
            arguments.items,
            round(seconds, 1),
            tuple(assassin.killed),
            assassin.restarted,
            requests,
            requests_alone,
            round(cpu, 1),
            round(cpu_alone, 1),
            expected["plan"] == found["plan"] and expected["scorecard"] == found["scorecard"],
            dump(single) == dump(many),
            again["plan"]["items"] == 0,
            sum(one > 1 for one in comments_of_ours(many.world).values()),
            code_shared,
        )


def main() -> int:
    """Run the drills and print a row each; 1 where one does not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--projects", type=int, default=38)
    parser.add_argument("--items", type=int, default=600)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--calm", action="store_true", help="kill and restart nothing")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--smoke", action="store_true")
    arguments = parser.parse_args()
    if arguments.smoke:
        arguments.workers, arguments.projects, arguments.items = [2], 3, 120
    if why := why_not():
        sys.stderr.write(f"{why}\n")
        return 1
    cluster = Cluster()
    rows: list[Row] = []
    try:
        for count in arguments.workers:
            rows.append(drill(cluster, count, arguments, () if arguments.calm else STAGES))
            sys.stdout.write(f"{json.dumps(asdict(rows[-1]))}\n")
            sys.stdout.flush()
    finally:
        cluster.remove()
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(one) for one in rows], indent=1), encoding="utf-8")
    return 0 if all(one.holds for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
