"""Texts as YAML: read back they are what they were, in every style and by other readers too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from config.loading.yaml_nodes import parse
from config.text.yaml_scalars import yaml_text

NASTY = ("no", "On", "y", "~", "null", "1e3", "0x1F", "2026-11-30", "a: b", "a #b", "- a", "*a", "&a", "{a", "a]", "a,b", '"', "'", "\\", "%a", "@a", "`a", "!a", "", " a ", "a\nb", "a\tb", "\x7f", "\u00a0", "\u2028", "\u202e", "é", "日本", "🦀", "key:", "=", "<<", "12:30:00", "…")  # fmt: skip


def read_back(document: str) -> object:
    node, problems = parse(document, "f")
    assert problems == []
    assert node is not None
    return node.plain()


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_nasty_texts_are_read_back(text: str) -> None:
    written = yaml_text(text)
    assert read_back(f"a: {written}   # c\nb: [{written}, {{c: {written}}}]\n") == {
        "a": text,
        "b": [text, {"c": text}],
    }
    older = YAML(typ="safe", pure=True)
    older.version = (1, 1)  # where `no` is false
    assert older.load(f"a: {written}\n")["a"] == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_read_back(text: str) -> None:
    written = yaml_text(text)
    assert "\n" not in written
    assert read_back(f"[{written}]") == [text]


@pytest.mark.parametrize("text", ["Onboarding v2", "WEB-12", "kr", "a.b/c_d"])
def test_plain_texts_stay_plain(text: str) -> None:
    assert yaml_text(text) == text
