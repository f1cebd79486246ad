"""Histories made of what the trackers tell: the rules behind them, as tables, and the paging over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connectors.jira.api import cloud
from connectors.jira.api.wire import KnownStatus, StatusCategory
from connectors.jira.read import histories as jira
from connectors.jira.read.histories import Move
from connectors.linear.api.wire import SpanNode, StatusNode
from connectors.linear.read import histories as linear
from connectors.model import StatusSpan
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.builders import item
from tests.support.jira_site import Site

D1, D2, D3 = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3))
KNOWN = {
    id_: KnownStatus(id=id_, name=name, status_category=StatusCategory(key=key))
    for id_, name, key in (("1", "To Do", "new"), ("2", "Doing", "indeterminate"), ("3", "Done", "done"))
}
WEB = item("WEB-1", created=D1, status="To Do")


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ([], (StatusSpan("todo", "To Do", D1),)),
        ([Move(D2, "1", "2")], (StatusSpan("todo", "To Do", D1, D2), StatusSpan("doing", "Doing", D2))),
        (
            [Move(D3, "2", "3"), Move(D2, "1", "2")],
            (
                StatusSpan("todo", "To Do", D1, D2),
                StatusSpan("doing", "Doing", D2, D3),
                StatusSpan("done", "Done", D3),
            ),
        ),
        ([Move(D2, "1", "99")], None),
        ([Move(D2, "99", "1")], None),
        ([Move(D2, "1", "2"), Move(D3, "1", "3")], None),
    ],
)
def test_spans_of_an_issue_in_jira(moves: list[Move], told: tuple[StatusSpan, ...] | None) -> None:
    assert jira.spans_of(WEB, moves, KNOWN) == told


def test_dropped_work_that_never_moved_stands_where_it_is_closed() -> None:
    dropped = item("WEB-1", created=D1, status="Rejected", category="dropped")
    assert jira.spans_of(dropped, [], KNOWN) == (StatusSpan("done", "Rejected", D1),)


def node(begin: datetime, end: datetime | None, kind: str | None) -> SpanNode:
    state = StatusNode(name=kind, type=kind) if kind else None
    return SpanNode(id=str(begin), started_at=begin, ended_at=end, state=state)


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ([], None),
        ([node(D2, None, "started"), node(D1, D2, "backlog")],
         (StatusSpan("todo", "backlog", D1, D2), StatusSpan("doing", "started", D2))),
        ([node(D1, None, "canceled")], (StatusSpan("done", "canceled", D1),)),
        ([node(D1, D2, None), node(D2, None, "started")], None),
    ],
)  # fmt: skip
def test_spans_of_an_issue_in_linear(nodes: list[SpanNode], told: tuple[StatusSpan, ...] | None) -> None:
    assert linear.spans_of(nodes) == told


@pytest.fixture
def site() -> Iterator[Site]:
    with Sandbox(generate(120, 3)) as sandbox:
        one = Site(sandbox)
        yield one
        one.close()


def test_one_issue_can_span_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [one for one in site.truenorth.pull().items if one.project == "WEB"]
    whole = site.truenorth.histories(items)
    monkeypatch.setattr(cloud, "LOG_PAGE", 1)
    monkeypatch.setattr(cloud, "LOGGED_ISSUES", 7)
    assert site.truenorth.histories(items) == whole
    assert len(whole) == len(items)
    by_id = {str(one.id): one for one in site.jira.issues.values()}
    for one in items:
        moves = [
            change
            for entry in history_of(by_id[one.ref.id])
            for change in entry.items
            if change.field == "status"
        ]
        assert len(whole[one.ref]) == len(moves) + 1
        assert whole[one.ref][-1].status == one.status


def test_nothing_wanted_asks_nothing(site: Site) -> None:
    site.truenorth.pull()
    before = site.truenorth._client.requests
    assert site.truenorth.histories([]) == {}
    assert site.truenorth.fetch([]) == ()
    assert site.truenorth._client.requests == before


def test_items_beyond_the_scope_come_without_marks(site: Site) -> None:
    outside = next(one for one in site.jira.issues.values() if one.project.key == "STRAT")
    (found,) = site.truenorth.fetch([str(outside.id), "999999"])
    assert (found.key, found.in_scope, found.writable) == (outside.key, False, frozenset())
