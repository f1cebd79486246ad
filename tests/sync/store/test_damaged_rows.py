"""Rows of the store that can be read and mean nothing: a clear stop before any write, and the way out."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import Cli, writes

AT = ("--as-of", "2026-11-16T09:00Z")
SYNC = ("sync", *AT, "--first-run")

NONSENSE = (
    ("UPDATE items SET body = '{}'", SYNC),
    ("UPDATE pulls SET as_of = 'yesterday'", SYNC),
    ("UPDATE about SET value = 'soon' WHERE name = 'judged'", ("status",)),
    ("UPDATE leases SET until = 'later'", SYNC),
    ("UPDATE runs SET at = 'then'", ("status",)),
    ("UPDATE runs SET summary = '{'", ("status",)),
    ("UPDATE journal SET changes = '[' WHERE id = 1", ("log",)),
    ("UPDATE journal SET at = 'then' WHERE id = 1", ("log",)),
    ("UPDATE footings SET body = '[]'", SYNC),
    ("UPDATE readings SET day = 'Monday'", ("status",)),
    ("UPDATE readings SET moved = '{}'", ("status",)),
    ("UPDATE standings SET day = '2026-11-15', body = '[]'", ("status",)),
    ("UPDATE gists SET body = '{}'", SYNC),
    ("INSERT INTO quarantine VALUES ('jira', '1', 'A-1', 'it failed', 1, 'soon')", SYNC),
)


def test_each_is_a_clear_stop_before_any_write(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRUENORTH_STORE", f"sqlite:///{tmp_path}/store.db")
    good, store = tmp_path / "good.db", tmp_path / "store.db"
    assert run(*SYNC).code == 0
    with contextlib.closing(sqlite3.connect(store)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(store, good)
    wrong: list[str] = []
    for statement, command in NONSENSE:
        for rest in tmp_path.glob("store.db*"):
            rest.unlink()
        shutil.copy(good, store)
        with contextlib.closing(sqlite3.connect(store)) as opened, opened:
            assert opened.execute(statement).rowcount > 0, statement
        pointed.forget_requests()
        ended = run(*command)
        last = ended.err.strip().splitlines()[-1] if ended.err.strip() else ""
        clear = ended.code == 1 and "damaged" in last and "truenorth rebuild" in last
        if not clear or "Traceback" in ended.err or writes(pointed):
            wrong.append(f"{statement}: {ended.code} {last[:200]}")
    assert wrong == []
    assert run("rebuild", *AT).code == 0
    assert run(*SYNC).code == 0
