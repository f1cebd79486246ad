"""Text as Markdown: a reader of it sees the text and nothing else, and no backslash stands where none is needed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from config.text.characters import clean
from connectors.text.markdown import Place, as_markdown
from sync.cli.render.markdown import to_markdown
from sync.report.table import Cell, Section
from tests.support.rich_text import NASTY, TITLES, odd_titles, texts

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
"""Reads HTML, so that any that came through would be seen."""

SIGNS = st.text(alphabet="*_~`[]()<>!#+-.|&;:@$\\/ \u00a0ab1é{}^=\"'", max_size=24)
PIECES = st.lists(
    st.sampled_from(
        ["@ann", "#12", "acme/web#3", "GH-7", ":tada:", ":+1:", "https://a.b/c_d", "www.a.b", "ann@a.b", "`", "|", "\\", "\\|",
         "*", "__", "_", "~~", "$", "[", "](", "]", "<b>", "&amp;", "&#35;", "- ", "1. ", "# ", " #", "> ", "---", "a", " ", "."]
    ),
    max_size=10,
).map("".join)  # fmt: skip
ANY = texts | SIGNS | PIECES


def shown_in(tokens: list[Token]) -> tuple[str, str, set[str]]:
    """What a reader sees; what of it stands outside code; and what there is besides text and code."""
    seen, plain, others = [], [], set()
    for token in tokens:
        for child in token.children or ():
            if child.type == "text":
                seen.append(child.content)
                plain.append(child.content)
            elif child.type == "code_inline":
                seen.append(child.content)
                plain.append("\n")
            elif child.type not in ("softbreak", "hardbreak"):
                others.add(child.type)
    return "".join(seen), "".join(plain), others


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


AUTOMATIC = re.compile(
    r"[A-Za-z]://\w|(?:^|[^\w])www\.\S*[^\W_]|[\w.+-]@[\w-]+\.\w|(?:^|[^\w`])@\w|(?:^|[^\w/])#\d|\bGH-\d+\b",
    re.MULTILINE,
)
"""What GitHub, GitLab or Slack make a link or a mention of, where it is no code."""


@settings(deadline=None, max_examples=150)
@given(ANY)
def test_a_reader_sees_the_text_and_nothing_else(text: str) -> None:
    section = Section(f"T {text}", (f"{text}",), ("column", "b"), ((Cell(text), Cell("x")),), (), ("end",))
    tokens = READER.parse(to_markdown(section))
    kinds = [token.type for token in tokens if token.nesting >= 0 and token.level == 0]
    words = bare(clean(text))
    assert kinds == ["heading_open", *(["paragraph_open"] if words else []), "table_open", "paragraph_open"]
    inline = [token for token in tokens if token.type == "inline"]
    wanted = [f"T{words}", *([words] if words else []), "column", "b", words, "x", "end"]
    assert [bare(shown_in([token])[0]) for token in inline] == wanted
    for token in inline:
        _, plain, others = shown_in([token])
        assert others == set()
        assert not AUTOMATIC.search(plain)


@pytest.mark.parametrize(
    ("place", "around"),
    [("paragraph", "{}\n"), ("heading", "## {}\n"), ("cell", "| a |\n| --- |\n| {} |\n")],
)
def test_titles_of_all_kinds_come_back(place: Place, around: str) -> None:
    for text in (*TITLES, *NASTY, *odd_titles(300)):
        written = as_markdown(text, place)
        inline = [token for token in READER.parse(around.format(written)) if token.type == "inline"]
        seen, _, others = shown_in(inline[-1:] if written else [])
        assert (bare(seen), others) == (bare(clean(text)), set())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Scorecard as of 2026-11-30 09:00 (Europe/Paris)", "Scorecard as of 2026-11-30 09:00 (Europe/Paris)"),
        ("WEB-12 serves GROWTH-KR2; add kr:GROWTH-KR1.", "WEB-12 serves GROWTH-KR2; add kr:GROWTH-KR1."),
        ("29.1 / 35 % + 2 = x, a > b, < 5 %!", "29.1 / 35 % + 2 = x, a > b, < 5 %!"),
        ("snake_case_name and __init__", r"snake_case_name and \_\_init\_\_"),
        ("2*3 and 2 * 3", r"2\*3 and 2 * 3"),
        ("[WEB] Sign-up (new)", "[WEB] Sign-up (new)"),
        ("[x](javascript:y)", r"\[x](javascript:y)"),
        ("<b>bold</b>", r"\<b>bold\</b>"),
        (r"Move C:\temp to \\files", r"Move C:\temp to \\\files"),
        ("R&D &amp; more", r"R&D \&amp; more"),
        ("costs $5", "costs $5"),
        ("$5 or $6", r"\$5 or \$6"),
        ("Ask @ann or ann@acme.example", "Ask `@ann` or `ann@acme.example`"),
        ("See https://acme.example/a_b, and #12.", "See `https://acme.example/a_b`, and `#12`."),
        ("1. first", r"1\. first"),
        ("- item", r"\- item"),
        ("# one", r"\# one"),
        ("A | B", "A | B"),
        ("run `truenorth plan --all` first", "run `truenorth plan --all` first"),
        ("run `rm`", r"run \`rm\`"),
    ],
)  # fmt: skip
def test_a_backslash_stands_only_where_it_is_needed(text: str, written: str) -> None:
    assert as_markdown(text) == written


def test_a_bar_parts_cells_only_in_a_table() -> None:
    assert (as_markdown("A | B", "cell"), as_markdown("A \\| B", "cell")) == (r"A \| B", r"A \\&#124; B")
    assert (as_markdown("- item", "cell"), as_markdown("C #", "heading")) == ("- item", r"C \#")
