"""What comments say, in which language, and about whom they keep silent."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.load import ConfigError, load
from config.messages import ENGLISH, RETIRED, SHIPPED, names_in
from config.workspace import Workspace
from connectors.model import Comment, Marks, WorkItem
from connectors.text.document import Bullets, to_adf, to_markdown
from connectors.text.wiki import to_wiki
from sync.align.alignment import align
from sync.forecast.health import with_chances
from sync.forecast.key_results import outlooks
from sync.marks.comments import value_against_target
from sync.marks.compare import same_comment
from sync.marks.contribution import MOST_BECAUSE
from sync.marks.desired import desired_marks
from sync.marks.details import OrphanDetails
from sync.marks.messages import messages_for
from sync.marks.orphan_comments import SuggestedKeyResult
from sync.marks.texts.orphan import orphan_text
from sync.measure import measure
from sync.signals.orphans import find_signals
from tests.support.builders import NOW, epic, item, metric, observed, ref, work, workspace
from tests.support.plain_text import to_plain

HIDDEN = ENGLISH["reason.hidden"]


def marks_of(
    items: list[WorkItem],
    declared: Workspace,
    closest: dict[str, tuple[SuggestedKeyResult, ...]] | None = None,
    now: datetime = NOW,
) -> dict[str, Marks]:
    alignment = align(items, declared)
    measured = measure(alignment, observed(), declared, now)
    ends = outlooks(alignment, measured, declared, {})
    card = with_chances(measured, ends, declared)
    signals = find_signals(alignment, card, observed(), declared, now)
    near = {ref(key): found for key, found in (closest or {}).items()}
    wanted = desired_marks(alignment, card, signals, declared, near, outlooks=ends)
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


def test_a_progress_comment_says_how_it_stands_the_own_part_what_is_in_the_way_and_why() -> None:
    assert text_on("WEB-1", EPIC, POINTS) == (
        "KR1 · Result KR1  AT RISK\n"
        "███░░░░░░░ 30 % · 3 of 10 points · due 31 Dec\n"
        "This epic: 1 of 3 tickets done; 7 points left. Closing it would bring 30 % → 100 %.\n"
        "In the way: WEB-3 waits for OPS-9.\n"
        "Linked by claim KR1 · data of 16 Nov · kept up to date by Truenorth; what you write beside it stays."
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", r"AT RISK\n.* likely \d+–\d+ % by 31 Dec, chance of 100 %: \d+ %"),
        ("fr", "À RISQUE\n.* fin probable entre \\d+ et \\d+.% au 31 déc., 100.%.: \\d+.% de chances"),
    ],
)
def test_a_progress_comment_says_the_forecast_beside_the_health_that_it_makes(
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


HERE: list[tuple[dict[str, Any], list[WorkItem], str]] = [
    ({"weigh": "points"}, [], "1 of 3 tickets done; 7 points left here, 9 in all. Closing it would bring 25 % → 83 %."),
    ({"weigh": "points", "target": 20}, [], "1 of 3 tickets done; 7 points left here, 17 in all. Closing it would bring 15 % → 50 %."),
    ({"weigh": "time"}, [], "1 of 3 tickets done; 2 hours left here, 3 in all. Closing it would bring 25 % → 75 %."),
    ({"weigh": "type", "weights": {"Story": 3}}, [],
     "1 of 3 tickets done; a weight of 6 left here, 9 in all. Closing it would bring 25 % → 75 %."),
    ({}, [], "1 of 3 tickets done here, 1 of 4 in all. Closing it would bring 25 % → 75 %."),
    ({"target": 20}, [], "1 of 3 tickets done. Closing it would bring 5 % → 15 %."),
    ({"started": 0.5}, [], "1 of 3 tickets done here, 1 of 4 in all. Work in progress counts 50 %. Closing it would bring 37 % → 75 %."),
    ({"baseline": "2026-10-01"}, [item("WEB-6", "WEB-1", created=NOW)],
     "1 of 3 tickets done here, 1 of 4 in all. Closing it would bring 25 % → 75 %."),
    ({"kind": "milestones"}, [], "1 of 3 tickets done here, 1 of 4 in all. Closing it would bring 0 % → 50 %."),
    ({"kind": "binary"}, [], "1 of 3 tickets done here, 1 of 4 in all."),
]  # fmt: skip


@pytest.mark.parametrize(("how", "more", "said"), HERE, ids=[f"{nr}" for nr, _ in enumerate(HERE)])
def test_the_own_part_of_a_ticket_is_said_in_the_unit_of_the_measure(
    how: dict[str, Any], more: list[WorkItem], said: str
) -> None:
    elsewhere = item("OPS-1", claims=("KR1",), estimate=2)
    text = text_on("WEB-1", [*EPIC, elsewhere, *more], workspace(work("KR1", measure=how)))
    assert f"This epic: {said}" in text.splitlines()


def test_work_of_before_the_cycle_is_said_so_that_a_count_of_the_children_agrees() -> None:
    old = [
        item(f"WEB-{n}", "WEB-1", category="done", completed=datetime(2026, 9, n, tzinfo=UTC)) for n in (6, 7)
    ]
    text = text_on("WEB-1", [*EPIC, *old], POINTS)
    assert (
        "1 of 3 tickets done; 7 points left. 2 more, finished before 1 Oct, do not count. Closing it" in text
    )


def test_the_own_part_differs_from_epic_to_epic() -> None:
    other = [epic("WEB-8", claims=("KR1",)), item("WEB-9", "WEB-8", estimate=4)]
    first, second = (text_on(key, [*EPIC, *other], POINTS) for key in ("WEB-1", "WEB-8"))
    assert "1 of 3 tickets done; 7 points left here, 11 in all." in first
    assert "0 of 1 ticket done; 4 points left here, 11 in all." in second


def test_a_ticket_that_counts_itself_says_nothing_of_tickets_below() -> None:
    lone = [epic("WEB-8", claims=("KR1",), estimate=4)]
    assert "This epic: 4 points left here, 11 in all. Closing it" in text_on("WEB-8", [*EPIC, *lone], POINTS)
    assert "This epic: 1 of 4 tickets done in all. Closing it" in text_on(
        "WEB-8", [*EPIC, *lone], workspace()
    )


def test_where_work_counts_in_part_a_comment_says_so_instead_of_counting_otherwise() -> None:
    both = workspace(work("KR1", {"key": "WEB-1"}, {"label": "both"}), work("KR2", {"label": "both"}))
    items = [epic("WEB-1"), *(item(f"WEB-{n}", "WEB-1") for n in range(2, 5))]
    shared = [item("WEB-5", "WEB-1", labels=("both",)), item("WEB-6", labels=("both",), category="done")]
    text = text_on("WEB-1", [*items, *shared], both)
    assert "This epic: 0 of 4 tickets done here, 1 of 5 in all. 2 tickets count half." in text
    assert text.count(" of 5") + text.count(" of 4") == 2, "one unit in one comment"


def test_nothing_is_said_of_work_that_is_all_done_or_was_never_there() -> None:
    done = [EPIC[0], EPIC[1], item("OPS-1", claims=("KR1",), estimate=3)]
    text = text_on("WEB-1", done, POINTS)
    assert "This epic: 1 of 1 ticket done.\n" in text
    assert "Closing" not in text
    metric_alone = metric("KR1", 0, 10, ("2026-11-02", 4), links=[{"key": "WEB-1"}])
    assert "This epic" not in text_on("WEB-1", [epic("WEB-1")], workspace(metric_alone))


@pytest.mark.parametrize(
    ("measure", "day"),
    [
        ({}, "12 Nov"),
        ({"target": 1}, "3 Nov"),
        ({"kind": "milestones"}, None),
        ({"kind": "metric", "start": 0, "target": 10, "checkins": [
            {"on": "2026-10-20", "value": 10}, {"on": "2026-10-30", "value": 9},
            {"on": "2026-11-05", "value": 10}, {"on": "2026-11-10", "value": 12}]}, "5 Nov"),
        ({"kind": "binary", "done": "2026-11-04"}, "4 Nov"),
    ],
    ids=["work", "a fixed amount", "not all milestones", "metric", "binary"],
)  # fmt: skip
def test_a_key_result_that_is_reached_says_the_day(measure: dict[str, Any], day: str | None) -> None:
    declared = workspace(work("KR1", {"key": "WEB-1"}, measure=measure))
    items = [
        epic("WEB-1"),
        item("WEB-2", "WEB-1", category="done", completed=datetime(2026, 11, 3, 9, tzinfo=UTC)),
        item("WEB-3", "WEB-1", category="done", completed=datetime(2026, 11, 12, 9, tzinfo=UTC)),
    ]
    text = text_on("WEB-1", items, declared)
    assert (f"reached on {day}" in text) if day else ("reached" not in text)
    assert "likely" not in text
    assert ("due 31 Dec" in text) is (day is None)


def test_a_metric_names_the_day_of_its_value() -> None:
    declared = workspace(metric("KR1", 0, 10, ("2026-11-02", 4.5), links=[{"key": "WEB-1"}]))
    text = text_on("WEB-1", [epic("WEB-1")], declared)
    assert "4.5 on 2 Nov, from 0 to 10 · due 31 Dec" in text
    assert "data of 16 Nov" in text


def test_a_key_result_without_data_says_so() -> None:
    declared = workspace(metric("KR1", 0, 10, links=[{"key": "WEB-1"}]))
    assert "No data yet, from 0 to 10" in text_on("WEB-1", [epic("WEB-1")], declared)


@pytest.mark.parametrize(
    ("at", "words"), [(None, "waits for OPS-9."), (NOW - timedelta(days=14), "since 2 Nov.")]
)
def test_what_is_in_the_way_has_its_day_where_the_tracker_tells_it(at: datetime | None, words: str) -> None:
    since = () if at is None else ((ref("OPS-9"), at),)
    items = [replace(one, blocked_since=since) if one.key == "WEB-3" else one for one in EPIC]
    text = text_on("WEB-1", items, POINTS)
    assert f"In the way: WEB-3 waits for OPS-9{words.removeprefix('waits for OPS-9')}" in text.replace(
        "OPS-9 since", "OPS-9since"
    )


def test_only_what_the_ticket_itself_waits_for_is_in_its_way() -> None:
    """What other work of the key result waits for stands on the ticket above that."""
    other = [epic("WEB-8", claims=("KR1",)), item("WEB-9", "WEB-8", estimate=4)]
    assert "In the way" not in text_on("WEB-8", [*EPIC, *other], POINTS)


def test_a_comment_is_the_same_on_another_day() -> None:
    """A day alone changes no fact, so nothing is written; and of the text only the day of the data."""
    first = marks_of(EPIC, POINTS)["WEB-1"].comment
    later = marks_of(EPIC, POINTS, now=NOW + timedelta(days=1))["WEB-1"].comment
    assert first is not None
    assert later is not None
    assert (first.purpose, first.facts) == (later.purpose, later.facts)
    assert to_plain(first.doc).replace("16 Nov", "17 Nov") == to_plain(later.doc)  # type: ignore[arg-type]


def test_what_comes_into_the_way_or_goes_is_news() -> None:
    freed = [replace(one, blocked_by=()) for one in EPIC]
    blocked, free = (marks_of(items, POINTS)["WEB-1"].comment for items in (EPIC, freed))
    assert not same_comment(blocked, free, 5)
    assert not same_comment(free, blocked, 5)
    assert same_comment(blocked, blocked, 0)


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


DOING: dict[str, Any] = {"category": "doing", "started": datetime(2026, 11, 6, 9, tzinfo=UTC)}
OWNED = workspace(work("KR1", owner="growth@acme.example"), work("KR2", owner="ines"))


def test_an_orphan_comment_says_since_when_what_is_near_and_the_ways_out() -> None:
    near = (
        SuggestedKeyResult("KR1", "Result KR1", ("onboarding", "wizard"), 12),
        SuggestedKeyResult("KR2", "Result KR2", (), 1),
    )
    items = [epic("WEB-1", **DOING), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-2", **DOING)]
    assert text_on("WEB-1", items, OWNED, closest={"WEB-1": near}) == (
        "This work serves no key result. In progress since 6 Nov, 2 child tickets with it.\n"
        "Closest: KR1 · Result KR1 (shares the words onboarding, wizard; same team as 12 of its tickets); "
        "KR2 · Result KR2 (same team as 1 of its tickets).\n"
        "Label it kr:KR1, move it below a parent that serves one, or ask growth@acme.example to exempt it. "
        "This note by Truenorth disappears by itself."
    )


def test_where_setup_made_a_label_group_people_claim_by_it() -> None:
    items = [item("eng-1", **DOING)]
    alignment = align(items, OWNED)
    card = measure(alignment, observed(), OWNED, NOW)
    signals = find_signals(alignment, card, observed(), OWNED, NOW)
    near = {ref("eng-1"): (SuggestedKeyResult("KR2", "Result KR2", ()),)}
    for closest, said in (
        (near, "Choose KR2 in the label group Key result, move"),
        (None, "Choose its key result in"),
    ):
        marks = desired_marks(alignment, card, signals, OWNED, closest, claim_groups={"linear": "Key result"})
        comment = marks[ref("eng-1")].comment
        assert comment is not None
        assert comment.doc is not None
        assert said in to_plain(comment.doc)


def test_an_exemption_by_label_is_named() -> None:
    text = text_on("WEB-1", [epic("WEB-1", **DOING)], POINTS)
    assert "or exempt it with the label ktlo." in text


def test_without_a_near_one_the_first_key_results_are_named() -> None:
    declared = workspace(*(work(f"KR{nr}") for nr in range(1, 9)))
    text = text_on("WEB-1", [item("WEB-1", category="doing")], declared)
    assert "Key results: KR1 · Result KR1; KR2 · Result KR2; KR3 · Result KR3; 5 more." in text
    assert "Label it kr:ID" in text
    assert "ask for an exempt category" in text


@pytest.mark.parametrize(
    ("claims", "labels", "said"),
    [
        (("KR10",), ("kr:KR10",), "kr:KR10 is not a declared key result. Did you mean KR1? Until it is corrected, this work counts nowhere."),
        (("KR10",), (), "KR10 is not a declared key result. Did you mean KR1? Until it is"),
        (("zzz", "yyy"), (), "zzz is not a declared key result. yyy is not a declared key result. Until they are corrected"),
    ],
    ids=["a label", "a field", "two"],
)  # fmt: skip
def test_a_claim_that_leads_nowhere_is_said_first(
    claims: tuple[str, ...], labels: tuple[str, ...], said: str
) -> None:
    items = [item("WEB-1", claims=claims, labels=labels, **DOING)]
    text = text_on("WEB-1", items, OWNED)
    assert text.startswith(said)
    assert text.endswith("This note by Truenorth disappears by itself.")


def test_a_warning_is_the_same_on_another_day_but_for_nothing() -> None:
    items = [epic("WEB-1", **DOING)]
    first = marks_of(items, OWNED)["WEB-1"].comment
    later = marks_of(items, OWNED, now=NOW + timedelta(days=30))["WEB-1"].comment
    assert first is not None
    assert later is not None
    assert to_plain(first.doc) == to_plain(later.doc)  # type: ignore[arg-type]


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
    assert "0 sur 0,5 point · échéance 31 déc." in text_on("WEB-1", items, declared)
    assert "Ajoutez l'étiquette" in text_on("WEB-3", items, declared)
    assert "Label it" in text_on("eng-4", items, declared)


def test_own_words_stand_in_place_of_ours_and_renew_what_was_written() -> None:
    plain, own = with_words(), with_words(words={"en": {"orphan.head": "Wozu das?"}})
    items = [item("WEB-9", category="doing")]
    assert text_on("WEB-9", items, own).startswith("Wozu das?")
    before, after = (marks_of(items, declared)["WEB-9"].comment for declared in (plain, own))
    assert before is not None
    assert (before.purpose, before.facts) == ("orphan", ())
    assert after != before


def test_own_words_for_what_comments_say_no_more_are_no_error(tmp_path: Path) -> None:
    path = tmp_path / "truenorth.yaml"
    path.write_text(
        """words: {en: {progress.goal: Aim, orphan.ways: "Do this:", progress.kept: ours}}
trackers: {linear: {kind: linear, scope: {teams: [ENG]}}}
cycles: {C: {start: 2026-10-01, end: 2026-12-31}}
objectives:
  - {id: O, title: O, cycle: C, key_results: [{id: K, title: K, measure: {kind: work}}]}
"""
    )
    assert load(path).words["en"]["progress.kept"] == "ours"
    assert not RETIRED & ENGLISH.keys()


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
    bare = orphan_text(OrphanDetails(), messages_for(workspace(), "jira"))
    assert all(not isinstance(block, Bullets) or block.items for block in bare.blocks)
