"""A sync of two trackers in memory, with the items that most of these tests start from."""

from __future__ import annotations

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import Synced, synchronise
from sync.plan.overrides import NO_OVERRIDES, Overrides
from sync.store.store import Store
from tests.support.builders import NOW, epic, item
from tests.support.fake_tracker import FakeTracker

ITEMS = [
    epic("WEB-1", claims=("KR1",)),
    item("WEB-2", "WEB-1", category="done"),
    item("WEB-3", "WEB-1"),
    epic("WEB-4", category="doing"),
    item("eng-1", claims=("KR1",)),
    item("eng-2", category="doing"),
]


def session_of(store: Store, items: list[WorkItem], declared: Workspace) -> Session:
    trackers = {name: FakeTracker.of(name, items) for name in ("jira", "linear")}
    return Session(declared, trackers, store)


FIRST_RUN = Overrides(first_run=True)


def sync(session: Session, overrides: Overrides = NO_OVERRIDES) -> Synced:
    return synchronise(session, NOW, Reporter(), overrides)


def fake(session: Session, name: str) -> FakeTracker:
    tracker = session.connectors[name]
    assert isinstance(tracker, FakeTracker)
    return tracker
