"""The run and the sync on trackers in memory: reading, guards, applying, remembering."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.trackers import NativeQuery
from connectors.errors import CredentialError, Unreachable
from connectors.model import Pull
from sync.decide import Decision
from sync.jobs.last_read import replay
from sync.jobs.session import Halt, Session
from sync.memory import Stuck
from sync.observation import CannotRead, Observation, Unread
from sync.plan.overrides import Overrides
from sync.remember import remember
from sync.run import run
from sync.store.store import Store, StoreError
from tests.support.builders import NOW, query, ref, work, workspace
from tests.support.fake_sessions import FIRST_RUN, ITEMS, fake, session_of, sync
from tests.support.fake_tracker import FakeTracker


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/t.db")
    yield store
    store.close()


def outcome(store: Store) -> str:
    last = store.last_run("sync")
    assert last is not None
    return last.outcome


def test_first_run_is_stopped_then_let_through_then_quiet(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    stopped = sync(session)
    assert stopped.blocked
    assert [stop.guard for stop in stopped.run.stops] == ["first-run"]
    assert fake(session, "jira").writes == []
    assert outcome(store) == "stopped"
    written = sync(session, FIRST_RUN)
    assert written.applied is not None
    assert written.applied.complete
    assert fake(session, "jira").writes == ["WEB-1", "WEB-3", "WEB-4"]
    assert fake(session, "linear").writes == ["eng-1", "eng-2"]
    again = sync(session)
    assert not again.blocked
    assert again.run.plan.empty
    assert outcome(store) == "done"


def test_a_failed_read_ends_the_run_before_anything_is_planned(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    fake(session, "linear").read_fault = CredentialError("linear", "the credential is refused.")
    with pytest.raises(CannotRead):
        sync(session, FIRST_RUN)
    assert fake(session, "jira").writes == []
    assert outcome(store) == "failed"
    assert store.snapshots.last() is None


def test_a_shrunken_pull_is_stopped_and_not_remembered(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    sync(session, FIRST_RUN)
    jira = fake(session, "jira")
    jira.items = {ref: one for ref, one in jira.items.items() if one.key == "WEB-1"}
    for _ in range(2):
        stopped = sync(session)
        assert [(stop.guard, stop.subject) for stop in stopped.run.stops] == [("shrunken-pull", "jira")]
        assert stopped.blocked
    assert sync(session, Overrides(shrunken=frozenset({"linear"}))).blocked
    assert not sync(session, Overrides(shrunken=frozenset({"jira"}))).blocked
    assert not sync(session).blocked


def test_one_bad_item_does_not_stop_the_others(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    fake(session, "jira").write_faults["WEB-1"] = "Jira says no"
    done = sync(session, FIRST_RUN)
    assert done.applied is not None
    assert not done.applied.complete
    assert fake(session, "jira").writes == ["WEB-3", "WEB-4"]
    last = store.last_run("sync")
    assert last is not None
    assert last.outcome == "partial"
    assert store.journal.failed_writes(last.id) == [Stuck("WEB-1", "failed", "Jira says no", "jira")]
    fake(session, "jira").write_faults.clear()
    sync(session)
    assert sync(session).run.plan.empty


def test_a_tracker_in_trouble_stops_and_the_other_goes_on(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    fake(session, "jira").write_faults["WEB-3"] = Unreachable("jira", "no answer.")
    done = sync(session, FIRST_RUN)
    assert done.applied is not None
    assert set(done.applied.stopped) == {"jira"}
    assert fake(session, "jira").writes == ["WEB-1"]
    assert fake(session, "linear").writes == ["eng-1", "eng-2"]


def test_halt_lets_the_running_write_finish_and_begins_no_other(store: Store) -> None:
    session = session_of(store, ITEMS[:4], workspace(work("KR1")))
    jira = fake(session, "jira")
    halting = Halt()

    class Halting(FakeTracker):
        def write(self, item, wanted):  # type: ignore[no-untyped-def]
            receipt = super().write(item, wanted)
            halting.set()
            return receipt

    trackers = {"jira": Halting("jira", jira.items), "linear": fake(session, "linear")}
    done = sync(Session(session.workspace, trackers, store, halt=halting), FIRST_RUN)
    assert trackers["jira"].writes == ["WEB-1"]
    assert done.applied is not None
    assert not done.applied.complete


def test_no_journal_no_write(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))

    def refuse(*_: object) -> int:
        raise StoreError("the disk is full")

    monkeypatch.setattr(store.journal, "begin", refuse)
    with pytest.raises(StoreError):
        sync(session, FIRST_RUN)
    assert fake(session, "jira").writes == []
    assert fake(session, "linear").writes == []


def test_queries_are_asked_of_the_tracker_that_knows_the_language(store: Store) -> None:
    declared = workspace(query("KR1", 40, 5))
    session = session_of(store, ITEMS, declared)
    fake(session, "jira").answers["project = WEB"] = 12
    result = run(declared, session.connectors, store, NOW)
    assert result.scorecard.readings["KR1"].percent == 80


def test_what_was_written_is_remembered_as_shown(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    sync(session, FIRST_RUN)
    snapshot = store.snapshots.last()
    assert snapshot is not None
    known = replay(session, snapshot)
    assert known is not None
    assert known.plan.empty


def test_a_snapshot_that_cannot_answer_a_new_query_is_not_used(store: Store) -> None:
    session = session_of(store, ITEMS, workspace(work("KR1")))
    sync(session, FIRST_RUN)
    snapshot = store.snapshots.last()
    assert snapshot is not None
    changed = Session(workspace(work("KR1"), query("KR2", 1, 0)), session.connectors, store)
    assert replay(changed, snapshot) is None


def test_what_stands_as_of_before_the_question_is_not_committed_and_the_rest_answers(store: Store) -> None:
    asking = workspace(work("KR1"), policy={"warn": "committed"})
    session = session_of(store, [replace(one, committed=False) for one in ITEMS], asking)
    sync(session, FIRST_RUN)
    snapshot = store.snapshots.last()
    assert snapshot is not None

    def kept(*names: str) -> Observation:
        """With these items as an older snapshot had them."""

        def older(pull: Pull) -> Pull:
            items = (replace(one, committed=None) if one.key in names else one for one in pull.items)
            return replace(pull, items=tuple(items))

        return replace(snapshot, pulls=tuple(map(older, snapshot.pulls)))

    assert replay(session, kept("WEB-3")) is not None
    linear = kept("eng-1", "eng-2")
    assert replay(session, linear) is None
    away = Unread.tracker(Unreachable("linear", "no answer."), snapshot.at)
    assert replay(session, replace(linear, unread=(away,))) is not None
    nobody = kept(*(one.key for one in ITEMS))
    assert replay(session, replace(nobody, unread=(away,))) is None


def test_rules_with_native_queries_are_asked_remembered_and_stand_while_their_tracker_is_away(
    store: Store,
) -> None:
    declared = workspace(work("KR1", {"jql": "project = WEB"}))
    session = session_of(store, ITEMS, declared)
    fake(session, "jira").found = {NativeQuery("jql", "project = WEB"): frozenset({"WEB-4"})}
    remember(run(declared, session.connectors, store, NOW), declared, store)

    def links(result: Decision | None) -> int:
        assert result is not None
        return len(result.alignment.placements[ref("WEB-4")].links)

    known = store.snapshots.last()
    assert known is not None
    assert links(replay(session, known)) == 1
    fake(session, "jira").read_fault = Unreachable("jira", "no answer")
    assert links(run(declared, session.connectors, store, NOW)) == 1
    other = workspace(work("KR1", {"jql": "project = OPS"}))
    assert replay(Session(other, session.connectors, store), known) is None
    with pytest.raises(CannotRead):
        run(other, session.connectors, store, NOW)


def test_a_tracker_that_does_not_answer_a_query_stands_as_last_read(store: Store) -> None:
    """The pull of it is good, and is not used: rules that seem to match nothing would take marks away."""
    declared = workspace(work("KR1", {"jql": "project = WEB"}), query("KR2", 40, 5))
    session = session_of(store, ITEMS, declared)
    jira = fake(session, "jira")
    with pytest.raises(CannotRead, match="nobody planted an answer"):
        run(declared, session.connectors, store, NOW)
    jira.found = {NativeQuery("jql", "project = WEB"): frozenset({"WEB-4"})}
    jira.answers["project = WEB"] = 12
    sync(session, FIRST_RUN)
    for answers in (jira.found, jira.answers):
        answers.clear()
        again = run(declared, session.connectors, store, NOW)
        ((name, cause, permanent),) = [
            (one.subject, one.cause, one.permanent) for one in again.observation.unread
        ]
        assert (name, cause, permanent) == ("jira", "query", True)
        assert again.scorecard.readings["KR2"].percent == 80
        assert len(again.alignment.placements[ref("WEB-4")].links) == 1
        assert [edit for edit in again.plan.edits if edit.item.ref.tracker == "jira"] == []
