"""Copied marks and people's values in the pure core: what is planned for them, and what a plan says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.model import NOTHING, KeyResultMark, Marks, Stamp, WorkItem
from sync.align.alignment import align
from sync.marks.desired import desired_marks
from sync.measure import measure
from sync.memory import Memory
from sync.plan.edit_notes import replaced_notes
from sync.plan.guards import first_run_stop
from sync.plan.plan import Edit, absorb_small_steps, changes_of, make_plan
from sync.signals.orphans import find_signals
from tests.support.builders import NOW, item, observed, work, workspace

DECLARED = workspace(work("KR1"))
COPY = Stamp("acme", comment_id="", copied=True)
ALIGNED = Marks((KeyResultMark("KR1", "One", 40, "on_track", ""),), "aligned", ("okr-aligned",))
ALIGNED_STAMP = Stamp("acme", ALIGNED.key_results, "aligned", ("okr-aligned",))


def edit(key: str, shown: Marks, wanted: Marks) -> Edit:
    one = item(key, shown=shown)
    return Edit(one, wanted, changes_of(one, wanted))


@pytest.mark.parametrize(
    ("edits", "notes"),
    [
        ([edit("WEB-1", NOTHING, ALIGNED)], ()),
        (
            [edit("WEB-1", Marks(unwritten=("KR progress",)), ALIGNED)],
            ("Values that Truenorth did not write are replaced: KR progress on WEB-1.",),
        ),
        (
            [edit(f"WEB-{n}", Marks(unwritten=("KR progress", "Alignment")[: n % 2 + 1]), ALIGNED) for n in (8, 9)],
            (
                "Values that Truenorth did not write are replaced: Alignment on WEB-9; KR progress on 2 items, for example WEB-8.",
            ),
        ),
        ([edit("WEB-1", replace(ALIGNED, unwritten=("KR progress",)), NOTHING)], ()),
        (
            [edit("WEB-1", Marks(unwritten=("KR health", "Alignment")), replace(ALIGNED, key_results=()))],
            ("Values that Truenorth did not write are replaced: Alignment on WEB-1.",),
        ),
        (
            [edit("WEB-1", replace(ALIGNED, stamp=COPY), NOTHING)],
            ("WEB-1 shows marks that were copied there; they are brought up to date or removed.",),
        ),
        (
            [edit(f"WEB-{n}", replace(ALIGNED, stamp=COPY), NOTHING) for n in (1, 2)],
            ("2 items, for example WEB-1, show marks that were copied there; they are brought up to date or removed.",),
        ),
    ],
    ids=["nothing", "value", "values", "undone", "no key results", "copy", "copies"],
)  # fmt: skip
def test_a_plan_says_what_it_replaces(edits: list[Edit], notes: tuple[str, ...]) -> None:
    assert replaced_notes(edits) == notes


@pytest.mark.parametrize(
    ("recorded", "shown", "copied", "written"),
    [(40, 40, False, False), (40, 42, False, True), (40, None, False, True), (None, 42, True, True)],
    ids=["ours", "a person's", "cleared", "copied"],
)
def test_only_our_own_percent_is_left_within_a_step(
    recorded: int | None, shown: int | None, copied: bool, written: bool
) -> None:
    (mark,) = ALIGNED.key_results
    stamp = Stamp("acme", () if copied else (replace(mark, percent=recorded),), copied=copied)
    there = replace(ALIGNED, key_results=(replace(mark, percent=shown),), stamp=stamp)
    wanted = replace(ALIGNED, key_results=(replace(mark, percent=43),))
    assert (absorb_small_steps(there, wanted, 5) == wanted) is written


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        (Marks(labels=("okr-orphaned",), stamp=COPY), NOTHING),
        (replace(ALIGNED, stamp=COPY), NOTHING),
        (replace(ALIGNED, labels=("OKR-Orphaned", "okr-aligned"), stamp=ALIGNED_STAMP), ALIGNED),
        (replace(ALIGNED, labels=("okr-aligned", "okr-dangling"), stamp=ALIGNED_STAMP), ALIGNED),
    ],
    ids=["copied warning", "copy", "warning by hand", "other label by hand"],
)
def test_closed_work_keeps_what_was_written_there_and_no_warning(shown: Marks, left: Marks) -> None:
    one = item("WEB-9", category="done", shown=shown)
    alignment = align([one], DECLARED)
    card = measure(alignment, observed(), DECLARED, NOW)
    signals = find_signals(alignment, card, observed(), DECLARED, NOW)
    assert desired_marks(alignment, card, signals, DECLARED)[one.ref] == left


def test_copied_marks_are_no_sign_of_an_earlier_run() -> None:
    def stop(stamp: Stamp) -> bool:
        items: list[WorkItem] = [item("WEB-9", shown=replace(ALIGNED, stamp=stamp))]
        plan = make_plan(items, {items[0].ref: NOTHING}, DECLARED)
        assert not plan.empty
        return first_run_stop(items, plan, "acme", Memory()) is not None

    assert stop(COPY)
    assert not stop(Stamp("acme"))
