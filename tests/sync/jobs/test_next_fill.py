"""What setup says of the next sync: the guard looks at one plan of the whole run, so the sentence does too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.workspace import Workspace
from connectors.setup import Action, Provisioning
from sync.jobs.next_fill import NextFill, next_fill
from sync.jobs.session import Session
from sync.store.store import Store
from tests.support.builders import item, work, workspace
from tests.support.fake_sessions import FIRST_RUN, session_of, sync

FIELD = Provisioning((Action("field", "KR health", "create", "does not exist"),))
NONE = Provisioning(())
EACH = 10


def declared(title: str = "One", floor: int = EACH + 5) -> Workspace:
    guards = {"share": 0.1, "floor": floor, "project_floor": 100}
    return workspace(work("KR1", title=title), policy={"guards": guards})


def synced(store: Store) -> Session:
    items = [item(f"{name}-{number}", claims=("KR1",)) for name in ("WEB", "eng") for number in range(EACH)]
    session = session_of(store, items, declared())
    assert sync(session, FIRST_RUN).complete
    return session


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return synced(Store(f"sqlite:///{tmp_path / 't.db'}"))


@pytest.mark.parametrize(
    ("plans", "stops"),
    [
        ({"jira": FIELD}, False),
        ({"jira": FIELD, "linear": FIELD}, True),
        ({"jira": FIELD, "linear": NONE}, False),
    ],
    ids=["one tracker", "two trackers", "one of two"],
)
def test_all_trackers_are_one_plan(session: Session, plans: dict[str, Provisioning], stops: bool) -> None:
    named = [name for name, one in plans.items() if one is FIELD]
    assert next_fill(session, plans) == {name: NextFill(EACH, stops) for name in named}


def test_what_would_be_written_anyway_counts(session: Session) -> None:
    retitled = replace(session, workspace=declared(title="Another"))
    assert next_fill(retitled, {"jira": FIELD}) == {"jira": NextFill(EACH, True)}
    lenient = replace(session, workspace=declared(title="Another", floor=2 * EACH))
    assert next_fill(lenient, {"jira": FIELD}) == {"jira": NextFill(EACH, False)}, "an item counts once"
