"""Documents in every tracker's form: valid there, and with every text shown literally."""

from __future__ import annotations

import functools
import html
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings

from config.text.characters import clean
from connectors.text.document import (
    Bar,
    Block,
    Bullets,
    Doc,
    Lozenge,
    Panel,
    Table,
    Text,
    line,
    para,
    to_adf,
    to_markdown,
)
from connectors.text.wiki import to_wiki
from tests.support.plain_text import to_plain
from tests.support.rich_text import NASTY, docs, nodes, texts

SCHEMA = Path(__file__).parents[4] / "shared" / "contracts" / "adf.schema.json"


@functools.cache
def adf_validator() -> Any:
    if not SCHEMA.exists():
        pytest.skip("the ADF schema is not beside this checkout")
    return jsonschema_rs.Draft4Validator(json.loads(SCHEMA.read_text()))


def adf_texts(node: dict[str, Any]) -> str:
    """The characters that a reader of the ADF sees."""
    own: str = node.get("text", "") if node["type"] == "text" else node.get("attrs", {}).get("text", "")
    return own + "".join(adf_texts(inner) for inner in node.get("content", []))


@settings(deadline=None)
@given(docs)
def test_adf_is_valid(doc: Doc) -> None:
    assert adf_validator().is_valid(to_adf(doc))


@settings(deadline=None)
@given(docs)
def test_adf_has_no_empty_text_and_no_foreign_link(doc: Doc) -> None:
    for node in nodes(to_adf(doc)):
        if node["type"] == "text":
            assert node["text"]
            for mark in node.get("marks", []):
                assert mark.get("attrs", {}).get("href", "https://okrs").startswith("https://okrs")


@settings(deadline=None)
@given(texts)
def test_any_text_appears_literally_in_adf(text: str) -> None:
    adf = to_adf(Doc((para(text), Bullets((line(text),)), Table((text,), ((line(text),),)))))
    assert adf_texts(adf) == clean(text) * 4
    kinds = {node["type"] for node in nodes(adf)}
    assert kinds <= {"doc", "paragraph", "text", "bulletList", "listItem", "table", "tableRow"} | {
        "tableHeader",
        "tableCell",
    }


@pytest.mark.parametrize("text", NASTY)
def test_clean_leaves_one_line_without_control_characters(text: str) -> None:
    shown = clean(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]", shown)
    assert clean(shown) == shown


def unescaped(markdown: str) -> str:
    return re.sub(r"\\([\\`*_{}\[\]()<>#+\-.!|~=:@$&^])", r"\1", markdown)


@settings(deadline=None)
@given(texts)
def test_any_text_comes_back_from_markdown_as_it_was(text: str) -> None:
    assert unescaped(to_markdown(Doc((para(text),)))) == clean(text)


@pytest.mark.parametrize("special", list(r"\`*_{}[]()<>#+-.!|~=:@$&^"))
def test_markdown_escapes_every_character_that_means_something(special: str) -> None:
    assert to_markdown(Doc((para(f"a{special}b"),))) == f"a\\{special}b"


@settings(deadline=None)
@given(docs)
def test_markdown_has_no_html_and_no_link_but_ours(doc: Doc) -> None:
    markdown = re.sub(r"(?<!\\)`[^`\n]*`", "", to_markdown(doc))  # in code nothing has a meaning
    for target in re.findall(r"(?<!\\)\]\((.*?)\)", markdown):
        assert target == "<https://okrs.example.com/kr/GROWTH-KR1>"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [("kr:A", "`kr:A`"), ("", ""), ("a\\", "`a\\`"), ("a`b", r"a\`b"), ("a|b", r"a\|b"), ("``", r"\`\`")],
)
def test_code_in_markdown_cannot_be_left(text: str, markdown: str) -> None:
    assert to_markdown(Doc((para(Text(text, code=True)),))) == markdown


@pytest.mark.parametrize("text", ["a", " a ", "  ", "", "a\\", "*"])
@pytest.mark.parametrize("style", [{"strong": True}, {"em": True}, {"strong": True, "em": True}])
def test_emphasis_touches_words_not_spaces(text: str, style: dict[str, bool]) -> None:
    strong, em = style.get("strong", False), style.get("em", False)
    markdown = to_markdown(Doc((para(Text(text, strong=strong, em=em)),)))
    assert not re.search(r"(?<!\\)\*\s|^\*+$", markdown.strip())


@pytest.mark.parametrize(
    ("block", "markdown", "wiki", "plain"),
    [
        (para("It is ", Text("due", strong=True)), "It is **due**", "It is *due*", "It is due"),
        (para(Lozenge("On track", "green")), "**On track**", "*On track*", "On track"),
        (para(Bar(50, 4)), "`██░░`", "{{██░░}}", "██░░"),
        (Bullets((line("a"), line("b"))), "* a\n* b", "* a\n* b", "- a\n- b"),
        (
            Table(("KR", "%"), ((line("G"), line("40")),)),
            "| KR | % |\n| --- | --- |\n| G | 40 |",
            "||KR||\\%||\n|G|40|",
            "KR | %\nG | 40",
        ),
        (Panel("warning", (para("No KR"),)), "> No KR", "{panel}\nNo KR\n{panel}", "No KR"),
        (
            para(Text("KR", href="https://okrs.example.com/kr/G")),
            "[KR](<https://okrs.example.com/kr/G>)",
            "[KR|https://okrs.example.com/kr/G]",
            "KR",
        ),
    ],
)
def test_each_form(block: Block, markdown: str, wiki: str, plain: str) -> None:
    doc = Doc((block,))
    assert (to_markdown(doc), to_wiki(doc), to_plain(doc)) == (markdown, wiki, plain)


@pytest.mark.parametrize(("percent", "full"), [(0, 0), (1, 0), (4, 0), (5, 1), (50, 10), (99, 19), (100, 20)])
def test_a_bar_is_full_only_at_a_hundred(percent: int, full: int) -> None:
    assert str(Bar(percent)) == "█" * full + "░" * (20 - full)


@settings(deadline=None)
@given(texts)
def test_plain_is_the_text_itself(text: str) -> None:
    assert to_plain(Doc((para(text),))) == clean(text)
    assert html.unescape(html.escape(clean(text))) == clean(text)
