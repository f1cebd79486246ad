"""The store: what is kept comes back, and what makes it unusable is one clear error."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Mapping
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.load import fingerprint
from config.trackers import NativeQuery
from connectors.model import (
    AssigneeSpan,
    Comment,
    FlagSpan,
    Identity,
    KeyResultMark,
    Marks,
    Mirror,
    Stamp,
    StatusSpan,
)
from sync.align.alignment import align
from sync.forecast.outlook import KeptForecast
from sync.history.days import HistoryRow
from sync.history.movement import Movement, WorkState
from sync.marks.status_updates import PostedUpdate
from sync.measure import measure
from sync.memory import Memory, Stuck
from sync.observation import (
    Drift,
    FieldValues,
    KeyName,
    KeyTarget,
    LostItem,
    Observation,
    Past,
    ReadState,
    RuleQuery,
    Sample,
    Unread,
)
from sync.plan.plan import Edit, changes_of
from sync.store.observed.sections import SECTIONS
from sync.store.store import Store, StoreError
from tests.support.builders import NOW, epic, item, metric, observed, ref, work, workspace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "truenorth.db"


ANSWERS = {
    RuleQuery("jira", NativeQuery("jql", "project = WEB")): frozenset({"1", "2"}),
    RuleQuery("linear", NativeQuery("view", "v")): frozenset(),
}

BESIDE: dict[str, Any] = {
    "counts": {"A": 3, "A/over": 9},
    "answers": ANSWERS,
    "samples": {"A": Sample(2.5, date(2026, 11, 9), "file x.csv")},
    "field_values": {"A": FieldValues((1.0, 2.5), 3)},
    "histories": {ref("WEB-1"): (StatusSpan("doing", "In Progress", NOW, None),)},
    "assigned": {ref("WEB-1"): (AssigneeSpan("5b10", NOW, NOW), AssigneeSpan(None, NOW))},
    "flagged": {ref("WEB-1"): (FlagSpan(NOW, NOW), FlagSpan(NOW))},
    "keywords": {ref("eng-1"): ("slow", "login")},
    "resolved": {
        KeyName("jira", "item", "web-12"): KeyTarget(Identity("12", "OPS-7"), date(2026, 11, 16)),
        KeyName("linear", "project", "search"): KeyTarget(None, date(2026, 11, 16)),
    },
    "lost": {ref("WEB-9"): LostItem("WEB-9", ("A",), 3.0)},
    "drift": {ref("WEB-1"): Drift("WEB-1", ("estimate",))},
}
"""A value of every section, by the name of its field."""


def test_every_section_has_its_table() -> None:
    sections = {one.field for one in SECTIONS}
    assert sections == set(BESIDE)
    # What is taken back to an earlier moment is never kept.
    kept = {one.name for one in fields(Observation)} - {"rewound", "later"}
    assert kept - sections == {"pulls", "at", "unread", "reads", "keywords_of", "histories_of", "assigned_of"}


def test_a_snapshot_comes_back_equal(path: Path) -> None:
    shown = Marks(
        key_results=(KeyResultMark("A", "T", None, "no_data", "u"),),
        labels=("x",),
        comment=Comment("progress", (("A percent", 3), ("A health", "done"))),
        stamp=Stamp("acme", labels=("x",), fields=(("customfield_1", "A"),)),
    )
    items = (item("WEB-1", shown=shown, estimate=3.5), epic("WEB-2", in_scope=False), item("eng-1"))
    unread = (
        Unread("tracker", "linear", "credential", "the credential is refused.", "Set another.", as_of=NOW),
        Unread("source", "A", "source", "no answer", permanent=False),
    )
    reads = {"jira": ReadState("scope", NOW, NOW - timedelta(hours=2), 1), "linear": ReadState()}
    dated = {ref("eng-1"): NOW, ref("eng-2"): NOW}  # the second one has no keywords
    snapshot = observed(*items, unread=unread, keywords_of=dated, reads=reads, **BESIDE)
    store = Store(f"sqlite:///{path}")
    store.snapshots.save(observed(*items[:1], keywords={ref("WEB-1"): ("x",)}))
    store.snapshots.save(snapshot)
    store.close()
    again = Store(f"sqlite:///{path}")
    found = again.snapshots.last()
    assert found == snapshot
    assert found.items[0].shown.stamp == shown.stamp  # which no comparison sees
    assert again.memory(workspace(), NOW).found == {"jira": 1, "linear": 1}
    again.close()


def test_a_snapshot_of_before_links_across_trackers_can_be_read(path: Path) -> None:
    store = Store(f"sqlite:///{path}")
    crossing = item(
        "eng-1", mirrors=(Mirror("jira", "10001", "WEB-1"),), issue_links=("https://a.example/browse/WEB-1",)
    )
    store.snapshots.save(observed(crossing))
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("UPDATE items SET body = json_remove(body, '$.mirrors', '$.issue_links')")
    found = Store(f"sqlite:///{path}").snapshots.last()
    assert found is not None
    assert found.items == (replace(crossing, mirrors=(), issue_links=()),)


def test_the_same_day_again_gives_the_same_rows(path: Path) -> None:
    declared = workspace(metric("A", 0, 10, ("2026-11-10", 4.0)))
    card = measure(align([], declared), observed(), declared, NOW)
    store = Store(f"sqlite:///{path}")
    stands = {"A": WorkState(date(2026, 11, 16), {"jira/1": ("todo", 1.0)})}
    moved = {"A": Movement(date(2026, 11, 15), done=1, by_work=10.0, by_scope=0.0)}

    def stood_before(day: int) -> Mapping[str, WorkState]:
        return store.memory(declared, datetime(2026, 11, day, 9, tzinfo=UTC)).work_states_before

    reading = card.readings["A"]
    row = HistoryRow(date(2026, 11, 16), 4.0, 0.4, reading.expected, reading.health, moved["A"])
    for known in (moved, moved, {}):  # what is not known the second time is what was known the first
        store.readings.save(card, date(2026, 11, 16), stands, known)
        assert store.readings.all() == {"A": (row,)}
    assert stood_before(16) == {}
    for day in (17, 18, 19, 19):
        store.readings.save(card, date(2026, 11, day), {"A": WorkState(date(2026, 11, day), {})}, {})
    assert [one.moved for one in store.readings.all()["A"]] == [moved["A"], None, None, None]
    assert stood_before(20) == {"A": WorkState(date(2026, 11, 19), {})}
    assert stood_before(19) == {"A": WorkState(date(2026, 11, 18), {})}
    assert stood_before(18) == {}  # two days are enough
    store.close()


def test_forecasts_are_kept_by_day_and_the_same_day_again_replaces_them(path: Path) -> None:
    declared = workspace(work("A"))
    card = measure(align([], declared), observed(), declared, NOW)

    def told(day: int, chance: float) -> KeptForecast:
        return KeptForecast(date(2026, 11, day), 0.5, 0.6, 0.75, chance, 0.7, 6.0)

    with closing(Store(f"sqlite:///{path}")) as store:
        for one in (told(15, 0.2), told(16, 0.9), told(16, 0.3)):
            store.readings.save(card, one.day, {}, {}, {"A": one, "B": one})
        store.readings.save(card, date(2026, 11, 17), {}, {})
        assert store.readings.forecasts("A") == (told(15, 0.2), told(16, 0.3))
        store.readings.save(card, date(2026, 11, 16), {}, {}, {"B": told(16, 0.4)})
        assert store.readings.forecasts("A") == (told(15, 0.2),)
        store.readings.import_readings({}, {"A": [told(15, 0.9), told(14, 0.1)]})
        assert store.readings.forecasts("A") == (told(14, 0.1), told(15, 0.2))


def test_memory_has_the_readings_that_forecasts_draw_on_and_no_others(path: Path) -> None:
    declared = workspace(metric("A", 0, 10, ("2026-11-10", 4.0)), work("B"))
    card = measure(align([], declared), observed(), declared, NOW)
    with closing(Store(f"sqlite:///{path}")) as store:
        for day in (
            date(2026, 7, 26),
            date(2026, 7, 27),
            date(2026, 11, 15),
            date(2026, 11, 16),
            date(2026, 11, 17),
        ):
            store.readings.save(card, day, {}, {})
        recent = store.memory(declared, NOW).recent
        assert {name: [one.on for one in rows] for name, rows in recent.items()} == {
            "A": [date(2026, 7, 27), date(2026, 11, 15)]
        }
        assert recent["A"][0] == Past(date(2026, 7, 27), 4.0, 0.4)


@pytest.mark.parametrize(
    ("days", "kept"),
    [((10, 15, 16), 15), ((10, 14), 14), ((16, 17), None), ((), None)],
    ids=["of the day itself", "the last one before", "only later ones", "none at all"],
)
def test_a_closed_key_result_is_remembered_as_of_the_day_on_which_it_closed(
    path: Path, days: tuple[int, ...], kept: int | None
) -> None:
    closed = workspace({**metric("A", 0, 10, ("2026-11-01", 4.0)), "closed": "2026-11-15"})
    open_ = workspace(metric("A", 0, 100, ("2026-11-01", 4.0)))
    with closing(Store(f"sqlite:///{path}")) as store:
        for day in days:
            declared = workspace(metric("A", 0, 10, ("2026-11-01", day / 10)))
            card = measure(align([], declared), observed(), declared, NOW)
            store.readings.save(card, date(2026, 11, day), {}, {})
        wanted = {} if kept is None else {"A": Past(date(2026, 11, kept), kept / 10, kept / 10 / 10)}
        assert store.memory(closed, NOW).past == wanted
        assert store.memory(open_, NOW).past == {}


def test_what_was_posted_comes_back_in_the_form_in_which_stores_have_it(path: Path) -> None:
    declared = workspace(work("A"))
    stands = {"A": WorkState(date(2026, 11, 16), {"jira/1": ("todo", 1.0)}, {"jira/1": 13.0})}
    told = PostedUpdate(date(2026, 11, 16), "at_risk", (("A percent", 3),), stands)
    store = Store(f"sqlite:///{path}")
    store.save_posted(stands, {ref("launch"): told})
    memory = store.memory(declared, NOW)
    assert (memory.work_states, memory.last_updates) == (stands, {ref("launch"): told})
    store.save_posted({}, {})
    assert store.memory(declared, NOW) == memory
    store.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        (body,) = connection.execute("SELECT body FROM updates").fetchone()
    connection.close()
    footing = {"on": "2026-11-16", "leaves": {"jira/1": ["todo", 1.0]}, "estimates": {"jira/1": 13.0}}
    said = {"on": "2026-11-16", "health": "at_risk", "facts": [["A percent", 3]]}
    assert json.loads(body) == {**said, "footings": {"A": footing}}


def test_a_state_that_was_kept_before_estimates_of_parents_counted_is_read(path: Path) -> None:
    with closing(Store(f"sqlite:///{path}")) as store:
        store.save_posted({"A": WorkState(date(2026, 11, 16), {"jira/1": ("todo", 1.0)})}, {})
        with closing(sqlite3.connect(path)) as connection, connection:
            old = b'{"on": "2026-11-16", "leaves": {"jira/1": ["todo", 1.0]}}'
            connection.execute("UPDATE footings SET body = ?", (old,))
        (state,) = store.memory(workspace(work("A")), NOW).work_states.values()
        assert state == WorkState(date(2026, 11, 16), {"jira/1": ("todo", 1.0)}, None)


def test_runs_and_journal(path: Path) -> None:
    declared = workspace()
    store = Store(f"sqlite:///{path}")
    assert store.last_run() is None
    assert store.memory(declared, NOW) == Memory(configuration=fingerprint(declared))
    run = store.open_run("sync", "abc", "acme")
    assert store.last_run("sync") is not None
    assert store.last_run("plan") is None
    wanted = Marks(labels=("okr-aligned",))
    edits = [Edit(one, wanted, changes_of(one, wanted)) for one in map(item, ("WEB-1", "WEB-2", "WEB-3"))]
    entries = store.journal.begin(run, edits)
    store.journal.complete(entries[edits[0].item.ref], "written", None)
    store.journal.complete(entries[edits[1].item.ref], "failed", "said no")
    assert store.journal.failed_writes(run) == [
        Stuck("WEB-2", "failed", "said no", "jira"),
        Stuck("WEB-3", "unknown", "the run ended before the reply", "jira"),
    ]
    assert store.memory(declared, NOW).writing_runs == 1
    assert store.memory(declared, NOW).last_write == run
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
    with closing(sqlite3.connect(path)) as connection, connection:
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
