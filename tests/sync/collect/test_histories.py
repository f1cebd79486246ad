"""Which histories are asked for, and which are kept or forgotten: as tables over a tracker in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import AssigneeSpan, FlagSpan, Pull, Ref, StatusSpan, WorkItem
from sync.align.alignment import align
from sync.collect.histories import LastHistories, needs_histories, with_histories
from sync.observation import Observation
from tests.support.builders import NOW, epic, item, ref, work, workspace
from tests.support.fake_tracker import FakeTracker

LONG_AGO = NOW - timedelta(weeks=27)
EPIC = epic("WEB-1")
OPEN = item("WEB-2", "WEB-1")
RECENT = item("WEB-3", category="done", completed=NOW - timedelta(weeks=25))
OLD = item("WEB-4", category="done", completed=LONG_AGO, updated=NOW)
DROPPED = item("WEB-5", category="dropped", dropped=NOW - timedelta(days=1))
UNDATED = item("WEB-6", category="done", completed=None, updated=LONG_AGO)
OUTSIDE = item("STRAT-1", in_scope=False)
ALL = (EPIC, OPEN, RECENT, OLD, DROPPED, UNDATED, OUTSIDE)
FLOW = workspace(work("KR1", {"key": "WEB-1"}), flow={})
PLAIN = workspace(work("KR1", {"key": "WEB-1"}))


class Collected:
    """A tracker that is read again and again, and what every read came to."""

    def __init__(self, *items: WorkItem) -> None:
        self.tracker = FakeTracker("jira", {one.ref: one for one in items})
        for one in items:
            self.tracker.past[one.ref] = (StatusSpan("doing", "In Progress", one.created),)
            self.tracker.assigned[one.ref] = (AssigneeSpan("5b10", one.created),)
        self.last: Observation | None = None

    def read(
        self,
        declared: Workspace = FLOW,
        at: datetime = NOW,
        *,
        anew: bool = False,
        stale: bool = False,
        **changed: Any,
    ) -> list[str]:
        """The keys of what was asked for."""
        for key, facts in changed.items():
            of = ref(key.replace("_", "-"))
            self.tracker.items[of] = replace(self.tracker.items[of], **facts)
        items = tuple(self.tracker.items.values())
        observation = Observation((Pull("jira", items, at),), at)
        if stale:
            observation = replace(observation, unread=(_unread(),))
        last = self.last
        known = None
        if last is not None:
            versions = ({}, {}) if anew else (last.histories_of, last.assigned_of)
            known = LastHistories(last, *versions)
        self.tracker.asked_histories.clear()
        alignment = align(items, declared, {}, at.date())
        self.last = with_histories(observation, declared, {"jira": self.tracker}, alignment, known)
        return sorted(key for keys in self.tracker.asked_histories for key in keys)

    @property
    def kept(self) -> Observation:
        assert self.last is not None
        return self.last


def _unread() -> Any:
    from sync.observation import Unread

    return Unread("tracker", "jira", "unreachable", "it does not answer")


def keys(found: Mapping[Ref, object]) -> list[str]:
    return sorted(one.id for one in found)


ALIVE = ["WEB-2", "WEB-3", "WEB-5"]


def test_leaves_that_were_alive_in_the_window_are_asked_for() -> None:
    one = Collected(*ALL)
    assert one.read() == ALIVE
    assert keys(one.kept.histories) == keys(one.kept.assigned) == keys(one.kept.assigned_of) == ALIVE
    wide = workspace(work("KR1", {"key": "WEB-1"}), flow={"window_weeks": 30})
    assert Collected(*ALL).read(wide) == ["WEB-2", "WEB-3", "WEB-4", "WEB-5", "WEB-6"]


def test_without_the_declaration_nothing_is() -> None:
    assert not needs_histories(PLAIN)
    assert needs_histories(FLOW)
    assert Collected(*ALL).read(PLAIN) == []


def test_what_did_not_change_is_not_asked_for_again() -> None:
    one = Collected(*ALL)
    one.tracker.flagged[OPEN.ref] = (FlagSpan(NOW),)
    one.read()
    first = one.kept
    assert one.read() == []
    assert (one.kept.histories, one.kept.assigned, one.kept.flagged) == (
        first.histories,
        first.assigned,
        {OPEN.ref: (FlagSpan(NOW),)},
    )
    one.tracker.flagged.clear()
    assert one.read(WEB_2={"updated": NOW + timedelta(hours=1)}) == ["WEB-2"]
    assert one.kept.flagged == {}
    assert one.read(anew=True) == ALIVE


def test_what_ended_before_the_window_is_forgotten() -> None:
    one = Collected(*ALL)
    one.read()
    assert one.read(at=NOW + timedelta(weeks=2)) == []
    assert keys(one.kept.histories) == keys(one.kept.histories_of) == ["WEB-2", "WEB-5"]
    assert keys(one.kept.assigned) == ["WEB-2", "WEB-5"]


def test_a_tracker_that_stands_as_last_read_keeps_its_histories() -> None:
    one = Collected(*ALL)
    one.read()
    assert one.read(stale=True, WEB_2={"updated": NOW + timedelta(hours=1)}) == []
    assert keys(one.kept.histories) == ALIVE


@pytest.mark.parametrize("measured", [False, True])
def test_histories_without_assignees_are_read_again_once_flow_is_declared(measured: bool) -> None:
    efficiency = {"kind": "flow", "of": "efficiency", "start": 10, "target": 50, "window_days": 200}
    one = Collected(*ALL)
    rows = [work("KR1", {"key": "WEB-3"})]
    if measured:
        rows = [{**rows[0], "measure": efficiency}]
    plain, flow = workspace(*rows), workspace(*rows, flow={})
    assert one.read(plain) == (["WEB-3"] if measured else [])
    assert (keys(one.kept.assigned), keys(one.kept.assigned_of)) == ([], [])
    assert one.read(flow) == ALIVE
    assert keys(one.kept.assigned) == ALIVE
    # What is not declared any more is not kept either.
    assert one.read(plain) == []
    assert one.kept.assigned == {}
