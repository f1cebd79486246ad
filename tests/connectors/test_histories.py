"""Histories made of what the trackers tell: the rules behind them, as tables, and the paging over real HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.http.dates import LATEST, item_time
from connectors.jira.api import cloud
from connectors.jira.api.wire import KnownStatus, StatusCategory
from connectors.jira.read import histories as jira
from connectors.jira.read.status_moves import KnownStatuses, Move, Status, since_when
from connectors.linear.api.wire import Connection, HistoryNode, PageInfo, SpanNode, StatusNode
from connectors.linear.read import histories as linear
from connectors.model import AssigneeSpan, FlagSpan, StatusSpan, WorkItem
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.builders import item
from tests.support.jira_site import Site

D1, D2, D3, D4 = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3, 4))
KNOWN = KnownStatuses(
    KnownStatus(id=id_, name=name, status_category=StatusCategory(key=key))
    for id_, name, key in (
        ("1", "To Do", "new"), ("2", "Doing", "indeterminate"), ("3", "Done", "done"), ("4", "Closed", "done"),
        ("5", "Review", "indeterminate"), ("6", "Ready", "new"), ("7", "Ready", "done"),
    )
)  # fmt: skip
IDS = {"To Do": "1", "Doing": "2", "Done": "3", "Closed": "4", "Review": "5"}
WEB = item("WEB-1", created=D1, status="To Do")
DONE = item("WEB-1", created=D1, status="Done", category="done", completed=D4)


def status(text: str) -> Status:
    """A status by its name, "#" before one whose id the entry does not tell, an id before a colon."""
    if text.startswith("#"):
        return Status(name=text[1:])
    id_, _, name = text.rpartition(":")
    return Status(id_ or IDS.get(text, ""), name)


def move(at: datetime, before: str, after: str) -> Move:
    return Move(at, status(before), status(after))


def told(spans: Iterable[StatusSpan]) -> list[str]:
    return [f"{one.category or '?'} {one.status} {one.begin.day}" for one in spans]


@pytest.mark.parametrize(
    ("one", "moves", "spans"),
    [
        (WEB, [], ["todo To Do 1"]),
        (WEB, [move(D2, "Doing", "To Do")], ["doing Doing 1", "todo To Do 2"]),
        (DONE, [move(D3, "Doing", "Done"), move(D2, "To Do", "Doing")],
         ["todo To Do 1", "doing Doing 2", "done Done 3"]),
        # Of closed work without a change nothing is told; dropped work is closed too.
        (DONE, [], []),
        (replace(DONE, status="Rejected", category="dropped"), [], []),
        # Names alone, in whatever case, and a mix of both.
        (DONE, [move(D2, "#to do", "#Doing"), move(D4, "Doing", "#DONE")],
         ["todo to do 1", "doing Doing 2", "done DONE 4"]),
        # Changes of one moment go on where the last one ended, in whatever order they came.
        (DONE, [move(D2, "To Do", "Doing"), move(D4, "Review", "Done"), move(D4, "Doing", "Review")],
         ["todo To Do 1", "doing Doing 2", "doing Review 4", "done Done 4"]),
        (DONE, [move(D2, "Review", "Done"), move(D2, "To Do", "Doing"), move(D2, "Doing", "Review")],
         ["todo To Do 1", "doing Doing 2", "doing Review 2", "done Done 2"]),
        (DONE, [move(D2, "To Do", "Doing"), move(D2, "Doing", "To Do"), move(D2, "To Do", "Done")],
         ["todo To Do 1", "doing Doing 2", "todo To Do 2", "done Done 2"]),
        # A status that no workflow has any more hides itself alone.
        (DONE, [move(D2, "To Do", "Doing"), move(D3, "Doing", "99:QA"), move(D4, "99:QA", "Done")],
         ["todo To Do 1", "doing Doing 2", "? QA 3", "done Done 4"]),
        (DONE, [move(D2, "99:Selected", "Doing"), move(D4, "Doing", "Done")],
         ["? Selected 1", "doing Doing 2", "done Done 4"]),
        (DONE, [move(D2, "98:", "99:Doing"), move(D4, "99:Doing", "Done")],
         ["? status 98 1", "doing Doing 2", "done Done 4"]),
        # The same name in two categories tells none.
        (DONE, [move(D2, "99:Ready", "Doing"), move(D4, "Doing", "Done")],
         ["? Ready 1", "doing Doing 2", "done Done 4"]),
        # What stands there when the category changed for the last time, and later, is done.
        (DONE, [move(D3, "Doing", "98:Live"), move(D4, "98:Live", "99:Shipped")],
         ["doing Doing 1", "? Live 3", "done Shipped 4"]),
        (replace(DONE, completed=D2), [move(D2, "Doing", "98:Live"), move(D4, "98:Live", "Closed")],
         ["doing Doing 1", "done Live 2", "done Closed 4"]),
        (replace(DONE, completed=D2, dated_by_resolution=True),
         [move(D2, "Doing", "98:Live"), move(D4, "98:Live", "Closed")],
         ["doing Doing 1", "? Live 2", "done Closed 4"]),
        # In the status it stands in now; where its name is that of two, its own category tells.
        (replace(DONE, status="Ready"), [move(D2, "Doing", "#Ready")], ["doing Doing 1", "done Ready 2"]),
        # Where changes are missing nothing is told until the next one, but within one category nothing is lost.
        (DONE, [move(D2, "To Do", "Doing"), move(D3, "To Do", "Done")], ["todo To Do 1", "?  2", "done Done 3"]),
        (DONE, [move(D2, "To Do", "Doing"), move(D3, "Review", "Done")],
         ["todo To Do 1", "doing Doing 2", "done Done 3"]),
        (DONE, [move(D2, "To Do", "Doing")], ["todo To Do 1", "?  2"]),
    ],
)  # fmt: skip
def test_spans_of_an_issue_in_jira(one: WorkItem, moves: list[Move], spans: list[str]) -> None:
    assert told(jira.spans_of(one, moves, KNOWN)) == spans


MINE = replace(WEB, assignee="Ann Lee", assignee_id="a")


def persons(spans: Iterable[AssigneeSpan] | None) -> list[str] | None:
    return None if spans is None else [f"{one.person or '-'} {one.begin.day}" for one in spans]


def handed(at: datetime, before: str, after: str) -> Move:
    """A change of the assignee; "-" for nobody, "#" before a name without an id."""
    ends = [
        Status() if end == "-" else Status(name=end[1:]) if end[0] == "#" else Status(end, end.upper())
        for end in (before, after)
    ]
    return Move(at, *ends)


@pytest.mark.parametrize(
    ("one", "moves", "expected"),
    [
        (MINE, [], ["a 1"]),
        (WEB, [], ["- 1"]),
        # Read by a version that did not keep ids.
        (replace(MINE, assignee_id=None), [], ["Ann Lee 1"]),
        (MINE, [handed(D2, "-", "b"), handed(D3, "b", "a")], ["- 1", "b 2", "a 3"]),
        (MINE, [handed(D3, "b", "a"), handed(D2, "-", "b")], ["- 1", "b 2", "a 3"]),
        (WEB, [handed(D2, "a", "#Cid"), handed(D4, "#Cid", "-")], ["a 1", "Cid 2", "- 4"]),
        # A change into the same person is none.
        (MINE, [handed(D2, "a", "a"), handed(D3, "a", "b")], ["a 1", "b 3"]),
    ],
)  # fmt: skip
def test_who_had_an_issue_in_jira(one: WorkItem, moves: list[Move], expected: list[str]) -> None:
    spans = jira.assignees_of(one, moves)
    assert persons(spans) == expected
    assert [one.end for one in spans] == [*(one.begin for one in spans[1:]), None]


def flagged(at: datetime, before: str, after: str) -> Move:
    return Move(
        at,
        Status(before, "Impediment" if "1" in before else ""),
        Status(after, "Impediment" if "1" in after else ""),
    )


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([], ()),
        ([flagged(D2, "", "[10019]")], (FlagSpan(D2),)),
        ([flagged(D2, "", "[10019]"), flagged(D3, "[10019]", "")], (FlagSpan(D2, D3),)),
        ([flagged(D3, "[10019]", "[]"), flagged(D2, "", "[10019]")], (FlagSpan(D2, D3),)),
        # Flagged when it was made; another option beside it; flagged again.
        ([flagged(D2, "[10019]", "")], (FlagSpan(D1, D2),)),
        ([flagged(D2, "", "[10019]"), flagged(D3, "[10019]", "[10019, 10020]"), flagged(D4, "[10019, 10020]", "")],
         (FlagSpan(D2, D4),)),
        ([flagged(D1, "", "[1]"), flagged(D2, "[1]", ""), flagged(D4, "", "[1]")], (FlagSpan(D1, D2), FlagSpan(D4))),
        # A Data Center whose entries have no ids.
        ([Move(D2, Status(), Status(name="Impediment")), Move(D3, Status(name="Impediment"), Status())], (FlagSpan(D2, D3),)),
    ],
)  # fmt: skip
def test_when_an_issue_was_flagged(moves: list[Move], expected: tuple[FlagSpan, ...]) -> None:
    assert jira.flags_of(WEB, moves) == expected


def entry(at: datetime, before: str | None = None, after: str | None = None) -> HistoryNode:
    return HistoryNode(created_at=at, from_assignee_id=before, to_assignee_id=after)


@pytest.mark.parametrize(
    ("one", "entries", "more", "expected"),
    [
        (MINE, [], False, ["a 1"]),
        (WEB, [entry(D2)], False, ["- 1"]),
        # The newest comes first.
        (MINE, [entry(D4), entry(D3, "b", "a"), entry(D2, None, "b")], False, ["- 1", "b 2", "a 3"]),
        (MINE, [entry(D3, "b", "a"), entry(D3, None, "b")], False, ["- 1", "a 3"]),
        # Of more entries the older ones are not told.
        (MINE, [entry(D4), entry(D3, "b", "a"), entry(D2)], True, ["b 2", "a 3"]),
        (MINE, [entry(D4), entry(D2)], True, ["a 2"]),
        # They do not lead to who has it now.
        (MINE, [entry(D3, "a", "b")], False, None),
        (WEB, [entry(D3, "a", None)], False, ["a 1", "- 3"]),
    ],
)  # fmt: skip
def test_who_had_an_issue_in_linear(
    one: WorkItem, entries: list[HistoryNode], more: bool, expected: list[str] | None
) -> None:
    history = Connection(nodes=entries, page_info=PageInfo(has_next_page=more))
    assert persons(linear.assignees_of(one, history)) == expected


@pytest.mark.parametrize(
    ("moves", "day"),
    [
        ([move(D2, "To Do", "Doing"), move(D3, "Doing", "Done")], D3),
        # Reopened and done again; dropped back from one done status is not.
        ([move(D1, "Doing", "Done"), move(D2, "Done", "Doing"), move(D3, "Doing", "Done")], D3),
        # An administrator's sweep from one done status into another.
        ([move(D2, "Doing", "Done"), move(D4, "Done", "Closed")], D2),
        ([move(D2, "Doing", "#done"), move(D4, "#Done", "Closed")], D2),
        # A status that is not known may have been a done one.
        ([move(D2, "Doing", "99:Resolved"), move(D4, "99:Resolved", "Closed")], None),
        ([move(D2, "Doing", "99:Done"), move(D4, "99:Done", "Closed")], D2),
        ([move(D2, "Doing", "99:Shipped")], D2),
        ([move(D2, "To Do", "Doing")], None),
        ([move(D2, "Done", "Closed")], None),
        ([], None),
        ([move(D3, "Review", "Done"), move(D3, "Doing", "Review"), move(D2, "To Do", "Doing")], D3),
    ],
)  # fmt: skip
def test_work_got_done_with_the_last_change_into_a_done_status(
    moves: list[Move], day: datetime | None
) -> None:
    assert since_when("done", moves, KNOWN) == day


@pytest.mark.parametrize(
    ("as_written", "at"),
    [
        ("2026-11-02T09:00:00.000+0000", datetime(2026, 11, 2, 9, tzinfo=UTC)),
        ("2026-11-02T09:00:00.250-0330", datetime(2026, 11, 2, 12, 30, 0, 250_000, tzinfo=UTC)),
        (1793610000000, datetime(2026, 11, 2, 9, tzinfo=UTC)),
        (1793610000250, datetime(2026, 11, 2, 9, 0, 0, 250_000, tzinfo=UTC)),
        (1793610000, datetime(2026, 11, 2, 9, tzinfo=UTC)),
        (1793610000.5, datetime(2026, 11, 2, 9, 0, 0, 500_000, tzinfo=UTC)),
        (1492070429, datetime(2017, 4, 13, 8, 0, 29, tzinfo=UTC)),
        ("2026-11-02T09:00:00", None),
        ("soon", None),
        ("", None),
        (None, None),
        (1e30, LATEST),
    ],
)
def test_times_are_text_or_seconds_or_milliseconds(
    as_written: str | float | None, at: datetime | None
) -> None:
    assert item_time(as_written) == at


def node(begin: datetime, end: datetime | None, kind: str | None) -> SpanNode:
    state = StatusNode(name=kind, type=kind) if kind else None
    return SpanNode(id=str(begin), started_at=begin, ended_at=end, state=state)


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ([], ()),
        ([node(D2, None, "started"), node(D1, D2, "backlog")],
         (StatusSpan("todo", "backlog", D1, D2), StatusSpan("doing", "started", D2))),
        ([node(D1, None, "canceled")], (StatusSpan("done", "canceled", D1),)),
        ([node(D1, D2, None), node(D2, None, "started")],
         (StatusSpan(None, "a deleted state", D1, D2), StatusSpan("doing", "started", D2))),
        # Of one moment: what ended in it came first.
        ([node(D2, None, "completed"), node(D2, D2, "started"), node(D1, D2, "backlog")],
         (StatusSpan("todo", "backlog", D1, D2), StatusSpan("doing", "started", D2, D2),
          StatusSpan("done", "completed", D2))),
    ],
)  # fmt: skip
def test_spans_of_an_issue_in_linear(nodes: list[SpanNode], told: tuple[StatusSpan, ...]) -> None:
    assert linear.spans_of(nodes) == told


@pytest.fixture
def site() -> Iterator[Site]:
    with Sandbox(generate(120, 3)) as sandbox:
        one = Site(sandbox)
        yield one
        one.close()


def test_one_issue_can_span_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [one for one in site.truenorth.pull().items if one.project == "WEB"]
    whole = {ref: one.statuses for ref, one in site.truenorth.histories(items).items()}
    monkeypatch.setattr(cloud, "LOG_PAGE", 1)
    monkeypatch.setattr(cloud, "LOGGED_ISSUES", 7)
    assert {ref: one.statuses for ref, one in site.truenorth.histories(items).items()} == whole
    assert len(whole) == len(items)
    assert all(span.category is not None for spans in whole.values() for span in spans)
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
