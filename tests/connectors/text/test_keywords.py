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
        ("a line break in wiki markup", r"New teams\\give up", "new teams give up"),
        ("a line break in Markdown", "New teams\\\ngive up", "new teams give up"),
        ("a line break in HTML", "New teams<br>give<br/>up", "new teams give up"),
        ("paths in spite of it", r"See C:\\secret\\key or \\server\share", "see or"),
        ("escapes of Markdown", r"Self\-serve sign\-up\.", "self serve sign up"),
        (
            "the label of a link",
            "A [slow checkout](<https://a.example/x1>) and [fast lane|https://a.example/y]",
            "slow checkout and fast lane",
        ),
        ("a mention in wiki markup", "Ask [~ann.lee] or [~accountid:712020:abc] first", "ask or first"),
        ("a mention parts words", "up[~ann]stream", "up stream"),
        (
            "a link to a person",
            "Ask [Ann Lee](https://linear.app/acme/profiles/ann) or [Bo Ek|mailto:bo@acme.example] now",
            "ask or now",
        ),
        ("the title of a panel", "{panel:title=Why now|bgColor=#fff}Teams wait{panel}", "why now teams wait"),
        ("a lozenge", "{status:colour=Green|title=On hold} since May", "on hold since may"),
        ("a section that opens", "+++ Why now\nTeams wait\n+++", "why now teams wait"),
        (
            "a card in wiki markup",
            "See [https://a.example/p/1/Slow+checkout|https://a.example/p/1/Slow+checkout|smart-card]",
            "see slow checkout",
        ),
        ("monospaced text", "Do {{secret}} and {{open\nlast", "do and last"),
    ],
)
def test_what_is_left_of_a_text(name: str, text: str, gist: str) -> None:
    assert extract_keywords(text) == tuple(gist.split()), name


@given(st.text(alphabet="[]()|~{}<>:/\\ Ann\n", max_size=60))
def test_nobody_is_named(around: str) -> None:
    assert "zoe" not in extract_keywords(f"{around.replace('`', '')}\n[~zoe]")


@given(st.text(max_size=3_000))
def test_laws(text: str) -> None:
    gist = extract_keywords(text)
    assert len(gist) == len(set(gist)) <= MOST_WORDS
    assert all(word.casefold() == word and not any(c.isdecimal() for c in word) for word in gist)
    assert gist == extract_keywords(text[:LONGEST_TEXT])


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[a](" * 20_000,
        "{a|title=" * 20_000,
        "{{" * 50_000,
        "<a" * 50_000,
        "\\" * 50_000,
        "x" * 100_000,
        "{" * 100_000,
        "`" * 100_000,
        "{code}" * 20_000,
        "a@" * 50_000,
    ],
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
        ("a line break parts words", [para(text("new"), {"type": "hardBreak"}, text("teams"))], "new teams"),
        ("code parts words", [para(text("up"), text("rm", "code"), text("stream"))], "up stream"),
        ("a mention parts words, and says nothing",
         [para(text("up"), {"type": "mention", "attrs": {"id": "1", "text": "@Ann Lee"}}, text("stream"))], "up stream"),
        ("emoji and dates part words",
         [para(text("a"), {"type": "emoji", "attrs": {"shortName": ":tada:"}}, text("b"),
               {"type": "date", "attrs": {"timestamp": "1"}}, text("c"))], "a b c"),
        ("lozenges", [para(text("is"), {"type": "status", "attrs": {"text": "On hold", "color": "red"}}, text("now"))],
         "is On hold now"),
        ("expands", [{"type": "expand", "attrs": {"title": "Why now"}, "content": [para(text("Teams wait"))]},
                     {"type": "nestedExpand", "attrs": {"title": "And then"}, "content": []}], "Why now Teams wait And then"),
        ("cards by the title in their address",
         [para(text("See"), {"type": "inlineCard", "attrs": {"url": "https://a.example/wiki/1/Slow+checkout?x=secret"}}),
          {"type": "blockCard", "attrs": {"url": "https://a.example/docs/fast-lane/"}},
          {"type": "embedCard", "attrs": {"url": "https://a.example/Neue%20Stra%C3%9Fe", "layout": "wide"}}],
         "See Slow checkout fast lane Neue Straße"),
        ("cards by their name", [para({"type": "inlineCard", "attrs": {"data": {"name": "Slow checkout"}}})], "Slow checkout"),
        ("cards without words",
         [para(*({"type": "inlineCard", "attrs": {"url": url}} for url in (
             "https://a.example/browse/WEB-12", "https://a.example/token", "https://a.example/people/ann-lee", "mailto:a-b"
         )))], ""),
        ("links to people", [para({"type": "text", "text": "Ann Lee", "marks": [
            {"type": "link", "attrs": {"href": "mailto:ann@acme.example"}}]}, text("asks"))], "asks"),
        ("what is in lists and tables", [{"type": "bulletList", "content": [{"type": "listItem", "content": [para(text("one"))]}]}], "one"),
    ],
)  # fmt: skip
def test_text_of_a_document(name: str, document: list[dict[str, Any]], expected: str) -> None:
    assert adf_text({"type": "doc", "content": document}).split() == expected.split(), name


@pytest.mark.parametrize(
    "none",
    [
        None,
        3,
        "text"[:0],
        [],
        {},
        {"content": "no list"},
        {"content": [None, 1]},
        {"type": "status", "attrs": {"text": 3}},
        {"type": "inlineCard", "attrs": {"url": 3, "data": []}},
        {"type": "expand", "attrs": []},
        {"type": ["status"], "attrs": {}},
    ],
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
