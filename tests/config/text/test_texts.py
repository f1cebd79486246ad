"""Texts by language: what each file holds, and how something is known again in whatever language it stands."""

from __future__ import annotations

import re

import pytest

from config.conditions import Condition
from config.link_rules import LinkRule
from config.messages import ENGLISH, FIXED, SHIPPED, names_in
from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.jira.api.fields import ALIGNMENT_OPTIONS, HEALTH_OPTIONS, OUR_NAMES
from connectors.jira.marks.names import field_called, field_names, option_meant, option_on
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP, STATES
from connectors.made_names import called, described, described_as, is_ours, signature, state_meant
from connectors.model import CLAIM_NAME
from connectors.setup import DASHBOARD, VIEWS
from sync.align.link import LinkReason
from sync.align.reason_words import SaidReason, condition_words, reason_words, said_reason

FRENCH = Texts("fr")
OPTIONS: dict[str, str] = dict((*HEALTH_OPTIONS.items(), *ALIGNMENT_OPTIONS.items()))
PLAIN_SPACE = re.compile(r" [:;!?%»]|« |\(s\)")


def test_french_says_everything() -> None:
    assert SHIPPED["fr"].keys() == ENGLISH.keys()
    assert all(names_in(SHIPPED["fr"][key]) <= names_in(text) for key, text in ENGLISH.items())


@pytest.mark.parametrize("key", sorted(SHIPPED["fr"]))
def test_french_typography(key: str) -> None:
    """A no-break space before what takes one, and plurals in place of brackets."""
    assert not PLAIN_SPACE.search(SHIPPED["fr"][key])


def test_names_inside_are_the_english_ones() -> None:
    assert {name: field_called(name, ENGLISH_TEXTS) for name in OUR_NAMES} == {
        name: name for name in OUR_NAMES
    }
    assert {what: ENGLISH[f"option.{what}"] for what in OPTIONS} == OPTIONS
    assert [ENGLISH[f"state.{state}"] for state in STATES] == list(STATES)
    things = (*VIEWS, DASHBOARD, CLAIM_NAME, ALIGNMENT_GROUP)
    assert {called(what, ENGLISH_TEXTS) for what in things} == set(things)
    assert "" not in {called(what, FRENCH).replace(what, "") for what in things}


@pytest.mark.parametrize("texts", [ENGLISH_TEXTS, FRENCH], ids=["en", "fr"])
@pytest.mark.parametrize("language", sorted(SHIPPED))
def test_what_one_language_made_is_known_in_another(language: str, texts: Texts) -> None:
    made = Texts(language)
    for what in (*VIEWS, *OUR_NAMES, DASHBOARD, f"{CLAIM_NAME}: GROWTH-KR1", f"{ALIGNMENT_GROUP}: aligned"):
        says = described(what, "acme", made)
        assert is_ours(says, "acme")
        assert not is_ours(says, "other")
        assert described_as(says, "acme", texts) == what
    for what, option in OPTIONS.items():
        assert option_meant(made.text(f"option.{what}"), texts) == option
        assert option_on(option, {made.text(f"option.{what}")}, texts) == made.text(f"option.{what}")
    assert [state_meant(made.text(f"state.{state}").upper(), texts) for state in STATES] == list(STATES)


def test_a_name_in_a_third_language_is_a_persons() -> None:
    assert field_names("Objective", ENGLISH_TEXTS) == ("Objective",)
    assert field_names("Objective", FRENCH) == ("Objective", "Objectif")


def test_texts_that_prove_something_say_it_in_words_of_their_own() -> None:
    assert ENGLISH.keys() >= FIXED
    assert signature("acme", FRENCH) != signature("acme")


CONDITIONS = [
    {"key": "OPS-27"},
    {"label": "a", "project": "WEB", "level": "epic", "type": "Bug"},
    {"any": [{"label": "a"}, {"team": "GRW", "not": {"title": "*x*"}}]},
    {"all": [{"field": {"Squad": "Growth"}}, {"created": {"since": "2026-10-01", "until": "2026-11-01"}}]},
    {"started": {"since": "2026-10-01"}, "due": {"until": "2026-11-01"}, "assignee": "Noor"},
    {"jql": "labels = a", "tracker": "jira", "priority": "High", "group": "g", "component": "c"},
    {"filter": {"a": 1}, "parent": "WEB-1", "under": "WEB-2", "initiative": "I"},
    {"saved_filter": "10001"},
    {"view": "abc", "completed": {"until": "2026-11-01"}},
]


@pytest.mark.parametrize("given", CONDITIONS, ids=[str(nr) for nr, _ in enumerate(CONDITIONS)])
def test_rules_read_in_english_as_they_always_did(given: dict[str, object]) -> None:
    rule = LinkRule.model_validate(given)
    assert condition_words(rule, ENGLISH_TEXTS) == str(rule)
    because = LinkReason("matched", f"rule {rule}", ("WEB-2", "WEB-1"), condition=rule)
    assert reason_words(because, ENGLISH_TEXTS) == str(because)
    for texts in (ENGLISH_TEXTS, FRENCH):
        assert said_reason(reason_words(because, texts), ENGLISH_TEXTS) == SaidReason(
            "rule", condition_words(rule, texts)
        )


def test_every_condition_has_words_in_french() -> None:
    names = {field.alias or name for name, field in Condition.model_fields.items()} - {"field"}
    assert {f"condition.{name}" for name in names} <= SHIPPED["fr"].keys()


@pytest.mark.parametrize(
    ("because", "words"),
    [
        (LinkReason("named", "", condition=LinkRule(key="OPS-27")), "la règle «\u00a0clé OPS-27\u00a0»"),
        (LinkReason("claim", "", ("WEB-1",), claim="KR1"), "la revendication de KR1 sur le parent WEB-1"),
        (LinkReason("claim", "", ("A-2", "A-1"), claim="KR1"), "la revendication de KR1 sur l'ancêtre A-1"),
        (LinkReason("claim", "", claim="KR1", mirror="A-1"), "la revendication de KR1 sur le ticket miroir A-1"),
        (LinkReason("claim", "", ("A-1",), claim="KR1", linked=True), "la revendication de KR1 sur le ticket lié A-1"),
    ],
    ids=["rule", "parent", "ancestor", "mirror", "linked"],
)  # fmt: skip
def test_reasons_in_french(because: LinkReason, words: str) -> None:
    assert reason_words(because, FRENCH) == words
    said = said_reason(words, ENGLISH_TEXTS)
    assert said is not None
    assert said.kind == ("rule" if because.condition else "claim")


def test_a_rule_that_was_cut_short_is_still_known() -> None:
    rule = LinkRule(label="x" * 200)
    words = reason_words(LinkReason("matched", "", condition=rule), FRENCH)[:119] + "…"
    said = said_reason(words, FRENCH)
    assert said is not None
    assert said.may_be(condition_words(rule, FRENCH))
    assert not said.may_be("étiquette y")
