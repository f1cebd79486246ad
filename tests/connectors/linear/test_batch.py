"""Writing many Linear items at once: the same marks as one by one, in far fewer requests; over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import respx
from httpx import Response
from pydantic import SecretStr

from connectors.base import STOPPED
from connectors.errors import CredentialError, Refused, TrackerError, Unreachable
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import Throttle
from connectors.linear.api import mutations
from connectors.linear.api.client import LinearClient
from connectors.linear.api.effects import Effects, ReadItem, attempt, find_comment, gather
from connectors.linear.api.mutations import Write
from connectors.linear.write.batching import BatchRequests
from connectors.linear.write.writer import BATCH
from connectors.model import NOTHING, Marks, Receipt, WorkItem
from tests.support.linear_workspace import (
    EVERYTHING,
    LATENCY,
    ONBOARDING,
    ORPHAN,
    LinearWorkspace,
    moved,
    ours,
    progress,
)
from tests.support.writing import write_one

COUNT = 12
START = Marks((moved(LATENCY, 5),), "exempt", ("okr-exempt",), progress(5))
PROJECT = Marks((ONBOARDING, LATENCY), comment=progress(61))


@pytest.fixture
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace(120)
    yield one
    one.close()


def some(workspace: LinearWorkspace, count: int = COUNT) -> list[WorkItem]:
    """Open issues without marks, as a fresh pull shows them."""
    keys = [workspace.an_open_issue(skip=at).identifier for at in range(count)]
    items = workspace.pulled()
    return [items[key] for key in keys]


def now(workspace: LinearWorkspace, items: Sequence[WorkItem]) -> list[WorkItem]:
    pulled = workspace.pulled()
    return [pulled[item.key] for item in items]


def write(workspace: LinearWorkspace, items: Sequence[WorkItem], wanted: Marks) -> list[Receipt]:
    return list(workspace.connector().write_batch([(item, wanted) for item in items]))


def outcomes(receipts: Sequence[Receipt]) -> set[tuple[str, str | None]]:
    return {(receipt.outcome, receipt.error) for receipt in receipts}


# --- The same as one by one ----------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [EVERYTHING, ORPHAN, NOTHING, Marks(comment=progress(1))])
@pytest.mark.parametrize("before", [NOTHING, START])
def test_every_item_shows_what_was_written(workspace: LinearWorkspace, before: Marks, wanted: Marks) -> None:
    items = some(workspace)
    write(workspace, items, before)
    items = now(workspace, items)
    receipts = write(workspace, items, wanted)
    assert {receipt.item for receipt in receipts} == {item.ref for item in items}
    assert outcomes(receipts) == {("written", None)}
    assert [item.shown for item in now(workspace, items)] == [wanted] * COUNT


def test_issues_and_projects_go_together(workspace: LinearWorkspace) -> None:
    items = workspace.pulled()
    projects = [item for item in items.values() if item.level == "project" and item.writable]
    issues = some(workspace, 4)
    wishes = [(item, PROJECT) for item in projects] + [(item, EVERYTHING) for item in issues]
    assert outcomes(list(workspace.connector().write_batch(wishes))) == {("written", None)}
    assert [item.shown for item in now(workspace, projects)] == [PROJECT] * len(projects)
    assert [item.shown for item in now(workspace, issues)] == [EVERYTHING] * 4
    write(workspace, [*now(workspace, projects), *now(workspace, issues)], NOTHING)
    assert {item.shown for item in now(workspace, [*projects, *issues])} == {NOTHING}


def test_a_new_mark_takes_six_requests_a_change_four_and_a_removal_three(workspace: LinearWorkspace) -> None:
    """A new comment takes two more than a changed one: whether ours stands there already, and whether it has a twin."""
    items = some(workspace)
    workspace.do(lambda _: workspace.add_label(workspace.an_open_issue("MOB"), "okr-aligned"))
    changed = replace(EVERYTHING, key_results=(moved(ONBOARDING, 70), LATENCY), comment=progress(70))
    tracker = workspace.connector()
    for wanted, most in ((EVERYTHING, 6), (changed, 4), (NOTHING, 3)):
        pulled = workspace.pulled(tracker)
        workspace.box.forget_requests()
        receipts = list(tracker.write_batch([(pulled[item.key], wanted) for item in items]))
        assert outcomes(receipts) == {("written", None)}
        assert sum(receipt.requests for receipt in receipts) == len(workspace.box.requests) == most


def test_a_second_batch_sends_nothing(workspace: LinearWorkspace) -> None:
    items = some(workspace)
    write(workspace, items, EVERYTHING)
    items = now(workspace, items)
    workspace.box.forget_requests()
    assert outcomes(write(workspace, items, EVERYTHING)) == {("written", None)}
    assert workspace.box.requests == []


def test_taking_everything_away_leaves_the_issues_as_they_were(workspace: LinearWorkspace) -> None:
    items = some(workspace)
    before = workspace.picture()
    write(workspace, items, EVERYTHING)
    assert outcomes(write(workspace, now(workspace, items), NOTHING)) == {("written", None)}
    assert workspace.picture() == before


def test_more_attachments_of_ours_than_a_shared_look_asks_for(workspace: LinearWorkspace) -> None:
    items = some(workspace, 3)
    many = Marks(tuple(replace(ONBOARDING, id=f"KR{at}") for at in range(14)), "aligned")
    assert outcomes(write(workspace, items, many)) == {("written", None)}
    assert [item.shown for item in now(workspace, items)] == [many] * 3
    write(workspace, now(workspace, items), NOTHING)
    assert not [one for item in items for one in ours(workspace.issue(item.key))]


# --- One that fails ------------------------------------------------------------------------------


def test_one_item_that_fails_hides_nobody_elses_fate(workspace: LinearWorkspace) -> None:
    """In the middle of each round: gone, read-only, foreign, a comment that another author wrote."""
    items = some(workspace)
    write(workspace, items[:1], START)
    write(workspace, items[3:4], START)
    rival = workspace.connector(owner="globex")
    write_one(rival, workspace.item(items[4].key, rival), EVERYTHING)
    items = now(workspace, items)
    gone, archived, refused = (
        workspace.issue(items[1].key),
        workspace.issue(items[2].key),
        workspace.issue(items[3].key),
    )
    person = next(iter(workspace.space.users.values()))

    def happen(space: Any) -> None:
        gone.archived_at = space.now()
        gone.trashed = True
        del space.issues[gone.id]
        archived.archived_at = space.now()
        refused.comments[0].user = person

    workspace.do(happen)
    receipts = {one.key: one for one in write(workspace, items, EVERYTHING)}
    assert [receipts[item.key].outcome for item in items[1:5]] == ["skipped", "skipped", "failed", "skipped"]
    words = ["no longer exists", "read-only", "your own comments", "globex"]
    assert all(word in (receipts[item.key].error or "") for item, word in zip(items[1:5], words, strict=True))
    others = [items[0], *items[5:]]
    assert outcomes([receipts[item.key] for item in others]) == {("written", None)}
    assert [item.shown for item in now(workspace, others)] == [EVERYTHING] * len(others)


def test_a_lost_reply_with_many_comments_is_found_out_in_few_requests(workspace: LinearWorkspace) -> None:
    items = some(workspace)
    tracker = workspace.connector()
    pulled = workspace.pulled(tracker)
    workspace.box.fault("POST /linear/graphql", "drop_after", operation="commentCreate", times=1)
    receipts = list(tracker.write_batch([(pulled[item.key], EVERYTHING) for item in items]))
    workspace.box.clear_faults()
    assert outcomes(receipts) == {("written", None)}
    assert [item.shown for item in now(workspace, items)] == [EVERYTHING] * COUNT
    assert {len(workspace.issue(item.key).comments) for item in items} == {1}
    assert sum(receipt.requests for receipt in receipts) < COUNT


@pytest.mark.parametrize("wanted", [EVERYTHING, ORPHAN, NOTHING], ids=["everything", "orphan", "nothing"])
@pytest.mark.parametrize("at", range(5))
def test_wherever_a_batch_breaks_off_the_next_run_finishes(
    workspace: LinearWorkspace, wanted: Marks, at: int
) -> None:
    items = some(workspace, 5)
    before = workspace.picture()
    write(workspace, items, START)
    tracker = workspace.connector()
    pulled = workspace.pulled(tracker)
    workspace.box.fault("POST /linear/graphql", "drop_after", skip=at)
    with suppress(Unreachable):
        list(tracker.write_batch([(pulled[item.key], wanted) for item in items]))
    workspace.box.clear_faults()
    assert outcomes(write(workspace, now(workspace, items), wanted)) == {("written", None)}
    assert [item.shown for item in now(workspace, items)] == [wanted] * 5
    write(workspace, now(workspace, items), NOTHING)
    assert workspace.picture() == before


def test_a_revoked_credential_stops_the_tracker(workspace: LinearWorkspace) -> None:
    items = some(workspace, 3)
    workspace.box.fault("POST /linear/graphql", "status", operation="attachmentCreate", status=401)
    with pytest.raises(CredentialError):
        write(workspace, items, EVERYTHING)


def test_a_spent_quota_is_waited_for(workspace: LinearWorkspace) -> None:
    items = some(workspace, 3)
    workspace.box.fault("POST /linear/graphql", "rate_limit", operation="commentCreate", times=1)
    assert outcomes(write(workspace, items, EVERYTHING)) == {("written", None)}
    assert len(workspace.naps) == 1


# --- Stopping ------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", range(4))
def test_a_stop_lets_the_running_request_finish_and_sends_no_other(
    workspace: LinearWorkspace, after: int
) -> None:
    items = some(workspace, 5)
    before = workspace.picture()
    calls = iter(range(100))
    tracker = workspace.connector()
    pulled = workspace.pulled(tracker)
    workspace.box.forget_requests()
    receipts = list(
        tracker.write_batch([(pulled[item.key], EVERYTHING) for item in items], lambda: next(calls) >= after)
    )
    assert outcomes(receipts) == {("skipped", STOPPED)}
    assert len([one for one in workspace.box.requests if "issueLabel" not in str(one)]) >= after
    write(workspace, now(workspace, items), NOTHING)
    assert workspace.picture() == before


# --- What a shared reply tells -------------------------------------------------------------------


def deletions(count: int) -> list[Write]:
    return [Write(mutations.COMMENT_DELETE, {"id": f"id-{at}"}) for at in range(count)]


def refusal(at: int | None, message: str = "Entity not found: Comment") -> dict[str, Any]:
    error: dict[str, Any] = {"message": message, "extensions": {"type": "invalid input"}}
    return error | ({"path": [f"w{at}"]} if at is not None else {})


class Told:
    """A Linear that gives these replies, one after another, and the ids that it was asked to delete."""

    def __init__(self, *replies: dict[str, Any]) -> None:
        self.asked: list[list[str]] = []
        self._replies = iter(replies)

    def __call__(self, request: Any) -> Response:
        self.asked.append(list(msgspec.json.decode(request.content)["variables"].values()))
        return Response(200, json=next(self._replies))


@contextmanager
def batch_requests(told: Told) -> Iterator[BatchRequests]:
    client = LinearClient(
        "linear", "https://linear.test/graphql", SecretStr("t"), Throttle(RetryPolicy(attempts=1))
    )
    with respx.mock() as router:
        router.post("https://linear.test/graphql").mock(side_effect=told)
        try:
            yield BatchRequests(client)
        finally:
            client.close()


def fates(told: Told, count: int) -> list[TrackerError | None]:
    with batch_requests(told) as shared:
        return shared.carry(deletions(count))


DONE = {"success": True}


def test_what_comes_before_the_failure_is_done_and_what_comes_after_is_sent_again() -> None:
    told = Told({"data": None, "errors": [refusal(1)]}, {"data": {"w0": DONE, "w1": DONE}})
    assert [type(one).__name__ for one in fates(told, 4)] == ["NoneType", "NotFound", "NoneType", "NoneType"]
    assert told.asked == [["id-0", "id-1", "id-2", "id-3"], ["id-2", "id-3"]]


def test_partial_data_is_believed() -> None:
    data = {"w0": DONE, "w1": None, "w2": {"success": False}}
    told = Told({"data": data, "errors": [refusal(1)]})
    first, second, third = fates(told, 3)
    assert first is None
    assert "not found" in str(second)
    assert isinstance(third, Refused)
    assert len(told.asked) == 1


def test_an_error_that_names_nobody_is_narrowed_down() -> None:
    whole = {"errors": [refusal(None, "Argument Validation Error")]}
    told = Told(whole, {"data": {"w0": DONE, "w1": DONE}}, whole, whole, {"data": {"w0": DONE}})
    assert [one is None for one in fates(told, 4)] == [True, True, False, True]
    assert [len(asked) for asked in told.asked] == [4, 2, 2, 1, 1]


def test_a_full_batch_is_one_look_and_one_request_for_a_write_of_each() -> None:
    """With the test of requests above: what a hundred items take, twelve take."""
    listed = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    told = Told(
        {"data": {"issues": listed, "comments": listed}},
        {"data": {f"w{at}": DONE for at in range(BATCH)}},
    )
    with batch_requests(told) as shared:
        asks = [ReadItem(f"id-{at}", is_project=False, comment="none") for at in range(BATCH)]
        assert len(shared.look(asks)) == BATCH
        assert shared.carry(deletions(BATCH)) == [None] * BATCH
    assert len(told.asked) == 2


def test_a_reply_that_says_nothing_ends() -> None:
    told = Told(*({"data": {}} for _ in range(3)))
    assert [one is None for one in fates(told, 2)] == [False, False]


# --- Going several ways at once ------------------------------------------------------------------


def test_ways_share_rounds_and_a_failure_waits_for_the_others() -> None:
    (one, other) = deletions(2)
    ends: list[str] = []

    def short() -> Effects[str]:
        (fate,) = yield from attempt(one)
        assert fate is not None
        raise fate

    def long() -> Effects[str]:
        yield from attempt(one)
        assert (yield from find_comment("x")) is None
        yield from attempt(other)
        ends.append("long")
        return "long"

    def none() -> Effects[str]:
        yield from attempt()
        return "none"

    way = gather(short(), long(), none())
    assert next(way) == (one, one)
    assert way.send([Refused("linear", "no"), None]).comment == "x"  # type: ignore[union-attr]
    assert way.send(None) == (other,)
    with pytest.raises(Refused):
        way.send([None])
    assert ends == ["long"]
