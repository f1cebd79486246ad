"""Work that loses its last link: since when that is so, from which day it is warned, and what the next run has to know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import KeyResultMark, Marks, Ref, Stamp, WorkItem
from sync.align.alignment import align
from sync.decide import decide
from sync.memory import Memory
from sync.signals.grace import LinkDays, lost_links, to_remember
from tests.support.builders import NOW, item, observed, ref, work, workspace

TODAY = NOW.date()
WEB = ref("WEB-1")
ALIGNED = Marks(alignment="aligned", labels=("okr-aligned",), stamp=Stamp("acme", alignment="aligned"))
MARK = (KeyResultMark("KR1", "T", 5, "on_track", ""),)
MARKED = Marks(MARK, stamp=Stamp("acme", MARK))
FILLED = Marks(MARK, "orphaned", ("okr-orphaned",), stamp=Stamp("acme", alignment="orphaned"))
THEIRS = replace(ALIGNED, stamp=Stamp("other"))
COPIED = Marks(MARK, labels=("okr-aligned",), stamp=Stamp("acme", MARK, copied=True))
WARNED = Marks(alignment="orphaned", labels=("okr-orphaned",), stamp=Stamp("acme"))


def days(number: int) -> date:
    return TODAY - timedelta(days=number)


def declared(**policy: Any) -> Workspace:
    return workspace(work("KR1"), policy=policy)


def since(one: WorkItem, remembered: LinkDays, last_read: date | None = None) -> date | None:
    space = declared()
    return lost_links(align([one], space), remembered, space, TODAY, last_read).get(one.ref)


@pytest.mark.parametrize(
    ("shown", "remembered", "last_read", "expected"),
    [
        pytest.param(Marks(), {}, None, None, id="never linked, as far as anybody knows"),
        pytest.param(ALIGNED, {}, None, TODAY, id="its ticket shows that it was"),
        pytest.param(MARKED, {}, None, TODAY, id="its ticket shows a key result"),
        pytest.param(COPIED, {}, None, None, id="a copy, or its stamp is gone"),
        pytest.param(THEIRS, {}, None, None, id="another workspace says so"),
        pytest.param(WARNED, {}, None, None, id="warned already"),
        pytest.param(FILLED, {}, None, None, id="warned, and a person filled its fields"),
        pytest.param(
            Marks(), {WEB: None}, None, TODAY, id="linked at the last run, which its ticket did not show"
        ),
        pytest.param(Marks(), {WEB: days(3)}, None, days(3), id="remembered"),
        pytest.param(ALIGNED, {WEB: days(3)}, None, days(3), id="remembered, and not written yet"),
        pytest.param(Marks(), {WEB: days(-30)}, None, TODAY, id="a day to come is none"),
        pytest.param(ALIGNED, {}, days(-5), days(-5), id="a look at the past takes no grace away"),
        pytest.param(Marks(), {WEB: days(-2)}, days(-5), days(-2), id="and moves nothing that is remembered"),
    ],
)
def test_since_when_it_is_unaligned(
    shown: Marks, remembered: LinkDays, last_read: date | None, expected: date | None
) -> None:
    assert since(item("WEB-1", shown=shown), remembered, last_read) == expected


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"category": "done"}, id="closed"),
        pytest.param({"in_scope": False}, id="out of scope"),
        pytest.param({"claims": ("KR1",)}, id="linked"),
        pytest.param({"labels": ("ktlo",)}, id="exempt"),
    ],
)
def test_other_work_has_lost_nothing(changes: dict[str, Any]) -> None:
    space = workspace(work("KR1"), exempt=[{"name": "ktlo", "labels": ["ktlo"]}])
    one = item("WEB-1", shown=ALIGNED, **changes)
    assert lost_links(align([one], space), {WEB: days(3)}, space, TODAY) == {}


@pytest.mark.parametrize(
    ("lost", "grace", "verdict"),
    [
        (0, 7, "waiting"),
        (6, 7, "waiting"),
        (7, 7, "orphaned"),
        (0, 0, "orphaned"),
        (0, 1, "waiting"),
        (1, 1, "orphaned"),
    ],
)
def test_it_is_warned_once_the_grace_since_then_is_over(lost: int, grace: int, verdict: str) -> None:
    memory = Memory(links={WEB: days(lost)}, writing_runs=1)
    run = decide(observed(item("WEB-1", category="doing")), memory, declared(grace_days=grace), NOW)
    assert (WEB in run.signals.orphans) == (verdict == "orphaned")
    assert (WEB in run.signals.in_grace) == (verdict == "waiting")
    (edit,) = run.plan.edits or (None,)
    assert (edit is not None and edit.wanted.alignment == "orphaned") == (verdict == "orphaned")
    if verdict == "waiting":
        (waiting,) = run.signals.unlinked
        assert (waiting.since, waiting.until) == (days(lost), days(lost - grace))
    else:
        assert run.signals.orphans[WEB].since == days(lost)


def test_young_work_that_loses_its_link_keeps_the_longer_grace() -> None:
    one = item("WEB-1", category="doing", created=NOW - timedelta(days=2))
    run = decide(observed(one), Memory(links={WEB: days(1)}), declared(), NOW)
    assert run.signals.in_grace[WEB].until == days(1) + timedelta(days=7)
    late = decide(observed(replace(one, created=NOW - timedelta(days=5))), Memory(), declared(), NOW)
    assert (late.signals.unlinked, late.signals.in_grace[WEB].until) == ((), days(-2))


def test_the_marks_go_at_once_and_the_plan_says_from_when_it_is_warned() -> None:
    items = [item(f"WEB-{number}", category="doing", shown=ALIGNED) for number in range(3)]
    run = decide(observed(*items), Memory(writing_runs=1), declared(), NOW)
    assert [(edit.wanted.alignment, edit.wanted.labels) for edit in run.plan.edits] == [(None, ())] * 3
    assert run.plan.notes[-1] == (
        "3 items lose their last key result; without another one they are warned from 2026-11-23."
    )


def remembered(
    one: WorkItem, before: LinkDays, shown: Marks | None = None, *, is_sync: bool = True, **policy: Any
) -> dict[Ref, date | None]:
    space = workspace(work("KR1"), exempt=[{"name": "ktlo", "labels": ["ktlo"]}], policy=policy)
    run = decide(observed(one), Memory(links=before, writing_runs=1), space, NOW)
    written = {one.ref: shown} if shown else {}
    return to_remember(run.alignment, run.unlinked_since, written, before, run.unshown, is_sync=is_sync)


ELSEWHERE = Ref("jira-eu", "7")
CLAIMED = item("WEB-1", claims=("KR1",))


@pytest.mark.parametrize(
    ("one", "before", "after"),
    [
        pytest.param(item("WEB-1"), {}, {}, id="never linked"),
        pytest.param(item("WEB-1", shown=ALIGNED), {}, {WEB: TODAY}, id="lost"),
        pytest.param(item("WEB-1"), {WEB: days(3)}, {WEB: days(3)}, id="lost before"),
        pytest.param(CLAIMED, {}, {}, id="linked, and not written yet"),
        pytest.param(CLAIMED, {WEB: days(3)}, {WEB: days(3)}, id="linked again, and not written yet"),
        pytest.param(CLAIMED, {WEB: None}, {WEB: None}, id="linked, and taken off by an undo"),
        pytest.param(
            item("WEB-1", claims=("KR1",), shown=ALIGNED), {WEB: days(3)}, {}, id="linked, and shown"
        ),
        pytest.param(item("WEB-1", category="done"), {WEB: days(3)}, {}, id="closed"),
        pytest.param(item("WEB-1", in_scope=False), {WEB: days(3)}, {}, id="out of scope"),
        pytest.param(item("WEB-1", labels=("ktlo",)), {WEB: days(3)}, {}, id="exempt"),
        pytest.param(item("WEB-2"), {WEB: days(3)}, {}, id="gone"),
        pytest.param(item("WEB-1", parent="WEB-9"), {WEB: days(3)}, {WEB: days(3)}, id="nobody can tell"),
        pytest.param(
            item("WEB-1"), {ELSEWHERE: days(3)}, {ELSEWHERE: days(3)}, id="of a tracker that was not read"
        ),
    ],
)
def test_what_is_remembered(one: WorkItem, before: LinkDays, after: LinkDays) -> None:
    assert remembered(one, before) == after


@pytest.mark.parametrize(
    ("policy", "before"),
    [
        pytest.param({"mode": "observe"}, {}, id="observed"),
        pytest.param({"marks": ["comment"]}, {}, id="comments alone"),
        pytest.param({"mode": "observe"}, {WEB: days(3)}, id="linked again"),
    ],
)
def test_that_it_is_linked_is_remembered_where_the_policy_shows_it_nowhere(
    policy: dict[str, Any], before: LinkDays
) -> None:
    assert remembered(CLAIMED, before, **policy) == {WEB: None}
    assert remembered(CLAIMED, before, is_sync=False, **policy) == before


@pytest.mark.parametrize(
    ("one", "before", "after"),
    [
        pytest.param(CLAIMED, {}, {}, id="linked by a draft"),
        pytest.param(CLAIMED, {WEB: days(3)}, {WEB: days(3)}, id="linked again by a draft"),
        pytest.param(item("WEB-1", labels=("ktlo",)), {WEB: days(3)}, {WEB: days(3)}, id="exempt by a draft"),
        pytest.param(item("WEB-1", in_scope=False), {WEB: days(3)}, {WEB: days(3)}, id="out of its scope"),
        pytest.param(item("WEB-2"), {WEB: days(3)}, {WEB: days(3)}, id="not read by it"),
        pytest.param(item("WEB-1", shown=ALIGNED), {}, {WEB: TODAY}, id="lost"),
        pytest.param(replace(CLAIMED, shown=ALIGNED), {WEB: days(3)}, {}, id="shown"),
        pytest.param(item("WEB-1", category="done"), {WEB: days(3)}, {}, id="closed"),
    ],
)
def test_what_a_run_that_only_looks_remembers(one: WorkItem, before: LinkDays, after: LinkDays) -> None:
    assert remembered(one, before, is_sync=False) == after


def test_what_was_written_meanwhile_counts() -> None:
    assert remembered(CLAIMED, {WEB: days(3)}, ALIGNED) == {}
