"""Several issues on their way at once: as many as may be, each in its order, and what ends a run ends it cleanly."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.base import STOPPED, WriteRequest
from connectors.errors import CredentialError, Unreachable
from connectors.jira.write.side_by_side import SideBySide, Turns
from connectors.model import NOTHING, WorkItem
from tests.support.jira_site import Site, comment, connector, marks, ours, running

COUNT = 24
COMMENT = "POST .*/comment$"
SLOW = 0.15
"""Seconds a comment takes, so that those sent together are under way together however busy the machine is."""


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as site:
        site.jira.tasks.delay = site.jira.tasks.pace = 0
        yield site


def some(site: Site, count: int = COUNT) -> list[WorkItem]:
    found = [
        one for one in site.truenorth.pull().items if one.key.startswith(("WEB-", "OPS-")) and one.in_scope
    ]
    return found[:count]


def now(site: Site, items: list[WorkItem]) -> list[WorkItem]:
    refs = {item.ref for item in items}
    return [item for item in site.truenorth.pull().items if item.ref in refs]


def comments_sent(site: Site) -> list[int]:
    """How many were being served when each comment came in, itself included."""
    return [one.in_flight for one in site.sandbox.requests if one.path.endswith("/comment")]


@pytest.mark.parametrize("most", [1, 3, 8])
def test_comments_go_side_by_side_and_never_more_than_may(site: Site, most: int) -> None:
    ours_alone = connector(site.url, writes_in_flight=most)
    try:
        items = some(site, 12)
        site.sandbox.fault(COMMENT, "latency", seconds=SLOW)
        site.sandbox.forget_requests()
        assert {
            one.outcome for one in ours_alone.write_batch([(one, marks(says=comment())) for one in items])
        } == {"written"}
        assert max(comments_sent(site)) == most
    finally:
        ours_alone.close()


def test_batches_side_by_side_share_the_limit(site: Site) -> None:
    items = some(site)
    halves = [[(one, marks(says=comment())) for one in items[at::2]] for at in (0, 1)]
    site.sandbox.fault(COMMENT, "latency", seconds=SLOW)
    site.sandbox.forget_requests()
    with ThreadPoolExecutor(2) as lanes:
        receipts = list(
            itertools.chain(*lanes.map(lambda half: list(site.truenorth.write_batch(half)), halves))
        )
    assert Counter(one.outcome for one in receipts) == {"written": COUNT}
    assert max(one.in_flight for one in site.sandbox.requests) <= 8
    assert max(comments_sent(site)) == 8
    assert sum(one.requests for one in receipts) == len(site.calls())
    assert [one.shown for one in now(site, items)] == [marks(says=comment())] * COUNT


def test_each_issue_has_its_stamp_before_its_comment_and_loses_it_last(site: Site) -> None:
    items = some(site, 12)
    wanted = marks(says=comment())
    list(site.truenorth.write_batch([(one, wanted) for one in items]))
    calls = site.calls()
    stamps = [at for at, call in enumerate(calls) if call.startswith("POST issue/properties")]
    comments = [at for at, call in enumerate(calls) if call.endswith("/comment")]
    assert min(stamps) < min(comments) <= max(comments) < max(stamps)
    site.sandbox.forget_requests()
    list(site.truenorth.write_batch([(one, NOTHING) for one in now(site, items)]))
    calls = site.calls()
    gone = [at for at, call in enumerate(calls) if call.startswith("DELETE issue/properties")]
    others = [at for at, call in enumerate(calls) if call.startswith("DELETE") and "properties" not in call]
    assert len(others) == 2 * len(items)
    assert max(others) < min(gone)


def test_a_stop_lets_those_under_way_finish_and_begins_no_other(site: Site) -> None:
    items = some(site)
    told = threading.Event()
    rule = site.sandbox.fault(COMMENT, "latency", seconds=SLOW)
    site.sandbox.forget_requests()

    def stop_when_eight_are_under_way() -> None:
        while rule.hits < 8:
            time.sleep(0.002)
        told.set()

    watching = threading.Thread(target=stop_when_eight_are_under_way)
    watching.start()
    receipts = list(site.truenorth.write_batch([(one, marks(says=comment())) for one in items], told.is_set))
    watching.join()
    outcomes = Counter((one.outcome, one.error) for one in receipts)
    done = outcomes.pop(("written", None))
    assert 8 <= done < COUNT
    assert outcomes == {("skipped", STOPPED): COUNT - done}
    assert len(comments_sent(site)) == done
    # What was written needs nothing more, and what was left needs only the rest.
    again = now(site, items)
    assert sum(one.shown == marks(says=comment()) for one in again) == done
    assert {
        one.outcome for one in site.truenorth.write_batch([(one, marks(says=comment())) for one in again])
    } == {"written"}
    assert all(len(ours(site, one.key)) == 1 for one in items)


def test_a_revoked_credential_ends_all_lanes_with_those_under_way(site: Site) -> None:
    items = some(site)
    halves = [[(one, marks(says=comment())) for one in items[at::2]] for at in (0, 1)]
    site.sandbox.fault(COMMENT, "latency", seconds=SLOW)
    site.sandbox.fault(COMMENT, "revoked", form="401", skip=4)
    ended: list[str] = []

    def lane(half: Sequence[WriteRequest]) -> None:
        try:
            ended.extend(one.outcome for one in site.truenorth.write_batch(half))
        except CredentialError:
            ended.append("refused")

    site.sandbox.forget_requests()
    with ThreadPoolExecutor(2) as lanes:
        list(lanes.map(lane, halves))
    assert "refused" in ended
    assert set(ended) <= {"refused", "skipped", "written"}
    # Eight were under way when the first was refused; where the first four were answered, four more had begun.
    assert len(comments_sent(site)) <= 12
    site.sandbox.clear_faults()
    again = now(site, items)
    assert {
        one.outcome for one in site.truenorth.write_batch([(one, marks(says=comment())) for one in again])
    } == {"written"}
    assert all(len(ours(site, one.key)) == 1 for one in items)


def test_what_a_project_refuses_is_found_out_once(site: Site) -> None:
    items = some(site, 12)
    site.sandbox.fault("POST .*/remotelink", "status", status=403, body={"errorMessages": ["No."]})
    site.sandbox.forget_requests()
    list(site.truenorth.write_batch([(one, marks(says=comment())) for one in items]))
    refused = sum(call.endswith("/remotelink") for call in site.calls())
    assert refused == len({one.project for one in items})


def test_a_turn_goes_to_whoever_waits_longest() -> None:
    turns = Turns(1)
    order: list[str] = []
    ready = threading.Barrier(2)

    def wait_for_it() -> None:
        ready.wait()
        with turns.one():
            order.append("waited")

    waiting = threading.Thread(target=wait_for_it)
    with turns.one():
        waiting.start()
        ready.wait()
        while not turns.waiting:
            pass
    with turns.one():
        order.append("came back")
    waiting.join()
    assert order == ["waited", "came back"]


def test_after_an_error_nothing_begins_and_all_that_had_begun_has_ended() -> None:
    side = SideBySide(2)
    begun: list[int] = []
    ended: list[int] = []
    started = threading.Event()

    def step(number: int) -> None:
        begun.append(number)
        if number == 0:
            started.wait()
            raise Unreachable("jira", "gone.")
        started.set()
        ended.append(number)

    with pytest.raises(Unreachable), side.batch():
        side.each(range(20), lambda number: None if side.trouble.is_set() else step(number))
    side.close()
    assert sorted(ended) == sorted(set(begun) - {0})
    with side.batch():
        assert not side.trouble.is_set()
