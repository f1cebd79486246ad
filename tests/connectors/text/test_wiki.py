"""Wiki markup: what a reader sees is what was meant, wherever people's words stand.

The sandbox's reader takes for markup whatever one of Jira's two readers does; that it is as narrow as the editor's is
asked in `tests/clients/test_wiki_reader.py`.
"""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.model import claims_in
from connectors.sandbox.jira.wiki import from_wiki
from connectors.text.document import Bullets, Doc, Lozenge, Panel, Table, Text, line, para
from connectors.text.wiki import WORD_JOINER, to_wiki, wiki_escape
from tests.support.rich_text import HREF, TITLES, docs, everywhere, links_in, nodes, words_meant, words_read

SIGNS = r"-#*_+?^~|%{}[]()!@"


@pytest.mark.parametrize("sign", list(SIGNS))
def test_what_both_readers_escape_is_escaped(sign: str) -> None:
    assert wiki_escape(f"a{sign}b") == f"a\\{sign}b"


@pytest.mark.parametrize("sign", list("&<>\"'`$=.,;/\\…’ "))
def test_what_no_reader_escapes_stays_bare(sign: str) -> None:
    assert wiki_escape(f"a{sign}b") == f"a{sign}b"


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("R&D", "R&D"),
        (r"C:\temp", r"C:\temp"),
        ("C:\\temp\\", "C:\\temp\\¦"),
        (r"\\files", r"\¦\files"),
        (r"a\*b", r"a\¦\*b"),
        ("{{x}}", r"\{¦\{x\}¦\}"),
        ("&amp; &#60; & co;", r"&¦amp; &¦\#60; & co;"),
        (":) :D :P :p :Dog", r":\) :¦D :¦P :¦p :Dog"),
        ("https://x.example/a_b", r"https:¦//x.example/a\_b"),
        ("mailto:a and file:b", "mailto¦:a and file¦:b"),
        ("h1. Why", "h1¦. Why"),
        ("bq. Why", "bq¦. Why"),
    ],
)
def test_what_no_escape_covers_is_parted(text: str, parted: str) -> None:
    assert wiki_escape(text) == parted.replace("¦", WORD_JOINER)


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_read_as_it_was_meant(title: str) -> None:
    doc = everywhere(title)
    read = from_wiki(to_wiki(doc))
    assert words_read(read) == words_meant(doc)
    assert links_in(read) == {HREF}


@settings(deadline=None)
@given(docs)
def test_any_document_is_read_as_it_was_meant(doc: Doc) -> None:
    read = from_wiki(to_wiki(doc))
    assert words_read(read) == words_meant(doc)
    assert links_in(read) <= {HREF}
    assert not {"mention", "emoji", "inlineCard", "heading", "rule"} & {node["type"] for node in nodes(read)}


# What the alphabet of `st.text` hardly ever puts together.
signs = st.lists(
    st.sampled_from(
        [*SIGNS, *":;\\/&DPp ", "--", "{{", "}}", "\\\\", "h1.", "bq.", "http://", "mailto:", "&amp;", "code", "é", "1", "a",
         "½", "’", "\u00a0", "\u202f"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(signs)
def test_any_run_of_signs_is_read_as_it_was_meant(text: str) -> None:
    doc = everywhere(text)
    read = from_wiki(to_wiki(doc))
    assert words_read(read) == words_meant(doc)


@pytest.mark.parametrize(
    ("part", "markup"),
    [
        (Text("Link it", strong=True), "*Link it*"),
        (Text("L'exempter", strong=True), "*L'exempter*"),
        (Text("kr:GROWTH-KR1", code=True), "{{kr:GROWTH-KR1}}"),
        (Text("tech_debt", code=True), "{{tech_debt}}"),
        (Text("so *so*", strong=True), r"so \*so\*"),
        (Text("a{b}", code=True), r"a\{b\}"),
        (Text("½ done", strong=True), "½ done"),
        (Text(" spaced ", em=True), " _spaced_ "),
        (Lozenge("À RISQUE"), "*À RISQUE*"),
        (Text("KR1 · done", strong=True, href=HREF), f"[KR1|{HREF}] · done"),
        (Text("KR1 · A | B", strong=True, href=HREF), f"[KR1|{HREF}] · A \\| B"),
        (Text("[x]", href=HREF), f"\\[x\\] [{HREF}]"),
        (Text("x", href="https://a.example/b|c]d e"), "[x|https://a.example/b%7Cc%5Dd%20e]"),
        (Text("x", href="https://a.example/?a=1&copy;=2&d"), "[x|https://a.example/?a=1&copy%3B=2&d]"),
    ],
)
def test_words_of_people_stand_outside_marks_and_labels(part: Text | Lozenge, markup: str) -> None:
    assert to_wiki(Doc((para(part),))) == markup


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [("", "", True), ("a ", " b", True), ("(", ")", True), ("\u00a0", ": ", True), ("a", "", False), ("", "b", False),
     ("—", "", False), ("", "\u202f!", False), ("{", "}", False)],
)  # fmt: skip
def test_a_mark_stands_only_where_both_readers_see_it(before: str, after: str, marked: bool) -> None:
    doc = Doc((para(before, Text("x", strong=True), after),))
    assert ("*x*" in to_wiki(doc)) == marked
    assert words_read(from_wiki(to_wiki(doc))) == words_meant(doc)


def test_a_table_that_would_part_a_title_is_a_list() -> None:
    plain = Table(("What", "Now"), ((line("Value"), line("3 of 5")), (line("Pace"), line(""))))
    assert to_wiki(Doc((plain,))) == "||What||Now||\n|Value|3 of 5|\n|Pace| |"
    piped = Table(
        ("What", "Now"), ((line("Blocked"), line("A | B")), (line(Text("x", strong=True)), line("[y")))
    )
    assert to_wiki(Doc((piped,))) == "* What · Now\n* Blocked · A \\| B\n* *x* · \\[y"


def test_blocks_are_parted_by_an_empty_line() -> None:
    assert to_wiki(Doc((para("a"), Bullets((line("b"), line("c")))))) == "a\n\n* b\n* c"


@pytest.mark.parametrize("id_", ["GROWTH-KR1", "P-1", "D1", "a_b.c-d"])
def test_a_label_that_is_copied_from_a_comment_claims_its_key_result(id_: str) -> None:
    read = from_wiki(to_wiki(Doc((para("Add ", Text(f"kr:{id_}", code=True), " to it"),))))
    copied = "".join(one["text"] for one in nodes(read) if one["type"] == "text").split(" ")[1]
    assert claims_in([copied]) == (id_,)


ADDRESSES = [
    "https://a.example/kr/A-KR1", "https://a.example/#/kr/A", "https://a.example/?a=1&copy;=2&lt;", "https://a.example/*a*_b_",
    "https://a.example/a(b)", "https://ann@a.example:8443/~ann/--x--", "https://a.example/é/ü?q='x'", "http://a.example/a!b!c",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("words", ["KR1", "KR1 · A | B", "[x]"])
def test_a_link_leads_where_it_was_meant_to_in_text_in_a_cell_and_in_a_panel(
    address: str, words: str
) -> None:
    part = Text(words, href=address)
    doc = Doc((para(part), Table(("a", "b"), ((line(part), line("y")),)), Panel("warning", (para(part),))))
    found = links_in(from_wiki(to_wiki(doc)))
    assert len(found) == 1
    assert unquote(found.pop()) == address
