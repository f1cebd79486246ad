"""Findings of one kind are one row; what differs between them is kept, and JSON keeps each."""

from __future__ import annotations

import pytest

from sync.cli.render.markdown import to_markdown
from sync.cli.render.screen import Screen
from sync.cli.render.terminal import to_text
from sync.report.findings import ALIKE, findings, unmatched
from sync.signals.findings.finding import KINDS, Finding
from tests.support.builders import item, ref

COUNT = 2_418
DONE = [
    Finding(
        "done_over_open",
        (ref(f"WEB-{nr}"),),
        f"WEB-{nr} is Done but has open child items: OPS-{nr}",
        f"reopen WEB-{nr}, or close or move the open items",
    )
    for nr in range(1, COUNT + 1)
]
ITEMS = {one.ref: one for one in (item(f"WEB-{nr}") for nr in range(1, COUNT + 1))}


def test_equal_sentences_are_one_row_with_a_count_and_three_examples() -> None:
    (row,) = findings(DONE, ITEMS).rows
    assert row[0].text == "2,418 items are done but have open child items:"
    assert row[0].more == (*(one.message for one in DONE[:3]), "and 2,415 more")
    assert row[1].text == "reopen it, or close or move the open items"


def test_each_is_shown_where_that_is_asked_for() -> None:
    section = findings(DONE, ITEMS, each=True)
    assert [(row[0].text, row[1].text) for row in section.rows] == [(one.message, one.remedy) for one in DONE]


def test_it_says_how_to_see_each_only_where_something_is_hidden() -> None:
    (lead,) = findings(DONE, ITEMS, show_each="truenorth orphans --all").lead
    assert lead == "2,418 findings, those alike in one row. Show each: truenorth orphans --all"
    assert findings(DONE[:3], ITEMS, show_each="truenorth orphans --all").lead == ()


def test_a_single_one_keeps_its_words() -> None:
    (row,) = findings(DONE[:1], ITEMS).rows
    assert (row[0].text, row[0].more, row[1].text) == (DONE[0].message, (), DONE[0].remedy)


def test_other_remedies_are_other_rows() -> None:
    claims = [
        Finding("dangling_claim", (ref(f"WEB-{nr}"),), f"WEB-{nr} claims KR{nr % 2}x", remedy)
        for nr, remedy in enumerate(["did you mean KR1?", "did you mean KR2?"] * 5, 1)
    ]
    rows = findings(claims, ITEMS).rows
    assert [row[1].text for row in rows] == ["did you mean KR1?", "did you mean KR2?"]
    assert [len(row[0].more) for row in rows] == [4, 4]


def test_places_are_all_kept() -> None:
    rules = [
        Finding("moved_key", (), f"a.yaml:{nr}: WEB-9 is OPS-9 now", "write OPS-9", f"a.yaml:{nr}")
        for nr in range(1, 8)
    ]
    (row,) = findings(rules, ITEMS).rows
    assert row[0].more[-1] == "and at a.yaml:4, a.yaml:5, a.yaml:6, a.yaml:7"


def test_a_remedy_keeps_the_names_that_tell_it_apart() -> None:
    """An item named in a remedy for the reader to write it down is no "it"."""
    ambiguous = [
        Finding("ambiguous_key", (ref("WEB-1"),), "a rule names 1", "write jira:WEB-1"),
        Finding("ambiguous_key", (ref("WEB-2"),), "a rule names 2", "write jira:WEB-2"),
    ]
    assert [row[1].text for row in findings(ambiguous, ITEMS).rows] == [
        "write jira:WEB-1",
        "write jira:WEB-2",
    ]


def test_key_results_without_work_are_one_row() -> None:
    bare = [
        Finding(
            "unserved_key_result",
            (),
            f"no work is linked to KR{nr}",
            f"add the label kr:KR{nr} to work, or add a link rule",
        )
        for nr in range(5)
    ]
    (row,) = findings(bare, {}).rows
    assert row[1].text == "add the label kr:ID to work, or add a link rule"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_name_for_several(kind: str) -> None:
    assert ALIKE[kind].startswith("{} ")  # type: ignore[index]


def test_rules_of_one_remedy_share_it_and_each_keeps_its_place() -> None:
    rules = [
        Finding("unmatched_rule", (), f"a.yaml:{nr}: matches nothing", "correct it", f"a.yaml:{nr}")
        for nr in (1, 2, 3, 4, 5)
    ]
    section = unmatched([*rules, Finding("unmatched_rule", (), "b.yaml:1: x", "did you mean y?", "b.yaml:1")])
    assert [row[1].text for row in section.rows] == ["correct it", "did you mean y?"]
    text = "\n".join(to_text(section, Screen(width=80)))
    assert all(one.message in text for one in rules)
    assert text.count("correct it") == 1


def test_a_row_is_one_line_in_markdown() -> None:
    table = [line for line in to_markdown(findings(DONE, ITEMS)).splitlines() if line.startswith("|")]
    assert len(table) == 3
    assert "and 2,415 more" in table[2]
