"""Writes that break off, clash or are refused: nothing doubled, nothing left behind; over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from connectors.errors import CredentialError, Unreachable
from connectors.linear.marks.own_ids import is_own_comment
from connectors.model import Marks
from tests.support.linear_workspace import (
    EVERYTHING,
    LATENCY,
    ONBOARDING,
    ORPHAN,
    OWNER,
    LinearWorkspace,
    moved,
    ours,
    progress,
    write,
)
from tests.support.writing import write_one


@pytest.fixture
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace(120)
    yield one
    one.close()


# --- Faults --------------------------------------------------------------------------------------


def test_a_comment_whose_stamp_was_lost_is_adopted(workspace: LinearWorkspace) -> None:
    """It is found by its id, edited in place, and not posted again, which would notify people."""
    issue = workspace.an_open_issue()
    item = write(workspace, issue.identifier, EVERYTHING)
    (id_,) = [one.id for one in issue.comments]
    assert is_own_comment(id_, OWNER, item.ref.id)
    for card in list(issue.attachments):
        workspace.remove_attachment(card)
    assert workspace.item(issue.identifier).shown == Marks()
    workspace.box.forget_requests()
    write(workspace, issue.identifier, replace(EVERYTHING, comment=progress(70)))
    assert [one.id for one in issue.comments] == [id_]
    assert "70" in issue.comments[0].body
    assert "commentCreate" not in "".join(one.query for one in workspace.box.requests)


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("at", range(7))
@pytest.mark.parametrize("key", ["issue", "Faster API"])
def test_a_lost_reply_doubles_nothing(workspace: LinearWorkspace, kind: Any, at: int, key: str) -> None:
    place: Any = workspace.an_open_issue() if key == "issue" else workspace.project(key)
    wanted = EVERYTHING if key == "issue" else Marks((ONBOARDING, LATENCY), comment=progress(61))
    name = place.identifier if key == "issue" else key
    tracker = workspace.connector()
    item = workspace.item(name, tracker)
    comments = len(place.comments)
    workspace.box.fault("POST /linear/graphql", kind, skip=at, times=1)
    receipt = write_one(tracker, item, wanted)
    workspace.box.clear_faults()
    assert receipt.outcome == "written"
    assert workspace.item(name).shown == wanted
    assert len(ours(place)) == 2
    assert len(place.comments) == comments + 1


@pytest.mark.parametrize("then", ["the same", "nothing"])
@pytest.mark.parametrize("wanted", [EVERYTHING, ORPHAN, Marks()], ids=["everything", "orphan", "nothing"])
def test_wherever_a_write_breaks_off_the_next_run_finishes(
    workspace: LinearWorkspace, wanted: Marks, then: str
) -> None:
    """A process killed after any number of requests looks just like a tracker that dies for good then."""
    start = Marks((moved(LATENCY, 5),), "exempt", ("okr-exempt",), progress(5))
    issue = workspace.an_open_issue()
    before = workspace.picture()
    for at in range(10):
        write(workspace, issue.identifier, start)
        break_off(workspace, issue.identifier, wanted, at)
        if then == "the same":
            assert write(workspace, issue.identifier, wanted).shown == wanted
        write(workspace, issue.identifier, Marks())
        assert workspace.picture() == before


@pytest.mark.parametrize("wanted", [EVERYTHING, ORPHAN, Marks(comment=progress(1))])
def test_a_first_write_that_breaks_off_can_be_withdrawn(workspace: LinearWorkspace, wanted: Marks) -> None:
    for at in range(8):
        issue = workspace.an_open_issue(skip=at)
        before = workspace.picture()
        break_off(workspace, issue.identifier, wanted, at)
        write(workspace, issue.identifier, Marks())
        assert workspace.picture() == before


def test_a_project_whose_first_write_breaks_off_can_be_closed(workspace: LinearWorkspace) -> None:
    before = workspace.picture()
    for at in range(5):
        break_off(workspace, "Faster API", Marks(comment=ORPHAN.comment), at)
        write(workspace, "Faster API", Marks())
        assert workspace.picture() == before


def test_a_comment_whose_first_id_is_used_up_is_owned_from_the_start(workspace: LinearWorkspace) -> None:
    for at in range(4):
        issue = workspace.an_open_issue(skip=at)
        write(workspace, issue.identifier, EVERYTHING)
        write(workspace, issue.identifier, Marks())
        break_off(workspace, issue.identifier, Marks(comment=progress(1)), at + 3)
        write(workspace, issue.identifier, Marks())
        assert issue.comments == []


def break_off(workspace: LinearWorkspace, key: str, wanted: Marks, after: int) -> None:
    """A write whose process dies when request number `after` has taken effect, before its reply."""
    tracker = workspace.connector()
    item = workspace.item(key, tracker)
    workspace.box.fault("POST /linear/graphql", "drop_after", skip=after)
    with suppress(Unreachable):
        write_one(tracker, item, wanted)
    workspace.box.clear_faults()


def test_an_item_that_is_gone_is_skipped(workspace: LinearWorkspace) -> None:
    tracker = workspace.connector()
    item = workspace.item(workspace.an_open_issue().identifier, tracker)
    gone = replace(item, ref=replace(item.ref, id=workspace.space.new_id()))
    receipt = write_one(tracker, gone, EVERYTHING)
    assert receipt.outcome == "skipped"
    assert "no longer exists" in (receipt.error or "")


def test_an_archived_issue_is_skipped(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    tracker = workspace.connector()
    item = workspace.item(issue.identifier, tracker)
    workspace.do(lambda space: setattr(issue, "archived_at", space.now()))
    before = workspace.picture()
    receipt = write_one(tracker, item, EVERYTHING)
    assert receipt.outcome == "skipped"
    assert "read-only" in (receipt.error or "")
    assert workspace.picture() == before


def test_marks_that_an_item_cannot_carry_are_refused_without_a_request(workspace: LinearWorkspace) -> None:
    tracker = workspace.connector()
    items = workspace.pulled(tracker)
    initiative = next(item for item in items.values() if item.level == "initiative")
    receipt = write_one(tracker, initiative, EVERYTHING)
    assert (receipt.outcome, receipt.requests) == ("skipped", 0)
    receipt = write_one(tracker, items["Faster API"], EVERYTHING)
    assert (receipt.outcome, receipt.requests) == ("skipped", 0)


def test_a_comment_of_another_author_is_not_edited(workspace: LinearWorkspace) -> None:
    """Linear lets only the author edit: the new service account is told so, and nothing is doubled."""
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING)
    tracker = workspace.connector(token="sandbox-person-token:ann.lee@acme.example")
    item = workspace.item(issue.identifier, tracker)
    receipt = write_one(tracker, item, replace(EVERYTHING, comment=progress(80)))
    assert receipt.outcome == "failed"
    assert "your own comments" in (receipt.error or "")
    assert len(issue.comments) == 1


def test_a_revoked_credential_stops_the_tracker(workspace: LinearWorkspace) -> None:
    tracker = workspace.connector()
    item = workspace.item(workspace.an_open_issue().identifier, tracker)
    workspace.box.fault("POST /linear/graphql", "status", status=401)
    with pytest.raises(CredentialError):
        write_one(tracker, item, EVERYTHING)
    assert workspace.naps == []
