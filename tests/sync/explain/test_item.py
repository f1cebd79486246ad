"""`explain` in plain words, for every verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.workspace import Workspace
from connectors.model import Mirror, WorkItem
from sync.decide import decide
from sync.explain.item import Explanation, UnknownKeyError, explain
from sync.memory import Memory
from tests.support.builders import NOW, epic, item, observed, work, workspace

DECLARED = workspace(
    work("KR1", {"key": "WEB-1"}), work("KR2"), exempt=[{"name": "ktlo", "labels": ["ktlo"]}]
)

ITEMS = [
    epic("WEB-1"),
    item("WEB-2", "WEB-1", category="done", estimate=3.0),
    item("WEB-3", "WEB-1", claims=("KR1", "KR2")),
    epic("WEB-4", labels=("ktlo",)),
    item("WEB-5", "WEB-4"),
    item("WEB-6", category="doing", claims=("KR11",)),
    item("WEB-7", category="doing", created=NOW - timedelta(days=1)),
    item("WEB-8", category="done", status="Done"),
    item("STRAT-1", in_scope=False),
    item("WEB-9", "WEB-1", category="dropped"),
    item("WEB-10"),
]


def told(key: str, items: list[WorkItem] = ITEMS, declared: Workspace = DECLARED) -> Explanation:
    return explain(key, decide(observed(*items), Memory(), declared, NOW), declared)


@pytest.mark.parametrize(
    ("key", "verdict", "words"),
    [
        ("web-1", "aligned", "WEB-1 serves KR1."),
        ("WEB-2", "aligned", "WEB-2 serves KR1."),
        ("WEB-3", "aligned", "WEB-3 serves KR2, KR1. Where a ticket shows one of them, it is KR2."),
        ("WEB-4", "exempt", "exempt as ktlo: label ktlo."),
        ("WEB-5", "exempt", "exempt as ktlo: label ktlo on ancestor WEB-4."),
        (
            "WEB-6",
            "orphaned",
            "it has no parent. It has been in progress since 2026-09-17; the grace period is 7 days.",
        ),
        ("WEB-10", "not started", "It is not started, so there is no warning (policy.warn: started)."),
        ("WEB-7", "waiting", "still within its grace period of 7 days"),
        ("WEB-8", "closed", "It is Done, so there is no warning."),
        ("STRAT-1", "out of scope", "Truenorth reads it but never writes to it."),
    ],
)
def test_verdicts(key: str, verdict: str, words: str) -> None:
    explanation = told(key)
    assert explanation.verdict == verdict
    assert words in explanation.summary


def test_a_link_that_counts_nothing_of_it_says_why() -> None:
    before = item("WEB-1", claims=("KR2",), category="done", completed=NOW - timedelta(days=90))
    (line,) = told("WEB-1", [before]).links
    assert line.endswith("; not counted: finished before 2026-10-01")
    assert told("WEB-1", [before]).counts == "No key result counts it."
    assert not [line for line in told("WEB-3").links if "not counted" in line]
    (line,) = told("WEB-9").links
    assert line.endswith("; not counted: dropped")


def test_work_of_an_ended_cycle_counts_there_as_that_stands() -> None:
    items = [item("WEB-1", claims=("KR2",))]
    later = NOW + timedelta(days=60)
    rested = explain("WEB-1", decide(observed(*items, at=later), Memory(), DECLARED, later), DECLARED)
    assert rested.verdict == "rested"
    assert rested.counts == "It counts for no running key result, and in KR2 as that stands."


def test_links_tell_rule_rank_path_and_share() -> None:
    (inherited,) = told("WEB-2").links
    assert "KR1 · Result KR1" in inherited
    assert (
        "by a rule for its key (inherited: rule key WEB-1 on parent WEB-1; path WEB-2 → WEB-1)" in inherited
    )
    claimed = told("WEB-3").links
    assert all("share 1/2, by a person's claim" in line for line in claimed)


def test_a_link_tells_what_its_percent_leaves_open() -> None:
    how = {"weigh": "points", "baseline": "2026-10-15"}
    declared = workspace(work("KR1", measure=how), work("KR2"))
    early = NOW - timedelta(days=50)
    items = [
        item("WEB-1", claims=("KR1",), category="done", estimate=3, created=early),
        item("WEB-2", claims=("KR1",), created=early),
        item("WEB-3", claims=("KR1",), created=NOW),
        item("WEB-4", claims=("KR2",)),
    ]
    (open_,) = told("WEB-2", items, declared).links
    assert "(75 %, on track, 50 % estimated, 1 more since the baseline), by" in open_
    (counted,) = told("WEB-4", items, declared).links
    assert "(0 %, off track), by" in counted
    sure = told("WEB-1", [items[0]], declared).links[0]
    assert "(100 %, done), by" in sure


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("WEB-1", "Its child items count instead of it (2 items)."),
        ("WEB-2", "counts as done, with 3 points"),
        ("WEB-3", "counts as open work, without an estimate"),
        ("WEB-6", "counts for no key result"),
        ("WEB-9", "was dropped"),
    ],
)
def test_how_it_counts(key: str, words: str) -> None:
    assert words in told(key).counts


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("WEB-1", "Weighed by points, estimated work below it counts in place of its 40 points: 19 points."),
        ("WEB-2", "Weighed by points, its 12 points are spread over 2 items below it."),
        ("WEB-3", "Weighed by points, it carries 6 of the 12 points of WEB-2, spread over 2 items."),
        ("WEB-5", "Weighed by points, it is done and counts whole, with 5 points, in place of 1 item below it."),
        ("WEB-6", "Weighed by points, WEB-5 is done and counts whole in its place, with 5 points."),
        ("WEB-7", "It counts as open work, with 2 points."),
        ("WEB-9", "it carries 2 of the 4 points of WEB-8, spread over 2 items; that part counts nowhere."),
        ("WEB-10", "Weighed by points, it carries 2 of the 4 points of WEB-8, spread over 2 items."),
        ("OPS-1", "Weighed by points, its 7 points are not spread over what is below it, since it is out of scope."),
    ],
)  # fmt: skip
def test_what_becomes_of_an_estimate(key: str, words: str) -> None:
    items = [
        epic("WEB-1", claims=("A",), estimate=40.0),
        item("WEB-2", "WEB-1", estimate=12.0),
        item("WEB-3", "WEB-2"),
        item("WEB-4", "WEB-2"),
        item("WEB-5", "WEB-1", estimate=5.0, category="done"),
        item("WEB-6", "WEB-5"),
        item("WEB-7", "WEB-1", estimate=2.0),
        item("WEB-8", estimate=4.0),
        item("WEB-9", "WEB-8"),
        item("WEB-10", "WEB-8", claims=("A",)),
        item("OPS-1", estimate=7.0, in_scope=False),
        item("OPS-2", "OPS-1", claims=("A",)),
    ]
    declared = workspace(work("A", measure={"weigh": "points"}), work("B"))
    found = explain(key, decide(observed(*items), Memory(), declared, NOW), declared).counts
    assert found.endswith(words)


def test_advice_says_what_a_person_could_do() -> None:
    advice = " ".join(told("WEB-6").advice)
    for words in (
        "It claims KR11, which is not a declared key result; did you mean KR1?",
        "kr:KR1",
        "parent",
        "label ktlo",
        "close it",
    ):
        assert words in advice
    assert "scope of tracker jira" in " ".join(told("STRAT-1").advice)


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(UnknownKeyError, match=r"WEB-77 not found among the 11 items .* Did you mean WEB-7"):
        told("WEB-77")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("KR11", "Did you mean KR1?"),
        ("WBE-10", "Did you mean WEB-10 or WEB-1? It may be out of scope"),
        ("GROWHT-KR2", "Did you mean GROWTH-KR2, GROWTH-KR1 or GROWTH?"),
        ("zzz", "11 items that were read, nor as a key result or an objective."),
    ],
)
def test_an_unknown_id_names_what_is_near_of_every_kind(asked: str, said: str) -> None:
    declared = workspace(
        objectives=[
            {"id": "GROWTH", "title": "G", "cycle": "2026-Q4", "key_results": [work("GROWTH-KR1"), work("GROWTH-KR2")]},
            {"id": "O", "title": "O", "cycle": "2026-Q4", "key_results": [work("KR1")]},
        ]
    )  # fmt: skip
    with pytest.raises(UnknownKeyError) as unknown:
        told(asked, declared=declared)
    assert str(unknown.value).startswith(f"{asked} not found among the ")
    assert said in str(unknown.value)
    assert "?" in said or not str(unknown.value).endswith("?")


def test_an_item_can_be_asked_for_itself() -> None:
    run = decide(observed(*ITEMS), Memory(), DECLARED, NOW)
    assert explain(ITEMS[1].ref, run, DECLARED).summary == "WEB-2 serves KR1."


def test_what_serves_nothing_is_told_what_it_looks_closest_to() -> None:
    declared = workspace(work("KR1", {"label": "signup"}), work("KR2", {"label": "search"}))
    items = [
        *(item(f"WEB-{n}", title=f"Cache the ranking, part {n}", labels=("search",)) for n in range(1, 6)),
        *(item(f"WEB-{n}", title=f"Shorten the form, part {n}", labels=("signup",)) for n in range(21, 26)),
        item("WEB-9", title="Ranking of boards"),
        item("WEB-10", title="Ranking of boards", created=NOW),
        item("WEB-11", title="Ranking of boards", category="done"),
    ]
    for key in ("WEB-9", "WEB-10"):
        explanation = told(key, items, declared)
        assert [one.key_result for one in explanation.closest] == ["KR2"]
        first, link = explanation.advice[:2]
        assert first.startswith("Closest key results: KR2 (")
        assert "ranking" in first
        assert "such as kr:KR2 to it" in link
    assert (told("WEB-1", items, declared).closest, told("WEB-11", items, declared).closest) == ((), ())


def test_the_estimates_of_mirrored_work_are_told_where_they_are_not_those_of_the_side_that_counts() -> None:
    declared = workspace(
        work("KR1", measure={"kind": "work", "weigh": "points"}),
        work("KR2", measure={"kind": "work", "weigh": "time"}),
    )
    ours = item("eng-1", claims=("KR1", "KR2"), estimate=2.0, mirrors=(Mirror("jira", "WEB-1", "WEB-1"),))
    theirs = item("WEB-1", estimate=5.0, hours=8.0)
    counts = told("eng-1", [ours, theirs], declared).counts
    assert (
        "Weighed by points, the estimate of eng-1 is taken (2 points), and not that of WEB-1 (5 points)."
        in counts
    )
    assert "Weighed by hours, the estimate of WEB-1 is taken (8 hours)." in counts
    assert "is taken" not in told("eng-1", [ours, replace(theirs, estimate=2.0, hours=None)], declared).counts
