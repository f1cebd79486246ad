"""What one run costs beside its reading, where nothing is worked out twice, and what it takes from memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sync.align import alignment
from sync.decide import decide
from sync.jobs.last_read import latest_run, progress_history
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import synchronise
from sync.memory import Memory
from sync.store.store import Store
from tests.support.builders import NOW, epic, item, observed, work, workspace
from tests.support.fake_sessions import FIRST_RUN
from tests.support.fake_tracker import FakeTracker
from tests.support.plain_text import to_plain

ITEMS = [epic("WEB-1", claims=("KR1",)), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-1", category="done")]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path}/t.db")
    trackers = {name: FakeTracker.of(name, ITEMS) for name in ("jira", "linear")}
    yield Session(workspace(work("KR1")), trackers, store)
    store.close()


def test_a_sync_and_a_status_look_for_leaves_once_each(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    found = alignment._leaves

    def counted(placed: alignment.Alignment) -> dict[str, alignment.Leaves]:
        looks.append(placed)
        return found(placed)

    monkeypatch.setattr(alignment, "_leaves", counted)
    synchronise(session, NOW, Reporter(), FIRST_RUN)
    assert len(looks) == 1
    known = latest_run(session, Reporter())
    progress_history(session, known)
    assert len(looks) == 2


def test_deciding_asks_the_store_for_nothing_and_memory_is_one_transaction(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronise(session, NOW, Reporter(), FIRST_RUN)
    known = session.store.snapshots.last()
    assert known is not None
    begun: list[sa.Connection] = []

    def count(connection: sa.Connection) -> None:
        begun.append(connection)

    sa.event.listen(sa.Engine, "begin", count)
    try:
        memory = session.store.memory(session.workspace, NOW)
        assert len(begun) == 1
        session.store.close()
        monkeypatch.delattr(sa.Engine, "connect")  # from here on no store can be asked
        decided = decide(known, memory, session.workspace, NOW)
    finally:
        sa.event.remove(sa.Engine, "begin", count)
    assert len(begun) == 1
    assert decided.memory.writing_runs == 1
    assert decided.plan.empty


@pytest.mark.parametrize(
    ("made", "language", "group"),
    [
        (("label Key result", "label Key result: KR1"), "en", "Key result"),
        (("label Key result", "label Key result: KR1"), "fr", "Résultat clé"),
        (("label Key result: KR1",), "fr", "Key result"),  # a group of people's, under its English name
        (("label okr-orphaned",), "en", ""),
        ((), "en", ""),
    ],
)
def test_the_label_group_is_named_where_setup_filled_one(
    made: tuple[str, ...], language: str, group: str
) -> None:
    declared = workspace(work("KR1"), policy={"language": language})
    memory = Memory(provisions={"linear": dict.fromkeys(made, "id")})
    wanted = decide(observed(item("eng-1", category="doing")), memory, declared, NOW).plan.edits
    (comment,) = (edit.wanted.comment for edit in wanted)
    assert comment is not None
    assert comment.doc is not None
    text = to_plain(comment.doc)
    assert (f" {group}, " in text) is bool(group)
    assert ("kr:ID" in text) is not bool(group)
