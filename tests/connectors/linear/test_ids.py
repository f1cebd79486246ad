"""Ids that Linear refuses for good once they were used: what is taken away and made again, any number of times."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest

from connectors.errors import Unreachable
from connectors.linear.marks.own_ids import fixed_id, is_own_comment
from connectors.linear.marks.random_ids import new_comment_id
from connectors.linear.marks.records import address_of, note_address
from connectors.linear.write.batching import BatchRequests
from connectors.model import NOTHING, Marks
from tests.support.linear_workspace import (
    EVERYTHING,
    LATENCY,
    ONBOARDING,
    OWNER,
    LinearWorkspace,
    ours,
    progress,
    write,
)
from tests.support.writing import write_one

PROJECT = Marks((ONBOARDING, LATENCY), comment=progress(61))
NOTE = Marks(comment=progress(1))


@pytest.fixture
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace(80)
    yield one
    one.close()


@pytest.fixture(params=["issue", "project"])
def place(request: pytest.FixtureRequest, workspace: LinearWorkspace) -> tuple[str, Any, Marks]:
    """A key, what stands behind it, and marks that it can carry."""
    if request.param == "project":
        return "Faster API", workspace.project("Faster API"), PROJECT
    issue = workspace.an_open_issue()
    return issue.identifier, issue, EVERYTHING


def requests(workspace: LinearWorkspace, key: str, wanted: Marks) -> int:
    workspace.box.forget_requests()
    write(workspace, key, wanted)
    return len(workspace.box.requests)


def test_undoing_and_marking_again_costs_the_same_each_time(
    workspace: LinearWorkspace, place: tuple[str, Any, Marks]
) -> None:
    key, there, wanted = place
    write(workspace, key, wanted)  # this one makes the labels
    write(workspace, key, NOTHING)
    rounds = set()
    for _ in range(8):
        rounds.add((requests(workspace, key, wanted), requests(workspace, key, NOTHING)))
        assert (ours(there), there.comments) == ([], [])
    assert len(rounds) == 1


def test_a_comment_that_people_delete_again_and_again_costs_the_same_each_time(
    workspace: LinearWorkspace, place: tuple[str, Any, Marks]
) -> None:
    key, there, wanted = place
    write(workspace, key, wanted)
    rounds = set()
    for _ in range(8):
        (comment,) = there.comments
        workspace.remove_comment(comment)
        rounds.add(requests(workspace, key, wanted))
    assert len(rounds) == 1
    assert len(there.comments) == 1


def used_before(item: str, what: str) -> set[str]:
    """The hundred ids by which links and comments were made, one after the other, before they were random."""
    texts = ("\0".join((OWNER, item, what, str(number))) for number in range(100))
    return {str(uuid.UUID(hashlib.sha256(text.encode()).digest()[:16].hex(), version=4)) for text in texts}


def test_after_a_hundred_ids_there_is_another(
    workspace: LinearWorkspace, place: tuple[str, Any, Marks]
) -> None:
    key, there, wanted = place
    write(workspace, key, wanted)  # this one makes the labels
    write(workspace, key, NOTHING)
    fresh = requests(workspace, key, wanted)
    write(workspace, key, NOTHING)
    item = workspace.item(key).ref.id
    addresses = [
        note_address(OWNER, workspace.item(key).url),
        *(address_of(one, OWNER) for one in wanted.key_results),
    ]
    used = {id_ for what in ("comment", *addresses) for id_ in used_before(item, what)}
    workspace.do(lambda space: space.deleted_ids.update(used))
    assert requests(workspace, key, wanted) == fresh
    assert len(there.comments) == 1


@pytest.mark.parametrize("at", range(8))
def test_a_write_that_breaks_off_after_an_undo_leaves_no_twin(
    workspace: LinearWorkspace, place: tuple[str, Any, Marks], at: int
) -> None:
    key, there, wanted = place
    for _ in range(2):
        write(workspace, key, wanted)
        write(workspace, key, NOTHING)
    tracker = workspace.connector()
    item = workspace.item(key, tracker)
    workspace.box.fault("POST /linear/graphql", "drop_after", skip=at)
    with suppress(Unreachable):
        write_one(tracker, item, wanted)
    workspace.box.clear_faults()
    assert write(workspace, key, wanted).shown == wanted
    assert (len(ours(there)), len(there.comments)) == (len(wanted.key_results), 1)


@pytest.mark.parametrize("wanted", [PROJECT, NOTE], ids=["links", "note"])
@pytest.mark.parametrize("turn", range(3))
def test_two_runs_at_once_on_two_stores_leave_one_of_each(
    workspace: LinearWorkspace, monkeypatch: pytest.MonkeyPatch, wanted: Marks, turn: int
) -> None:
    """Both have looked, and seen nothing, before either writes."""
    assert turn >= 0
    both = threading.Barrier(2)
    look = BatchRequests.look

    def together(self: BatchRequests, asks: Sequence[Any]) -> Any:
        seen = look(self, asks)
        if asks:
            both.wait(10)
        return seen

    runs = []
    for _ in range(2):
        tracker = workspace.connector()
        item = workspace.item("Faster API", tracker)
        runs.append(threading.Thread(target=write_one, args=(tracker, item, wanted)))
    with monkeypatch.context() as patch:
        patch.setattr(BatchRequests, "look", together)
        for run in runs:
            run.start()
        for run in runs:
            run.join(20)
    there = workspace.project("Faster API")
    for _ in range(2):  # a last stamp may name the comment that the other run took away: then one more run
        write(workspace, "Faster API", wanted)
    assert workspace.item("Faster API").shown == wanted
    assert len(there.comments) == 1
    assert len(ours(there)) == max(1, len(wanted.key_results))


def test_a_comment_proves_to_be_ours_by_its_id() -> None:
    id_ = new_comment_id("acme", "p1")
    assert uuid.UUID(id_).version == 4
    assert id_ != new_comment_id("acme", "p1")
    assert is_own_comment(id_, "acme", "p1")
    assert not is_own_comment(id_, "acme", "p2")
    assert not is_own_comment(id_, "else", "p1")
    assert not is_own_comment(str(uuid.uuid4()), "acme", "p1")
    assert not is_own_comment("no id", "acme", "p1")
    assert fixed_id("acme", "p1", "update 2026-11-16") == fixed_id("acme", "p1", "update 2026-11-16")
