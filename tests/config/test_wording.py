"""Counts, percents and sentences are worded in one way."""

from __future__ import annotations

import pytest

from config.wording import agree, counted, percent, sentence


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 items"), (1, "1 item"), (2, "2 items"), (1200, "1,200 items")]
)
def test_a_count_goes_with_its_noun(count: int, words: str) -> None:
    assert counted(count, "item") == words


def test_an_irregular_plural_is_given() -> None:
    assert [counted(count, "entry", "entries") for count in (1, 3)] == ["1 entry", "3 entries"]


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0 %"), (99, "99 %"), (100, "100 %"), (12.5, "12.5 %"), (100 * 0.3, "30 %"), (53.8461, "53.85 %")],
)
def test_a_percent_has_at_most_four_digits(value: float, words: str) -> None:
    assert percent(value) == words


def test_an_unknown_percent_says_so() -> None:
    assert (percent(None), percent(None, "no data")) == ("–", "no data")


def test_a_verb_goes_with_its_count() -> None:
    assert [agree(count, "has", "have") for count in (0, 1, 2)] == ["have", "has", "have"]


def test_a_sentence_begins_large_and_ends_with_a_stop() -> None:
    assert sentence("check-in of 2026-11-16") == "Check-in of 2026-11-16."
