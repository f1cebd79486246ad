"""The stamp survives the way through a tracker, and nothing that people put there passes for one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.meaning import same_meaning
from connectors.model import Comment, KeyResultMark, Stamp
from connectors.stamp import (
    MOST_STAMP,
    comment_marker,
    from_comment_marker,
    from_property,
    from_text,
    to_property,
    to_text,
)

words = st.text(max_size=30)
key_results = st.builds(
    KeyResultMark,
    id=words,
    title=words,
    percent=st.none() | st.integers(0, 100),
    health=st.sampled_from(["on_track", "at_risk", "off_track", "done", "no_data"]),
    url=words,
)
comments = st.builds(
    Comment,
    purpose=st.sampled_from(["progress", "orphan"]),
    facts=st.lists(st.tuples(words, words | st.integers(0, 100)), max_size=3).map(tuple),
)
stamps = st.builds(
    Stamp,
    owner=words,
    key_results=st.lists(key_results, max_size=3).map(tuple),
    alignment=st.none() | st.sampled_from(["aligned", "orphaned", "exempt"]),
    labels=st.lists(words, max_size=3).map(tuple),
    comment_id=st.none() | words,
    comment=st.none() | comments,
    fields=st.lists(st.tuples(words, words), max_size=3).map(tuple),
)


@settings(deadline=None)
@given(stamps)
def test_a_stamp_comes_back_as_it_went(stamp: Stamp) -> None:
    assert from_property(json.loads(json.dumps(to_property(stamp)))) == stamp
    assert from_text(to_text(stamp)) == stamp
    assert "\n" not in to_text(stamp)


@settings(deadline=None)
@given(words, comments)
def test_a_comment_marker_comes_back_as_it_went(owner: str, comment: Comment) -> None:
    wire = json.loads(json.dumps(comment_marker(owner, comment)))
    assert from_comment_marker(wire) == (owner, comment)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        "truenorth",
        [],
        {},
        {"v": 1},
        {"owner": "acme"},
        {"v": "1", "owner": "acme"},
        {"v": 1, "owner": 7},
        {"v": 1, "owner": None},
        {"v": 1, "owner": "acme", "labels": "okr-aligned"},
        {"v": 1, "owner": "acme", "labels": [7]},
        {"v": 1, "owner": "acme", "key_results": [{"id": "GROWTH-KR1"}]},
        {"v": 1, "owner": "acme", "comment_id": 17},
        {"v": 1, "owner": "acme", "fields": [["customfield_1"]]},
        {"v": 1, "owner": "acme", "comment": {"purpose": "advert"}},
    ],
)
def test_what_is_no_stamp_permits_nothing(value: object) -> None:
    assert from_property(value) is None
    assert from_text(json.dumps(value)) is None


@pytest.mark.parametrize("text", [None, 7, b"{}", "", "no json", '{"v":1,"owner":"a"', "[" * 100_000])
def test_odd_texts_are_no_stamp(text: object) -> None:
    assert from_text(text) is None


def test_a_later_version_is_read_for_its_owner_only() -> None:
    value = {"v": 2, "owner": "acme", "labels": {"okr-aligned": {"since": "2026"}}}
    stamp = from_property(value)
    assert stamp is not None
    assert stamp.owner != "acme"
    assert "acme" in stamp.owner
    assert stamp.labels == ()


def test_unknown_keys_of_the_same_version_are_skipped() -> None:
    assert from_property({"v": 1, "owner": "acme", "mood": "fine"}) == Stamp("acme")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "x",
        {},
        {"v": 1, "owner": "acme"},
        {"v": 1, "owner": "acme", "purpose": "advert"},
        {"v": 1, "owner": "acme", "purpose": "orphan", "facts": [["a"]]},
        {"v": 2, "owner": "acme", "purpose": "orphan"},
    ],
)
def test_what_is_no_comment_marker(value: Any) -> None:
    assert from_comment_marker(value) is None


def long_stamp(title: int = 200, because: int = 400) -> Stamp:
    """One of forty key results with long words."""
    marks = (
        KeyResultMark(
            f"GROWTH-KR{nr}",
            f"{nr} " + "é" * title,
            40,
            "on_track",
            f"https://okr.example/kr/{nr}",
            objective="o" * 80,
            due="2026-12-31",
            because=f"{nr} " + "b" * because,
            goal="22 → 35 %",
            reason_id=f"r{nr}",
            basis_id=f"b{nr}",
        )
        for nr in range(40)
    )
    return Stamp("acme", tuple(marks), "aligned", fields=(("customfield_1", "x" * 255),), item="7")


@pytest.mark.parametrize(
    ("stamp", "dropped"),
    [
        pytest.param(long_stamp(20, 20), set(), id="short"),
        pytest.param(long_stamp(200, 400), {"because"}, id="long reasons"),
        pytest.param(long_stamp(700, 400), {"because", "title"}, id="long titles too"),
    ],
)
def test_a_stamp_fits_in_a_property_and_what_was_dropped_is_no_difference(
    stamp: Stamp, dropped: set[str]
) -> None:
    value = to_property(stamp)
    assert len(msgspec.json.encode(value).decode()) <= MOST_STAMP
    assert value == to_property(stamp)
    kept = from_property(json.loads(json.dumps(value)))
    assert kept is not None
    for shown, wanted in zip(kept.key_results, stamp.key_results, strict=True):
        assert {name for name in ("because", "title") if getattr(shown, name) == ""} == dropped
        assert same_meaning(shown, wanted)
        assert not same_meaning(shown, replace(wanted, reason_id="other", because="other"))
        assert same_meaning(shown, replace(wanted, title="Another")) == ("title" in dropped)
    assert to_property(kept) == value
