"""What of a declaration is news, where it is shown, and that all else moves by the declared step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.jira.marks.remote_links import link_body
from connectors.linear.marks.records import LONGEST_SUBTITLE, figures_of, metadata_for, subtitle_of
from connectors.model import KeyResultMark, Marks, Stamp, WorkItem
from sync.report.planned.section import plan as plan_sections
from tests.support.builders import NOW, epic, item, metric, workspace
from tests.support.deciding import decide
from tests.support.plain_text import to_plain

CARRIER, BELOW, ORPHAN = "WEB-1", "WEB-2", "WEB-9"
COMMENT, LINK, BOTH = {"comment"}, {"key_results"}, {"key_results", "comment"}


def declared(
    measure: dict[str, Any] | None = None, objective: dict[str, Any] | None = None, **changes: Any
) -> Workspace:
    """One metric key result on an epic at 38 %, with these changes in its measure, its objective and itself."""
    more = {name: changes.pop(name) for name in ("cycles", "exempt", "site", "policy") if name in changes}
    how = {"unit": "%", **(measure or {})}
    key_result = metric("KR1", 22, 35, ("2026-11-02", 27), links=[{"key": CARRIER}], owner="ines") | changes
    key_result["measure"] |= how
    if key_result["measure"]["kind"] == "keep":
        del key_result["measure"]["start"], key_result["measure"]["target"]
    if key_result["measure"]["kind"] == "binary":
        key_result["measure"] = {"kind": "binary"}
    above = {
        "id": "O",
        "title": "Objective",
        "cycle": "2026-Q4",
        "key_results": [key_result],
        **(objective or {}),
    }
    return workspace(objectives=[above], **more)


WORLD = [epic(CARRIER), item(BELOW, CARRIER), epic(ORPHAN, category="doing")]


def written(items: list[WorkItem], goals: Workspace) -> list[WorkItem]:
    """The items after a run with that declaration."""
    edits = {edit.item.ref: edit.wanted for edit in decide(items, goals)[2].edits}
    return [
        replace(one, shown=replace(edits[one.ref], stamp=Stamp("acme", edits[one.ref].key_results)))
        if one.ref in edits
        else one
        for one in items
    ]


def news(items: list[WorkItem], goals: Workspace) -> dict[str, set[str]]:
    return {edit.item.key: {one.mark for one in edit.changes} for edit in decide(items, goals)[2].edits}


def comment_on(items: list[WorkItem], key: str = CARRIER) -> str:
    shown = next(one for one in items if one.key == key).shown.comment
    assert shown is not None
    assert shown.doc is not None
    return to_plain(shown.doc)


def link_on(items: list[WorkItem], key: str = BELOW) -> str:
    """What a reader of Jira and of Linear sees of the key result on a ticket."""
    (mark,) = next(one for one in items if one.key == key).shown.key_results
    return f"{link_body(mark, 'acme')['object']} {figures_of(mark)}"


EVERYWHERE = {CARRIER: BOTH, BELOW: LINK}
LATER = {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-30"}}


@pytest.mark.parametrize(
    ("changes", "where", "in_comment", "on_link"),
    [
        pytest.param({"measure": {"target": 36}}, EVERYWHERE, "from 22 to 36 %", "22 → 36 %", id="target"),
        pytest.param({"measure": {"start": 21.5}}, EVERYWHERE, "from 21.5 to 35 %", "21.5 → 35 %", id="start"),
        pytest.param({"measure": {"unit": "points"}}, EVERYWHERE, "from 22 to 35 points", "22 → 35 points", id="unit"),
        pytest.param({"measure": {"unit": "u" * 60}}, EVERYWHERE, f"35 {'u' * 60}", "at risk · due", id="a long unit"),
        pytest.param({"measure": {"kind": "keep", "below": 35}}, EVERYWHERE, "at most 35 %", "≤ 35 %", id="kind"),
        pytest.param({"measure": {"kind": "binary"}}, EVERYWHERE, "0 % · due 31 Dec", "off track · due", id="another kind"),
        pytest.param({"cycles": LATER}, EVERYWHERE, "due 30 Dec", "due 30 Dec 2026", id="due day"),
        pytest.param({"owner": "noor"}, {CARRIER: COMMENT}, "owner: noor", "due", id="owner"),
        pytest.param({"owner": None}, {CARRIER: COMMENT}, "due 31 Dec\n", "due", id="no owner"),
        pytest.param({"owner": None, "objective": {"owner": "growth"}}, {CARRIER: COMMENT}, "owner: growth", "due",
                     id="owner of the objective"),
        pytest.param({"title": "Better"}, {**EVERYWHERE, ORPHAN: COMMENT}, "KR1 · Better", "KR1 · Better", id="title"),
        pytest.param({"links": [{"key": CARRIER, "project": "WEB"}]}, EVERYWHERE, "rule key WEB-1, project WEB",
                     "rule key WEB-1, project WEB", id="rule"),
        pytest.param({"url": "https://wiki.example/1"}, EVERYWHERE, "KR1", "https://wiki.example/1", id="page"),
        pytest.param({"objective": {"title": "Higher"}}, {CARRIER: LINK, BELOW: LINK}, "KR1", "due",
                     id="title of the objective"),
        pytest.param({"exempt": [{"name": "k", "labels": ["ktlo"]}]}, {ORPHAN: COMMENT}, "KR1", "due", id="exemption"),
    ],
)  # fmt: skip
def test_a_changed_declaration_is_written_at_the_next_run(
    changes: dict[str, Any], where: dict[str, set[str]], in_comment: str, on_link: str
) -> None:
    before = written(WORLD, declared())
    goals = declared(**changes)
    assert news(before, declared()) == {}
    assert news(before, goals) == where
    after = written(before, goals)
    assert in_comment in comment_on(after)
    assert on_link in link_on(after)
    assert news(after, goals) == {}, "it is written once"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_text_says_what_the_declaration_says_no_longer(language: str) -> None:
    """Whatever changes of the declaration: a text that would be another, but for its time of day, is written anew."""
    plain = {"language": language}
    for changes in (
        {"measure": {"target": 36}}, {"measure": {"start": 21}}, {"measure": {"unit": "x"}}, {"cycles": LATER},
        {"owner": "noor"}, {"title": "Better"}, {"measure": {"kind": "keep", "below": 35}},
        {"links": [{"key": CARRIER, "project": "WEB"}]},
    ):  # fmt: skip
        goals = declared(policy=plain, **changes)
        renewed = written(written(WORLD, declared(policy=plain)), goals)
        assert comment_on(renewed) == comment_on(written(WORLD, goals))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"measure": {"checkins": [{"on": "2026-11-02", "value": 27.2}]}}, id="the value"),
        pytest.param(
            {"measure": {"checkins": [{"on": "2026-11-09", "value": 27}]}}, id="the day of the check-in"
        ),
        pytest.param({"weight": 3}, id="weight"),
        pytest.param(
            {"override": {"percent": 40, "until": "2026-12-01"}}, id="a percent by hand within the step"
        ),
    ],
)
def test_what_moves_below_the_step_is_no_news(changes: dict[str, Any]) -> None:
    assert news(written(WORLD, declared()), declared(**changes)) == {}


def test_work_that_comes_and_goes_is_no_news_below_the_step() -> None:
    """Also of the ticket's own part, which a comment says in tickets: it is news by the step of percents, and when it is whole."""
    goals = declared()
    children = [item(f"WEB-{n}", CARRIER) for n in range(10, 40)]
    before = written([*WORLD, *children], goals)

    def done(count: int, items: list[WorkItem] = before) -> list[WorkItem]:
        closed = {f"WEB-{n}" for n in range(10, 10 + count)}
        return [replace(one, category="done", completed=NOW) if one.key in closed else one for one in items]

    def own(items: list[WorkItem]) -> set[str] | None:
        return news(items, goals).get(CARRIER)

    assert own(done(1)) is None
    assert own([*before, item("WEB-50", CARRIER), item("WEB-51", "WEB-10")]) is None
    assert own(done(2)) == COMMENT
    after = written(done(2), goals)
    assert "This epic: 2 of 31 tickets done." in comment_on(after)
    assert own(done(3, after)) is None
    assert own(done(30, after)) == COMMENT


def test_a_warning_is_renewed_where_it_names_a_key_result_that_is_no_more() -> None:
    two = workspace(metric("KR1", 0, 10), metric("KR2", 0, 10))
    before = written([epic(ORPHAN, category="doing")], two)
    assert news(before, workspace(metric("KR1", 0, 10), metric("KR2", 0, 10))) == {}
    assert news(before, workspace(metric("KR1", 0, 10))) == {ORPHAN: COMMENT}
    one_more = workspace(metric("KR1", 0, 10), metric("KR2", 0, 10), metric("KR3", 0, 10))
    assert news(before, one_more) == {}, "what it says is still true"


def test_what_looks_closest_moves_and_is_no_news() -> None:
    goals = declared()
    (orphan,) = (one for one in written(WORLD, goals) if one.key == ORPHAN)
    assert orphan.shown.comment is not None
    details = {
        "since": "begun",
        "day": "2026-11-06",
        "closest": [{"id": "KR1", "title": "Result KR1", "words": ["wizard"]}],
    }
    other = replace(orphan.shown.comment, details=details, doc=None, wording="")
    assert (
        news([*WORLD[:2], replace(orphan, shown=replace(orphan.shown, comment=other))], goals).get(ORPHAN)
        is None
    )


def test_a_plan_says_that_it_updates_the_comment() -> None:
    before = written(WORLD, declared())
    for changes in ({"owner": "noor"}, {"url": "https://wiki.example/1"}):
        planned = decide(before, declared(**changes))[2]  # type: ignore[arg-type]
        (table,) = plan_sections(planned, planned)
        words = {row[0].text: row[1].text for row in table.rows}
        assert "update the progress comment" in words[CARRIER]


# --- On links ------------------------------------------------------------------------------------


MARK = KeyResultMark("KR1", "T", 40, "at_risk", "https://x.example/KR1", due="2026-12-31")


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (None, "40 % · at risk · due 31 Dec 2026"),
        ("", "40 % · at risk · due 31 Dec 2026"),
        ("22 → 35 %", "40 % · at risk · 22 → 35 % · due 31 Dec 2026"),
        ("1 → 2 {x}", "40 % · at risk · 1 → 2 (x) · due 31 Dec 2026"),
    ],
    ids=["of an older record", "none", "short", "with braces, which Linear would fill in"],
)
def test_a_link_says_where_it_is_to_come(goal: str | None, said: str) -> None:
    mark = replace(MARK, goal=goal)
    assert figures_of(mark) == said
    assert link_body(mark, "acme")["object"]["summary"] == said.replace("(x)", "{x}")


@pytest.mark.parametrize("goal", [None, "", "22 → 35 %"])
def test_the_metadata_of_an_attachment_tells_no_goal_from_none_known(goal: str | None) -> None:
    assert metadata_for("acme", replace(MARK, goal=goal), None).get("goal") == goal


def test_a_goal_that_a_record_lacks_is_written_with_the_next_news() -> None:
    goals = declared()
    older = [
        replace(one, shown=lacking(one.shown)) if one.shown.key_results else one
        for one in written(WORLD, goals)
    ]
    assert news(older, goals) == {}
    assert all(mark.goal == "22 → 36 %" for one in written(older, declared(measure={"target": 36, "unit": "%"}, title="Better"))
               for mark in one.shown.key_results)  # fmt: skip


def lacking(shown: Marks) -> Marks:
    return replace(shown, key_results=tuple(replace(mark, goal=None) for mark in shown.key_results))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({}, "40 % · at risk · due 31 Dec 2026"),
        (
            {"because": "rule label a", "share": 50, "moves": 5, "percent_after": 44, "goal": "22 → 35 %"},
            "40 % · at risk · closing it: 40 % → 44 % · half of it counts · by rule label a · 22 → 35 % · due 31 Dec 2026",
        ),
        ({"share": 25, "moves": 0, "percent_after": 40}, "40 % · at risk · 25 % of it counts · due 31 Dec 2026"),
        ({"because": "rule label {x}"}, "40 % · at risk · by rule label (x) · due 31 Dec 2026"),
    ],
    ids=["nothing", "all", "less than a point", "with braces"],
)  # fmt: skip
def test_an_attachment_says_what_closing_brings_how_much_counts_and_why(
    part: dict[str, Any], said: str
) -> None:
    assert subtitle_of(replace(MARK, **part)) == said


def test_an_attachment_is_one_line_and_is_found_by_its_health() -> None:
    long = subtitle_of(
        replace(MARK, because="rule label " + "x" * 109, share=3, percent_after=99, goal="g" * 300)
    )
    assert len(long) == LONGEST_SUBTITLE
    assert long.startswith("40 % · at risk · closing it: 40 % → 99 %")
