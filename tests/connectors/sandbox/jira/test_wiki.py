"""Wiki markup: to ADF and back, and version 2 of the Cloud's API, which speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.company import rng
from connectors.sandbox.jira import adf
from connectors.sandbox.jira.wiki import from_wiki, to_wiki
from tests.support.rich_text import links_in, nodes, words_read
from tests.support.sandbox_jira_client import Jira, paragraph, running

SAME = [
    "plain words",
    "*bold* _slanted_ -gone- +under+ {{code}}",
    "[board|https://x.example/a?b=c]",
    "{color:red}hot{color}",
    "h1. Title",
    "* one\n* two\n** deeper\n* three",
    "# first\n# second",
    "||Name||Value||\n|a|*1*|\n|b|2|",
    "{code:python}\nx = {1: '*'}\n{code}",
    "{quote}\nsaid\n{quote}",
    "{panel:bgColor=#fffae6}\ncareful\n{panel}",
    "----",
    "one\ntwo",
    "first\n\nsecond",
    r"not \*bold\* nor \{panel\}",
    "a-b-c and snake_case_name 2*3*4",
    "[~accountid:712020:abc]",
]


def forgotten(text: str) -> dict[str, Any]:
    """The document without what it remembers of its text."""
    return dict(from_wiki(text))


@pytest.mark.parametrize("text", SAME)
def test_markup_survives_the_way_through_adf(text: str) -> None:
    document = forgotten(text)
    assert adf.is_valid(document)
    back = to_wiki(document)
    assert forgotten(back) == document
    assert back.replace("\\", "") == text.replace("\\", "")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("h2. a\nb", ["heading", "paragraph"]),
        ("{panel}\na\n|b|\n{panel}", ["panel", "table"]),
        ("{panel}\nnever closed", ["paragraph"]),
        ("|only a row", ["table"]),
        ("* a\n# b", ["bulletList", "orderedList"]),
        ("", []),
    ],
)
def test_blocks_are_distinguished(text: str, kinds: list[str]) -> None:
    assert [block["type"] for block in forgotten(text)["content"]] == kinds


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        (r"R\&D", r"R\&D"),
        (r"C:\\temp", "C:<hardBreak>temp"),
        (r"|a\|b|", "a\\b"),
        ("so :) and :D1", "so<emoji>and<emoji>1"),
        (r"*a \*b\* c*", "abc"),
        (r"\\\*a", r"\\\*a"),
        ("&amp; &#42;", "&*"),
        (r"\{\{a\}\}", "a"),
        ("h1.a", "a"),
        ("bq. a", "a"),
        ("a -- b --- c", "a–b—c"),
        ("é*b* and *½*", "é*b*and*½*"),
        ("{*}a{*}b", "ab"),
        ("see {code}x{code}", "seex"),
    ],
)
def test_it_is_as_narrow_as_the_readers_of_jira(markup: str, seen: str) -> None:
    assert words_read(forgotten(markup)) == seen


def test_an_address_becomes_a_link_that_shows_its_backslashes() -> None:
    (block,) = forgotten(r"https://x.example/a\_b")["content"]
    assert links_in(block) == {"https://x.example/a_b"}
    assert words_read(block) == r"https://x.example/a\_b"


X = "https://x.example"
LINKS = [
    (f"[t|{X}]", "t", X),
    (f"[{X}]", X, X),
    (f"[|{X}]", X, X),
    (f"[t|{X}|a tip]", "t", X),
    (f"[ t | {X} ]", " t ", X),
    (r"[a\[b\]c|https://x.example]", "a[b]c", X),
    (r"[t|https://x.example/a\_b\[1\]]", "t", f"{X}/a_b[1]"),
    (f"[{X}/*a*]", f"{X}/*a*", f"{X}/*a*"),
    (f"[{X}/ (y)]", f"{X}/ (y)", f"{X}/ (y)"),
    (f"[*t*|{X}]", "t", X),
    (f"[a!b|c!d|{X}]", "a!b|c!d", X),
    (f"[t|{X}/?a=1&copy;=2&b=3]", "t", f"{X}/?a=1©=2&b=3"),
    ("[mailto:a@b.example]", "a@b.example", "mailto:a@b.example"),
    ("[Mail|mailto:a@b.example]", "Mail", "mailto:a@b.example"),
    ("[#top]", "top", "#top"),
    ("[t|#top]", "t", "#top"),
    ("[t|file:///c:/x]", "t", "file:///c:/x"),
    (r"[t|\\files\share]", "t", "file://files/share"),
    ("[t|news://x.example/a]", "t", "news://x.example/a"),
    ("[t|///browse/WEB-1]", "t", "/browse/WEB-1"),
    ("[WEB-1]", "WEB-1", "/browse/WEB-1"),
    ("[that one|WEB-1]", "that one", "/browse/WEB-1"),
]
"""Links with their words and where they lead, by the source of the server's renderer."""


@pytest.mark.parametrize(("markup", "words", "href"), LINKS, ids=range(len(LINKS)))
@pytest.mark.parametrize(
    "around", ["{}", "a {} b", "|{}|b|", "{{panel}}\n{}\n{{panel}}", "* {}", "h2. {}", "||{}||"]
)
def test_links_are_those_of_the_server(markup: str, words: str, href: str, around: str) -> None:
    document = forgotten(around.format(markup))
    assert links_in(document) == {href}
    linked = [
        node["text"]
        for node in nodes(document)
        if any(one["type"] == "link" for one in node.get("marks", []))
    ]
    assert "".join(linked).strip() == words.strip()


@pytest.mark.parametrize(
    "markup",
    ["[]", "[t|]", "[t|name@site]", "[^file.txt]", "[t|^file.txt]", "[~]", r"\[t|WEB-1]", r"[t|WEB-1\]", "[t|web-1]", "[t\n|WEB-1]",
     "[t|javascript:alert(1)]"],
)  # fmt: skip
def test_what_neither_reader_takes_for_a_link_is_text(markup: str) -> None:
    assert links_in(forgotten(markup)) == set()
    assert "t" not in markup or "t" in words_read(forgotten(markup))


def test_marks_nest() -> None:
    (block,) = forgotten("*bold _both_*")["content"]
    spans = [(node["text"], [mark["type"] for mark in node["marks"]]) for node in block["content"]]
    assert spans == [("bold ", ["strong"]), ("both", ["strong", "em"])]


PIECES = [
    "*", "_", "-", "+", "{", "}", "{panel}", "{code}", "{quote}", "{color:red}", "{color}", "{{", "}}", "|",
    "||", "[", "]", "[~", "https://x.example", "h1. ", "* ", "# ", "** ", "----", "\\", "\n", "\n\n", "a", "b c",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_any_text_gives_valid_adf_and_reads_back_as_valid_adf(seed: int) -> None:
    source = rng(seed, "wiki")
    for _ in range(200):
        text = "".join(source.choices(PIECES, k=source.randrange(40)))
        document = forgotten(text)
        assert adf.is_valid(document), text
        assert adf.is_valid(forgotten(to_wiki(document))), text


# --- Version 2 of the Cloud's API ----------------------------------------------------------------


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with running(60) as client:
        client.sandbox.call(client.site.limits.off)
        yield client


def old(jira: Jira, path: str) -> str:
    return f"{jira.sandbox.url}/jira/rest/api/2/{path}"


def test_version_2_takes_text_and_refuses_adf(jira: Jira) -> None:
    made = jira.post(old(jira, "issue/WEB-1/comment"), json={"body": "*hello*"})
    assert (made.status_code, made.json()["body"]) == (201, "*hello*")
    assert "/rest/api/2/" in made.json()["self"]
    body = jira.get(f"issue/WEB-1/comment/{made.json()['id']}").json()["body"]
    assert body["content"][0]["content"] == [{"type": "text", "text": "hello", "marks": [{"type": "strong"}]}]
    refused = jira.post(old(jira, "issue/WEB-1/comment"), json={"body": paragraph("x")})
    assert refused.json()["errors"] == {"comment": "Comment body is not valid!"}
    assert jira.post("issue/WEB-1/comment", json={"body": "text"}).status_code == 400


def test_descriptions_are_text_in_version_2(jira: Jira) -> None:
    path = old(jira, "issue/WEB-2")
    assert jira.put(path, json={"fields": {"description": "h1. Why"}}).status_code == 204
    assert jira.get(path).json()["fields"]["description"] == "h1. Why"
    assert jira.issue("WEB-2")["fields"]["description"]["content"][0]["type"] == "heading"
    assert jira.put(path, json={"update": {"description": [{"set": "now"}]}}).status_code == 204
    assert jira.get(path).json()["fields"]["description"] == "now"
    refused = jira.put(path, json={"fields": {"description": paragraph("x")}})
    assert refused.json()["errors"] == {"description": "Operation value must be a string"}


def test_the_whole_api_is_there_in_version_2(jira: Jira) -> None:
    page = jira.post(old(jira, "search/jql"), json={"jql": "key = WEB-2", "fields": ["description"]}).json()
    assert page["issues"][0]["fields"]["description"] == "now"
    assert jira.get(old(jira, "myself")).json()["accountId"]


def test_a_text_that_is_too_long_is_refused(jira: Jira) -> None:
    path = old(jira, "issue/WEB-1/comment")
    assert jira.post(path, json={"body": "x" * 32_000}).status_code == 201
    assert jira.post(path, json={"body": "x" * 32_768}).status_code == 400
