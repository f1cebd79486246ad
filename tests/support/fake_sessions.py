"""A sync of two trackers in memory, with the items that most of these tests start from."""

from __future__ import annotations

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.cli.output import Format, Output
from sync.jobs.session import Session
from sync.jobs.sync import Synced, synchronise
from sync.store.store import Store
from tests.support.builders import NOW, epic, item
from tests.support.fake_tracker import FakeTracker

ITEMS = [
    epic("WEB-1", claims=("KR1",)),
    item("WEB-2", "WEB-1", category="done"),
    item("WEB-3", "WEB-1"),
    epic("WEB-4"),
    item("eng-1", claims=("KR1",)),
    item("eng-2"),
]


def session_of(store: Store, items: list[WorkItem], declared: Workspace) -> Session:
    trackers = {name: FakeTracker.of(name, items) for name in ("jira", "linear")}
    return Session(declared, trackers, store)


def sync(session: Session, *accepted: str) -> Synced:
    return synchronise(session, NOW, Output(Format.TEXT, silent=True), accepted)


def fake(session: Session, name: str) -> FakeTracker:
    tracker = session.connectors[name]
    assert isinstance(tracker, FakeTracker)
    return tracker
