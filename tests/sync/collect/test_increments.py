"""Reading what changed: it comes to what a whole read comes to, and where it cannot it is put right and said."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from config.workspace import Workspace
from connectors.errors import CredentialError
from connectors.model import WorkItem
from sync.collect import how_to_read
from sync.collect.how_to_read import MOST_DOUBTFUL, way_to_read
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import Synced, synchronise
from sync.observation import CannotRead, Drift, Observation
from sync.plan.overrides import Overrides
from sync.report import data
from sync.store.store import Store
from tests.support.builders import NOW, epic, item, ref, work, workspace
from tests.support.fake_sessions import ITEMS
from tests.support.telling_tracker import LandingTracker, TellingTracker

ANYTHING = Overrides(first_run=True, shrunken=frozenset({"jira", "linear"}))
OPEN: dict[str, Any] = {
    "share": 1,
    "project_share": 1,
    "removed_share": 1,
    "unlinked_share": 1,
    "warned_share": 1,
}
DECLARED = workspace(
    work("KR1", {"key": "WEB-1"}), work("KR2", {"label": "beta"}), policy={"guards": {**OPEN, "shrink": 1}}
)


class Clock:
    """What time the store takes it to be."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/t.db", clock)
    yield store
    store.close()


def all_logs() -> AbstractContextManager[Any]:
    """What is logged, also where a command that was quiet ran before in this process."""
    structlog.reset_defaults()
    return capture_logs()


def trackers(items: list[WorkItem]) -> dict[str, TellingTracker]:
    return {name: TellingTracker.of(name, items) for name in ("jira", "linear")}


def sync(
    store: Store, connectors: dict[str, TellingTracker], declared: Workspace = DECLARED, **how: Any
) -> Synced:
    return synchronise(Session(declared, connectors, store), NOW, Reporter(), ANYTHING, **how)


def asked(connectors: dict[str, TellingTracker]) -> list[list[str]]:
    found = [one.asked[:] for one in connectors.values()]
    for one in connectors.values():
        one.asked.clear()
    return found


# --- when which way ------------------------------------------------------------------------------


def test_the_first_read_is_whole_the_next_ones_tell_what_changed(store: Store, clock: Clock) -> None:
    there = trackers(ITEMS)
    sync(store, there)
    assert asked(there) == [["pull"], ["pull"]]
    clock.now += timedelta(hours=1)
    sync(store, there)
    assert asked(there) == [["changes"], ["changes"]]
    clock.now += timedelta(hours=5)  # six after the whole read: Cloud's ids are compared, Linear's once a day
    sync(store, there)
    assert asked(there) == [["sweep"], ["changes"]]
    clock.now += timedelta(hours=1)
    sync(store, there)
    assert asked(there) == [["changes"], ["changes"]]
    sync(store, there, full=True)
    assert asked(there) == [["pull"], ["pull"]]


@pytest.mark.parametrize(
    ("policy", "hours", "way"),
    [
        ({}, 5.9, "changes"),
        ({}, 14.9, "sweep"),  # NOW is at 9
        ({}, 15.1, "pull"),
        ({"full_hours": 0}, 0, "pull"),
        ({"full_hours": 3}, 2.9, "changes"),
        ({"full_hours": 3}, 3, "pull"),
        ({"full_hours": 72, "sweep_hours": 720}, 71, "changes"),
        ({"full_hours": 72}, 72, "pull"),
        ({"sweep_hours": 0}, 0, "sweep"),
        ({"sweep_hours": 2}, 2.1, "sweep"),
        ({}, -1, "pull"),
    ],
    ids=lambda one: str(one),
)
def test_by_the_clock(store: Store, clock: Clock, policy: dict[str, float], hours: float, way: str) -> None:
    declared = workspace(policy=policy)
    sync(store, trackers(ITEMS), declared)
    clock.now += timedelta(hours=hours)
    there = trackers(ITEMS)
    sync(store, there, declared)
    assert asked(there)[0] == [way]


def test_a_day_is_one_of_the_workspace(store: Store) -> None:
    declared = workspace(time_zone="Asia/Tokyo")  # 18:00 there
    sync(store, trackers(ITEMS), declared)
    known = store.snapshots.pulls()["jira"]
    assert not way_to_read(declared, "jira", known, NOW + timedelta(hours=5.9)).whole
    assert way_to_read(declared, "jira", known, NOW + timedelta(hours=6.1)).whole


def test_a_ticket_that_refuses_a_write_is_read_again_and_not_the_whole_tracker(
    store: Store, clock: Clock
) -> None:
    there = trackers(ITEMS)
    there["jira"].write_faults = {"WEB-1": "no."}
    sync(store, there)
    assert asked(there) == [["pull"], ["pull"]]
    for _ in range(2):
        clock.now += timedelta(hours=1)
        sync(store, there)
        assert asked(there) == [["changes"], ["changes"]]
        assert [one.doubtful for one in there.values()] == [{"WEB-1"}, frozenset()]
    known = store.snapshots.pulls()["jira"]
    many = frozenset(map(str, range(MOST_DOUBTFUL + 1)))
    assert way_to_read(DECLARED, "jira", known, NOW, doubtful=many).whole


def test_what_a_run_wrote_that_was_killed_is_read_again(store: Store, clock: Clock) -> None:
    there = trackers(ITEMS)
    result = sync(store, there)
    asked(there)
    clock.now += timedelta(hours=1)
    killed = store.open_run("sync", "digest", DECLARED.workspace)
    edits = result.run.plan.edits[:3]
    entries = store.journal.begin(killed, edits)
    store.journal.complete(entries[edits[0].item.ref], "written", None)
    clock.now += timedelta(hours=1)
    sync(store, there)
    assert asked(there) == [["changes"], ["changes"]]
    assert {one for tracker in there.values() for one in tracker.doubtful} == {
        edit.item.ref.id for edit in edits
    }


def test_another_scope_is_read_whole_and_other_goals_are_not(store: Store) -> None:
    there = trackers(ITEMS)
    sync(store, there)
    asked(there)
    sync(store, there, workspace(work("KR9", {"key": "WEB-4"})))
    assert asked(there) == [["changes"], ["changes"]]
    scoped = {"jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["WEB"]}}}
    sync(store, {"jira": there["jira"]}, workspace(trackers=scoped))
    assert asked(there) == [["pull"], []]


def test_after_setup_all_is_read(store: Store, clock: Clock) -> None:
    there = trackers(ITEMS)
    sync(store, there)
    clock.now += timedelta(minutes=1)
    store.close_run(store.open_run("setup", "c", "acme"), "done", {})
    asked(there)
    sync(store, there)
    assert asked(there) == [["pull"], ["pull"]]


def test_what_only_a_whole_read_tells_is_read_so_and_said(store: Store) -> None:
    there = trackers(ITEMS)
    sync(store, there)
    asked(there)
    there["jira"].needs_whole = "a status has another name"
    with all_logs() as logs:
        sync(store, there)
    assert asked(there) == [["changes", "pull"], ["changes"]]
    assert [(one["tracker"], one["because"]) for one in logs if "because" in one] == [
        ("jira", "a status has another name")
    ]


def test_a_failed_read_moves_no_bookmark(store: Store) -> None:
    there = trackers(ITEMS)
    sync(store, there)
    before = store.snapshots.pulls()["jira"]
    there["jira"].change(ref("WEB-3"), title="Another")
    there["jira"].read_fault = CredentialError("jira", "the credential is refused.")
    there["linear"].change(ref("eng-2"), title="Another, too")
    found = sync(store, there)
    assert found.run.observation.stale == {"jira"}
    after = store.snapshots.pulls()
    assert after["jira"] == before
    assert after["linear"].pull.bookmark == "1" or int(after["linear"].pull.bookmark) > 1
    there["jira"].read_fault = None
    assert title(sync(store, there).run.observation, "WEB-3") == "Another"


def test_where_none_can_be_read_nothing_is_kept(store: Store) -> None:
    there = trackers(ITEMS)
    sync(store, there)
    before = store.snapshots.pulls(), store.snapshots.generation()
    for one in there.values():
        one.read_fault = CredentialError(one.name, "the credential is refused.")
    with pytest.raises(CannotRead):
        sync(store, there)
    assert (store.snapshots.pulls(), store.snapshots.generation()) == before


def title(observation: Observation, key: str) -> str:
    return next(one.title for one in observation.items if one.key == key)


# --- what is gone --------------------------------------------------------------------------------


def test_what_is_gone_stays_until_all_ids_are_compared(store: Store, clock: Clock) -> None:
    there = trackers(ITEMS)
    sync(store, there)
    there["jira"].remove(ref("WEB-3"))
    assert ref("WEB-3") in {one.ref for one in sync(store, there).run.observation.items}
    clock.now += timedelta(hours=6)
    found = sync(store, there).run
    assert ref("WEB-3") not in {one.ref for one in found.observation.items}
    assert ref("WEB-3") not in {one.ref for one in stored(store).items}


def stored(store: Store) -> Observation:
    found = store.snapshots.last()
    assert found is not None
    return found


def test_done_work_that_is_gone_is_lost_once_a_sweep_tells(store: Store, clock: Clock) -> None:
    there = trackers(ITEMS)
    sync(store, there)
    there["jira"].remove(ref("WEB-2"))
    assert sync(store, there).run.observation.lost == {}
    clock.now += timedelta(hours=6)
    assert set(sync(store, there).run.observation.lost) == {ref("WEB-2")}
    assert set(sync(store, there).run.observation.lost) == {ref("WEB-2")}


def test_a_count_that_is_amiss_in_two_reads_running_brings_the_sweep_forward(store: Store) -> None:
    there = trackers(ITEMS)
    there["jira"].counts = True
    sync(store, there)
    asked(there)
    there["jira"].remove(ref("WEB-3"))
    sync(store, there)
    assert asked(there)[0] == ["changes"]
    found = sync(store, there)
    assert asked(there)[0] == ["changes", "sweep"]
    assert ref("WEB-3") not in {one.ref for one in found.run.observation.items}
    sync(store, there)
    assert asked(there)[0] == ["changes"]


# --- what stays beside the items -----------------------------------------------------------------


def test_what_is_set_aside_stands_as_last_read_until_it_can_be_read(store: Store) -> None:
    there = trackers(ITEMS)
    there["jira"].notes = ("two fields share a name",)
    sync(store, there)
    there["jira"].aside = {"WEB-3"}
    there["jira"].change(ref("WEB-3"), title="Broken")
    for _ in range(2):
        found = sync(store, there).run.observation
        assert found.set_aside == {ref("WEB-3")}
        assert [one.kind for one in found.unread] == ["items"]
        stands = next(one for one in found.items if one.key == "WEB-3")
        assert (stands.title, stands.writable) == ("Title of WEB-3", frozenset())
        assert found.pulls[0].notes == ("two fields share a name",)
    there["jira"].aside = set()
    there["jira"].change(ref("WEB-3"))
    found = sync(store, there).run.observation
    assert (found.set_aside, found.unread, title(found, "WEB-3")) == (frozenset(), (), "Broken")


def test_descriptions_are_asked_for_once_a_version(store: Store) -> None:
    there = trackers([*ITEMS, item("WEB-9", category="doing"), item("WEB-8", category="doing")])
    jira = there["jira"]
    jira.described = {ref("WEB-9"): ("form",)}  # WEB-8 has none, which is no reason to ask again
    read: list[str] = []
    real = jira.keywords
    jira.keywords = lambda items: read.extend(one.key for one in items) or real(items)  # type: ignore[func-returns-value,method-assign]
    assert sync(store, there).run.observation.keywords == {ref("WEB-9"): ("form",)}
    assert {"WEB-9", "WEB-8"} <= set(read)
    sync(store, there)  # its own writes come back, each of them another version
    read.clear()
    assert sync(store, there).run.observation.keywords == {ref("WEB-9"): ("form",)}
    assert read == []
    jira.change(ref("WEB-8"), title="Other")
    sync(store, there)
    assert read == ["WEB-8"]


# --- what came otherwise -------------------------------------------------------------------------


def test_a_whole_read_says_what_changes_had_not_told(store: Store, clock: Clock) -> None:
    old = NOW - timedelta(days=9)
    there = trackers([replace(one, updated=old) for one in ITEMS])
    for _ in range(2):  # what was written comes back
        sync(store, there)
    there["jira"].change(ref("WEB-3"), is_told=False, estimate=5.0)  # nothing moves for it, and it should
    there["jira"].change(ref("WEB-2"), is_told=False, assignee="Ann")  # which Jira is known for
    there["linear"].change(ref("eng-2"), is_told=False, estimate=5.0)
    assert sync(store, there).run.observation.drift == {}
    clock.now += timedelta(days=1)
    with all_logs() as logs:
        found = sync(store, there).run
    assert found.observation.drift == {ref("WEB-3"): Drift("WEB-3", ("estimate",))}
    assert [one for one in found.signals.findings if one.kind == "drift"]
    assert [(one["item"], one["facts"]) for one in logs if "facts" in one] == [("WEB-3", ["estimate"])]
    assert stored(store).drift == found.observation.drift
    clock.now += timedelta(hours=1)
    assert sync(store, there).run.observation.drift == found.observation.drift
    clock.now += timedelta(days=1)
    assert sync(store, there).run.observation.drift == {}


def test_what_an_older_version_read_is_read_anew_and_is_no_drift(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = trackers([replace(one, updated=NOW - timedelta(days=9)) for one in ITEMS])
    with monkeypatch.context() as older:
        older.setattr(how_to_read, "ITEM_FACTS", 1)
        sync(store, there)
    there["jira"].change(ref("WEB-3"), is_told=False, assignee_id="5b10")
    asked(there)
    clock.now += timedelta(hours=1)
    found = sync(store, there).run.observation
    assert (asked(there), found.drift) == ([["pull"], ["pull"]], {})


def test_what_changed_since_the_last_read_is_no_drift(store: Store, clock: Clock) -> None:
    there = trackers(ITEMS)
    sync(store, there)
    clock.now += timedelta(days=1)
    there["jira"].change(ref("WEB-3"), title="New today", updated=NOW + timedelta(hours=20))
    there["jira"].add(item("WEB-7", created=NOW + timedelta(hours=20), updated=NOW + timedelta(hours=20)))
    there["jira"].remove(ref("WEB-2"))
    assert sync(store, there).run.observation.drift == {}


# --- a whole read that was cut short -------------------------------------------------------------


def test_a_read_that_is_cut_short_goes_on_and_is_told_what_changed_since(store: Store) -> None:
    jira = LandingTracker.of("jira", ITEMS)
    there: dict[str, TellingTracker] = {"jira": jira}
    declared = workspace(
        trackers={"jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["WEB"]}}}
    )
    jira.cut = 2
    with pytest.raises(CannotRead):
        sync(store, there, declared)
    assert (jira.pages_read, jira.asked) == (2, ["pull"])
    jira.cut = None
    jira.asked.clear()
    jira.change(ref("WEB-1"), title="Changed meanwhile")
    found = sync(store, there, declared).run.observation
    assert (jira.pages_read, jira.asked) == (len(jira.items), ["pull", "changes"])
    assert title(found, "WEB-1") == "Changed meanwhile"
    jira.asked.clear()
    sync(store, there, declared, full=True)
    assert (jira.pages_read, jira.asked) == (2 * len(jira.items), ["pull"])


# --- in all, as a whole read ---------------------------------------------------------------------


def act(world: dict[str, TellingTracker], chance: random.Random, number: int) -> None:
    """Something that people do."""
    name = chance.choice(list(world))
    tracker = world[name]
    some = sorted(tracker.items)
    one = chance.choice(some)
    facts: dict[str, Any] = chance.choice(
        [
            {"title": f"Title {number}"},
            {"labels": ("beta",)},
            {"labels": ()},
            {"claims": ("KR1",)},
            {"claims": ()},
            {"category": "doing", "started": NOW - timedelta(days=30)},
            {"category": "done", "completed": NOW - timedelta(days=2)},
            {"category": "todo", "completed": None, "started": None},
            {"estimate": float(number % 8)},
            {"parent": chance.choice([None, *(other for other in some if other < one)])},
            {"former_keys": (f"OLD-{number % 3}",)},
            {"key": chance.choice(["OPS-1", "OPS-2", tracker.items[one].key])},
            {"in_scope": False},
            {"in_scope": True},
        ]
    )
    match chance.randrange(8):
        case 0 if len(some) > 4:
            tracker.remove(one)
        case 1:
            key = f"{'WEB' if name == 'jira' else 'eng'}-{100 + number}"
            tracker.add(replace(item(key), category="doing", labels=chance.choice([(), ("beta",)])))
        case _:
            tracker.change(one, **facts)


NAMING = workspace(
    work("KR1", {"key": "WEB-1"}, {"key": "OLD-1"}, {"key": "OPS-1"}),
    work("KR2", {"label": "beta"}),
    policy={"guards": {**OPEN, "shrink": 1}, "sweep_hours": 0},
)


@pytest.mark.parametrize("seed", range(5))
def test_right_after_a_sweep_all_is_as_a_whole_read_has_it(tmp_path: Path, seed: int) -> None:
    chance, clock = random.Random(seed), Clock()  # noqa: S311  a game
    world = trackers([*ITEMS, epic("WEB-5", category="doing"), item("WEB-6", "WEB-5", category="doing")])
    whole = {name: TellingTracker(name, dict(one.items)) for name, one in world.items()}
    stores = [Store(f"sqlite:///{tmp_path}/{name}.db", clock) for name in ("changes", "whole")]
    number = 0
    for _ in range(5):
        clock.now += timedelta(minutes=10)
        by_changes = sync(stores[0], world, NAMING)
        by_whole = sync(stores[1], whole, NAMING, full=True)
        assert told(by_changes) == told(by_whole)
        assert stored(stores[0]).items == stored(stores[1]).items
        assert [one.as_told() for one in stored(stores[0]).items] == [
            one.as_told() for one in stored(stores[1]).items
        ]
        seeds = [chance.getrandbits(32) for _ in range(chance.randrange(4))]
        for one in seeds:
            number += 1
            act(world, random.Random(one), number)  # noqa: S311
            act(whole, random.Random(one), number)  # noqa: S311
    assert {"sweep"} <= {one for tracker in world.values() for one in tracker.asked}
    assert {"pull"} == {one for tracker in whole.values() for one in tracker.asked}
    for store in stores:
        store.close()


def told(done: Synced) -> tuple[Any, ...]:
    """What was read and decided, without what it cost."""
    run = done.run
    observation = replace(run.observation, pulls=(), reads={}, keywords_of={}, histories_of={})
    items: tuple[WorkItem, ...] = run.observation.items
    shown = data.of_run(run)
    for one in shown["pulled"]:
        del one["requests"]
    return observation, items, shown, run.plan.digest
