"""A plan on the screen: a row an item, a summary of very many, a part of it; and what it costs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

import pytest

from connectors.model import Change, Comment, KeyResultMark, Marks, WorkItem
from sync.cli.render.markdown import to_markdown
from sync.cli.render.screen import Screen
from sync.cli.render.terminal import to_text
from sync.plan.plan import Edit, Plan, Refusal, changes_of
from sync.plan.undo import Selection, SelectionError
from sync.report import data
from sync.report.planned.section import MOST_ROWS, plan, undoing
from sync.report.planned.view import Only, PlanView
from sync.report.table import Section
from tests.support.builders import item

ALL = PlanView(everything=True)


def planned(count: int, projects: int = 3, orphans: int = 0) -> Plan:
    """A plan that adds a key result to so many items, and warns of the last ones."""
    edits = []
    for nr in range(count):
        one = item(f"P{nr % projects}-{nr}")
        wanted = Marks((KeyResultMark("KR1", "T", 40, "on_track", ""),), "aligned", ("okr-aligned",))
        if nr >= count - orphans:
            wanted = Marks((), "orphaned", ("okr-orphaned",), Comment("orphan", (("age", "2 weeks"),)))
        edits.append(Edit(one, wanted, changes_of(one, wanted)))
    return Plan(tuple(edits), (), "0123456789ab")


def printed(sections: Iterable[Section], width: int = 100) -> str:
    return "\n".join(line for one in sections for line in to_text(one, Screen(width=width)))


def test_a_plan_of_few_is_shown_row_by_row() -> None:
    text = printed(plan(whole := planned(MOST_ROWS), whole, PlanView()))
    assert text.count("KR1 40 %") == MOST_ROWS
    assert "--all" not in text


def test_a_plan_of_many_is_summarised_by_kind_and_project_with_samples() -> None:
    whole = planned(3_000, projects=30, orphans=40)
    sections = list(plan(whole, whole, PlanView()))
    assert [one.title for one in sections] == ["Plan", "Plan by kind of change", "Plan by project"]
    text = printed(sections)
    assert "3,000 items would change" in text
    assert "--all" in text, "it says how to see each"
    assert len(text.splitlines()) < 80
    kinds = {row[0].text: row[1].text for row in sections[1].rows}
    assert kinds == {
        "add key results": "2,960",
        "mark as aligned": "2,960",
        "mark as orphaned": "40",
        "label +okr-aligned": "2,960",
        "label +okr-orphaned": "40",
        "add the orphan comment": "40",
    }
    samples = next(row for row in sections[1].rows if row[0].text == "add key results")[2]
    lines = [samples.text, *samples.more]
    assert lines == [f"P{nr}-{nr}: add KR1 40 %" for nr in range(3)], "of different projects"
    by_project = sections[2]
    assert len(by_project.rows) == 20
    shown = sum(int(row[2].text) for row in by_project.rows)
    (rest,) = by_project.tail
    assert rest == f"… and 10 further projects with {3_000 - shown:,} items."


def test_all_shows_each_however_many() -> None:
    whole = planned(3_000)
    text = printed(plan(whole, whole, ALL))
    assert text.count("KR1 40 %") == 3_000
    assert "Plan by" not in text


def test_what_is_refused_stands_beside_the_summary() -> None:
    refused = Refusal(item("X-1").ref, "X-1", "marks belong to another workspace", "X-1")
    whole = replace(planned(500), refusals=(refused,))
    assert "skipped: marks belong to another workspace" in printed(plan(whole, whole, PlanView()))


def test_markdown_has_the_same_summary() -> None:
    whole = planned(3_000)
    text = "\n".join(map(to_markdown, plan(whole, whole, PlanView())))
    assert text.count("\n") < 60
    plain = text.replace("\\", "")
    assert "| add key results | 3,000 | P0-0: add KR1 40 %; P1-1: add KR1" in plain


@pytest.mark.parametrize(
    ("view", "keys"),
    [
        (PlanView(Selection(items=frozenset({"p0-0", "P1-1"}))), {"P0-0", "P1-1"}),
        (PlanView(Selection(projects=frozenset({"P2"}))), {"P2-2", "P2-5", "P2-8"}),
        (PlanView(Selection(trackers=frozenset({"linear"}))), set()),
        (PlanView(Selection(trackers=frozenset({"jira"})), Only.ORPHANS), {"P2-8", "P1-7"}),
        (PlanView(only=Only.ORPHANS), {"P2-8", "P1-7"}),
        (PlanView(Selection(projects=frozenset({"P1"})), Only.ORPHANS), {"P1-7"}),
    ],
)  # fmt: skip
def test_a_view_leaves_what_is_named(view: PlanView, keys: set[str]) -> None:
    whole = planned(9, orphans=2)
    part = view.part_of(whole, {})
    assert {edit.item.key for edit in part.edits} == keys
    assert part.digest == whole.digest
    (section,) = plan(whole, part, view)
    assert {row[0].text for row in section.rows} == keys
    assert section.lead[0].startswith(f"Only {view.words}: ")
    assert "a sync writes the whole of it: 9 items" in section.lead[1], "nobody takes a part for the plan"
    told = data.of_plan(whole, part, view.words)
    assert {one["key"] for one in told["changes"]} == keys
    assert (told["items"], told["items_shown"], told["narrowed_by"]) == (9, len(keys), view.words)
    assert told["totals"] == whole.totals


def test_a_view_of_everything_is_the_plan_itself() -> None:
    whole = planned(9)
    assert PlanView().part_of(whole, {}) is whole
    assert data.of_plan(whole, whole)["narrowed_by"] is None


def test_an_orphan_comment_that_goes_is_a_change_of_a_warning() -> None:
    one = item("P-1", shown=Marks(comment=Comment("orphan")))
    taken_off = Edit(one, Marks(), (Change(one.ref, "P-1", "", "comment", one.shown.comment, None),))
    whole = Plan((taken_off,), (), "d")
    assert PlanView(only=Only.ORPHANS).part_of(whole, {}).edits == (taken_off,)


def test_names_that_mean_nothing_are_refused_and_others_told() -> None:
    whole = planned(3)
    known: list[WorkItem] = [*(edit.item for edit in whole.edits), item("P0-99")]
    items = {one.ref: one for one in known}
    assert PlanView(Selection(items=frozenset({"P0-99"}))).unchanged(whole, items) == ["P0-99"]
    with pytest.raises(SelectionError, match="did you mean P0-0"):
        PlanView(Selection(items=frozenset({"P0-O"}))).unchanged(whole, items)


def test_an_undo_of_many_is_summarised_too() -> None:
    edits = []
    for nr in range(500):
        one = item(f"P-{nr}", shown=Marks((KeyResultMark("KR1", "T", 40, "on_track", ""),), "aligned"))
        edits.append(Edit(one, Marks(), changes_of(one, Marks())))
    sections = list(undoing(Plan(tuple(edits), (), "d"), {}))
    assert [one.title for one in sections] == ["Undo", "Plan by kind of change", "Plan by project"]
    assert sections[1].rows[0][0].text == "remove key results"


def test_a_plan_of_35000_edits_is_summarised_in_no_time() -> None:
    """Half a second of CPU is what printing may cost; a slow machine has four times that."""
    whole = planned(35_000, projects=40, orphans=5_000)
    begun = time.process_time()
    text = printed(plan(whole, whole, PlanView()))
    took = time.process_time() - begun
    assert len(text.splitlines()) < 80
    assert took < 2, took
