"""Clocks that were wrong, and moments that are only evaluated: neither stops the service, or costs what it remembers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.load import load
from connectors.sandbox.server import Sandbox
from sync.store import lease, tables
from sync.store.store import Store
from tests.support.cli import AS_OF, Cli

FAR = ("--as-of", "2031-05-01T09:00Z")
ELSEWHERE = "another-host/4026531836/7"


@pytest.fixture
def store(pointed: Sandbox, run: Cli) -> Iterator[Store]:
    """The store after a first sync."""
    assert pointed
    assert run("sync", *AS_OF, "--first-run").code == 0
    opened = Store(f"sqlite:///{Path.cwd() / '.truenorth/truenorth.db'}")
    yield opened
    opened.close()


def held(store: Store, *, since: datetime | None, until: datetime, holder: str = ELSEWHERE) -> None:
    """Somebody else holds the lease."""
    row = {"holder": holder, "since": since.isoformat() if since else None, "until": until.isoformat()}
    with store.transaction() as connection:
        connection.execute(tables.leases.update().values(row))


def now() -> datetime:
    return datetime.now(UTC)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("ahead", [timedelta(minutes=3), timedelta(days=400)])
def test_a_lease_that_no_clock_can_have_given_is_taken_over(store: Store, run: Cli, ahead: timedelta) -> None:
    until = now() + ahead
    held(store, since=until - lease.LEASE, until=until)
    ran = run("sync", *AS_OF)
    assert ran.code == 0, ran.err
    assert "Nothing to write" in ran.out
    assert "took over a lease" in ran.err
    assert f"{until:%Y-%m-%d %H:%M:%S} UTC" in ran.err
    assert run("sync", *AS_OF).code == 0


def test_a_lease_of_a_machine_whose_clock_is_a_little_ahead_is_kept(store: Store, run: Cli) -> None:
    until = now() + lease.LEASE + timedelta(seconds=50)
    held(store, since=now(), until=until)
    ran = run("sync", *AS_OF)
    assert (ran.code, ran.out) == (0, "")
    assert f"lease until {until:%Y-%m-%d %H:%M:%S} UTC" in ran.err


def test_a_run_that_has_been_at_work_for_longer_than_the_deadline_is_no_reason_to_end_well(
    store: Store, run: Cli
) -> None:
    since = now() - timedelta(minutes=29)
    held(store, since=since, until=now() + timedelta(seconds=40))
    assert run("sync", *AS_OF).code == 0
    since = now() - timedelta(minutes=31)
    held(store, since=since, until=now() + timedelta(seconds=40))
    for command in (("sync", *AS_OF), ("undo", "--all", "--apply")):
        ran = run(*command)
        assert ran.code == 1
        assert f"in progress since {since:%Y-%m-%d %H:%M:%S} UTC" in words(ran.err)
        assert "longer than the deadline of 30 minutes" in words(ran.err)


def test_who_takes_the_lease_says_since_when(store: Store) -> None:
    with store.transaction() as connection:
        lease.acquire(connection, ELSEWHERE, now())
        with pytest.raises(lease.LeaseHeld) as kept:
            lease.acquire(connection, "other/1/1", now(), timedelta(minutes=1))
        with pytest.raises(lease.LeaseOverdue):
            lease.acquire(connection, "other/1/1", now() + timedelta(seconds=50), timedelta(seconds=40))
    assert not isinstance(kept.value, lease.LeaseOverdue)


def test_a_run_for_a_day_far_ahead_keeps_the_audit_log(store: Store, run: Cli) -> None:
    before = json.loads(run("log", "--format", "json").out)["log"]
    assert before
    assert all(one["changes"] for one in before)
    ran = run("sync", *FAR, "--format", "json")
    assert ran.code in (0, 4), ran.err
    if ran.code == 4:
        digest = json.loads(ran.out)["plan"]["digest"]
        assert run("sync", *FAR, "--accept-plan", digest).code == 0
    after = json.loads(run("log", "--format", "json").out)["log"]
    assert [one for one in after if one["run"] == before[0]["run"]] == before
    last = store.last_run("sync")
    assert last is not None
    assert abs(last.at - now()) < timedelta(minutes=5), "a run began when it began"


def test_a_reading_of_a_day_to_come_is_not_known_before_that_day(store: Store) -> None:
    workspace = load(Path(os.environ["TRUENORTH_CONFIG"]))
    today = datetime.fromisoformat(AS_OF[1]).replace(tzinfo=UTC)
    known = store.memory(workspace, today).last_progress
    assert any(known.values())
    with store.transaction() as connection:
        row = {"key_result": next(iter(known)), "day": "2031-05-01", "value": 0.0, "progress": 0.0}
        connection.execute(tables.readings.insert().values(**row, expected=1.0, health="off_track"))
    assert store.memory(workspace, today).last_progress == known


def test_a_reading_of_the_cycle_before_is_no_progress_of_this_one(store: Store) -> None:
    workspace = load(Path(os.environ["TRUENORTH_CONFIG"]))
    today = datetime.fromisoformat(AS_OF[1]).replace(tzinfo=UTC)
    name = next(iter(store.memory(workspace, today).last_progress))
    cycle = next(one.cycle for one, kr in workspace.key_results() if kr.id == name)
    start = workspace.cycles[cycle].start
    for day, known in ((start - timedelta(days=1), False), (start, True)):
        with store.transaction() as connection:
            connection.execute(tables.readings.delete())
            row = {"key_result": name, "day": day.isoformat(), "value": 1.0, "progress": 0.5}
            connection.execute(tables.readings.insert().values(**row, expected=1.0, health="off_track"))
        assert store.memory(workspace, today).last_progress == ({name: 0.5} if known else {})


def test_a_failed_write_rests_by_the_wall_clock(store: Store, pointed: Sandbox, run: Cli) -> None:
    with store.transaction() as connection:
        connection.execute(tables.journal.delete())
    pointed.fault("POST .*/comment$", "status", status=400, body={"errorMessages": ["no"], "errors": {}})
    for issue in pointed.world.jira.issues.values():
        pointed.call(lambda one=issue: one.comments.clear())  # type: ignore[misc]
    for _ in range(3):
        run("sync", *FAR, "--accept-plan", _digest(run))
    with store.transaction() as connection:
        rests = [
            datetime.fromisoformat(row.until) for row in connection.execute(tables.quarantine.select()).all()
        ]
    assert rests
    assert all(one - now() < timedelta(days=8) for one in rests)


def _digest(run: Cli) -> str:
    return str(json.loads(run("plan", *FAR, "--format", "json").out)["plan"]["digest"])


def test_a_plan_for_another_moment_is_as_old_as_it_is(store: Store, run: Cli) -> None:
    assert store
    assert run("plan", *FAR, "--out", "plan.json").code == 0
    made = datetime.fromisoformat(json.loads(Path("plan.json").read_text())["made"])
    assert abs(made - now()) < timedelta(minutes=5)


def test_a_look_at_another_moment_is_not_remembered(store: Store, run: Cli) -> None:
    before = store.snapshots.last()
    assert "2031-05-01" in run("status", *FAR).out
    after = store.snapshots.last()
    assert before is not None
    assert after is not None
    assert after.at == before.at
    assert "2031" not in run("status").out
