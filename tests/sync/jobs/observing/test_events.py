"""The events of a sync, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from connectors.errors import Unreachable
from sync.jobs.observing.ended import Ended
from sync.jobs.observing.events import told_in_log
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import synchronise_if_changed
from sync.observation import CannotRead, Unread
from sync.plan.overrides import NO_OVERRIDES, Overrides
from sync.store.lease import LeaseHeld
from sync.store.store import Store
from tests.support.builders import NOW, work, workspace
from tests.support.fake_sessions import FIRST_RUN, ITEMS, fake, session_of


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}", lambda: NOW)
    yield session_of(store, ITEMS, workspace(work("KR1")))
    store.close()


def events(session: Session, overrides: Overrides = NO_OVERRIDES) -> list[dict[str, object]]:
    ended = Ended()
    with capture_logs() as logged, told_in_log(ended):
        ended.done = synchronise_if_changed(session, NOW, Reporter(), overrides)
    return [dict(one) for one in logged if one.get("told")]


def words(found: list[dict[str, object]]) -> list[object]:
    return [one["event"] for one in found]


def test_a_stopped_a_good_and_a_quiet_sync(session: Session) -> None:
    stopped = events(session)
    assert words(stopped) == ["sync started", "a guard stopped the sync", "sync ended"]
    assert (stopped[1]["guard"], stopped[1]["log_level"]) == ("first-run", "warning")
    assert (stopped[2]["outcome"], stopped[2]["log_level"]) == ("stopped", "warning")
    good = events(session, FIRST_RUN)
    assert words(good) == ["sync started", "sync ended"]
    assert (good[1]["outcome"], good[1]["log_level"], good[1]["failed"]) == ("done", "info", 0)
    quiet = events(session)
    assert words(quiet) == ["sync started", "sync ended"]
    assert (quiet[1]["outcome"], quiet[1]["changes"]) == ("done", 0)


def test_writes_that_fail_are_one_event_a_tracker(session: Session) -> None:
    jira = fake(session, "jira")
    jira.write_faults.update(dict.fromkeys((ref.id for ref in jira.items), "no"))
    found = events(session, FIRST_RUN)
    assert words(found) == ["sync started", "writing items failed", "sync ended"]
    assert (found[1]["tracker"], found[1]["cause"]) == ("jira", "no")
    assert (found[2]["outcome"], found[2]["failed"]) == ("partial", found[1]["items"])


def test_what_cannot_be_read_is_an_event_and_the_sync_ends_as_failed() -> None:
    lost = CannotRead(Unread.tracker(Unreachable("jira", "it is down.")))
    with capture_logs() as logged, pytest.raises(CannotRead), told_in_log(Ended()):
        raise lost
    assert [(one["event"], one["log_level"]) for one in logged] == [
        ("cannot be read", "warning"),
        ("sync ended", "error"),
    ]
    assert logged[0]["subject"] == "jira"
    assert logged[1]["outcome"] == "failed"


def test_a_sync_that_another_one_stands_in_for_has_not_failed() -> None:
    with capture_logs() as logged, pytest.raises(LeaseHeld), told_in_log(Ended()):
        raise LeaseHeld("another run is at work.")
    assert logged == []
