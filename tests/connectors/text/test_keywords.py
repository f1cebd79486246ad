"""The gist of a description: words and nothing else, whatever people paste."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.text.keywords import LONGEST_TEXT, LONGEST_WORD, MOST_WORDS, adf_text, extract_keywords


@pytest.mark.parametrize(
    ("name", "text", "gist"),
    [
        ("words once, in order", "New teams give up: new TEAMS!", "new teams give up"),
        ("none", "", ""),
        ("only signs", "—, … 🚀", ""),
        ("other scripts", "Élan für Größe. דף", "élan für grösse דף"),
        ("a hyphen parts words", "Self-serve sign-up", "self serve sign up"),
        ("keys and numbers", "See WEB-12 and 4711, as v2 of K8s", "see and as of"),
        ("addresses", "At https://intra.acme/x?token=abc or ann@acme.example", "at or"),
        ("paths", r"In /etc/passwd and C:\secret", "in and"),
        ("what may be a secret", "password=hunter then sk_live_abcdef " + "x" * 41, "then"),
        ("no word is that long", "a " + "b" * (LONGEST_WORD + 1) + " end", "end"),
        ("code in Markdown", "Call `rm now` or\n```\nsecret = yes\n```\ndone", "call or done"),
        ("code that never ends", "First ```secret", "first"),
        ("code and macros of wiki markup", "Do {code:java}secret{code} {color:red}this{color}", "do this"),
        ("an unknown macro", "Do {noformat}secret", "do"),
    ],
)
def test_what_is_left_of_a_text(name: str, text: str, gist: str) -> None:
    assert extract_keywords(text) == tuple(gist.split()), name


@given(st.text(max_size=3_000))
def test_laws(text: str) -> None:
    gist = extract_keywords(text)
    assert len(gist) == len(set(gist)) <= MOST_WORDS
    assert all(word.casefold() == word and not any(c.isdecimal() for c in word) for word in gist)
    assert gist == extract_keywords(text[:LONGEST_TEXT])


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "{" * 100_000, "`" * 100_000, "{code}" * 20_000, "a@" * 50_000]
)
def test_a_hostile_text_costs_no_time(text: str) -> None:
    begin = time.process_time()
    for _ in range(20):
        extract_keywords(text)
    assert time.process_time() - begin < 20  # a bound against endless backtracking, not a measure


def para(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(inline)}


def text(words: str, *marks: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "marks": [{"type": one} for one in marks]}


@pytest.mark.parametrize(
    ("name", "document", "expected"),
    [
        ("blocks are apart, runs are not", [para(text("sign"), text("up", "em")), para(text("now"))], "signup now"),
        ("code is left out", [para(text("see "), text("rm", "code")), {"type": "codeBlock", "content": [text("x")]}], "see"),
        ("what is in lists and tables", [{"type": "bulletList", "content": [{"type": "listItem", "content": [para(text("one"))]}]}], "one"),
    ],
)  # fmt: skip
def test_text_of_a_document(name: str, document: list[dict[str, Any]], expected: str) -> None:
    assert adf_text({"type": "doc", "content": document}).split() == expected.split(), name


@pytest.mark.parametrize(
    "none", [None, 3, "text"[:0], [], {}, {"content": "no list"}, {"content": [None, 1]}]
)
def test_what_is_no_document_says_nothing(none: Any) -> None:
    assert adf_text(none).strip() == ""


def test_a_deep_and_a_huge_document_end() -> None:
    deep: dict[str, Any] = para(text("deep"))
    for _ in range(50_000):
        deep = {"type": "blockquote", "content": [deep]}
    assert adf_text(deep).strip() == ""
    huge = {"type": "doc", "content": [para(text("word " * 100)) for _ in range(10_000)]}
    assert len(adf_text(huge)) < LONGEST_TEXT + 1_000
