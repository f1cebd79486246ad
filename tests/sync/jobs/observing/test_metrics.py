"""The metrics of a sync, however it ends: done, stopped by a guard, in part, failed, or not begun."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.workspace import Workspace
from connectors.errors import Unreachable
from connectors.http.rate_limits import Allowance
from connectors.http.throttle import Throttle
from sync.jobs.observing.ended import Ended
from sync.jobs.observing.metrics import known_figures, told_in_metrics
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import synchronise_if_changed
from sync.metrics.errors import MetricsNotWritten, MetricsRefused
from sync.observation import CannotRead, Unread
from sync.plan.overrides import NO_OVERRIDES, Overrides
from sync.store.lease import LeaseHeld
from sync.store.store import Store
from tests.support.builders import NOW, work, workspace
from tests.support.fake_sessions import FIRST_RUN, ITEMS, fake, session_of
from tests.support.metrics import samples


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}", lambda: NOW)
    yield session_of(store, ITEMS, declared())
    store.close()


def declared() -> Workspace:
    return workspace(work("KR1"))


def told(session: Session, file: Path, overrides: Overrides = NO_OVERRIDES) -> dict[str, dict[tuple[str, ...], float]]:  # fmt: skip
    ended = Ended()
    with told_in_metrics(session, file, ended):
        ended.done = synchronise_if_changed(session, NOW, Reporter(), overrides)
    return samples(file.read_text(encoding="utf-8"))


def outcome_of(found: dict[str, dict[tuple[str, ...], float]]) -> list[str]:
    return [name for (name,), value in found["truenorth_run_outcome"].items() if value]


def test_a_stopped_sync_and_the_good_one_after_it(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "a.prom"
    stopped = told(session, file)
    assert outcome_of(stopped) == ["stopped"]
    assert stopped["truenorth_run_guard"] == {("first-run",): 1}
    assert "truenorth_run_success_timestamp_seconds" not in stopped
    assert sum(stopped["truenorth_run_changes"].values()) > 0
    assert set(stopped["truenorth_run_duration_seconds"]) == {("read",), ("decide",)}

    good = told(session, file, FIRST_RUN)
    assert outcome_of(good) == ["done"]
    assert "truenorth_run_guard" not in good
    assert good["truenorth_run_success_timestamp_seconds"] == {(): NOW.timestamp()}
    assert good["truenorth_run_writes"][("written", "jira")] > 0
    assert set(good["truenorth_run_duration_seconds"]) == {
        ("read",),
        ("decide",),
        ("write",),
        ("remember",),
    }
    assert good["truenorth_items"] == {("jira",): 4, ("linear",): 2}

    # Nothing is left to write: zeros, where a missing series would keep an alert from ending.
    quiet = told(session, file)
    assert outcome_of(quiet) == ["done"]
    assert set(quiet["truenorth_run_changes"].values()) == {0}
    for same in ("truenorth_key_result_progress_ratio", "truenorth_orphans", "truenorth_items"):
        assert quiet[same] == good[same]


def test_a_sync_that_can_read_nothing_tells_so_and_where_the_goals_stood(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.prom"
    good = told(session, file, FIRST_RUN)

    def refuse(*_: object, **__: object) -> None:
        raise CannotRead(*(_unread(name) for name in ("jira", "linear")))

    monkeypatch.setattr("sync.jobs.sync.run", refuse)
    with pytest.raises(CannotRead):
        told(session, file)
    failed = samples(file.read_text(encoding="utf-8"))
    assert outcome_of(failed) == ["failed"]
    assert failed["truenorth_tracker_up"] == {("jira",): 0, ("linear",): 0}
    assert failed["truenorth_run_unread"] == {("tracker", "jira"): 1, ("tracker", "linear"): 1}
    assert failed["truenorth_run_success_timestamp_seconds"] == {(): NOW.timestamp()}
    assert failed["truenorth_items"] == good["truenorth_items"]
    assert failed["truenorth_key_result_progress_ratio"] == good["truenorth_key_result_progress_ratio"]


def _unread(name: str) -> Unread:
    return Unread.tracker(Unreachable(name, "it is down."))


def test_what_failed_to_be_written_is_counted_and_stuck(session: Session, tmp_path: Path) -> None:
    jira = fake(session, "jira")
    jira.write_faults.update(dict.fromkeys((ref.id for ref in jira.items), "no"))
    found = told(session, tmp_path / "a.prom", FIRST_RUN)
    assert outcome_of(found) == ["partial"]
    failed = found["truenorth_run_writes"][("failed", "jira")]
    assert failed > 0
    assert found["truenorth_stuck_items"] == {("jira",): failed, ("linear",): 0}


def test_a_sync_that_another_one_stands_in_for_leaves_the_file_to_it(
    session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "a.prom"
    file.write_text("of the other run", encoding="utf-8")
    with pytest.raises(LeaseHeld), told_in_metrics(session, file, Ended()):
        raise LeaseHeld("another run is at work.")
    assert file.read_text(encoding="utf-8") == "of the other run"


def test_the_error_of_a_sync_goes_before_that_of_its_metrics(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    with pytest.raises(ZeroDivisionError), told_in_metrics(session, folder / "a.prom", Ended()):
        _ = folder.rmdir() or 1 / 0  # type: ignore[func-returns-value]
    with pytest.raises(MetricsRefused), told_in_metrics(session, folder / "a.prom", Ended()):
        raise AssertionError("not to be begun")
    folder.mkdir()
    with pytest.raises(MetricsNotWritten), told_in_metrics(session, folder / "a.prom", Ended()):
        folder.rmdir()


def test_requests_retries_waits_and_lasting_quotas_come_from_the_throttle(session: Session) -> None:
    throttle = session.throttles["jira"] = Throttle()
    with throttle.request("jira") as readings:
        readings += [Allowance("requests", 2500, 2000, 2500 / 3600), Allowance("GET a second", 100, 90, 100)]
    with throttle.request("jira", "write"):
        pass
    throttle.traffic.retried("jira", 2.5)
    throttle.traffic.paced("jira", 0.5)
    jira, linear = known_figures(session).trackers
    assert (jira.requests, jira.retries) == ({"read": 1, "write": 1}, 1)
    assert jira.waited == {"pace": 0.5, "retry": 2.5}
    assert [(one.name, one.limit, one.remaining) for one in jira.quotas] == [("requests", 2500, 2000)]
    assert (linear.requests, linear.quotas) == ({"read": 0, "write": 0}, ())
