"""The store: what is kept comes back, and what makes it unusable is one clear error."""

from __future__ import annotations

import sqlite3
import stat
from datetime import date
from pathlib import Path

import pytest

from connectors.model import Comment, KeyResultMark, Marks, NativeQuery, Stamp
from sync.align.alignment import align
from sync.history.days import HistoryRow
from sync.history.movement import Footing, Movement
from sync.measure import measure
from sync.observation import Question, Snapshot
from sync.plan.plan import Edit, changes_of
from sync.store.store import Store, StoreError
from tests.sync.build import NOW, epic, item, metric, workspace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "truenorth.db"


ANSWERS = {
    Question("jira", NativeQuery("jql", "project = WEB")): frozenset({"1", "2"}),
    Question("linear", NativeQuery("view", "v")): frozenset(),
}


def test_a_snapshot_comes_back_equal(path: Path) -> None:
    shown = Marks(
        key_results=(KeyResultMark("A", "T", None, "no_data", "u"),),
        labels=("x",),
        comment=Comment("progress", (("A percent", 3), ("A health", "done"))),
        stamp=Stamp("acme", labels=("x",), fields=(("customfield_1", "A"),)),
    )
    items = (item("WEB-1", shown=shown, estimate=3.5), epic("WEB-2", in_scope=False), item("eng-1"))
    snapshot = Snapshot(items, {"A": 3}, {"jira": NOW, "linear": NOW}, NOW, ANSWERS)
    store = Store(f"sqlite:///{path}")
    store.save_snapshot(Snapshot(items[:1], {}, {"jira": NOW}, NOW))
    store.save_snapshot(snapshot)
    store.close()
    again = Store(f"sqlite:///{path}")
    found = again.snapshot()
    assert found is not None
    assert sorted(found.items, key=lambda one: one.ref) == sorted(items, key=lambda one: one.ref)
    assert found.items[0].shown.stamp == shown.stamp
    assert (found.counts, found.as_of, found.judged) == (snapshot.counts, snapshot.as_of, NOW)
    assert found.answers == ANSWERS
    assert again.found_before() == {"jira": 1, "linear": 1}
    again.close()


def test_the_same_day_again_gives_the_same_rows(path: Path) -> None:
    declared = workspace(metric("A", 0, 10, ("2026-11-10", 4.0)))
    card = measure(align([], declared), {}, declared, NOW)
    store = Store(f"sqlite:///{path}")
    stands = {"A": Footing(date(2026, 11, 16), {"jira/1": ("todo", 1.0)})}
    moved = {"A": Movement(date(2026, 11, 15), done=1, by_work=10.0, by_scope=0.0)}
    reading = card.readings["A"]
    row = HistoryRow(date(2026, 11, 16), 4.0, 0.4, reading.expected, reading.health, moved["A"])
    for known in (moved, moved, {}):  # what is not known the second time is what was known the first
        store.readings.save(card, date(2026, 11, 16), stands, known)
        assert store.readings.all() == {"A": (row,)}
    assert store.readings.stood_before(date(2026, 11, 16)) == {}
    for day in (17, 18, 19, 19):
        store.readings.save(card, date(2026, 11, day), {"A": Footing(date(2026, 11, day), {})}, {})
    assert [one.moved for one in store.readings.all()["A"]] == [moved["A"], None, None, None]
    assert store.readings.stood_before(date(2026, 11, 20)) == {"A": Footing(date(2026, 11, 19), {})}
    assert store.readings.stood_before(date(2026, 11, 19)) == {"A": Footing(date(2026, 11, 18), {})}
    assert store.readings.stood_before(date(2026, 11, 18)) == {}  # two days are enough
    store.close()


def test_runs_and_journal(path: Path) -> None:
    store = Store(f"sqlite:///{path}")
    assert store.last_run() is None
    assert store.journal.writing_runs() == 0
    run = store.open_run("sync", NOW, "abc")
    assert store.last_run("sync") is not None
    assert store.last_run("plan") is None
    wanted = Marks(labels=("okr-aligned",))
    edits = [Edit(one, wanted, changes_of(one, wanted)) for one in map(item, ("WEB-1", "WEB-2", "WEB-3"))]
    entries = store.journal.intend(run, edits)
    store.journal.conclude(entries[edits[0].item.ref], "written", None)
    store.journal.conclude(entries[edits[1].item.ref], "failed", "said no")
    assert store.journal.troubled(run) == [
        ("WEB-2", "failed", "said no"),
        ("WEB-3", "unknown", "the run ended before the reply"),
    ]
    assert store.journal.writing_runs() == 1
    store.close_run(run, "partial", {"written": 1})
    last = store.last_run()
    assert last is not None
    assert (last.outcome, last.summary) == ("partial", {"written": 1})
    store.close()


def test_the_file_is_private_to_its_user(path: Path) -> None:
    Store(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_corrupt_file_is_a_clear_stop(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, whatever its name may say" * 100)
    with pytest.raises(StoreError, match=r"cannot use the store .*truenorth\.db: .*not a database"):
        Store(f"sqlite:///{path}")


def test_a_newer_schema_is_a_clear_stop(path: Path) -> None:
    Store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE about SET value = '99'")
    connection.close()
    with pytest.raises(StoreError, match="newer Truenorth"):
        Store(f"sqlite:///{path}")


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql+nodriver://u:hunter2@h/db", "sqlite:////proc/no/such.db"]
)
def test_a_bad_address_is_a_clear_stop_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store(url)
    assert "hunter2" not in str(caught.value)
