"""A store of an earlier version, and one that is lost or damaged: migrated whole, or made anew from what the trackers show."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.model import AssigneeSpan, Comment, Marks, Stamp, StatusSpan
from connectors.sandbox.server import Sandbox
from sync.history.days import HistoryRow
from sync.jobs.rebuild import archive_store, recover_readings
from sync.store.store import Store, StoreError
from sync.store.tables import VERSION
from tests.support.builders import NOW, item, observed, ref
from tests.support.cli import AS_OF, Cli
from tests.support.store_actions import NINE, TEN, edits, take


def test_a_store_of_the_version_before_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    Store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript(
            "DROP INDEX ix_journal_operation;"
            "ALTER TABLE journal DROP COLUMN operation; ALTER TABLE journal DROP COLUMN epoch;"
            "ALTER TABLE journal DROP COLUMN at; ALTER TABLE journal DROP COLUMN changes;"
            "DROP TABLE leases; DROP TABLE quarantine; DROP TABLE footings;"
            "ALTER TABLE readings DROP COLUMN moved; DROP TABLE standings;"
            "ALTER TABLE runs DROP COLUMN workspace; DROP TABLE lost_links; DROP TABLE forecasts; DROP TABLE work_by_day;"
            "UPDATE about SET value = '1' WHERE name = 'schema';"
            "INSERT INTO journal (run, tracker, item, key, what) VALUES (1, 'jira', '7', 'WEB-7', '[]');"
        )
    store = Store(f"sqlite:///{path}")
    assert store.journal.written("jira") == {"7"}
    assert take(store, "a/1/1", NOW).epoch == 1
    store.journal.begin(1, edits("WEB-1"))
    store.close()
    Store(f"sqlite:///{path}").close()


@pytest.mark.parametrize("version", range(2, VERSION))
def test_a_store_of_any_version_is_migrated_whole_or_not_at_all(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.db"
    store = Store(f"sqlite:///{path}")
    take(store, "a/1/1", NOW)
    store.close()
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript("DROP TABLE forecasts; DROP TABLE work_by_day;")
        if version < 7:
            old.executescript("DROP TABLE lost_links;")
        if version < 6:
            old.executescript(
                "ALTER TABLE readings DROP COLUMN moved; DROP TABLE standings;"
                "ALTER TABLE runs DROP COLUMN workspace; ALTER TABLE leases DROP COLUMN since;"
            )
        old.execute("UPDATE about SET value = ? WHERE name = 'schema'", (str(version),))
    with monkeypatch.context() as broken:
        broken.setattr("sync.store.store.make_lease", interrupted)
        with pytest.raises(KeyboardInterrupt):
            Store(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as found, found:
        assert found.execute("SELECT value FROM about WHERE name = 'schema'").fetchone() == (str(version),)
        tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert not {"forecasts", "work_by_day"} & tables
        assert ("lost_links" in tables) == (version >= 7)
    store = Store(f"sqlite:///{path}")
    assert take(store, "b/1/1", NOW + timedelta(days=1)).epoch == 2
    store.close()
    with closing(sqlite3.connect(path)) as found, found:
        assert found.execute("SELECT value FROM about WHERE name = 'schema'").fetchone() == (str(VERSION),)


def test_a_store_of_version_8_knows_its_items_and_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    shown = Marks(labels=("x",), comment=Comment("orphan"), stamp=Stamp("acme", labels=("x",)))
    items = (item("WEB-1", shown=shown), item("WEB-2", "WEB-1", in_scope=False), item("eng-1", "WEB-1"))
    keywords = {ref("WEB-2"): ("form",)}
    with closing(Store(f"sqlite:///{path}")) as new:
        new.snapshots.save(observed(*items, keywords=keywords))
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript(";".join(NINE))
        old.execute("INSERT INTO items VALUES ('jira', 'WEB-9', '{}')")
    with closing(Store(f"sqlite:///{path}")) as store:
        known = store.snapshots.known("jira")
        assert known.stamped() == known.commented() == known.ids(in_scope=True) == {"WEB-1"}
        assert [one.key for one in known.children(["WEB-1"])] == ["WEB-2"]
        assert store.snapshots.known("linear").children(["WEB-1"]) == ()
        with pytest.raises(StoreError, match="is damaged"):
            store.snapshots.last()
        store.snapshots.save(observed(*items, keywords=keywords))
        found = store.snapshots.last()
        assert found is not None
        assert (found.items, found.keywords, found.keywords_of) == (items, keywords, {})
        assert [one.pull.bookmark for one in store.snapshots.pulls().values()] == ["", ""]


def test_a_store_of_version_9_has_room_for_who_had_what(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    spans = {ref("WEB-1"): (StatusSpan("doing", "In Progress", NOW),)}
    of = {ref("WEB-1"): NOW}
    with closing(Store(f"sqlite:///{path}")) as new:
        new.snapshots.save(observed(item("WEB-1"), histories=spans, histories_of=of))
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript(";".join(TEN))
    people = {ref("WEB-1"): (AssigneeSpan("5b10", NOW),)}
    with closing(Store(f"sqlite:///{path}")) as store:
        found = store.snapshots.last()
        assert found is not None
        assert (found.histories, found.histories_of, found.assigned, found.flagged) == (spans, of, {}, {})
        store.snapshots.save(replace(found, assigned=people, assigned_of=of))
    with closing(Store(f"sqlite:///{path}")) as store:
        again = store.snapshots.last()
        assert again is not None
        assert (again.assigned, again.assigned_of, again.histories) == (people, of, spans)


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("pointed")
def test_a_lost_store_is_rebuilt_and_everything_is_ours_again(run: Cli) -> None:
    run("sync", *AS_OF, "--first-run")
    path = Path(".truenorth/truenorth.db")
    path.write_bytes(b"not a database" * 1000)
    assert run("plan", *AS_OF).code == 1
    rebuilt = run("rebuild", *AS_OF)
    assert rebuilt.code == 0, rebuilt.err
    assert list(path.parent.glob("truenorth.db.*.aside"))
    assert run("plan", *AS_OF, "--exit-code").code == 0
    store = Store("sqlite:///.truenorth/truenorth.db")
    assert len(store.journal.written("jira")) > 10
    store.close()
    undone = run("undo", "--all", "--apply")
    assert undone.code == 0, undone.err


@pytest.mark.usefixtures("pointed")
def test_a_rebuild_takes_the_history_along(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in ("2026-11-02", "2026-11-09", "2026-11-16"):
        assert run("sync", "--as-of", f"{day}T09:00Z", "--first-run").code == 0
    before, forecasts, work = history_of(run), kept("forecasts"), kept("work_by_day")
    assert [row["day"] for row in before] == ["2026-11-02", "2026-11-09", "2026-11-16"]
    assert {day for _, day, *_ in forecasts} == {"2026-11-02", "2026-11-09", "2026-11-16"}
    assert all(
        0 <= low <= middle <= high <= 1 and goal == 1 for _, _, low, middle, high, _, goal, _ in forecasts
    )
    with closing(sqlite3.connect(".truenorth/truenorth.db")) as store, store:
        store.execute("UPDATE items SET body = '{}'")
        store.execute(
            "UPDATE readings SET day = 'Monday' WHERE day = '2026-11-09' AND key_result = 'SPEED-KR1'"
        )
        store.execute("UPDATE readings SET moved = '[' WHERE day = '2026-11-09' AND key_result = 'SPEED-KR2'")
    monkeypatch.delenv("TRUENORTH_LINEAR_TOKEN")
    assert run("rebuild", *AS_OF).code == 2
    assert not list(Path(".truenorth").glob("*.aside"))
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", "sandbox-linear-token")
    rebuilt = run("rebuild", *AS_OF)
    assert rebuilt.code == 0, rebuilt.err
    assert "Carried over the readings of 3 days." in rebuilt.out
    assert history_of(run) == before
    assert (kept("forecasts"), kept("work_by_day")) == (forecasts, work)
    assert [row[0] for row in work if row[1] == "unaligned"] == ["2026-11-02", "2026-11-09", "2026-11-16"]
    assert len(history_of(run, "SPEED-KR1")) == len(history_of(run, "SPEED-KR2")) == 2


def history_of(run: Cli, key_result: str = "GROWTH-KR2") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(run("explain", key_result, "--format", "json").out)["history"]
    return [{name: row[name] for name in ("day", "value", "percent", "expected", "health")} for row in rows]


def kept(table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(".truenorth/truenorth.db")) as store:
        return sorted(store.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608  a name of ours


def test_nothing_is_salvaged_from_what_is_no_store(tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.db"
    spoilt.write_bytes(b"not a database" * 1000)
    for place in (tmp_path / "none.db", spoilt):
        assert recover_readings(f"sqlite:///{place}") == {}
    assert not (tmp_path / "none.db").exists()
    assert recover_readings("nonsense") == {}


def test_a_store_of_an_older_version_is_salvaged_too(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    Store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("ALTER TABLE readings DROP COLUMN moved")
        old.execute("INSERT INTO readings VALUES ('A', '2026-11-02', 3, 0.5, 0.4, 'on_track')")
    assert recover_readings(f"sqlite:///{path}") == {
        "A": (HistoryRow(date(2026, 11, 2), 3.0, 0.5, 0.4, "on_track"),)
    }


def test_where_nothing_is_nothing_is_set_aside() -> None:
    assert archive_store("sqlite:///none.db", NOW) is None
    with pytest.raises(StoreError, match="not a database URL"):
        archive_store("nonsense", NOW)


def test_a_tracker_that_cannot_be_read_costs_no_history(run: Cli, pointed: Sandbox) -> None:
    for day in ("2026-11-09", "2026-11-16"):
        assert run("sync", "--as-of", f"{day}T09:00Z", "--first-run").code == 0
    before = history_of(run)
    with closing(sqlite3.connect(".truenorth/truenorth.db")) as store, store:
        store.execute("UPDATE items SET body = '{}'")
    pointed.fault("search/jql", "revoked")
    assert run("rebuild", *AS_OF).code == 1
    pointed.clear_faults()
    rebuilt = run("rebuild", *AS_OF)
    assert (rebuilt.code, "Carried over the readings of 2 days." in rebuilt.out) == (0, True)
    assert history_of(run) == before


@pytest.mark.usefixtures("pointed")
def test_a_rebuild_that_cannot_read_puts_the_store_back(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    log, files = run("log").out, sorted(one.name for one in Path(".truenorth").iterdir())
    with monkeypatch.context() as wrong:
        wrong.setenv("TRUENORTH_JIRA_TOKEN", "no-such-token")
        ran = run("rebuild", *AS_OF)
    assert ran.code == 1
    assert "the store is as it was" in ran.err
    assert run("log").out == log
    assert sorted(one.name for one in Path(".truenorth").iterdir()) == files


@pytest.mark.usefixtures("pointed")
def test_a_rebuild_keeps_where_credentials_went(run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    store = Store("sqlite:///.truenorth/truenorth.db")
    before = store.origins()
    store.close()
    assert before
    assert run("rebuild", *AS_OF).code == 0
    store = Store("sqlite:///.truenorth/truenorth.db")
    assert store.origins() == before
    store.close()


@pytest.mark.usefixtures("pointed")
def test_a_rebuild_leaves_a_store_alone_in_which_a_run_is_at_work(run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    store = Store("sqlite:///.truenorth/truenorth.db")
    take(store, "elsewhere/1/1", datetime.now(UTC))
    ran = run("rebuild", *AS_OF)
    assert ran.code == 3
    assert "Nothing was rebuilt" in ran.err
    assert list(Path(".truenorth").glob("*.aside")) == []
    store.close()


@pytest.mark.parametrize("command", [("sync", *AS_OF), ("undo", "--all", "--apply")])
@pytest.mark.usefixtures("pointed")
def test_json_says_that_another_run_is_at_work(run: Cli, command: tuple[str, ...]) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    store = Store("sqlite:///.truenorth/truenorth.db")
    take(store, "elsewhere/1/1", datetime.now(UTC))
    store.close()
    ran = run(*command, "--format", "json")
    assert "another run is in progress" in json.loads(ran.out)["not_run"]
    assert ("does the work of this run" in ran.out, ran.code) == (
        (True, 0) if command[0] == "sync" else (False, 3)
    )
