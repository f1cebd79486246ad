"""A run that finds nothing changed decides nothing, and whatever can change a decision makes the next run decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.trackers import NativeQuery
from config.workspace import Workspace
from connectors.errors import Unreachable
from sync.jobs.plan import plan_if_changed
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import Synced, synchronise, synchronise_if_changed
from sync.plan.overrides import Overrides
from sync.store.store import Store
from sync.unchanged import Unchanged
from tests.support.builders import NOW, item, query, ref, work, workspace
from tests.support.fake_sessions import ITEMS
from tests.support.telling_tracker import TellingTracker

FIRST = Overrides(first_run=True)


class World:
    """Two trackers that tell what changed, a store, and a clock that goes on by ten minutes a run."""

    def __init__(self, path: Path, declared: Workspace | None = None) -> None:
        self.now = NOW
        self.store = Store(f"sqlite:///{path}/t.db", lambda: self.now)
        self.trackers = {name: TellingTracker.of(name, ITEMS) for name in ("jira", "linear")}
        self.declared = declared or workspace(work("KR1"))
        self.told: list[Unchanged] = []

    @property
    def session(self) -> Session:
        return Session(self.declared, self.trackers, self.store)

    def sync(self, minutes: float = 10, **how: Any) -> Synced | Unchanged:
        self.now += timedelta(minutes=minutes)
        return synchronise_if_changed(self.session, self.now, self, FIRST, **how)  # type: ignore[arg-type]

    def settle(self) -> None:
        """Two runs: what the first one wrote comes back as changes of the second."""
        assert isinstance(self.sync(), Synced)
        self.sync()

    def __getattr__(self, name: str) -> Any:
        return getattr(Reporter(), name)

    def unchanged(self, found: Unchanged) -> None:
        self.told.append(found)

    @property
    def writes(self) -> list[str]:
        return [key for one in self.trackers.values() for key in one.writes]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(" ".join(statement.split()))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_our_own_writes_are_no_news_and_then_nothing_is(world: World) -> None:
    first = world.sync()
    assert isinstance(first, Synced)
    assert first.complete
    assert not first.run.plan.empty
    writes, since = world.writes, world.now
    for _ in range(3):
        found = world.sync()
        assert isinstance(found, Unchanged)
        assert (found.since, world.writes) == (since, writes)
        assert [one.requests for one, _ in found.pulls] == [1, 1]
    assert world.told[-1].standing["warned"] == 2
    last = world.store.last_run("sync")
    assert last is not None
    assert (last.outcome, last.summary["written"], last.summary["unread"]) == ("done", 0, [])
    assert world.store.snapshots.pulls()["jira"].pull.bookmark == str(len(world.trackers["jira"].told))


def test_it_reads_no_table_of_items_and_writes_none(world: World) -> None:
    world.settle()
    world.sync()
    with statements() as said:
        assert isinstance(world.sync(), Unchanged)
    assert [
        one for one in said if "items" in one.split("WHERE")[0] and one.startswith(("INSERT", "DELETE"))
    ] == []
    assert [one for one in said if "FROM items" in one and "items.id IN" not in one] == []
    assert [one for one in said if "FROM gists" in one or "FROM readings" in one] == []


def test_a_plan_is_empty_likewise(world: World) -> None:
    world.settle()
    found = plan_if_changed(world.session, world.now, Reporter())
    assert isinstance(found, Unchanged)
    assert isinstance(world.sync(), Unchanged)


def other_goals(world: World) -> None:
    world.declared = workspace(work("KR1"), work("KR2"))


def changed(world: World) -> None:
    world.trackers["jira"].change(ref("WEB-3"), title="Another")


def unmarked(world: World) -> None:
    one = world.trackers["jira"].items[ref("WEB-4")]
    world.trackers["jira"].change(one.ref, shown=replace(one.shown, labels=()))


def new(world: World) -> None:
    world.trackers["linear"].add(item("eng-9"))


def gone(world: World) -> None:
    world.trackers["jira"].remove(ref("WEB-3"))
    world.now += timedelta(hours=6)


def next_day(world: World) -> None:
    world.now += timedelta(hours=15)


def broken(world: World) -> None:
    world.trackers["linear"].read_fault = Unreachable("linear", "the connection was cut.")


def set_up(world: World) -> None:
    world.store.close_run(world.store.open_run("setup", "c", "acme"), "done", {})


def undone(world: World) -> None:
    world.store.close_run(world.store.open_run("undo", "c", "acme"), "done", {})


def applied(world: World) -> None:
    world.store.close_run(world.store.open_run("sync", "c", "acme"), "done", {})


def seen_by_a_plan(world: World) -> None:
    changed(world)
    assert not isinstance(plan_if_changed(world.session, world.now, Reporter()), Unchanged)


def marked_by_hand(world: World) -> None:
    world.store.snapshots.unmark([ref("WEB-1")])


@pytest.mark.parametrize(
    "what",
    [other_goals, changed, unmarked, new, gone, next_day, broken, set_up, undone, applied, seen_by_a_plan, marked_by_hand],
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_what_makes_the_next_run_decide(world: World, what: Callable[[World], None]) -> None:
    world.settle()
    assert isinstance(world.sync(), Unchanged)
    what(world)
    assert isinstance(world.sync(), Synced)


def test_whoever_asks_for_all_gets_all(world: World) -> None:
    world.settle()
    assert isinstance(world.sync(full=True), Synced)
    assert isinstance(synchronise(world.session, world.now, Reporter(), FIRST), Synced)


def test_another_answer_of_a_query_is_news(tmp_path: Path) -> None:
    declared = workspace(query("KR1", 9, 0), work("KR2", {"jql": "labels = x"}))
    world = World(tmp_path, declared)
    jira, asks = world.trackers["jira"], NativeQuery("jql", "labels = x")
    jira.answers, jira.found = {"project = WEB": 9}, {asks: frozenset()}
    world.settle()
    assert isinstance(world.sync(), Unchanged)
    jira.answers["project = WEB"] = 5
    assert isinstance(world.sync(), Synced)
    assert isinstance(world.sync(), Unchanged)
    jira.found[asks] = frozenset({"WEB-4"})
    assert isinstance(world.sync(), Synced)
    world.store.close()


def test_what_could_not_be_written_is_tried_again(world: World) -> None:
    world.trackers["jira"].write_faults = {"WEB-4": "Jira says no"}
    for _ in range(3):
        assert isinstance(world.sync(), Synced)


def at(hour: int, minute: int = 0) -> datetime:
    return NOW.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(
    ("policy", "items", "until"),
    [
        ({}, [], at(0) + timedelta(days=1)),
        ({"quiet_hours": {"begin": "19:00", "end": "07:00"}}, [], at(19)),
        ({}, [item("WEB-9", category="doing", started=at(12) - timedelta(days=7))], at(12)),
        ({}, [item("WEB-9", claims=("KR1",), category="doing", started=at(11))], at(11)),
    ],
    ids=["midnight", "quiet hours", "the end of a grace period", "a clock that is fast"],
)
def test_until_when_it_holds(
    tmp_path: Path, policy: dict[str, Any], items: list[Any], until: datetime
) -> None:
    world = World(tmp_path, workspace(work("KR1"), policy=policy))
    for one in items:
        world.trackers["jira"].items[one.ref] = one
    world.settle()
    kept = world.store.snapshots.settled.last()
    assert kept is not None
    assert kept.until == until
    world.store.close()


def test_it_holds_until_a_key_result_falls_behind(tmp_path: Path) -> None:
    # Half is done by the middle of its cycle, of which the rest of a day is two thirds of a percent.
    world = World(
        tmp_path, workspace(work("KR1"), policy={"health": {"at_risk": 1, "off_track": 90, "chance": 0}})
    )
    world.trackers["linear"].change(ref("eng-1"), claims=())
    world.settle()
    kept = world.store.snapshots.settled.last()
    assert kept is not None
    reading = synchronise(world.session, world.now, Reporter()).run.scorecard.readings["KR1"]
    assert reading.health == "on_track"
    assert at(10) < kept.until < at(0) + timedelta(days=1)
    for moment, health in (
        (kept.until - timedelta(seconds=2), "on_track"),
        (kept.until + timedelta(seconds=2), "at_risk"),
    ):
        found = synchronise(world.session, moment, Reporter()).run.scorecard.readings["KR1"]
        assert found.health == health
    world.store.close()
