"""Names compare by their letters: case, apostrophes, spaces and composition aside."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.names import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Won't Do", "won\u2019t do"),
        ("Won't Do", "WON\u02bcT DO"),
        ("Won't Do", "Won`t Do"),
        ("Caf\u00e9", "Cafe\u0301"),
        ("STRASSE", "Stra\u00dfe"),
        ("Not required", "Not\u00a0Required"),
        ("\u0130stanbul", "i\u0307stanbul"),
    ],
)
def test_the_same_name(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("Resume", "Résumé"), ("Wont Do", "Won't Do"), ("A B", "AB")])
def test_another_name(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(st.text(max_size=30))
def test_no_form_of_a_name_is_another_name(name: str) -> None:
    assert folded(folded(name)) == folded(name)
    assert (
        folded(unicodedata.normalize("NFD", name))
        == folded(name)
        == folded(unicodedata.normalize("NFC", name))
    )
