"""Writes that break off, clash or are refused: nothing doubled, nothing left behind; over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from connectors.errors import CredentialError, Unreachable
from connectors.linear.marks.own_ids import own_id
from connectors.model import Marks, WorkItem
from tests.support.linear_workspace import (
    EVERYTHING,
    LATENCY,
    ONBOARDING,
    ORPHAN,
    OWNER,
    Bench,
    moved,
    ours,
    progress,
    write,
)
from tests.support.writing import write_one


@pytest.fixture
def bench() -> Iterator[Bench]:
    one = Bench(120)
    yield one
    one.close()


# --- Faults --------------------------------------------------------------------------------------


def comment_id(item: WorkItem, generation: int = 0) -> str:
    return own_id(OWNER, item.ref.id, "comment", generation)


def test_an_id_clash_means_that_the_comment_landed(bench: Bench) -> None:
    """The stamp was lost, or another worker was faster: the comment with our id is adopted, not doubled."""
    issue = bench.an_open_issue()
    item = write(bench, issue.identifier, EVERYTHING)
    assert [one.id for one in issue.comments] == [comment_id(item)]
    for card in list(issue.attachments):
        bench.remove_attachment(card)
    assert bench.item(issue.identifier).shown == Marks()
    item = write(bench, issue.identifier, replace(EVERYTHING, comment=progress(70)))
    assert [one.id for one in issue.comments] == [comment_id(item)]
    assert "70" in issue.comments[0].body


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("at", range(7))
@pytest.mark.parametrize("key", ["issue", "Faster API"])
def test_a_lost_reply_doubles_nothing(bench: Bench, kind: Any, at: int, key: str) -> None:
    place: Any = bench.an_open_issue() if key == "issue" else bench.project(key)
    wanted = EVERYTHING if key == "issue" else Marks((ONBOARDING, LATENCY), comment=progress(61))
    name = place.identifier if key == "issue" else key
    tracker = bench.connector()
    item = bench.item(name, tracker)
    comments = len(place.comments)
    bench.box.fault("POST /linear/graphql", kind, skip=at, times=1)
    receipt = write_one(tracker, item, wanted)
    bench.box.clear_faults()
    assert receipt.outcome == "written"
    assert bench.item(name).shown == wanted
    assert len(ours(place)) == 2
    assert len(place.comments) == comments + 1


@pytest.mark.parametrize("then", ["the same", "nothing"])
@pytest.mark.parametrize("wanted", [EVERYTHING, ORPHAN, Marks()], ids=["everything", "orphan", "nothing"])
def test_wherever_a_write_breaks_off_the_next_run_finishes(bench: Bench, wanted: Marks, then: str) -> None:
    """A process killed after any number of requests looks just like a tracker that dies for good then."""
    start = Marks((moved(LATENCY, 5),), "exempt", ("okr-exempt",), progress(5))
    issue = bench.an_open_issue()
    before = bench.picture()
    for at in range(10):
        write(bench, issue.identifier, start)
        break_off(bench, issue.identifier, wanted, at)
        if then == "the same":
            assert write(bench, issue.identifier, wanted).shown == wanted
        write(bench, issue.identifier, Marks())
        assert bench.picture() == before


@pytest.mark.parametrize("wanted", [EVERYTHING, ORPHAN, Marks(comment=progress(1))])
def test_a_first_write_that_breaks_off_can_be_withdrawn(bench: Bench, wanted: Marks) -> None:
    for at in range(8):
        issue = bench.an_open_issue(skip=at)
        before = bench.picture()
        break_off(bench, issue.identifier, wanted, at)
        write(bench, issue.identifier, Marks())
        assert bench.picture() == before


def test_a_project_whose_first_write_breaks_off_can_be_closed(bench: Bench) -> None:
    before = bench.picture()
    for at in range(5):
        break_off(bench, "Faster API", Marks(comment=ORPHAN.comment), at)
        write(bench, "Faster API", Marks())
        assert bench.picture() == before


def test_a_comment_whose_first_id_is_used_up_is_owned_from_the_start(bench: Bench) -> None:
    for at in range(4):
        issue = bench.an_open_issue(skip=at)
        write(bench, issue.identifier, EVERYTHING)
        write(bench, issue.identifier, Marks())
        break_off(bench, issue.identifier, Marks(comment=progress(1)), at + 3)
        write(bench, issue.identifier, Marks())
        assert issue.comments == []


def break_off(bench: Bench, key: str, wanted: Marks, after: int) -> None:
    """A write whose process dies when request number `after` has taken effect, before its reply."""
    tracker = bench.connector()
    item = bench.item(key, tracker)
    bench.box.fault("POST /linear/graphql", "drop_after", skip=after)
    with suppress(Unreachable):
        write_one(tracker, item, wanted)
    bench.box.clear_faults()


def test_an_item_that_is_gone_is_skipped(bench: Bench) -> None:
    tracker = bench.connector()
    item = bench.item(bench.an_open_issue().identifier, tracker)
    gone = replace(item, ref=replace(item.ref, id=bench.space.new_id()))
    receipt = write_one(tracker, gone, EVERYTHING)
    assert receipt.outcome == "skipped"
    assert "no longer exists" in (receipt.error or "")


def test_an_archived_issue_is_skipped(bench: Bench) -> None:
    issue = bench.an_open_issue()
    tracker = bench.connector()
    item = bench.item(issue.identifier, tracker)
    bench.do(lambda space: setattr(issue, "archived_at", space.now()))
    before = bench.picture()
    receipt = write_one(tracker, item, EVERYTHING)
    assert receipt.outcome == "skipped"
    assert "read-only" in (receipt.error or "")
    assert bench.picture() == before


def test_marks_that_an_item_cannot_carry_are_refused_without_a_request(bench: Bench) -> None:
    tracker = bench.connector()
    items = bench.pulled(tracker)
    initiative = next(item for item in items.values() if item.level == "initiative")
    receipt = write_one(tracker, initiative, EVERYTHING)
    assert (receipt.outcome, receipt.requests) == ("skipped", 0)
    receipt = write_one(tracker, items["Faster API"], EVERYTHING)
    assert (receipt.outcome, receipt.requests) == ("skipped", 0)


def test_a_comment_of_another_author_is_not_edited(bench: Bench) -> None:
    """Linear lets only the author edit: the new service account is told so, and nothing is doubled."""
    issue = bench.an_open_issue()
    write(bench, issue.identifier, EVERYTHING)
    tracker = bench.connector(token="sandbox-person-token:ann.lee@acme.example")
    item = bench.item(issue.identifier, tracker)
    receipt = write_one(tracker, item, replace(EVERYTHING, comment=progress(80)))
    assert receipt.outcome == "failed"
    assert "your own comments" in (receipt.error or "")
    assert len(issue.comments) == 1


def test_a_revoked_credential_stops_the_tracker(bench: Bench) -> None:
    tracker = bench.connector()
    item = bench.item(bench.an_open_issue().identifier, tracker)
    bench.box.fault("POST /linear/graphql", "status", status=401)
    with pytest.raises(CredentialError):
        write_one(tracker, item, EVERYTHING)
    assert bench.naps == []
