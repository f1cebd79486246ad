"""The operator keeps the upper hand: lease, journal, guards, saved plans, quarantine, audit."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.policy import GuardPolicy
from connectors.errors import CredentialError
from connectors.model import NOTHING, Comment, Marks, Ref, Stamp
from connectors.sandbox.server import Sandbox
from sync.align.alignment import align
from sync.apply import apply
from sync.cli.options import flag_of
from sync.jobs.reporter import Reporter
from sync.jobs.sync import synchronise
from sync.measure import measure
from sync.memory import Entry
from sync.observation import CannotRead
from sync.plan.backoff import rest_after
from sync.plan.guards import project_stops, removal_stops, zero_stop
from sync.plan.plan import Edit, Plan, changes_of
from sync.report import data
from sync.store import lease, plan_file
from sync.store.journal import LANDED, LOST, operation_id, resolve
from sync.store.store import Store
from tests.support.builders import NOW, item, metric, observed, ref, work, workspace
from tests.support.cli import AS_OF, Cli, writes
from tests.support.fake_sessions import FIRST_RUN, ITEMS, fake, session_of, sync
from tests.support.fake_tracker import FakeTracker
from tests.support.store_actions import edits, plan_of, take


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/t.db")
    yield store
    store.close()


# --- The lease -----------------------------------------------------------------------------------


def test_one_holder_at_a_time_and_the_epoch_only_grows(store: Store) -> None:
    first = take(store, "a/1/1", NOW)
    with pytest.raises(lease.LeaseHeld, match="process 1 on a, lease until 2026-11-16 09:01:00 UTC"):
        take(store, "b/1/2", NOW + timedelta(seconds=59))
    second = take(store, "b/1/2", NOW + timedelta(seconds=61))
    assert second.epoch == first.epoch + 1
    with store.transaction() as connection, pytest.raises(lease.LeaseLost):
        lease.assert_held(connection, first)


def test_a_dead_process_of_this_machine_holds_nothing(store: Store) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    place = lease.holder_name().rpartition("/")[0]
    take(store, f"{place}/{gone.pid}", NOW)
    assert take(store, lease.holder_name(), NOW).epoch == 2


def test_a_sleeper_that_wakes_can_record_nothing_and_so_write_nothing(store: Store) -> None:
    sleeper = take(store, "a/1/1", datetime.now(UTC) - timedelta(minutes=5))
    take(store, "b/1/2", datetime.now(UTC))
    tracker = FakeTracker.of("jira", [item("WEB-1")])
    with pytest.raises(lease.LeaseLost):
        apply(plan_of("WEB-1"), {"jira": tracker}, store, store.open_run("sync", "c", "acme"), lease=sleeper)
    assert tracker.writes == []
    assert store.journal.entries() == []


def test_a_lease_that_ran_out_by_our_own_clock_begins_no_write(store: Store) -> None:
    stale = lease.Lease("a/1/1", 1, renewed=time.time() - 61)
    tracker = FakeTracker.of("jira", [item("WEB-1")])
    done = apply(plan_of("WEB-1"), {"jira": tracker}, store, store.open_run("sync", "c", "acme"), lease=stale)
    assert tracker.writes == []
    assert done.stopped


def test_the_lease_is_given_back_and_renewed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWAL", 0.01)
    with lease.leased(store.transaction) as right:
        before = right.renewed
        end = time.monotonic() + 60
        while right.renewed == before:
            assert time.monotonic() < end
            time.sleep(0.01)
        with pytest.raises(lease.LeaseHeld):
            take(store, "b/1/2", datetime.now(UTC))
    assert take(store, "b/1/2", datetime.now(UTC)).epoch == right.epoch + 1


def test_of_two_that_start_together_one_works(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/t.db"
    for _ in range(10):
        won: list[int] = []
        barrier = threading.Barrier(4, timeout=30)

        def begin(number: int, won: list[int] = won, barrier: threading.Barrier = barrier) -> None:
            store = Store(url)
            barrier.wait()
            try:
                take(store, f"host-{number}/1/1", datetime.now(UTC))
                won.append(number)
            except lease.LeaseHeld:
                pass
            finally:
                store.close()

        threads = [threading.Thread(target=begin, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        Path(url.removeprefix("sqlite:///")).unlink()


def test_a_second_run_beside_the_first_says_who_works_and_ends_well(pointed: Sandbox, run: Cli) -> None:
    run("plan", *AS_OF)
    store = Store("sqlite:///.truenorth/truenorth.db")
    place, other = lease.holder_name().rpartition("/")[0], os.getppid()
    with store.transaction() as connection:
        lease.acquire(connection, f"{place}/{other}", datetime.now(UTC))
    beside = run("sync", *AS_OF, "--first-run")
    store.close()
    assert beside.code == 0
    assert f"another run is in progress (process {other}" in beside.err
    assert not writes(pointed)


# --- The journal ---------------------------------------------------------------------------------


def test_equal_intents_have_equal_ids(store: Store) -> None:
    one, other = edits("WEB-1", "WEB-2")
    assert operation_id(one) == operation_id(edits("WEB-1")[0])
    assert operation_id(one) != operation_id(other)
    assert operation_id(one) != operation_id(replace(one, changes=changes_of(one.item, Marks(labels=("x",)))))
    run_ = store.open_run("sync", "cfg", "acme")
    store.journal.begin(run_, [one])
    (entry,) = store.journal.open()
    assert (entry.operation, entry.run, entry.kind, entry.configuration) == (
        operation_id(one), run_, "sync", "cfg",
    )  # fmt: skip
    assert entry.changes == [{"mark": "labels", "before": [], "after": ["okr-aligned"]}]


@pytest.mark.parametrize(
    ("shown", "outcome", "why"),
    [
        ({"labels": ["okr-aligned"]}, "written", LANDED),
        ({"labels": []}, "failed", LOST),
        (None, "skipped", "the item no longer exists or was not read"),
    ],
)
def test_the_item_tells_what_became_of_an_open_write(
    store: Store, shown: dict[str, object] | None, outcome: str, why: str
) -> None:
    store.journal.begin(store.open_run("sync", "c", "acme"), edits("WEB-1"))
    assert resolve(store.journal.open()[0], shown) == (outcome, why)


def test_what_a_version_could_not_tell_is_no_difference() -> None:
    before = [{"id": "KR1", "percent": 40}]
    shown: dict[str, object] = {"key_results": [{"id": "KR1", "percent": 40, "goal": None}]}
    entry = Entry(1, 1, "sync", "c", None, Ref("jira", "1"), "WEB-1", "op", None, None, [
        {"mark": "key_results", "before": [], "after": before}
    ])  # fmt: skip
    assert resolve(entry, shown) == ("written", LANDED)
    assert resolve(entry, {"key_results": [{"id": "KR1", "percent": 41, "goal": None}]}) == ("failed", LOST)


def test_a_rerun_closes_what_was_left_open(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    sync(session, FIRST_RUN)
    jira = fake(session, "jira")
    now = jira.items[ref("WEB-3")]
    ran = store.open_run("sync", "c", "acme")
    landed = replace(now, shown=NOTHING)
    store.journal.begin(ran, [Edit(landed, now.shown, changes_of(landed, now.shown))])
    lost = Marks(labels=("never",))
    store.journal.begin(ran, [Edit(now, lost, changes_of(now, lost))])
    sync(session)
    assert store.journal.open() == []
    assert [(one.outcome, one.error) for one in store.journal.entries(run=ran)] == [
        ("written", LANDED),
        ("failed", LOST),
    ]


def test_old_details_are_compacted_but_not_what_was_ever_written(store: Store) -> None:
    entries = store.journal.begin(store.open_run("sync", "c", "acme"), edits("WEB-1", "WEB-2"))
    store.journal.complete(entries[ref("WEB-1")], "written", None)
    assert store.journal.compact(datetime.now(UTC) + timedelta(days=1)) == 1
    first, second = store.journal.entries()
    assert (first.changes, len(second.changes)) == ((), 1)
    assert store.journal.written("jira") == {"WEB-1", "WEB-2"}


# --- Guards --------------------------------------------------------------------------------------


def test_one_project_cannot_hide_among_the_others() -> None:
    items = [item(f"WEB-{nr}") for nr in range(10)] + [item(f"OPS-{nr}") for nr in range(100)]
    plan = plan_of(*(f"WEB-{nr}" for nr in range(9)))
    (stop,) = project_stops(items, plan, GuardPolicy(project_share=0.8, project_floor=5))
    assert stop.message.startswith("9 of 10 items in WEB would change (90 %)")
    assert stop.subject == plan.digest
    assert stop.samples == ("WEB-0 Title of WEB-0", "WEB-3 Title of WEB-3", "WEB-6 Title of WEB-6")
    assert project_stops(items, plan, GuardPolicy(project_share=0.9, project_floor=5)) == []
    assert project_stops(items, plan, GuardPolicy(project_share=0.8, project_floor=9)) == []


def test_marks_of_one_kind_cannot_all_go_unseen() -> None:
    marked = [
        item(f"WEB-{nr}", shown=Marks(labels=("x",), comment=Comment("orphan"), stamp=Stamp("acme")))
        for nr in range(10)
    ]
    gone = [Edit(one, Marks(labels=("x",)), ()) for one in marked[:4]]
    plan = Plan(tuple(gone), (), "d")
    (stop,) = removal_stops(marked, plan, GuardPolicy(removed_share=0.3, removed_floor=3))
    assert stop.message.startswith("4 of 10 comments would be removed (40 %)")
    assert removal_stops(marked, plan, GuardPolicy(removed_share=0.4, removed_floor=3)) == []
    assert removal_stops(marked, plan, GuardPolicy(removed_share=0.3, removed_floor=4)) == []


def test_all_key_results_at_zero_is_suspicious() -> None:
    declared = workspace(metric("A", 0, 10, ("2026-11-01", 0)), metric("B", 0, 10, ("2026-11-01", 0)))
    card = measure(align([], declared), observed(), declared, NOW)
    plan = plan_of("WEB-1")
    stop = zero_stop({"A": 0.4, "B": 0.1}, card, plan)
    assert stop is not None
    assert "all 2 key results" in stop.message
    assert zero_stop({"A": 0.4, "B": 0.0}, card, plan) is None
    assert zero_stop({"A": 0.4, "gone": 0.3}, card, plan) is None
    better = workspace(metric("A", 0, 10, ("2026-11-01", 1)), metric("B", 0, 10, ("2026-11-01", 0)))
    alive = measure(align([], better), observed(), better, NOW)
    assert zero_stop({"A": 0.4, "B": 0.1}, alive, plan) is None


def test_what_was_finished_before_the_cycle_explains_a_zero() -> None:
    declared = workspace(work("A", {"project": "WEB"}), work("B", {"project": "OPS"}))
    finished = datetime(2026, 9, 1, tzinfo=UTC)
    items = [
        one
        for name in ("WEB", "OPS")
        for one in (item(f"{name}-1", category="done", completed=finished), item(f"{name}-2"))
    ]
    had = {"A": 0.4, "B": 0.1}
    for some, stops in ((items, False), (items[1::2], True)):
        card = measure(align(some, declared, today=NOW.date()), observed(*some), declared, NOW)
        assert [one.progress for one in card.readings.values()] == [0, 0]
        assert (zero_stop(had, card, plan_of("WEB-1")) is not None) == stops


# --- A tracker that fails ------------------------------------------------------------------------


def test_a_tracker_that_cannot_be_read_stands_as_last_read_and_the_other_goes_on(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    sync(session, FIRST_RUN)
    jira, linear = fake(session, "jira"), fake(session, "linear")
    jira.read_fault = CredentialError("jira", "the credential is refused.")
    linear.items[ref("eng-2")] = replace(linear.items[ref("eng-2")], claims=("KR1",))
    before = len(jira.writes)
    done = sync(session)
    assert linear.writes[-1] == "eng-2"
    assert len(jira.writes) == before
    assert set(done.run.observation.stale) == {"jira"}
    assert any("jira is not written to: cannot read it" in note for note in done.run.plan.waiting)
    jira.read_fault = None
    assert not sync(session).run.observation.stale


def test_a_tracker_that_is_away_too_long_ends_the_run(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    sync(session, FIRST_RUN)
    fake(session, "jira").read_fault = CredentialError("jira", "the credential is refused.")
    with pytest.raises(CannotRead):
        synchronise(session, NOW + timedelta(hours=25), Reporter())


def test_with_nothing_read_there_is_no_run(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    sync(session, FIRST_RUN)
    for name in ("jira", "linear"):
        fake(session, name).read_fault = CredentialError(name, "the credential is refused.")
    with pytest.raises(CannotRead):
        sync(session)


# --- Quarantine ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failures", "hours"), [(1, 0), (2, 1), (3, 2), (4, 4), (9, 128), (12, 168), (99, 168)]
)
def test_pauses_grow(failures: int, hours: int) -> None:
    assert rest_after(failures, NOW) == NOW + timedelta(hours=hours)


def test_a_bad_item_is_tried_again_with_growing_pauses_and_the_others_are_written(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    jira = fake(session, "jira")
    jira.write_faults["WEB-1"] = "Jira says no"

    def at(hours: float) -> list[str]:
        # Rest goes by the wall clock, whatever moment is evaluated.
        store.clock = lambda: NOW + timedelta(hours=hours)
        done = synchronise(session, NOW, Reporter(), FIRST_RUN)
        assert done.applied is not None
        return [receipt.key for receipt in done.applied.receipts if receipt.outcome == "failed"]

    tries = [at(hours) for hours in (0, 0.1, 0.2, 1.2, 1.3, 3.3)]
    assert tries == [["WEB-1"], ["WEB-1"], [], ["WEB-1"], [], ["WEB-1"]]
    (stuck,) = store.stuck()
    assert (stuck.key, stuck.why) == ("WEB-1", "Jira says no")
    assert stuck.state == "4 failed writes, next attempt after 2026-11-16 16:18 UTC"
    jira.write_faults.clear()
    assert at(7.4) == []
    assert store.stuck() == []


# --- Saved plans ---------------------------------------------------------------------------------


def saved_file(run: Cli) -> Path:
    assert run("plan", *AS_OF, "--out", "plan.json").code == 0
    return Path("plan.json")


def test_a_saved_plan_is_written_exactly_as_shown(pointed: Sandbox, run: Cli) -> None:
    path = saved_file(run)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not writes(pointed)
    stopped = run("apply", str(path), *AS_OF)
    assert (stopped.code, writes(pointed)) == (4, [])
    assert "first-run" in stopped.out
    planned = json.loads(path.read_text())
    done = run("apply", str(path), *AS_OF, "--first-run", "--format", "json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["plan"]["digest"] == planned["digest"]
    assert told["applied"]["written"] == len(planned["edits"])
    assert run("plan", *AS_OF, "--exit-code").code == 0


def test_an_item_that_changed_in_between_is_left_alone_and_named(pointed: Sandbox, run: Cli) -> None:
    path = saved_file(run)
    site = pointed.world.jira
    touched = site.issues[site.keys["WEB-1"]]
    touched.labels.append("by-hand")
    done = run("apply", str(path), *AS_OF, "--first-run")
    assert done.code == 3
    assert "WEB-1" in done.out
    assert "skipped: its labels changed" in done.out
    assert touched.labels == ["by-hand"]
    assert not touched.comments


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.replace("okr-aligned", "other-label"), "its digest does not match"),
        (lambda text: text[: len(text) // 2], "is not a plan"),
        (lambda _: "[]", "is not a plan"),
        (lambda text: text.replace('"truenorth_plan": 3', '"truenorth_plan": 2'), "another version"),
    ],
    ids=["edited", "cut", "else", "version"],
)  # fmt: skip
def test_a_plan_that_was_changed_is_refused(pointed: Sandbox, run: Cli, spoil, said: str) -> None:  # type: ignore[no-untyped-def]
    path = saved_file(run)
    path.write_text(spoil(path.read_text()))
    refused = run("apply", str(path), *AS_OF, "--first-run")
    assert refused.code == 2
    assert said in refused.err
    assert not writes(pointed)


def test_a_plan_that_is_old_or_of_another_configuration_is_refused(tmp_path: Path) -> None:
    path, declared = tmp_path / "p.json", workspace()
    plan_file.save(path, plan_of("WEB-1"), [], declared, NOW)
    assert plan_file.load(path, declared, NOW + timedelta(hours=24)).plan.edits
    with pytest.raises(plan_file.PlanError, match="expired after 24 hours"):
        plan_file.load(path, declared, NOW + timedelta(hours=24, seconds=1))
    with pytest.raises(
        plan_file.PlanError, match=r"is from the future: .* 09:00:00 UTC, and now it is .* 08:59:59"
    ):
        plan_file.load(path, declared, NOW - timedelta(seconds=1))
    with pytest.raises(plan_file.PlanError, match="another configuration"):
        plan_file.load(path, workspace(work("KR2")), NOW)
    with pytest.raises(plan_file.PlanError, match="cannot read"):
        plan_file.load(tmp_path / "none.json", declared, NOW)
    with pytest.raises(plan_file.PlanError, match="cannot write the plan"):
        plan_file.save(tmp_path / "no" / "p.json", plan_of("WEB-1"), [], declared, NOW)


# --- Audit and rebuild ---------------------------------------------------------------------------


@pytest.mark.usefixtures("pointed")
def test_the_log_tells_who_wrote_what_when_and_by_which_rule(run: Cli) -> None:
    run("sync", *AS_OF, "--first-run")
    told = run("log", "--item", "web-1")
    assert told.code == 0
    assert "1 write to web-1" in told.out
    rows = json.loads(run("log", "--item", "WEB-1", "--format", "json").out)["log"]
    (row,) = rows
    assert (row["key"], row["outcome"], row["kind"]) == ("WEB-1", "written", "sync")
    after = {change["mark"]: change["after"] for change in row["changes"]}
    assert after["key_results"][0]["because"] == "rule key WEB-1"
    assert after["labels"] == ["okr-aligned"]
    everything = json.loads(run("log", "--run", "1", "--format", "json").out)["log"]
    assert len(everything) > 10
    assert "Nothing was written to NO-1" in run("log", "--item", "NO-1").out


def test_every_stop_says_its_samples() -> None:
    stops = project_stops([item("WEB-1")], plan_of("WEB-1"), GuardPolicy(project_share=0.5, project_floor=0))
    assert data.of_stops(stops, flag_of)[0]["samples"] == ("WEB-1 Title of WEB-1",)
