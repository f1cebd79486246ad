"""`truenorth sync --distributed` and `truenorth worker`, as they are typed, on a real PostgreSQL and the sandbox."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.load import load
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.collect.external_values import Sources
from sync.jobs.distributed import sync as distributed
from sync.jobs.distributed import worker as workers
from sync.jobs.distributed.worker import Declared, Worker
from sync.jobs.sandbox import environment
from sync.memory import RunUnderWay
from sync.report import distributed as report
from sync.store.distributed.opening import shared_runs
from sync.store.distributed.runs import Asked, PartName, SharedRun, asked_body
from sync.store.lease import Lease
from sync.store.store import Store
from tests.support import processes
from tests.support.cli import AS_OF, Cli, Ran
from tests.support.fault_run import comments_of_ours
from tests.support.kill_points import killed_worker
from tests.support.partitions import credentials, declare, spread
from tests.support.postgres import Cluster
from tests.support.world_dump import dump

SYNC = ("sync", *AS_OF, "--first-run", "--format", "json")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Sandbox, Path]]:
    """A world with four projects and two teams, and what is declared of it."""
    # The contracts judge such traffic in the tests of the connectors.
    monkeypatch.setattr(Sandbox, "watchers", [])
    world = generate(items=60, seed=4)
    goals = declare(tmp_path, spread(world, 4))
    with Sandbox(world) as box:
        for name, value in (environment(box) | {"TRUENORTH_CONFIG": str(goals)}).items():
            monkeypatch.setenv(name, value)
        yield box, goals


@contextmanager
def working(
    url: str, box: Sandbox, goals: Path, count: int = 1, change: Callable[[Worker], None] | None = None
) -> Iterator[list[Worker]]:
    """So many workers in threads of this process, until the end."""

    def declared() -> Declared:
        return Declared(load(goals), credentials(box), Sources(goals))

    some = [Worker(url, declared, concurrency=2) for _ in range(count)]
    for one in some:
        if change is not None:
            change(one)
    threads = [threading.Thread(target=one.run) for one in some]
    for thread in threads:
        thread.start()
    try:
        yield some
    finally:
        for one in some:
            one.stop()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)


@pytest.mark.timeout(300)
def test_workers_write_what_one_process_writes(
    place: tuple[Sandbox, Path], cluster: Cluster, run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, goals = place
    url = cluster.url(cluster.make())
    world = generate(items=60, seed=4)
    spread(world, 4)
    with Sandbox(world) as alone:
        for name, value in environment(alone).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TRUENORTH_CONFIG", str(goals))
        monkeypatch.setenv("TRUENORTH_STORE", f"sqlite:///{tmp_path}/alone.db")
        single = run(*SYNC)
        monkeypatch.setenv("TRUENORTH_STORE", url)
        for name, value in environment(box).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TRUENORTH_CONFIG", str(goals))
        with working(url, box, goals, count=2):
            many = run(*SYNC, "--distributed")
            assert (single.code, many.code) == (0, 0), many.err
            # Addresses of tickets name the port of each sandbox.
            one, other = json.loads(single.out), json.loads(many.out.replace(box.url, alone.url))
            for name in ("plan", "scorecard", "orphans", "findings", "guards", "in_grace", "planned"):
                assert one[name] == other[name], name
            assert one["applied"]["written"] == other["applied"]["written"] > 20
            assert dump(alone) == dump(box)
            again = run(*SYNC, "--distributed")
            assert json.loads(again.out)["plan"]["items"] == 0
            assert json.loads(again.out)["applied"]["written"] == 0
    assert max(comments_of_ours(box.world).values()) == 1
    assert run("plan", *AS_OF, "--exit-code").code == 0
    # The shared pace kept no credential, and nothing is left under way.
    everything = cluster.dump(url.rpartition("/")[2])
    assert "sandbox-jira-token" not in everything
    assert json.loads(run("status", *AS_OF, "--format", "json").out)["running"] is None


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("kind", "at"), [("jira", 8), ("journal", 4)])
def test_a_worker_that_is_killed_costs_a_retry(
    kind: str,
    at: int,
    place: tuple[Sandbox, Path],
    cluster: Cluster,
    run: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box, goals = place
    url = cluster.url(cluster.make())
    monkeypatch.setenv("TRUENORTH_STORE", url)
    monkeypatch.setattr(workers, "HEARTBEAT", 0.5)
    monkeypatch.setattr(workers, "STALLED", 3.0)
    ended: list[Ran] = []
    given = (kind, at, str(tmp_path / "steps"), "worker", "--concurrency", "1")
    variables = environment(box) | {"TRUENORTH_CONFIG": str(goals), "TRUENORTH_STORE": url}
    doomed = processes.Process(killed_worker, *given, folder=tmp_path, environment=variables)
    over = threading.Event()

    def relieve() -> None:
        ended.append(doomed.wait())
        with working(url, box, goals):
            over.wait(200)

    relief = threading.Thread(target=relieve)
    relief.start()
    try:
        ran = run(*SYNC, "--distributed")
    finally:
        over.set()
        relief.join()
    assert ended[0].code == -9, ended[0].err
    assert ran.code == 0, ran.out[-2000:] + ran.err
    assert json.loads(ran.out)["applied"]["troubled"] == []
    assert max(comments_of_ours(box.world).values()) == 1
    again = run("plan", *AS_OF, "--exit-code")
    assert again.code == 0, again.out[-2000:]
    # What the killed one left open in the journal is no trouble that anybody has to look at.
    told = json.loads(run("status", *AS_OF, "--format", "json").out)
    assert (told["last_run"]["outcome"], told["last_run"]["troubled"], told["stuck"]) == ("done", [], [])


@pytest.mark.timeout(120)
def test_a_guard_stops_it_before_any_write(
    place: tuple[Sandbox, Path], cluster: Cluster, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, goals = place
    url = cluster.url(cluster.make())
    monkeypatch.setenv("TRUENORTH_STORE", url)
    with working(url, box, goals):
        stopped = run("sync", *AS_OF, "--distributed")
    assert stopped.code == 4
    assert "first-run" in stopped.out
    assert not any(comments_of_ours(box.world).values())
    # The next run is not held up by a lease of this one.
    assert run("plan", *AS_OF).code == 0


def test_a_file_cannot_be_shared(pointed: Sandbox, run: Cli) -> None:  # noqa: ARG001
    for typed in (("sync", "--distributed"), ("worker", "--one-shot")):
        refused = run(*typed)
        assert refused.code == 2, refused
        assert "Set TRUENORTH_STORE to a PostgreSQL database" in refused.err


@pytest.mark.timeout(120)
def test_a_worker_with_other_okrs_refuses_the_run_and_says_so(
    place: tuple[Sandbox, Path],
    cluster: Cluster,
    run: Cli,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box, goals = place
    url = cluster.url(cluster.make())
    monkeypatch.setenv("TRUENORTH_STORE", url)
    monkeypatch.setattr(distributed, "PATIENCE", 4.0)
    monkeypatch.setattr(workers, "HEARTBEAT", 0.5)

    def other(one: Worker) -> None:
        changed = load(goals).model_copy(update={"workspace": "another"})
        one._declared = Declared(changed, credentials(box), Sources(goals))
        one._load = lambda: one._declared

    with working(url, box, goals, change=other):
        refused = run(*SYNC, "--distributed")
    assert refused.code == 1
    assert "no worker took up the run" in refused.err
    assert "of another configuration or version" in refused.err
    assert "refusing the jobs of a run" in refused.err
    assert not any(comments_of_ours(box.world).values())


def test_status_of_the_first_run_of_all_does_not_read_beside_the_workers(
    place: tuple[Sandbox, Path], cluster: Cluster, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, _ = place
    url = cluster.url(cluster.make())
    monkeypatch.setenv("TRUENORTH_STORE", url)
    store = Store(url)
    try:
        lease = Lease("host/distributed/1", 1)
        asked = asked_body(Asked())
        first = SharedRun(1, "reading", False, "abc", "1", "2026-11-16T09:00:00+00:00", lease, None, asked)
        shared_runs(store, lambda *_: None).begin(first, [PartName("read", "jira", "WEB")])
    finally:
        store.close()
    told = run("status")
    assert told.code == 0, told.err
    assert "A distributed sync is running: 0 of 1 partitions read; no worker is there" in told.words
    assert json.loads(run("status", "--format", "json").out)["running"]["partitions"] == 1
    assert box.requests == []


def test_status_tells_of_a_run_under_way() -> None:
    reading = RunUnderWay(7, "reading", 40, 23, 4, 51_200, 4)
    assert report.section(reading).lead == (
        "A distributed sync is running: 23 of 40 partitions read, 51,200 items so far; 4 workers are there.",
    )
    nobody = RunUnderWay(7, "writing", 40, 1, 0, 0, 0)
    assert "no worker is there: start truenorth worker" in report.section(nobody).lead[0]
    assert report.data(reading) == {
        "run": 7,
        "stage": "reading",
        "partitions": 40,
        "done": 23,
        "working": 4,
        "items": 51_200,
        "workers": 4,
    }
    assert report.data(None) is None
