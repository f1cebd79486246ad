"""The rows of a run that several machines share: claims, landing, the end of stages, and the shared pace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.http.rate_limits import Allowance
from sync.plan.overrides import Overrides
from sync.store.database import NeedsPostgreSQL
from sync.store.distributed import pace, runs
from sync.store.distributed.opening import run_under_way, shared_runs
from sync.store.distributed.pace import SharedPace
from sync.store.distributed.runs import Asked, PartName, SharedRun, SharedRuns, Trouble, asked_body
from sync.store.lease import Lease, LeaseLost
from sync.store.store import Store
from tests.support.postgres import Cluster

WEB, OPS = PartName("read", "jira", "WEB"), PartName("read", "jira", "OPS")
WRITE = PartName("write", "jira", "WEB")


class Jobs:
    """What was announced."""

    def __init__(self) -> None:
        self.told: list[PartName] = []

    def announce(self, _connection: sa.Connection, _run: SharedRun, parts: Sequence[PartName]) -> None:
        self.told += parts


@pytest.fixture
def store(cluster: Cluster) -> Iterator[Store]:
    one = Store(cluster.url(cluster.make()))
    yield one
    one.close()


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def shared(store: Store, jobs: Jobs) -> SharedRuns:
    return begun(store, jobs, 1)


def begun(store: Store, jobs: Jobs, number: int) -> SharedRuns:
    """The runs of a store, of which one has just begun."""
    found = shared_runs(store, jobs.announce)
    asked = Asked(Overrides(first_run=True), {"jira": frozenset("12")}, {})
    run = SharedRun(
        number,
        "reading",
        False,
        "abc",
        "1",
        "2026-11-16T09:00:00+00:00",
        Lease("h", 1),
        None,
        asked_body(asked),
    )
    found.begin(run, [WEB, OPS])
    return found


def claimed(shared: SharedRuns, part: PartName, run: int = 1) -> runs.Claim:
    found = shared.claim(run, part, "worker")
    assert found is not None
    return found[1]


def test_a_stage_ends_with_its_last_part_and_the_next_is_announced_once(
    shared: SharedRuns, jobs: Jobs
) -> None:
    assert shared.land(claimed(shared, WEB), b"web" * 3_000_000, items=2, tally={"todo": 2})
    assert jobs.told == [WEB, OPS]
    assert shared.land(claimed(shared, OPS), b"ops")
    assert jobs.told == [WEB, OPS, PartName("decide")]
    known = shared.get(1)
    assert known is not None
    assert known.state == "deciding"
    assert known.asked.owned == {"jira": frozenset("12")}
    assert known.asked.overrides.first_run
    assert shared.body(1, WEB) == b"web" * 3_000_000
    assert shared.progress(1, "read") == runs.Progress(2, 2, 0, 2, 2)
    # What is done is not begun again, and a job that comes twice finds nothing to do.
    assert shared.claim(1, WEB, "another") is None


def test_who_lost_a_part_lands_nothing(store: Store, shared: SharedRuns) -> None:
    before = claimed(shared, WEB)
    now = claimed(shared, WEB)
    assert not shared.land(before, b"old")
    with pytest.raises(LeaseLost), store.transaction() as connection:
        shared.check(before)(connection)
    with store.transaction() as connection:
        shared.check(now)(connection)
    assert shared.land(now, b"new")
    assert shared.body(1, WEB) == b"new"
    assert not shared.land(now, b"again")


def test_what_ends_every_worker_ends_the_run(shared: SharedRuns) -> None:
    for _ in range(runs.MOST_CLAIMS):
        claimed(shared, WEB)
    assert shared.claim(1, WEB, "one more") is None
    known = shared.get(1)
    assert known is not None
    assert known.state == "failed"
    assert known.trouble is not None
    assert "Reading jira WEB was begun 12 times" in known.trouble.words
    assert shared.claim(1, OPS, "another") is None


def test_a_run_that_is_cancelled_while_reading_is_over(shared: SharedRuns) -> None:
    one = claimed(shared, WEB)
    shared.cancel(1)
    known = shared.get(1)
    assert known is not None
    assert known.state == "cancelled"
    assert not shared.land(one, b"late")


def test_a_run_that_is_cancelled_while_writing_remembers_what_was_written(
    shared: SharedRuns, jobs: Jobs
) -> None:
    for part in (WEB, OPS):
        shared.land(claimed(shared, part), b"")
    other = PartName("write", "jira", "OPS")
    decide = claimed(shared, PartName("decide"))
    assert shared.land(decide, b"known", following=[WRITE, other], state="writing", digest="d")
    running = claimed(shared, WRITE)
    shared.cancel(1)
    known = shared.get(1)
    assert known is not None
    assert (known.state, known.is_cancelled, known.digest) == ("writing", True, "d")
    assert shared.claim(1, other, "late") is None
    assert shared.land(running, b"receipts")
    assert jobs.told[-1] == PartName("close")


def test_status_knows_of_the_run_that_is_open_alone(store: Store, shared: SharedRuns, tmp_path: Path) -> None:
    shared.greet("one", "abc", "1")
    found = run_under_way(store)
    assert found is not None
    assert (found.stage, found.partitions, found.done, found.workers) == ("reading", 2, 0, 1)
    assert shared.workers(20.0, "other", "1") == 0
    shared.leave("one")
    assert shared.workers(20.0) == 0
    shared.end(1, "failed", Trouble("why"))
    assert run_under_way(store) is None
    assert not shared.end(1, "ended")
    file = Store(f"sqlite:///{tmp_path}/s.db")
    try:
        assert run_under_way(file) is None
        with pytest.raises(NeedsPostgreSQL):
            shared_runs(file, Jobs().announce)
    finally:
        file.close()


def test_a_new_run_forgets_old_bodies_and_ends_what_was_left_open(
    store: Store, shared: SharedRuns, jobs: Jobs
) -> None:
    shared.land(claimed(shared, WEB), b"web")
    later = begun(store, jobs, 2)
    known = later.get(1)
    assert known is not None
    assert known.state == "failed"
    assert later.body(1, WEB) is None
    begun(store, jobs, 3)
    begun(store, jobs, 4)
    assert later.get(1) is None


def test_processes_tell_each_other_their_pace(
    store: Store, shared: SharedRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shared
    monkeypatch.setattr(pace, "EVERY", 0.0)
    one, two, other = (
        SharedPace(store.database, site, "secret-token") for site in ("https://a", "https://a", "https://b")
    )
    alone = one.exchange(3, 20.0, [(Allowance("requests", 100, 40), 2.0)])
    assert alone is not None
    assert (alone.processes, alone.outstanding, alone.pause, alone.readings) == (1, 0, 0.0, ())
    heard = two.exchange(1, 0.0, [])
    assert heard is not None
    assert (heard.processes, heard.outstanding) == (2, 3)
    assert 15 < heard.pause <= 20
    ((reading, age),) = heard.readings
    assert reading == Allowance("requests", 100, 40)
    assert 2.0 <= age < 10
    # Another site with the same token shares nothing.
    apart = other.exchange(0, 0.0, [])
    assert apart is not None
    assert apart.processes == 1
    one.close()
    last = two.exchange(1, 0.0, [])
    assert last is not None
    assert (last.processes, last.outstanding) == (1, 0)


def test_a_pace_without_a_database_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "EVERY", 0.0)
    file = Store(f"sqlite:///{tmp_path}/s.db")
    try:
        # A store without the tables: nothing is shared, and nothing is raised.
        assert SharedPace(file.database, "https://a", "secret-token").exchange(1, 0.0, []) is None
    finally:
        file.close()
