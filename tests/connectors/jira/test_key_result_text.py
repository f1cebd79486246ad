"""The text of the Key result field: written so that it is known again, and read as people mean it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.jira.marks.key_result_text import (
    claimed_ids,
    key_result_text,
    listed_ids,
    written_key_results,
)
from connectors.model import KeyResultMark
from tests.support.jira_site import key_result


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ()),
        ("A", ("A",)),
        (" A , B ", ("A", "B")),
        ("A,A", ("A",)),
        ("A · one, two", ("A",)),
        ("A · one, B · two", ("A", "B")),
        ("A, B · two, three", ("A", "B")),
        ("A·one", ("A",)),
        (" · ", ()),
        (",,", ()),
        ("A · one; also B, C", ("A", "B", "C")),
        ("A · one, two; also B and 4 more", ("A", "B")),
        ("A · one; also runs", ("A", "runs")),
        ("A · one; also in the north", ("A",)),
        ("A; also B", ("A;",)),
        ("A · one; also B\nC", ("A", "B")),
    ],
)
def test_ids_in_a_claim(text: str, ids: tuple[str, ...]) -> None:
    assert claimed_ids(text) == ids


def test_one_key_result_is_written_with_its_title() -> None:
    text = key_result_text((key_result("G-1", title="Live, for\neveryone"),))
    assert text == "G-1 · Live, for everyone"
    assert claimed_ids(text) == ("G-1",)


@pytest.mark.parametrize(
    ("others", "text"),
    [
        (0, "G-1 · It is live"),
        (1, "G-1 · It is live; also O-1"),
        (3, "G-1 · It is live; also O-1, O-2, O-3"),
    ],
)
def test_of_several_key_results_the_first_is_named_in_full(others: int, text: str) -> None:
    marks = (key_result("G-1"), *(key_result(f"O-{n}") for n in range(1, others + 1)))
    assert key_result_text(marks) == text
    assert claimed_ids(text) == tuple(mark.id for mark in marks)
    assert written_key_results(text) == (("G-1", "It is live"), *((mark.id, "") for mark in marks[1:]))


def test_a_title_gives_way_to_ids_and_the_rest_is_counted() -> None:
    marks = tuple(key_result(f"GROWTH-KR{n}", title="x" * 100) for n in range(10, 40))
    ids = [mark.id for mark in marks]
    whole, cut = key_result_text(marks[:16]), key_result_text(marks)
    assert len(whole) <= 255
    assert list(claimed_ids(whole)) == ids[:16]
    assert whole.count("x") >= 19
    assert len(cut) <= 255
    kept = claimed_ids(cut)
    assert list(kept) == ids[: len(kept)]
    assert cut.endswith(f" and {30 - len(kept)} more")


def test_without_a_title_the_ids_alone_are_said() -> None:
    assert key_result_text((key_result("A", title=""), key_result("B", title=""))) == "A, B"
    assert key_result_text(()) == ""


_ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)


@given(ids=st.lists(_ids, min_size=1, max_size=40, unique=True), title=st.text(min_size=1, max_size=300))
def test_what_we_write_is_known_again(ids: list[str], title: str) -> None:
    marks = tuple(
        KeyResultMark(id_, title if n == 0 else "x", 1, "on_track", "") for n, id_ in enumerate(ids)
    )
    text = key_result_text(marks)
    assert 0 < len(text) <= 255
    if any(sign in marks[0].title for sign in (",", "·", ";")) or not marks[0].title.strip():
        return  # such a title can read as more ids; a person's word is then the safer reading
    found = [id_ for id_, _ in written_key_results(text)]
    assert found == ids[: len(found)]
    assert len(found) == len(ids) or text.endswith(f" and {len(ids) - len(found)} more")


@pytest.mark.parametrize(
    "marks",
    [(key_result("G-1", title="x" * 400),), tuple(key_result(f"GROWTH-KR{n}") for n in range(80))],
)
def test_the_text_fits_the_field(marks: tuple[object, ...]) -> None:
    text = key_result_text(marks)  # type: ignore[arg-type]
    assert 200 < len(text) <= 255
    assert all(id_.startswith("G") for id_ in claimed_ids(text))


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        ("A · one", True),
        ("A · one, two", True),
        ("A · one; also B", True),
        ("A", False),
        ("A, B", False),
        ("A ·", False),
        ("A · ", False),
        ("A·one", False),
        ("because A · one", False),
        ("A · one\nB · two", False),
        ("A · one, B · two", False),
        ("A · " + "x" * 300, False),
        ("", False),
    ],
)
def test_only_what_is_exactly_ours_is_taken_for_ours(text: str, is_ours: bool) -> None:
    assert bool(written_key_results(text)) is is_ours


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("A, B", ("A", "B")),
        ("A, B, C-1", ("A", "B", "C-1")),
        ("A", ()),
        ("A,B", ()),
        ("A; B", ()),
        ("A, B and C", ()),
    ],
)
def test_lists_of_older_versions(text: str, ids: tuple[str, ...]) -> None:
    assert listed_ids(text) == ids
