"""What comments say, in which language, and about whom they keep silent."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.load import ConfigError, load
from config.messages import ENGLISH, SHIPPED, names_in
from config.workspace import Workspace
from connectors.model import Comment, Marks, WorkItem
from connectors.sandbox.server import Sandbox
from connectors.text.document import Bullets, to_adf, to_markdown
from connectors.text.wiki import to_wiki
from sync.align.alignment import align
from sync.forecast.health import with_chances
from sync.forecast.key_results import outlooks
from sync.history.movement import WorkState, movements_since, work_states
from sync.marks.comment_text import orphan_text
from sync.marks.comments import SuggestedKeyResult, value_against_target
from sync.marks.compare import same_comment
from sync.marks.contribution import MOST_BECAUSE
from sync.marks.desired import desired_marks
from sync.marks.details import OrphanDetails
from sync.marks.messages import messages_for
from sync.measure import measure
from sync.signals.orphans import find_signals
from tests.support.builders import NOW, epic, item, metric, observed, ref, work, workspace
from tests.support.cli import Cli
from tests.support.plain_text import to_plain

HIDDEN = ENGLISH["reason.hidden"]


def marks_of(
    items: list[WorkItem],
    declared: Workspace,
    told: dict[str, WorkState] | None = None,
    closest: dict[str, tuple[SuggestedKeyResult, ...]] | None = None,
) -> dict[str, Marks]:
    alignment = align(items, declared)
    measured = measure(alignment, observed(), declared, NOW)
    ends = outlooks(alignment, measured, declared, {})
    card = with_chances(measured, ends, declared)
    signals = find_signals(alignment, card, observed(), declared, NOW)
    moved = movements_since(told or {}, work_states(card, declared), declared)
    near = {ref(key): found for key, found in (closest or {}).items()}
    wanted = desired_marks(alignment, card, signals, declared, moved, near, outlooks=ends)
    return {alignment.items[one].key: marks for one, marks in wanted.items()}


def text_on(key: str, items: list[WorkItem], declared: Workspace, **more: Any) -> str:
    comment = marks_of(items, declared, **more)[key].comment
    assert comment is not None
    assert comment.doc is not None
    return to_plain(comment.doc)


EPIC = [
    epic("WEB-1", claims=("KR1",)),
    item("WEB-2", "WEB-1", category="done", estimate=3),
    item("WEB-3", "WEB-1", category="doing", estimate=5, blocked_by=(ref("OPS-9"),)),
    item("WEB-4", "WEB-1", estimate=2),
    item("OPS-9", labels=("ktlo",)),
]
POINTS = workspace(work("KR1", measure={"weigh": "points"}), exempt=[{"name": "ktlo", "labels": ["ktlo"]}])


def test_a_progress_comment_says_value_pace_left_blockers_rule_and_age_of_the_data() -> None:
    text = text_on("WEB-1", EPIC, POINTS)
    for words in (
        "KR1 · Result KR1",
        "30 %",
        "3 of 10 points",
        "30 % reached, 50 % of the time gone",
        "no forecast, since nothing has moved lately",
        "2 of 3 items, 7 points",
        "WEB-3 by OPS-9",
        "claim KR1",
        "trackers read 2026-11-16 09:00 UTC",
    ):
        assert words in text, words
    assert "Since" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", r"chance of reaching 100 %: \d+ %, which is below 90 %, so it is at risk"),
        ("fr", "probabilité d'atteindre 100 %\u00a0: \\d+ %, soit moins de 90 %, donc à risque"),
    ],
)
def test_a_progress_comment_says_the_forecast_and_that_it_is_why_it_is_at_risk(
    language: str, words: str
) -> None:
    recent = [
        item(f"WEB-{n}", "WEB-1", category="done", completed=NOW - timedelta(days=7 * (n - 9)))
        for n in range(10, 17)
    ]
    open_ = [item(f"WEB-{n}", "WEB-1") for n in range(20, 27)]
    declared = workspace(work("KR1"), policy={"language": language, "health": {"chance": 0.9}})
    items = [epic("WEB-1", claims=("KR1",)), *recent, *open_]
    alignment = align(items, declared)
    told = measure(alignment, observed(), declared, NOW)
    assert told.readings["KR1"].health == "on_track"
    assert re.search(words, text_on("WEB-1", items, declared))
    marks = marks_of(items, declared)
    assert {mark.health for one in marks.values() for mark in one.key_results} == {"at_risk"}


def test_a_forecast_that_moves_alone_is_no_news() -> None:
    """It rides along where a percent, a health or the declaration is news; by itself it writes nothing."""

    def comment(days_ago: int) -> Comment:
        at = [NOW - timedelta(days=days_ago * n) for n in range(1, 9)]
        recent = [item(f"WEB-{n}", "WEB-1", category="done", completed=day) for n, day in enumerate(at, 10)]
        items = [epic("WEB-1", claims=("KR1",)), *recent, *(item(f"WEB-{n}", "WEB-1") for n in range(20, 28))]
        found = marks_of(items, workspace(work("KR1"), policy={"health": {"chance": 0}}))["WEB-1"].comment
        assert found is not None
        return found

    slow, fast = comment(6), comment(3)
    assert slow.details["key_results"][0]["foretold"] != fast.details["key_results"][0]["foretold"]
    assert slow.doc != fast.doc
    assert same_comment(slow, fast, 5)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Left, here and elsewhere"), ("fr", "Reste, ici et ailleurs")],
)
def test_what_is_left_counts_work_from_elsewhere_and_says_so(language: str, words: str) -> None:
    elsewhere = item("OPS-1", claims=("KR1",))
    count = {"en": "3 of 4 items", "fr": "3 tickets sur 4"}[language]
    text = text_on(
        "WEB-1",
        [*EPIC, elsewhere],
        POINTS.model_copy(update={"policy": POINTS.policy.model_copy(update={"language": language})}),
    )
    assert words in text
    assert count in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "465; the target is at most 250 ms"), ("fr", "465\u00a0; l'objectif est d'au plus 250 ms")],
)
def test_a_value_that_is_to_come_down_is_not_so_many_of_its_target(language: str, words: str) -> None:
    key_result = metric("KR1", 480, 250, ("2026-11-02", 465), links=[{"key": "WEB-1"}])
    key_result["measure"]["unit"] = "ms"
    assert words in text_on("WEB-1", [epic("WEB-1")], workspace(key_result, policy={"language": language}))


def test_a_metric_names_its_check_in() -> None:
    declared = workspace(metric("KR1", 0, 10, ("2026-11-02", 4.5), links=[{"key": "WEB-1"}]))
    text = text_on("WEB-1", [epic("WEB-1")], declared)
    assert "check-in of 2026-11-02, trackers read" in text
    assert "4.5 of 10" in text


def test_a_key_result_without_data_says_so() -> None:
    declared = workspace(metric("KR1", 0, 10, links=[{"key": "WEB-1"}]))
    assert "There is no data yet." in text_on("WEB-1", [epic("WEB-1")], declared)


def footing_of(items: list[WorkItem], declared: Workspace) -> dict[str, WorkState]:
    return work_states(
        measure(align(items, declared), observed(), declared, NOW - timedelta(days=7)), declared
    )


def test_what_moved_since_the_last_time_is_told_apart_by_work_and_scope() -> None:
    before = footing_of(EPIC, POINTS)
    after = [
        EPIC[0],
        EPIC[1],
        replace(EPIC[2], category="done"),
        replace(EPIC[3], estimate=6),
        EPIC[4],
        item("WEB-6", "WEB-1", estimate=2),
    ]
    text = text_on("WEB-1", after, POINTS, told=before)
    assert "Since 2026-11-09" in text
    assert "1 done, 1 added, 1 re-estimated (+31 points by work, −11 by scope)" in text
    assert "no linked work moved" in text_on("WEB-1", EPIC, POINTS, told=before)


# --- The part of an item -------------------------------------------------------------------------


def test_a_ticket_tells_the_rule_its_share_and_what_closing_it_moves() -> None:
    declared = workspace(
        work("KR1", {"label": "both", "share": 0.25}, measure={"weigh": "points"}),
        work("KR2", {"label": "both"}, measure={"weigh": "points"}),
        metric("KR3", 0, 10, ("2026-11-02", 4), links=[{"label": "both"}]),
    )
    items = [item("WEB-1", labels=("both",), estimate=4), item("WEB-2", claims=("KR1",), estimate=3)]
    first, second, third = (mark for mark in sorted(marks_of(items, declared)["WEB-1"].key_results, key=str))
    assert (first.because, first.share, first.moves) == ("rule label both", 25, 25)
    assert (second.because, second.share, second.moves) == ("rule label both", 75, 100)
    assert (third.because, third.share, third.moves) == ("rule label both", None, None), (
        "what watches takes nothing"
    )
    (own,) = marks_of(items, declared)["WEB-2"].key_results
    assert (own.because, own.share, own.moves) == ("claim KR1", None, 75)
    assert (own.objective, own.due) == ("Objective", "2026-12-31")


@pytest.mark.parametrize(
    ("how", "moves"),
    [
        ({"weigh": "points"}, 40),
        ({"weigh": "points", "started": 0.5}, 20),
        ({"weigh": "points", "target": 20}, 20),
        ({"weigh": "points", "target": 5}, 0),  # it is reached: closing more adds nothing
        ({"weigh": "points", "target": 8}, 25),  # 6 of 8 are done: the rest of the way is all that is left
        ({"weigh": "points", "baseline": "2026-11-01"}, None),
        ({"weigh": "points", "baseline": "2026-11-02"}, 40),
    ],
)
def test_what_closing_a_ticket_moves(how: dict[str, Any], moves: int | None) -> None:
    declared = workspace(work("KR1", measure={"kind": "work", **how}), time_zone="America/New_York")
    # The evening of the 2nd in New York is the 3rd in UTC.
    begun = item(
        "WEB-2", claims=("KR1",), category="doing", estimate=4, created=datetime(2026, 11, 3, 3, tzinfo=UTC)
    )
    (mark,) = marks_of([item("WEB-1", claims=("KR1",), category="done", estimate=6), begun], declared)[
        "WEB-2"
    ].key_results
    assert mark.moves == moves


def test_what_moves_a_container_is_below_it() -> None:
    (mark,) = marks_of(EPIC, POINTS)["WEB-1"].key_results
    assert mark.moves is None


def test_what_moves_an_estimated_story_is_what_its_sub_tasks_have_left() -> None:
    items = [
        item("WEB-1", claims=("KR1",), estimate=12),
        item("WEB-2", "WEB-1", category="done"),
        item("WEB-3", "WEB-1"),
        item("WEB-4", claims=("KR1",), category="done", estimate=3),
        item("WEB-5", claims=("KR1",), estimate=5),
    ]
    marks = marks_of(items, POINTS)
    assert {key: marks[key].key_results[0].moves for key in ("WEB-1", "WEB-3", "WEB-5")} == {
        "WEB-1": 30,
        "WEB-3": 30,
        "WEB-5": 25,
    }
    shared = [*items, item("WEB-6", "WEB-1", claims=("KR2",))]
    both = workspace(
        work("KR1", measure={"weigh": "points"}), work("KR2", measure={"weigh": "points"}), time_zone="UTC"
    )
    # Done, the story counts in place of two sub-tasks; the third one keeps its part for what it serves itself.
    assert marks_of(shared, both)["WEB-1"].key_results[0].moves == 25


def test_a_long_rule_is_cut() -> None:
    declared = workspace(work("KR1", {"label": "x" * 300}))
    (mark,) = marks_of([item("WEB-1", labels=("x" * 300,))], declared)["WEB-1"].key_results
    assert len(mark.because) == MOST_BECAUSE


# --- Silence -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "below", "said"),
    [
        ({}, {}, "claim KR1 on parent WEB-1"),
        ({"private": True}, {}, HIDDEN),
        ({"private": True}, {"private": True}, HIDDEN),
        ({"private": True, "team": "SEC"}, {"private": True, "team": "SEC"}, "claim KR1 on parent WEB-1"),
        ({"private": True, "team": "SEC"}, {"private": True, "team": "LAW"}, HIDDEN),
    ],
    ids=["open", "secured above", "two security levels", "one private team", "two private teams"],
)
def test_nothing_is_said_about_a_private_item_above(
    above: dict[str, Any], below: dict[str, Any], said: str
) -> None:
    items = [epic("WEB-1", claims=("KR1",), **above), item("WEB-2", "WEB-1", **below)]
    (mark,) = marks_of(items, workspace())["WEB-2"].key_results
    assert mark.because == said


@pytest.mark.parametrize("hidden", ["WEB-3", "OPS-9"])
def test_a_blocker_that_not_everybody_may_see_is_not_named(hidden: str) -> None:
    items = [replace(one, private=one.key == hidden) for one in EPIC]
    text = text_on("WEB-1", items, POINTS)
    assert "WEB-3" not in text
    assert "OPS-9" not in text


# --- Orphans -------------------------------------------------------------------------------------


def test_an_orphan_comment_says_why_what_is_near_and_the_three_ways_out() -> None:
    near = (SuggestedKeyResult("KR1", "Result KR1", ("onboarding", "wizard")),)
    text = text_on("WEB-1", [epic("WEB-1", category="doing")], POINTS, closest={"WEB-1": near})
    for words in (
        "This work serves no key result.",
        "open for 8 weeks",
        "it has no parent",
        "What hangs below it is unaligned with it",
        "kr:KR1 Result KR1: onboarding, wizard",
        "Link it: add the label kr:ID",
        "Exempt it: add the label ktlo",
        "Close it, if it is not worth doing now",
    ):
        assert words in text, words


def test_without_a_near_one_the_key_results_are_listed() -> None:
    declared = workspace(*(work(f"KR{nr}") for nr in range(1, 9)))
    text = text_on("WEB-1", [item("WEB-1", category="doing")], declared)
    assert "kr:KR6" in text
    assert "kr:KR7" not in text
    assert "and 2 more" in text
    assert "ask for an exempt category" in text


def test_text_from_outside_is_literal_in_every_rendering() -> None:
    evil = "[~admin] @all {macro} <b>*x*</b> https://evil.example/ ![i](x)"
    declared = workspace(work("KR1", title=evil, links=[{"key": "WEB-1"}]))
    comment = marks_of([epic("WEB-1")], declared)["WEB-1"].comment
    assert comment is not None
    assert comment.doc is not None
    assert "mention" not in str(to_adf(comment.doc))
    assert "[~admin]" not in to_wiki(comment.doc)
    assert "![i](x)" not in to_markdown(comment.doc)


# --- Languages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(SHIPPED))
def test_every_language_says_all_that_english_says(language: str) -> None:
    assert {key: names_in(text) for key, text in SHIPPED[language].items()} == {
        key: names_in(text) for key, text in ENGLISH.items()
    }


def with_words(**changes: Any) -> Workspace:
    return workspace(work("KR1", {"key": "WEB-1"}, measure={"weigh": "points"}), **changes)


def test_each_tracker_speaks_its_language() -> None:
    trackers = {
        "jira": {
            "kind": "jira",
            "url": "https://acme.example",
            "scope": {"projects": ["WEB"]},
            "policy": {"language": "fr"},
        },
        "linear": {"kind": "linear", "scope": {"teams": ["ENG"]}},
    }
    declared = with_words(trackers=trackers)
    items = [
        epic("WEB-1"),
        item("WEB-2", "WEB-1", estimate=0.5),
        item("WEB-3", category="doing"),
        item("eng-4", category="doing"),
    ]
    assert "0 % atteints, 50 % du temps écoulé" in text_on("WEB-1", items, declared)
    assert "0,5 points" in text_on("WEB-1", items, declared)
    assert "Trois issues" in text_on("WEB-3", items, declared)
    assert "Three ways out" in text_on("eng-4", items, declared)


def test_own_words_stand_in_place_of_ours_and_renew_what_was_written() -> None:
    plain, own = with_words(), with_words(words={"en": {"orphan.head": "Wozu das?"}})
    items = [item("WEB-9", category="doing")]
    assert text_on("WEB-9", items, own).startswith("Wozu das?")
    before, after = (marks_of(items, declared)["WEB-9"].comment for declared in (plain, own))
    assert before is not None
    assert (before.purpose, before.facts) == ("orphan", ())
    assert after != before


@pytest.mark.parametrize(
    ("yaml", "where", "said"),
    [
        ("words: {en: {orphan.haed: x}}", "1:14", 'unknown message "orphan.haed"; did you mean "orphan.head"?'),
        ('words: {en: {orphan.head: "a {b}"}}', "1:27", "unknown placeholder {b}; this message has no placeholders"),
        ('words: {en: {progress.since: "{count}"}}', "1:30", "use one of: {date}"),
        ('words: {en: {orphan.head: "a {"}}', "1:27", "write {{ and }} for literal braces"),
        ('words: {en: {progress.since: "{date!r}"}}', "1:30", "not a plain placeholder"),
        ("policy: {language: de}", "1:20", 'no messages for language "de"; use one of: en, fr'),
        ("policy: {language: de}\nwords: {de: {orphan.close: 'Schließen'}}", "", ""),
    ],
    ids=["unknown text", "unknown name", "another name", "lone brace", "conversion", "language", "own language"],
)  # fmt: skip
def test_a_wrong_text_is_found_at_its_place(yaml: str, where: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "truenorth.yaml"
    path.write_text(
        yaml
        + """
trackers: {linear: {kind: linear, scope: {teams: [ENG]}}}
cycles: {C: {start: 2026-10-01, end: 2026-12-31}}
objectives:
  - {id: O, title: O, cycle: C, key_results: [{id: K, title: K, measure: {kind: work}}]}
"""
    )
    if not where:
        assert load(path).policy.language == "de"
        return
    with pytest.raises(ConfigError) as error:
        load(path)
    (problem,) = error.value.problems
    assert f"{problem.line}:{problem.column}" == where
    assert said in str(problem)


# --- On a tracker --------------------------------------------------------------------------------


def test_the_next_comment_tells_what_moved_since_the_last(pointed: Sandbox, run: Cli) -> None:
    told = run("sync", "--first-run", "--as-of", "2026-11-16T09:00Z")
    assert told.code == 0, told.err
    site = pointed.world.jira
    epic_ = site.issues[site.keys["WEB-1"]]
    (comment,) = epic_.comments.values()
    assert "Since" not in str(comment.body)
    below = [site.issues[child] for child in epic_.children if child in site.issues]
    done = next(issue.status for issue in site.issues.values() if issue.status.category == "done")
    for issue in below:
        issue.status, issue.category_changed = done, issue.updated
    assert run("sync", "--as-of", "2026-11-18T09:00Z", *accepted(run)).code == 0
    (comment,) = epic_.comments.values()
    assert "Since 2026-11-16" in str(comment.body)
    assert re.search(r"[1-9]\d* done", str(comment.body))
    assert run("plan", "--exit-code", "--as-of", "2026-11-18T09:00Z").code == 0


def accepted(run: Cli) -> list[str]:
    """What lets a mass change through."""
    plan = json.loads(run("plan", "--as-of", "2026-11-18T09:00Z", "--format", "json").out)
    return [word for stop in plan["guards"] for word in stop["flag"].split()]


@pytest.mark.parametrize(
    ("start", "target", "values", "told"),
    [
        (22, 35, [29.1], "29.1 / 35"),
        (500, 250, [465], "465 / ≤ 250"),
        (500, 250, [], "–"),
    ],
)
def test_a_value_is_told_against_its_target(
    start: float, target: float, values: list[float], told: str
) -> None:
    declared = workspace(metric("A", start, target, *(("2026-11-10", value) for value in values)))
    reading = measure(align([], declared), observed(), declared, NOW).readings["A"]
    assert value_against_target(reading) == told


def test_a_warning_without_anything_on_offer_has_no_empty_list() -> None:
    """Once every cycle is over no key result can be claimed, and Jira refuses a list of nothing."""
    bare = orphan_text(OrphanDetails("days"), messages_for(workspace(), "jira"))
    assert all(not isinstance(block, Bullets) or block.items for block in bare.blocks)
