"""The store on a real PostgreSQL: as on SQLite, byte for byte; stopped, read-only, old, new, and shared."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from sync.plan.plan import Edit, changes_of
from sync.store import database as plumbing
from sync.store import lease
from sync.store.store import Store, StoreError
from tests.support.builders import NOW, item, observed
from tests.support.cli import AS_OF, Cli, Ran, writes
from tests.support.fault_run import FaultRun, comments_of_ours, marked
from tests.support.postgres import Cluster
from tests.support.store_actions import NINE, WANTED, edits, take


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with Sandbox(generate(items=60, seed=5)) as running:
        for name, value in environment(running).items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def store(cluster: Cluster, database: str) -> Iterator[Store]:
    opened = Store(cluster.url(database))
    yield opened
    opened.close()


# --- The same as on SQLite -----------------------------------------------------------------------


def told(box: Sandbox, run: Cli) -> list[Any]:
    """All that a first sync plans, writes and remembers."""
    box.reset()
    outputs: list[Any] = [run("plan", *AS_OF, "--format", "json", "--out", "plan.json").code]
    # When it was made, and so the hash of its content, differ.
    outputs.append(re.sub(rb'"(made|content)": "[^"]*"', b"", Path("plan.json").read_bytes()))
    for command in (("sync", *AS_OF, "--first-run"), ("sync", *AS_OF), ("orphans",), ("status",)):
        box.forget_requests()
        ran = run(*command, "--format", "json")
        # The sandbox's clock goes on between the two, and so does ours, by which runs are dated.
        timeless = re.sub(r"(2026-11-16T09:0)[0-9:.]+", r"\1", ran.out)
        timeless = re.sub(r'"at": "[^"]*"', '"at"', timeless)
        outputs.append((ran.code, timeless, sorted(writes(box))))
    rows = json.loads(run("log", "--format", "json").out)["log"]
    outputs.append(sorted(json.dumps(row | {"at": None, "id": None}, sort_keys=True) for row in rows))
    return outputs


def test_plans_and_all_else_are_byte_equal_to_those_on_sqlite(
    box: Sandbox, run: Cli, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_postgresql = told(box, run)
    monkeypatch.delenv("TRUENORTH_STORE")
    on_sqlite = told(box, run)
    assert Path(".truenorth/truenorth.db").exists()
    assert on_postgresql == on_sqlite
    assert database
    assert [one[0] for one in on_postgresql[2:6]] == [0, 0, 0, 0]
    assert on_postgresql[2][2] != []
    assert on_postgresql[3][2] == [], "a second run writes nothing"


@pytest.mark.usefixtures("database")
def test_log_rebuild_and_undo(box: Sandbox, run: Cli, cluster: Cluster, database: str) -> None:
    fault_run = FaultRun(box, run, lambda: cluster.dump(database))
    assert fault_run.sync().code == 0
    assert "write to web-1" in run("log", "--item", "web-1").out
    assert json.loads(fault_run.run("status", "--format", "json").out)["last_run"]["outcome"] == "done"
    rebuilt = fault_run.run("rebuild", *AS_OF)
    assert rebuilt.code == 0, rebuilt.err
    (kept,) = cluster.ask(
        database, r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 'truenorth_aside\_%'"
    )
    assert f"kept as schema {kept}" in rebuilt.out
    assert "Carried over the readings of 1 day." in rebuilt.out
    assert int(cluster.ask(database, f"SET search_path TO {kept}", "SELECT count(*) FROM journal")[0]) > 10
    assert fault_run.run("plan", *AS_OF, "--exit-code").code == 0
    fault_run.holds()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_address_may_be_written_as_people_write_it(cluster: Cluster, scheme: str) -> None:
    url = cluster.url(cluster.make()).replace("postgresql", scheme)
    Store(url).close()


def test_hostile_and_long_text_is_kept(store: Store) -> None:
    evil = replace(item("WEB-1"), key="W\0" * 300, title="\0'; DROP TABLE journal; --")
    run = store.open_run("sync", "c", "acme")
    entries = store.journal.begin(run, [Edit(evil, WANTED, changes_of(evil, WANTED))])
    store.journal.complete(entries[evil.ref], "failed", "no\0 more")
    (kept,) = store.journal.entries(run=run)
    assert (kept.key, kept.error) == ("W" * 255, "no more")
    store.snapshots.save(observed(evil))
    found = store.snapshots.last()
    assert found is not None
    assert found.items[0].title == evil.title


def test_a_store_of_the_version_before_is_migrated(cluster: Cluster, database: str) -> None:
    store = Store(cluster.url(database))
    store.snapshots.save(observed(item("WEB-1"), item("WEB-2", "WEB-1", in_scope=False)))
    store.close()
    cluster.ask(
        database,
        *NINE,
        "DROP INDEX ix_journal_operation",
        *(f"ALTER TABLE journal DROP COLUMN {name}" for name in ("operation", "epoch", "at", "changes")),
        "DROP TABLE leases, quarantine, footings, standings, forecasts, work_by_day",
        "ALTER TABLE readings DROP COLUMN moved",
        "ALTER TABLE counts ALTER COLUMN key_result TYPE VARCHAR(64)",
        "UPDATE about SET value = '1' WHERE name = 'schema'",
        "INSERT INTO journal (run, tracker, item, key, what) VALUES (1, 'jira', '7', 'WEB-7', '[]')",
    )
    store = Store(cluster.url(database))
    assert store.journal.written("jira") == {"7"}
    known = store.snapshots.known("jira")
    assert [one.key for one in known.children(["WEB-1"])] == ["WEB-2"]
    assert known.ids(in_scope=True) == {"WEB-1"}
    assert take(store, "a/1/1", NOW).epoch == 1
    store.journal.begin(1, edits("WEB-1"))
    store.snapshots.save(observed(item("WEB-1"), counts={"K" * 80: 1}))
    store.close()
    Store(cluster.url(database)).close()


# --- Clear stops ---------------------------------------------------------------------------------


def test_a_newer_schema_is_a_clear_stop(box: Sandbox, run: Cli, cluster: Cluster, database: str) -> None:
    Store(cluster.url(database)).close()
    cluster.ask(database, "UPDATE about SET value = '99'")
    stopped = run("sync", *AS_OF, "--first-run")
    assert stopped.code == 1
    assert "is from a newer Truenorth (schema 99" in stopped.err
    assert not box.requests


def test_who_may_only_read_sees_all_and_writes_nothing(
    box: Sandbox, run: Cli, cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    cluster.ask(database, "CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    monkeypatch.setenv("TRUENORTH_STORE", cluster.url(database, "reader"))
    assert run("status").code == 0
    assert "writes in all" in run("log").out
    box.forget_requests()
    stopped = run("sync", *AS_OF)
    assert stopped.code == 1
    assert "permission denied for table" in stopped.err
    assert "Grant write access to it" in stopped.err
    assert "hunter2" not in stopped.err
    assert not box.requests


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda url: url.replace(":hunter2@127.0.0.1:", ":hunter2@127.0.0.1:1"),
            "invalid port number",
        ),
        (lambda url: url + "_none", "does not exist"),
        (lambda url: url + "?password=hunter2&connect_timeout=x", "connect_timeout"),
    ],
    ids=["port", "database", "option"],
)
def test_a_wrong_address_is_a_clear_stop(
    cluster: Cluster, database: str, spoil: Callable[[str], str], said: str
) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        Store(spoil(cluster.url(database)))
    assert "hunter2" not in str(caught.value)


# --- Stopped and started -------------------------------------------------------------------------


@contextmanager
def at_the_nth_write(box: Sandbox, number: int, act: Callable[[], object]) -> Iterator[threading.Event]:
    """Do something once so many writes have reached the trackers; the event tells that it was done."""
    done, ended = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            if len(writes(box)) >= number:
                act()
                done.set()
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield done
    finally:
        ended.set()
        watcher.join()


def slow(box: Sandbox) -> None:
    """Writes take long enough for something to happen among them."""
    box.fault("PUT /jira/", "latency", seconds=0.1, times=10_000)
    box.fault("/comment", "latency", seconds=0.1, times=10_000)


@pytest.mark.parametrize("number", [1, 4])
def test_stopped_in_mid_run_nothing_more_is_written_and_a_rerun_converges(
    box: Sandbox,
    run: Cli,
    cluster: Cluster,
    database: str,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plumbing, "PATIENCE", 0.5)
    fault_run = FaultRun(box, run, lambda: cluster.dump(database))
    slow(box)
    try:
        with at_the_nth_write(box, number, cluster.stop) as stopped:
            ended = fault_run.sync()
        assert stopped.is_set(), "the sync ended before the server was stopped"
    finally:
        cluster.start()
    assert ended.code == 1, ended.out[-1500:] + ended.err
    assert "cannot use the store" in ended.err
    assert "Check that the server is running" in ended.err
    journaled = set(cluster.ask(database, "SELECT tracker || ' ' || item FROM journal"))
    assert marked(box) <= journaled, "a tracker was written to without a word in the journal"
    fault_run.holds()


def test_a_restart_in_mid_run_is_sat_out(box: Sandbox, run: Cli, cluster: Cluster, database: str) -> None:
    fault_run = FaultRun(box, run, lambda: cluster.dump(database))
    slow(box)

    def restart() -> None:
        cluster.stop()
        time.sleep(1)
        cluster.start()

    with at_the_nth_write(box, 2, restart) as restarted:
        ended = fault_run.sync()
    assert restarted.is_set()
    assert ended.code == 0, ended.out[-1500:] + ended.err
    fault_run.holds()


STATEMENT = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)|SELECT.*?\bFROM (\w+)", re.DOTALL)
TABLES = ("runs", "leases", "items", "readings", "journal")
"""Those whose statements are cut off: of every moment of a run."""


@contextmanager
def each_statement(act: Callable[[str, sa.Connection], object]) -> Iterator[None]:
    """Do something just before each statement of a run, which is told by its verb and table."""

    def before(connection: sa.Connection, _cursor: object, statement: str, *_more: object) -> None:
        found = STATEMENT.match(statement)
        table = (found[2] or found[3]) if found else None
        if found is not None and table in TABLES:
            act(f"{found[1] or 'SELECT'} {table}", connection)

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", before)


@pytest.mark.timeout(400)
def test_cut_off_within_any_transaction_the_run_goes_on(
    box: Sandbox, run: Cli, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sync() -> Ran:
        monkeypatch.setenv("TRUENORTH_STORE", cluster.url(cluster.make()))
        box.reset()
        return run("sync", *AS_OF, "--first-run")

    kinds: dict[str, None] = {}
    with each_statement(lambda kind, _: kinds.setdefault(kind)):
        assert sync().code == 0
    assert {"INSERT INTO runs", "INSERT INTO items", "DELETE FROM readings", "UPDATE runs"} <= set(kinds)
    for verb in dict.fromkeys(kind.split()[0] for kind in kinds):
        wanted = {kind for kind in kinds if kind.split()[0] == verb}
        cut: set[str] = set()

        def act(kind: str, connection: sa.Connection, wanted: set[str] = wanted, cut: set[str] = cut) -> None:
            if kind in wanted - cut:
                cut.add(kind)
                backend = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]  # psycopg's
                cluster.ask("postgres", f"SELECT pg_terminate_backend({backend}, 5000)")

        with each_statement(act):
            ended = sync()
        assert cut == wanted
        assert ended.code == 0, f"{verb}: {ended.err}"
        assert run("plan", *AS_OF, "--exit-code").code == 0, verb
        assert [key for key, count in comments_of_ours(box.world).items() if count > 1] == [], verb


# --- Shared --------------------------------------------------------------------------------------


def test_one_holder_at_a_time_over_two_connections(cluster: Cluster, database: str, store: Store) -> None:
    other = Store(cluster.url(database))
    first = take(store, "a/1/1", NOW)
    with pytest.raises(lease.LeaseHeld, match="process 1 on a"):
        take(other, "b/1/2", NOW + timedelta(seconds=59))
    second = take(other, "b/1/2", NOW + timedelta(seconds=61))
    assert second.epoch == first.epoch + 1
    run = store.open_run("sync", "c", "acme")
    with pytest.raises(lease.LeaseLost):
        store.journal.begin(run, edits("WEB-1"), first)
    other.journal.begin(run, edits("WEB-1"), second)
    assert len(store.journal.entries(run=run)) == 1
    other.close()


def test_of_many_that_begin_on_an_empty_database_one_works(cluster: Cluster) -> None:
    for _ in range(5):
        url = cluster.url(cluster.make())
        won: list[int] = []
        faults: list[Exception] = []
        barrier = threading.Barrier(4)

        def begin(
            number: int,
            url: str = url,
            won: list[int] = won,
            faults: list[Exception] = faults,
            barrier: threading.Barrier = barrier,
        ) -> None:
            barrier.wait()
            try:
                store = Store(url)
                take(store, f"host-{number}/1/1", datetime.now(UTC))
                won.append(number)
                store.close()
            except lease.LeaseHeld:
                store.close()
            except StoreError as error:
                faults.append(error)

        threads = [threading.Thread(target=begin, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(won), faults) == (1, [])


def test_snapshots_saved_at_once_stay_whole(cluster: Cluster, database: str) -> None:
    faults: list[Exception] = []

    def work(number: int) -> None:
        store = Store(cluster.url(database))
        items = tuple(replace(item(f"WEB-{nr}"), title=f"of {number}") for nr in range(30))
        try:
            for _ in range(15):
                store.snapshots.save(observed(*items, counts={f"KR{number}": number}))
                found = store.snapshots.last()
                assert found is not None
                (writer,) = {one.title for one in found.items}
                assert found.counts == {f"KR{writer.removeprefix('of ')}": int(writer.removeprefix("of "))}
        except (StoreError, AssertionError, ValueError) as error:
            faults.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
