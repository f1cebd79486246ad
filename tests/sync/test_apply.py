"""A plan becomes receipts: every write is recorded before it is sent, in however many lanes, and what ends one ends all."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import STOPPED, StopRequested, WriteRequest, never
from connectors.errors import CredentialError, Unreachable
from connectors.model import Receipt, Ref
from sync.apply import apply
from sync.plan.plan import Edit, Plan, changes_of, digest_of
from sync.store import lease as leases
from sync.store.database import StoreError
from sync.store.store import Store
from tests.support.builders import item
from tests.support.fake_tracker import FakeTracker
from tests.support.jira_site import marks

COUNT = 12


class Lanes(FakeTracker):
    """Takes batches of three in two lanes; `meet`: batches that wait for each other, so that both are under way."""

    batch = 3
    lanes = 2
    meet: threading.Barrier | None = None
    seen: list[tuple[str, bool]]
    store: Store
    also_first: Any = None

    def write_batch(self, requests: Sequence[WriteRequest], stop: StopRequested = never) -> Iterator[Receipt]:
        if self.meet is not None:
            self.meet.wait(timeout=10)
        for wanted, marks_ in requests:
            if stop():
                yield Receipt(wanted.ref, wanted.key, "skipped", error=STOPPED)
                continue
            recorded = [one for one in self.store.journal.open() if one.item == wanted.ref]
            self.seen.append((wanted.key, bool(recorded)))
            yield self.write(wanted, marks_)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    yield store
    store.close()


@pytest.fixture
def tracker(store: Store) -> Lanes:
    found = Lanes.of("jira", [item(f"WEB-{number}") for number in range(COUNT)])
    assert isinstance(found, Lanes)
    found.seen, found.store = [], store
    return found


def plan_of(tracker: FakeTracker) -> Plan:
    edits = [Edit(one, marks(), changes_of(one, marks())) for one in tracker.items.values()]
    return Plan(tuple(edits), (), digest_of(edits))


def run(store: Store) -> int:
    return store.open_run("sync", "c", "acme")


def outcomes(store: Store) -> dict[str, str | None]:
    return {one.key: one.outcome for one in store.journal.entries()}


def test_receipts_are_in_the_order_of_the_plan_and_each_write_was_recorded_before(
    store: Store, tracker: Lanes
) -> None:
    plan, heard = plan_of(tracker), []
    tracker.meet = threading.Barrier(2)
    done = apply(
        plan, {"jira": tracker}, store, run(store), on_receipt=lambda edit, _: heard.append(edit.item.key)
    )
    keys = [edit.item.key for edit in plan.edits]
    assert [one.key for one in done.receipts] == keys
    assert sorted(heard) == sorted(keys)
    assert sorted(tracker.seen) == sorted((key, True) for key in keys)
    assert done.complete
    assert outcomes(store) == dict.fromkeys(keys, "written")


@pytest.mark.parametrize("trouble", [Unreachable("jira", "gone."), CredentialError("jira", "revoked.")])
def test_trouble_in_one_lane_begins_nothing_in_another_and_all_is_journaled(
    store: Store, tracker: Lanes, trouble: Any
) -> None:
    plan = plan_of(tracker)
    tracker.write_faults[plan.edits[1].item.ref.id] = trouble
    done = apply(plan, {"jira": tracker}, store, run(store))
    assert done.stopped == {"jira": str(trouble)}
    assert (done.lost == {"jira"}) == trouble.permanent
    assert None not in outcomes(store).values()
    left = {one.error for one in done.receipts if one.outcome == "skipped"}
    assert left <= {"not written, because the tracker stopped; the next run continues"}
    written = {one.key for one in done.receipts if one.outcome == "written"}
    assert written == {key for key, outcome in outcomes(store).items() if outcome == "written"}
    assert len(written) < COUNT - 1


def test_a_stop_finishes_what_is_under_way_and_begins_no_other(store: Store, tracker: Lanes) -> None:
    plan, stop = plan_of(tracker), threading.Event()
    done = apply(plan, {"jira": tracker}, store, run(store), stop=stop, on_receipt=lambda *_: stop.set())
    assert done.stopped == {"jira": STOPPED}
    assert None not in outcomes(store).values()
    assert 1 <= done.count("written") <= 2
    assert {one.error for one in done.receipts if one.outcome == "skipped"} <= {STOPPED}
    assert len(outcomes(store)) <= 6


def test_a_lease_that_another_took_lets_no_lane_begin(store: Store, tracker: Lanes) -> None:
    with store.transaction() as connection:
        sleeper = leases.acquire(connection, "a/1/1", datetime.now(UTC) - timedelta(minutes=5))
        leases.acquire(connection, "b/1/2", datetime.now(UTC))
    with pytest.raises(leases.LeaseLost):
        apply(plan_of(tracker), {"jira": tracker}, store, run(store), lease=sleeper)
    assert tracker.writes == []
    assert store.journal.entries() == []


def test_a_journal_that_fails_ends_every_lane(
    store: Store, tracker: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = type(store.journal).begin, iter(range(COUNT))

    def begin(journal: Any, *given: Any) -> dict[Ref, int]:
        if next(count) == 2:
            raise StoreError("the disk is full")
        return real(journal, *given)

    monkeypatch.setattr(type(store.journal), "begin", begin)
    with pytest.raises(StoreError):
        apply(plan_of(tracker), {"jira": tracker}, store, run(store))
    assert len(tracker.writes) < COUNT
    assert None not in outcomes(store).values()
