"""Suggestions: who says what work with an answer says probably serves what that serves."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from config.link_rules import LinkRule
from connectors.model import WorkItem
from connectors.sandbox.server import Sandbox
from connectors.text.keywords import extract_keywords
from sync.align.alignment import align
from sync.align.suggestions import FURTHER, MOST, THRESHOLD, Suggestion, suggest
from sync.report.suggestions import as_yaml, suggestions
from tests.support.builders import epic, item, ref
from tests.support.cli import Cli
from tests.support.suggestion_cases import GOALS, KNOWN


def suggested(*items: WorkItem) -> dict[str, tuple[Suggestion, ...]]:
    return {one.id: some for one, some in suggest(align([*KNOWN, *items], GOALS), GOALS).items()}


def first(*items: WorkItem) -> dict[str, str]:
    return {key: some[0].key_result for key, some in suggested(*items).items()}


def test_who_else_is_asked_about_changes_nothing() -> None:
    items = [
        epic("WEB-90", title="The form"),
        *(
            item(f"WEB-{n}", "WEB-90" if n % 2 else None, title=title, labels=("web-form",)[: n % 3])
            for n, title in enumerate(
                ("A form for teams", "RANKINGS of boards", "Search in notes", "Steps"), 91
            )
        ),
    ]
    alignment = align([*KNOWN, *items], GOALS)
    keywords = {ref("WEB-94"): extract_keywords("teams fill in a form"), ref("WEB-93"): ("boards",)}
    everybody = suggest(alignment, GOALS, keywords)
    assert len(everybody) > 2
    for one in items:
        alone = suggest(alignment, GOALS, keywords, {one.ref})
        assert alone == {ref: some for ref, some in everybody.items() if ref == one.ref}


@pytest.mark.parametrize(
    ("name", "orphan", "expected"),
    [
        ("words of the title", item("WEB-99", title="A form for teams"), "SIGN"),
        ("another case, and one of many", item("WEB-99", title="RANKINGS of boards"), "FAST"),
        ("words of the key result itself", item("WEB-99", title="Search in notes"), "FAST"),
        ("words of a label", item("WEB-99", title="Odds", labels=("web-form",)), "SIGN"),
        ("what exempt work says", item("WEB-99", title="Renew the certificates"), None),
        ("what nobody says", item("WEB-99", title="Fly to the moon", project="MOON"), None),
        ("no words at all", item("WEB-99", title="—", project=None), None),
        ("closed work", item("WEB-99", title="A form for teams", category="done"), None),
        ("work that serves one already", item("WEB-99", title="A form", claims=("FAST",)), None),
        ("work outside the scope", item("WEB-99", title="A form for teams", in_scope=False), None),
        ("a claim that names nothing", item("WEB-99", title="Fly", labels=("kr:form",), project=None), None),
    ],
)
def test_the_likeliest(name: str, orphan: WorkItem, expected: str | None) -> None:
    assert first(orphan).get("WEB-99") == expected, name


def test_a_parent_speaks_for_what_is_below_it() -> None:
    assert (
        first(epic("WEB-90", title="The form"), item("WEB-91", "WEB-90", title="Steps"))["WEB-91"] == "SIGN"
    )


def test_siblings_speak() -> None:
    family = [epic("WEB-90", title="Odds"), item("WEB-91", "WEB-90", title="Ends")]
    linked = [item(f"WEB-{n}", "WEB-90", title=f"Thing{n}", labels=("speed",)) for n in range(92, 96)]
    assert first(*family, *linked) == {"WEB-90": "FAST", "WEB-91": "FAST"}


def test_whoever_works_on_it_speaks() -> None:
    bare = {"title": "Odds", "project": None, "kind": ""}
    linked = [item(f"eng-{n}", assignee="Ann", labels=("speed",), **bare) for n in range(5)]
    assert "eng-99" not in first(*linked, item("eng-99", **bare | {"title": "Ends"}))
    (found,) = suggested(*linked, item("eng-99", assignee="Ann", **bare | {"title": "Ends"}))["eng-99"]
    assert (found.key_result, found.words) == ("FAST", ())


def test_words_are_those_of_the_ticket_the_strongest_first() -> None:
    (found,) = suggested(item("WEB-99", title="Shorten all forms of the moon"))["WEB-99"]
    assert found.words[:2] in (("forms", "shorten"), ("shorten", "forms"))
    assert "moon" not in found.words
    assert "the" not in found.words


def reasons(*items: WorkItem, descriptions: dict[str, str] | None = None, of: str = "WEB-99") -> set[str]:
    """The words that speak for any key result of an item."""
    keywords = {ref(key): extract_keywords(text) for key, text in (descriptions or {}).items()}
    found = suggest(align([*KNOWN, *items], GOALS), GOALS, keywords)
    return {word for one in found[ref(of)] for word in one.words}


def test_markup_is_no_reason() -> None:
    title = "**Tidy** [form](javascript:alert) {{ranking}} <b>form</b>"
    linked = [item(f"WEB-{n}", title=f"{title}, round {n}", labels=("signup",)) for n in range(30, 36)]
    told = reasons(*linked, item("WEB-99", title=title))
    assert {"form", "tidy"} <= told
    assert not told & {"javascript", "alert", "ranking", "b"}


def test_what_one_ticket_says_alone_is_no_reason_however_often_it_was_copied() -> None:
    copied = [item(f"WEB-{n}", title="Shorten the zebra form", labels=("signup",)) for n in range(30, 36)]
    orphan = item("WEB-99", title="A zebra form")
    assert "zebra" not in reasons(*copied, orphan)
    told = reasons(*copied, item("WEB-40", title="Paint the zebra", labels=("signup",)), orphan)
    assert {"zebra", "form"} <= told


def test_a_word_of_every_kind_of_work_is_no_reason() -> None:
    linked = [item(f"WEB-{n}", title=f"Fix all forms {n}", labels=("signup",)) for n in range(30, 40)]
    told = reasons(*linked, item("WEB-99", title="Fix all forms"))
    assert told == {"forms"}


def test_a_template_of_descriptions_is_no_reason() -> None:
    linked = [
        item(f"WEB-{n}", title=f"Reproduce the form, part {n}", labels=("signup",)) for n in range(30, 40)
    ]
    orphans = [item(f"WEB-{n}", title="Form") for n in range(90, 100)]
    one = reasons(*linked, *orphans, descriptions={"WEB-99": "How to reproduce"})
    many = reasons(*linked, *orphans, descriptions={f"WEB-{n}": "How to reproduce" for n in range(90, 100)})
    assert ("reproduce" in one, "reproduce" in many) == (True, False)


def test_words_of_a_parent_that_not_everybody_sees_stay_there() -> None:
    below = item("WEB-91", "WEB-90", title="Shorten steps")
    open_, secret = (epic("WEB-90", title="The form", private=private) for private in (False, True))
    assert "form" in suggested(open_, below)["WEB-91"][0].words
    assert all("form" not in one.words for one in suggested(secret, below).get("WEB-91", ()))


def test_much_undecided_work_that_says_the_same_makes_it_doubtful() -> None:
    orphan = item("WEB-99", title="A form for teams")
    alone = suggested(orphan)["WEB-99"][0].score
    others = [item(f"WEB-{n}", title="Another form") for n in range(100, 140)]
    among = suggested(orphan, *others).get("WEB-99", (Suggestion("SIGN", 0.0, ()),))[0].score
    assert among < alone


TITLES = st.lists(
    st.sampled_from(["form", "ranking", "shorten", "cache", "moon", "the", "x1", "–"]), max_size=6
)


@given(st.lists(TITLES, min_size=1, max_size=8), st.randoms())
def test_laws(titles: list[list[str]], shuffle: Any) -> None:
    orphans = [item(f"OPS-{n}", title=" ".join(words) or "?") for n, words in enumerate(titles)]
    found = suggested(*orphans)
    for some in found.values():
        assert 1 <= len(some) <= MOST
        assert some[0].score >= THRESHOLD
        assert all(FURTHER <= one.score <= 1 for one in some)
        assert [one.score for one in some] == sorted((one.score for one in some), reverse=True)
        assert len({one.key_result for one in some}) == len(some)
    shuffle.shuffle(orphans)
    assert suggested(*orphans) == found


def test_rules_to_paste_are_rules() -> None:
    nasty = 'Form: "new"\n- {x: 1} # \u202e {'
    items = [
        epic("WEB-99", title=nasty),
        item("WEB-100", "WEB-99", title="Shorten the form"),
        replace(item("eng-7", title="Shorten the form", level="project"), key='The "form": part'),
    ]
    alignment = align([*KNOWN, *items], GOALS)
    text = as_yaml(suggest(alignment, GOALS), alignment, {"SIGN": "Sign-up\n- x"})
    pasted = YAML(typ="safe").load(text)
    assert list(pasted) == ["SIGN"]
    rules = [LinkRule.model_validate(one) for one in pasted["SIGN"]]
    assert [rule.key for rule in rules] == ["WEB-99", 'The "form": part']


def test_two_items_of_one_key_are_told_apart() -> None:
    here = item("WEB-99", title="Shorten the form")
    there = replace(item("eng-99", title="Shorten the form"), key="WEB-99")
    alignment = align([*KNOWN, here, there], GOALS)
    pasted = YAML(typ="safe").load(as_yaml(suggest(alignment, GOALS), alignment, {}))["SIGN"]
    assert pasted == [{"key": "WEB-99", "tracker": "jira"}, {"key": "WEB-99", "tracker": "linear"}]


def test_nothing_to_suggest_is_said() -> None:
    alignment = align(KNOWN, GOALS)
    assert as_yaml({}, alignment, {}).startswith("# No suggestions")
    assert suggestions({}, alignment, 3).lead == ("0 of 3 orphans may serve a key result.",)


def test_the_sheet_shows_an_item_once() -> None:
    alignment = align([*KNOWN, item("WEB-99", title="Shorten the form")], GOALS)
    found = {ref("WEB-99"): (Suggestion("SIGN", 0.519, ("form",)), Suggestion("FAST", 0.2, ()))}
    rows = [[cell.text for cell in row] for row in suggestions(found, alignment, 1).rows]
    assert rows == [
        ["WEB-99", "Shorten the form", "SIGN", "51 %", "form"],
        ["", "", "FAST", "20 %", "project, team, type or assignee"],
    ]


def test_the_command(pointed: Sandbox, run: Cli) -> None:
    del pointed
    shown = run("suggest", "--as-of", "2026-11-16T09:00Z")
    assert shown.code == 0
    assert "Suggestions" in shown.out
    as_rules = run("suggest", "--as-yaml")
    assert as_rules.code == 0
    pasted = YAML(typ="safe").load(as_rules.out)
    assert [LinkRule.model_validate(one) for rules in pasted.values() for one in rules]
    told = json.loads(run("suggest", "--format", "json").out)
    assert {one["suggestions"][0]["key_result"] for one in told["suggestions"]} == set(pasted)
    assert run("suggest", "--as-yaml", "--format", "json").code == 2
