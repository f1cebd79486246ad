"""Work that lost its links, in the store: kept with the snapshot, written where it changed and nowhere else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.model import Marks, Ref, Stamp
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import synchronise
from sync.store.store import Store
from tests.support.builders import NOW, item, observed, ref, work, workspace
from tests.support.fake_sessions import FIRST_RUN, fake, session_of

DAY = date(2026, 11, 16)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path}/t.db")
    yield made
    made.close()


def kept(store: Store) -> dict[Ref, date | None]:
    return dict(store.memory(workspace(), NOW).links)


@contextmanager
def writes() -> Iterator[list[str]]:
    """The statements that change the table."""
    found: list[str] = []

    def note(*given: Any) -> None:
        if "lost_links" in given[2] and not given[2].startswith("SELECT"):
            found.append(given[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_rows_are_added_changed_and_forgotten_one_by_one(store: Store) -> None:
    first, second = ref("WEB-1"), ref("WEB-2")
    store.snapshots.save(observed(item("WEB-1")), {first: DAY, second: None})
    assert kept(store) == {first: DAY, second: None}
    with writes() as made:
        store.snapshots.save(observed(item("WEB-1")))
    assert (made, kept(store)) == ([], {first: DAY, second: None})
    store.snapshots.save(observed(item("WEB-1")), {second: DAY}, frozenset({first}))
    assert kept(store) == {second: DAY}
    store.lost_links.add({first: DAY, second: DAY + timedelta(days=3)})
    assert kept(store) == {first: DAY, second: DAY}


def test_a_day_that_means_nothing_counts_as_none(store: Store, tmp_path: Path) -> None:
    store.lost_links.add({ref("WEB-1"): DAY})
    with closing(sqlite3.connect(tmp_path / "t.db")) as spoilt, spoilt:
        spoilt.execute("UPDATE lost_links SET day = 'Monday'")
    assert kept(store) == {ref("WEB-1"): None}


def test_quiet_runs_write_none_of_it(store: Store) -> None:
    stamp = Stamp("acme", alignment="aligned")
    lost = item("WEB-1", shown=Marks(alignment="aligned", labels=("okr-aligned",), stamp=stamp))
    session = session_of(store, [lost, item("WEB-2", claims=("KR1",)), item("eng-1")], workspace(work("KR1")))
    run(session)
    assert kept(store) == {ref("WEB-1"): DAY}
    with writes() as made:
        for _ in range(3):
            run(session)
    assert made == []
    jira = fake(session, "jira")
    jira.items[ref("WEB-1")] = replace(jira.items[ref("WEB-1")], claims=("KR1",))
    run(session)
    assert kept(store) == {}


def run(session: Session) -> None:
    assert synchronise(session, NOW, Reporter(), FIRST_RUN).complete


def test_many_rows_are_written_and_forgotten_in_few_statements(store: Store) -> None:
    many = {ref(f"WEB-{number}"): DAY for number in range(1200)}
    with writes() as made:
        store.snapshots.save(observed(item("WEB-1")), many)
    assert [one.split()[0] for one in made] == ["INSERT"]
    assert kept(store) == many
    later = dict.fromkeys(many, DAY + timedelta(days=1))
    with writes() as made:
        store.snapshots.save(observed(item("WEB-1")), later)
    assert [one.split()[0] for one in made] == ["DELETE"] * 3 + ["INSERT"]
    assert kept(store) == later
    with writes() as made:
        store.snapshots.save(observed(item("WEB-1")), {}, frozenset(many))
    assert (len(made), kept(store)) == (3, {})
