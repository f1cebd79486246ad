"""Signals, desired marks, plan and guards: from items to what would be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.policy import GuardPolicy
from connectors.model import Comment, KeyResultMark, Marks, Ref, Stamp, WorkItem
from sync.memory import Memory
from sync.plan import guards
from sync.plan.guards import first_run_stop, mass_change_stop, shrink_stop
from sync.plan.plan import absorb_small_steps, natural
from tests.support.builders import NOW, epic, item, metric, ref, work, workspace
from tests.support.deciding import decide
from tests.support.plain_text import to_plain


def applied(items: list[WorkItem], wanted: dict[Ref, Marks]) -> list[WorkItem]:
    """The world after a perfect write."""

    def shown(marks: Marks) -> Marks:
        return replace(marks, stamp=Stamp("acme", labels=marks.labels))

    return [replace(one, shown=shown(wanted[one.ref])) if one.ref in wanted else one for one in items]


WORLD = [
    epic("WEB-1", claims=("KR1",)),
    item("WEB-2", "WEB-1", category="done"),
    item("WEB-3", "WEB-1", category="doing"),
    epic("WEB-4"),
    item("WEB-5", "WEB-4", category="doing"),
    item("WEB-6", category="doing", created=NOW - timedelta(days=2)),
    item("WEB-7", labels=("ktlo",)),
    item("WEB-8", category="done"),
    item("STRAT-1", in_scope=False),
]
DECLARED = workspace(work("KR1"), metric("KR2", 0, 10), exempt=[{"name": "ktlo", "labels": ["ktlo"]}])


def test_desired_marks_of_every_kind_of_item() -> None:
    wanted, _, _ = decide(WORLD, DECLARED)
    mark = KeyResultMark(
        "KR1",
        "Result KR1",
        50,
        "on_track",
        "https://okrs.example/kr/KR1",
        objective="Objective",
        due="2026-12-31",
        because="claim KR1",
        goal="",
    )
    inherited = replace(mark, because="claim KR1 on parent WEB-1", moves=50, percent_after=100)
    seen = {
        key.id: (marks.key_results, marks.alignment, marks.labels, marks.comment and marks.comment.purpose)
        for key, marks in wanted.items()
    }
    nothing: tuple[Any, ...] = ((), None, (), None)
    assert seen == {
        "WEB-1": ((mark,), "aligned", ("okr-aligned",), "progress"),
        "WEB-2": nothing,
        "WEB-3": ((inherited,), "aligned", ("okr-aligned",), None),
        "WEB-4": ((), "orphaned", ("okr-orphaned",), "orphan"),
        "WEB-5": ((), "orphaned", ("okr-orphaned",), None),
        "WEB-6": nothing,
        "WEB-7": nothing,
        "WEB-8": nothing,
    }


def test_the_second_plan_is_empty() -> None:
    wanted, _, plan = decide(WORLD, DECLARED)
    assert not plan.empty
    assert decide(applied(WORLD, wanted), DECLARED)[2].empty


def test_topmost_orphan_only() -> None:
    _, signals, _ = decide(WORLD, DECLARED)
    assert {one.item.id: one.top for one in signals.orphans.values()} == {"WEB-4": True, "WEB-5": False}


def test_a_warning_goes_away_with_its_cause() -> None:
    wanted, _, _ = decide(WORLD, DECLARED)
    marked = {one.key: one for one in applied(WORLD, wanted)}
    linked = replace(marked["WEB-4"], claims=("KR1",))
    closed = replace(marked["WEB-4"], category="done")
    for changed in (linked, closed):
        after = decide([*(one for key, one in marked.items() if key != "WEB-4"), changed], DECLARED)[0]
        marks = after[ref("WEB-4")]
        assert marks.alignment != "orphaned"
        assert "okr-orphaned" not in marks.labels
        assert marks.comment is None or marks.comment.purpose == "progress"


@pytest.mark.parametrize(
    ("claims", "age", "labels"),
    [
        pytest.param(("KR9",), 30, {"okr-dangling", "okr-orphaned"}, id="an orphan"),
        pytest.param(("KR9",), 1, {"okr-dangling"}, id="in its grace"),
        pytest.param(("KR9", "KR1"), 30, {"okr-dangling", "okr-aligned"}, id="beside a right claim"),
        pytest.param(("KR1",), 30, {"okr-aligned"}, id="no dangling claim"),
    ],
)
def test_a_dangling_claim_has_its_own_label(claims: tuple[str, ...], age: int, labels: set[str]) -> None:
    one = item("WEB-9", category="doing", claims=claims, created=NOW - timedelta(days=age))
    wanted = decide([one], DECLARED)[0]
    assert wanted[one.ref].labels == tuple(sorted(labels))
    (marked,) = applied([one], wanted)
    mended = replace(marked, claims=("KR1",))
    assert decide([mended], DECLARED)[0][one.ref].labels == ("okr-aligned",)
    closed = replace(marked, category="done")
    assert "okr-dangling" not in decide([closed], DECLARED)[0][one.ref].labels


def test_without_a_label_for_them_dangling_claims_get_none() -> None:
    one = item("WEB-9", claims=("KR9", "KR1"))
    labels = DECLARED.policy.labels.model_copy(update={"dangling": None})
    policy = DECLARED.policy.model_copy(update={"labels": labels})
    quiet = DECLARED.model_copy(update={"policy": policy})
    assert decide([one], quiet)[0][one.ref].labels == ("okr-aligned",)


def test_closed_work_keeps_nothing_that_people_copied_or_put_beside_its_labels() -> None:
    wanted, _, _ = decide(WORLD, DECLARED)
    three = next(one for one in applied(WORLD, wanted) if one.key == "WEB-3")
    kept, shown = wanted[three.ref], replace(three.shown, labels=("okr-aligned", "okr-orphaned"))
    closed = replace(three, category="done", shown=shown)
    assert decide([closed], DECLARED)[0][three.ref] == kept
    copied = replace(closed, shown=replace(shown, stamp=Stamp("acme", labels=shown.labels, copied=True)))
    assert decide([copied], DECLARED)[0][three.ref] == Marks()


def test_closed_work_keeps_what_it_shows() -> None:
    wanted, _, _ = decide(WORLD, DECLARED)
    marked = [replace(one, category="done") if one.key == "WEB-3" else one for one in applied(WORLD, wanted)]
    after = decide(marked, DECLARED)[0]
    assert after[ref("WEB-3")] == wanted[ref("WEB-3")]


def test_marks_that_an_item_cannot_carry_are_not_planned() -> None:
    frozen = item("WEB-9", writable=frozenset())
    plain = epic("eng-9", writable=frozenset({"key_results", "comment"}), claims=("KR1",))
    wanted, _, plan = decide([frozen, plain], DECLARED)
    assert [edit.item.key for edit in plan.edits] == ["eng-9"]
    assert wanted[ref("eng-9")].labels == ()


def test_a_foreign_stamp_is_refused_aloud() -> None:
    foreign = item("WEB-1", claims=("KR1",), shown=Marks(stamp=Stamp("other")))
    _, _, plan = decide([foreign], DECLARED)
    assert plan.empty
    assert plan.refusals[0].key == "WEB-1"
    assert '"other"' in plan.refusals[0].reason


def test_comments_can_be_switched_off() -> None:
    quiet = workspace(work("KR1"), policy={"comments": False})
    wanted, _, _ = decide(WORLD, quiet)
    assert all(marks.comment is None for marks in wanted.values())


def test_texts_say_what_they_must() -> None:
    wanted, _, _ = decide(WORLD, DECLARED)
    progress, orphan = wanted[ref("WEB-1")].comment, wanted[ref("WEB-4")].comment
    assert progress is not None
    assert progress.doc is not None
    assert orphan is not None
    assert orphan.doc is not None
    text = to_plain(progress.doc)
    assert "KR1 · Result KR1" in text
    assert "50 %" in text
    assert "This epic: 1 of 2 tickets done." in text
    warning = to_plain(orphan.doc)
    for words in (
        "serves no key result",
        "Key results: KR1",
        "Label it kr:ID",
        "the label ktlo",
        "disappears by itself",
    ):
        assert words in warning


def marks(percent: int | None, health: str = "on_track", **changes: Any) -> Marks:
    values: dict[str, Any] = {
        "id": "A",
        "title": "T",
        "percent": percent,
        "health": health,
        "url": "u",
        **changes,
    }
    fact = ("A percent", "none" if percent is None else percent)
    comment = Comment("progress", (fact, ("A health", health)))
    return Marks(key_results=(KeyResultMark(**values),), comment=comment)


@pytest.mark.parametrize(
    ("shown", "wanted", "settled"),
    [
        (marks(50), marks(54), marks(50)),
        (marks(50), marks(46), marks(50)),
        (marks(50), marks(55), marks(55)),
        (marks(50), marks(45), marks(45)),
        (marks(98), marks(100), marks(100)),
        (marks(2), marks(0), marks(0)),
        (marks(100), marks(97), marks(100)),
        (marks(None), marks(3), marks(3)),
        (marks(3), marks(None), marks(None)),
        (marks(50), marks(52, "at_risk"), marks(52, "at_risk")),
        (Marks(), marks(3), marks(3)),
        (marks(50), marks(52, title="New"), marks(52, title="New")),
    ],
)
def test_a_small_step_is_no_change(shown: Marks, wanted: Marks, settled: Marks) -> None:
    """Where anything else changes, today's percent is written with it."""
    assert absorb_small_steps(shown, wanted, 5) == settled


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 50))
def test_settling_twice_changes_nothing(shown: int, wanted: int, step: int) -> None:
    once = absorb_small_steps(marks(shown), marks(wanted), step)
    assert absorb_small_steps(once, marks(wanted), step) == once


def test_plan_is_sorted_and_its_digest_stable() -> None:
    items = [epic(f"WEB-{n}", category="doing") for n in (10, 9, 2)]
    plans = [decide(order, DECLARED)[2] for order in (items, items[::-1])]
    assert [edit.item.key for edit in plans[0].edits] == ["WEB-2", "WEB-9", "WEB-10"]
    assert plans[0].digest == plans[1].digest
    assert decide(items[:2], DECLARED)[2].digest != plans[0].digest


def test_natural_order() -> None:
    assert sorted(["WEB-10", "WEB-9", "ENG-1", "Onboarding v2"], key=natural) == [
        "ENG-1",
        "Onboarding v2",
        "WEB-9",
        "WEB-10",
    ]


def test_first_run_guard() -> None:
    _, _, plan = decide(WORLD, DECLARED)
    stop = first_run_stop(WORLD, plan, "acme", Memory())
    assert stop is not None
    assert (stop.guard, stop.subject) == ("first-run", "")
    assert first_run_stop(WORLD, plan, "acme", Memory(writing_runs=1)) is None
    assert first_run_stop(WORLD, plan, "acme", Memory(unnamed_runs=1)) is None
    stamped = [replace(WORLD[0], shown=Marks(stamp=Stamp("acme"))), *WORLD[1:]]
    assert first_run_stop(stamped, plan, "acme", Memory()) is None


def test_marks_and_runs_of_another_workspace_are_no_runs_of_this_one() -> None:
    _, _, plan = decide(WORLD, DECLARED)
    theirs = [replace(one, shown=Marks(stamp=Stamp("old"))) for one in WORLD[:2]]
    stop = first_run_stop([*theirs, *WORLD[2:]], plan, "acme", Memory(unnamed_runs=1))
    assert stop is not None
    assert '2 items carry marks of workspace "old"' in stop.message
    assert "rename it back, or undo there first" in stop.message


@pytest.mark.parametrize(("share", "floor", "trips"), [(0.3, 2, True), (0.3, 4, False), (0.9, 2, False)])
def test_mass_change_guard(share: float, floor: int, trips: bool) -> None:
    _, _, plan = decide(WORLD, DECLARED)
    assert len(plan.edits) == 4
    stop = mass_change_stop(WORLD, plan, GuardPolicy(share=share, floor=floor))
    assert (stop is not None) == trips
    if stop is not None:
        assert "4 of 8" in stop.message
        assert stop.subject == plan.digest


@pytest.mark.parametrize(
    ("found", "before", "trips"),
    [(80, 100, False), (79, 100, True), (0, 100, True), (5, None, False), (0, 0, False)],
)
def test_shrink_guard(found: int, before: int | None, trips: bool) -> None:
    assert (shrink_stop("jira", found, before, GuardPolicy()) is not None) == trips


def test_findings() -> None:
    items = [
        epic("WEB-1", category="done", status="Done"),
        item("WEB-2", "WEB-1", claims=("KR9",)),
        item("WEB-3", "WEB-3"),
    ]
    _, signals, _ = decide(items, DECLARED)
    told = {finding.kind: f"{finding.message}; {finding.remedy}" for finding in signals.findings}
    assert "WEB-2 claims KR9" in told["dangling_claim"]
    assert "did you mean KR1?" in told["dangling_claim"] or "did you mean KR2?" in told["dangling_claim"]
    assert "WEB-3 → WEB-3" in told["parent_cycle"]
    assert "no work is linked to KR1" in told["unserved_key_result"]
    assert "WEB-1 is Done but has open child items: WEB-2" in told["done_over_open"]


def test_a_closed_key_result_takes_no_more_marks() -> None:
    shown = Marks(
        key_results=(KeyResultMark("KR1", "Old", 40, "on_track", "https://x.example"),), alignment="aligned"
    )
    served = item("WEB-1", claims=("KR1",), shown=shown)
    both = item("WEB-2", claims=("KR1", "KR2"), shown=shown)
    _, _, plan = decide([served, both], workspace(work("KR1", closed="2026-11-01"), work("KR2")))
    (edit,) = plan.edits
    assert edit.item.key == "WEB-2"
    assert [mark.id for mark in edit.wanted.key_results] == ["KR2", "KR1"]
    assert edit.wanted.key_results[1] == shown.key_results[0]


def test_on_open_work_what_a_closed_key_result_left_is_put_back() -> None:
    mark = KeyResultMark("KR1", "Old", 40, "on_track", "https://x.example")
    typed = (replace(mark, percent=100, health="done"),)
    shown = Marks(typed, None, ("okr-aligned",), stamp=Stamp("acme", (mark,), "aligned", ("okr-aligned",)))
    goals = workspace(work("KR1", closed="2026-11-01"), work("KR2"))
    tickets = [item("WEB-1", claims=("KR1",), shown=shown), item("WEB-2", claims=("KR1", "KR2"), shown=shown)]
    _, _, plan = decide(tickets, goals)
    one, both = (edit.wanted for edit in plan.edits)
    assert (one.key_results, one.alignment) == ((mark,), "aligned")
    assert both.key_results[1] == mark


def test_what_a_person_put_in_place_of_a_closed_key_results_mark_is_not_taken_for_ours() -> None:
    mark = KeyResultMark("KR1", "Old", 40, "on_track", "https://x.example")
    stamp = Stamp("acme", (mark,), "aligned", ("okr-aligned",))
    shown = Marks(
        (replace(mark, percent=100),), "aligned", ("okr-aligned",), stamp=stamp, unwritten=("KR progress",)
    )
    served = item("WEB-1", claims=("KR1",), shown=shown)
    both = item("WEB-2", claims=("KR1", "KR2"), shown=shown)
    _, _, plan = decide([served, both], workspace(work("KR1", closed="2026-11-01"), work("KR2")))
    assert [edit.wanted.key_results[-1] for edit in plan.edits] == [mark, mark]


@pytest.mark.parametrize(
    ("part", "whole", "limit", "words"),
    [
        (35, 100, 0.3, "35 %"),
        (307, 1000, 0.3, "30.7 %"),
        (3004, 10_000, 0.3, "30.04 %"),
        (300_001, 1_000_000, 0.3, "just over 30 %"),
        (1, 3, 0.33, "33.3 %"),
    ],
)
def test_a_share_beyond_its_limit_does_not_read_like_the_limit(
    part: int, whole: int, limit: float, words: str
) -> None:
    assert guards._share(part, whole, limit) == words
